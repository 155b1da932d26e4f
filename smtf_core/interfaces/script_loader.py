"""ScriptLoader: turns the user's file into functions to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from attrs import field, frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import TrainingEnvironment


@frozen(kw_only=True)
class ScriptLoaderSpec(Spec):
    """Declares a script loader; hook ``smtf_load_script`` decides which one loads a job's script."""


@frozen(kw_only=True)
class UserScript:
    """A loaded script that keeps the contract.

    Args:
        path: the user's own file, for messages.
        kind: ``'model_fn'``, ``'keras_model_fn'`` or ``'estimator_fn'``.
        functions: contract name → the user's function; always has ``kind``, ``train_input_fn`` and ``eval_input_fn``,
            and ``serving_input_fn`` when the script defines it.
        hyperparameters: the one dict that all of them get; as in the legacy container, what one function changes in it,
            the next one sees.
        scope: a factory of the context in which the functions must be called (the TensorFlow behaviour that the script
            expects); re-entrant and bound to the thread.
    """

    path: str
    kind: str
    functions: Mapping[str, Callable[..., Any]] = field(factory=dict)
    hyperparameters: dict[str, Any] = field(factory=dict)
    scope: Callable[[], AbstractContextManager[None]]


class ScriptLoader(Protocol):
    """Loads scripts. Constructed without arguments."""

    def load(self, environment: TrainingEnvironment) -> AbstractContextManager[UserScript]:
        """Load ``environment.entry_point`` from the code folder; the script stays usable while the context lasts.

        Raises:
            ScriptError: the file breaks the contract; the message names the file, the function and the remedy.
            Exception: whatever the script raises at import, with its own traceback.
        """
        ...
