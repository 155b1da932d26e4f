"""Feature columns of tf.contrib.layers. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture(scope="module")
def layers():
    from smtf_core.runtime.tf1.contrib import layers

    return layers


@pytest.fixture
def features(tf):
    def sparse(rows, dtype=None):
        places = [[number, place] for number, row in enumerate(rows) for place in range(len(row))]
        values = tf.constant([item for row in rows for item in row], dtype)
        return tf.SparseTensor(places, values, [len(rows), max(map(len, rows))])

    return {
        "x": tf.constant([[0.5], [2.5]]),
        "x2": tf.constant([[1.0, 3.0], [-1.0, 0.0]]),
        "h": sparse([["p", "q"], ["r"]]),
        "k": sparse([["a"], ["c", "zz"]]),
        "i": sparse([[1], [3, 2]], tf.int64),
        "v": sparse([["b"], ["oo", "a"]]),
        "wk": sparse([["a", "b"], ["c"]]),
        "ww": sparse([[0.5, 2.0], [3.0]]),
        "sc": sparse([["a", "b"], ["c"]]),
        "s1": sparse([["a"], ["b"]]),
        "s2": sparse([["b"], ["a", "b"]]),
    }


@pytest.fixture
def columns(layers, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("a\nb\nc\n")
    made = {
        "x": layers.real_valued_column("x"),
        "x2": layers.real_valued_column("x2", dimension=2),
        "h": layers.sparse_column_with_hash_bucket("h", 7),
        "k": layers.sparse_column_with_keys("k", ["a", "b", "c"]),
        "i": layers.sparse_column_with_integerized_feature("i", 4),
        "v": layers.sparse_column_with_vocabulary_file("v", str(words), num_oov_buckets=1, vocab_size=3),
        "w": layers.weighted_sparse_column(layers.sparse_column_with_keys("wk", ["a", "b", "c"]), "ww"),
    }
    made["b"] = layers.bucketized_column(made["x"], [1.0, 2.0, 3.0])
    made["b2"] = layers.bucketized_column(made["x2"], [0.0, 2.0])
    made["c"] = layers.crossed_column([made["k"], made["i"]], 11)
    made["cb"] = layers.crossed_column([made["b"], made["c"]], 6)
    made["s1"], made["s2"] = layers.shared_embedding_columns(
        [layers.sparse_column_with_keys(name, ["a", "b"]) for name in ("s1", "s2")], 2
    )
    return made


def filled(tf, tensor):
    """The tensor's value with variables of known values."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        for variable in tf.global_variables():
            size = int(np.prod(variable.shape.as_list()))
            values = np.arange(1, size + 1) / 10 + len(variable.op.name) / 100
            variable.load(values.reshape(variable.shape.as_list()), session)
        return session.run(tensor)


def variables(tf, scope):
    return [(one.op.name.removeprefix(scope), one.shape.as_list()) for one in tf.get_collection("model_variables")]


def test_input_of_a_network(tf, layers, features, columns):
    made = [
        *(columns[name] for name in ("x", "x2", "b", "b2", "s1", "s2")),
        *(layers.one_hot_column(columns[name]) for name in ("k", "w", "c")),
        layers.embedding_column(columns["h"], 3),
        layers.embedding_column(columns["w"], 2, combiner="sum"),
        layers.embedding_column(columns["c"], 2),
        layers.scattered_embedding_column("sc", 20, 4, hash_key=5),
    ]
    net = layers.input_from_feature_columns(features, made)
    assert variables(tf, "input_from_feature_columns/") == [
        ("i_X_k_embedding/weights", [11, 2]),
        ("h_embedding/weights", [7, 3]),
        ("s1_shared_embedding/s1_s2_shared_embedding", [2, 2]),
        ("wk_weighted_by_ww_embedding/weights", [3, 2]),
        ("sc_scattered_embedding/weights", [20]),
    ]
    first = "1 0 0 0 0 1 0 0 0 1 1.2 1.3 .71 .81 .91 .79 .89 .99 1.09 2.2 2.45 0 0 0 1 0 0 0 0 0 0 0 1 0 0 .5 2 0 .5"
    second = "0 0 1 0 1 0 0 0 1 0 1.75 1.85 1.76 1.86 1.96 .99 1.09 .89 .99 3.36 3.66 0 0 0 2 0 0 0 0 1 1 0 0 0 1 0 0 3"
    expected = [f"{first} 1 3 1.62 1.32 1.67 1.72".split(), f"{second} 2.5 -1 0 2.47 2.37 1.37 1.77".split()]
    assert filled(tf, net) == pytest.approx(np.array(expected, float), abs=1e-5)


def test_a_linear_model(tf, layers, features, columns):
    made = [columns[name] for name in ("x", "x2", "h", "k", "i", "v", "w", "b", "b2", "c", "cb")]
    made.append(layers.sparse_column_with_hash_bucket("hi", 5, dtype=tf.int64))
    features["hi"] = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], tf.constant([3, 99, 4], tf.int64), [2, 2])
    sums, of_columns, bias = layers.weighted_sum_from_feature_columns(features, made, 2)
    assert variables(tf, "weighted_sum_from_feature_columns/") == [
        ("x_bucketized/weights", [4, 2]),
        ("x2_bucketized/weights", [6, 2]),
        ("i_X_k_X_x_bucketized/weights", [6, 2]),
        ("i_X_k/weights", [11, 2]),
        ("x/weight", [1, 2]),
        ("x2/weight", [2, 2]),
        ("h/weights", [7, 2]),
        ("hi/weights", [5, 2]),
        ("i/weights", [4, 2]),
        ("k/weights", [3, 2]),
        ("v/weights", [4, 2]),
        ("wk_weighted_by_ww/weights", [3, 2]),
        ("bias_weight", [2]),
    ]
    assert of_columns[columns["x"]][0].op.name == "weighted_sum_from_feature_columns/x/weight"
    assert bias.op.name == "weighted_sum_from_feature_columns/bias_weight"
    assert filled(tf, sums) == pytest.approx(np.array([[15.075, 16.975], [26.75, 29.2]]), abs=1e-4)


def test_one_variable_for_all_weights(tf, layers, features, columns):
    features["j"] = tf.SparseTensor([[0, 0], [1, 0]], ["y", "x"], [2, 2])
    j = layers.sparse_column_with_keys("j", ["x", "y"])
    sums, (weights,), _ = layers.joint_weighted_sum_from_feature_columns(features, [columns["k"], j], 2)
    assert weights.op.name == "joint_weighted_sum_from_feature_columns/linear_weights/weights"
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        weights.load(np.arange(10).reshape(5, 2), session)
        assert session.run(sums).tolist() == [[6, 8], [8, 10]]  # c is the last of k, x the first of j


def test_hashes_of_crosses_and_of_several_keys(tf, layers, features, columns):
    features["j"] = tf.SparseTensor([[0, 0], [1, 0]], ["y", "x"], [2, 2])
    features["k"] = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], ["a", "b", "zz"], [2, 2])
    pair = [columns["k"], layers.sparse_column_with_hash_bucket("j", 5)]
    features["l"] = tf.constant([["a"], ["b"]])
    made = [
        layers.crossed_column(pair, 50),
        layers.crossed_column(pair, 50, hash_key=956888297470),
        layers.sparse_column_with_hash_bucket("l", 7, hash_keys=[[1, 2], [3, 4]]),
    ]
    transformed = layers.transform_features(features, made)
    found = filled(tf, [transformed[column].values for column in made])
    assert [values.tolist() for values in found] == [[25, 2, 8], [11, 47, 25], [1, 6, 1, 0]]


def test_sequences(tf, layers, columns):
    words = tf.SparseTensor([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 2, 0]], ["a", "b", "c", "a"], [2, 3, 1])
    features = {"q": tf.reshape(tf.range(12.0), [2, 3, 2]), "k": words}
    made = [layers.real_valued_column("q", 2), layers.embedding_column(columns["k"], 2)]
    made.append(layers.one_hot_column(columns["k"]))
    found = filled(tf, layers.sequence_input_from_feature_columns(features, made))
    assert [one.op.name for one in tf.global_variables()] == ["sequence_input_from_feature_columns/k_embedding/weights"]
    assert found.shape == (2, 3, 7)
    assert found[0] == pytest.approx(
        np.array([[0.65, 0.75, 1, 0, 0, 0, 1], [0.85, 0.95, 0, 1, 0, 2, 3], [0, 0, 0, 0, 0, 4, 5]]), abs=1e-5
    )


def test_examples_are_parsed_for_columns(tf, layers, columns):
    def example(**lists):
        made = tf.train.Example()
        for name, values in lists.items():
            words = isinstance(values[0], bytes)
            (made.features.feature[name].bytes_list if words else made.features.feature[name].float_list).value.extend(
                values
            )
        return made.SerializeToString()

    wanted = [columns["b"], layers.one_hot_column(columns["k"]), layers.real_valued_column("xd", default_value=3.0)]
    serialized = [example(x=[1.0], k=[b"a"]), example(x=[2.0], k=[b"c", b"b"])]
    parsed = layers.parse_feature_columns_from_examples(serialized, wanted)
    assert sorted(getattr(key, "name", key) for key in parsed) == sorted(
        ["k", "k", "k_one_hot", "x", "x", "x_bucketized", "xd", "xd"]
    )
    found = filled(tf, layers.input_from_feature_columns(parsed, wanted))
    assert found.tolist() == [[0, 1, 0, 0, 1, 0, 0, 3], [0, 0, 1, 0, 0, 1, 1, 3]]


def test_dense_features_have_empty_places(tf, layers):
    column = layers.sparse_column_with_integerized_feature("i", 5)
    ids = layers.transform_features({"i": tf.constant([0, 7, -1], tf.int64)}, [column])[column]
    with tf.Session() as session:
        found = session.run(ids)
    assert (found.indices.tolist(), found.values.tolist()) == ([[0, 0], [1, 0]], [0, 2])


def test_what_cannot_be_is_refused(tf, layers, features, columns):
    with pytest.raises(ValueError, match="Duplicate feature column key"):
        layers.input_from_feature_columns(features, [columns["x"], layers.real_valued_column("x")])
    with pytest.raises(ValueError, match="embedding_column or one_hot_column"):
        layers.input_from_feature_columns(features, [columns["h"]])
    with pytest.raises(ValueError, match="cannot be in a linear model"):
        layers.weighted_sum_from_feature_columns(features, [layers.embedding_column(columns["h"], 2)], 1)
    with pytest.raises(ValueError, match=r"tf\.feature_column\.input_layer"):
        layers.input_from_feature_columns(features, [tf.feature_column.numeric_column("x")])
    with pytest.raises(ValueError, match="'y' is not among the features"):
        layers.input_from_feature_columns(features, [layers.real_valued_column("y")])
