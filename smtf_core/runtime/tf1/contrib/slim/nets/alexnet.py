"""AlexNet, without local response normalisation. Source: A. Krizhevsky, 2014, arXiv:1404.5997."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import fully_convolutional


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> Any:
    """Arguments of the network's layers.

    Args:
        weight_decay: of the L2 regularisation.
    """
    with (
        arg_scope(fully_convolutional.layer_arguments(weight_decay, tf.constant_initializer(0.1))),
        arg_scope([layers.max_pool2d], padding="VALID") as scope,
    ):
        return scope


def alexnet_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "alexnet_v2",
) -> tuple[Any, dict[str, Any]]:
    """AlexNet.

    Args:
        inputs: ``[batch, 224, 224, 3]``; larger ones without ``spatial_squeeze``.
        num_classes: number of classes.
        is_training: whether there is dropout.
        dropout_keep_prob: share of values that dropout keeps.
        spatial_squeeze: give the logits as ``[batch, num_classes]``.
        scope: variable scope.

    Returns:
        Logits, and the layers' outputs by name.
    """
    with tf.variable_scope(scope, "alexnet_v2", [inputs]) as own, fully_convolutional.collected_outputs(own) as kept:
        net = layers.conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
        net = layers.max_pool2d(net, [3, 3], 2, scope="pool1")
        net = layers.conv2d(net, 192, [5, 5], scope="conv2")
        net = layers.max_pool2d(net, [3, 3], 2, scope="pool2")
        net = layers.conv2d(net, 384, [3, 3], scope="conv3")
        net = layers.conv2d(net, 384, [3, 3], scope="conv4")
        net = layers.conv2d(net, 256, [3, 3], scope="conv5")
        net = layers.max_pool2d(net, [3, 3], 2, scope="pool5")
        net = fully_convolutional.part_with_small_weights(
            net, (4096, 4096), 5, num_classes, dropout_keep_prob, is_training
        )
        return fully_convolutional.with_end_points(net, kept, own, spatial_squeeze)


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]
