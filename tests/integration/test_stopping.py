"""Stopping, time limits and interruptions of jobs in this process."""

import time
from pathlib import Path

import pytest

from smtf_core import PluginManager, TensorFlow, hookimpl
from smtf_core.client.display import Display
from smtf_core.models import JobState, Layout


@pytest.fixture
def start(line, tmp_path):
    """`start(script=…, …)` submits a job that would train for ever and returns when it is training."""

    def start_job(script=line, **arguments):
        estimator = TensorFlow(
            **{"entry_point": script, "training_steps": None, "output_path": tmp_path / "out", **arguments},
            plugins=PluginManager(),
        )
        estimator.fit(job_name="j", wait=False, display=Display(quiet=True))
        return estimator, estimator._backend("inprocess"), estimator.latest_training_job

    return start_job


def wait(backend, handle, *, until=lambda status: status.state.terminal, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not until(status := backend.status(handle)):
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return status


def training(status):
    return status.progress is not None and status.progress.step > 20


def test_stop_saves_a_checkpoint_and_ends_cleanly(start, tmp_path):
    estimator, backend, handle = start()
    wait(backend, handle, until=training)
    estimator.stop_training_job("enough")
    status = wait(backend, handle)
    assert (status.state, status.message) == (JobState.STOPPED, "enough")
    result = backend.result(handle)
    assert (result.state, result.stop_reason, result.exported) == ("Stopped", "enough", None)
    assert result.global_step > 20
    assert Path(f"{result.checkpoint.path}.index").exists()
    estimator.stop_training_job("again")  # does nothing to a job that has ended
    assert backend.status(handle) == status
    layout = Layout(Path(handle.location))
    assert layout.success.exists()
    assert layout.loss_picture.exists()

    # the same name again resumes in its folder
    again = TensorFlow(tmp_path / "line.py", training_steps=result.global_step + 10, output_path=tmp_path / "out")
    again.fit(job_name="j", display=Display(quiet=True))
    assert again.result.global_step == result.global_step + 10
    assert f"resuming at step {result.global_step}" in layout.log.read_text()


def test_train_max_run_is_enforced(start):
    _, backend, handle = start(train_max_run=5)
    status = wait(backend, handle)
    assert (status.state, status.message) == (JobState.STOPPED, "train_max_run of 5 s is over")
    assert backend.result(handle).checkpoint is not None


def test_a_stop_during_an_evaluation_does_not_wait_for_its_end(start, write, line):
    text = line.read_text().replace(
        "def eval_input_fn():\n    return _numbers()", "def eval_input_fn():\n    return _numbers().repeat()"
    )
    settings = {"save_checkpoints_steps": 10, "throttle_secs": 0}
    _, backend, handle = start(write("endless.py", text), hyperparameters=settings)
    wait(backend, handle, until=lambda status: status.progress is not None and status.progress.phase == "evaluating")
    backend.stop(handle, "enough")
    status = wait(backend, handle, seconds=20)
    assert status.state is JobState.STOPPED
    assert backend.result(handle).global_step == 10


def test_a_second_stop_interrupts_a_step_that_hangs(start, write, line):
    # After some steps the input looks for ever for one more element.
    text = line.read_text().replace(
        "return _numbers().repeat()",
        "return _numbers().repeat(20).concatenate(_numbers().repeat().filter(lambda *_: tf.constant(False)))",
    )
    _, backend, handle = start(write("hang.py", text), hyperparameters={"save_checkpoints_steps": 10})
    last = Layout(Path(handle.location)).model / "model.ckpt-40.index"
    wait(backend, handle, until=lambda _: last.exists())
    time.sleep(1)
    backend.stop(handle, "enough")
    time.sleep(1)
    assert backend.status(handle).state is JobState.STOPPING
    backend.stop(handle, "now")
    status = wait(backend, handle, seconds=15)
    assert status.state is JobState.STOPPED
    assert backend.result(handle).global_step == 40


def test_a_stop_while_the_script_is_loaded(start, write, line):
    script = write("slow.py", "import time\nfor _ in range(600):\n    time.sleep(0.1)\n" + line.read_text())
    _, backend, handle = start(script)
    time.sleep(0.5)
    backend.stop(handle, "changed my mind")
    backend.stop(handle, "really")
    status = wait(backend, handle, seconds=10)
    assert (status.state, status.message) == (JobState.STOPPED, "changed my mind")


def test_keras_stops_with_a_checkpoint(start, write):
    script = write(
        "k.py",
        """
        import tensorflow as tf

        def keras_model_fn(hyperparameters):
            model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            model.compile('sgd', 'mse')
            return model

        def train_input_fn():
            return tf.data.Dataset.from_tensors(([[1.0]], [[2.0]])).repeat()

        def eval_input_fn():
            return tf.data.Dataset.from_tensors(([[1.0]], [[2.0]]))
        """,
    )
    _, backend, handle = start(script, framework_version="2.x")
    wait(backend, handle, until=training)
    backend.stop(handle, "enough")
    assert wait(backend, handle).state is JobState.STOPPED
    result = backend.result(handle)
    assert result.global_step > 20
    assert Path(f"{result.checkpoint.path}.index").exists()


def test_the_log_can_be_followed(start):
    _, backend, handle = start(training_steps=300)
    texts = [line.text for line in backend.logs(handle, follow=True)]
    assert backend.status(handle).state is JobState.COMPLETED
    assert any(text.startswith("INFO:tensorflow:loss = ") for text in texts)
    assert texts[-1].startswith("INFO:tensorflow:")
    assert [line.text for line in backend.logs(handle)] == texts


def test_observers_hear_of_a_job_that_was_interrupted_while_one_waited(line, tmp_path, monkeypatch):
    """Ctrl-C in `fit`: the checkpoint is saved, result and observers know, then KeyboardInterrupt goes on its way."""
    seen = []

    class Observer:
        @hookimpl
        def smtf_after_job(self, handle, status):
            seen.append(status.state)

    class Interrupting(Display):
        pressed = False

        def update(self, status):
            if training(status) and not self.pressed:
                self.pressed = True
                raise KeyboardInterrupt

    estimator = TensorFlow(
        line, training_steps=None, output_path=tmp_path / "out", plugins=PluginManager(plugins=[Observer()])
    )
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(display=Interrupting(quiet=True))
    assert seen == [JobState.STOPPED]
    assert estimator.result.global_step > 20
