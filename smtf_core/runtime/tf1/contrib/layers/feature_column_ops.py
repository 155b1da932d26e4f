"""Layers made of feature columns of ``tf.contrib.layers``: the input of a network, a linear model.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, ``*_from_feature_columns``.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers import feature_column as columns_
from smtf_core.runtime.tf1.contrib.layers.encoders import safe_embedding_lookup_sparse
from smtf_core.runtime.tf1.contrib.layers.feature_column import Features, real_valued_column

_SHARED = "smtf_shared_embedding"


def check_feature_columns(feature_columns: Iterable[Any]) -> None:
    """See that the columns are of this package, and different.

    Raises:
        ValueError: one comes twice, or is a ``tf.feature_column``.
    """
    seen = set()
    for column in feature_columns:
        if not isinstance(column, columns_._FeatureColumn):
            raise ValueError(  # noqa: TRY004 - the kind of error of every other fault of a column
                f"{column!r} is not a column of tf.contrib.layers. With columns of tf.feature_column, use "
                "tf.feature_column.input_layer and tf.feature_column.linear_model."
            )
        if column.key in seen:
            raise ValueError(
                f"Duplicate feature column key found for column: {column.name}. This usually means that the column is "
                "almost identical to another column, and one must be discarded."
            )
        seen.add(column.key)


def _sorted(feature_columns: Iterable[Any]) -> list[Any]:
    columns = list(feature_columns)
    check_feature_columns(columns)
    return sorted(columns, key=operator.attrgetter("key"))


def input_from_feature_columns(
    columns_to_tensors: Mapping[Any, Any],
    feature_columns: Iterable[Any],
    weight_collections: Sequence[str] | None = None,
    trainable: bool = True,
    scope: Any = None,
    cols_to_outs: dict[Any, Any] | None = None,
) -> Any:
    """The input of a network: real valued, bucketized, one-hot and embedding columns side by side.

    Args:
        columns_to_tensors: name → feature.
        feature_columns: the columns; they lie in the order of their keys.
        weight_collections: collections of the embeddings, beside the usual ones.
        trainable: whether the embeddings are trained.
        scope: variable scope, ``input_from_feature_columns`` by default.
        cols_to_outs: is filled with the part of each column.

    Returns:
        ``[batch, places]``, ``tf.float32``.

    Raises:
        ValueError: a column cannot be an input of a network, or comes twice.
    """
    return _input(
        columns_to_tensors,
        feature_columns,
        weight_collections,
        trainable,
        scope,
        rank=2,
        default_scope="input_from_feature_columns",
        parts=cols_to_outs,
    )


def sequence_input_from_feature_columns(
    columns_to_tensors: Mapping[Any, Any],
    feature_columns: Iterable[Any],
    weight_collections: Sequence[str] | None = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """The input of a recurrent network; arguments as :func:`input_from_feature_columns`.

    Returns:
        ``[batch, steps, places]``, ``tf.float32``.
    """
    given = list(feature_columns)
    wrong = [column for column in given if isinstance(column, (columns_._BucketizedColumn, columns_._CrossedColumn))]
    if wrong:
        raise ValueError(f"The following column is not supported in sequence models: {wrong[0]}")
    return _input(
        columns_to_tensors,
        given,
        weight_collections,
        trainable,
        scope,
        rank=3,
        default_scope="sequence_input_from_feature_columns",
        parts=None,
    )


def _input(
    features: Mapping[Any, Any],
    feature_columns: Iterable[Any],
    weight_collections: Sequence[str] | None,
    trainable: bool,
    scope: Any,
    *,
    rank: int,
    default_scope: str,
    parts: dict[Any, Any] | None,
) -> Any:
    columns, cache = _sorted(feature_columns), Features(features)
    made = []
    with tf.variable_scope(scope, default_name=default_scope, values=_tensors(features)):
        for column in columns:
            with tf.variable_scope(None, default_name=column.name):
                made.append(_dense(column, cache, _collections(weight_collections), trainable, rank))
            if parts is not None:
                parts[column] = made[-1]
        return tf.concat(made, rank - 1)


def _tensors(features: Mapping[Any, Any]) -> list[Any]:
    """What puts the scope's operations into the right graph."""
    return [value for value in features.values() if isinstance(value, (tf.Tensor, tf.SparseTensor))]


def _collections(more: Sequence[str] | None) -> list[str]:
    return list(dict.fromkeys([*(more or []), tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]))


@functools.singledispatch
def _dense(column: Any, features: Features, collections: list[str], trainable: bool, rank: int) -> Any:
    """A column as numbers, ``[batch, …, places]``."""
    raise ValueError(
        f"Error creating input layer for column: {column.name}.\n{type(column).__name__.lstrip('_')} is not supported "
        f"in DNN. Please use embedding_column or one_hot_column. column: {column}"
    )


@_dense.register
def _(column: columns_._RealValuedColumn, features: Features, *_: Any) -> Any:
    rank = _[-1]
    given = tf.to_float(features.of(column))
    if rank == 2:
        return tf.reshape(given, [-1, column.dimension])
    shape = tf.shape(given)
    numbers = tf.reshape(given, tf.concat([shape[: rank - 1], [column.dimension]], 0))
    numbers.set_shape([*given.shape[: rank - 1].as_list(), column.dimension])
    return numbers


@_dense.register
def _(column: columns_._BucketizedColumn, features: Features, *_: Any) -> Any:
    places = tf.one_hot(features.of(column), column.length)
    return tf.reshape(places, [-1, column.length * column.source_column.dimension])


@_dense.register
def _(column: columns_._OneHotColumn, features: Features, *_: Any) -> Any:
    ids = column.sparse_id_column.ids(features)
    weights = column.sparse_id_column.weights(features)
    values = tf.ones_like(ids.values, tf.float32) if weights is None else weights.values
    # Every item on a row of its own, so that equal ones of an example add up; unknown ones (-1) are nothing.
    dense_ids = tf.sparse_tensor_to_dense(ids, default_value=-1)
    dense_values = tf.scatter_nd(ids.indices, values, ids.dense_shape)
    places = tf.reduce_sum(tf.one_hot(dense_ids, column.length) * tf.expand_dims(dense_values, -1), -2)
    places.set_shape([*ids.shape[:-1].as_list(), column.length])
    return places


@_dense.register
def _(column: columns_._EmbeddingColumn, features: Features, collections: list[str], trainable: bool, _: int) -> Any:
    table = _embeddings(column, collections, trainable and column.trainable)
    return safe_embedding_lookup_sparse(
        _parts(table),
        column.sparse_id_column.ids(features),
        sparse_weights=column.sparse_id_column.weights(features),
        combiner=column.combiner,
        name=f"{column.name}weights",
        max_norm=column.max_norm,
    )


def _embeddings(column: Any, collections: list[str], trainable: bool) -> Any:
    """The table of a column, which columns of a shared embedding have in common."""

    def make(name: str) -> Any:
        return _variable(name, [column.length, column.dimension], column.initializer, collections, trainable, column)

    if column.shared_embedding_name is None:
        return make("weights")
    collection = f"{_SHARED}_{column.shared_embedding_name}"
    tables = tf.get_collection(collection)
    if not tables:
        tables = [make(column.shared_embedding_name)]
        tf.add_to_collection(collection, tables[0])
    if tables[0].shape.as_list() != [column.length, column.dimension]:
        raise ValueError(
            f"The embedding variable with name {column.shared_embedding_name} already exists, but its shape "
            f"{tables[0].shape} does not match the required one, {[column.length, column.dimension]}."
        )
    return tables[0]


@_dense.register
def _(
    column: columns_._ScatteredEmbeddingColumn, features: Features, collections: list[str], trainable: bool, _: int
) -> Any:
    pool = _variable("weights", [column.size], column.initializer, collections, trainable)
    given = features.of(column)
    words, number = tf.unique(given.values)
    count = tf.shape(words)[0]
    dimensions = tf.tile(tf.expand_dims(tf.range(column.dimension, dtype=tf.int64), 0), [count, 1])
    chosen = columns_.crossed([dimensions, tf.expand_dims(words, 1)], column.size, column.hash_key)
    vectors = tf.nn.embedding_lookup(
        _parts(pool), tf.reshape(chosen.values, [-1, column.dimension]), partition_strategy="div"
    )
    combine = {
        "sum": tf.sparse_segment_sum,
        "mean": tf.sparse_segment_mean,
        "sqrtn": tf.sparse_segment_sqrt_n,
    }[column.combiner]
    rows = tf.to_int32(given.dense_shape[0])
    combined = combine(vectors, number, tf.to_int32(given.indices[:, 0]), num_segments=rows)
    combined.set_shape([given.shape[0], column.dimension])
    return combined


def _variable(
    name: str, shape: list[int], initializer: Any, collections: list[str], trainable: bool, source: Any = None
) -> Any:
    """A variable, initialized from the checkpoint that its column names, if it does."""
    variable = tf.get_variable(
        name, shape, tf.float32, initializer=initializer, trainable=trainable, collections=collections
    )
    if getattr(source, "ckpt_to_load_from", None) is not None:
        partitioned = hasattr(variable, "_get_variable_list")
        parts = list(variable) if partitioned else variable
        tf.train.init_from_checkpoint(source.ckpt_to_load_from, {source.tensor_name_in_ckpt: parts})
    return variable


def weighted_sum_from_feature_columns(
    columns_to_tensors: Mapping[Any, Any],
    feature_columns: Iterable[Any],
    num_outputs: int,
    weight_collections: Sequence[str] | None = None,
    trainable: bool = True,
    scope: Any = None,
) -> tuple[Any, dict[Any, list[Any]], Any]:
    """A linear model of real valued, sparse, weighted, bucketized and crossed columns.

    Args:
        columns_to_tensors: name → feature.
        feature_columns: the columns.
        num_outputs: how many sums.
        weight_collections: collections of the weights, beside the usual ones.
        trainable: whether the weights are trained.
        scope: variable scope, ``weighted_sum_from_feature_columns`` by default.

    Returns:
        ``[batch, num_outputs]``; the variables of each column; the bias.

    Raises:
        ValueError: a column cannot be in a linear model, or comes twice.
    """
    columns, cache = _sorted(feature_columns), Features(columns_to_tensors)
    collections = _collections(weight_collections)
    zeros = tf.zeros_initializer()
    sums, variables = [], {}
    with tf.variable_scope(
        scope, default_name="weighted_sum_from_feature_columns", values=_tensors(columns_to_tensors)
    ):
        for column in columns:
            weigh = _linear(column)

            def weights(name: str, length: int, column: Any = column) -> Any:
                table = _variable(name, [length, num_outputs], zeros, collections, trainable, column)
                variables[column] = list(table) if hasattr(table, "_get_variable_list") else [table]
                return table

            with tf.variable_scope(None, default_name=column.name):
                sums.append(weigh(column, cache, weights))
        bias = _variable("bias_weight", [num_outputs], zeros, collections, trainable)
        return tf.nn.bias_add(tf.add_n(sums), bias), variables, bias


_Weights = Callable[[str, int], Any]


def _linear(column: Any) -> Callable[[Any, Features, _Weights], Any]:
    """How a column's weighted sum is made."""
    if isinstance(column, columns_._RealValuedColumn):
        return _sum_of_numbers
    if isinstance(column, columns_._BucketizedColumn):
        return _sum_of_buckets
    if isinstance(column, columns_._IdColumn):
        return _sum_of_ids
    raise ValueError(
        f"Error creating weighted sum for column: {column.name}.\nColumn {column} cannot be in a linear model; give "
        "it the column that this one is made of."
    )


def _sum_of_numbers(column: Any, features: Features, weights: _Weights) -> Any:
    return tf.matmul(_dense(column, features, [], False, 2), weights("weight", column.dimension))


def _sum_of_buckets(column: Any, features: Features, weights: _Weights) -> Any:
    table = weights("weights", column.length * column.source_column.dimension)
    return safe_embedding_lookup_sparse(_parts(table), column.items(features), combiner="sum", name="_weights")


def _sum_of_ids(column: Any, features: Features, weights: _Weights) -> Any:
    return safe_embedding_lookup_sparse(
        _parts(weights("weights", column.length)),
        column.ids(features),
        sparse_weights=column.weights(features),
        combiner=column.combiner,
        name=f"{column.name}_weights",
    )


def _parts(table: Any) -> Any:
    return table if hasattr(table, "_get_variable_list") else [table]


def joint_weighted_sum_from_feature_columns(
    columns_to_tensors: Mapping[Any, Any],
    feature_columns: Iterable[Any],
    num_outputs: int,
    weight_collections: Sequence[str] | None = None,
    trainable: bool = True,
    scope: Any = None,
) -> tuple[Any, list[Any], Any]:
    """A linear model of sparse columns with all weights in one variable.

    Args:
        columns_to_tensors: name → feature.
        feature_columns: sparse, crossed and bucketized columns.
        num_outputs: how many sums.
        weight_collections: collections of the weights, beside the usual ones.
        trainable: whether the weights are trained.
        scope: variable scope, ``joint_weighted_sum_from_feature_columns`` by default.

    Returns:
        ``[batch, num_outputs]``; the variable; the bias.

    Raises:
        ValueError: a column is of another kind, or comes twice.
    """
    columns, cache = _sorted(feature_columns), Features(columns_to_tensors)
    wrong = [one for one in columns if not isinstance(one, (columns_._SparseColumn, columns_._CrossedColumn))]
    if wrong:
        raise ValueError(
            f"Joint sums are of sparse and crossed columns; use weighted_sum_from_feature_columns for {wrong[0]}"
        )
    collections, zeros = _collections(weight_collections), tf.zeros_initializer()
    with tf.variable_scope(
        scope, default_name="joint_weighted_sum_from_feature_columns", values=_tensors(columns_to_tensors)
    ):
        shifted, before = [], 0
        for column in columns:
            ids = column.ids(cache)
            known = tf.sparse_retain(ids, ids.values >= 0)
            shifted.append(tf.SparseTensor(known.indices, tf.to_int64(known.values) + before, known.dense_shape))
            before += column.length
        with tf.variable_scope(None, default_name="linear_weights"):
            table = _variable("weights", [before, num_outputs], zeros, collections, trainable)
            sums = safe_embedding_lookup_sparse(
                _parts(table), tf.sparse_concat(1, shifted), combiner="sum", name="_weights"
            )
        bias = _variable("bias_weight", [num_outputs], zeros, collections, trainable)
        return tf.nn.bias_add(sums, bias), _parts(table), bias


def transform_features(features: Mapping[Any, Any], feature_columns: Iterable[Any]) -> dict[Any, Any]:
    """Column → what it makes of the features.

    Args:
        features: name → feature.
        feature_columns: the columns.
    """
    columns, cache = _sorted(feature_columns), Features(features)
    return {column: cache.of(column) for column in columns}


def parse_feature_columns_from_examples(
    serialized: Any, feature_columns: Iterable[Any], name: str | None = None, example_names: Any = None
) -> dict[Any, Any]:
    """Parse examples for columns.

    Args:
        serialized: ``tf.Example`` protos, ``[batch]``.
        feature_columns: the columns.
        name: of the operations.
        example_names: names of the examples, for error messages.

    Returns:
        Feature by name and, by column, what it becomes; good for ``*_from_feature_columns``.
    """
    columns = _sorted(feature_columns)
    parsed = tf.parse_example(
        serialized, columns_.create_feature_spec_for_parsing(columns), name=name, example_names=example_names
    )
    cache = Features(parsed)
    for column in columns:
        cache.of(column)
    return dict(cache)


def parse_feature_columns_from_sequence_examples(
    serialized: Any,
    context_feature_columns: Iterable[Any] | None,
    sequence_feature_columns: Iterable[Any] | None,
    name: str | None = None,
    example_name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parse one ``tf.SequenceExample`` for columns.

    Args:
        serialized: the proto, a scalar.
        context_feature_columns: of the features of the whole.
        sequence_feature_columns: of the features of its steps.
        name: of the operations.
        example_name: name of the example, for error messages.

    Returns:
        The features of the whole and of its steps, by name.
    """
    context = columns_.create_feature_spec_for_parsing(context_feature_columns or ())
    sequence = {
        key: tf.FixedLenSequenceFeature(how.shape, how.dtype) if isinstance(how, tf.FixedLenFeature) else how
        for key, how in columns_.create_feature_spec_for_parsing(sequence_feature_columns or ()).items()
    }
    parsed: tuple[dict[str, Any], dict[str, Any]] = tf.parse_single_sequence_example(
        serialized, context or None, sequence or None, example_name, name
    )
    return parsed


def infer_real_valued_columns(features: Any) -> list[Any]:
    """A real valued column for each feature; of one tensor, for the feature ``''``.

    Args:
        features: a tensor ``[batch]`` or ``[batch, dimension]``, or a dict of such.

    Raises:
        ValueError: a feature is sparse, has no numbers, or too many dimensions.
    """
    named = features if isinstance(features, Mapping) else {"": features}
    return [_inferred(name, tensor) for name, tensor in named.items()]


def _inferred(name: str, tensor: Any) -> Any:
    if isinstance(tensor, tf.SparseTensor):
        raise ValueError(f"Feature {name!r} is sparse; give it a column.")  # noqa: TRY004 - what TensorFlow 1 raises
    tensor = tf.convert_to_tensor(tensor)
    if not (tensor.dtype.is_integer or tensor.dtype.is_floating):
        raise ValueError(f"Non integer or non floating types are not supported for auto detection: {tensor}.")
    shape = tensor.shape.as_list()
    dimension = 1
    for size in shape[1:]:
        dimension *= size
    return real_valued_column(name, dimension=dimension, dtype=tensor.dtype)
