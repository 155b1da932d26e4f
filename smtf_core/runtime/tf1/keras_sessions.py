"""How Keras of TensorFlow 1 got along with sessions: what scripts of the time relied on and Keras 2 of today refuses.

Source: TensorFlow 1.11 API documentation, ``tf.keras.Model.compile`` and ``tf.keras.backend.get_session``.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

# What today's takes besides the parameters that it names.
_TAKEN = (
    *("feed_dict", "fetches", "options", "run_metadata"),
    *("run_eagerly", "experimental_run_tf_function", "cloning", "from_serialized"),
)


def leaving_out_what_nobody_takes(genuine: Callable[..., None]) -> Callable[..., None]:
    """``Model.compile``: it kept arguments that it did not know for ``fit``; an estimator's model never gets there."""
    known = {*inspect.signature(genuine).parameters, *_TAKEN}

    def compile_(self: Any, *arguments: Any, **options: Any) -> None:
        unknown = [name for name in options if name not in known]
        if unknown:
            logger.warning("model.compile has no argument %s; Keras of TensorFlow 1 ignored it", ", ".join(unknown))
        genuine(self, *arguments, **{name: value for name, value in options.items() if name in known})

    return compile_


def forgetting_other_sessions(genuine: Callable[..., Any]) -> Callable[..., Any]:
    """The copy of a model that becomes an estimator, made in a graph and for a session of its own.

    A metric or loss that calls ``K.get_session()`` meanwhile makes Keras believe that its variables have their values,
    which they have in that session only.
    """

    @functools.wraps(genuine)
    def clone(*arguments: Any, **options: Any) -> Any:
        model = genuine(*arguments, **options)
        v1: Any = importlib.import_module("tensorflow.compat.v1")
        for variable in [*v1.global_variables(), *v1.local_variables()]:
            if hasattr(variable, "_keras_initialized"):
                variable._keras_initialized = False
        return model

    return clone
