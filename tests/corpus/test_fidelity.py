"""The same numbers as the real TensorFlow: its checkpoints evaluated here, and trained on from here.

``tests/fixtures/checkpoints/<script>/<release>/`` holds a checkpoint that the real release wrote, and in ``record.json``
what it evaluated to and the losses of the twelve steps that followed (see ``make_fixtures.py`` there).
"""

import csv
import json
import shutil
from pathlib import Path

import corpus_table
import pytest

from smtf_core.models import Layout

CHECKPOINTS = Path(__file__).parent.parent / "fixtures" / "checkpoints"
FOUND = sorted(path.parent for path in CHECKPOINTS.glob("*/*/record.json"))
RECORDS = {folder: json.loads((folder / "record.json").read_text()) for folder in FOUND}
# Variables that begin with constants, in a model of which nothing else is left to chance.
BEGIN_ALIKE = {
    "tf1_5/csv_text_reader",
    "tf1_6/points_clusters",
    "tf1_7/linear_weighted",
    "tf1_11/line_constant",
}


def _script(folder):
    return next(script for script in corpus_table.SCRIPTS if script.name.replace("/", ".") == folder.parent.name)


def each(folders):
    return pytest.mark.parametrize("folder", folders, ids=[f"{f.parent.name}-{f.name}" for f in folders])


@pytest.fixture
def resume(run, tmp_path):
    """`resume(folder, more)` trains a copy of the checkpoint `more` steps further."""

    def train(folder, more):
        shutil.copytree(folder, tmp_path / "checkpoints")
        return run(
            _script(folder),
            framework_version=folder.name,
            checkpoint_path=str(tmp_path / "checkpoints"),
            training_steps=RECORDS[folder]["step"] + more,
            evaluation_steps=100,
        )

    return train


def _losses(estimator):
    with Layout(Path(estimator.latest_training_job.location)).loss_curve.open() as file:
        return [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]


@each(FOUND)
def test_a_real_checkpoint_evaluates_to_the_same(folder, resume):
    real = RECORDS[folder]
    evaluation = resume(folder, 0).result.evaluations[-1]
    assert evaluation.step == real["step"]
    ours = {name: evaluation.metrics.get(name) for name in real["metrics"] if name != "global_step"}
    assert ours == pytest.approx({name: real["metrics"][name] for name in ours}, rel=1e-5, abs=1e-6)


@each([folder for folder in FOUND if "losses" in RECORDS[folder]])
@pytest.mark.slow
def test_a_real_checkpoint_trains_on_with_the_same_losses(folder, resume):
    real = RECORDS[folder]
    steps, losses = zip(*_losses(resume(folder, len(real["losses"]))), strict=True)
    assert list(steps) == [real["step"] + i + 1 for i in range(len(real["losses"]))]
    assert list(losses) == pytest.approx(real["losses"], rel=1e-4)


@each([folder for folder in FOUND if _script(folder).name in BEGIN_ALIKE])
def test_a_training_begins_with_the_same_losses(folder, run):
    real = RECORDS[folder]["first_losses"]
    trained = run(_script(folder), framework_version=folder.name, training_steps=len(real), evaluation_steps=100)
    assert [loss for _, loss in _losses(trained)] == pytest.approx(real, rel=1e-4)


def test_there_are_enough():
    kinds = [_script(folder).kind for folder in FOUND]
    assert len({folder.parent for folder in FOUND}) >= 12
    assert min(kinds.count(kind) for kind in ("model_fn", "keras_model_fn", "estimator_fn")) >= 3
    assert {"1.11", "1.4", "1.5", "1.8", "1.9"} <= {folder.name for folder in FOUND}
    assert sum("losses" in record for record in RECORDS.values()) >= 10
    assert max(path.stat().st_size for path in CHECKPOINTS.rglob("*") if path.is_file()) < 60_000
