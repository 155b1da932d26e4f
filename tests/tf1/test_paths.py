"""Internal paths that scripts of TensorFlow 1 import from, as a script's imports see them."""

import gzip

import numpy as np
import pytest


@pytest.fixture(scope="module")
def run():
    """Run lines as a script for TensorFlow 1.11 would."""
    from smtf_core.models import FrameworkVersion
    from smtf_core.runtime.script.views import Views
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour
    from smtf_core.runtime.tf1.flags import script_flags
    from smtf_core.runtime.tf1.view import tensorflow_1_view

    views = Views({"tensorflow": lambda: tensorflow_1_view(FrameworkVersion.parse("1.11"), script_flags)})

    def run(lines, **given):
        scope = {"__builtins__": views.builtins(), "__name__": "script", **given}
        with tensorflow_1_behaviour():
            exec(lines, scope)
        return scope

    return run


@pytest.mark.parametrize(
    ("line", "public"),
    [
        ("from tensorflow.contrib.rnn.python.ops.core_rnn_cell import RNNCell as it", "contrib.rnn.RNNCell"),
        (
            "from tensorflow.contrib.rnn.python.ops import core_rnn_cell; it = core_rnn_cell.LSTMCell",
            "nn.rnn_cell.LSTMCell",
        ),
        ("from tensorflow.contrib.layers.python.layers import batch_norm as it", "contrib.layers.batch_norm"),
        (
            "from tensorflow.contrib.framework.python.framework.checkpoint_utils import init_from_checkpoint as it",
            "contrib.framework.init_from_checkpoint",
        ),
        (
            "from tensorflow.contrib.slim.python.slim.nets.resnet_utils import conv2d_same as it",
            "contrib.slim.nets.resnet_utils.conv2d_same",
        ),
        (
            "from tensorflow.contrib.slim.python.slim.data.tfexample_decoder import Image as it",
            "contrib.slim.tfexample_decoder.Image",
        ),
        ("from tensorflow.python.util import nest; it = nest.is_sequence", "contrib.framework.nest.is_sequence"),
        ("from tensorflow.contrib.layers.python.layers import layers; it = layers.conv2d", "contrib.layers.conv2d"),
        (
            "from tensorflow.contrib.layers.python.layers import initializers as i; it = i.xavier_initializer",
            "contrib.layers.xavier_initializer",
        ),
        ("from tensorflow.contrib.framework.python.ops import arg_scope as it", "contrib.framework.arg_scope"),
        (
            "from tensorflow.contrib.framework.python.ops.arg_scope import arg_scope as it",
            "contrib.framework.arg_scope",
        ),
        (
            "from tensorflow.contrib.learn.python.learn import learn_runner; it = learn_runner.run",
            "contrib.learn.learn_runner.run",
        ),
        (
            "from tensorflow.contrib.learn.python.learn.datasets.base import Dataset as it",
            "contrib.learn.datasets.base.Dataset",
        ),
        (
            "from tensorflow.contrib.learn.python.learn.estimators import model_fn as m; it = m.ModelFnOps",
            "contrib.learn.ModelFnOps",
        ),
        (
            "from tensorflow.contrib.learn.python.learn.utils import saved_model_export_utils as u; it = u.make_export_strategy",
            "contrib.learn.make_export_strategy",
        ),
        ("import tensorflow.contrib.keras.python.keras.layers as k; it = k.Dense", "keras.layers.Dense"),
        ("from tensorflow.python.estimator.model_fn import ModeKeys as it", "estimator.ModeKeys"),
    ],
)
def test_segments_of_internal_paths(run, line, public):
    scope = run(f"import tensorflow as tf\n{line}\nsame = it is tf.{public}\n")
    assert scope["same"]


def test_an_obituary_when_there_is_nothing(run):
    with pytest.raises(ImportError, match="tensorflow-gan"):
        run("from tensorflow.contrib import gan")
    with pytest.raises(AttributeError, match="scikit-learn"):
        run("import tensorflow as tf\ntf.contrib.factorization.GMM")


def idx(path, array):
    """Write the format of the MNIST files: a magic number, sizes, bytes."""
    head = np.array([0x800 + array.ndim, *array.shape], ">i4")
    path.write_bytes(gzip.compress(head.tobytes() + array.astype(np.uint8).tobytes()))


def test_the_tutorials_mnist(run, tmp_path):
    for part, count in (("train", 30), ("t10k", 10)):
        labels = np.arange(count) % 10
        idx(tmp_path / f"{part}-images-idx3-ubyte.gz", labels[:, None, None] * np.ones((count, 28, 28)) * 20)
        idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", labels)
    scope = run(
        "from tensorflow.examples.tutorials.mnist import input_data\n"
        "data = input_data.read_data_sets(folder, one_hot=True, validation_size=5)\n"
        "images, labels = data.train.next_batch(7, shuffle=False)\n",
        folder=str(tmp_path),
    )
    data = scope["data"]
    assert (data.train.num_examples, data.validation.num_examples, data.test.num_examples) == (25, 5, 10)
    assert scope["images"].shape == (7, 784)
    assert scope["images"].dtype == np.float32
    assert scope["images"].max(1) == pytest.approx((np.arange(5, 12) % 10) * 20 / 255)
    assert scope["labels"].argmax(1).tolist() == [5, 6, 7, 8, 9, 0, 1]


def test_the_way_of_scripts_half_way_to_tensorflow_2(run):
    lines = """
import tensorflow as plain
import tensorflow.compat.v1 as tf
from tensorflow.compat.v1 import layers
tf.disable_v2_behavior()
found = tf is plain, layers is tf.layers, tf.compat.v1.keras is tf.keras, tf.estimator.Estimator, tf.nn.rnn_cell.GRUCell
"""
    found = run(lines)["found"]
    assert found[:3] == (True, True, True)
    assert found[3].__module__.startswith("tensorflow_estimator")
