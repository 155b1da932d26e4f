"""Embeddings of sequences and of sparse ids.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers.embed_sequence``, ``bow_encoder``,
    ``safe_embedding_lookup_sparse``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import model_variable
from smtf_core.runtime.tf1.contrib.layers.reshaping import dense_to_sparse


def _table(size: int | None, dimension: int | None, initializer: Any, regularizer: Any, trainable: bool) -> Any:
    shape = None if size is None else [size, dimension]
    return model_variable(
        "embeddings", shape=shape, initializer=initializer, regularizer=regularizer, trainable=trainable
    )


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """Embed ids ``[batch, length]`` with a variable ``embeddings`` ``[vocab_size, embed_dim]``.

    Args:
        ids: integers.
        vocab_size: number of ids; not needed for reuse.
        embed_dim: dimensions of an embedding; not needed for reuse.
        unique: look every id up once.
        initializer: of the embeddings.
        regularizer: of the embeddings.
        trainable: whether they are trained.
        scope: variable scope.
        reuse: reuse the variable.

    Returns:
        ``[batch, length, embed_dim]``.

    Raises:
        ValueError: no ``vocab_size`` or ``embed_dim``, and no reuse.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError("vocab_size and embed_dim must be given when not reusing.")
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        table = _table(vocab_size, embed_dim, initializer, regularizer, trainable)
        return embedding_lookup_unique(table, ids) if unique else tf.nn.embedding_lookup(table, ids)


def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """The mean of the embeddings of ids ``[batch, length]`` (a tensor or a sparse one).

    Args:
        ids: integers; zeros of a tensor are padding if ``sparse_lookup``.
        vocab_size: number of ids.
        embed_dim: dimensions of an embedding.
        sparse_lookup: look only the ids up that are not 0.
        initializer: of the embeddings.
        regularizer: of the embeddings.
        trainable: whether they are trained.
        scope: variable scope.
        reuse: reuse the variable.

    Returns:
        ``[batch, embed_dim]``.

    Raises:
        TypeError: a sparse tensor without ``sparse_lookup``.
    """
    with tf.variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        table = _table(vocab_size, embed_dim, initializer, regularizer, trainable)
        if sparse_lookup:
            sparse = ids if isinstance(ids, tf.SparseTensor) else dense_to_sparse(ids)
            return safe_embedding_lookup_sparse([table], sparse_ids=sparse, combiner="mean", default_id=0)
        if isinstance(ids, tf.SparseTensor):
            raise TypeError(f"ids are expected to be dense Tensor, got: {ids}")
        return tf.reduce_mean(tf.nn.embedding_lookup(table, ids), axis=1)


def embedding_lookup_unique(params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None) -> Any:
    """``tf.nn.embedding_lookup`` that looks every id up once."""
    with tf.name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = tf.convert_to_tensor(ids)
        unique, index = tf.unique(tf.reshape(ids, [-1]))
        rows = tf.gather(tf.nn.embedding_lookup(params, unique, partition_strategy), index)
        result = tf.reshape(rows, tf.concat([tf.shape(ids), tf.shape(rows)[1:]], 0))
        result.set_shape(ids.shape.concatenate(rows.shape[1:]))
        return result


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = None,
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: float | None = None,
) -> Any:
    """``tf.nn.safe_embedding_lookup_sparse``; ``combiner`` is ``'mean'`` by default."""
    return tf.nn.safe_embedding_lookup_sparse(
        embedding_weights,
        sparse_ids,
        sparse_weights,
        combiner or "mean",
        default_id,
        name,
        partition_strategy,
        max_norm,
    )
