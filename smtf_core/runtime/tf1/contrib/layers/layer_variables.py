"""What layers with weights share: how they make variables, and what may stand in the place of biases.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers`` ("Layers").

The arguments that all layers share: ``activation_fn`` (applied last), ``normalizer_fn`` with ``normalizer_params``
(instead of biases), ``*_initializer``, ``*_regularizer`` (their penalties go to ``REGULARIZATION_LOSSES``), ``reuse``,
``variables_collections`` (a list, or a dict by variable), ``outputs_collections``, ``trainable``, ``scope``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import model_variable
from smtf_core.runtime.tf1.contrib.layers import utils
from smtf_core.runtime.tf1.contrib.layers.initializers import xavier_initializer

Function = Callable[..., Any]

XAVIER = xavier_initializer()
ZEROS = tf.zeros_initializer()
RELU: Function = tf.nn.relu


class Variables:
    """Makes the variables of a layer."""

    def __init__(self, collections: Any, trainable: bool, dtype: Any) -> None:
        self._collections, self._trainable, self._dtype = collections, trainable, dtype.base_dtype

    def __call__(self, name: str, shape: Any, initializer: Any, regularizer: Any) -> Any:
        """One variable."""
        return model_variable(
            name,
            shape=shape,
            dtype=self._dtype,
            initializer=initializer,
            regularizer=regularizer,
            collections=utils.get_variable_collections(self._collections, name.rpartition("_")[2]),
            trainable=self._trainable,
        )


def normalize(
    outputs: Any,
    variables: Variables,
    normalizer: tuple[Function | None, Mapping[str, Any] | None],
    biases: tuple[Any, Any],
    axis: int = -1,
) -> Any:
    """Biases, or what stands in their place."""
    normalizer_fn, params = normalizer
    if normalizer_fn is not None:
        return normalizer_fn(outputs, **(params or {}))
    initializer, regularizer = biases
    if initializer is None:
        return outputs
    values = variables("biases", [utils.last_size(outputs, axis)], initializer, regularizer)
    if axis == -1:
        return tf.nn.bias_add(outputs, values) if outputs.shape.ndims in (2, 4) else tf.add(outputs, values)
    return outputs + tf.reshape(values, [-1] + [1] * (outputs.shape.ndims - 2))


def channels_first(data_format: str | None) -> bool:
    """Whether a data format has the channels before the dimensions."""
    if data_format not in (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    return data_format is not None and data_format.startswith("NC")
