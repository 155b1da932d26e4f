"""tf.contrib.opt: all variables of an optimizer. Expected values: TensorFlow 1.11.0, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


# Name, constructor, variables after three steps.
OPTIMIZERS = [
    (
        lambda opt, tf: opt.LazyAdamOptimizer(0.1),
        {
            "b": [0.70139, -1.3005],
            "b/Adam": [1.46688, 1.8148],
            "b/Adam_1": [0.08961, 0.13344],
            "beta1_power": 0.6561,
            "beta2_power": 0.99601,
            "global_step": 3,
            "w": [[0.70159, 1.70062], [3.0, 4.0], [4.70021, 5.70018]],
            "w/Adam": [[0.96817, 2.05207], [0.0, 0.0], [2.65201, 3.19401]],
            "w/Adam_1": [[0.03917, 0.17342], [0.0, 0.0], [0.2879, 0.41737]],
        },
    ),
    (
        lambda opt, tf: opt.AdaMaxOptimizer(0.1),
        {
            "b": [0.71438, -1.28722],
            "b/AdaMax": [1.46906, 1.81147],
            "b/AdaMax_1": [5.98801, 7.28765],
            "beta1_power": 0.6561,
            "global_step": 3,
            "w": [[0.7155, 1.70765], [3.0, 4.0], [4.70289, 5.70236]],
            "w/AdaMax": [[0.97007, 2.05301], [0.0, 0.0], [2.65219, 3.19416]],
            "w/AdaMax_1": [[3.992, 7.98401], [0.0, 0.0], [9.98001, 11.97601]],
        },
    ),
    (
        lambda opt, tf: opt.MovingAverageOptimizer(tf.train.MomentumOptimizer(0.01, 0.9), 0.9),
        {
            "b": [0.67939, -1.35526],
            "b/ExponentialMovingAverage": [0.94773, -1.05638],
            "b/Momentum": [15.00989, 17.75471],
            "global_step": 3,
            "w": [[0.78322, 1.56643], [3.0, 4.0], [4.44856, 5.33827]],
            "w/ExponentialMovingAverage": [[0.96479, 1.92957], [3.0, 4.0], [4.91084, 5.893]],
            "w/Momentum": [[10.2384, 20.4768], [0.0, 0.0], [26.344, 31.6128]],
        },
    ),
]


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize(("make", "expected"), OPTIMIZERS)
def test_optimizers_do_as_in_tensorflow_1_11(tf, make, expected, resource):
    from smtf_core.runtime.tf1.contrib import opt

    with tf.variable_scope("", use_resource=resource):
        w = tf.get_variable("w", initializer=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        b = tf.get_variable("b", initializer=[1.0, -1.0])
    x = tf.gather(w, [0, 2, 0])
    loss = tf.reduce_sum(x * x + b) + tf.reduce_sum(b * b * b)
    step = make(opt, tf).minimize(loss, global_step=tf.train.get_or_create_global_step())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(step)
        found = {variable.op.name: session.run(variable) for variable in tf.global_variables()}
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(np.array(value), abs=2e-5), name


def test_weights_shrink_before_the_step(tf):
    from smtf_core.runtime.tf1.contrib import opt

    v, u, w = tf.Variable(2.0, name="v"), tf.Variable(3.0, name="u"), tf.Variable([1.0, 2.0], name="w")
    optimizer = opt.MomentumWOptimizer(0.1, 0.5, 0.9)
    pairs = optimizer.compute_gradients(v + u + tf.reduce_sum(tf.gather(w, [1])))
    step = optimizer.apply_gradients(pairs, decay_var_list=[v, w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run([v, u]) == pytest.approx([2.0 * 0.9 - 0.5, 3.0 - 0.5])
        # Only the row with a gradient shrinks.
        assert session.run(w) == pytest.approx([1.0, 2.0 * 0.9 - 0.5])
    assert {variable.op.name for variable in optimizer.variables()} == {"v/MomentumW", "u/MomentumW", "w/MomentumW"}


def test_averages_are_saved_in_place_of_weights(tf, tmp_path):
    from smtf_core.runtime.tf1.contrib import opt

    v = tf.Variable(1.0, name="v", use_resource=True)
    optimizer = opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.5), average_decay=0.5)
    step = optimizer.minimize(v)
    saver = optimizer.swapping_saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        path = saver.save(session, str(tmp_path / "model"))
    assert tf.train.load_variable(path, "v") == pytest.approx(0.75)
    assert tf.train.load_variable(path, "v/ExponentialMovingAverage") == pytest.approx(0.5)
