"""smtf as it is installed here, for containers: its packages, its entry points, what they need."""

from __future__ import annotations

import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

import smtf_core

#: Extras that an image of ours has.
_EXTRAS = ("tensorflow", "s3", "serving")
_PACKAGES = ("smtf_core", "smtf_backends", "smtf_serving")
_MARKER = re.compile(r"""extra\s*==\s*["'](?P<extra>[\w-]+)["']""")


def packages() -> dict[str, Path]:
    """Smtf's packages by name, and where each lies on this machine."""
    home = Path(smtf_core.__file__).parent.parent
    return {name: home / name for name in _PACKAGES if (home / name).is_dir()}


def write_metadata(lib: Path) -> None:
    """Write what makes the packages below ``lib`` a distribution: without it, no plugin is found there."""
    ours = distribution("smtf")
    folder = lib / f"smtf-{ours.version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("METADATA", "entry_points.txt"):
        text = ours.read_text(name) or ours.read_text({"METADATA": "PKG-INFO"}.get(name, name)) or ""
        (folder / name).write_text(text, encoding="utf-8")


def copy_to(lib: Path) -> None:
    """Copy everything there."""
    for name, folder in packages().items():
        shutil.copytree(folder, lib / name, ignore=shutil.ignore_patterns("__pycache__", "*.[ch]"))
    write_metadata(lib)


def requirements(tensorflow: str | None) -> list[str]:
    """What an image of ours installs: the requirements of smtf, with TensorFlow at one version.

    Args:
        tensorflow: a version, or the beginning of one; ``None``: the newest that smtf works with.
    """
    chosen = []
    for line in distribution("smtf").requires or []:
        requirement, _, marker = (part.strip() for part in line.partition(";"))
        extra = _MARKER.search(marker)
        if extra is None:
            chosen.append(line)
        elif extra["extra"] in _EXTRAS:
            chosen.append(requirement)
    if tensorflow is not None:
        exact = tensorflow if tensorflow.count(".") > 1 else f"{tensorflow}.*"
        minor = ".".join(tensorflow.split(".")[:2])
        chosen += [f"tensorflow=={exact}", f"tf_keras=={minor}.*"]
    return chosen


def interpreter() -> str:
    """The Python that runs here, as ``3.11``."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
