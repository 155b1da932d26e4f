"""tf.contrib.data, and the arguments of tf.contrib.data.Dataset. Expected values: TensorFlow 1.11.0, or by counting."""

import threading

import pytest


@pytest.fixture(scope="module")
def data(tf):
    from smtf_core.runtime.tf1.contrib import data

    return data


@pytest.fixture(autouse=True)
def graph(tf):
    from smtf_core.runtime.tf1 import behaviour, datasets

    datasets.accept_old_arguments(lambda: getattr(behaviour._depth, "count", 0) > 0)
    datasets.accept_old_arguments(lambda: getattr(behaviour._depth, "count", 0) > 0)
    with behaviour.tensorflow_1_behaviour(), tf.Graph().as_default() as graph:
        yield graph


def elements(tf, dataset):
    following = dataset.make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as session:
        try:
            while True:
                found.append(tf.nest.map_structure(lambda value: value.tolist(), session.run(following)))
        except tf.errors.OutOfRangeError:
            return found


def double(x):
    return x * 2


def test_batches_without_remainder_have_a_known_size(tf, data):
    dataset = tf.data.Dataset.range(5).apply(data.batch_and_drop_remainder(2))
    assert dataset.output_shapes.as_list() == [2]
    assert dataset.output_shapes[0].value == 2
    assert elements(tf, dataset) == [[0, 1], [2, 3]]
    padded = tf.data.Dataset.range(1, 4).map(lambda n: tf.fill([n], n))
    padded = padded.apply(data.padded_batch_and_drop_remainder(2, [None]))
    assert elements(tf, padded) == [[[1, 0], [2, 2]]]


def test_map_and_batch(tf, data):
    dataset = tf.data.Dataset.range(5).apply(data.map_and_batch(double, 2, num_parallel_batches=2))
    assert elements(tf, dataset) == [[0, 2], [4, 6], [8]]
    dropped = tf.data.Dataset.range(5).apply(data.map_and_batch(double, 2, drop_remainder=True, num_parallel_calls=2))
    assert elements(tf, dropped) == [[0, 2], [4, 6]]


def test_sliding_windows(tf, data):
    numbers = tf.data.Dataset.range(1, 7)
    assert elements(tf, numbers.apply(data.sliding_window_batch(3, window_shift=2))) == [[1, 2, 3], [3, 4, 5]]
    assert elements(tf, numbers.apply(data.sliding_window_batch(3, window_stride=2))) == [[1, 3, 5], [2, 4, 6]]
    pairs = tf.data.Dataset.zip((numbers, numbers.map(double)))
    assert elements(tf, pairs.apply(data.sliding_window_batch(4, stride=4))) == [([1, 2, 3, 4], [2, 4, 6, 8])]
    named = numbers.map(lambda n: {"n": n})
    assert elements(tf, named.apply(data.sliding_window_batch(5, 5))) == [{"n": [1, 2, 3, 4, 5]}]
    with pytest.raises(ValueError, match="older name"):
        data.sliding_window_batch(3, stride=1, window_shift=1)


def test_groups_buckets_and_others_give_tensorflow_1_data_sets(tf, data):
    numbers = tf.data.Dataset.range(6)
    grouped = numbers.apply(data.group_by_window(lambda x: x % 2, lambda key, window: window.batch(3), 3))
    assert elements(tf, grouped) == [[0, 2, 4], [1, 3, 5]]
    assert elements(tf, numbers.batch(4).apply(data.unbatch())) == [0, 1, 2, 3, 4, 5]
    assert elements(tf, numbers.apply(data.enumerate_dataset(3)))[0] == (3, 0)
    assert elements(tf, numbers.apply(data.scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s + x))))[-1] == 15
    assert len(elements(tf, numbers.apply(data.shuffle_and_repeat(3, count=2)))) == 12
    interleaved = numbers.apply(data.sloppy_interleave(tf.data.Dataset.from_tensors, cycle_length=2))
    assert sorted(elements(tf, interleaved)) == [0, 1, 2, 3, 4, 5]
    bad = numbers.map(lambda x: tf.check_numerics(1.0 / tf.cast(x, tf.float32), "infinite"))
    assert len(elements(tf, bad.apply(data.ignore_errors()))) == 5
    sampled = data.sample_from_datasets([numbers, numbers], [1.0, 0.0])
    assert elements(tf, sampled)[:6] == [0, 1, 2, 3, 4, 5]


def test_a_data_set_is_reduced(tf, data):
    reducer = data.Reducer(
        lambda key: (0, key), lambda state, x: (state[0] + tf.to_int32(x), state[1]), lambda *s: s[0]
    )
    with pytest.raises(TypeError, match="Dataset"):
        data.reduce_dataset([1], reducer)
    plain = data.Reducer(lambda key: key, lambda state, x: state + x, lambda state: state)
    with tf.Session() as session:
        assert session.run(data.reduce_dataset(tf.data.Dataset.range(5), plain)) == 10


def test_shapes_are_asserted(tf, data):
    unknown = tf.data.Dataset.range(1, 3).map(lambda n: tf.fill([n, 2], n))
    assert unknown.output_shapes.as_list() == [None, 2]
    checked = unknown.apply(data.assert_element_shape(tf.TensorShape([1, None])))
    assert checked.output_shapes.as_list() == [1, 2]
    with pytest.raises(tf.errors.InvalidArgumentError):
        elements(tf, checked)
    with pytest.raises(ValueError, match="must be equal"):
        unknown.apply(data.assert_element_shape(tf.TensorShape([None, 3])))


def test_examples_are_read_in_batches(tf, data, tmp_path):
    path = str(tmp_path / "examples")
    with tf.python_io.TFRecordWriter(path) as writer:
        for number in range(3):
            feature = {"n": tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))}
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    batch = data.read_batch_features(
        path, 2, {"n": tf.FixedLenFeature([1], tf.int64)}, randomize_input=False, num_epochs=1
    )
    with tf.Session() as session:
        assert session.run(batch)["n"].tolist() == [[0], [1]]
        assert session.run(batch)["n"].tolist() == [[2]]


def test_map_takes_the_arguments_of_tensorflow_1_4(tf):
    numbers = tf.data.Dataset.range(3)
    assert elements(tf, numbers.map(double, num_threads=2, output_buffer_size=4)) == [0, 2, 4]
    assert elements(tf, numbers.map(double, 2, 4)) == [0, 2, 4]
    assert elements(tf, numbers.map(double, num_parallel_calls=2)) == [0, 2, 4]
    assert elements(tf, numbers.map(double, output_buffer_size=1).batch(2).map(double, num_threads=1)) == [[0, 4], [8]]


def test_methods_of_tensorflow_1_4_give_tensorflow_1_data_sets(tf):
    numbers = tf.data.Dataset.range(4)
    assert elements(tf, numbers.enumerate(start=5))[0] == (5, 0)
    assert elements(tf, numbers.batch(2).unbatch()) == [0, 1, 2, 3]
    assert elements(tf, numbers.ignore_errors()) == [0, 1, 2, 3]
    assert elements(tf, numbers.group_by_window(lambda x: x % 2, lambda k, w: w.batch(2), 2)) == [[0, 2], [1, 3]]
    sparse = numbers.map(lambda n: tf.fill([n], n)).dense_to_sparse_batch(4, [3])
    assert sparse.output_classes is tf.SparseTensor


def test_other_threads_have_the_genuine_methods(tf):
    seen = []

    def elsewhere():
        dataset = tf.data.Dataset.range(3)
        try:
            dataset.map(double, num_threads=2)
        except TypeError as error:
            seen.append(str(error))
        seen.append(hasattr(dataset, "dense_to_sparse_batch"))
        seen.append(hasattr(dataset.enumerate(), "make_one_shot_iterator"))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "num_threads" in seen[0]
    assert seen[1:] == [False, False]
