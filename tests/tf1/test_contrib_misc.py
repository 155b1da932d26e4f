"""Smaller pieces of tf.contrib. Expected values: TensorFlow 1.11.0, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


def test_operations_on_logits(tf):
    from smtf_core.runtime.tf1.contrib import nn

    x = tf.constant([-1.0, 0, 2.0])
    tf.set_random_seed(1)
    dropped = nn.alpha_dropout(tf.ones([1000]), 0.5, seed=3)
    with tf.Session() as session:
        assert session.run(nn.scaled_softplus(x, 0.5)) == pytest.approx([0.06346, 0.34657, 2.00908], abs=1e-5)
        assert session.run(nn.scaled_softplus(x, 0.5, clip=1.0))[2] == 1.0
        assert set(np.round(session.run(dropped), 4)) == {np.float32(1.6656), np.float32(-0.7792)}
    with pytest.raises(ValueError, match="keep_prob"):
        nn.alpha_dropout(x, 0.0)


def test_sequences_become_the_input_of_a_recurrent_network(tf):
    from smtf_core.runtime.tf1.contrib import feature_column

    column = feature_column.sequence_categorical_column_with_identity("c", 3)
    columns = [tf.feature_column.embedding_column(column, 2), feature_column.sequence_numeric_column("n")]
    features = {
        "c": tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0, 1, 2], [2, 2]),
        "n": tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0.5, 1.5, 2.5], [2, 2]),
    }
    layer, lengths = feature_column.sequence_input_layer(features, columns)
    assert [v.op.name for v in tf.global_variables()] == ["sequence_input_layer/c_embedding/embedding_weights"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(lengths).tolist() == [2, 1]
        assert session.run(layer)[:, :, 2].tolist() == [[0.5, 1.5], [2.5, 0.0]]
    with pytest.raises(ValueError, match="sequences"):
        feature_column.sequence_input_layer(features, [tf.feature_column.numeric_column("n")])


def test_summaries_are_written_while_the_graph_runs(tf, tmp_path):
    from smtf_core.runtime.tf1.contrib import summary

    step = tf.train.get_or_create_global_step()
    writer = summary.create_file_writer(str(tmp_path))
    with writer.as_default(), summary.always_record_summaries():
        summary.scalar("loss", tf.constant(2.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with writer.as_default():
            summary.initialize(graph=tf.get_default_graph(), session=session)
        session.run(summary.all_summary_ops())
        session.run(summary.flush(writer))
    (file,) = tmp_path.glob("events*")
    tags = [value.tag for event in tf.train.summary_iterator(str(file)) for value in event.summary.value]
    assert tags == ["loss"]
    assert step is not None


@pytest.mark.parametrize(
    "module",
    ["bitwise", "checkpoint", "compiler.jit", "deprecated", "distribute", "distributions", "eager", "linalg", "saved_model",
     "signal", "stateless", "tensorboard.plugins.projector", "util"],
)  # fmt: skip
def test_the_smaller_pieces_are_there(module):
    import importlib

    piece = importlib.import_module(f"smtf_core.runtime.tf1.contrib.{module}")
    assert f"tf.contrib.{module}" in piece.__doc__


def test_a_mirrored_strategy_takes_the_old_arguments():
    from smtf_core.runtime.tf1.contrib.distribute import MirroredStrategy

    assert MirroredStrategy(num_gpus=0).num_replicas_in_sync == 1
    with pytest.raises(ValueError, match="only specify one"):
        MirroredStrategy(num_gpus=1, devices=["/cpu:0"])


def test_digits_are_read_and_handed_out_in_batches(tmp_path):
    import gzip
    import struct

    from smtf_core.runtime.tf1.contrib.learn.datasets import mnist

    for name, count in (("train", 6), ("t10k", 2)):
        pixels = bytes(range(count * 4))
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">4I", 2051, count, 2, 2) + pixels)
        )
        (tmp_path / f"{name}-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">2I", 2049, count) + bytes(range(count)))
        )
    sets = mnist.read_data_sets(str(tmp_path), one_hot=True, validation_size=2, seed=1)
    assert (sets.train.num_examples, sets.validation.num_examples, sets.test.num_examples) == (4, 2, 2)
    assert sets.validation.images.tolist() == (np.arange(8).reshape(2, 4).astype("f") * (1 / 255)).tolist()
    assert sets.test.labels.tolist() == np.eye(10)[:2].tolist()
    images, labels = sets.train.next_batch(3)
    _, more = sets.train.next_batch(3)
    assert sets.train.epochs_completed == 1
    assert sorted(np.argmax(np.concatenate([labels, more[:1]]), 1)) == [2, 3, 4, 5]
    assert [round(image[0] * 255) for image in images] == [4 * number for number in np.argmax(labels, 1)]
    with pytest.raises(ValueError, match="Validation size"):
        mnist.read_data_sets(str(tmp_path), validation_size=7)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(OSError, match="put the four MNIST files into"):
        mnist.read_data_sets(str(tmp_path), source_url=(tmp_path / "nowhere").as_uri() + "/")


def test_words_become_numbers(tmp_path):
    from smtf_core.runtime.tf1.contrib.learn.preprocessing import VocabularyProcessor, tokenizer

    texts = ["Hello big world, hello", "it's a big-small test OK", "zip HTMLFile big"]
    processor = VocabularyProcessor(4)
    assert [row.tolist() for row in processor.fit_transform(texts)] == [[1, 2, 3, 4], [5, 6, 7, 8], [10, 11, 12, 2]]
    assert (len(processor.vocabulary_), processor.vocabulary_.get("big"), processor.vocabulary_.get("nope")) == (
        13,
        2,
        0,
    )
    processor.save(str(tmp_path / "vocabulary"))
    again = VocabularyProcessor.restore(str(tmp_path / "vocabulary"))
    assert [row.tolist() for row in again.transform(["big unknown world"])] == [[2, 0, 3, 0]]
    assert list(again.reverse([[1, 2, 0]])) == ["Hello big <UNK>"]
    rare = VocabularyProcessor(3, min_frequency=1)
    assert [row.tolist() for row in rare.fit_transform(["a b a c", "b a"])] == [[1, 2, 1], [2, 1, 0]]
    assert list(tokenizer(["HTMLFile don't 3.5 e-mail a1B2 Ünï"])) == [
        ["HTML", "File", "don't", "3", "5", "e-mail", "a1B2", "Ünï"]
    ]


def test_images_are_bent_as_in_tensorflow_1_11(tf):
    from smtf_core.runtime.tf1.contrib import image

    one = np.arange(24, dtype="f").reshape(1, 4, 6, 1)
    first, second = [1, 0.1, 0.3, 0.2, 0.9, 0, 0.01, 0.02], [0.5, 0.1, 3, 0.2, 0.9, 1, 0.01, 0.0]
    table = [
        (
            image.rotate(one, 0.5),
            [1, 4, 6, 1],
            [
                0.0,
                0.0,
                3.0,
                4.0,
                11.0,
                11.0,
                1.0,
                1.0,
                8.0,
                9.0,
                16.0,
                17.0,
                6.0,
                7.0,
                14.0,
                15.0,
                22.0,
                22.0,
                12.0,
                12.0,
                19.0,
                20.0,
                0.0,
                0.0,
            ],
        ),
        (
            image.rotate(np.concatenate([one, one + 1]), [0.3, 2.0], "BILINEAR"),
            [2, 4, 6, 1],
            [
                0.182,
                0.942,
                2.266,
                4.709,
                7.438,
                6.573,
                1.961,
                4.689,
                7.418,
                10.146,
                12.874,
                15.005,
                7.165,
                10.126,
                12.854,
                15.582,
                18.311,
                21.039,
                8.799,
                15.562,
                18.291,
                18.876,
                13.403,
                7.366,
                5.024,
                10.05,
                15.089,
                20.129,
                11.383,
                0.0,
                2.172,
                6.644,
                11.683,
                16.723,
                19.794,
                0.391,
                0.076,
                3.405,
                8.277,
                13.317,
                18.356,
                8.699,
                0.0,
                1.413,
                4.871,
                9.911,
                14.95,
                16.25,
            ],
        ),
        (
            image.rotate(one[0, :, :, 0], 0.4),
            [4, 6],
            [
                0.0,
                2.0,
                3.0,
                4.0,
                10.0,
                11.0,
                0.0,
                1.0,
                8.0,
                9.0,
                16.0,
                17.0,
                6.0,
                7.0,
                14.0,
                15.0,
                22.0,
                23.0,
                12.0,
                13.0,
                19.0,
                20.0,
                21.0,
                0.0,
            ],
        ),
        (
            image.rotate(one.astype(np.uint8), 0.4, "BILINEAR"),
            [1, 4, 6, 1],
            [
                0.0,
                0.0,
                2.0,
                5.0,
                8.0,
                7.0,
                0.0,
                4.0,
                7.0,
                10.0,
                13.0,
                17.0,
                5.0,
                9.0,
                12.0,
                15.0,
                18.0,
                22.0,
                7.0,
                14.0,
                17.0,
                18.0,
                11.0,
                3.0,
            ],
        ),
        (
            image.translate(one, [1.0, 2.0]),
            [1, 4, 6, 1],
            [
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                1.0,
                2.0,
                3.0,
                4.0,
                0.0,
                6.0,
                7.0,
                8.0,
                9.0,
                10.0,
            ],
        ),
        (
            image.transform(one, first, "BILINEAR"),
            [1, 4, 6, 1],
            [
                0.3,
                2.475,
                4.608,
                6.699,
                8.75,
                10.204,
                5.686,
                7.767,
                9.808,
                11.81,
                13.774,
                14.923,
                10.865,
                12.857,
                14.811,
                16.729,
                18.611,
                19.476,
                15.849,
                17.757,
                19.63,
                20.716,
                18.149,
                14.643,
            ],
        ),
        (image.transform(one, first, output_shape=[2, 3]), [1, 2, 3, 1], [0.0, 1.0, 2.0, 6.0, 7.0, 8.0]),
        (image.compose_transforms(first, second), [1, 8], [0.498, 0.181, 3.238, 0.267, 0.79, 1.429, 0.018, 0.018]),
        (
            image.matrices_to_flat_transforms([[2.0, 0, 0], [0, 1, 1], [1, 1, 2]]),
            [1, 8],
            [1.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5],
        ),
    ]
    with tf.Session() as session:
        for tensor, shape, expected in table:
            assert tensor.shape.as_list()[-3:] == shape[-3:]
            assert session.run(tensor).ravel() == pytest.approx(np.array(expected), abs=2e-3)
    with pytest.raises(TypeError, match="rank between 2 and 4"):
        image.rotate(one[0, 0, :, 0], 0.5)
