"""ScriptLoaderConformance: the laws of script loaders."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from smtf_core.contract import MODEL_FUNCTIONS, REQUIRED_FUNCTIONS
from smtf_core.errors import ScriptError
from smtf_core.interfaces import ScriptLoaderSpec, UserScript
from smtf_core.models import FrameworkVersion, Layout, TrainingEnvironment
from smtf_core.models.settings import parse_settings
from smtf_core.testing.conformance import Conformance

_CONTRACT = """\
import helper


def model_fn(features, labels, mode, params):
    return helper.NAME


def train_input_fn():
    return helper.NAME


def eval_input_fn():
    return helper.NAME
"""


class ScriptLoaderConformance(Conformance[ScriptLoaderSpec]):
    """Any script loader keeps these laws; needs what the loader needs.

    The scripts are Python; a loader of anything else overrides them.

    Attributes:
        name: what ``script_loader=`` says.
        framework_version: the release that the scripts are written for.
        entry_point: name of the script's file.
        good: file name → text: a script that keeps the contract, with a helper that says ``NAME = "NAME OF HELPER"``;
            each of its functions returns that name.
        incomplete: the same without ``train_input_fn``.
        failing: a script that raises ``RuntimeError("raised at import")`` when it is loaded.

    Example::

        class TestNotebookLoader(ScriptLoaderConformance):
            name = "notebook"
            entry_point = "train.ipynb"
            good = {"train.ipynb": notebook(CELLS), "helper.py": 'NAME = "NAME OF HELPER"'}
    """

    registry = "script_loaders"
    framework_version: ClassVar[str] = "1.11"
    entry_point: ClassVar[str] = "train.py"
    good: ClassVar[Mapping[str, str]] = {"train.py": _CONTRACT, "helper.py": 'NAME = "NAME OF HELPER"\n'}
    incomplete: ClassVar[Mapping[str, str]] = {**good, "train.py": _CONTRACT.replace("def train_input_fn", "def _gone")}
    failing: ClassVar[Mapping[str, str]] = {"train.py": 'raise RuntimeError("raised at import")\n'}

    def environment(self, root: Path, files: Mapping[str, str]) -> TrainingEnvironment:
        """The environment of a job with these files as its code, below ``root``."""
        layout = Layout(root)
        layout.create()
        layout.code.mkdir()
        for name, text in files.items():
            (layout.code / name).write_text(text, encoding="utf-8")
        version = FrameworkVersion.parse(self.framework_version)
        return TrainingEnvironment(
            layout=layout,
            job_name=root.name,
            hosts=("algo-1",),
            current_host="algo-1",
            entry_point=self.entry_point,
            hyperparameters={"rate": 0.1, "layers": [1, 2]},
            settings=parse_settings({}, version),
            framework_version=version,
            script_loader=self.name,
        )

    def test_a_script_that_keeps_the_contract_is_loaded(self, factory: Any, tmp_path: Path) -> None:
        environment = self.environment(tmp_path / "job", self.good)
        with _load(factory, environment) as script:
            assert isinstance(script, UserScript)
            assert script.kind in MODEL_FUNCTIONS
            for name in (script.kind, *REQUIRED_FUNCTIONS):
                assert callable(script.functions.get(name)), f"UserScript.functions has no {name}"
            assert Path(script.path).resolve() == (environment.layout.code / self.entry_point).resolve()

    def test_two_scripts_have_helpers_of_their_own(self, factory: Any, tmp_path: Path) -> None:
        """Jobs follow each other in one process, and helpers are often called ``utils``."""
        other = {name: text.replace("NAME OF HELPER", "ANOTHER NAME") for name, text in self.good.items()}
        with _load(factory, self.environment(tmp_path / "one", self.good)) as script:
            assert _called(script) == "NAME OF HELPER"
        with _load(factory, self.environment(tmp_path / "two", other)) as script:
            assert _called(script) == "ANOTHER NAME", "the first job's helper is what the second one's script got"

    def test_the_scope_can_be_entered_again(self, factory: Any, tmp_path: Path) -> None:
        environment = self.environment(tmp_path / "job", self.good)
        with _load(factory, environment) as script, script.scope(), script.scope():
            pass

    def test_hyperparameters_are_the_scripts_own(self, factory: Any, tmp_path: Path) -> None:
        """A script may change them, deeply; the environment that observers see stays."""
        environment = self.environment(tmp_path / "job", self.good)
        with _load(factory, environment) as script:
            assert script.hyperparameters == environment.hyperparameters
            script.hyperparameters["rate"] = 7
            script.hyperparameters["layers"].append(3)
        assert environment.hyperparameters == {"rate": 0.1, "layers": [1, 2]}

    def test_a_missing_script_is_said(self, factory: Any, tmp_path: Path) -> None:
        with pytest.raises(ScriptError, match=self.entry_point), _load(factory, self.environment(tmp_path / "job", {})):
            pass

    def test_a_missing_function_is_said(self, factory: Any, tmp_path: Path) -> None:
        environment = self.environment(tmp_path / "job", self.incomplete)
        with pytest.raises(ScriptError, match="train_input_fn"), _load(factory, environment):
            pass

    def test_what_a_script_raises_passes_unchanged(self, factory: Any, tmp_path: Path) -> None:
        environment = self.environment(tmp_path / "job", self.failing)
        with pytest.raises(RuntimeError, match=r"^raised at import$"), _load(factory, environment):
            pass

    def test_the_process_is_left_as_it_was(self, factory: Any, tmp_path: Path) -> None:
        before = (list(sys.path), Path.cwd(), dict(os.environ))
        with _load(factory, self.environment(tmp_path / "job", self.good)) as script:
            _called(script)
        after = (list(sys.path), Path.cwd(), dict(os.environ))
        for what, was, now in zip(("sys.path", "the working directory", "os.environ"), before, after, strict=True):
            assert now == was, f"{what} is not what it was before the script was loaded"


def _load(factory: Any, environment: TrainingEnvironment) -> AbstractContextManager[UserScript]:
    loaded: AbstractContextManager[UserScript] = factory().load(environment)
    return loaded


def _called(script: UserScript) -> Any:
    with script.scope():
        return script.functions["train_input_fn"]()
