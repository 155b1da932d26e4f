"""What a training leaves behind, when it evaluates, and how it resumes."""

import csv
import json
from pathlib import Path

import pytest
import tensorflow as tf

from smtf_core.errors import UnexpectedStatusException
from smtf_core.models import Layout


def tree(estimator) -> Layout:
    return Layout(Path(estimator.latest_training_job.location))


def exports(layout: Layout) -> list[str]:
    return sorted(path.name for path in (layout.model / "export" / "Servo").iterdir())


def test_results_of_a_job(train, line, log):
    trained = train(line, training_steps=50, hyperparameters={"log_step_count_steps": 10})
    result, layout = trained.result, tree(trained)
    assert (result.state, result.global_step) == ("Completed", 50)
    assert result.model_dir == str(layout.model)
    assert result.checkpoint.path == str(layout.model / "model.ckpt-50")
    assert result.exported.path == str(layout.model / "export" / "Servo" / exports(layout)[-1])
    assert result.metrics["error"] < 1
    assert layout.success.exists()
    assert not layout.failure.exists()
    assert json.loads(layout.metrics.read_text())[-1] == {"step": 50, "metrics": dict(result.metrics)}
    rows = list(csv.DictReader(layout.loss_curve.open()))
    assert len(rows) == 50
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert layout.loss_picture.read_bytes().startswith(b"\x89PNG")
    assert list(layout.model.glob("events.out.tfevents.*"))
    assert list((layout.model / "eval").glob("events.out.tfevents.*"))
    text = log(trained)
    assert "INFO:tensorflow:loss = " in text
    assert "INFO:tensorflow:Saving dict for global step 50: error = " in text
    assert "INFO:tensorflow:Loss for final step: " in text


def test_the_export_has_the_signature_that_the_script_asked_for(train, line):
    signature = tf.saved_model.load(train(line).result.exported.path).signatures["serving_default"]
    assert {
        name: (spec.dtype, spec.shape.as_list()) for name, spec in signature.structured_input_signature[1].items()
    } == {"x": (tf.float32, [None])}
    assert signature(x=tf.constant([3.0]))["y"].shape == [1]


def test_more_steps_resume_where_the_first_job_stopped(train, line, tmp_path, log):
    checkpoints = tmp_path / "ck"
    first = train(line, checkpoint_path=checkpoints, training_steps=30)
    assert first.result.model_dir == str(checkpoints)
    second = train(line, checkpoint_path=f"{checkpoints}/", training_steps=50)
    assert second.result.global_step == 50
    rows = list(csv.DictReader(tree(second).loss_curve.open()))
    assert [int(row["step"]) for row in rows] == list(range(31, 51))
    assert "resuming at step 30" in log(second)
    assert Path(second.result.exported.path).is_relative_to(tree(second).model)


def test_a_job_whose_steps_are_reached_still_evaluates_and_exports(train, line, tmp_path):
    train(line, checkpoint_path=tmp_path / "ck", training_steps=30)
    again = train(line, checkpoint_path=tmp_path / "ck", training_steps=30)
    assert again.result.global_step == 30
    assert again.result.metrics
    assert again.result.exported
    assert len(exports(tree(again))) == 1


def test_a_stale_half_written_export_is_neither_taken_nor_kept(train, line, tmp_path):
    stale = tmp_path / "ck" / "export" / "Servo" / "temp-9999999999"
    stale.mkdir(parents=True)
    trained = train(line, checkpoint_path=tmp_path / "ck")
    assert not stale.exists()
    assert "temp" not in trained.result.exported.path


def test_training_until_the_input_ends(train, write, line):
    finite = write("finite.py", line.read_text().replace("return _numbers().repeat()", "return _numbers().repeat(3)"))
    trained = train(finite, training_steps=None, evaluation_steps=None)
    assert trained.result.global_step == 6


def test_input_that_ends_before_the_steps_are_reached_is_success(train, write, line):
    finite = write("finite.py", line.read_text().replace("return _numbers().repeat()", "return _numbers().repeat(3)"))
    assert train(finite, training_steps=1000).result.global_step == 6


@pytest.mark.parametrize(
    ("version", "evaluated"),
    [("1.9", [1, 10, 20, 30]), ("1.11", [10, 20, 30])],
    ids=["1.9 at the first too", "1.11 not"],
)
def test_evaluation_during_training_by_version(train, line, version, evaluated):
    settings = {"save_checkpoints_steps": 10, "throttle_secs": 0}
    trained = train(line, training_steps=30, framework_version=version, hyperparameters=settings)
    steps = [item.step for item in trained.result.evaluations]
    assert steps[-3:] == evaluated[-3:]
    assert len(steps) == len(evaluated)
    assert len(exports(tree(trained))) == len(evaluated)


def test_evaluation_is_throttled_by_default(train, line):
    trained = train(line, training_steps=50, hyperparameters={"save_checkpoints_steps": 10})
    assert [item.step for item in trained.result.evaluations] == [10, 50]


def test_1_4_evaluates_by_steps_and_exports_once(train, line):
    settings = {"save_checkpoints_steps": 10, "min_eval_frequency": 20}
    trained = train(line, training_steps=60, framework_version="1.4", hyperparameters=settings)
    assert [item.step for item in trained.result.evaluations] == [20, 40, 60]
    assert len(exports(tree(trained))) == 1


def test_1_5_trains_in_pieces(train, line):
    trained = train(line, training_steps=50, framework_version="1.5", hyperparameters={"train_steps_per_iteration": 20})
    assert [item.step for item in trained.result.evaluations] == [20, 40, 50]


def test_keep_checkpoint_max(train, line):
    trained = train(line, training_steps=50, hyperparameters={"save_checkpoints_steps": 10, "keep_checkpoint_max": 2})
    assert len(list(tree(trained).model.glob("model.ckpt-*.index"))) == 2


def test_without_serving_input_fn_there_is_no_model_but_success(train, write, line, log):
    trained = train(write("bare.py", line.read_text().replace("def serving_input_fn", "def other")))
    assert trained.result.exported is None
    assert trained.result.state == "Completed"
    assert "no serving_input_fn" in log(trained)


def test_input_and_serving_functions_may_return_functions_at_every_version(train, write, line):
    text = line.read_text()
    text = text.replace("return _numbers().repeat()", "return lambda: _numbers().repeat()").replace(
        "def eval_input_fn():\n    return _numbers()", "def eval_input_fn():\n    return _numbers"
    )
    text = text.replace("    x = tf.placeholder", "    return _serving\n\n\ndef _serving():\n    x = tf.placeholder")
    assert train(write("lazy.py", text), framework_version="1.11").result.exported


def test_script_with_everything_beside_it(train, write, tmp_path, line):
    write("src/requirements.txt", "pluggy\n")
    write("src/config.py", "RATE = 0.02\n")
    write("libs/mathematics/__init__.py", "import tensorflow as tf\nzeros = tf.zeros_initializer\n")
    text = "from config import RATE\nimport mathematics\n" + line.read_text().replace(
        "tf.zeros_initializer", "mathematics.zeros"
    )
    write("src/jobs/line.py", text.replace("0.01", "RATE"))
    trained = train(
        "jobs/line.py",
        source_dir=tmp_path / "src",
        dependencies=[tmp_path / "libs" / "mathematics"],
        requirements_file="requirements.txt",
    )
    assert trained.result.exported


def test_environment_reaches_the_script_and_is_put_back(train, write, line, monkeypatch):
    monkeypatch.setenv("COLOUR", "blue")
    text = "import os\nassert os.environ['COLOUR'] == 'red' and os.environ['SIZE'] == '5'\n" + line.read_text()
    train(write("env.py", text), environment={"COLOUR": "red", "SIZE": "5"})
    import os

    assert os.environ["COLOUR"] == "blue"
    assert "SIZE" not in os.environ


def test_a_single_file_channel_of_any_name(train, write, line):
    text = line.read_text().replace(
        "def train_input_fn():",
        "def train_input_fn(training_dir):\n    import os\n    assert os.listdir(training_dir) == ['one.csv']",
    )
    train(write("file.py", text), {"whatever": str(write("data/one.csv", "1\n"))})


def test_a_failing_script_fails_with_its_own_traceback(train, write, line, tmp_path):
    script = write("bad.py", line.read_text().replace("    slope = ", "    features['nowhere']\n    slope = "))
    with pytest.raises(UnexpectedStatusException, match=r"KeyError: 'nowhere'") as caught:
        train(script, job_name="bad")
    reason = caught.value.failure_reason
    assert reason.startswith(
        "uncaught exception during training: KeyError: 'nowhere'\nTraceback (most recent call last):\n"
    )
    assert reason.splitlines()[2].startswith(f'  File "{script}", line 5, in model_fn')
    assert Layout(tmp_path / "out" / "bad").failure.read_text() == reason


def test_a_global_step_that_never_advances_ends_the_training(train, write, line):
    script = write("stuck.py", line.read_text().replace(", global_step=tf.train.get_global_step()", ""))
    with pytest.raises(UnexpectedStatusException, match=r"global step is still 0.*Pass global_step"):
        train(script)
