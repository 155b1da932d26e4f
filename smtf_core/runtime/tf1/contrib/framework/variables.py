"""Variables: making them, listing them, and giving them values.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework`` ("Variables").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework.scopes import add_arg_scope

get_global_step = tf.train.get_global_step
get_or_create_global_step = tf.train.get_or_create_global_step
create_global_step = tf.train.create_global_step
assert_global_step = tf.train.assert_global_step


def assert_or_get_global_step(graph: Any = None, global_step_tensor: Any = None) -> Any:
    """The given global step after a check of it, or that of the graph."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: bool | None = None,
    synchronization: Any = tf.VariableSynchronization.AUTO,
    aggregation: Any = tf.VariableAggregation.NONE,
) -> Any:
    """Get or make a variable, as ``tf.get_variable``, on a device.

    Args:
        name: of the variable, below the variable scope.
        shape: of the variable.
        dtype: of the variable.
        initializer: makes the value.
        regularizer: its result on the variable goes to ``REGULARIZATION_LOSSES``.
        trainable: add it to ``TRAINABLE_VARIABLES``.
        collections: keys to add it to, beside ``GLOBAL_VARIABLES``.
        caching_device: where it is cached for reading.
        device: a device or a function that picks it.
        partitioner: splits it.
        custom_getter: see ``tf.get_variable``.
        use_resource: make a resource variable.
        synchronization: see ``tf.get_variable``.
        aggregation: see ``tf.get_variable``.

    Returns:
        The variable.
    """
    keys = list(dict.fromkeys(collections if collections is not None else [tf.GraphKeys.GLOBAL_VARIABLES]))
    getter = tf.get_variable if custom_getter is None else _custom(custom_getter)
    with tf.device(device or ""):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=keys,
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )


def _custom(custom_getter: Any) -> Callable[..., Any]:
    def getter(name: str, **kwargs: Any) -> Any:
        return tf.get_variable(name, custom_getter=custom_getter, **kwargs)

    return getter


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = tf.float32,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: bool | None = None,
    synchronization: Any = tf.VariableSynchronization.AUTO,
    aggregation: Any = tf.VariableAggregation.NONE,
) -> Any:
    """As :func:`variable`; it goes to ``GLOBAL_VARIABLES`` and ``MODEL_VARIABLES``."""
    keys = [*(collections or []), tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]
    return variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=keys,
        caching_device=caching_device,
        device=device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: bool | None = None
) -> Any:
    """A variable of ``LOCAL_VARIABLES``: of this process, not trained, not saved."""
    return tf.Variable(
        initial_value,
        trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES],
        validate_shape=validate_shape,
        name=name,
        use_resource=use_resource,
    )


def global_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: bool | None = None
) -> Any:
    """A variable of ``GLOBAL_VARIABLES`` that is not trained."""
    return tf.Variable(
        initial_value,
        trainable=False,
        collections=[tf.GraphKeys.GLOBAL_VARIABLES],
        validate_shape=validate_shape,
        name=name,
        use_resource=use_resource,
    )


def add_model_variable(var: Any) -> None:
    """Add a variable to ``MODEL_VARIABLES`` unless it is there."""
    if all(var is not other for other in tf.get_collection(tf.GraphKeys.MODEL_VARIABLES)):
        tf.add_to_collection(tf.GraphKeys.MODEL_VARIABLES, var)


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = tf.GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """The variables of a collection below a scope.

    Args:
        scope: a regular expression for the start of the names, or a variable scope.
        suffix: what the name ends with.
        collection: the key.

    Returns:
        The variables.
    """
    if isinstance(scope, tf.VariableScope):
        scope = scope.name
    if suffix is not None:
        suffix = suffix if ":" in suffix else f"{suffix}:"
        scope = f"{scope or ''}.*{suffix}"
    found: list[Any] = tf.get_collection(collection, scope)
    return found


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """:func:`get_variables` of ``MODEL_VARIABLES``."""
    return get_variables(scope, suffix, tf.GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """:func:`get_variables` of ``LOCAL_VARIABLES``."""
    return get_variables(scope, suffix, tf.GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """:func:`get_variables` of ``TRAINABLE_VARIABLES``."""
    return get_variables(scope, suffix, tf.GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The variables whose name ends with ``suffix``."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The variables whose name below their scope is ``given_name``."""
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


def get_variables_to_restore(include: Sequence[Any] | None = None, exclude: Sequence[Any] | None = None) -> list[Any]:
    """The variables below the scopes ``include`` (all by default) but not below ``exclude``.

    Raises:
        TypeError: ``include`` or ``exclude`` is not a list.
    """
    for argument, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, (list, tuple)):
            raise TypeError(f"{argument} is provided but is not a list or a tuple.")
    wanted = get_variables() if include is None else [var for scope in include for var in get_variables(scope)]
    without = {var.op.name for scope in exclude or () for var in get_variables(scope)}
    return [var for var in wanted if var.op.name not in without]


def get_unique_variable(var_op_name: str) -> Any:
    """The one variable whose operation has this name.

    Raises:
        ValueError: there is none, or there are several.
    """
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variable_full_name(var: Any) -> str:
    """A variable's name in a checkpoint; of a part of a partitioned variable, that of the whole."""
    info = getattr(var, "_save_slice_info", None)
    name: str = info.full_name if info else var.op.name
    return name


def filter_variables(
    var_list: Iterable[Any],
    include_patterns: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    reg_search: bool = True,
) -> list[Any]:
    """The variables whose name some include pattern (all by default) and no exclude pattern finds.

    Args:
        var_list: the variables.
        include_patterns: regular expressions.
        exclude_patterns: regular expressions.
        reg_search: find a pattern anywhere in the name; else at its start.

    Returns:
        The variables, in order.
    """
    matches = re.search if reg_search else re.match
    include = None if include_patterns is None else list(include_patterns)
    exclude = list(exclude_patterns or ())
    return [
        var
        for var in var_list
        if (include is None or any(matches(p, var.op.name) for p in include))
        and not any(matches(p, var.op.name) for p in exclude)
    ]


def assign_from_values(var_names_to_values: Mapping[str, Any]) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives variables values, and what to feed it.

    Args:
        var_names_to_values: variable's name → array.

    Returns:
        The operation and its feed dict.
    """
    feed: dict[Any, Any] = {}
    assigns = []
    for name, value in var_names_to_values.items():
        var = get_unique_variable(name)
        assigns.append(_assign_fed(var, np.asarray(value), feed))
    return tf.group(*assigns), feed


def assign_from_values_fn(var_names_to_values: Mapping[str, Any]) -> Callable[[Any], Any]:
    """As :func:`assign_from_values`, as a function of a session."""
    operation, feed = assign_from_values(var_names_to_values)

    def assign(session: Any) -> Any:
        return session.run(operation, feed)

    return assign


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives variables their values in a checkpoint, and what to feed it.

    Args:
        model_path: path prefix of the checkpoint.
        var_list: variables, or name in the checkpoint → variable or the list of its parts.
        ignore_missing_vars: leave variables alone that the checkpoint does not have.

    Returns:
        The operation and its feed dict.

    Raises:
        ValueError: the checkpoint lacks a variable, or has it with another number of entries.
    """
    reader = tf.train.NewCheckpointReader(model_path)
    feed: dict[Any, Any] = {}
    assigns = []
    for name, group in _by_checkpoint_name(var_list).items():
        if not reader.has_tensor(name):
            if ignore_missing_vars:
                tf.logging.warning("Variable %s missing in checkpoint %s", name, model_path)
                continue
            raise ValueError(f"Checkpoint is missing variable [{name}]")
        value = reader.get_tensor(name)
        for var in group:
            part = value
            info = getattr(var, "_save_slice_info", None)
            if info is not None:
                part = value[tuple(slice(o, o + s) for o, s in zip(info.var_offset, info.var_shape, strict=True))]
            if part.size != var.shape.num_elements():
                raise ValueError(
                    f"Total size of new array must be unchanged for {name} "
                    f"lh_shape: [{list(part.shape)}], rh_shape: [{var.shape.as_list()}]"
                )
            assigns.append(_assign_fed(var, part.reshape(var.shape.as_list()), feed))
    return tf.group(*assigns), feed


def assign_from_checkpoint_fn(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False, reshape_variables: bool = False
) -> Callable[[Any], Any] | None:
    """A function of a session that restores variables.

    Args:
        model_path: path prefix of the checkpoint.
        var_list: variables, or name in the checkpoint → variable.
        ignore_missing_vars: leave variables alone that the checkpoint does not have.
        reshape_variables: accept another shape with as many entries.

    Returns:
        The function; ``None``, with a warning, if there is nothing to restore.

    Raises:
        ValueError: ``var_list`` is empty.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = tf.train.NewCheckpointReader(model_path)
        named = var_list if isinstance(var_list, dict) else {var.op.name: var for var in var_list}
        for name in named:
            if not reader.has_tensor(name):
                tf.logging.warning("Variable %s missing in checkpoint %s", name, model_path)
        var_list = {name: var for name, var in named.items() if reader.has_tensor(name)}
    if not var_list:
        tf.logging.warning("No Variables to restore")
        return None
    saver = tf.train.Saver(var_list, reshape=reshape_variables, write_version=tf.train.SaverDef.V1)

    def restore(session: Any) -> None:
        saver.restore(session, model_path)

    return restore


def _assign_fed(var: Any, value: Any, feed: dict[Any, Any]) -> Any:
    placeholder = tf.placeholder(value.dtype, value.shape, name=f"placeholder/{var.op.name}")
    feed[placeholder] = value
    return var.assign(tf.cast(placeholder, var.dtype.base_dtype))


def _by_checkpoint_name(var_list: Any) -> dict[str, list[Any]]:
    if isinstance(var_list, Mapping):
        return {name: list(v) if isinstance(v, (list, tuple)) else [v] for name, v in var_list.items()}
    groups: dict[str, list[Any]] = {}
    for var in var_list:
        groups.setdefault(get_variable_full_name(var), []).append(var)
    return groups


def zero_initializer(ref: Any, use_locking: bool = True, name: str = "zero_initializer") -> Any:
    """An operation that sets a variable to zeros.

    Args:
        ref: the variable, of a defined shape; it may be uninitialised.
        use_locking: accepted; the assignment is atomic either way.
        name: of the operation.

    Returns:
        The operation's result.
    """
    with tf.name_scope(name):
        return tf.assign(ref, tf.zeros(ref.shape, ref.dtype.base_dtype), use_locking=use_locking)


class VariableDeviceChooser:
    """Picks parameter servers for variables in turn.

    Args:
        num_tasks: number of parameter servers; 0: none.
        job_name: their job.
        device_type: ``'CPU'`` or ``'GPU'``.
        device_index: of the device on a server.
        replica: of the job.
    """

    def __init__(
        self,
        num_tasks: int = 0,
        job_name: str = "ps",
        device_type: str = "CPU",
        device_index: int = 0,
        replica: int | None = None,
    ) -> None:
        self._num_tasks = num_tasks
        self._job_name = job_name
        self._device_type = device_type
        self._device_index = device_index
        self._replica = replica
        self._next = 0

    def __call__(self, op: Any) -> str:
        """The device for the next variable."""
        device = tf.DeviceSpec(device_type=self._device_type, device_index=self._device_index, replica=self._replica)
        if self._num_tasks:
            device = device.replace(job=self._job_name, task=self._next)
            self._next = (self._next + 1) % self._num_tasks
        text: str = device.to_string()
        return text
