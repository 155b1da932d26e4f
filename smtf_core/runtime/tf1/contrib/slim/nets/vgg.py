"""VGG networks. Source: K. Simonyan and A. Zisserman, 2014, arXiv:1409.1556, configurations A, D and E."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.slim.nets import fully_convolutional

_DEPTHS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay: float = 0.0005) -> Any:
    """Arguments of the networks' layers.

    Args:
        weight_decay: of the L2 regularisation.
    """
    return fully_convolutional.layer_arguments(weight_decay, tf.zeros_initializer())


def _vgg(name: str, repetitions: tuple[int, ...]) -> Any:
    """A network with so many convolutions in each of its five blocks."""

    def vgg(
        inputs: Any,
        num_classes: int = 1000,
        is_training: Any = True,
        dropout_keep_prob: float = 0.5,
        spatial_squeeze: bool = True,
        scope: Any = name,
    ) -> tuple[Any, dict[str, Any]]:
        with tf.variable_scope(scope, name, [inputs]) as own, fully_convolutional.collected_outputs(own) as kept:
            net = inputs
            for block, (times, depth) in enumerate(zip(repetitions, _DEPTHS, strict=True), 1):
                net = layers.repeat(net, times, layers.conv2d, depth, [3, 3], scope=f"conv{block}")
                net = layers.max_pool2d(net, [2, 2], scope=f"pool{block}")
            net = fully_convolutional.fully_connected_part(
                net, (4096, 4096), 7, num_classes, dropout_keep_prob, is_training
            )
            return fully_convolutional.with_end_points(net, kept, own, spatial_squeeze)

    vgg.__name__ = vgg.__qualname__ = name
    vgg.__doc__ = f"""VGG with {sum(repetitions) + 3} layers.

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
    vgg.default_image_size = 224  # type: ignore[attr-defined]
    return vgg


vgg_a = _vgg("vgg_a", (1, 1, 2, 2, 2))
vgg_16 = vgg_d = _vgg("vgg_16", (2, 2, 3, 3, 3))
vgg_19 = vgg_e = _vgg("vgg_19", (2, 2, 4, 4, 4))
