"""Functions of a script that TensorFlow calls in threads of its own behave as the script does."""

import threading

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


def state(tf):
    """Whether this is TensorFlow 1: no eager mode, sizes are `Dimension`, and operations are made in a graph."""
    made = tf.constant(1.0) + tf.zeros([])
    return not tf.executing_eagerly() and hasattr(tf.TensorShape([3])[0], "value") and isinstance(made.op, tf.Operation)


def test_py_func(tf):
    def body(value):
        with tf.Session() as session:  # on a graph of that thread's own
            twice = session.run(tf.constant(value) * 2)
        return twice, np.bool_(state(tf)), str(threading.get_ident()).encode()

    result = tf.py_func(body, [tf.constant([1.0, 2.0])], [tf.float32, tf.bool, tf.string])
    with tf.Session() as session:
        twice, first, _ = session.run(result)
    assert twice.tolist() == [2, 4]
    assert first


def test_from_generator_and_functions_of_datasets(tf):
    def generator():
        yield state(tf)
        yield state(tf)

    class Partial:
        def __call__(self, seen):
            return seen and state(tf)

    dataset = tf.data.Dataset.from_generator(generator, tf.bool, tf.TensorShape([]))
    dataset = dataset.map(lambda seen: tf.py_func(Partial(), [seen], tf.bool), num_parallel_calls=2)
    following = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert [session.run(following) for _ in range(2)] == [True, True]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(following)


def test_eager_functions_stay_eager(tf):
    result = tf.py_function(lambda value: value + float(tf.executing_eagerly()), [tf.constant(1.0)], tf.float32)
    with tf.Session() as session:
        assert session.run(result) == 2


def test_their_errors_are_the_scripts_own(tf):
    def body():
        raise ValueError("no such picture")

    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="no such picture"):
        session.run(tf.py_func(body, [], tf.float32))
    assert not tf.executing_eagerly()
