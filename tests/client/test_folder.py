"""A job's folder: whose it is, what it says, what a rerun does with it."""

import json
import subprocess
import sys

import pytest

from smtf_core.client.folder import JobFolder, claim
from smtf_core.errors import InvalidInputError
from smtf_core.models import JobState, Layout, TrainingResult
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_json


def ended(root, state="Completed"):
    layout = Layout(root)
    layout.create()
    write_json(layout.result, to_data(TrainingResult(state=state)))
    layout.success.touch()


def test_a_running_job_cannot_be_started_again(tmp_path):
    folder = claim(tmp_path / "j")
    with pytest.raises(InvalidInputError, match=r"job 'j' is running already \(process \d+\)"):
        claim(tmp_path / "j")
    folder.release()
    claim(tmp_path / "j").release()


def test_a_completed_job_of_that_name_is_kept_aside(tmp_path):
    ended(tmp_path / "j")
    claim(tmp_path / "j").release()
    ended(tmp_path / "j")
    claim(tmp_path / "j").release()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == 3
    assert kept[0] == "j"
    assert all(JobFolder(tmp_path / name).status().state is JobState.COMPLETED for name in kept[1:])


def test_a_job_that_did_not_complete_is_resumed_in_its_folder(tmp_path):
    ended(tmp_path / "j", "Stopped")
    (tmp_path / "j" / "model" / "checkpoint").touch()
    claim(tmp_path / "j").release()
    assert (tmp_path / "j" / "model" / "checkpoint").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["j"]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "j").mkdir()
    (tmp_path / "j" / "thesis.tex").touch()
    with pytest.raises(InvalidInputError, match="exists and is not the folder of a job"):
        claim(tmp_path / "j")


def test_status_of_a_job_whose_process_was_killed(tmp_path):
    source = (
        "import os, sys; from pathlib import Path; from smtf_core.client.folder import claim\n"
        "folder = claim(Path(sys.argv[1])); folder.layout.create(); print('ready', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source, str(tmp_path / "j")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    folder = JobFolder(tmp_path / "j")
    assert folder.status().state is JobState.IN_PROGRESS
    assert folder.owner == str(process.pid)
    process.kill()
    process.communicate()
    status = folder.status()
    assert status.state is JobState.FAILED
    assert f"process {process.pid} ended without a word" in status.message


def test_results_are_read_strictly(tmp_path):
    ended(tmp_path / "j")
    layout = Layout(tmp_path / "j")
    layout.result.write_text(json.dumps({"state": "Completed", "steps": 5}))
    with pytest.raises(InvalidInputError, match="unknown key 'steps'"):
        JobFolder(tmp_path / "j").status()
