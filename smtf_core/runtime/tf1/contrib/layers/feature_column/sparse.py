"""Columns of numbers that stand for words and the like, any number of them in an example.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import Features, _IdColumn
from smtf_core.runtime.tf1.contrib.lookup import index_table_from_file, index_table_from_tensor


def _positive_bucket_size(column: _SparseColumn, _: Any, value: int | None) -> None:
    if value is not None and value < 1:
        raise ValueError(f"bucket_size must be at least 1. bucket_size: {value}, column_name: {column.column_name}")


@frozen
class _SparseIdLookupConfig:
    vocabulary_file: str | None = None
    keys: tuple[Any, ...] | None = None
    num_oov_buckets: int = 0
    vocab_size: int | None = None
    default_value: int = -1


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
