"""Columns that make dense vectors of sparse ones: one-hot, embeddings.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``, "Feature columns".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers.feature_column.column import (
    Features,
    _FeatureColumn,
    _IdColumn,
    check_checkpoint,
)


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
        check_checkpoint(self)

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


def _id_column(column: Any) -> _IdColumn:
    if not isinstance(column, _IdColumn):
        raise TypeError(f"sparse_id_column must be a sparse, weighted or crossed column of tf.contrib.layers: {column}")
    return column


def _embedding_initializer(given: Any, length: int) -> Any:
    if given is not None and not callable(given):
        raise ValueError("initializer must be callable if specified.")
    return given or tf.truncated_normal_initializer(stddev=1 / math.sqrt(length))
