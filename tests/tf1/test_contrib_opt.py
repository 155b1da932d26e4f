"""More of tf.contrib.opt. Expected values: TensorFlow 1.11.0, Python 3.6, the same four steps from ``sines``."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture
def opt():
    from smtf_core.runtime.tf1.contrib import opt

    return opt


def sines(shape, dtype=None, partition_info=None):
    return (np.sin(np.arange(int(np.prod(shape))) * 1.7).reshape(shape) * 0.8).astype("f")


# The optimizer of w [4, 3] and v [3]; whether w is multiplied or looked up; the first entries of w and v after four
# steps; the variables besides w, v and the global step, with their first entries.
CASES = [
    (
        "opt.LARSOptimizer(0.5)",
        True,
        [0.0014, 0.7899, -0.20309, -0.73831, -0.0009, 0.79, -0.20523],
        {"w/LARSOptimizer": [-0.90943, 2.48713, -0.61224], "v/LARSOptimizer": [1.21734, 2.76395, 0.32068]},
    ),
    (
        "opt.LARSOptimizer(0.5,momentum=.8,weight_decay=.01,eeta=.1,epsilon=1e-3,skip_list=['v'],use_nesterov=True)",
        True,
        [0.13078, 0.51974, -0.07158, -0.53999, -0.76172, -0.45906, -0.04682],
        {"w/LARSOptimizer": [-0.57233, 1.65381, -0.33938], "v/LARSOptimizer": [0.48259, -0.30958, -0.37245]},
    ),
    (
        "opt.GGTOptimizer(0.1,beta1=.5,window=2,eps=.01)",
        True,
        [0.05903, 0.62807, -0.16967, -0.66639, -0.09293, 0.59023, -0.21898],
        {
            "global_step_1": [4.0],
            "grad_buffer": [0.2699, 0.82513, 0.07681],
            "moment1": [0.42777, 0.65347, -0.0219],
            "flat_grad": [0.58564, 0.48182, -0.1206],
        },
    ),
    (
        "opt.RegAdagradOptimizer(.1)",
        True,
        [0.13818, 0.53656, -0.08617, -0.51692, -0.27506, 0.5365, -0.28196],
        {"w/RegAdagrad": [0.43412, 1.9351, 0.40153], "v/RegAdagrad": [0.42376, 2.69967, 0.37615]},
    ),
    (
        "opt.RegAdagradOptimizer(.1)",
        False,
        [0.11908, 0.57191, -0.04578, -0.49267, -0.24013, 0.55093, -0.40254],
        {"w/RegAdagrad": [0.33846, 0.14921, 0.55133], "v/RegAdagrad": [0.16754, 1.38488, 0.38966]},
    ),
    (
        "opt.VariableClippingOptimizer(tf.train.GradientDescentOptimizer(1.),{w:[1],v:[0]},.9)",
        True,
        [-0.06384, -0.24701, -0.50454, -0.5041, -0.49132, -0.47465, -0.5388],
        {},
    ),
    (
        "opt.VariableClippingOptimizer(tf.train.GradientDescentOptimizer(1.),{w:[1],v:[0]},.9)",
        False,
        [0.46579, 0.57761, 0.50931, 0.26939, -0.48036, -0.40176, -0.64641],
        {},
    ),
    (
        "opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(.1,.9))",
        True,
        [0.02659, 0.69104, -0.15867, -0.68103, -0.07588, 0.55322, -0.27776],
        {"w/Momentum": [-0.1097, 0.50935, -0.17746], "v/Momentum": [0.42308, 0.88768, 0.18904]},
    ),
    (
        "opt.DropStaleGradientOptimizer(tf.train.MomentumOptimizer(.1,.9),staleness=0)",
        True,
        [0.21464, 0.2747, -0.01137, -0.37974, -0.18092, 0.0601, -0.37265],
        {
            "stale_counter": [0.0],
            "w/Momentum": [-0.68804, 1.87378, -0.31202],
            "v/Momentum": [1.02989, 2.53707, 0.16426],
        },
    ),
    (
        "opt.AddSignOptimizer(.1)",
        False,
        [0.13314, 0.73241, -0.0145, -0.5081, -0.13142, 0.35526, -0.42718],
        {"w/AddSignOptimizer": [-0.05421, 0.02407, -0.07744], "v/AddSignOptimizer": [0.05687, 0.18614, 0.09412]},
    ),
    (
        "opt.PowerSignOptimizer(.1)",
        False,
        [0.18068, 0.71889, 0.05416, -0.42451, -0.17638, 0.20875, -0.4845],
        {"w/PowerSignOptimizer": [-0.05412, 0.0213, -0.07759], "v/PowerSignOptimizer": [0.05614, 0.18234, 0.08645]},
    ),
]


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize(("make", "dense", "values", "others"), CASES)
def test_optimizers_do_as_in_tensorflow_1_11(tf, opt, make, dense, values, others, resource):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [4, 3], initializer=sines, use_resource=resource)
    v = tf.get_variable("v", [3], initializer=sines, use_resource=resource)
    x, ids = tf.placeholder(tf.float32, [2, 4]), tf.placeholder(tf.int64, [2])
    y = tf.matmul(x, w) if dense else tf.nn.embedding_lookup(w, ids)
    loss = tf.reduce_mean(tf.square(y + v - 1)) + tf.reduce_sum(tf.sin(v))
    made = eval(make, {"opt": opt, "tf": tf, "w": w, "v": v})
    if "RegAdagrad" in make:
        train = made.minimize(loss, global_step=step)
        with made.avoid_updating_slots(), tf.control_dependencies([train]):
            train = made.minimize(0.1 * tf.reduce_sum(w * w) + 0.1 * tf.reduce_sum(tf.gather(v, [0])))
    elif "Multitask" in make:
        pairs, _ = opt.clip_gradients_by_global_norm(made.compute_gradients(loss), 0.5)
        train = made.apply_gradients(pairs, global_step=step)
    else:
        train = made.minimize(loss, global_step=step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for t in range(4):
            # In the third batch of the multi-task loss, w's part is missing.
            batch = np.cos(np.arange(8) + t).reshape(2, 4) * (t != 2 or "Multitask" not in make)
            session.run(train, {x: batch, ids: [t % 4, (t + 2) % 4]})
        found = session.run([w, v])
        rest = [variable for variable in tf.global_variables() if variable.op.name not in ("w", "v", "global_step")]
        slots = {variable.op.name: session.run(variable).ravel()[:3] for variable in rest}
    np.testing.assert_allclose([*found[0].ravel()[:4], *found[1]], values, atol=3e-5)
    assert set(slots) == set(others)
    for name, expected in others.items():
        np.testing.assert_allclose(slots[name], expected, atol=3e-5, err_msg=name)


def test_stale_gradients_are_dropped(tf, opt):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    made = opt.DropStaleGradientOptimizer(tf.train.GradientDescentOptimizer(1.0), staleness=1)
    pairs = made.compute_gradients(w * 2)
    # Another worker steps between the gradient and its use.
    with tf.control_dependencies([pairs[0][0]]):
        others = tf.assign_add(step, tf.placeholder_with_default(tf.constant(2, tf.int64), []))
    with tf.control_dependencies([others]):
        pairs = [(tf.identity(grad), var) for grad, var in pairs]
    train = made.apply_gradients(pairs, global_step=step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        assert session.run([w, *tf.global_variables("stale_counter")]) == [0, 1]


# The examples of the interface's documentation, with what they say comes out.
EXAMPLES = [
    ({"options": {"maxiter": 100}}, [0, 0]),
    ({"var_to_bounds": "([1, 2], np.inf)"}, [1, 2]),
    ({"equalities": "[vector[1] - 1.0]", "inequalities": "[vector[0] - 1.0]", "method": "SLSQP"}, [1, 1]),
]


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize(("arguments", "expected"), EXAMPLES)
def test_scipy_minimizes(tf, opt, arguments, expected, resource):
    pytest.importorskip("scipy")
    vector = tf.get_variable("vector", initializer=[7.0, 7.0], use_resource=resource)
    loss = tf.reduce_sum(tf.square(vector))
    names = ("equalities", "inequalities", "var_to_bounds")
    given = {
        name: eval(value, {"vector": vector, "np": np}) if name in names else value for name, value in arguments.items()
    }
    if "var_to_bounds" in given:
        given["var_to_bounds"] = [(vector, given["var_to_bounds"])]
        given["var_to_bounds"] = type("ByIdentity", (), {"items": lambda self, pairs=given["var_to_bounds"]: pairs})()
    optimizer = opt.ScipyOptimizerInterface(loss, **given)
    seen, steps = [], []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        optimizer.minimize(session, fetches=[loss], loss_callback=seen.append, step_callback=steps.append)
        np.testing.assert_allclose(session.run(vector), expected, atol=1e-4)
    assert seen[0] == 98
    assert len(steps) >= 1


def test_what_scipy_is_given_by_the_interface_cannot_be_given_again(tf, opt):
    tf.get_variable("vector", initializer=[7.0, 7.0])
    optimizer = opt.ScipyOptimizerInterface(tf.reduce_sum(tf.trainable_variables()[0]), bounds=[(0, 1), (0, 1)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(ValueError, match="var_to_bounds"):
            optimizer.minimize(session)
