"""tf.contrib.image, losses, nn, autograph and eager. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


def cos(*shape):
    return np.cos(np.arange(int(np.prod(shape)))).reshape(shape).astype("f")


def sin(*shape):
    return np.sin(1.7 * np.arange(int(np.prod(shape)))).reshape(shape).astype("f")


IDS = np.array([0, 1, 0, 2, 1, 0, 3, 3])

# The call, the shape of what it gives, its first entries; V is sin(8, 3), V4 is sin(2, 5, 6, 2).
CALLS = [
    ("image.dense_image_warp(V4,cos(2,5,6,2)*3)", [2, 5, 6, 2], [0.0, 0.9917, 0.1724, -0.7454, 0.0838]),
    (
        "image.interpolate_spline(cos(2,6,2),sin(2,6,3),sin(2,5,2),1)",
        [2, 5, 3],
        [-0.3055, -1.2294, 0.6223, 0.2529, 0.1257],
    ),
    (
        "image.interpolate_spline(cos(2,6,2),sin(2,6,3),sin(2,5,2),2)",
        [2, 5, 3],
        [-0.6148, -3.1811, 1.4346, 0.2893, 0.0681],
    ),
    (
        "image.interpolate_spline(cos(2,6,2),sin(2,6,3),sin(2,5,2),3,.1)",
        [2, 5, 3],
        [-0.8622, -3.5564, 1.7787, 0.2019, 0.1616],
    ),
    (
        "image.sparse_image_warp(V4,np.float32([[[1,1],[3,4]]]*2),np.float32([[[1,2],[2,4]]]*2),num_boundary_points=2)[0]",
        [2, 5, 6, 2],
        [0.0, 0.9917, -0.1869, -0.4109, 0.3471],
    ),
    (
        "image.sparse_image_warp(V4,np.float32([[[1,1],[3,4],[2,2]]]*2),np.float32([[[1,2],[2,4],[3,1]]]*2),num_boundary_points=3)[1]",
        [2, 5, 6, 2],
        [-0.0, -0.0, 0.0458, -0.0341, -0.0064],
    ),
    (
        "image.sparse_image_warp(V4,np.float32([[[1,1],[3,4],[2,2]]]*2),np.float32([[[1,2],[2,4],[3,1]]]*2),regularization_weight=.1)[1]",
        [2, 5, 6, 2],
        [1.0, 2.0, 0.4, 2.0, -0.2],
    ),
    ("ml.triplet_semihard_loss(ids,tf.nn.l2_normalize(V,1),.5)", [], [0.3577]),
    ("ml.triplet_semihard_loss(np.array([0,0,0,0,0,0,1,1]),V)", [], [1.2906]),
    ("ml.triplet_semihard_loss(np.zeros(8,'i'),V)", [], [4.2463]),
    ("ml.lifted_struct_loss(ids,V)", [], [7.2103]),
    ("ml.npairs_loss(ids,V,cos(8,3),.1)", [], [2.4004]),
    ("ml.contrastive_loss(np.array([0,1,1,0,1,0,0,1]),V,cos(8,3),1.5)", [], [1.5808]),
    ("losses.hinge_loss(V,tf.constant((cos(8,3)>0).astype('f')))", [8, 3], [1.0, 0.0083, 0.7445, 0.0742, 1.4941]),
    ("losses.mean_pairwise_squared_error(V,tf.constant(cos(8,3)))", [], [9.2413]),
    ("losses.cosine_distance(tf.nn.l2_normalize(V,1),tf.nn.l2_normalize(cos(8,3),1),dim=1,weights=.5)", [], [0.4551]),
    (
        "nn.conv1d_transpose(tf.reshape(V,[2,4,3]),tf.constant(sin(3,2,3)),[2,8,2],2)",
        [2, 8, 2],
        [1.0487, 0.2859, -0.8325, -0.9153, 0.4266],
    ),
    (
        "nn.sampled_sparse_softmax_loss(tf.constant(sin(6,3)),tf.constant(cos(6)),tf.constant(ids[:,None]%6),V,3,6,sampled_values=(tf.constant([1,4,5],tf.int64),tf.constant(np.full((8,1),.4,'f')),tf.constant(np.full(3,.3,'f'))))",
        [8],
        [0.7559, 0.1293, 1.94, 1.6016, 3.4418],
    ),
]


@pytest.mark.parametrize(("call", "shape", "values"), CALLS)
def test_values(tf, call, shape, values):
    from smtf_core.runtime.tf1.contrib import image, losses, nn

    v, v4 = tf.constant(sin(8, 3)), tf.constant(sin(2, 5, 6, 2))
    names = {"tf": tf, "np": np, "cos": cos, "sin": sin, "ids": IDS, "V": v, "V4": v4}
    outputs = eval(call, names | {"image": image, "losses": losses, "nn": nn, "ml": losses.metric_learning})
    assert outputs.shape.as_list() == shape
    # All can be trained through.
    gradients = [gradient for gradient in tf.gradients(tf.reduce_sum(outputs), [v, v4]) if gradient is not None]
    with tf.Session() as session:
        found, gradients = session.run([outputs, gradients])
    np.testing.assert_allclose(found.ravel()[: len(values)], values, atol=2e-4, rtol=2e-4)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_components_are_numbered_by_their_first_pixels(tf):
    from smtf_core.runtime.tf1.contrib.image import connected_components

    spiral = ["#####", "....#", "###.#", "#...#", "#####"]
    other = ["#.#.#", ".#.#.", "##.##", ".....", "#####"]
    batch = np.array([[[pixel == "#" for pixel in row] for row in image] for image in (spiral, other)])
    letters = [["a", "a", ""], ["b", "a", "b"]]
    with tf.Session() as session:
        found, single, empty = session.run(
            [connected_components(given) for given in (batch, tf.constant(letters), np.zeros((2, 3), "f"))]
        )
    assert found.dtype == np.int32
    assert (found[0] == batch[0]).all()
    assert found[1].tolist() == [[2, 0, 3, 0, 4], [0, 5, 0, 6, 0], [5, 5, 0, 6, 6], [0] * 5, [7] * 5]
    assert single.tolist() == [[1, 1, 0], [2, 1, 3]]
    assert not empty.any()


# A script has both among its global names, where autograph looks for them; the test puts them there.
autograph = tf = None


def loop(n):
    squares = []
    autograph.set_element_type(squares, tf.int32)
    while n > 0:
        squares.append(n * n)
        n = n - 1
    return autograph.stack(squares)


def test_python_becomes_a_graph(tf, monkeypatch):
    from smtf_core.runtime.tf1.contrib import autograph

    for name, value in (("tf", tf), ("autograph", autograph)):
        monkeypatch.setitem(loop.__globals__, name, value)
    converted = autograph.to_graph(loop)(tf.constant(4))
    decorated = autograph.convert(recursive=True)(loop)(tf.placeholder_with_default(3, []))
    with tf.Session() as session:
        found = session.run([converted, decorated])
    assert [values.tolist() for values in found] == [[16, 9, 4, 1], [9, 4, 1]]
    assert "\n  with " in autograph.to_code(loop)
    assert autograph.do_not_convert(len)([1]) == 1
    with pytest.raises(ValueError, match="py_func"):
        autograph.do_not_convert(return_dtypes=[1])


def test_gradients_of_functions():
    from smtf_core.runtime.tf1.contrib import eager

    def compute():
        weight = eager.Variable(3.0)
        value, pairs = eager.implicit_value_and_gradients(lambda x: weight * x)(2.0)
        return [float(value), float(pairs[0][0]), float(eager.gradients_function(lambda x: x * x)(3.0)[0])]

    # A thread of its own executes eagerly.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(compute).result() == [6, 2, 6]
    assert eager.num_gpus() >= 0
    assert any("CPU" in str(device) for device in eager.list_devices())


def test_images_between_their_pixels(tf):
    from smtf_core.runtime.tf1.contrib.resampler import resampler

    image = np.float32([[[[1], [2], [3]], [[4], [5], [6]]]])
    places = [[0, 0], [2, 1], [0.5, 0.5], [1, 0.25], [-0.5, 0], [2.5, 1], [-1, 0], [3, 1], [0, 7]]
    warp = tf.constant([places], tf.float32)
    found = resampler(image, warp)
    slopes = tf.gradients(found, warp)[0]
    with tf.Session() as session:
        assert session.run(found).ravel().tolist() == [1, 6, 3, 2.75, 0.5, 3, 0, 0, 0]
        assert session.run(slopes)[0, 2].tolist() == [1, 3]
        two = tf.constant([places[:2]] * 2, tf.float32)
        many = session.run(resampler(np.repeat(image, 2, 0), two))
    assert many.tolist() == [[[1], [6]]] * 2
