"""Threads that a script of generation 1.x starts: they find TensorFlow 1's behaviour, and log where the script does.

The classes are the script's alone; those of the process stay as they are.
"""

from __future__ import annotations

import functools
import importlib
import multiprocessing.pool
import threading
from collections.abc import Callable
from concurrent import futures
from types import ModuleType
from typing import Any

from smtf_core.runtime.logs import in_this_log
from smtf_core.runtime.script.views import ModuleView, target_attribute
from smtf_core.runtime.tf1.behaviour import in_script, script_version, tensorflow_1_behaviour


def as_in_the_script(work: Callable[..., Any]) -> Callable[..., Any]:
    """Let another thread do what this one would, if this one runs a script."""
    if not in_script():
        return work
    version = script_version()

    @functools.wraps(work)
    def within(*arguments: Any, **options: Any) -> Any:
        with tensorflow_1_behaviour(version):
            return work(*arguments, **options)

    return in_this_log(within)


class Thread(threading.Thread):
    """``threading.Thread``, also as a base class."""

    def start(self) -> None:
        """See :meth:`threading.Thread.start`."""
        self.run = as_in_the_script(self.run)  # type: ignore[method-assign]
        super().start()


class Timer(Thread, threading.Timer):
    """``threading.Timer``."""


class ThreadPoolExecutor(futures.ThreadPoolExecutor):
    """``concurrent.futures.ThreadPoolExecutor``."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        """See :meth:`concurrent.futures.Executor.submit`."""
        return super().submit(as_in_the_script(fn), *args, **kwargs)


class ThreadPool(multiprocessing.pool.ThreadPool):
    """``multiprocessing.pool.ThreadPool``, which is ``multiprocessing.dummy.Pool`` too."""

    @staticmethod
    def Process(ctx: Any, *args: Any, **kwds: Any) -> Any:  # noqa: N802 - the base class's name
        """One of its threads."""
        process: Any = multiprocessing.pool.ThreadPool.Process(ctx, *args, **kwds)
        process.run = as_in_the_script(process.run)
        return process


_CLASSES = {
    "concurrent.futures.ThreadPoolExecutor": ThreadPoolExecutor,
    "concurrent.futures.thread.ThreadPoolExecutor": ThreadPoolExecutor,
    "multiprocessing.dummy.Pool": ThreadPool,
    "multiprocessing.pool.ThreadPool": ThreadPool,
    "threading.Thread": Thread,
    "threading.Timer": Timer,
}
_ON_THE_WAY = frozenset(name.rpartition(".")[0] for name in _CLASSES)


class _ThreadNames:
    def lookup(self, view: ModuleView, name: str) -> Any:
        dotted = f"{view.__name__}.{name}"
        return _CLASSES[dotted] if dotted in _CLASSES else target_attribute(view.target, name)

    def covers(self, module: ModuleType) -> bool:
        return module.__name__ in _ON_THE_WAY


def thread_view(root: str) -> ModuleView:
    """What importing ``threading``, ``concurrent`` or ``multiprocessing`` gives a script of generation 1.x."""
    return ModuleView(root, importlib.import_module(root), _ThreadNames())
