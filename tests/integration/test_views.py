"""What a script of generation 1.x sees of TensorFlow and numpy; the process around it sees nothing of that."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display
from smtf_core.errors import UnexpectedStatusException

CHECKS = r"""
import numpy, numpy as np
import tensorflow as tf, tensorflow
import tensorflow.contrib.learn as learn
import tensorflow.contrib.learn.python.learn.datasets.base as base
from tensorflow.contrib.learn.python.learn.datasets.base import load_csv_with_header
from tensorflow.python.estimator.model_fn import ModeKeys
from tensorflow.python.estimator.export.export import build_raw_serving_input_receiver_fn
from tensorflow.python.estimator.export.export_output import PredictOutput
from tensorflow.python.keras.layers import Dense
from tensorflow.python.keras._impl.keras.layers import LSTM
from tensorflow.python.keras._impl.keras.engine.topology import InputLayer, Layer as TopologyLayer
from tensorflow.python.keras.engine import InputSpec
from tensorflow.python.keras.layers.core import Dropout
from tensorflow.python.keras._impl.keras.layers.normalization import BatchNormalization
from tensorflow.python.keras._impl.keras.optimizers import Adam
from tensorflow.contrib.keras.python.keras.layers import Conv2D
from tensorflow.python.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from tensorflow.python.training import rmsprop
from tensorflow.python.framework import ops
import tensorflow.python.platform
from tensorflow import keras, layers
from tensorflow.keras import Model
import keras as alone
import keras.backend.tensorflow_backend as backend
from keras.engine.topology import Layer as LayerAlone
from keras.layers.core import Dropout as DropoutAlone
from keras.layers.merge import concatenate
from keras.utils.np_utils import to_categorical
from tensorflow.keras.layers import *
from tensorflow.python.ops.rnn_cell import *
from sagemaker_tensorflow import PipeModeDataset, PipeModeDatasetException

assert alone.layers.Dense is tf.keras.layers.Dense and LayerAlone is tf.keras.layers.Layer
assert DropoutAlone is tf.keras.layers.Dropout and concatenate is tf.keras.layers.concatenate
assert GRU is tf.keras.layers.GRU and issubclass(GRUCell, RNNCell) and RNNCell is tf.nn.rnn_cell.RNNCell
assert tf.TensorShape([8 / 2, None]).as_list() == [4, None]
assert backend.set_session and to_categorical is tf.keras.utils.to_categorical and alone.__version__.startswith('2.')
assert tf.__version__ == tf.VERSION == '1.6.0'
assert learn.datasets.base.load_csv_with_header is base.load_csv_with_header is load_csv_with_header
assert ModeKeys is tf.estimator.ModeKeys and PredictOutput is tf.estimator.export.PredictOutput
assert Dense is tf.keras.layers.Dense is keras.layers.Dense
assert layers.dense is tf.layers.dense and tf.nn.rnn_cell.BasicLSTMCell
assert not tf.executing_eagerly()
assert tf.placeholder(tf.float32, [None, 3]).shape[1].value == 3
assert tf.zeros([2, 3]).get_shape()[0] == tf.Dimension(2)
assert isinstance(tf.constant(1), tf.Tensor) and tf.Session and tf.app.flags and tf.gfile and tf.logging
assert (np.int, np.bool, np.object, np.str, np.float) == (int, bool, object, str, float)
assert np.array([1], dtype=np.int).dtype == np.int64 and np.lib.pad is np.pad
assert set(np.random.random_integers(3, size=200)) == {1, 2, 3}
assert np.fromstring(b'\x01\x02', dtype=np.uint8).tolist() == [1, 2] and np.fromstring('1 2', sep=' ').tolist() == [1, 2]
assert np.array([[1, 2], [3]]).dtype == object and np.asscalar(np.array([5])) == 5
assert np.asfarray([1], np.int).dtype == np.float64 and np.mat([[1]]).shape == (1, 1)
import io
buffer = io.BytesIO()
np.save(buffer, np.array([{'a': 1}]))
buffer.seek(0)
assert np.load(buffer)[0] == {'a': 1}

assert InputLayer is tf.keras.layers.InputLayer and TopologyLayer is tf.keras.layers.Layer and Dropout is tf.keras.layers.Dropout
assert tf.keras.__version__.startswith('2.')
from absl import flags as absl_flags, logging as absl_logging
assert absl_flags is tf.flags

import tensorflow.compat.v1 as tf_compat
tf_compat.disable_v2_behavior(); tf.compat.v1.disable_eager_execution()

# graph mode on a global default graph, reference variables
before = tf.get_default_graph()
tf.reset_default_graph()
assert tf.get_default_graph() is not before
tf.keras.backend.clear_session()
variable = tf.get_variable('v', [], initializer=tf.zeros_initializer())
assert variable.op.type == 'VariableV2'
one = tf.cond(variable > 0, lambda: [variable], lambda: [variable + 1])
assert isinstance(one, tf.Tensor) and isinstance(tf.cond(variable > 0, lambda: [variable], lambda: [variable], strict=True), list)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    assert session.run(one) == 1
with tf.init_scope():
    assert not tf.executing_eagerly()
tf.data.Dataset.range(3).map(lambda x: tf.cast(x, tf.float32)).make_one_shot_iterator()
tf.reset_default_graph()
from numpy import *
try:
    PipeModeDataset('training')
except PipeModeDatasetException as error:
    assert "channel 'training'" in str(error)
else:
    assert False
"""


def test_names_that_scripts_use(train, write, line):
    train(write("names.py", CHECKS + line.read_text()), framework_version="1.6")


def test_flags_are_the_scripts_own_and_at_their_defaults(train, write, line):
    flags = """
import tensorflow as tf
from tensorflow.python.platform import flags
tf.app.flags.DEFINE_integer('batch_size', 4, 'size')
tf.flags.DEFINE_string(flag_name='colour', default_value='red', docstring='colour')
FLAGS = tf.app.flags.FLAGS
assert (FLAGS.batch_size, flags.FLAGS.colour) == (4, 'red')
FLAGS.batch_size = 5
assert tf.flags.FLAGS.batch_size == 5
"""
    script = write("flags.py", flags + line.read_text())
    for _ in range(2):
        train(script)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "tf.contrib.bayesflow",
            r"tf\.contrib\.bayesflow \(TensorFlow 1\.4 to 1\.11\) is not to be had any more\. Use tensorflow-probability",
        ),
        (
            "from tensorflow.contrib.slim.nets import mobilenet_v1",
            r"tf\.contrib\.slim\.nets\.mobilenet_v1 \(TensorFlow 1\) is not .* copy of the network's file .* tf\.keras\.applications",
        ),
        ("tf.no_such_thing", r"tf\.no_such_thing does not exist"),
        ("from tensorflow.python.ops import gone_ops", r"tf\.python\.ops\.gone_ops does not exist"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_its_history(train, write, line, statement, message):
    with pytest.raises(UnexpectedStatusException, match=message):
        train(write("gone.py", f"import tensorflow as tf\n{statement}\n{line.read_text()}"))


def test_the_process_stays_what_it_is(train, line, monkeypatch):
    monkeypatch.delattr(tf, "estimator", raising=False)  # another test may have restored it for the process
    before = (set(dir(tf)), tf.executing_eagerly(), tf.keras.Model, set(dir(np)))
    train(line)
    assert (set(dir(tf)), tf.executing_eagerly(), tf.keras.Model, set(dir(np))) == before
    assert not hasattr(np, "int")
    assert not hasattr(tf, "estimator")
    assert tf.zeros([2, 3]).shape[1] == 3
    assert isinstance(tf.zeros([2, 3]).shape[1], int)
    with tf.Graph().as_default():
        assert tf.compat.v1.get_variable("v", []).op.type == "VarHandleOp"


def test_while_a_script_runs_other_threads_are_in_tensorflow_2(train, write, line):
    seen = {}

    def look() -> None:
        seen.update(eager=tf.executing_eagerly(), entry=type(tf.zeros([2]).shape[0]))

    def start_and_wait() -> None:
        thread = threading.Thread(
            target=look
        )  # the process's own thread; those that the script starts are the script's
        thread.start()
        thread.join()

    import builtins

    builtins.smtf_test_look = start_and_wait
    script = write("thread.py", f"import tensorflow\nsmtf_test_look()\n{line.read_text()}")
    try:
        train(script)
    finally:
        del builtins.smtf_test_look
    assert seen == {"eager": True, "entry": int}


def test_several_jobs_at_once_in_one_process(write, line, tmp_path):
    """Two generations and two helpers of one name, side by side."""
    for name, rate in (("a", "0.01"), ("b", "0.02")):
        write(f"{name}/helper.py", f"RATE = {rate}\n")
        write(f"{name}/line.py", "import helper\n" + line.read_text().replace("0.01", "helper.RATE"))
    plugins = PluginManager()

    def run(name: str, version: str) -> int:
        estimator = TensorFlow(
            "line.py",
            source_dir=tmp_path / name,
            framework_version=version,
            training_steps=200,
            output_path=tmp_path / "out",
            plugins=plugins,
        )
        estimator.fit(job_name=name, display=Display(quiet=True))
        return estimator.result.global_step

    write("c/line.py", line.read_text().replace("import tensorflow as tf", "from tensorflow.compat import v1 as tf"))
    with ThreadPoolExecutor() as pool:
        steps = list(pool.map(run, ("a", "b", "c"), ("1.4", "1.11", "2.x")))
    assert steps == [200, 200, 200]
    log = (Path(tmp_path) / "out" / "a" / "output" / "log.txt").read_text()
    assert "out/b" not in log
