"""Pieces of residual networks. Source: TensorFlow 1.11, ``tf.contrib.slim.nets.resnet_utils``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib import layers
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope, arg_scope


class Block(NamedTuple):
    """Units of a residual network that have a variable scope together.

    Attributes:
        scope: its name.
        unit_fn: makes a unit: inputs and keyword arguments → outputs.
        args: arguments of each unit: ``depth``, ``depth_bottleneck``, ``stride``.
    """

    scope: str
    unit_fn: Callable[..., Any]
    args: Sequence[Mapping[str, Any]]


def bottleneck_block(unit_fn: Callable[..., Any], scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of bottleneck units, the last of which has the stride."""
    unit = {"depth": base_depth * 4, "depth_bottleneck": base_depth}
    return Block(scope, unit_fn, [{**unit, "stride": 1}] * (num_units - 1) + [{**unit, "stride": stride}])


#: Name's ending → number of units in each of the four blocks. Source: K. He et al., arXiv:1512.03385 and 1603.05027.
UNITS = {"50": (3, 4, 6, 3), "101": (3, 4, 23, 3), "152": (3, 8, 36, 3), "200": (3, 24, 36, 3)}


def bottleneck_blocks(unit_fn: Callable[..., Any], ending: str) -> list[Block]:
    """The four blocks of a network."""
    return [
        bottleneck_block(unit_fn, f"block{i + 1}", 64 * 2**i, units, 1 if i == 3 else 2)
        for i, units in enumerate(UNITS[ending])
    ]


def subsample(inputs: Any, factor: int, scope: Any = None) -> Any:
    """Every ``factor``-th pixel of each row and column."""
    return inputs if factor == 1 else layers.max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs: Any, num_outputs: int, kernel_size: int, stride: int, rate: int = 1, scope: Any = None) -> Any:
    """A convolution whose padding does not depend on whether the sizes are even.

    It is the same as one with stride 1 and then :func:`subsample`.

    Args:
        inputs: ``[batch, height, width, channels]``.
        num_outputs: number of filters.
        kernel_size: height and width of the filters.
        stride: of the filters.
        rate: dilation.
        scope: variable scope.
    """
    if stride == 1:
        return layers.conv2d(inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope)
    total = kernel_size + (kernel_size - 1) * (rate - 1) - 1
    around = [total // 2, total - total // 2]
    inputs = tf.pad(inputs, [[0, 0], around, around, [0, 0]])
    return layers.conv2d(inputs, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope)


@add_arg_scope
def stack_blocks_dense(
    net: Any, blocks: Sequence[Block], output_stride: int | None = None, outputs_collections: Any = None
) -> Any:
    """Blocks one after the other.

    Args:
        net: ``[batch, height, width, channels]``.
        blocks: the blocks.
        output_stride: how much smaller height and width become; once they are, units have dilation in place of
            stride. By default all strides are taken.
        outputs_collections: for the blocks' outputs.

    Raises:
        ValueError: the strides do not make up ``output_stride``.
    """
    stride = rate = 1
    for block in blocks:
        with tf.variable_scope(block.scope, "block", [net]) as scope:
            for number, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise _no_such_stride(output_stride)
                with tf.variable_scope(f"unit_{number}", values=[net]):
                    if stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = layers.utils.collect_named_outputs(outputs_collections, scope.name, net)
    if output_stride is not None and stride != output_stride:
        raise _no_such_stride(output_stride)
    return net


def _no_such_stride(output_stride: int | None) -> ValueError:
    return ValueError(f"the units' strides do not make up output_stride={output_stride}")


def resnet_arg_scope(
    is_training: Any = True,
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
) -> Any:
    """Arguments of the networks' layers.

    Args:
        is_training: whether batch normalisation takes the batch's own moments.
        weight_decay: of the L2 regularisation.
        batch_norm_decay: of the moving averages.
        batch_norm_epsilon: added to the variance.
        batch_norm_scale: whether there is a ``gamma``.
    """
    normalization = {
        "is_training": is_training,
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": tf.GraphKeys.UPDATE_OPS,
    }
    with (
        arg_scope(
            [layers.conv2d],
            weights_regularizer=layers.l2_regularizer(weight_decay),
            weights_initializer=layers.variance_scaling_initializer(),
            activation_fn=tf.nn.relu,
            normalizer_fn=layers.batch_norm,
            normalizer_params=normalization,
        ),
        arg_scope([layers.batch_norm], **normalization),
        arg_scope([layers.max_pool2d], padding="SAME") as scope,
    ):
        return scope


def network(
    inputs: Any,
    blocks: Sequence[Block],
    num_classes: int | None,
    is_training: Any,
    global_pool: bool,
    output_stride: int | None,
    root: Callable[[Any], Any] | None,
    finish: Callable[[Any], Any],
    scope: Any,
) -> tuple[Any, dict[str, Any]]:
    """What the two kinds of residual networks have in common, in the variable scope that has been entered.

    Args:
        inputs: ``[batch, height, width, channels]``.
        blocks: the blocks.
        num_classes: number of classes; ``None``: there are no logits.
        is_training: for batch normalisation; ``None``: as the arg scope says.
        global_pool: average over height and width.
        output_stride: see :func:`stack_blocks_dense`; of the whole network.
        root: the first convolution; ``None``: neither it nor its pooling.
        finish: applied to the last block's outputs.
        scope: the variable scope.

    Raises:
        ValueError: the strides do not make up ``output_stride``.
    """
    collection = f"{scope.original_name_scope}_end_points"
    unit_fns = list(dict.fromkeys(block.unit_fn for block in blocks))
    normalization = {} if is_training is None else {"is_training": is_training}
    with (
        arg_scope([layers.conv2d, *unit_fns, stack_blocks_dense], outputs_collections=collection),
        arg_scope([layers.batch_norm], **normalization),
    ):
        net = inputs
        if root is not None:
            if output_stride is not None:
                if output_stride % 4:
                    raise ValueError(
                        f"the first layers have stride 4; output_stride={output_stride} is no multiple of it"
                    )
                output_stride //= 4
            net = layers.max_pool2d(root(net), [3, 3], stride=2, scope="pool1")
        net = finish(stack_blocks_dense(net, blocks, output_stride))
        if global_pool:
            net = tf.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
        if num_classes is not None:
            net = layers.conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="logits")
        end_points = layers.utils.convert_collection_to_dict(collection)
        if num_classes is not None:
            end_points["predictions"] = layers.softmax(net, scope="predictions")
        return net, end_points


def of_depth(network_fn: Callable[..., Any], unit_fn: Callable[..., Any], ending: str) -> Any:
    """A network of one of the published depths, as a function.

    Args:
        network_fn: the network of any blocks; its name and ``ending`` make the function's.
        unit_fn: makes a unit.
        ending: a key of :data:`UNITS`.
    """
    name = f"{network_fn.__name__}_{ending}"

    def resnet(
        inputs: Any,
        num_classes: int | None = None,
        is_training: Any = None,
        global_pool: bool = True,
        output_stride: int | None = None,
        reuse: Any = None,
        scope: Any = name,
    ) -> tuple[Any, dict[str, Any]]:
        blocks = bottleneck_blocks(unit_fn, ending)
        made: tuple[Any, dict[str, Any]] = network_fn(
            inputs, blocks, num_classes, is_training, global_pool, output_stride, reuse=reuse, scope=scope
        )
        return made

    resnet.__module__ = network_fn.__module__
    resnet.__name__ = resnet.__qualname__ = name
    resnet.__doc__ = f"The residual network with {ending} layers; arguments as of :func:`{network_fn.__name__}`."
    resnet.default_image_size = 224  # type: ignore[attr-defined]
    return resnet
