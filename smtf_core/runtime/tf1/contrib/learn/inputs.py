"""Columns for data whose features all are numbers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.infer_real_valued_columns_from_input``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.layers import infer_real_valued_columns


def infer_real_valued_columns_from_input_fn(input_fn: Callable[[], Any]) -> list[Any]:
    """A real valued column for each feature.

    Args:
        input_fn: gives features and labels.

    Returns:
        Columns of ``tf.contrib.layers``.
    """
    with tf.Graph().as_default():
        features, _ = input_fn()
        return infer_real_valued_columns(features)


def infer_real_valued_columns_from_input(x: Any) -> list[Any]:
    """A real valued column for each feature.

    Args:
        x: an array ``[examples, dimension]`` or a dict of such.

    Returns:
        Columns of ``tf.contrib.layers``.
    """
    arrays = {name: np.asarray(one) for name, one in x.items()} if isinstance(x, Mapping) else np.asarray(x)
    return infer_real_valued_columns_from_input_fn(
        lambda: (
            {name: tf.placeholder(one.dtype, [None, *one.shape[1:]]) for name, one in arrays.items()}
            if isinstance(arrays, dict)
            else tf.placeholder(arrays.dtype, [None, *arrays.shape[1:]]),
            None,
        )
    )
