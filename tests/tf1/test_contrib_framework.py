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
