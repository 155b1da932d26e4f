"""Inception v1. Source: C. Szegedy et al., 2014, arXiv:1409.4842, table 1, with 3x3 in place of 5x5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets import inception_blocks
from smtf_core.runtime.tf1.contrib.slim.nets.inception_blocks import Mixed, conv, pool


def _mixed(name: str, depths: tuple[int, int, int, int, int, int], third: str = "0b_3x3") -> Mixed:
    """1x1; reduced and 3x3; reduced and ``third``; pooled and 1x1."""
    return Mixed(
        name,
        [
            [conv("0a_1x1", depths[0])],
            [conv("0a_1x1", depths[1]), conv("0b_3x3", depths[2])],
            [conv("0a_1x1", depths[3]), conv(third, depths[4])],
            [pool("MaxPool_0a_3x3"), conv("0b_1x1", depths[5])],
        ],
    )


_STEPS = (
    conv("1a_7x7", 64, stride=2),
    pool("MaxPool_2a_3x3", stride=2),
    conv("2b_1x1", 64),
    conv("2c_3x3", 192),
    pool("MaxPool_3a_3x3", stride=2),
    _mixed("Mixed_3b", (64, 96, 128, 16, 32, 32)),
    _mixed("Mixed_3c", (128, 128, 192, 32, 96, 64)),
    pool("MaxPool_4a_3x3", stride=2),
    _mixed("Mixed_4b", (192, 96, 208, 16, 48, 64)),
    _mixed("Mixed_4c", (160, 112, 224, 24, 64, 64)),
    _mixed("Mixed_4d", (128, 128, 256, 24, 64, 64)),
    _mixed("Mixed_4e", (112, 144, 288, 32, 64, 64)),
    _mixed("Mixed_4f", (256, 160, 320, 32, 128, 128)),
    pool("MaxPool_5a_2x2", stride=2),
    # The published checkpoint has this one under another name than the others.
    _mixed("Mixed_5b", (256, 160, 320, 32, 128, 128), third="0a_3x3"),
    _mixed("Mixed_5c", (384, 192, 384, 48, 128, 128)),
)


def inception_v1_base(
    inputs: Any, final_endpoint: str = "Mixed_5c", scope: Any = "InceptionV1"
) -> tuple[Any, dict[str, Any]]:
    """The network without its logits.

    Args:
        inputs: ``[batch, height, width, 3]``.
        final_endpoint: the last layer.
        scope: variable scope.

    Returns:
        Its outputs, and those of all layers by name.

    Raises:
        ValueError: there is no layer ``final_endpoint``.
    """
    end_points: dict[str, Any] = {}
    with (
        tf.variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope(
            [layers.conv2d, layers.fully_connected], weights_initializer=tf.truncated_normal_initializer(0.0, 0.01)
        ),
        arg_scope([layers.conv2d, layers.max_pool2d], stride=1, padding="SAME"),
    ):
        if not inception_blocks.run(inputs, _STEPS, final_endpoint, int, end_points):
            raise inception_blocks.unknown(final_endpoint)
    return end_points[final_endpoint], end_points


def inception_v1(
    inputs: Any,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    prediction_fn: Callable[..., Any] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV1",
) -> tuple[Any, dict[str, Any]]:
    """Inception v1.

    Args:
        inputs: ``[batch, 224, 224, 3]``; larger ones without ``spatial_squeeze``.
        num_classes: number of classes.
        is_training: for batch normalisation and dropout.
        dropout_keep_prob: share of values that dropout keeps.
        prediction_fn: makes ``end_points['Predictions']`` of the logits.
        spatial_squeeze: give the logits as ``[batch, num_classes]``.
        reuse: whether the variables are reused.
        scope: variable scope.

    Returns:
        Logits, and the layers' outputs by name.
    """
    with (
        tf.variable_scope(scope, "InceptionV1", [inputs], reuse=reuse) as own,
        arg_scope([layers.batch_norm, layers.dropout], is_training=is_training),
    ):
        net, end_points = inception_v1_base(inputs, scope=own)
        names = ("MaxPool_0a_7x7", "Dropout_0b", "Conv2d_0c_1x1")
        _, logits = inception_blocks.logits(
            net, num_classes, dropout_keep_prob, names, spatial_squeeze, kernel_size=[7, 7], stride=1
        )
        end_points["Logits"] = logits
        end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
        return logits, end_points


inception_v1.default_image_size = 224  # type: ignore[attr-defined]


def inception_v1_arg_scope(
    weight_decay: float = 0.00004, use_batch_norm: bool = True, batch_norm_var_collection: str = "moving_vars"
) -> Any:
    """Arguments of the network's layers; see :func:`~.inception_blocks.inception_arg_scope`."""
    return inception_blocks.inception_arg_scope(weight_decay, batch_norm_var_collection, use_batch_norm)
