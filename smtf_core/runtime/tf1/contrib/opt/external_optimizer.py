"""Optimizers outside TensorFlow that are given a loss and its gradient.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt``: ``ExternalOptimizerInterface``,
``ScipyOptimizerInterface``.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf

Function = Callable[[Any], Any]


class ExternalOptimizerInterface:
    """What such optimizers share; they implement ``_minimize``.

    Args:
        loss: scalar.
        var_list: the variables; by default all that are trained.
        equalities: scalars to be kept at 0.
        inequalities: scalars to be kept at 0 or above.
        var_to_bounds: variable → lowest and highest value; numbers, or arrays that broadcast to its shape; ``None``:
            unbounded.
        **optimizer_kwargs: further arguments of the optimizer.

    Raises:
        ValueError: ``var_to_bounds`` names a variable that is not optimized.
    """

    def __init__(
        self,
        loss: Any,
        var_list: Sequence[Any] | None = None,
        equalities: Sequence[Any] | None = None,
        inequalities: Sequence[Any] | None = None,
        var_to_bounds: Mapping[Any, tuple[Any, Any]] | None = None,
        **optimizer_kwargs: Any,
    ) -> None:
        self._loss = loss
        self._equalities, self._inequalities = list(equalities or []), list(inequalities or [])
        self._vars = list(tf.trainable_variables() if var_list is None else var_list)
        self.optimizer_kwargs = optimizer_kwargs
        self._shapes = [tuple(variable.shape.as_list()) for variable in self._vars]
        self._ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])
        self._bounds = None if var_to_bounds is None else self._packed_bounds(var_to_bounds)
        targets = [loss, *self._equalities, *self._inequalities]
        self._gradients = [_packed(tf.gradients(target, self._vars), self._vars) for target in targets]
        self._new_values = [tf.placeholder(variable.dtype.base_dtype, variable.shape) for variable in self._vars]
        pairs = zip(self._vars, self._new_values, strict=True)
        self._update = tf.group(*(tf.assign(variable, value) for variable, value in pairs))

    def _packed_bounds(self, var_to_bounds: Mapping[Any, tuple[Any, Any]]) -> list[tuple[float, float]]:
        given = list(var_to_bounds.items())
        for variable, _ in given:
            if all(variable is not one for one in self._vars):
                raise ValueError(f"var_to_bounds names {variable.name}, which is not among the variables to optimize")
        packed: list[tuple[float, float]] = []
        for variable, shape in zip(self._vars, self._shapes, strict=True):
            low, high = next((bounds for one, bounds in given if one is variable), (None, None))
            lows = np.broadcast_to(-np.inf if low is None else low, shape).ravel().tolist()
            highs = np.broadcast_to(np.inf if high is None else high, shape).ravel().tolist()
            packed.extend(zip(lows, highs, strict=True))
        return packed

    def minimize(
        self,
        session: Any = None,
        feed_dict: Mapping[Any, Any] | None = None,
        fetches: Sequence[Any] | None = None,
        step_callback: Callable[[Any], Any] | None = None,
        loss_callback: Callable[..., Any] | None = None,
        **run_kwargs: Any,
    ) -> None:
        """Minimize the loss, in this process; the variables then have the values that were found.

        Args:
            session: the session; by default the current one.
            feed_dict: fed to each run.
            fetches: fetched for ``loss_callback``.
            step_callback: called after each step with all variables in one vector.
            loss_callback: called after each evaluation of the loss with what was fetched.
            **run_kwargs: further arguments of ``session.run``.

        Raises:
            ValueError: there is no session.
        """
        session = session or tf.get_default_session()
        if session is None:
            raise ValueError("minimize needs a session: give one, or call it inside `with tf.Session()`.")
        extra = list(fetches or [])

        def evaluate(target: Any, wanted: Sequence[Any]) -> Function:
            def evaluated(x: Any) -> Any:
                self._assign(session, x)
                return session.run([target, list(wanted)], feed_dict=feed_dict, **run_kwargs)

            return evaluated

        at = evaluate([self._loss, self._gradients[0]], extra)

        def loss_grad(x: Any) -> tuple[Any, Any]:
            (loss, gradient), fetched = at(x)
            if loss_callback is not None:
                loss_callback(*fetched)
            return loss.astype("float64"), gradient.astype("float64")

        def functions(targets: Sequence[Any]) -> list[Function]:
            evaluations = [evaluate(target, []) for target in targets]
            return [functools.partial(lambda at, x: np.asarray(at(x)[0], np.float64), at) for at in evaluations]

        count = 1 + len(self._equalities)
        initial = np.concatenate([value.ravel() for value in session.run(self._vars)]).astype(np.float64)
        found = self._minimize(
            initial_val=initial,
            loss_grad_func=loss_grad,
            equality_funcs=functions(self._equalities),
            equality_grad_funcs=functions(self._gradients[1:count]),
            inequality_funcs=functions(self._inequalities),
            inequality_grad_funcs=functions(self._gradients[count:]),
            packed_bounds=self._bounds,
            step_callback=step_callback or (lambda _: None),
            optimizer_kwargs=self.optimizer_kwargs,
        )
        self._assign(session, found)

    def _assign(self, session: Any, packed: Any) -> None:
        values = np.split(np.asarray(packed), self._ends[:-1])
        triples = zip(self._new_values, values, self._shapes, strict=True)
        session.run(self._update, {new: value.reshape(shape) for new, value, shape in triples})

    def _minimize(
        self,
        initial_val: Any,
        loss_grad_func: Function,
        equality_funcs: Sequence[Function],
        equality_grad_funcs: Sequence[Function],
        inequality_funcs: Sequence[Function],
        inequality_grad_funcs: Sequence[Function],
        packed_bounds: Sequence[tuple[float, float]] | None,
        step_callback: Callable[[Any], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> Any:
        """Find the values, in one vector, that make the loss small."""
        raise NotImplementedError("Subclass ExternalOptimizerInterface and implement its method _minimize().")


def _packed(gradients: Sequence[Any], variables: Sequence[Any]) -> Any:
    pairs = zip(gradients, variables, strict=True)
    flat = [
        tf.zeros([variable.shape.num_elements()], variable.dtype.base_dtype)
        if gradient is None
        else tf.reshape(tf.convert_to_tensor(gradient), [-1])
        for gradient, variable in pairs
    ]
    return tf.concat(flat, 0)


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """``scipy.optimize.minimize``, by ``method='L-BFGS-B'`` unless another is given.

    Arguments as :class:`ExternalOptimizerInterface`; further ones are those of ``scipy.optimize.minimize``.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val: Any,
        loss_grad_func: Function,
        equality_funcs: Sequence[Function],
        equality_grad_funcs: Sequence[Function],
        inequality_funcs: Sequence[Function],
        inequality_grad_funcs: Sequence[Function],
        packed_bounds: Sequence[tuple[float, float]] | None,
        step_callback: Callable[[Any], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> Any:
        options = {"method": self._DEFAULT_METHOD, **optimizer_kwargs}
        kinds = (
            ("eq", equality_funcs, equality_grad_funcs),
            ("ineq", inequality_funcs, inequality_grad_funcs),
        )
        constraints = [
            {"type": kind, "fun": function, "jac": gradient}
            for kind, functions, gradients in kinds
            for function, gradient in zip(functions, gradients, strict=True)
        ]
        own = {"jac": True, "callback": step_callback, "constraints": constraints, "bounds": packed_bounds}
        for name in own:
            if name in options:
                remedy = "Bounds must be set using the var_to_bounds argument"
                raise ValueError(
                    remedy
                    if name == "bounds"
                    else f"Optimizer keyword arg `{name}` is set automatically and cannot be injected manually"
                )
        try:
            optimize = importlib.import_module("scipy.optimize")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("ScipyOptimizerInterface needs scipy: pip install scipy") from error
        result = optimize.minimize(loss_grad_func, initial_val, **own, **options)
        lines = [
            "Optimization terminated with:",
            f"  Message: {result.message}",
            f"  Objective function value: {result.fun:f}",
        ]
        # Some methods of scipy leave these out.
        lines += [f"  Number of iterations: {result.nit}"] if hasattr(result, "nit") else []
        lines += [f"  Number of functions evaluations: {result.nfev}"] if hasattr(result, "nfev") else []
        tf.logging.info("\n".join(lines))
        return result.x
