"""Trains with TensorFlow and saves a checkpoint to S3 after every step: ``python trainer.py URI FOLDER``. To be killed.

Says ``saved STEP`` when the store has taken a checkpoint. Every value of
a checkpoint is its step, so that a mixture can be told.
"""

import sys
from pathlib import Path

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display
from smtf_core.hookspecs import hookimpl
from smtf_core.s3 import connection

SCRIPT = """
import tensorflow as tf


def model_fn(features, labels, mode, params):
    step = tf.train.get_or_create_global_step()
    numbers = tf.get_variable("numbers", shape=[100000], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(features["x"]) + 0.0 * numbers[0]
    train_op = tf.assign(numbers, tf.fill([100000], tf.cast(tf.assign_add(step, 1), tf.float32)))
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def train_input_fn():
    return tf.data.Dataset.from_tensors(({"x": [1.0]}, [1.0])).repeat()


def eval_input_fn():
    return train_input_fn().take(1)
"""


class Told:
    """Says what happens."""

    @hookimpl
    def smtf_after_checkpoint(self, checkpoint):
        print("saved", checkpoint.step, flush=True)


def main(uri: str, folder: Path) -> None:
    connection.READ_TIMEOUT = 0.5
    folder.mkdir()
    (folder / "script.py").write_text(SCRIPT)
    estimator = TensorFlow(
        str(folder / "script.py"),
        training_steps=1_000_000,
        output_path=str(folder / "jobs"),
        checkpoint_path=uri,
        hyperparameters={"save_checkpoints_steps": 1, "keep_checkpoint_max": 3},
        plugins=PluginManager(plugins=[Told()]),
    )
    estimator.fit(job_name="job", display=Display(quiet=True))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
