"""Residual networks that normalise after their convolutions. Source: K. He et al., 2015, arXiv:1512.03385."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import resnet_utils

resnet_arg_scope = resnet_utils.resnet_arg_scope


@add_arg_scope
def bottleneck(
    inputs: Any,
    depth: int,
    depth_bottleneck: int,
    stride: int,
    rate: int = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """A unit of three convolutions, and its shortcut.

    Args:
        inputs: ``[batch, height, width, channels]``.
        depth: number of channels of the outputs.
        depth_bottleneck: number of channels between the convolutions.
        stride: of the unit.
        rate: dilation.
        outputs_collections: for the outputs.
        scope: variable scope.
    """
    with tf.variable_scope(scope, "bottleneck_v1", [inputs]) as own:
        if depth == layers.utils.last_dimension(inputs.get_shape(), min_rank=4):
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = layers.conv2d(inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut")
        residual = layers.conv2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = layers.conv2d(residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3")
        return layers.utils.collect_named_outputs(outputs_collections, own.name, tf.nn.relu(shortcut + residual))


def resnet_v1(
    inputs: Any,
    blocks: Sequence[resnet_utils.Block],
    num_classes: int | None = None,
    is_training: Any = None,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse: Any = None,
    scope: Any = None,
) -> tuple[Any, dict[str, Any]]:
    """A residual network.

    Args:
        inputs: ``[batch, height, width, channels]``.
        blocks: its blocks.
        num_classes: number of classes; ``None``: features in place of logits.
        is_training: for batch normalisation; ``None``: as the arg scope says.
        global_pool: average over height and width before the logits.
        output_stride: how much smaller the last block's outputs are than the inputs; as the strides say by default.
        include_root_block: start with a convolution and its pooling.
        reuse: whether the variables are reused.
        scope: variable scope.

    Returns:
        Logits ``[batch, 1, 1, num_classes]`` or features, and the layers' outputs by name.

    Raises:
        ValueError: the strides do not make up ``output_stride``.
    """
    with tf.variable_scope(scope, "resnet_v1", [inputs], reuse=reuse) as own:
        root = _root if include_root_block else None
        return resnet_utils.network(
            inputs, blocks, num_classes, is_training, global_pool, output_stride, root, _finish, own
        )


def _root(net: Any) -> Any:
    return resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")


def _finish(net: Any) -> Any:
    return net


resnet_v1.default_image_size = 224  # type: ignore[attr-defined]


def resnet_v1_block(scope: str, base_depth: int, num_units: int, stride: int) -> resnet_utils.Block:
    """A block of bottleneck units.

    Args:
        scope: its name.
        base_depth: number of channels between a unit's convolutions; its outputs have four times as many.
        num_units: how many units.
        stride: of the last one.
    """
    return resnet_utils.bottleneck_block(bottleneck, scope, base_depth, num_units, stride)


resnet_v1_50, resnet_v1_101, resnet_v1_152, resnet_v1_200 = (
    resnet_utils.of_depth(resnet_v1, bottleneck, ending) for ending in ("50", "101", "152", "200")
)
