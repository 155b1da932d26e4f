"""What AlexNet, OverFeat and VGG share: fully connected layers are convolutions, and each layer's output is kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope


def layer_arguments(weight_decay: float, biases_initializer: Any) -> Any:
    """Arguments of the networks' layers, for ``arg_scope``.

    Args:
        weight_decay: of the L2 regularisation.
        biases_initializer: first values of the biases.
    """
    with (
        arg_scope(
            [layers.conv2d, layers.fully_connected],
            activation_fn=tf.nn.relu,
            weights_regularizer=layers.l2_regularizer(weight_decay),
            biases_initializer=biases_initializer,
        ),
        arg_scope([layers.conv2d], padding="SAME") as scope,
    ):
        return scope


@contextlib.contextmanager
def collected_outputs(scope: Any) -> Iterator[str]:
    """Layers add their outputs to a collection of the network's own.

    Yields:
        The collection.
    """
    collection = f"{scope.original_name_scope}_end_points"
    kept = [layers.conv2d, layers.fully_connected, layers.max_pool2d]
    with arg_scope(kept, outputs_collections=collection):
        yield collection


def fully_connected_part(
    net: Any,
    sizes: tuple[int, int],
    kernel_size: int,
    num_classes: int,
    dropout_keep_prob: float,
    is_training: Any,
    **last: Any,
) -> Any:
    """Layers ``fc6`` to ``fc8``.

    Args:
        net: ``[batch, height, width, channels]``.
        sizes: of ``fc6`` and ``fc7``.
        kernel_size: height and width of the inputs of ``fc6``.
        num_classes: size of ``fc8``.
        dropout_keep_prob: share of values that dropout keeps.
        is_training: whether there is dropout.
        **last: further arguments of ``fc8``.

    Returns:
        Logits ``[batch, 1, 1, num_classes]``; of larger images the inner sizes are larger.
    """
    net = layers.conv2d(net, sizes[0], [kernel_size, kernel_size], padding="VALID", scope="fc6")
    net = layers.dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
    net = layers.conv2d(net, sizes[1], [1, 1], scope="fc7")
    net = layers.dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
    return layers.conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8", **last)


def part_with_small_weights(
    net: Any,
    sizes: tuple[int, int],
    kernel_size: int,
    num_classes: int,
    dropout_keep_prob: float,
    is_training: Any,
) -> Any:
    """:func:`fully_connected_part` with the first values that it has in AlexNet and OverFeat."""
    with arg_scope(
        [layers.conv2d],
        weights_initializer=tf.truncated_normal_initializer(0.0, 0.005),
        biases_initializer=tf.constant_initializer(0.1),
    ):
        return fully_connected_part(
            net,
            sizes,
            kernel_size,
            num_classes,
            dropout_keep_prob,
            is_training,
            biases_initializer=tf.zeros_initializer(),
        )


def with_end_points(net: Any, collection: str, scope: Any, spatial_squeeze: bool) -> tuple[Any, dict[str, Any]]:
    """The logits, ``[batch, num_classes]`` if they are squeezed, and the layers' outputs by name."""
    end_points = layers.utils.convert_collection_to_dict(collection)
    if spatial_squeeze:
        net = tf.squeeze(net, [1, 2], name="fc8/squeezed")
        end_points[f"{scope.name}/fc8"] = net
    return net, end_points
