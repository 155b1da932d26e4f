"""A pytest plugin, for those who ask for it: a project to train, and a recorder of hooks.

``pytest_plugins = ["smtf_core.testing.plugin"]`` in a ``conftest.py``, or ``pytest -p smtf_core.testing.plugin``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from smtf_core import hookspecs
from smtf_core.client.display import Display
from smtf_core.client.estimator import TensorFlow
from smtf_core.hookspecs import hookimpl
from smtf_core.plugins import PluginManager
from smtf_core.testing.scripts import write_line_script


@frozen
class HookCall:
    """One call of a hook: its name and its arguments."""

    hook: str
    arguments: Mapping[str, Any]


class HookRecorder:
    """A plugin that implements every decision and every observer, notes each call, and leaves decisions to others.

    Attributes:
        calls: the calls in their order.
    """

    def __init__(self) -> None:
        self.calls: list[HookCall] = []
        for name, specification in vars(hookspecs).items():
            if hasattr(specification, f"{hookspecs.PROJECT}_spec") and not name.startswith("smtf_register_"):
                setattr(self, name, self._noting(name, specification))

    @property
    def hooks(self) -> list[str]:
        """The hooks that were called, in the order of the calls."""
        return [call.hook for call in self.calls]

    def arguments(self, hook: str) -> list[Mapping[str, Any]]:
        """The arguments of every call of one hook."""
        return [call.arguments for call in self.calls if call.hook == hook]

    def _noting(self, name: str, specification: Callable[..., Any]) -> Callable[..., None]:
        names = ", ".join(inspect.signature(specification).parameters)

        def note(**arguments: Any) -> None:
            self.calls.append(HookCall(name, arguments))

        # Pluggy reads the arguments' names off a function's code, so each hook needs one with its own.
        passing = ", ".join(f"{argument}={argument}" for argument in names.split(", "))
        marked: Callable[..., None] = hookimpl(eval(f"lambda {names}: note({passing})", {"note": note}))
        return marked


@frozen
class Project:
    """A folder with a training script, and jobs that train it.

    Args:
        folder: where everything is.
        script: a script that trains in seconds (:data:`smtf_core.testing.scripts.LINE_SCRIPT`).
        recorder: is among the plugins of every job.
    """

    folder: Path
    script: Path
    recorder: HookRecorder

    def estimator(self, *plugins: object, **arguments: Any) -> TensorFlow:
        """An estimator for the script.

        Args:
            *plugins: further plugins, beside those that are installed.
            **arguments: of :class:`~smtf_core.TensorFlow`; 20 steps unless they say otherwise.
        """
        return TensorFlow(
            **{
                "entry_point": self.script,
                "training_steps": 20,
                "evaluation_steps": None,
                "output_path": self.folder / "jobs",
                **arguments,
            },
            plugins=PluginManager(plugins=[*plugins, self.recorder]),
        )

    def fit(self, *plugins: object, inputs: Any = None, job_name: str | None = None, **arguments: Any) -> TensorFlow:
        """Train, quietly; see :meth:`estimator`."""
        estimator = self.estimator(*plugins, **arguments)
        estimator.fit(inputs, job_name=job_name, display=Display(quiet=True))
        return estimator


@pytest.fixture
def hook_recorder() -> HookRecorder:
    """Notes every hook that is called; it is among the plugins of ``smtf_project``, or hand it to a manager."""
    return HookRecorder()


@pytest.fixture
def smtf_project(tmp_path: Path, hook_recorder: HookRecorder) -> Project:
    """A new folder with a training script; ``smtf_project.fit()`` trains it."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, write_line_script(folder), hook_recorder)
