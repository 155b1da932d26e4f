"""Scripts that read a channel in Pipe mode, run as a container's entry runs them: from a job's tree alone."""

from __future__ import annotations

import json

import pytest
from streams import Channel, tfrecord

from smtf_core import PluginManager
from smtf_core.models import Layout
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.train import train

# The example of AWS's documentation, in a script of the time.
OF_TENSORFLOW_1 = """
import tensorflow as tf
from sagemaker_tensorflow import PipeModeDataset, PipeModeDatasetException


def model_fn(features, labels, mode, params):
    slope = tf.get_variable("slope", shape=[], initializer=tf.zeros_initializer())
    loss = tf.losses.mean_squared_error(labels, features["x"] * slope)
    train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def parse(record):
    fields = tf.parse_single_example(record, {"x": tf.FixedLenFeature([], tf.float32)})
    return fields, 2 * fields["x"]


def train_input_fn():
    try:
        PipeModeDataset("test")
    except PipeModeDatasetException as error:
        assert "channels in Pipe mode: train" in str(error)
    data = PipeModeDataset(channel="train", record_format="TFRecord")
    assert isinstance(data, tf.data.Dataset)
    data = data.repeat(3).prefetch(10).map(parse, num_parallel_calls=2).batch(8)
    return data.make_one_shot_iterator().get_next()


def eval_input_fn():
    x = tf.range(4, dtype=tf.float32)
    return tf.data.Dataset.from_tensors(({"x": x}, 2 * x))
"""

OF_TENSORFLOW_2 = """
import tensorflow as tf
from sagemaker_tensorflow import PipeModeDataset


def keras_model_fn(hyperparameters):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def parse(records):
    fields = tf.io.parse_example(records, {"x": tf.io.FixedLenFeature([1], tf.float32)})
    return fields["x"], 2 * fields["x"]


def train_input_fn():
    return PipeModeDataset("train", "TFRecord", batch_size=8).repeat(3).map(parse)


def eval_input_fn():
    return tf.data.Dataset.from_tensors((tf.ones([4, 1]), 2 * tf.ones([4, 1])))
"""


# 20 records in batches of 8: the first script batches across epochs, the second within each.
@pytest.mark.parametrize(
    ("source", "version", "steps"), [(OF_TENSORFLOW_1, "1.11", 8), (OF_TENSORFLOW_2, "2.21", 9)], ids=["1.11", "2.21"]
)
def test_a_script_trains_from_three_fifos(tmp_path, source, version, steps):
    import tensorflow as tf

    def example(x: float) -> bytes:
        feature = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
        return tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString()

    layout = Layout(tmp_path)
    layout.create()
    layout.code.mkdir()
    (layout.code / "train.py").write_text(source)
    given = {"sagemaker_program": "train.py", "smtf_framework_version": version, "training_steps": steps}
    layout.hyperparameters.write_text(json.dumps({name: json.dumps(value) for name, value in given.items()}))
    channel = Channel(tmp_path)
    channel.write(*[tfrecord(example(x / 20) for x in range(20))] * 3)
    result = train(layout, PluginManager(), StopSignal())
    channel.join()
    assert result.state == "Completed"
    assert result.global_step == steps
    assert channel.next_epoch == 3
