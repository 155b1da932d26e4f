"""A script that keeps the contract and trains in seconds, for tests of backends, stores and observers."""

from __future__ import annotations

from pathlib import Path

#: ``model_fn`` script for TensorFlow 1.x that learns ``y = 2 x`` from numbers in memory; reads no channel.
LINE_SCRIPT = """\
import tensorflow as tf


def model_fn(features, labels, mode, params):
    slope = tf.get_variable("slope", shape=[], initializer=tf.zeros_initializer())
    predictions = features["x"] * slope
    if mode == tf.estimator.ModeKeys.PREDICT:
        outputs = {"serving_default": tf.estimator.export.PredictOutput({"y": predictions})}
        return tf.estimator.EstimatorSpec(mode, predictions={"y": predictions}, export_outputs=outputs)
    loss = tf.losses.mean_squared_error(labels, predictions)
    optimizer = tf.train.GradientDescentOptimizer(params.get("learning_rate", 0.01))
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    metrics = {"error": tf.metrics.mean_absolute_error(labels, predictions)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def train_input_fn():
    return _numbers().repeat()


def eval_input_fn():
    return _numbers()


def serving_input_fn():
    x = tf.placeholder(tf.float32, [None])
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


def _numbers():
    x = tf.range(8, dtype=tf.float32)
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x)).batch(4)
"""


#: The same, which says in its log what has reached it, and raises what hyperparameter ``failure`` says; it reads
#: channel ``training``, variable CONFORMANCE and hyperparameter ``flavour``.
SAYING_SCRIPT = LINE_SCRIPT.replace(
    "def train_input_fn():\n",
    """\
def train_input_fn(training_dir, hyperparameters):
    import os
    said = [os.environ.get("CONFORMANCE"), hyperparameters["flavour"], sorted(os.listdir(training_dir))]
    tf.logging.info("conformance: " + " | ".join(map(str, said)))
    if hyperparameters["failure"]:
        raise ValueError(hyperparameters["failure"])
""",
)

_FLOAT, _ANY = 1, -1
#: What the script exports: signature → tensors by name, each with its type (a number of ``DataType``) and shape.
LINE_SIGNATURE = {
    "serving_default": {
        "inputs": {"x": [_FLOAT, [_ANY]]},
        "outputs": {"y": [_FLOAT, [_ANY]]},
        "method": "tensorflow/serving/predict",
    }
}


def write_line_script(folder: Path) -> Path:
    """Write :data:`LINE_SCRIPT` into ``folder`` and return its path."""
    return write_script(folder, LINE_SCRIPT)


def write_script(folder: Path, text: str) -> Path:
    """Write a script into ``folder`` and return its path."""
    path = folder / "line.py"
    path.write_text(text, encoding="utf-8")
    return path
