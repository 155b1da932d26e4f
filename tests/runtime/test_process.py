"""`python -m smtf_core.runtime train`: exit status and failure file. None of these scripts gets as far as TensorFlow."""

import json
import subprocess
import sys

import pytest

from smtf_core.models import Layout


@pytest.fixture
def run(tmp_path):
    def run_script(source: str | None, **hyperparameters: str) -> tuple[subprocess.CompletedProcess, Layout]:
        layout = Layout(tmp_path / "ml")
        layout.create()
        layout.code.mkdir()
        if source is not None:
            (layout.code / "train.py").write_text(source, encoding="utf-8")
        given = {"sagemaker_program": '"train.py"', **hyperparameters}
        layout.hyperparameters.write_text(json.dumps(given))
        command = [sys.executable, "-m", "smtf_core.runtime", "train", str(layout.root)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60), layout

    return run_script


@pytest.mark.parametrize(
    ("source", "status", "headline"),
    [
        ("import sys\nsys.exit(0)\n", 1, "the script called sys.exit(0) before training had ended"),
        ("import sys\nsys.exit()\n", 1, "the script called sys.exit(None) before training had ended"),
        ("import sys\nsys.exit(3)\n", 3, "the script called sys.exit(3)"),
        ("import sys\nsys.exit('no data')\n", 1, "the script called sys.exit('no data')"),
        ("raise OSError(28, 'No space left on device')\n", 28, "OSError: [Errno 28] No space left on device"),
        ("raise OSError('no number')\n", 1, "OSError: no number"),
        ("raise ValueError('Größe: 你好')\n", 1, "ValueError: Größe: 你好"),
        ("raise KeyboardInterrupt\n", 1, "KeyboardInterrupt"),
        ("def f(:\n", 1, "SyntaxError: invalid syntax"),
        ("x = 1\n", 1, "exactly one of model_fn, keras_model_fn, estimator_fn"),
        (None, 1, "there is no script 'train.py' in the code folder"),
    ],
)
def test_every_failure_has_a_status_other_than_0_and_a_failure_file(run, source, status, headline):
    done, layout = run(source)
    assert done.returncode == status, done.stderr
    text = layout.failure.read_text(encoding="utf-8")
    assert text.startswith("uncaught exception during training: ")
    assert headline in text
    assert not layout.success.exists()


def test_the_traceback_begins_with_the_users_own_code(run):
    done, layout = run("def helper():\n    raise RuntimeError('mine')\n\nhelper()\n")
    lines = done.stderr[done.stderr.index("Traceback") :].splitlines()
    for text in (lines, layout.failure.read_text().splitlines()[1:]):
        assert text[0] == "Traceback (most recent call last):"
        assert text[1] == f'  File "{layout.code / "train.py"}", line 4, in <module>'
        assert "smtf_core" not in "\n".join(text)


def test_a_failed_import_shows_the_users_line_and_not_how_imports_work_here(run):
    done, _ = run("def load():\n    import no_such_package\n\nload()\n")
    shown = done.stderr[done.stderr.index("Traceback") :]
    assert shown.splitlines()[-1] == (
        "ModuleNotFoundError: No module named 'no_such_package'. "
        "Run pip install no_such_package, or name it in requirements_file."
    )
    assert "line 2, in load" in shown
    assert "views.py" not in shown
    assert "importer.py" not in shown


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"training_steps": "0"}, "training_steps must be a whole number above 0"),
        ({"save_checkpoints_steps": '"often"'}, "hyperparameter 'save_checkpoints_steps' must be a whole number"),
        ({"save_checkpoints_steps": "5", "save_checkpoints_secs": "5"}, "are both given"),
        ({"smtf_framework_version": '"1.99"'}, "framework_version '1.99' is not a TensorFlow release"),
        ({"sagemaker_requirements": '"requirements.txt"'}, "there is no requirements file"),
        ({"smtf_script_loader": '"notebook"'}, "there is no script loader 'notebook'"),
        ({"smtf_distribution": '"horovod"'}, "there is no distribution strategy 'horovod'"),
        ({"checkpoint_path": '"gs://bucket"'}, "there is no checkpoint store 'gs'"),
    ],
)
def test_bad_hyperparameters_are_named(run, hyperparameters, message):
    source = "def model_fn(a, b, c, d): pass\ndef train_input_fn(): pass\ndef eval_input_fn(): pass\n"
    if "distribution" in str(hyperparameters) or "checkpoint" in str(hyperparameters):
        pytest.importorskip("tensorflow")
    done, layout = run(source, **hyperparameters)
    assert done.returncode == 1
    assert message in layout.failure.read_text()


def test_usage():
    done = subprocess.run([sys.executable, "-m", "smtf_core.runtime", "dance"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "python -m smtf_core.runtime train [ROOT]" in done.stderr
