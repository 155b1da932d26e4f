"""``tf.contrib.feature_column``: columns of sequences.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.feature_column``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensorflow.python.feature_column import feature_column as _columns
from tensorflow.python.feature_column import feature_column_v2 as _columns_v2

from smtf_core.runtime.tf1.base import tf

sequence_categorical_column_with_hash_bucket = tf.feature_column.sequence_categorical_column_with_hash_bucket
sequence_categorical_column_with_identity = tf.feature_column.sequence_categorical_column_with_identity
sequence_categorical_column_with_vocabulary_file = tf.feature_column.sequence_categorical_column_with_vocabulary_file
sequence_categorical_column_with_vocabulary_list = tf.feature_column.sequence_categorical_column_with_vocabulary_list
sequence_numeric_column = tf.feature_column.sequence_numeric_column


def sequence_input_layer(
    features: Mapping[str, Any],
    feature_columns: Sequence[Any],
    weight_collections: Sequence[str] | None = None,
    trainable: bool = True,
) -> tuple[Any, Any]:
    """The input of a recurrent network.

    Args:
        features: name → tensor.
        feature_columns: columns of sequences; categorical ones wrapped into embeddings or indicators.
        weight_collections: collections of the variables, beside the usual ones.
        trainable: whether the embeddings are trained.

    Returns:
        ``[batch, longest sequence, depth]``, ``tf.float32``, and the lengths of the sequences, ``[batch]``,
        ``tf.int64``. The columns lie in the order of their names.

    Raises:
        ValueError: there are no columns, or one is none of sequences.
    """
    given: Any = [feature_columns] if hasattr(feature_columns, "name") else list(feature_columns)
    if not given:
        raise ValueError("feature_columns must not be empty.")
    columns: list[Any] = sorted(given, key=lambda column: str(column.name))
    for column in columns:
        if not isinstance(column, _columns_v2.SequenceDenseColumn):
            raise ValueError(  # noqa: TRY004 - what TensorFlow 1 raises
                f"All feature_columns must be columns of sequences. Given: {column}"
            )
    collections = [*(weight_collections or []), tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]
    with tf.variable_scope(None, default_name="sequence_input_layer", values=list(features.values())):
        builder = _columns._LazyBuilder(dict(features))
        cache = _columns_v2.FeatureTransformationCache(dict(features))
        parts, lengths = [], []
        for column in columns:
            with tf.variable_scope(None, default_name=getattr(column, "_var_scope_name", column.name)):
                if hasattr(column, "_get_sequence_dense_tensor"):
                    dense, length = column._get_sequence_dense_tensor(
                        builder, weight_collections=list(dict.fromkeys(collections)), trainable=trainable
                    )
                else:  # a numeric column, which has no variables
                    dense, length = column.get_sequence_dense_tensor(cache, None)
                depth = column.variable_shape.num_elements()
                parts.append(tf.reshape(dense, tf.concat([tf.shape(dense)[:2], [depth]], 0)))
                lengths.append(length)
        same = [tf.assert_equal(length, lengths[0]) for length in lengths[1:]]
        with tf.control_dependencies(same):
            return tf.concat(parts, -1), tf.identity(lengths[0])
