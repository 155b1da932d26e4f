"""Feature columns of ``tf.contrib.layers``: what they are, and how a raw feature becomes what they describe.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns". The classes are called as there and
print as there, because columns are laid out in the order of their printed form: a checkpoint's kernels depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from attrs import field, fields, frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.lookup import index_table_from_file, index_table_from_tensor


class Features(dict[Hashable, Any]):
    """Features by name, and by column what columns have made of them; each is made once."""

    def of(self, column: _FeatureColumn) -> Any:
        """What ``column`` makes of its features."""
        if column not in self:
            self[column] = column.transformed(self)
        return self[column]

    def raw(self, name: str) -> Any:
        """The feature itself.

        Raises:
            ValueError: there is none.
        """
        if name not in self:
            known = sorted(key for key in self if isinstance(key, str))
            raise ValueError(f"Feature {name!r} is not among the features: {known}")
        return self[name]

    def sparse(self, name: str) -> Any:
        """The feature as a sparse tensor; '' and -1 of a dense one are empty places."""
        feature = self.raw(name)
        if isinstance(feature, tf.SparseTensor):
            return feature
        dense = tf.convert_to_tensor(feature)
        if dense.shape.ndims == 1:
            dense = tf.expand_dims(dense, 1)
        places = tf.where(tf.not_equal(dense, tf.constant("" if dense.dtype == tf.string else -1, dense.dtype)))
        return tf.SparseTensor(places, tf.gather_nd(dense, places), tf.shape(dense, out_type=tf.int64))


@frozen
class _FeatureColumn:
    """A column. Columns are compared and hashed by their fields."""

    # Fields that do not belong to the key.
    _NOT_IN_KEY = ("initializer", "normalizer")

    @property
    def name(self) -> str:
        """Name of its scope of variables."""
        raise NotImplementedError

    @property
    def config(self) -> dict[str, Any]:
        """Name → how the feature is parsed from ``tf.Example``."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The printed form; columns are sorted by it."""
        return str(self)

    def transformed(self, features: Features) -> Any:
        """What the column makes of the features."""
        raise NotImplementedError

    def _short_key(self) -> str:
        shown = (item.name for item in fields(type(self)) if item.name not in self._NOT_IN_KEY)
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in shown)})"


@frozen
class _SparseIdLookupConfig:
    vocabulary_file: str | None = None
    keys: tuple[Any, ...] | None = None
    num_oov_buckets: int = 0
    vocab_size: int | None = None
    default_value: int = -1


@frozen
class _IdColumn(_FeatureColumn):
    """A column of numbers below :attr:`length`, any number of them in an example."""

    @property
    def length(self) -> int:
        """How many numbers there are."""
        raise NotImplementedError

    def ids(self, features: Features) -> Any:
        """The numbers, as a sparse tensor."""
        return features.of(self)

    def weights(self, features: Features) -> Any:
        """Their weights, or ``None``."""
        return None

    def items(self, features: Features) -> Any:
        """What of the feature a crossed column crosses."""
        return features.of(self)


def _positive_bucket_size(column: _SparseColumn, _: Any, value: int | None) -> None:
    if value is not None and value < 1:
        raise ValueError(f"bucket_size must be at least 1. bucket_size: {value}, column_name: {column.column_name}")


@frozen
class _SparseColumn(_IdColumn):
    column_name: str
    is_integerized: bool = False
    bucket_size: int | None = field(default=None, validator=_positive_bucket_size)
    lookup_config: _SparseIdLookupConfig | None = None
    combiner: str = "sum"
    dtype: Any = tf.string

    def __attrs_post_init__(self) -> None:
        if self.dtype != tf.string and not self.dtype.is_integer:
            raise ValueError(f"dtype must be string or integer. dtype: {self.dtype}, column_name: {self.column_name}")

    @property
    def name(self) -> str:
        return self.column_name

    @property
    def config(self) -> dict[str, Any]:
        return {self.column_name: tf.VarLenFeature(self.dtype)}

    @property
    def length(self) -> int:
        if self.lookup_config is None:
            assert self.bucket_size is not None
            return self.bucket_size
        assert self.lookup_config.vocab_size is not None
        return self.lookup_config.vocab_size + self.lookup_config.num_oov_buckets

    def items(self, features: Features) -> Any:
        return features.sparse(self.column_name)


class _SparseColumnIntegerized(_SparseColumn):
    def transformed(self, features: Features) -> Any:
        given = features.sparse(self.column_name)
        if not given.dtype.is_integer:
            raise ValueError(f"Column {self.column_name!r} is of integers, but its feature is {given.dtype.name}.")
        numbers = tf.mod(given.values, tf.constant(self.bucket_size, given.dtype))
        return tf.SparseTensor(given.indices, numbers, given.dense_shape)


@frozen
class _SparseColumnHashed(_SparseColumn):
    hash_keys: tuple[tuple[int, int], ...] | None = field(default=None, kw_only=True, repr=False)

    def transformed(self, features: Features) -> Any:
        given = features.sparse(self.column_name)
        words = given.values if self.dtype == tf.string else tf.as_string(given.values)
        if self.hash_keys is None:
            hashed = tf.string_to_hash_bucket_fast(words, self.bucket_size)
            return tf.SparseTensor(given.indices, hashed, given.dense_shape)
        one_per_key = [
            tf.SparseTensor(
                given.indices, tf.string_to_hash_bucket_strong(words, self.bucket_size, list(key)), given.dense_shape
            )
            for key in self.hash_keys
        ]
        return tf.sparse_concat(1, one_per_key)


class _SparseColumnKeys(_SparseColumn):
    def transformed(self, features: Features) -> Any:
        assert self.lookup_config is not None
        table = index_table_from_tensor(
            tf.constant(self.lookup_config.keys, self.dtype),
            default_value=self.lookup_config.default_value,
            dtype=self.dtype,
            name="lookup",
        )
        return table.lookup(features.sparse(self.column_name))


class _SparseColumnVocabulary(_SparseColumn):
    def transformed(self, features: Features) -> Any:
        config, given = self.lookup_config, features.sparse(self.column_name)
        assert config is not None
        if self.dtype.is_integer:
            given = tf.SparseTensor(given.indices, tf.as_string(given.values), given.dense_shape)
        table = index_table_from_file(
            config.vocabulary_file,
            num_oov_buckets=config.num_oov_buckets,
            vocab_size=config.vocab_size,
            default_value=config.default_value,
            name=f"{self.column_name}_lookup",
        )
        return table.lookup(given)


@frozen
class _WeightedSparseColumn(_IdColumn):
    sparse_id_column: _SparseColumn
    weight_column_name: str
    dtype: Any

    @property
    def name(self) -> str:
        return f"{self.sparse_id_column.name}_weighted_by_{self.weight_column_name}"

    @property
    def config(self) -> dict[str, Any]:
        return {**self.sparse_id_column.config, self.weight_column_name: tf.VarLenFeature(self.dtype)}

    @property
    def combiner(self) -> str:
        """That of the column that it weighs."""
        return self.sparse_id_column.combiner

    @property
    def length(self) -> int:
        return self.sparse_id_column.length

    def transformed(self, features: Features) -> Any:
        weights = features.raw(self.weight_column_name)
        if not isinstance(weights, tf.SparseTensor):
            # A dense weight is one for each place of a dense feature, the empty ones included.
            ids = features.of(self.sparse_id_column)
            return ids, tf.SparseTensor(ids.indices, tf.gather_nd(weights, ids.indices), ids.dense_shape)
        return features.of(self.sparse_id_column), weights

    def ids(self, features: Features) -> Any:
        return features.of(self)[0]

    def weights(self, features: Features) -> Any:
        weights = features.of(self)[1]
        return tf.SparseTensor(weights.indices, tf.to_float(weights.values), weights.dense_shape)


@frozen
class _OneHotColumn(_FeatureColumn):
    sparse_id_column: _IdColumn

    @property
    def name(self) -> str:
        return f"{self.sparse_id_column.name}_one_hot"

    @property
    def config(self) -> dict[str, Any]:
        return self.sparse_id_column.config

    @property
    def length(self) -> int:
        """How many places there are."""
        return self.sparse_id_column.length

    def transformed(self, features: Features) -> Any:
        return features.of(self.sparse_id_column)


@frozen
class _EmbeddingColumn(_FeatureColumn):
    sparse_id_column: _IdColumn
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: str | None = None
    tensor_name_in_ckpt: str | None = None
    shared_embedding_name: str | None = None
    shared_vocab_size: int | None = None
    max_norm: float | None = None
    trainable: bool = True

    def __attrs_post_init__(self) -> None:
        _check_checkpoint(self)

    @property
    def name(self) -> str:
        ending = "embedding" if self.shared_embedding_name is None else "shared_embedding"
        return f"{self.sparse_id_column.name}_{ending}"

    @property
    def config(self) -> dict[str, Any]:
        return self.sparse_id_column.config

    @property
    def key(self) -> str:
        return self._short_key()

    @property
    def length(self) -> int:
        """How many embeddings there are."""
        return self.sparse_id_column.length if self.shared_vocab_size is None else self.shared_vocab_size

    def transformed(self, features: Features) -> Any:
        return features.of(self.sparse_id_column)


@frozen
class _ScatteredEmbeddingColumn(_FeatureColumn):
    column_name: str
    size: int
    dimension: int
    hash_key: int | None
    combiner: str
    initializer: Any

    @property
    def name(self) -> str:
        return f"{self.column_name}_scattered_embedding"

    @property
    def config(self) -> dict[str, Any]:
        return {self.column_name: tf.VarLenFeature(tf.string)}

    @property
    def key(self) -> str:
        return self._short_key()

    def transformed(self, features: Features) -> Any:
        return features.sparse(self.column_name)


@frozen
class _RealValuedColumn(_FeatureColumn):
    column_name: str
    dimension: int
    default_value: tuple[float, ...] | None
    dtype: Any
    normalizer: Callable[[Any], Any] | None

    @property
    def name(self) -> str:
        return self.column_name

    @property
    def config(self) -> dict[str, Any]:
        default = None if self.default_value is None else list(self.default_value)
        return {self.column_name: tf.FixedLenFeature([self.dimension], self.dtype, default)}

    @property
    def key(self) -> str:
        return self._short_key()

    def transformed(self, features: Features) -> Any:
        given = features.raw(self.column_name)
        return given if self.normalizer is None else self.normalizer(given)


@frozen
class _BucketizedColumn(_FeatureColumn):
    source_column: _RealValuedColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def config(self) -> dict[str, Any]:
        return self.source_column.config

    @property
    def length(self) -> int:
        """How many buckets a number can be in."""
        return len(self.boundaries) + 1

    def transformed(self, features: Features) -> Any:
        """The number of the bucket of each of the source's numbers, ``[batch, dimension]``."""
        given = tf.to_float(features.of(self.source_column))
        buckets = tf.searchsorted(tf.constant(self.boundaries, tf.float32), tf.reshape(given, [-1]), side="right")
        return tf.reshape(tf.to_int64(buckets), [-1, self.source_column.dimension])

    def items(self, features: Features) -> Any:
        """The buckets, numbered through, as a sparse tensor."""
        buckets = features.of(self)
        dimension = self.source_column.dimension
        count = tf.shape(buckets, out_type=tf.int64)[0]
        places = tf.stack(
            [tf.repeat(tf.range(count), dimension), tf.tile(tf.range(dimension, dtype=tf.int64), [count])], 1
        )
        through = buckets + self.length * tf.range(dimension, dtype=tf.int64)
        return tf.SparseTensor(places, tf.reshape(through, [-1]), tf.stack([count, dimension]))


@frozen
class _CrossedColumn(_IdColumn):
    columns: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None
    combiner: str
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None

    def __attrs_post_init__(self) -> None:
        _check_checkpoint(self)

    @property
    def name(self) -> str:
        return "_X_".join(sorted(column.name for column in self.columns))

    @property
    def config(self) -> dict[str, Any]:
        return {name: how for column in self.columns for name, how in column.config.items()}

    @property
    def length(self) -> int:
        return self.hash_bucket_size

    def _leaves(self) -> list[Any]:
        """The columns that are crossed, those of crossed columns among them instead of these."""
        return [leaf for one in self.columns for leaf in (one._leaves() if isinstance(one, _CrossedColumn) else [one])]

    def transformed(self, features: Features) -> Any:
        return crossed([leaf.items(features) for leaf in self._leaves()], self.hash_bucket_size, self.hash_key)


def crossed(inputs: Sequence[Any], buckets: int, hash_key: int | None) -> Any:
    """Every combination of the inputs' items in an example, as a number below ``buckets``.

    Args:
        inputs: sparse tensors, then dense ones ``[batch, items]``: strings or integers.
        buckets: how many numbers there are.
        hash_key: ``None``: the hash that TensorFlow 1 had before there were keys, which today's operation lacks.
    """
    if hash_key is not None:
        return tf.sparse.cross_hashed(inputs, buckets, hash_key)
    # The operation gives the combinations of the items' positions; their hashes are put together here.
    combined = tf.sparse.cross([_numbered(one) for one in inputs])
    positions = tf.string_to_number(tf.strings.split(combined.values, "_X_").values, out_type=tf.int64)
    positions = tf.reshape(positions, [-1, len(inputs)])
    combination = tf.fill(tf.shape(combined.values), tf.constant(_FIRST, tf.int64))
    for number, one in enumerate(inputs):
        item = tf.gather(_fingerprints(one), positions[:, number])
        shifted = tf.bitwise.left_shift(combination, tf.constant(10, tf.int64))
        shifted += tf.bitwise.right_shift(combination, tf.constant(4, tf.int64))  # keeps the sign, as it did there
        combination = tf.bitwise.bitwise_xor(combination, item + tf.constant(_MIXED_IN, tf.int64) + shifted)
    unsigned = tf.bitcast(combination, tf.uint64)
    hashed = tf.cast(tf.floormod(unsigned, tf.constant(buckets, tf.uint64)), tf.int64)
    return tf.SparseTensor(combined.indices, hashed, combined.dense_shape)


# The value that crosses start from, and the constant of TensorFlow's Hash64Combine, as a signed integer.
_FIRST, _MIXED_IN = 0xDECAFCAFFE, 0x9E3779B97F4A7800 - 2**64


def _numbered(one: Any) -> Any:
    """The input with the positions of its items in place of the items."""
    if isinstance(one, tf.SparseTensor):
        return tf.SparseTensor(one.indices, tf.range(tf.size(one.values, out_type=tf.int64)), one.dense_shape)
    return tf.reshape(tf.range(tf.size(one, out_type=tf.int64)), tf.shape(one))


def _fingerprints(one: Any) -> Any:
    """What the items count as: integers as themselves, strings as their fingerprint."""
    values = one.values if isinstance(one, tf.SparseTensor) else tf.reshape(one, [-1])
    if values.dtype != tf.string:
        return tf.to_int64(values)
    return tf.bitcast(tf.fingerprint(values), tf.int64)


def _check_checkpoint(column: Any) -> None:
    if (column.ckpt_to_load_from is None) != (column.tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")


def sparse_column_with_integerized_feature(
    column_name: str, bucket_size: int, combiner: str = "sum", dtype: Any = tf.int64
) -> Any:
    """A column of numbers below ``bucket_size``; larger ones are taken modulo it."""
    return _SparseColumnIntegerized(column_name, True, bucket_size, None, combiner, tf.as_dtype(dtype))


def sparse_column_with_hash_bucket(
    column_name: str,
    hash_bucket_size: int,
    combiner: str = "sum",
    dtype: Any = tf.string,
    hash_keys: Sequence[Sequence[int]] | None = None,
) -> Any:
    """A column of strings or integers, by the hash of their text; with ``hash_keys`` one number for each of these."""
    keys = None if hash_keys is None else tuple((int(first), int(second)) for first, second in hash_keys)
    return _SparseColumnHashed(column_name, False, hash_bucket_size, None, combiner, tf.as_dtype(dtype), hash_keys=keys)


def sparse_column_with_keys(
    column_name: str, keys: Iterable[Any], default_value: int = -1, combiner: str = "sum", dtype: Any = tf.string
) -> Any:
    """A column of ``keys``; others get ``default_value``."""
    given = tuple(keys)
    lookup = _SparseIdLookupConfig(keys=given, vocab_size=len(given), default_value=default_value)
    return _SparseColumnKeys(column_name, False, None, lookup, combiner, tf.as_dtype(dtype))


def sparse_column_with_vocabulary_file(
    column_name: str,
    vocabulary_file: str,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    combiner: str = "sum",
    dtype: Any = tf.string,
) -> Any:
    """A column of the first ``vocab_size`` lines of a file; others get a bucket by their hash, or ``default_value``.

    Raises:
        ValueError: ``vocab_size`` is missing.
    """
    if vocab_size is None:
        raise ValueError(f"vocab_size should be defined. column_name: {column_name}")
    lookup = _SparseIdLookupConfig(vocabulary_file, None, num_oov_buckets, vocab_size, default_value)
    return _SparseColumnVocabulary(column_name, False, None, lookup, combiner, tf.as_dtype(dtype))


def weighted_sparse_column(sparse_id_column: Any, weight_column_name: str, dtype: Any = tf.float32) -> Any:
    """A sparse column whose items have weights, which are a feature of the same shape."""
    dtype = tf.as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype is not convertible to float. Given {dtype}")
    return _WeightedSparseColumn(sparse_id_column, weight_column_name, dtype)


def one_hot_column(sparse_id_column: Any) -> Any:
    """A column with a place for each number, holding how often (or with what weight) the example has it."""
    return _OneHotColumn(sparse_id_column)


def embedding_column(
    sparse_id_column: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Callable[..., Any] | None = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> Any:
    """A column with the combined embeddings of an example's numbers.

    Args:
        sparse_id_column: gives the numbers.
        dimension: of an embedding.
        combiner: ``'sum'``, ``'mean'`` or ``'sqrtn'``.
        initializer: of the embeddings; by default normal with deviation ``1/sqrt(how many there are)``.
        ckpt_to_load_from: checkpoint from which the embeddings are initialized.
        tensor_name_in_ckpt: their name in it.
        max_norm: embeddings are scaled down to this norm.
        trainable: whether they are trained.

    Returns:
        A column.

    Raises:
        TypeError: ``sparse_id_column`` is not of numbers, or ``initializer`` is not callable.
        ValueError: one of ``ckpt_to_load_from`` and ``tensor_name_in_ckpt`` is missing.
    """
    return _EmbeddingColumn(
        _id_column(sparse_id_column),
        dimension,
        combiner,
        _embedding_initializer(initializer, sparse_id_column.length),
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        max_norm=max_norm,
        trainable=trainable,
    )


def _id_column(column: Any) -> _IdColumn:
    if not isinstance(column, _IdColumn):
        raise TypeError(f"sparse_id_column must be a sparse, weighted or crossed column of tf.contrib.layers: {column}")
    return column


def _embedding_initializer(given: Any, length: int) -> Any:
    if given is not None and not callable(given):
        raise ValueError("initializer must be callable if specified.")
    return given or tf.truncated_normal_initializer(stddev=1 / math.sqrt(length))


def shared_embedding_columns(
    sparse_id_columns: Sequence[Any],
    dimension: int,
    combiner: str = "mean",
    shared_embedding_name: str | None = None,
    initializer: Callable[..., Any] | None = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> list[Any]:
    """Embedding columns over one table; arguments as :func:`embedding_column`, and the name of the table.

    Raises:
        TypeError: ``sparse_id_columns`` is no list of such columns.
        ValueError: there are none, or they are of different types or lengths.
    """
    if not isinstance(sparse_id_columns, (list, tuple)):
        raise TypeError(f"sparse_id_columns must be a list or tuple. Given: {sparse_id_columns}")
    columns = [_id_column(column) for column in sparse_id_columns]
    if not columns:
        raise ValueError("sparse_id_columns must not be empty.")
    length = columns[0].length
    if any((type(column), column.length) != (type(columns[0]), length) for column in columns):
        raise ValueError("The sparse columns of a shared embedding must be of one type and length.")
    if shared_embedding_name is None:
        names = sorted(column.name for column in columns)
        few = len(names) <= 3
        shared_embedding_name = "_".join(names if few else [*names[:2], f"plus_{len(names) - 2}_others"])
        shared_embedding_name += "_shared_embedding"
    initializer = _embedding_initializer(initializer, length)
    return [
        _EmbeddingColumn(
            column,
            dimension,
            combiner,
            initializer,
            ckpt_to_load_from,
            tensor_name_in_ckpt,
            shared_embedding_name,
            length,
            max_norm,
            trainable,
        )
        for column in columns
    ]


def scattered_embedding_column(
    column_name: str,
    size: int,
    dimension: int,
    hash_key: int | None,
    combiner: str = "mean",
    initializer: Callable[..., Any] | None = None,
) -> Any:
    """Embeddings put together from ``size`` parameters, which are chosen by the hash of the string.

    Raises:
        ValueError: a number is not positive, or the combiner is missing.
    """
    if dimension < 1 or size < 1:
        raise ValueError(
            f"Dimension and size must be greater than 0. {dimension=}, {size=}, column_name: {column_name}"
        )
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError(f"Combiner must be one of 'mean', 'sqrtn' and 'sum'. combiner: {combiner}")
    initializer = initializer or tf.truncated_normal_initializer(stddev=0.1)
    return _ScatteredEmbeddingColumn(column_name, size, dimension, hash_key, combiner, initializer)


def real_valued_column(
    column_name: str,
    dimension: int = 1,
    default_value: Any = None,
    dtype: Any = tf.float32,
    normalizer: Callable[[Any], Any] | None = None,
) -> Any:
    """A column of ``dimension`` numbers.

    Args:
        column_name: name of the feature.
        dimension: how many numbers.
        default_value: what examples without the feature have: one number, or ``dimension`` of them.
        dtype: type of the feature.
        normalizer: function that is applied to the feature.

    Returns:
        A column.

    Raises:
        TypeError: an argument has a wrong type, or the default does not fit the type.
        ValueError: ``dimension`` is not positive or does not fit the default; ``dtype`` has no numbers.
    """
    if dimension is None:
        raise TypeError(
            "dimension must be an integer; _real_valued_var_len_column, which took None, is not part of smtf: "
            "use tf.feature_column.numeric_column with padded data"
        )
    if not isinstance(dimension, int):
        raise TypeError(f"dimension must be an integer. dimension: {dimension}, column_name: {column_name}")
    if dimension < 1:
        raise ValueError(f"dimension must be greater than 0. dimension: {dimension}, column_name: {column_name}")
    dtype = tf.as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, column_name: {column_name}")
    if default_value is None:
        return _RealValuedColumn(column_name, dimension, None, dtype, normalizer)
    defaults = [default_value] * dimension if isinstance(default_value, (int, float)) else list(default_value)
    if len(defaults) != dimension:
        raise ValueError(
            f"The length of default_value must be equal to dimension. default_value: {default_value}, "
            f"dimension: {dimension}, column_name: {column_name}"
        )
    if dtype.is_integer and any(isinstance(one, float) for one in defaults):
        raise TypeError(f"default_value must be compatible with dtype. {default_value=}, {dtype=}, {column_name=}")
    number = int if dtype.is_integer else float
    return _RealValuedColumn(column_name, dimension, tuple(map(number, defaults)), dtype, normalizer)


def bucketized_column(source_column: Any, boundaries: Sequence[float]) -> Any:
    """A column of the buckets in which the numbers of a :func:`real_valued_column` lie.

    Args:
        source_column: gives the numbers.
        boundaries: increasing; a number that equals one is in the bucket above it.

    Returns:
        A column.

    Raises:
        TypeError: ``source_column`` is none of numbers.
        ValueError: ``boundaries`` are not sorted, or there are none.
    """
    if not isinstance(source_column, _RealValuedColumn):
        raise TypeError(f"source_column must be an instance of _RealValuedColumn. source_column: {source_column}")
    if not isinstance(boundaries, (list, tuple)) or not boundaries:
        raise ValueError(f"boundaries must be a non-empty list or tuple. boundaries: {boundaries}")
    if list(boundaries) != sorted(boundaries):
        raise ValueError(f"boundaries must be a sorted list. boundaries: {boundaries}")
    return _BucketizedColumn(source_column, tuple(boundaries))


def crossed_column(
    columns: Iterable[Any],
    hash_bucket_size: int,
    combiner: str = "sum",
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    hash_key: int | None = None,
) -> Any:
    """A column of the combinations of sparse, bucketized and crossed columns, by their hash.

    Args:
        columns: at least two.
        hash_bucket_size: how many numbers there are.
        combiner: of the weights of an example's combinations.
        ckpt_to_load_from: checkpoint from which a linear model's weights are initialized.
        tensor_name_in_ckpt: their name in it.
        hash_key: key of the hash; by default the text of the combination is hashed without one.

    Returns:
        A column.

    Raises:
        TypeError: a column cannot be crossed.
        ValueError: there are fewer than two, or ``hash_bucket_size`` is not above 1.
    """
    given = list(columns)
    for column in given:
        if not isinstance(column, (_SparseColumn, _CrossedColumn, _BucketizedColumn)):
            raise TypeError(
                "columns must be a set of _SparseColumn, _CrossedColumn, or _BucketizedColumn instances. "
                f"column: {column}"
            )
    if len(given) < 2:
        raise ValueError(f"columns must contain at least 2 elements. columns: {given}")
    if hash_bucket_size < 2:
        raise ValueError(f"hash_bucket_size must be at least 2. hash_bucket_size: {hash_bucket_size}")
    ordered = tuple(sorted(given, key=lambda column: str(column.name)))
    return _CrossedColumn(ordered, hash_bucket_size, hash_key, combiner, ckpt_to_load_from, tensor_name_in_ckpt)


def create_feature_spec_for_parsing(feature_columns: Iterable[Any]) -> dict[str, Any]:
    """Name → how it is parsed, for ``tf.parse_example``, of all features that the columns need."""
    return {name: how for column in feature_columns for name, how in column.config.items()}
