"""What needs TensorFlow 1's control flow in a script of generation 1.x, and Keras's recurrent layers under it."""

from pathlib import Path

import tensorflow as tf

CHECKS = """
import numpy as np
import tensorflow as tf

def value(build, runs=1):
    with tf.Graph().as_default():
        tensor = build()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return [session.run(tensor) for _ in range(runs)][-1]

def variable(number):
    return tf.get_variable('v', [], initializer=tf.constant_initializer(number))

def counted():
    v = variable(0.)
    return tf.cond(tf.placeholder_with_default(True, []), lambda: tf.assign_add(v, 1.), lambda: tf.identity(v))
assert value(counted, 3) == 3

def averaged():
    v = variable(1.)
    average = tf.train.ExponentialMovingAverage(0.5)
    with tf.control_dependencies([average.apply([v])]):
        return tf.identity(average.average(v))
assert value(averaged) == 1

def updated():
    x = tf.constant(np.float32([[2.], [4.]]))
    tf.layers.batch_normalization(x, training=tf.placeholder_with_default(True, []), momentum=0.5, fused=False)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    assert len(updates) == 2
    with tf.control_dependencies(updates):
        return tf.identity([v for v in tf.global_variables() if 'moving_mean' in v.name][0].read_value())
assert value(updated)[0] == 1.5

def looped():
    v = variable(0.)
    end = tf.while_loop(lambda i: i < 3, lambda i: i + 1 + 0 * tf.cast(tf.assign_add(v, 1.), tf.int32), [0])
    with tf.control_dependencies([end]):
        return v.read_value()
assert value(looped) == 3

for layer in (tf.keras.layers.LSTM, tf.keras.layers.GRU, tf.keras.layers.SimpleRNN):
    for sequences in (False, True):
        model = tf.keras.Sequential([layer(2, input_shape=(3, 4), return_sequences=sequences)])
        model.compile(tf.keras.optimizers.SGD(lr=0.1), 'mse')
        shape = (5, 3, 2) if sequences else (5, 2)
        first = model.train_on_batch(np.ones((5, 3, 4)), np.ones(shape))
        assert model.train_on_batch(np.ones((5, 3, 4)), np.ones(shape)) < first
        assert model.predict(np.ones((5, 3, 4))).shape == shape
dataset = tf.data.Dataset.range(4).map(lambda n: n + 1, num_threads=2, output_buffer_size=2)
following = dataset.make_one_shot_iterator().get_next()
with tf.Session() as session:
    assert [session.run(following) for _ in range(4)] == [1, 2, 3, 4]
tf.reset_default_graph()
tf.keras.backend.clear_session()
"""


def test_control_flow(train, write, line: Path):
    train(write("flow.py", CHECKS + line.read_text()))


def test_the_process_keeps_its_own(train, line: Path):
    train(line)
    with tf.Graph().as_default() as graph:
        tf.compat.v1.cond(tf.constant(True), lambda: 1, lambda: 2)
        assert "StatelessIf" in {operation.type for operation in graph.get_operations()}
    layer = tf.keras.layers.Dense(1)
    assert layer.name.startswith("dense")
