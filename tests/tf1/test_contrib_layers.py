"""tf.contrib.layers and slim. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")

X2 = np.arange(12, dtype=np.float32).reshape(4, 3)
X4 = np.arange(48, dtype=np.float32).reshape(2, 4, 2, 3) ** 1.1


@pytest.fixture(scope="module")
def layers():
    from smtf_core.runtime.tf1.contrib import layers

    return layers


def run(tf, output, updates=False):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = session.run(output)
        if updates:
            session.run(tf.get_collection("update_ops"))
        return value.ravel()[:6], {v.op.name: session.run(v) for v in tf.global_variables()}


# (call, its first values, the variables' shapes)
LAYERS = [
    ("L.fully_connected(x2, 2, **w)", [0.3, 0.3, 1.2, 1.2], {"weights": [3, 2], "biases": [2]}),
    ("L.conv2d(x4, 2, [3, 2], **w)", [8.0272, 8.0272, 5.1598], {"weights": [3, 2, 3, 2], "biases": [2]}),
    ("L.conv2d(x4, 2, 3, rate=2, **w)", [5.3558, 5.3558, 7.7162], {"weights": [3, 3, 3, 2], "biases": [2]}),
    ("L.conv2d_transpose(x4, 2, 3, stride=2, **w)", [0.3144, 0.3144], {"weights": [3, 3, 2, 3], "biases": [2]}),
    ("L.conv2d_in_plane(x4, 3, **w)", [2.1737, 2.6688, 3.1847], {"weights": [3, 3, 1, 1], "biases": [3]}),
    (
        "L.separable_conv2d(x4, 2, 3, depth_multiplier=2, **w)",
        [1.6054, 1.6054, 1.6054, 1.6054, 3.8806],
        {"depthwise_weights": [3, 3, 3, 2], "pointwise_weights": [1, 1, 6, 2], "biases": [2]},
    ),
    (
        "L.separable_conv2d(x4, None, 3, depth_multiplier=2, stride=2, **w)",
        [5.6788, 5.6788, 6.4601],
        {"depthwise_weights": [3, 3, 3, 2], "biases": [6]},
    ),
    ("L.layer_norm(x4)", [-1.5661, -1.4618, -1.3426], {"beta": [3], "gamma": [3]}),
    ("L.instance_norm(x4)", [-1.4532, -1.4693, -1.4776], {"beta": [3], "gamma": [3]}),
    (
        "L.group_norm(x4, groups=2, channels_axis=1, reduction_axes=[2, 3])",
        [-1.5086, -1.2831],
        {"beta": [4], "gamma": [4]},
    ),
    ("L.maxout(x4, 1)", [2.1435, 5.8731, 9.8492], {}),
    ("L.spatial_softmax(x4, temperature=2.0)", [0.9916, 0.804, 0.9918, 0.8059], {"temperature": []}),
    ("L.unit_norm(x2, 1)", [0.0, 0.4472, 0.8944, 0.4243], {}),
    ("L.max_pool2d(x4, 2)", [11.2116, 12.5893, 13.9808], {}),
    ("L.avg_pool2d(x4, 2, stride=1)", [5.4343, 6.6719, 7.9616], {}),
]


@pytest.mark.parametrize(("call", "values", "shapes"), LAYERS)
def test_layers(tf, layers, call, values, shapes):
    scope = {"L": layers, "x2": tf.constant(X2), "x4": tf.constant(X4)}
    output = eval(call, scope | {"w": {"weights_initializer": tf.constant_initializer(0.1)}})
    found, variables = run(tf, output)
    np.testing.assert_allclose(found[: len(values)], values, atol=1e-3)
    assert {name.rpartition("/")[2]: list(v.shape) for name, v in variables.items()} == shapes
    assert len(tf.get_collection("model_variables")) == len(shapes)


def test_names_of_scopes(tf, layers):
    layers.conv2d(tf.constant(X4), 2, 3)
    layers.conv2d(tf.constant(X4), 2, 3, normalizer_fn=layers.batch_norm)
    layers.stack(tf.constant(X2), layers.fully_connected, [2, 3])
    assert [v.op.name for v in tf.global_variables()] == [
        "Conv/weights",
        "Conv/biases",
        "Conv_1/weights",
        "Conv_1/BatchNorm/beta",
        "Conv_1/BatchNorm/moving_mean",
        "Conv_1/BatchNorm/moving_variance",
        "Stack/fully_connected_1/weights",
        "Stack/fully_connected_1/biases",
        "Stack/fully_connected_2/weights",
        "Stack/fully_connected_2/biases",
    ]


@pytest.mark.parametrize(
    ("fused", "variance"), [(None, [45.5982, 46.1871, 46.7001]), (False, [42.8045, 43.3566, 43.8376])]
)
@pytest.mark.parametrize("tensor", [True, False])
def test_batch_norm_while_training(tf, layers, fused, variance, tensor):
    training = tf.placeholder_with_default(True, []) if tensor else True
    output = layers.batch_norm(tf.constant(X4), decay=0.9, fused=fused, is_training=training)
    found, variables = run(tf, output, updates=True)
    np.testing.assert_allclose(found, [-1.5371, -1.5492, -1.5565, -1.3735, -1.3748, -1.3765], atol=1e-3)
    np.testing.assert_allclose(variables["BatchNorm/moving_mean"], [3.14645, 3.29217, 3.43964], rtol=1e-4)
    np.testing.assert_allclose(variables["BatchNorm/moving_variance"], variance, rtol=1e-4)


def test_batch_norm_while_not_training(tf, layers):
    training = tf.placeholder_with_default(False, [])
    output = layers.batch_norm(tf.constant(X4), is_training=training, updates_collections=None)
    found, variables = run(tf, output)
    np.testing.assert_allclose(found, [0.0, 0.9995, 2.1425, 3.3467, 4.5925, 5.8702], atol=1e-3)
    np.testing.assert_array_equal(variables["BatchNorm/moving_mean"], [0, 0, 0])


def test_updates_in_place(tf, layers):
    output = layers.batch_norm(tf.constant(X4), decay=0.9, updates_collections=None)
    _, variables = run(tf, output)
    np.testing.assert_allclose(variables["BatchNorm/moving_mean"], [3.14645, 3.29217, 3.43964], rtol=1e-4)
    assert not tf.get_collection("update_ops")


# (arguments, w and v after a step from [1, 2] and [3])
STEPS = [
    ({}, [-1.0, -2.0], [2.4]),
    ({"clip_gradients": 1.0}, [0.95568, 1.91135], [2.9867]),
    ({"gradient_multipliers": {"w": 2.0}}, [-3.0, -6.0], [2.4]),
    ({"clip_gradients": lambda pairs: [(g * 0.5, v) for g, v in pairs]}, [0.0, 0.0], [2.7]),
    ({"optimizer": "Adam"}, [0.9, 1.9], [2.9]),
    ({"learning_rate_decay_fn": lambda rate, step: rate * 0.5}, [0.0, 0.0], [2.7]),
]


@pytest.mark.parametrize(("arguments", "w", "v"), STEPS)
def test_optimize_loss(tf, layers, arguments, w, v):
    first, second = tf.get_variable("w", initializer=[1.0, 2.0]), tf.get_variable("v", initializer=[3.0])
    loss = tf.reduce_sum(first * first) * 10 + tf.reduce_sum(second * second)
    step = tf.train.get_or_create_global_step()
    train = layers.optimize_loss(loss, step, **{"learning_rate": 0.1, "optimizer": "SGD", **arguments})
    _, variables = run(tf, train)
    np.testing.assert_allclose(variables["w"], w, atol=1e-4)
    np.testing.assert_allclose(variables["v"], v, atol=1e-4)
    assert variables["global_step"] == 1


def test_initializers(tf, layers):
    value, _ = run(tf, layers.variance_scaling_initializer(1.0, "FAN_IN", True, seed=3)([30, 50]))
    assert np.abs(value).max() <= np.sqrt(3 / 30)


def test_slim_scopes(tf):
    from smtf_core.runtime.tf1.contrib import slim

    options = {
        "weights_initializer": tf.constant_initializer(0.1),
        "weights_regularizer": slim.l2_regularizer(0.01),
    }
    with slim.arg_scope([slim.conv2d, slim.fully_connected], **options):
        net = slim.repeat(tf.constant(X4), 2, slim.conv2d, 3, [3, 3], scope="conv1")
    found, variables = run(tf, net)
    np.testing.assert_allclose(found, [16.4582] * 6, atol=1e-3)
    assert list(variables) == [f"conv1/conv1_{i}/{name}" for i in (1, 2) for name in ("weights", "biases")]
    assert len(tf.get_collection("regularization_losses")) == 2


def sines(shape, dtype=None, partition_info=None):
    shape = [int(size) for size in shape]
    return (np.sin(np.arange(int(np.prod(shape))) * 1.7).reshape(shape) * 0.8).astype("f")


def test_batch_renormalisation(tf, layers):
    x, training = tf.placeholder(tf.float32, [4, 3]), tf.placeholder(tf.bool, [])
    y = layers.batch_norm(x, decay=0.9, renorm=True, scale=True, renorm_decay=0.8, is_training=training)
    gradient = tf.gradients(tf.reduce_sum(y * y * y), x)[0]
    variables = {variable.op.name.removeprefix("BatchNorm/"): variable for variable in tf.global_variables()}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for t in range(4):
            batch = np.cos(np.arange(12) * (1 + t)).reshape(4, 3) * (1 + t) + t
            # The third time, nothing is learnt.
            feed = {x: batch, training: t != 2}
            last = session.run([y, gradient], feed)
            session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS), feed)
        found = session.run(variables)
    np.testing.assert_allclose(last[0].ravel()[:6], [2.38369, 0.56262, -0.55986, 1.91278, -1.39672, 1.24236], atol=2e-5)
    np.testing.assert_allclose(last[1].ravel()[:4], [2.5627, 0.38, 2.8934, -0.6085], atol=2e-4)
    expected = {
        "moving_mean": [0.43902, 0.06491, 0.13878],
        "moving_variance": [0.94605, 0.84776, 0.81797],
        "renorm_mean": [1.46705, 0.10413, 0.89455],
        "renorm_mean_weight": [0.488],
        "renorm_stddev": [0.51576, 0.30905, 0.43021],
        "renorm_stddev_weight": [0.488],
    }
    assert set(found) == {"beta", "gamma", *expected}
    for name, values in expected.items():
        np.testing.assert_allclose(np.ravel(found[name]), values, atol=2e-5, err_msg=name)


def test_bounds_of_renormalisation(tf, layers):
    x = tf.constant([[1.0], [5.0]])
    # Without averages yet, the batch makes up for all of them: nothing is corrected, whatever the bounds.
    clipping = {"rmin": 0.5, "rmax": 1.5, "dmax": 0.5}
    plain = layers.batch_norm(x, renorm=True, renorm_clipping=clipping, epsilon=0.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(plain), [[-1], [1]], atol=1e-5)
        for variable in tf.global_variables():
            if "renorm" in variable.op.name:
                variable.load(np.ones(variable.shape), session)
        # Scale 2 and shift 2 from averages of mean 1 and deviation 1, both bounded.
        np.testing.assert_allclose(session.run(plain), [[-1], [2]], atol=1e-5)
    with pytest.raises(ValueError, match="rmaxx"):
        layers.batch_norm(x, renorm=True, renorm_clipping={"rmaxx": 1.0})


def test_layers_of_tensorflow_0(tf, layers):
    x = tf.constant(np.cos(np.arange(12)).reshape(3, 4).astype("f"))
    bias = tf.constant_initializer(0.1)
    y = layers.legacy_relu(x, 2, weight_init=sines, bias_init=bias, weight_regularizer=layers.l2_regularizer(0.1))
    z = layers.legacy_fully_connected(tf.reshape(x, [3, 2, 2]), 3, weight_init=sines, name="a")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(y), [[0.3793, 0.7169], [0, 0], [0, 0.1212]], atol=1e-4)
        np.testing.assert_allclose(session.run(z).ravel()[:3], [-0.4002, 1.0069, 0.1407], atol=1e-4)
    shapes = {variable.op.name: variable.shape.as_list() for variable in tf.global_variables()}
    weights = {"fully_connected/weights": [4, 2], "a/weights": [2, 3]}
    assert shapes == weights | {"fully_connected/bias": [2], "a/bias": [3]}
    assert [len(tf.get_collection(key)) for key in ("weights", "biases", "activations")] == [2, 2, 2]
    assert len(tf.get_collection("regularization_losses")) == 1


def test_images_are_sequences_and_back(tf, layers):
    images = tf.reshape(tf.range(24.0), [2, 2, 3, 2])
    back = layers.sequence_to_images(layers.images_to_sequence(images), 2)
    first = layers.sequence_to_images(tf.reshape(tf.range(24.0), [3, 4, 2]), 2, output_data_format="channels_first")
    assert (back.shape.as_list(), first.shape.as_list()) == ([2, 2, 3, 2], [2, 2, 2, 3])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(back).ravel(), np.arange(24))
        assert session.run(first).ravel()[:6].tolist() == [0, 8, 16, 2, 10, 18]
