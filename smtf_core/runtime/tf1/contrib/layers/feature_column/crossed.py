"""Columns of the combinations of other columns' items.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import Features, _IdColumn, check_checkpoint
from smtf_core.runtime.tf1.contrib.layers.feature_column.real_valued import _BucketizedColumn
from smtf_core.runtime.tf1.contrib.layers.feature_column.sparse import _SparseColumn


@frozen
class _CrossedColumn(_IdColumn):
    columns: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None
    combiner: str
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None

    def __attrs_post_init__(self) -> None:
        check_checkpoint(self)

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
