"""What a job in containers has left, told as on this machine: paths of the tree, and the end of contract images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtf_backends.docker.binds import ML
from smtf_backends.docker.container import ContainerHost
from smtf_core.client.launch import HOSTS
from smtf_core.client.launcher import write_failure
from smtf_core.models import ExportedModel, Layout, TrainingResult
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_json
from smtf_core.stores import latest_checkpoint


def with_local_paths(tree: Layout) -> None:
    """Have the result name its files as they are called on this machine."""
    if tree.result.exists():
        write_json(tree.result, _localised(json.loads(tree.result.read_text(encoding="utf-8")), str(tree.root)))


def _localised(value: Any, root: str) -> Any:
    if isinstance(value, dict):
        return {key: _localised(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [_localised(item, root) for item in value]
    if isinstance(value, str) and (value == ML or value.startswith(f"{ML}/")):
        return root + value.removeprefix(ML)
    return value


def withdraw_stop(tree: Layout) -> None:
    """Take back what a host wrote that ended with its engine: it was asked to stop, but not by anybody of the job's."""
    if tree.result.exists() and json.loads(tree.result.read_text(encoding="utf-8"))["state"] == "Stopped":
        tree.success.unlink(missing_ok=True)
        tree.result.unlink()


def contract_output(root: Path, host: str) -> Path:
    """What a host in a contract image has as ``/opt/ml/output``, while it runs."""
    return root / HOSTS / host / "output"


def conclude_contract(tree: Layout, hosts: Mapping[str, ContainerHost], stop_reason: str | None) -> None:
    """Write the result of a job in contract images, which know only exit statuses and a failure file.

    Args:
        tree: the job's.
        hosts: its hosts by name; all have ended.
        stop_reason: why the job was asked to end, if it was.
    """
    failures = {name: _failure_of(contract_output(tree.root, name)) for name in hosts}
    failed = [name for name, host in hosts.items() if not host.succeeded]
    if failed and stop_reason is None:
        # The host that says why comes before one that only ended.
        name = next((name for name in failed if failures[name]), failed[0])
        headline = failures[name].strip().partition("\n")[0]
        what = f"its `train` {hosts[name].in_words()}" + (f": {headline}" if headline else "; see the log")
        write_failure(tree, f"host {name!r}: {what}", failures[name])
        return
    newest = latest_checkpoint(tree.model)
    step = newest.step if newest else 0
    export = _newest_export(tree.model)
    result = TrainingResult(
        state="Completed" if stop_reason is None else "Stopped",
        global_step=step,
        model_dir=str(tree.model),
        checkpoint=newest,
        exported=ExportedModel(path=str(export), step=step) if export else None,
        stop_reason=stop_reason,
    )
    write_json(tree.result, to_data(result))
    tree.success.touch()


def _failure_of(output: Path) -> str:
    try:
        return (output / "failure").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _newest_export(model: Path) -> Path | None:
    versions = [path for path in (model / "export" / "Servo").glob("*") if path.name.isdigit()]
    return max(versions, key=lambda path: int(path.name), default=None)
