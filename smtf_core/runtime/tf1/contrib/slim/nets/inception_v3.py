"""Inception v3. Source: C. Szegedy et al., 2015, arXiv:1512.00567, table 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import inception_blocks
from smtf_core.runtime.tf1.contrib.slim.nets.inception_blocks import Layer, Mixed, conv, named, pool

_POOLED = pool("AvgPool_0a_3x3")


def _small(name: str, pooled: int, second: tuple[Layer, Layer]) -> Mixed:
    """For images of 35x35."""
    return Mixed(
        name,
        [
            [conv("0a_1x1", 64)],
            second,
            [conv("0a_1x1", 64), conv("0b_3x3", 96), conv("0c_3x3", 96)],
            [_POOLED, conv("0b_1x1", pooled)],
        ],
    )


def _factorized(name: str, depth: int) -> Mixed:
    """For images of 17x17: 7x7 as 1x7 and 7x1."""
    return Mixed(
        name,
        [
            [conv("0a_1x1", 192)],
            [conv("0a_1x1", depth), conv("0b_1x7", depth), conv("0c_7x1", 192)],
            [
                conv("0a_1x1", depth),
                conv("0b_7x1", depth),
                conv("0c_1x7", depth),
                conv("0d_7x1", depth),
                conv("0e_1x7", 192),
            ],
            [_POOLED, conv("0b_1x1", 192)],
        ],
    )


def _wide(name: str, last: str) -> Mixed:
    """For images of 8x8: 3x3 as 1x3 beside 3x1."""
    return Mixed(
        name,
        [
            [conv("0a_1x1", 320)],
            [conv("0a_1x1", 384), (conv("0b_1x3", 384), conv(last, 384))],
            [conv("0a_1x1", 448), conv("0b_3x3", 384), (conv("0c_1x3", 384), conv("0d_3x1", 384))],
            [_POOLED, conv("0b_1x1", 192)],
        ],
    )


_HALVED: dict[str, Any] = {"stride": 2, "padding": "VALID"}
_BEFORE = (
    conv("1a_3x3", 32, stride=2),
    conv("2a_3x3", 32),
    conv("2b_3x3", 64, padding="SAME"),
    pool("MaxPool_3a_3x3", stride=2),
    conv("3b_1x1", 80),
    conv("4a_3x3", 192),
    pool("MaxPool_5a_3x3", stride=2),
)
# Some names tell another place or size than the others do: so they are in the published checkpoint.
_USUAL = (conv("0a_1x1", 48), conv("0b_5x5", 64))
_UNUSUAL = (conv("0b_1x1", 48), named("Conv_1_0c_5x5", conv("0c_5x5", 64)))
_MIXED = (
    _small("Mixed_5b", 32, _USUAL),
    _small("Mixed_5c", 64, _UNUSUAL),
    _small("Mixed_5d", 64, _USUAL),
    Mixed(
        "Mixed_6a",
        [
            [conv("1a_1x1", 384, (3, 3), **_HALVED)],
            [conv("0a_1x1", 64), conv("0b_3x3", 96), conv("1a_1x1", 96, (3, 3), **_HALVED)],
            [pool("MaxPool_1a_3x3", **_HALVED)],
        ],
    ),
    _factorized("Mixed_6b", 128),
    _factorized("Mixed_6c", 160),
    _factorized("Mixed_6d", 160),
    _factorized("Mixed_6e", 192),
    Mixed(
        "Mixed_7a",
        [
            [conv("0a_1x1", 192), conv("1a_3x3", 320, **_HALVED)],
            [conv("0a_1x1", 192), conv("0b_1x7", 192), conv("0c_7x1", 192), conv("1a_3x3", 192, **_HALVED)],
            [pool("MaxPool_1a_3x3", **_HALVED)],
        ],
    ),
    _wide("Mixed_7b", "0b_3x1"),
    _wide("Mixed_7c", "0c_3x1"),
)
_LAYERS = [layers.conv2d, layers.max_pool2d, layers.avg_pool2d]


def inception_v3_base(
    inputs: Any,
    final_endpoint: str = "Mixed_7c",
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
    with tf.variable_scope(scope, "InceptionV3", [inputs]):
        with arg_scope(_LAYERS, stride=1, padding="VALID"):
            done = inception_blocks.run(inputs, _BEFORE, final_endpoint, depth, end_points)
        with arg_scope(_LAYERS, stride=1, padding="SAME"):
            net = end_points[_BEFORE[-1].name] if not done else None
            if not done and not inception_blocks.run(net, _MIXED, final_endpoint, depth, end_points):
                raise inception_blocks.unknown(final_endpoint)
    return end_points[final_endpoint], end_points


def inception_v3(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV3",
) -> tuple[Any, dict[str, Any]]:
    """Inception v3.

    Args:
        inputs: ``[batch, 299, 299, 3]``; larger ones without ``spatial_squeeze``.
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
        Logits, and the layers' outputs by name; ``AuxLogits`` are those of the classifier at ``Mixed_6e``.

    Raises:
        ValueError: the multiplier is not greater than 0.
    """
    depth = inception_blocks.depths(depth_multiplier, min_depth)
    with (
        tf.variable_scope(scope, "InceptionV3", [inputs], reuse=reuse) as own,
        arg_scope([layers.batch_norm, layers.dropout], is_training=is_training),
    ):
        net, end_points = inception_v3_base(inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=own)
        with arg_scope(_LAYERS, stride=1, padding="SAME"):
            end_points["AuxLogits"] = _auxiliary(end_points["Mixed_6e"], num_classes, depth, spatial_squeeze)
        kernel = inception_blocks.kernel_within(net, 8)
        names = (f"AvgPool_1a_{kernel[0]}x{kernel[1]}", "Dropout_1b", "Conv2d_1c_1x1")
        end_points["PreLogits"], logits = inception_blocks.logits(
            net, num_classes, dropout_keep_prob, names, spatial_squeeze, kernel_size=kernel, padding="VALID"
        )
        end_points["Logits"] = logits
        end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
        return logits, end_points


inception_v3.default_image_size = 299  # type: ignore[attr-defined]


def _auxiliary(net: Any, num_classes: int, depth: inception_blocks.Depth, spatial_squeeze: bool) -> Any:
    with tf.variable_scope("AuxLogits"):
        net = layers.avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = layers.conv2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        kernel = inception_blocks.kernel_within(net, 5)
        net = layers.conv2d(
            net,
            depth(768),
            kernel,
            weights_initializer=tf.truncated_normal_initializer(0.0, 0.01),
            padding="VALID",
            scope=f"Conv2d_2a_{kernel[0]}x{kernel[1]}",
        )
        net = layers.conv2d(
            net,
            num_classes,
            [1, 1],
            activation_fn=None,
            normalizer_fn=None,
            weights_initializer=tf.truncated_normal_initializer(0.0, 0.001),
            scope="Conv2d_2b_1x1",
        )
        return tf.squeeze(net, [1, 2], name="SpatialSqueeze") if spatial_squeeze else net


def inception_v3_arg_scope(
    weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars", use_fused_batchnorm: bool = True
) -> Any:
    """Arguments of the network's layers; see :func:`~.inception_blocks.inception_arg_scope`."""
    return inception_blocks.inception_arg_scope(weight_decay, batch_norm_var_collection, fused=use_fused_batchnorm)
