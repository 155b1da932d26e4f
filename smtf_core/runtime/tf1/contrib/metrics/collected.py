"""What every metric gives: a value and its update, put into collections.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf

Metric = tuple[Any, Any]
Collections = Sequence[str] | None

# Keeps quotients of counts finite, as TensorFlow 1 does it.
EPSILON = 1e-7


def collected(value: Any, update: Any, metrics_collections: Collections, updates_collections: Collections) -> Metric:
    """Value and update, put into the collections that are named."""
    for collections, tensor in ((metrics_collections, value), (updates_collections, update)):
        if collections:
            tf.add_to_collections(collections, tensor)
    return value, update
