"""Packages that a script imports: installed, to be installed, or no longer with the name that it wants."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from smtf_core.checking.finding import Finding, Level
from smtf_core.checking.names import imports, uses
from smtf_core.checking.source import is_own_module
from smtf_core.contract import CONTRACT_FUNCTIONS
from smtf_core.lost_packages import is_restored, lost_name, requirement
from smtf_core.script_source import Source


def package_findings(source: Source, folders: list[Path], generation: int) -> Iterator[Finding]:
    """What a script uses of packages and this interpreter does not have.

    Args:
        source: the file.
        folders: where the script's own modules are.
        generation: of the API that it is written for; one of generation 1 gets names back.
    """
    told: set[tuple[str, int]] = set()
    imported: set[str] = set()
    for use in imports(source):
        root = use.dotted.partition(".")[0]
        if use.guarded or root in ("tensorflow", "numpy", "sagemaker_tensorflow", "smtf_core"):
            continue
        if is_own_module(root, folders) is not None or any((folder / root).is_dir() for folder in folders):
            continue
        imported.add(root)
        if root not in sys.stdlib_module_names and (root, use.line) not in told and find_spec(root) is None:
            told.add((root, use.line))
            remedy = f"pip install {requirement(root)}, or name it in requirements_file."
            # A function of the script's own, or of a module that came along, may never be called.
            level: Level = "warning" if use.within and use.within not in CONTRACT_FUNCTIONS else "error"
            yield Finding(str(source.path), use.line, level, f"package {root} is not installed", remedy)
    for root in sorted(imported):
        yield from _lost_names(source, root, generation)


def _lost_names(source: Source, root: str, generation: int) -> Iterator[Finding]:
    """Where a script first uses each name that a package has dropped."""
    told: set[str] = set()
    for use in uses(source, root):
        remedy = lost_name(use.dotted)
        if remedy is None or use.guarded or any(f"{use.dotted}.".startswith(f"{name}.") for name in told):
            continue
        if generation == 1 and is_restored(use.dotted):
            continue
        told.add(use.dotted)
        yield Finding(str(source.path), use.line, "error", f"{use.dotted} is no longer there", remedy)
