"""OverFeat. Source: P. Sermanet et al., 2013, arXiv:1312.6229."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import fully_convolutional


def overfeat_arg_scope(weight_decay: float = 0.0005) -> Any:
    """Arguments of the network's layers.

    Args:
        weight_decay: of the L2 regularisation.
    """
    with (
        arg_scope(fully_convolutional.layer_arguments(weight_decay, tf.zeros_initializer())),
        arg_scope([layers.max_pool2d], padding="VALID") as scope,
    ):
        return scope


def overfeat(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "overfeat",
) -> tuple[Any, dict[str, Any]]:
    """OverFeat.

    Args:
        inputs: ``[batch, 231, 231, 3]``; larger ones without ``spatial_squeeze``.
        num_classes: number of classes.
        is_training: whether there is dropout.
        dropout_keep_prob: share of values that dropout keeps.
        spatial_squeeze: give the logits as ``[batch, num_classes]``.
        scope: variable scope.

    Returns:
        Logits, and the layers' outputs by name.
    """
    with tf.variable_scope(scope, "overfeat", [inputs]) as own, fully_convolutional.collected_outputs(own) as kept:
        net = layers.conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
        net = layers.max_pool2d(net, [2, 2], scope="pool1")
        net = layers.conv2d(net, 256, [5, 5], padding="VALID", scope="conv2")
        net = layers.max_pool2d(net, [2, 2], scope="pool2")
        net = layers.conv2d(net, 512, [3, 3], scope="conv3")
        net = layers.conv2d(net, 1024, [3, 3], scope="conv4")
        net = layers.conv2d(net, 1024, [3, 3], scope="conv5")
        net = layers.max_pool2d(net, [2, 2], scope="pool5")
        net = fully_convolutional.part_with_small_weights(
            net, (3072, 4096), 6, num_classes, dropout_keep_prob, is_training
        )
        return fully_convolutional.with_end_points(net, kept, own, spatial_squeeze)


overfeat.default_image_size = 231  # type: ignore[attr-defined]
