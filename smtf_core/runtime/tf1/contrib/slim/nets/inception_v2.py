"""Inception v2. Source: S. Ioffe and C. Szegedy, 2015, arXiv:1502.03167, figure 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import inception_blocks
from smtf_core.runtime.tf1.contrib.slim.nets.inception_blocks import Layer, Mixed, conv, pool


def _normal(stddev: float) -> Any:
    return tf.truncated_normal_initializer(0.0, stddev)


def _reduced(depth: int) -> Layer:
    return conv("0a_1x1", depth, weights_initializer=_normal(0.09))


def _mixed(name: str, depths: tuple[int, int, int, int, int, int], pooled: str = "AvgPool_0a_3x3") -> Mixed:
    """1x1; reduced and 3x3; reduced and 3x3 twice; pooled and 1x1."""
    return Mixed(
        name,
        [
            [conv("0a_1x1", depths[0])],
            [_reduced(depths[1]), conv("0b_3x3", depths[2])],
            [_reduced(depths[3]), conv("0b_3x3", depths[4]), conv("0c_3x3", depths[4])],
            [pool(pooled), conv("0b_1x1", depths[5], weights_initializer=_normal(0.1))],
        ],
    )


def _smaller(name: str, depths: tuple[int, int, int, int]) -> Mixed:
    """Halves height and width."""
    return Mixed(
        name,
        [
            [_reduced(depths[0]), conv("1a_3x3", depths[1], stride=2)],
            [_reduced(depths[2]), conv("0b_3x3", depths[3]), conv("1a_3x3", depths[3], stride=2)],
            [pool("MaxPool_1a_3x3", stride=2)],
        ],
    )


_FIRST = "Conv2d_1a_7x7"
_STEPS = (
    pool("MaxPool_2a_3x3", stride=2),
    conv("2b_1x1", 64, weights_initializer=_normal(0.1)),
    conv("2c_3x3", 192),
    pool("MaxPool_3a_3x3", stride=2),
    _mixed("Mixed_3b", (64, 64, 64, 64, 96, 32)),
    _mixed("Mixed_3c", (64, 64, 96, 64, 96, 64)),
    _smaller("Mixed_4a", (128, 160, 64, 96)),
    _mixed("Mixed_4b", (224, 64, 96, 96, 128, 128)),
    _mixed("Mixed_4c", (192, 96, 128, 96, 128, 128)),
    _mixed("Mixed_4d", (160, 128, 160, 128, 160, 96)),
    _mixed("Mixed_4e", (96, 128, 192, 160, 192, 96)),
    _smaller("Mixed_5a", (128, 192, 192, 256)),
    _mixed("Mixed_5b", (352, 192, 320, 160, 224, 128)),
    _mixed("Mixed_5c", (352, 192, 320, 192, 224, 128), pooled="MaxPool_0a_3x3"),
)


def inception_v2_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> tuple[Any, dict[str, Any]]:
    """The network without its logits.

    Args:
        inputs: ``[batch, height, width, 3]``.
        final_endpoint: the last layer.
        min_depth: least number of filters.
        depth_multiplier: factor of the numbers of filters.
        scope: variable scope.

    Returns:
        Its outputs, and those of all layers by name.

    Raises:
        ValueError: there is no layer ``final_endpoint``, or the multiplier is not greater than 0.
    """
    depth = inception_blocks.depths(depth_multiplier, min_depth)
    end_points: dict[str, Any] = {}
    with (
        tf.variable_scope(scope, "InceptionV2", [inputs]),
        arg_scope(
            [layers.conv2d, layers.max_pool2d, layers.avg_pool2d, layers.separable_conv2d], stride=1, padding="SAME"
        ),
    ):
        end_points[_FIRST] = net = layers.separable_conv2d(
            inputs,
            depth(64),
            [7, 7],
            depth_multiplier=min(depth(64) // 3, 8),
            stride=2,
            weights_initializer=_normal(1.0),
            scope=_FIRST,
        )
        if final_endpoint != _FIRST and not inception_blocks.run(net, _STEPS, final_endpoint, depth, end_points):
            raise inception_blocks.unknown(final_endpoint)
    return end_points[final_endpoint], end_points


def inception_v2(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV2",
) -> tuple[Any, dict[str, Any]]:
    """Inception v2.

    Args:
        inputs: ``[batch, 224, 224, 3]``; larger ones without ``spatial_squeeze``.
        num_classes: number of classes.
        is_training: for batch normalisation and dropout.
        dropout_keep_prob: share of values that dropout keeps.
        min_depth: least number of filters.
        depth_multiplier: factor of the numbers of filters.
        prediction_fn: makes ``end_points['Predictions']`` of the logits.
        spatial_squeeze: give the logits as ``[batch, num_classes]``.
        reuse: whether the variables are reused.
        scope: variable scope.

    Returns:
        Logits, and the layers' outputs by name.

    Raises:
        ValueError: the multiplier is not greater than 0.
    """
    with (
        tf.variable_scope(scope, "InceptionV2", [inputs], reuse=reuse) as own,
        arg_scope([layers.batch_norm, layers.dropout], is_training=is_training),
    ):
        net, end_points = inception_v2_base(inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=own)
        kernel = inception_blocks.kernel_within(net, 7)
        names = (f"AvgPool_1a_{kernel[0]}x{kernel[1]}", "Dropout_1b", "Conv2d_1c_1x1")
        _, logits = inception_blocks.logits(
            net, num_classes, dropout_keep_prob, names, spatial_squeeze, kernel_size=kernel, padding="VALID"
        )
        end_points["Logits"] = logits
        end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
        return logits, end_points


inception_v2.default_image_size = 224  # type: ignore[attr-defined]


def inception_v2_arg_scope(weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars") -> Any:
    """Arguments of the network's layers; see :func:`~.inception_blocks.inception_arg_scope`."""
    return inception_blocks.inception_arg_scope(weight_decay, batch_norm_var_collection)
