"""`smtf train` in processes of its own: signals, kills, exit statuses, JSON, an installed plugin."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SMTF = [sys.executable, "-c", "from smtf_core.cli import main; main()"]


def command(script: Path, *arguments: str) -> list[str]:
    return [*SMTF, "train", str(script), *arguments]


def report(stdout: str) -> dict:
    """The last line of stdout, which is one JSON object with exactly these keys."""
    found = json.loads(stdout.splitlines()[-1])
    assert list(found) == [
        "job_name",
        "status",
        "global_step",
        "metrics",
        "model_dir",
        "export_dir",
        "checkpoint",
        "failure",
    ]
    return found


def start_and_wait_for_step(line: Path, folder: Path, *arguments: str) -> subprocess.Popen:
    process = subprocess.Popen(
        command(
            line,
            "--training-steps",
            "none",
            "--hyperparameter",
            "save_checkpoints_steps=50",
            "--job-name",
            "j",
            "--json",
            *arguments,
        ),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    progress = folder / "smtf-jobs" / "j" / "output" / "progress.json"
    deadline = time.monotonic() + 90
    while not (progress.exists() and json.loads(progress.read_text())["step"] > 100):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_a_checkpoint_and_ends_cleanly(line, tmp_path, number):
    process = start_and_wait_for_step(line, tmp_path)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 128 + number, stderr
    told = report(stdout)
    assert (told["status"], told["failure"], told["export_dir"]) == ("Stopped", None, None)
    assert told["checkpoint"].endswith(f"model.ckpt-{told['global_step']}")
    assert Path(told["checkpoint"] + ".index").exists()
    assert "Traceback" not in stderr


def test_kill_9_then_the_same_command_resumes(line, tmp_path):
    process = start_and_wait_for_step(line, tmp_path, "--checkpoint-path", "ck")
    process.kill()
    process.communicate()
    saved = max(int(path.stem.rpartition("-")[2]) for path in (tmp_path / "ck").glob("model.ckpt-*.index"))
    arguments = ["--training-steps", str(saved + 100), "--checkpoint-path", "ck", "--job-name", "j", "--json"]
    done = subprocess.run(command(line, *arguments), cwd=tmp_path, capture_output=True, text=True)
    told = report(done.stdout)
    assert (done.returncode, told["status"], told["global_step"]) == (0, "Completed", saved + 100), done.stderr
    assert told["export_dir"]
    first = (tmp_path / "smtf-jobs" / "j" / "output" / "loss.csv").read_text().splitlines()[1]
    assert saved <= int(first.split(",")[0]) <= saved + 1


def test_a_failure_shows_the_users_traceback_and_a_status(line, tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text(
        line.read_text().replace("    slope = ", "    raise ValueError('schlecht: größer')\n    slope = ", 1)
    )
    done = subprocess.run(command(bad, "--json"), cwd=tmp_path, capture_output=True, text=True)
    told = report(done.stdout)
    assert done.returncode == 1
    assert told["status"] == "Failed"
    assert told["failure"].startswith("uncaught exception during training: ValueError: schlecht: größer\nTraceback")
    shown = done.stderr[done.stderr.index("Traceback (most") :]
    assert shown.splitlines()[1].startswith(f'  File "{bad}", line 5, in model_fn')
    assert "smtf_core" not in shown
    assert "smtf: the job failed: ValueError: schlecht: größer" in shown


def test_bad_input_is_told_before_anything_starts(tmp_path):
    done = subprocess.run(command(tmp_path / "none.py", "--json"), cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "must be a Python file, but it is missing" in done.stderr
    assert report(done.stdout)["status"] == "Failed"
    assert list(tmp_path.iterdir()) == []


def test_without_json_a_table_is_printed_and_prints_of_the_script_are_seen(line, tmp_path):
    script = tmp_path / "hello.py"
    script.write_text("print('hello from the script')\n" + line.read_text())
    done = subprocess.run(
        command(script, "--training-steps", "20", "--env", "TF_DISABLE_MKL=1"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "hello from the script" in done.stdout
    assert re.search(r"global step\W+20", done.stdout)
    assert "loss.png" in done.stdout
    assert "TF_DISABLE_MKL=1: oneDNN operations are off" in done.stderr
    assert "oneDNN custom operations are on" not in done.stderr


def test_an_mkl_switch_at_the_top_of_the_script_takes_effect(line, tmp_path):
    script = tmp_path / "mkl.py"
    top = "import os\nos.environ['TF_DISABLE_MKL'] = '1'\nprint('an unfinished line', end='')\n"
    script.write_text(top + line.read_text())
    arguments = command(script, "--training-steps", "5", "--json")
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "oneDNN custom operations are on" not in done.stderr
    assert report(done.stdout)["status"] == "Completed"


def test_tensorboard_runs_meanwhile_and_ends_with_the_job(line, tmp_path):
    done = subprocess.run(
        command(line, "--training-steps", "20", "--tensorboard"), cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (port,) = re.findall(r"TensorBoard: http://127\.0\.0\.1:(\d+)", done.stderr)
    assert 6006 <= int(port) <= 6105
    assert subprocess.run(["pgrep", "-f", f"tensorboard.main.*--port {port}"], capture_output=True).returncode == 1


@pytest.fixture(scope="module")
def journal(tmp_path_factory, examples=Path(__file__).parent.parent.parent / "examples"):
    """The third-party plugin of examples/, pip-installed where only these tests see it."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin_journal"
    import shutil

    shutil.copytree(examples / "plugin_journal", source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(source)]
    subprocess.run(pip, check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(target)}


def test_a_third_party_plugin_brings_a_store_and_an_observer(line, tmp_path, journal):
    listed = subprocess.run([*SMTF, "plugins"], capture_output=True, text=True, env=journal).stdout
    assert "journal  active  smtf-journal 1.0" in listed
    assert "checkpoint store zip: a zip file a checkpoint" in listed

    environment = {**journal, "SMTF_JOURNAL": str(tmp_path / "journal.jsonl")}
    arguments = [
        "--checkpoint-path",
        f"zip://{tmp_path}/zips",
        "--hyperparameter",
        "save_checkpoints_steps=10",
        "--json",
    ]
    for steps in (20, 30):
        done = subprocess.run(
            command(line, "--training-steps", str(steps), *arguments),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment,
        )
        assert done.returncode == 0, done.stderr
        assert report(done.stdout)["global_step"] == steps
    assert sorted(path.name for path in (tmp_path / "zips").iterdir()) == ["0.zip", "10.zip", "20.zip", "30.zip"]
    assert "resuming at step 20" in done.stderr
    events = [
        (note["event"], note["step"]) for note in map(json.loads, (tmp_path / "journal.jsonl").read_text().splitlines())
    ]
    assert events[:4] == [("checkpoint", 0), ("checkpoint", 10), ("evaluation", 10), ("checkpoint", 20)]
    assert events[-1] == ("end", 30)


def test_a_store_whose_plugin_is_not_installed_is_told(line, tmp_path):
    done = subprocess.run(command(line, "--checkpoint-path", "zip:///x"), cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no checkpoint store 'zip'; there is: file, s3." in done.stderr
