"""Synchronous strategies on real TensorFlow."""

import os
import signal
from pathlib import Path

import pytest
from acting_hosts import until

from smtf_core import TensorFlow
from smtf_core.client.display import Display
from smtf_core.errors import InvalidInputError
from smtf_core.models import JobState, Layout
from smtf_core.stores import latest_checkpoint
from smtf_core.testing.scripts import LINE_SCRIPT

pytestmark = pytest.mark.slow

#: One weight, whose course is known: the mean over a batch of 8 whatever hosts or devices share it.
KERAS = """
import numpy as np
import tensorflow as tf

def keras_model_fn(hyperparameters):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(tf.keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    return model

def _data():
    x = np.arange(16, dtype="float32").reshape(-1, 1) / 8 - 1
    return tf.data.Dataset.from_tensor_slices((x, 2 * x)).batch(8)

def train_input_fn():
    return _data().repeat()

def eval_input_fn():
    return _data()
"""


@pytest.fixture
def fit(write, tmp_path):
    def run(hosts, *, job_name="j", wait=True, script=KERAS, **arguments):
        estimator = TensorFlow(
            **{
                "entry_point": write(f"{job_name}.py", script),
                "train_instance_type": "process",
                "train_instance_count": hosts,
                "output_path": tmp_path / "out",
                "evaluation_steps": None,
                "hyperparameters": {"save_checkpoints_steps": 30, "throttle_secs": 0},
                **arguments,
            }
        )
        estimator.fit(job_name=job_name, wait=wait, display=Display(quiet=True))
        return estimator, Layout(Path(estimator.latest_training_job.location))

    return run


@pytest.mark.parametrize("version", ["2.16", "2.12"])
def test_two_hosts_train_what_one_does_and_stop_at_the_same_step(fit, version):
    alone, _ = fit(1, job_name="alone", training_steps=60, framework_version=version)
    both, layout = fit(2, training_steps=60, framework_version=version)
    assert [evaluation.step for evaluation in both.result.evaluations] == [30, 60]
    assert both.result.metrics == pytest.approx(alone.result.metrics, rel=1e-3)
    assert (Path(both.result.exported.path) / "saved_model.pb").exists()
    assert {path.name for path in layout.model.glob("*.index")} == {"model.ckpt-30.index", "model.ckpt-60.index"}
    if version != "2.16":
        return
    # SIGTERM on the host that is not the chief, and on from there
    again, _ = fit(
        2, training_steps=None, wait=False, framework_version=version, checkpoint_path=layout.root.parent / "c"
    )
    backend, handle = again._backend("process"), again.latest_training_job
    until(lambda: (now := backend.status(handle)).progress is not None and now.progress.step > 50, 120)
    root = Path(handle.location) / "hosts" / "algo-2"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if command[3:5] == ["train", str(root)]:
            os.kill(int(process.name), signal.SIGTERM)
    until(lambda: backend.status(handle).state.terminal, 60)
    assert backend.status(handle).state is JobState.STOPPED, backend.status(handle)
    step = backend.result(handle).global_step
    assert latest_checkpoint(layout.root.parent / "c").step == step > 50
    done, layout = fit(2, training_steps=step + 20, framework_version=version, checkpoint_path=layout.root.parent / "c")
    assert done.result.global_step == step + 20
    assert f"resuming at step {step}" in layout.log.read_text()


TWO_DEVICES = """
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
"""


def test_every_device_of_a_host_has_a_copy(fit):
    script = TWO_DEVICES + KERAS
    script = script.replace(
        "    return model\n",
        "    print('COPIES', tf.distribute.get_strategy().num_replicas_in_sync)\n    return model\n",
    )
    alone, _ = fit(1, job_name="alone", training_steps=60, framework_version="2.16")
    copies, layout = fit(1, training_steps=60, framework_version="2.16", distribution="mirrored", script=script)
    assert "COPIES 2" in layout.log.read_text()
    assert copies.result.metrics == pytest.approx(alone.result.metrics, rel=1e-3)


def test_an_estimator_trains_on_every_device(fit):
    script = TWO_DEVICES + LINE_SCRIPT.replace("import tensorflow as tf\n", "tf = tf.compat.v1\n")
    copies, _ = fit(1, training_steps=60, framework_version="2.16", distribution="mirrored", script=script)
    assert copies.result.global_step == 60
    assert copies.result.metrics["error"] < 0.01


def test_what_these_strategies_cannot_do_is_said_at_once(fit):
    with pytest.raises(InvalidInputError, match="'multi_worker_mirrored' does not train scripts of generation 1"):
        fit(2, distribution="multi_worker_mirrored")
    with pytest.raises(InvalidInputError, match="'mirrored' runs on 1 to 1 hosts, not on 2"):
        fit(2, distribution="mirrored", framework_version="2.16")
    with pytest.raises(InvalidInputError, match="'mirrored' cannot train keras_model_fn scripts of generation 1"):
        fit(1, distribution="mirrored")
