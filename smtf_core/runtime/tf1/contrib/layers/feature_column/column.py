"""What a column is, and the features that columns work on.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns".
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from attrs import fields, frozen

from smtf_core.runtime.tf1.base import tf


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


def check_checkpoint(column: Any) -> None:
    """A column that starts from a checkpoint names the checkpoint and what it takes from it.

    Raises:
        ValueError: it names one of them only.
    """
    if (column.ckpt_to_load_from is None) != (column.tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")


def create_feature_spec_for_parsing(feature_columns: Iterable[Any]) -> dict[str, Any]:
    """Name → how it is parsed, for ``tf.parse_example``, of all features that the columns need."""
    return {name: how for column in feature_columns for name, how in column.config.items()}
