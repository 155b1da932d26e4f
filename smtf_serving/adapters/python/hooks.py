"""The functions of the user's script that answer requests, seen through the script loader of its framework version.

The loader's context belongs to the thread that entered it; a thread of its own keeps it open for as long as the script
is needed.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from smtf_core.errors import ScriptError, SmtfError
from smtf_core.interfaces import ScriptLoader, UserScript
from smtf_core.models import FrameworkVersion, TrainingEnvironment
from smtf_core.models.layout import Layout
from smtf_core.models.settings import parse_settings
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_serving.adapters.tfs.errors import ServingError

logger = logging.getLogger(__name__)

_ROLE = "serving"


class Hooks:
    """A loaded script.

    Args:
        path: the user's file.
        framework_version: the release that it is written for.
        packages: that it needs; closed with it.

    Raises:
        ScriptError: it cannot be loaded.
    """

    def __init__(self, path: Path, framework_version: str | None, packages: ExitStack | None = None) -> None:
        self._packages = packages if packages is not None else ExitStack()
        if not path.is_file():
            self._packages.close()
            raise ScriptError(f"there is no script {path}")
        self._path = path
        self._version = FrameworkVersion.parse(framework_version)
        self._closing, self._ready = threading.Event(), threading.Event()
        self._script: UserScript | None = None
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._keep, name="smtf-serving-script", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._errors:
            self._packages.close()
        for error in self._errors:
            if isinstance(error, SmtfError):
                raise error
            raise ScriptError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error

    def has(self, name: str) -> bool:
        """Whether the script defines a function."""
        return self._script is not None and name in self._script.functions

    def call(self, name: str, *arguments: Any) -> Any:
        """Call one of the script's functions in the behaviour that it expects.

        Raises:
            ServingError: it raised; the log has its traceback.
        """
        assert self._script is not None
        function: Callable[..., Any] = self._script.functions[name]
        try:
            with self._script.scope():
                return function(*arguments)
        except ServingError:
            raise
        except Exception as error:
            inside = [
                frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self._script.path
            ]
            line = f", line {inside[-1].lineno}" if inside else ""
            logger.exception("%s of %s%s failed", name, self._path, line)
            raise ServingError(f"{name} failed: {type(error).__name__}: {error}", 500) from error

    def close(self) -> None:
        """Forget the script."""
        self._closing.set()
        self._thread.join()
        self._packages.close()

    def _keep(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="smtf-serving-") as root, self._open(Layout(root)) as script:
                self._script = script
                self._ready.set()
                self._closing.wait()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that asked for the script
            self._errors.append(error)
        finally:
            self._ready.set()

    def _open(self, layout: Layout) -> AbstractContextManager[UserScript]:
        layout.code.symlink_to(self._path.parent.resolve())
        environment = TrainingEnvironment(
            layout=layout,
            job_name="serving",
            hosts=("algo-1",),
            current_host="algo-1",
            entry_point=self._path.name,
            settings=parse_settings({}, self._version),
            framework_version=self._version,
            role=_ROLE,
        )
        plugins = PluginManager()
        name = plugins.hook.smtf_load_script(environment=environment)
        loader: ScriptLoader = Registries(plugins).script_loaders.make(name)
        return loader.load(environment)
