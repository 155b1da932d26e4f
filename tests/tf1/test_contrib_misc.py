"""Estimators, predictors, metrics, optimizers and smaller pieces. Expected values: TensorFlow 1.11.0, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def tf():
    from smtf_core.runtime.tf1.base import tf

    return tf


@pytest.fixture(autouse=True)
def graph(tf):
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour

    with tensorflow_1_behaviour(), tf.Graph().as_default() as graph:
        yield graph


def two_heads():
    from smtf_core.runtime.tf1.contrib import estimator

    heads = [estimator.binary_classification_head(name="a"), estimator.regression_head(name="b", label_dimension=2)]
    return estimator.multi_head(heads, [1.0, 0.5])


@pytest.fixture
def batch(tf):
    features = {"x": tf.constant([[1.0], [2.0]])}
    logits = {"a": tf.constant([[0.5], [-1.0]]), "b": tf.constant([[1.0, 2.0], [3.0, 4.0]])}
    labels = {"a": tf.constant([[1], [0]]), "b": tf.constant([[1.0, 1.0], [1.0, 1.0]])}
    return features, logits, labels


def test_a_multi_head_trains(tf, batch):
    features, logits, labels = batch
    for given in (logits, tf.concat([logits["a"], logits["b"]], 1)):
        spec = two_heads().create_estimator_spec(
            features, "train", given, labels, train_op_fn=lambda loss: tf.identity(loss * 2)
        )
        with tf.Session() as session:
            assert session.run([spec.loss, spec.train_op]) == pytest.approx([2.1436694, 4.2873387])
    assert [s.op.name for s in tf.get_collection("summaries")] == [
        "loss/a",
        "loss/b",
        "loss",
        "loss/a_1",
        "loss/b_1",
        "loss_1",
    ]


def test_a_multi_head_evaluates_and_predicts(tf, batch):
    features, logits, labels = batch
    spec = two_heads().create_estimator_spec(features, "eval", logits, labels)
    assert {
        "accuracy/a", "accuracy_baseline/a", "auc/a", "auc_precision_recall/a", "average_loss/a", "average_loss/b",
        "label/mean/a", "label/mean/b", "loss/a", "loss/b", "precision/a", "prediction/mean/a", "prediction/mean/b",
        "recall/a",
    } <= set(spec.eval_metric_ops)  # fmt: skip
    with tf.Session() as session:
        assert session.run(spec.loss) == pytest.approx(2.1436694)
    spec = two_heads().create_estimator_spec(features, "infer", logits)
    assert {("a", "logistic"), ("a", "class_ids"), ("b", "predictions")} <= set(spec.predictions)
    assert sorted(spec.export_outputs) == sorted(
        [
            "serving_default",
            "a",
            "a/classification",
            "a/regression",
            "a/predict",
            "b",
            "b/regression",
            "b/predict",
            "predict",
        ]
    )
    assert type(spec.export_outputs["serving_default"]).__name__ == "ClassificationOutput"


def test_a_multi_label_head(tf):
    from smtf_core.runtime.tf1.contrib.estimator import multi_label_head

    logits, labels = tf.constant([[1.0, 0, -1], [2, 3, 4]]), tf.constant([[1, 0, 1], [0, 1, 1]])
    spec = multi_label_head(3).create_estimator_spec({}, "eval", logits, labels)
    assert {"average_loss", "auc", "auc_precision_recall"} <= set(spec.eval_metric_ops)
    with tf.Session() as session:
        assert session.run(spec.loss) == pytest.approx(0.75222266)
    step = tf.train.get_or_create_global_step()
    w = tf.Variable(tf.zeros([3]))
    spec = multi_label_head(3).create_estimator_spec(
        {}, "train", logits + w, labels, optimizer=tf.train.GradientDescentOptimizer(0.1)
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(spec.train_op)
        assert session.run(step) == 1


def linear_model(features, labels, mode):
    from smtf_core.runtime.tf1.base import estimator, tf
    from smtf_core.runtime.tf1.contrib.estimator import TowerOptimizer, clip_gradients_by_norm

    w = tf.get_variable("w", [], initializer=tf.constant_initializer(2.0))
    predictions = {"y": features["x"] * w}
    if mode == "infer":
        outputs = {"predict": estimator.export.PredictOutput(predictions)}
        return estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
    loss = tf.losses.mean_squared_error(labels, predictions["y"])
    optimizer = TowerOptimizer(clip_gradients_by_norm(tf.train.MomentumOptimizer(0.1, 0.9), 1.0))
    step = optimizer.minimize(loss, tf.train.get_global_step())
    return estimator.EstimatorSpec(mode, loss=loss, predictions=predictions, train_op=step)


def receiver():
    from smtf_core.runtime.tf1.base import estimator, tf

    x = tf.placeholder(tf.float32, [None], name="x")
    return estimator.export.ServingInputReceiver({"x": x}, {"x": x})


@pytest.fixture
def trained(tf, tmp_path):
    from smtf_core.runtime.tf1.base import estimator
    from smtf_core.runtime.tf1.contrib.estimator import replicate_model_fn

    made = estimator.Estimator(replicate_model_fn(linear_model), str(tmp_path / "model"))
    made.train(lambda: ({"x": tf.constant([1.0, 2.0])}, tf.constant([0.0, 0.0])), steps=1)
    return made


def test_an_estimator_as_a_function(tf, trained, tmp_path):
    from smtf_core.runtime.tf1.contrib import predictor

    # The gradient, 10, is clipped to 1; one step of 0.1.
    assert trained.get_variable_value("w") == pytest.approx(1.9)
    assert "w/Momentum" in trained.get_variable_names()
    predict = predictor.from_estimator(trained, receiver)
    assert predict({"x": [1.0, 3.0]})["y"] == pytest.approx([1.9, 5.7])
    folder = trained.export_saved_model(str(tmp_path / "export"), receiver)
    predict = predictor.from_saved_model(folder.decode())
    assert predict({"x": [1.0, 3.0]})["y"] == pytest.approx([1.9, 5.7])
    with pytest.raises(ValueError, match="unexpected keys"):
        predict({"z": [1.0]})
    with pytest.raises(ValueError, match="Available signatures"):
        predictor.from_saved_model(folder.decode(), signature_def_key="none")
    with pytest.raises(ValueError, match="at most one"):
        predictor.from_saved_model(folder.decode(), signature_def_key="a", input_names={"x": "x:0"})
    named = predictor.from_saved_model(folder.decode(), input_names={"q": "x:0"}, output_names={"r": "mul:0"})
    assert named({"q": [2.0]})["r"] == pytest.approx([3.8])


def test_features_are_forwarded(tf, trained):
    from smtf_core.runtime.tf1.contrib.estimator import forward_features

    def inputs():
        return tf.data.Dataset.from_tensors({"x": [1.0, 3.0], "key": ["p", "q"]})

    found = list(forward_features(trained, "key").predict(inputs))
    assert [row["key"] for row in found] == [b"p", b"q"]
    assert found[1]["y"] == pytest.approx(5.7)
    assert set(next(forward_features(trained).predict(inputs))) == {"x", "y", "key"}
    with pytest.raises(KeyError):
        next(forward_features(trained, ["none"]).predict(inputs))
    with pytest.raises(TypeError):
        forward_features(trained, 3)


def test_towers_on_several_devices_are_refused():
    from smtf_core.runtime.tf1.contrib.estimator import replicate_model_fn

    with pytest.raises(NotImplementedError, match="MirroredStrategy"):
        replicate_model_fn(linear_model, devices=["/gpu:0", "/gpu:1"])


# After three batches.
STREAMS = [
    ("metrics.f1_score(y, p)", 0.727273),
    ("metrics.f1_score(y, p, w)", 0.846154),
    ("metrics.f1_score(y, p, num_thresholds=9)", 0.714286),
    ("metrics.precision_at_recall(y, p, 0.0)", 1.0),
    ("metrics.precision_at_recall(y, p, 0.75)", 0.583333),
    ("metrics.recall_at_precision(y, p, 0.75)", 0.555556),
    ("metrics.recall_at_precision(y, p, 0.75, strict_mode=True)", 0.555556),
    ("metrics.recall_at_precision(y, p, 1.0, strict_mode=True)", 0.555556),
    ("metrics.streaming_pearson_correlation(p, y)", 0.387636),
    ("metrics.streaming_pearson_correlation(p, y, w)", 0.687573),
    ("metrics.streaming_covariance(p, y)", 0.05698),
    ("metrics.streaming_covariance(p, y, w)", 0.104485),
    ("metrics.streaming_mean_absolute_error(p, y, weights=w)", 0.296218),
    ("metrics.streaming_auc(p, y)", 0.728395),
    ("metrics.count(p, w)", 20.0),
    ("metrics.streaming_false_positive_rate_at_thresholds(p, tf.cast(y, tf.bool), [0.3, 0.6])", [0.777778, 0.333333]),
    ("metrics.streaming_false_positive_rate(p > 0.5, y > 0.5, weights=w)", 0.444444),
    ("metrics.streaming_false_negative_rate(p > 0.5, y > 0.5)", 0.222222),
    ("metrics.streaming_percentage_less(p, 0.4)", 0.222222),
    ("metrics.streaming_accuracy(p > 0.5, y > 0.5, w)", 0.7),
]


@pytest.mark.parametrize(("source", "expected"), STREAMS)
def test_streaming_metrics_do_as_in_tensorflow_1_11(tf, source, expected):
    from smtf_core.runtime.tf1.contrib import metrics

    random = np.random.RandomState(0)
    predictions = [random.rand(6).astype("f") for _ in range(3)]
    labels = [(random.rand(6) < p).astype("f") for p in predictions]
    weights = [random.randint(0, 3, 6).astype("f") for _ in range(3)]
    p, y, w = (tf.placeholder(tf.float32, [None]) for _ in range(3))
    value, update = eval(source, {"metrics": metrics, "p": p, "y": y, "w": w, "tf": tf})
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for fed in zip(predictions, labels, weights, strict=True):
            last = session.run(update, dict(zip((p, y, w), fed, strict=True)))
        assert session.run(value) == pytest.approx(np.array(expected), abs=2e-6)
        assert last == pytest.approx(np.array(expected), abs=2e-6)


def test_streams_of_classes_and_rows(tf):
    from smtf_core.runtime.tf1.contrib import metrics

    labels, predictions = tf.constant([0, 1, 2, 2, 1, 0]), tf.constant([0, 1, 2, 1, 1, 2])
    kappa = metrics.cohen_kappa(labels, predictions, 3)[1]
    rows = metrics.streaming_concat(tf.constant([[1, 2], [3, 4]]), max_size=3)
    columns = metrics.streaming_concat(tf.constant([[1, 2], [3, 4]]), axis=1)
    scores = tf.constant([[0.1, 0.5, 0.4], [0.6, 0.3, 0.1]])
    top = metrics.streaming_recall_at_k(scores, tf.constant([2, 2], tf.int64), 2)[1]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        # Agreement 4/6, by chance 12/36.
        assert session.run(kappa) == pytest.approx(0.5)
        assert session.run(top) == 0.5
        assert session.run(rows[0]).shape == (0, 2)
        assert [session.run(rows[1]), session.run(rows[1])] == [2, 3]
        assert session.run(rows[0]).tolist() == [[1, 2], [3, 4], [1, 2]]
        assert [session.run(columns[1]), session.run(columns[1])] == [2, 4]
        assert session.run(columns[0]).tolist() == [[1, 2, 1, 2], [3, 4, 3, 4]]


@pytest.mark.parametrize(("weights", "expected"), [(None, 0.5), (2.0, 0.5), ([1.0, 2.0, 0.0, 1.0], 0.75)])
def test_accuracy_of_one_batch(tf, weights, expected):
    from smtf_core.runtime.tf1.contrib import metrics

    with tf.Session() as session:
        assert session.run(metrics.accuracy(tf.constant([1, 2, 3, 4]), tf.constant([1, 2, 0, 0]), weights)) == expected
    with pytest.raises(ValueError, match="Labels should have"):
        metrics.accuracy(tf.constant([1.0]), tf.constant([1.0]))
    with pytest.raises(ValueError, match="Dtypes of predictions and labels should match"):
        metrics.accuracy(tf.constant([1]), tf.constant(["a"]))
    assert metrics.aggregate_metric_map({"m": (1, 2)}) == ({"m": 1}, {"m": 2})
    assert metrics.aggregate_metrics((1, 2), (3, 4)) == ([1, 3], [2, 4])


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
