"""``tf.contrib.deprecated``: the summaries of TensorFlow 0.x.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.deprecated``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorflow.python.ops import gen_logging_ops as _ops

from smtf_core.runtime.tf1.base import tf

Collections = Sequence[str] | None


def _collected(summary: Any, collections: Collections) -> Any:
    tf.add_to_collections([tf.GraphKeys.SUMMARIES] if collections is None else collections, summary)
    return summary


def scalar_summary(tags: Any, values: Any, collections: Collections = None, name: str | None = None) -> Any:
    """Numbers under tags.

    Args:
        tags: strings.
        values: numbers of the same shape.
        collections: where the summary goes; by default ``SUMMARIES``.
        name: of the operation.

    Returns:
        A string scalar.
    """
    with tf.name_scope(name, "ScalarSummary", [tags, values]) as scope:
        return _collected(_ops.scalar_summary(tags=tags, values=values, name=scope), collections)


def histogram_summary(tag: Any, values: Any, collections: Collections = None, name: str | None = None) -> Any:
    """A histogram under a tag; arguments and result as :func:`scalar_summary`."""
    with tf.name_scope(name, "HistogramSummary", [tag, values]) as scope:
        return _collected(_ops.histogram_summary(tag=tag, values=values, name=scope), collections)


def image_summary(
    tag: Any, tensor: Any, max_images: int = 3, collections: Collections = None, name: str | None = None
) -> Any:
    """Images under a tag.

    Args:
        tag: string.
        tensor: ``[batch, height, width, channels]``.
        max_images: how many of the batch.
        collections: where the summary goes; by default ``SUMMARIES``.
        name: of the operation.

    Returns:
        A string scalar.
    """
    with tf.name_scope(name, "ImageSummary", [tag, tensor]) as scope:
        return _collected(_ops.image_summary(tag=tag, tensor=tensor, max_images=max_images, name=scope), collections)


def merge_summary(inputs: Any, collections: Collections = None, name: str | None = None) -> Any:
    """One summary of several: ``tf.summary.merge``."""
    return tf.summary.merge(inputs, collections, name)


def merge_all_summaries(key: str = tf.GraphKeys.SUMMARIES) -> Any:
    """One summary of all: ``tf.summary.merge_all``."""
    return tf.summary.merge_all(key)
