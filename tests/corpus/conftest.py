"""The corpus runs in this process, each script once; what one run left behind is looked at by several tests."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "scripts"
sys.path.insert(0, str(HERE))
try:
    import corpus_data
    import corpus_table
    import differences
finally:
    sys.path.remove(str(HERE))

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/corpus" in str(item.path).replace("\\", "/"):
            item.add_marker(pytest.mark.tensorflow)
            # What TensorFlow and Keras warn about in the job's thread is not for us to fail on.
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            reason = next((why for end, why in differences.DIFFERENCES.items() if item.nodeid.endswith(end)), None)
            if reason is not None:
                item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


@pytest.fixture(scope="session")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Callable[[corpus_table.Script], Path | None]:
    """`channels(script)` is the folder of the script's data, or None."""
    folder = tmp_path_factory.mktemp("channels")

    def channel(script: corpus_table.Script) -> Path | None:
        if script.data is None:
            return None
        made = folder / script.data
        if not made.is_dir():
            made.mkdir()
            corpus_data.make(script.data, str(made))
        return made

    return channel


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, channels: Any) -> Callable[..., TensorFlow]:
    """`run(script, training_steps=…, …)` trains a script of the corpus and returns the estimator."""

    def run_script(
        script: corpus_table.Script, *, framework_version: str | None = None, **arguments: Any
    ) -> TensorFlow:
        data = channels(script)
        entry_point = SCRIPTS / f"{script.name}.py"
        own_folder = script.name.count("/") > 1
        estimator = TensorFlow(
            **{
                "entry_point": entry_point.name if own_folder else entry_point,
                "source_dir": str(entry_point.parent) if own_folder else None,
                "framework_version": framework_version or corpus_table.release(script),
                "hyperparameters": corpus_table.hyperparameters(script, str(data)),
                "output_path": tmp_path_factory.mktemp("out"),
                **arguments,
            },
            plugins=PluginManager(plugins=()),
        )
        inputs = None if data is None else {"training": str(data)}
        estimator.fit(inputs, job_name=f"corpus-{next(_numbers)}", display=Display(quiet=True))
        return estimator

    return run_script
