"""tf.contrib.metrics. Expected values: TensorFlow 1.11.0, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


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
