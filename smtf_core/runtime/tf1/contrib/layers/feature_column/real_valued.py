"""Columns of numbers as they are, and of the buckets that they fall into.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import Features, _FeatureColumn


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
