"""Inception networks as tables: layers one after the other, and blocks of branches side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import arg_scope

Depth = Callable[[int], int]


@attrs.frozen
class Layer:
    """A convolution or a pooling.

    Attributes:
        name: its variable scope; ends in height and width of the kernel, such as ``3x3``.
        depth: number of filters; 0: it is a pooling.
        kernel: height and width, where the name says something else.
        options: further arguments.
    """

    name: str
    depth: int = 0
    kernel: tuple[int, int] | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)

    def __call__(self, net: Any, depth: Depth) -> Any:
        """The layer's outputs.

        Args:
            net: ``[batch, height, width, channels]``.
            depth: the number of filters that there are in place of the table's.
        """
        height, width = self.kernel or map(int, self.name.rpartition("_")[2].split("x"))
        size = [height, width]
        if self.depth:
            return layers.conv2d(net, depth(self.depth), size, scope=self.name, **self.options)
        pool = layers.max_pool2d if self.name.startswith("MaxPool") else layers.avg_pool2d
        return pool(net, size, scope=self.name, **self.options)


#: Layers one after the other; a tuple stands for layers side by side.
Branch = Sequence[Layer | tuple[Layer, ...]]


@attrs.frozen
class Mixed:
    """Branches side by side.

    Attributes:
        name: the variable scope.
        branches: each has a scope ``Branch_…`` of its own.
    """

    name: str
    branches: Sequence[Branch]

    def __call__(self, net: Any, depth: Depth) -> Any:
        """The branches' outputs behind one another."""
        with tf.variable_scope(self.name):
            outputs = []
            for number, branch in enumerate(self.branches):
                with tf.variable_scope(f"Branch_{number}"):
                    outputs.append(_through(branch, net, depth))
            return tf.concat(outputs, 3)


def _through(branch: Branch, net: Any, depth: Depth) -> Any:
    for step in branch:
        net = tf.concat([each(net, depth) for each in step], 3) if isinstance(step, tuple) else step(net, depth)
    return net


def conv(place: str, depth: int, kernel: tuple[int, int] | None = None, **options: Any) -> Layer:
    """A convolution ``Conv2d_<place>``."""
    return Layer(f"Conv2d_{place}", depth, kernel, options)


def pool(name: str, **options: Any) -> Layer:
    """A pooling, ``MaxPool_…`` or ``AvgPool_…``."""
    return Layer(name, options=options)


def named(name: str, layer: Layer) -> Layer:
    """A layer under another name; its kernel stays."""
    height, width = map(int, layer.name.rpartition("_")[2].split("x"))
    return attrs.evolve(layer, name=name, kernel=layer.kernel or (height, width))


def run(
    net: Any, steps: Sequence[Layer | Mixed], final_endpoint: str, depth: Depth, end_points: dict[str, Any]
) -> bool:
    """Apply steps until one of them is the last.

    Args:
        net: ``[batch, height, width, channels]``.
        steps: the network, or a part of it.
        final_endpoint: name of the last step.
        depth: the number of filters that there are in place of the table's.
        end_points: gets the output of each step by its name, in their order.

    Returns:
        Whether ``final_endpoint`` was among them.
    """
    for step in steps:
        end_points[step.name] = net = step(net, depth)
        if step.name == final_endpoint:
            return True
    return False


def unknown(final_endpoint: str) -> ValueError:
    """The error for a step that a network does not have."""
    return ValueError(f"the network has no layer final_endpoint={final_endpoint!r}")


def depths(depth_multiplier: float, min_depth: int) -> Depth:
    """How many filters a narrower network has.

    Raises:
        ValueError: the multiplier is not greater than 0.
    """
    if depth_multiplier <= 0:
        raise ValueError(f"depth_multiplier must be greater than 0, not {depth_multiplier}")
    return lambda depth: max(int(depth * depth_multiplier), min_depth)


def kernel_within(net: Any, size: int) -> list[int]:
    """A kernel no larger than the image."""
    return [size if side is None else min(side, size) for side in net.shape.as_list()[1:3]]


def logits(
    net: Any,
    num_classes: int,
    dropout_keep_prob: float,
    names: tuple[str, str, str],
    spatial_squeeze: bool,
    **pooling: Any,
) -> tuple[Any, Any]:
    """The last part of a network, in the scope ``Logits``.

    Args:
        net: ``[batch, height, width, channels]``.
        num_classes: number of classes.
        dropout_keep_prob: share of values that dropout keeps.
        names: scopes of pooling, dropout and convolution.
        spatial_squeeze: give the logits as ``[batch, num_classes]``.
        **pooling: arguments of the average pooling.

    Returns:
        What the logits are made of, and the logits.
    """
    with tf.variable_scope("Logits"):
        net = layers.avg_pool2d(net, scope=names[0], **pooling)
        net = layers.dropout(net, keep_prob=dropout_keep_prob, scope=names[1])
        result = layers.conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope=names[2])
        return net, tf.squeeze(result, [1, 2], name="SpatialSqueeze") if spatial_squeeze else result


def inception_arg_scope(
    weight_decay: float, batch_norm_var_collection: str, use_batch_norm: bool = True, **normalization: Any
) -> Any:
    """Arguments of the networks' layers.

    Args:
        weight_decay: of the L2 regularisation.
        batch_norm_var_collection: collection of the moving averages.
        use_batch_norm: whether convolutions are normalised.
        **normalization: further arguments of the normalisation.
    """
    parameters = {
        "decay": 0.9997,
        "epsilon": 0.001,
        "updates_collections": tf.GraphKeys.UPDATE_OPS,
        "variables_collections": {
            "beta": None,
            "gamma": None,
            "moving_mean": [batch_norm_var_collection],
            "moving_variance": [batch_norm_var_collection],
        },
        **normalization,
    }
    with (
        arg_scope([layers.conv2d, layers.fully_connected], weights_regularizer=layers.l2_regularizer(weight_decay)),
        arg_scope(
            [layers.conv2d],
            weights_initializer=layers.variance_scaling_initializer(),
            activation_fn=tf.nn.relu,
            normalizer_fn=layers.batch_norm if use_batch_norm else None,
            normalizer_params=parameters if use_batch_norm else {},
        ) as scope,
    ):
        return scope
