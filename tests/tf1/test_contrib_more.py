"""Sampling and sign optimizers of tf.contrib. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


def queued(tf, tensor, runs):
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        try:
            return np.concatenate([session.run(tensor) for _ in range(runs)])
        finally:
            coordinator.request_stop()
            coordinator.join(threads, stop_grace_period_secs=5, ignore_live_threads=True)


def test_sign_decays(tf):
    from smtf_core.runtime.tf1.contrib.opt.training import sign_decay

    table = [
        (sign_decay.get_linear_decay_fn(4), [1, 0.75, 0.5, 0.25, 0, 0]),
        (sign_decay.get_cosine_decay_fn(4), [1, 0.85355, 0.5, 0.14645, 0, 0]),
        (sign_decay.get_cosine_decay_fn(4, 1.5, 3), [1, 0.14645, 0.5, 0.85355, 0, 0]),
        (sign_decay.get_restart_decay_fn(4, 2), [1, 0.5, 1, 0.5, 1, 1]),
        (sign_decay.get_cosine_decay_fn(8, 1.5, 1), [1, 0.69134, 0.14645, 0.03806, 0.5, 0.96194, 0, 0]),
        (sign_decay.get_cosine_decay_fn(8, 1.5, 0.5), [1, 0.69134, 0.14645, 0, 0, 0]),
        (sign_decay.get_restart_decay_fn(8, 2, 1), [1, 0.85355, 0.5, 0.14645, 0, 0]),
        (sign_decay.get_restart_decay_fn(8, 2, 1.5), [1, 0.85355, 0.5, 0.14645, 1, 0.85355, 0]),
    ]
    with tf.Session() as session:
        for decay, expected in table:
            found = session.run([decay(tf.constant(step, tf.int64)) for step in range(len(expected))])
            assert found == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize(
    ("name", "second", "decayed", "expected"),
    [
        ("AddSignOptimizer", None, False, 0.448),
        ("AddSignOptimizer", 0.5, True, 0.70676),
        ("PowerSignOptimizer", None, False, 0.17921),
        ("PowerSignOptimizer", 2.0, True, 0.54701),
    ],
)
def test_sign_optimizers(tf, resource, dense, name, second, decayed, expected):
    from smtf_core.runtime.tf1.contrib import opt
    from smtf_core.runtime.tf1.contrib.opt.training.sign_decay import get_linear_decay_fn

    more = (second, 0.8, get_linear_decay_fn(10)) if decayed else ()
    start = np.array([[1.0, 2.0], [3.0, 4.0], [-1.0, 2.0]], "f")
    variable = tf.get_variable("v", initializer=start, use_resource=resource)
    factor = tf.placeholder(tf.float32, [])
    used = variable if dense else tf.gather(variable, [0, 2])
    optimizer = getattr(opt, name)(0.05, *more)
    train = optimizer.minimize(tf.reduce_sum(tf.square(used) * factor), tf.train.get_or_create_global_step())
    assert [v.op.name for v in tf.global_variables()] == ["v", "global_step", f"v/{name}"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value in (1.0, -2.0, 0.5, 3.0):
            session.run(train, {factor: value})
        wanted = start * expected
        if not dense:
            wanted[1] = start[1]
        assert session.run(variable) == pytest.approx(wanted, abs=3e-5)


def test_a_decay_needs_the_global_step(tf):
    from smtf_core.runtime.tf1.contrib.opt import AddSignOptimizer

    loss = tf.square(tf.get_variable("v", []))
    with pytest.raises(ValueError, match="global_step"):
        AddSignOptimizer(sign_decay_fn=lambda step: 1.0).minimize(loss)


def test_rows_are_resampled(tf):
    from smtf_core.runtime.tf1.contrib import training

    (rows,) = training.resample_at_rate([tf.range(2000) % 2], tf.tile(tf.constant([3.0, 0.5]), [1000]), seed=1)
    weights = tf.placeholder(tf.float32, [3])
    (drawn,), rates = training.weighted_resample([tf.range(3)], weights, 50.0, mean_decay=0.5, seed=1)
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        assert np.bincount(session.run(rows)) == pytest.approx([3000, 500], rel=0.1)
        for given, expected in (([1, 2, 3], [25, 50, 75]), ([2, 4, 6], [30, 60, 90]), ([1, 1, 1], [25, 25, 25])):
            numbers, at = session.run([drawn, rates], {weights: given})
            assert dict(zip(numbers.tolist(), at.tolist(), strict=True)) == pytest.approx(dict(enumerate(expected)))


def test_classes_come_in_the_wanted_shares(tf):
    from smtf_core.runtime.tf1.contrib.training import stratified_sample

    (data,), labels = stratified_sample(
        [tf.zeros([4, 2])], tf.constant([0, 1, 1, 2]), [0.5, 0.5, 0.0], 8, enqueue_many=True
    )
    assert (data.shape.as_list(), labels.shape.as_list(), labels.dtype) == ([8, 2], [8], tf.int32)
    assert [(v.op.name, v.dtype.base_dtype) for v in tf.global_variables()] == [
        ("stratified_sample/class_count", tf.int64)
    ]
    found = np.bincount(queued(tf, labels, 60), minlength=3)
    assert found[2] == 0
    assert found[0] / found.sum() == pytest.approx(0.5, abs=0.1)


def test_examples_are_rejected(tf):
    from smtf_core.runtime.tf1.contrib.training import rejection_sample

    given = [tf.constant([1, 2, 3]), tf.constant([10, 20, 30])]
    batch = rejection_sample(given, lambda one: tf.cast(tf.not_equal(one[0], 2), tf.float32), 4, enqueue_many=True)
    found = queued(tf, tf.stack(batch, 1), 10)
    assert sorted(set(map(tuple, found.tolist()))) == [(1, 10), (3, 30)]


def test_a_vocabulary_is_exported_and_the_export_is_trained_on(tf, tmp_path):
    from smtf_core.runtime.tf1.base import estimator as estimators
    from smtf_core.runtime.tf1.base import layers
    from smtf_core.runtime.tf1.contrib import estimator, lookup

    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")
    head = estimator.binary_classification_head()

    def model_fn(features, labels, mode):
        numbers = lookup.index_table_from_file(str(words), num_oov_buckets=1).lookup(features["w"])
        logits = layers.dense(tf.one_hot(numbers, 3), 1)
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        return head.create_estimator_spec(features, mode, logits, labels, optimizer)

    def input_fn():
        return tf.data.Dataset.from_tensors(({"w": ["a", "b", "c"]}, [[0], [1], [0]])).repeat()

    trained = estimators.Estimator(model_fn, str(tmp_path / "model"))
    trained.train(input_fn, steps=3)
    receiver = estimator.build_raw_supervised_input_receiver_fn({"w": tf.constant(["a"])}, tf.constant([[0]]))
    path = estimator.export_saved_model_for_mode(trained, str(tmp_path / "export"), receiver, mode="train").decode()
    assert [file.name for file in (tmp_path / "export").glob("*/assets/*")] == ["words.txt"]
    words.unlink()
    again = estimator.SavedModelEstimator(path, str(tmp_path / "again"))
    again.train(input_fn, steps=2)
    assert again.get_variable_value("global_step") == 5
