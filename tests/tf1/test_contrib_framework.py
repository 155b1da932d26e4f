"""tf.contrib.framework. Expected values follow from the documentation of TensorFlow 1.11."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture(scope="module")
def framework():
    from smtf_core.runtime.tf1.contrib import framework

    return framework


def test_arg_scope(framework):
    @framework.add_arg_scope
    def function(a, b=1, c=2):
        return a, b, c

    with framework.arg_scope([function], b=5) as outer, framework.arg_scope([function], c=6):
        assert function(0) == (0, 5, 6)
        assert function(0, c=7) == (0, 5, 7)
    assert function(0) == (0, 1, 2)
    with framework.arg_scope(outer):
        assert function(0) == (0, 5, 2)
        assert function(0, 9) == (0, 9, 2)
    with pytest.raises(ValueError, match="not decorated"), framework.arg_scope([len], b=1):
        pass


def test_variables(tf, framework):
    with tf.variable_scope("a"):
        framework.model_variable("w", [2], initializer=tf.zeros_initializer())
        framework.variable("b", [2])
    framework.local_variable(0, name="local")
    assert [v.op.name for v in framework.get_variables()] == ["a/w", "a/b"]
    assert [v.op.name for v in framework.get_model_variables()] == ["a/w"]
    assert [v.op.name for v in framework.get_variables_to_restore(exclude=["a/w"])] == ["a/b"]
    assert [v.op.name for v in framework.get_variables_by_name("b")] == ["a/b"]
    assert framework.get_unique_variable("a/w").op.name == "a/w"


def test_checkpoints(tf, framework, tmp_path):
    var = tf.get_variable("v", initializer=[1.0, 2.0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    other = tf.get_variable("other", [2])
    assign, feed = framework.assign_from_checkpoint(path, {"v": other})
    restore = framework.assign_from_checkpoint_fn(path, [var, other], ignore_missing_vars=True)
    with tf.Session() as session:
        session.run(assign, feed)
        restore(session)
        np.testing.assert_array_equal(session.run([var, other]), [[1, 2], [1, 2]])
    with pytest.raises(ValueError, match="missing"):
        framework.assign_from_checkpoint(path, {"nothing": other})


def test_what_is_known_before_the_graph_runs(tf):
    from smtf_core.runtime.tf1.contrib import framework, slim

    fed = tf.placeholder(tf.bool, [])
    assert [slim.utils.constant_value(value) for value in (True, tf.constant(3), fed, tf.Variable(1))] == [
        True,
        3,
        None,
        None,
    ]
    for cond in (slim.utils.smart_cond, framework.smart_cond):
        assert cond(tf.constant(True), lambda: "one", lambda: "other") == "one"
        with tf.Session() as session:
            assert session.run(cond(fed, lambda: tf.constant(1), lambda: tf.constant(2)), {fed: False}) == 2
    with pytest.raises(ValueError, match="has type int32, not bool"):
        slim.utils.constant_value(tf.constant(3), tf.bool)


def test_sizes_of_slim_utils(tf):
    from smtf_core.runtime.tf1.contrib.slim import utils

    shape = tf.TensorShape([None, 3, 4, 5])
    assert (utils.last_dimension(shape, min_rank=4), utils.channel_dimension(shape, "NCHW")) == (5, 3)
    assert utils.channel_dimension(shape, "NHWC") == 5
    for bad, message in (
        (lambda: utils.last_dimension([3], 2), "at least 2"),
        (lambda: utils.last_dimension([None]), "known"),
    ):
        with pytest.raises(ValueError, match=message):
            bad()
    assert [utils.two_element_tuple(value) for value in (2, [2, 3], tf.TensorShape([2, 3]))] == [(2, 2), (2, 3), (2, 3)]
    with pytest.raises(ValueError, match="Expected an integer or two"):
        utils.two_element_tuple([1, 2, 3])
    tensor = utils.append_tensor_alias(tf.constant(1, name="c"), "a/b")
    assert utils.gather_tensors_aliases([tensor, tf.constant(1, name="d")]) == ["a/b", "d"]
