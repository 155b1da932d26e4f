"""Normalisation layers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers.batch_norm``, ``layer_norm``, ``instance_norm``,
    ``group_norm``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework import add_arg_scope, model_variable
from smtf_core.runtime.tf1.contrib.layers import utils


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Callable[[Any], Any] | None = None,
    param_initializers: dict[str, Any] | None = None,
    param_regularizers: dict[str, Any] | None = None,
    updates_collections: Any = tf.GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: dict[str, Any] | None = None,
    renorm_decay: float = 0.99,
    adjustment: Callable[[Any], Any] | None = None,
) -> Any:
    """Batch normalisation (Ioffe and Szegedy, 2015).

    Args:
        inputs: floating point, at least 2 dimensions, the first the batch.
        decay: of the moving averages.
        center: add ``beta``.
        scale: multiply with ``gamma``.
        epsilon: added to the variance.
        activation_fn: applied to the result.
        param_initializers: for ``beta``, ``gamma``, ``moving_mean``, ``moving_variance``.
        param_regularizers: for ``beta``, ``gamma``.
        updates_collections: where the updates of the moving averages go; ``None``: they run with the result.
        is_training: Python or tensor bool: normalise by the batch, not by the moving averages.
        reuse: reuse the variables.
        variables_collections: for the variables; a list or a dict by name.
        outputs_collections: for the result.
        trainable: whether the variables are trained.
        batch_weights: ``[batch]`` weights of the examples in mean and variance.
        fused: ``False``: the biased variance goes to the moving average, as in the unfused computation; otherwise
            the unbiased one does, for inputs of 2 or 4 dimensions.
        data_format: ``'NHWC'`` or ``'NCHW'``.
        zero_debias_moving_mean: correct the moving mean for its start at zero.
        scope: variable scope.
        renorm: batch renormalisation (Ioffe, 2017): variables ``renorm_mean``, ``renorm_mean_weight``,
            ``renorm_stddev``, ``renorm_stddev_weight``.
        renorm_clipping: ``rmin``, ``rmax`` and ``dmax``: bounds of its scale and shift.
        renorm_decay: decay of its averages.
        adjustment: gives scale and bias for the normalised values, from the shape, while training.

    Returns:
        A tensor like ``inputs``.

    Raises:
        ValueError: ``data_format`` is none of the above, ``fused`` or ``renorm`` with what it cannot do, unknown size
            of channels.
    """
    if renorm and (batch_weights is not None or zero_debias_moving_mean):
        raise ValueError("renorm is not supported with batch_weights or zero_debias_moving_mean")
    unknown = sorted(set(renorm_clipping or {}) - {"rmin", "rmax", "dmax"})
    if unknown:
        raise ValueError(f"renorm_clipping has the keys {unknown}, which are none of rmin, rmax, dmax")
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    if fused and (batch_weights is not None or adjustment is not None):
        raise ValueError("fused batch_norm takes neither batch_weights nor adjustment.")
    first_update = [updates_collections] if isinstance(updates_collections, str) else updates_collections
    with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank")
        axis = 1 if data_format == "NCHW" else rank - 1
        channels = utils.last_size(inputs, axis)
        kind = tf.float32 if inputs.dtype.base_dtype in (tf.float16, tf.bfloat16) else inputs.dtype.base_dtype
        initializers, regularizers = param_initializers or {}, param_regularizers or {}

        def parameter(name: str, initializer: Any, trained: bool, shape: Sequence[int] = (channels,)) -> Any:
            return model_variable(
                name,
                shape=shape,
                dtype=kind,
                initializer=initializers.get(name, initializer),
                regularizer=regularizers.get(name) if trained else None,
                collections=utils.get_variable_collections(variables_collections, name),
                trainable=trainable and trained,
            )

        beta = parameter("beta", tf.zeros_initializer(), True) if center else None
        gamma = parameter("gamma", tf.ones_initializer(), True) if scale else None
        with tf.variable_scope(tf.get_variable_scope()) as unpartitioned:
            unpartitioned.set_partitioner(None)
            moving_mean = parameter("moving_mean", tf.zeros_initializer(), False)
            moving_variance = parameter("moving_variance", tf.ones_initializer(), False)
            averages = _RenormAverages(parameter, renorm_decay, renorm_clipping or {}) if renorm else None
        training = tf.get_static_value(is_training) if tf.is_tensor(is_training) else bool(is_training)
        axes = [i for i in range(rank) if i != axis]
        values = tf.cast(inputs, kind)
        mean, variance = tf.identity(moving_mean), tf.identity(moving_variance)
        updates, correction = [], None
        if training is None or training:
            weights = None
            if batch_weights is not None:
                weights = tf.reshape(tf.cast(batch_weights, kind), [-1] + [1] * (rank - 1))
            batch_mean, batch_variance = _moments(values, axes, weights)
            new_variance = batch_variance
            plain = batch_weights is None and adjustment is None and averages is None
            if fused is not False and rank in (2, 4) and plain:
                count = tf.cast(tf.size(inputs), kind) / channels
                new_variance = batch_variance * (count / tf.maximum(count - 1, 1))
            active = tf.ones([], kind) if training else tf.cast(is_training, kind)
            new_mean = batch_mean
            if averages is not None:
                stddev = tf.sqrt(batch_variance + epsilon)
                correction = averages.correction(batch_mean, stddev)
                with tf.control_dependencies(correction):
                    new_mean, new_stddev = averages.update(batch_mean, stddev, active)
                    new_variance = tf.square(new_stddev) - epsilon
                if training is None:
                    neutral = (tf.ones_like(stddev), tf.zeros_like(stddev))
                    correction = [tf.where(is_training, *pair) for pair in zip(correction, neutral, strict=True)]
            updates = [
                _moving_average(moving_mean, new_mean, decay, active, zero_debias_moving_mean),
                _moving_average(moving_variance, new_variance, decay, active, False),
            ]
            mean = batch_mean if training else tf.where(is_training, batch_mean, mean)
            variance = batch_variance if training else tf.where(is_training, batch_variance, variance)
        if updates and first_update is None:
            with tf.control_dependencies(updates):
                values = tf.identity(values)
        for update in updates if first_update is not None else ():
            tf.add_to_collections(first_update, update)
        shape = [channels if i == axis else 1 for i in range(rank)]

        def wide(parameters: Any) -> Any:
            return None if parameters is None else tf.reshape(parameters, shape)

        outputs = (values - wide(mean)) * tf.rsqrt(wide(variance) + epsilon)
        if adjustment is not None and (training is None or training):
            adjust_scale, adjust_bias = adjustment(tf.shape(inputs))
            adjusted = outputs * adjust_scale + adjust_bias
            outputs = adjusted if training else tf.where(is_training, adjusted, outputs)
        if correction is not None:
            r, d = correction
            outputs = outputs * wide(r) + wide(d)
        if gamma is not None:
            outputs = outputs * wide(gamma)
        if beta is not None:
            outputs = outputs + wide(beta)
        outputs = tf.cast(outputs, inputs.dtype)
        outputs.set_shape(inputs.shape)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


class _RenormAverages:
    """The averages that batch renormalisation corrects a batch by, each with the weight of what it has seen."""

    def __init__(self, parameter: Callable[..., Any], decay: float, clipping: dict[str, Any]) -> None:
        zeros = tf.zeros_initializer()
        self._decay, self._clipping = decay, clipping
        self._averages = [
            (parameter(name, zeros, False), parameter(f"{name}_weight", zeros, False, ()))
            for name in ("renorm_mean", "renorm_stddev")
        ]

    def correction(self, mean: Any, stddev: Any) -> list[Any]:
        """Scale and shift from the batch's normalisation to that of the averages, which no gradient passes."""
        # What an average lacks of weight, the batch makes up.
        mixed_mean, mixed_stddev = (
            average + (1 - weight) * value
            for (average, weight), value in zip(self._averages, (mean, stddev), strict=True)
        )
        r, d = stddev / mixed_stddev, (mean - mixed_mean) / mixed_stddev
        low, high, reach = (self._clipping.get(name) for name in ("rmin", "rmax", "dmax"))
        r = r if low is None else tf.maximum(r, low)
        r = r if high is None else tf.minimum(r, high)
        d = d if reach is None else tf.clip_by_value(d, -reach, reach)
        return [tf.stop_gradient(r), tf.stop_gradient(d)]

    def update(self, mean: Any, stddev: Any, active: Any) -> list[Any]:
        """Move the averages, by nothing where ``active`` is 0; gives what they are of full weight."""
        updated = []
        for (average, weight), value in zip(self._averages, (mean, stddev), strict=True):
            moved = _moving_average(average, value, self._decay, active, False)
            grown = _moving_average(weight, tf.ones_like(weight), self._decay, active, False)
            updated.append(moved / grown)
        return updated


def _moments(values: Any, axes: Sequence[int], weights: Any) -> tuple[Any, Any]:
    if weights is None:
        mean, variance = tf.nn.moments(values, axes)
    else:
        mean, variance = tf.nn.weighted_moments(values, axes, weights)
    return mean, variance


def _moving_average(variable: Any, value: Any, decay: float, active: Any, zero_debias: bool) -> Any:
    """Move ``variable`` to ``value``, by nothing where ``active`` is 0."""
    value = tf.stop_gradient(value)
    if not zero_debias:
        return tf.assign_sub(variable, (variable - value) * (active * (1 - decay)))
    with tf.variable_scope(variable.op.name):
        biased = tf.get_variable("biased", initializer=tf.zeros_initializer(), shape=variable.shape, trainable=False)
        step = tf.get_variable("local_step", initializer=tf.zeros_initializer(), shape=[], trainable=False)
    new_biased = tf.assign_sub(biased, (biased - value) * (active * (1 - decay)))
    new_step = tf.assign_add(step, active)
    debiased = new_biased / tf.maximum(1 - tf.pow(tf.constant(decay), new_step), 1e-12)
    return tf.assign(variable, tf.where(active > 0, debiased, variable))


def _scale_and_shift(sc_args: tuple[int, Any, Any, bool, dict[str, Any]], center: bool, scale: bool) -> tuple[Any, Any]:
    channels, dtype, variables_collections, trainable, initializers = sc_args

    def parameter(name: str, initializer: Any) -> Any:
        return model_variable(
            name,
            shape=[channels] if isinstance(channels, int) else channels,
            dtype=dtype,
            initializer=initializers.get(name, initializer),
            collections=utils.get_variable_collections(variables_collections, name),
            trainable=trainable,
        )

    beta = parameter("beta", tf.zeros_initializer()) if center else None
    gamma = parameter("gamma", tf.ones_initializer()) if scale else None
    return beta, gamma


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Any:
    """Layer normalisation (Ba, Kiros and Hinton, 2016).

    Args:
        inputs: ``[batch, …]``.
        center: add ``beta``.
        scale: multiply with ``gamma``.
        activation_fn: applied to the result.
        reuse: reuse the variables.
        variables_collections: for the variables.
        outputs_collections: for the result.
        trainable: whether the variables are trained.
        begin_norm_axis: mean and variance are taken over this axis and those after it.
        begin_params_axis: ``beta`` and ``gamma`` have this axis and those after it.
        scope: variable scope.

    Returns:
        A tensor like ``inputs``.

    Raises:
        ValueError: unknown rank, an axis out of range, or unknown sizes of the parameters.
    """
    with tf.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if max(first, begin_params_axis) >= rank:
            raise ValueError(f"begin_params_axis and begin_norm_axis must be less than rank(inputs) ({rank})")
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name}: shape {shape} of the parameters is not fully defined.")
        args: Any = (shape, inputs.dtype.base_dtype, variables_collections, trainable, {})
        beta, gamma = _scale_and_shift(args, center, scale)
        mean, variance = tf.nn.moments(inputs, list(range(first, rank)), keep_dims=True)
        epsilon = 1e-12 if inputs.dtype.base_dtype != tf.float16 else 1e-3
        outputs = tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        outputs.set_shape(inputs.shape)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-06,
    activation_fn: Callable[[Any], Any] | None = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016): of each example and channel.

    The arguments are those of :func:`batch_norm`.

    Returns:
        A tensor like ``inputs``.

    Raises:
        ValueError: ``data_format`` is neither ``'NHWC'`` nor ``'NCHW'``; unknown rank or size of channels.
    """
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        axis = 1 if data_format == "NCHW" else rank - 1
        channels = utils.last_size(inputs, axis)
        args: Any = (channels, inputs.dtype.base_dtype, variables_collections, trainable, param_initializers or {})
        beta, gamma = (
            None if p is None else tf.reshape(p, [channels if i == axis else 1 for i in range(rank)])
            for p in _scale_and_shift(args, center, scale)
        )
        axes = [i for i in range(1, rank) if i != axis]
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=True)
        outputs = tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon, name="instancenorm")
        outputs.set_shape(inputs.shape)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)


@add_arg_scope
def group_norm(
    inputs: Any,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes: Sequence[int] = (-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-06,
    activation_fn: Callable[[Any], Any] | None = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    mean_close_to_zero: bool = False,
) -> Any:
    """Group normalisation (Wu and He, 2018): over groups of channels.

    Args:
        inputs: any rank.
        groups: number of groups; divides the channels.
        channels_axis: the axis of the channels.
        reduction_axes: the axes to take mean and variance over, beside those of a group's channels.
        center: add ``beta``.
        scale: multiply with ``gamma``.
        epsilon: added to the variance.
        activation_fn: applied to the result.
        param_initializers: for ``beta``, ``gamma``.
        reuse: reuse the variables.
        variables_collections: for the variables.
        outputs_collections: for the result.
        trainable: whether the variables are trained.
        scope: variable scope.
        mean_close_to_zero: accepted; it chooses how the moments are computed, not what they are.

    Returns:
        A tensor like ``inputs``.

    Raises:
        ValueError: ``groups`` does not divide the channels, or an axis is wrong.
    """
    with tf.variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        axis = channels_axis % rank
        reduced = sorted(a % rank for a in reduction_axes)
        if axis in reduced:
            raise ValueError("reduction_axes must not contain channels_axis.")
        channels = utils.last_size(inputs, axis)
        if groups > channels or channels % groups:
            raise ValueError(f"Invalid groups {groups} for {channels} channels.")
        sizes, dynamic = inputs.shape.as_list(), tf.shape(inputs)
        whole = [dynamic[i] if size is None else size for i, size in enumerate(sizes)]
        grouped = tf.reshape(inputs, [*whole[:axis], groups, channels // groups, *whole[axis + 1 :]])
        axes = [axis + 1] + [a if a < axis else a + 1 for a in reduced]
        args: Any = (channels, inputs.dtype.base_dtype, variables_collections, trainable, param_initializers or {})
        shape = [1] * axis + [groups, channels // groups] + [1] * (rank - axis - 1)
        beta, gamma = (None if p is None else tf.reshape(p, shape) for p in _scale_and_shift(args, center, scale))
        mean, variance = tf.nn.moments(grouped, axes, keep_dims=True)
        outputs = tf.nn.batch_normalization(grouped, mean, variance, beta, gamma, epsilon)
        outputs = tf.reshape(outputs, whole)
        outputs.set_shape(inputs.shape)
        return utils.finish(sc, outputs, activation_fn, outputs_collections)
