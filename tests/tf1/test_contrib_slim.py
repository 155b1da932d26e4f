"""tf.contrib.slim's networks and data. Expected values: the published networks, and the records themselves."""

import io

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture(scope="module")
def slim():
    from smtf_core.runtime.tf1.contrib import slim

    return slim


# Network, arg scope, size of images, classes -> trainable parameters. Sources: the model zoo of torchvision for VGG and
# ResNet v1 (the same networks), Keras applications for ResNet50V2.
NETWORKS = [
    ("vgg.vgg_16", "vgg.vgg_arg_scope", 224, 1000, 138_357_544),
    ("vgg.vgg_19", "vgg.vgg_arg_scope", 224, 1000, 143_667_240),
    pytest.param(
        *("resnet_v1.resnet_v1_50", "resnet_v1.resnet_arg_scope", 64, 1000, 25_557_032), marks=pytest.mark.slow
    ),
    pytest.param(
        *("resnet_v2.resnet_v2_50", "resnet_v2.resnet_arg_scope", 64, 1000, 25_568_360), marks=pytest.mark.slow
    ),
]


def find(package, dotted):
    for name in dotted.split("."):
        package = getattr(package, name)
    return package


def parameters(variables):
    return sum(variable.shape.num_elements() for variable in variables)


@pytest.mark.parametrize(("network", "scope", "size", "classes", "count"), NETWORKS)
def test_networks_are_the_published_ones(tf, slim, network, scope, size, classes, count):
    with slim.arg_scope(find(slim.nets, scope)()):
        logits, end_points = find(slim.nets, network)(tf.zeros([2, size, size, 3]), classes, is_training=False)
    assert logits.shape.as_list() in ([2, classes], [2, 1, 1, classes])
    assert parameters(tf.trainable_variables()) == count
    assert len(end_points) > 10


# Parameters without logits, moving averages among them. Source: the networks' tests in TensorFlow 1.11.
INCEPTIONS = [(1, 5_607_184, "Mixed_5c"), (2, 10_173_112, "Mixed_5c"), (3, 21_802_784, "Mixed_7c")]


@pytest.mark.slow
@pytest.mark.parametrize(("version", "count", "last"), INCEPTIONS)
def test_inception_networks_are_the_published_ones(tf, slim, version, count, last):
    inception = slim.nets.inception
    with slim.arg_scope(getattr(inception, f"inception_v{version}_arg_scope")()):
        net, end_points = getattr(inception, f"inception_v{version}_base")(tf.zeros([1, 224, 224, 3]))
    assert parameters(slim.get_model_variables()) == count
    assert end_points[last] is net


def test_names_of_variables_are_those_of_checkpoints(tf, slim):
    with slim.arg_scope(slim.nets.resnet_v1.resnet_arg_scope()):
        blocks = [slim.nets.resnet_v1.resnet_v1_block("block1", 2, num_units=2, stride=2)]
        slim.nets.resnet_v1.resnet_v1(tf.zeros([1, 32, 32, 3]), blocks, 5, scope="r")
    names = {variable.op.name for variable in slim.get_model_variables()}
    assert names >= {
        "r/conv1/weights",
        "r/conv1/BatchNorm/moving_mean",
        "r/block1/unit_1/bottleneck_v1/shortcut/weights",
        "r/block1/unit_2/bottleneck_v1/conv3/BatchNorm/gamma",
        "r/logits/biases",
    }


@pytest.mark.parametrize(("stride", "size"), [(None, 4), (8, 8), (4, 16)])
def test_dense_features_of_a_residual_network(tf, slim, stride, size):
    v2 = slim.nets.resnet_v2
    blocks = [v2.resnet_v2_block(f"block{i}", 1, num_units=1, stride=2) for i in (1, 2)]
    with slim.arg_scope(v2.resnet_arg_scope()):
        net, _ = v2.resnet_v2(
            tf.zeros([1, 64, 64, 3]), blocks, None, is_training=False, global_pool=False, output_stride=stride
        )
    assert net.shape.as_list() == [1, size, size, 4]


def test_a_stride_that_a_residual_network_cannot_have(tf, slim):
    blocks = [slim.nets.resnet_v1.resnet_v1_block("block1", 1, num_units=1, stride=2)]
    for stride in (6, 16):
        with pytest.raises(ValueError, match="output_stride"):
            slim.nets.resnet_v1.resnet_v1(tf.zeros([1, 64, 64, 3]), blocks, output_stride=stride)


@pytest.mark.parametrize(("network", "size"), [("alexnet.alexnet_v2", 224), ("overfeat.overfeat", 231)])
def test_older_networks(tf, slim, network, size):
    scope = find(slim.nets, f"{network}_arg_scope")
    with slim.arg_scope(scope()):
        logits, end_points = find(slim.nets, network)(tf.zeros([2, size, size, 3]), 7)
    name = network.partition(".")[2]
    assert logits.shape.as_list() == [2, 7]
    assert {f"{name}/conv1", f"{name}/pool5", f"{name}/fc8"} <= set(end_points)


@pytest.mark.slow
def test_narrow_inception_on_small_images(tf, slim):
    inception = slim.nets.inception
    with slim.arg_scope(inception.inception_v3_arg_scope()):
        logits, end_points = inception.inception_v3(tf.zeros([2, 149, 149, 3]), 4, depth_multiplier=0.1)
    assert logits.shape.as_list() == end_points["AuxLogits"].shape.as_list() == [2, 4]
    assert end_points["Predictions"].shape.as_list() == [2, 4]


def test_parts_of_inception(tf, slim):
    inception = slim.nets.inception
    images = tf.zeros([1, 99, 99, 3])
    for version, last, size in ((1, "MaxPool_3a_3x3", 13), (2, "Conv2d_1a_7x7", 50), (3, "Mixed_5c", 10)):
        net, end_points = getattr(inception, f"inception_v{version}_base")(images, last)
        assert end_points[last] is net
        assert net.shape.as_list()[1:3] == [size, size]
    names = {variable.op.name for variable in slim.get_model_variables()}
    assert "InceptionV3/Mixed_5c/Branch_1/Conv_1_0c_5x5/weights" in names
    with pytest.raises(ValueError, match="depth_multiplier"):
        inception.inception_v3_base(images, depth_multiplier=0)


def feature(tf, *values):
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def example(tf, **features):
    return tf.train.Example(
        features=tf.train.Features(feature={key: feature(tf, *values) for key, values in features.items()})
    ).SerializeToString()


def content(picture, image_format):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, image_format)
    return file.getvalue()


@pytest.mark.parametrize("number_of_files", [1, 2])
def test_records_of_a_dataset(tf, slim, tmp_path, number_of_files):
    pictures = [np.full([4, 6, 3], 40 * i, np.uint8) for i in range(5)]
    for i, picture in enumerate(pictures):
        with tf.python_io.TFRecordWriter(str(tmp_path / f"{i % number_of_files}.tfrecord")) as writer:
            image_format = "JPEG" if i else "PNG"
            record = {"image/encoded": [content(picture, image_format)], "image/format": [b"jpeg"], "label": [i]}
            for _ in range(3):
                writer.write(example(tf, **record))
    decoder = slim.tfexample_decoder.TFExampleDecoder(
        {
            "image/encoded": tf.FixedLenFeature([], tf.string),
            "image/format": tf.FixedLenFeature([], tf.string, default_value="png"),
            "label": tf.FixedLenFeature([], tf.int64),
        },
        {"image": slim.tfexample_decoder.Image(), "label": slim.tfexample_decoder.Tensor("label")},
    )
    dataset = slim.dataset.Dataset(str(tmp_path / "*.tfrecord"), tf.TFRecordReader, decoder, 15, {}, num_classes=5)
    assert dataset.num_classes == 5
    provider = slim.dataset_data_provider.DatasetDataProvider(
        dataset, num_readers=4, num_epochs=1, common_queue_capacity=8, common_queue_min=2, seed=1
    )
    assert (provider.num_samples(), provider.list_items()) == (15, ["image", "label", "record_key"])
    with pytest.raises(ValueError, match="no items mask; there are image"):
        provider.get(["image", "mask"])
    image, label = provider.get(["image", "label"])
    seen = []
    with tf.train.MonitoredSession() as session:
        while not session.should_stop():
            found, number = session.run([image, label])
            assert np.abs(found.astype(int) - pictures[number]).max() <= 2
            seen.append(int(number))
    written = sorted(range(5))[-number_of_files:]  # the last one of each file has overwritten the others
    assert sorted(seen) == sorted(written * 3)


def test_a_dataset_without_files(slim, tmp_path):
    with pytest.raises(ValueError, match="there are no files"):
        slim.parallel_reader.get_data_files(str(tmp_path / "*.tfrecord"))


def test_items_of_an_example(tf, slim):
    decoders = slim.tfexample_decoder
    record = example(
        tf,
        numbers=[1.0, 2.0, 3.0, 4.0],
        shape=[2, 2],
        **{"box/ymin": [0.1, 0.2], "box/xmin": [0.3, 0.4], "box/ymax": [0.5, 0.6], "box/xmax": [0.7, 0.8]},
        indices=[1, 3],
        values=[5.0, 6.0],
        raw=[bytes(range(12))],
        format=[b"raw"],
    )
    keys = {
        **dict.fromkeys(["numbers", "values"], tf.VarLenFeature(tf.float32)),
        **dict.fromkeys([f"box/{side}" for side in ("ymin", "xmin", "ymax", "xmax")], tf.VarLenFeature(tf.float32)),
        **dict.fromkeys(["indices", "shape", "nothing"], tf.VarLenFeature(tf.int64)),
        **dict.fromkeys(["raw", "format"], tf.FixedLenFeature([], tf.string)),
    }
    items = {
        "square": decoders.Tensor("numbers", shape_keys="shape"),
        "row": decoders.Tensor("numbers", shape=[1, 4]),
        "boxes": decoders.BoundingBox(prefix="box/"),
        "sparse": decoders.SparseTensor(shape=[5], densify=True),
        "twice": decoders.ItemHandlerCallback(["numbers"], lambda parsed: parsed["numbers"].values * 2),
        "other": decoders.BackupHandler(decoders.Tensor("nothing"), decoders.Tensor("indices")),
        "image": decoders.Image("raw", "format", shape=[2, 2, 3]),
    }
    with tf.Session() as session:
        decoded = decoders.TFExampleDecoder(keys, items).decode(tf.constant(record))
        found = dict(zip(items, session.run(decoded), strict=True))
    assert found["square"].tolist() == [[1, 2], [3, 4]]
    assert found["row"].tolist() == [[1, 2, 3, 4]]
    assert found["boxes"].round(1).tolist() == np.float32([[0.1, 0.3, 0.5, 0.7], [0.2, 0.4, 0.6, 0.8]]).tolist()
    assert found["sparse"].tolist() == [0, 5, 0, 6, 0]
    assert found["twice"].tolist() == [2, 4, 6, 8]
    assert found["other"].tolist() == [1, 3]
    assert found["image"].ravel().tolist() == list(range(12))


def test_a_queue_of_batches(tf, slim):
    queue = slim.prefetch_queue.prefetch_queue({"x": tf.constant([1.0, 2.0]), "y": tf.constant(3)}, capacity=2)
    batch = queue.dequeue()
    with tf.train.MonitoredSession() as session:
        assert session.run(batch)["x"].tolist() == [1, 2]
