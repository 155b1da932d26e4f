"""What a script uses of TensorFlow 1: what is there, what smtf brings, what is gone, which releases had all of it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from smtf_core.checking.finding import Finding
from smtf_core.checking.names import Use, uses
from smtf_core.script_source import Source
from smtf_core.tf1_api import RELEASES, Api, Name
from smtf_core.tf1_api.replacements import replacement

# Packages inside TensorFlow whose names no table has; `estimator` and `keras` moved and are brought by smtf.
_INTERNAL = ("python", "core", "compiler", "tools")
_BROUGHT = ("estimator", "keras", "platform")
# A script half-way to TensorFlow 2 reaches the same names through this one, and often imports it as `tf`.
_COMPAT = "compat.v1"


def tensorflow_uses(source: Source) -> list[Use]:
    """Uses of TensorFlow, without ``tensorflow.`` before the name, and without attributes of classes."""
    found = []
    for use in uses(source, "tensorflow"):
        dotted = use.dotted.removeprefix("tensorflow").removeprefix(".")
        if dotted == _COMPAT or dotted.startswith(f"{_COMPAT}."):
            dotted = dotted.removeprefix(_COMPAT).removeprefix(".")
        parts = dotted.split(".")
        classes = [number for number, part in enumerate(parts) if part[:1].isupper()]
        cut = len(parts) if not classes else classes[0] + 1
        keywords = use.keywords if cut == len(parts) else None
        if dotted:
            found.append(Use(".".join(parts[:cut]), use.line, keywords, use.imported, use.guarded))
    return found


def shims(source: Source, api: Api) -> dict[str, list[int]]:
    """Names that smtf brings back → the lines that use them."""
    lines: dict[str, list[int]] = {}
    for use in tensorflow_uses(source):
        name = api.find(use.dotted)
        if name is not None and name.today.presence == "smtf" and not (use.imported and "." not in use.dotted):
            lines.setdefault(f"tf.{use.dotted}", []).append(use.line)
        elif use.dotted.split(".")[:1] == ["python"] and use.dotted.split(".")[1:2] in (["estimator"], ["keras"]):
            lines.setdefault(f"tensorflow.{use.dotted}", []).append(use.line)
    # A package of which something is used says nothing more.
    return {name: found for name, found in lines.items() if not any(other.startswith(f"{name}.") for other in lines)}


def tensorflow_findings(source: Source, api: Api) -> Iterator[Finding]:
    """Names and arguments that are not there."""
    told: set[tuple[str, int]] = set()
    for use in tensorflow_uses(source):
        finding = _finding(source, use, api)
        if finding is not None and not use.guarded and (use.dotted, use.line) not in told:
            told.add((use.dotted, use.line))
            yield finding


def releases_with_all(sources: list[Source], api: Api) -> list[int]:
    """The releases, indices into ``RELEASES``, that had every name and argument that is used."""
    left = list(range(len(RELEASES)))
    for source in sources:
        for use in tensorflow_uses(source):
            name = api.find(use.dotted)
            if name is not None and not use.guarded:
                left = [release for release in left if _accepts(name, use, release)]
    return left


def _accepts(name: Name, use: Use, release: int) -> bool:
    stretch = name.at(release)
    return stretch is not None and not missing_arguments(use, stretch.arguments)


def missing_arguments(use: Use, arguments: tuple[str, ...] | None) -> list[str]:
    """Keyword arguments of a call that are not among those that can be given."""
    if use.keywords is None or arguments is None or "**" in arguments:
        return []
    return [keyword for keyword in use.keywords if keyword not in arguments]


def _finding(source: Source, use: Use, api: Api) -> Finding | None:
    file, written = str(source.path), f"tf.{use.dotted}"
    if use.dotted.partition(".")[0] in _INTERNAL:
        return _internal_finding(file, use)
    name = api.find(use.dotted)
    if name is None:
        return None if api.came_later(use.dotted) else _unknown_finding(file, use, api)
    if name.today.presence == "absent":
        when = spoken_releases([release for release in range(len(RELEASES)) if name.existed(release)])
        message = f"{written} (TensorFlow {when}) is not to be had any more"
        return Finding(file, use.line, "error", message, replacement(name.dotted))
    # Only what some release accepted: the others are the user's own mistake, and TensorFlow says so.
    ever = {argument for stretch in name.stretches for argument in stretch.arguments or ()}
    lost = [argument for argument in missing_arguments(use, name.today.arguments) if argument in ever]
    if lost:
        message = f"{written} has no argument {' and no '.join(lost)} any more"
        return Finding(file, use.line, "error", message, "Leave it out, or write the step that it stood for.")
    return None


def _unknown_finding(file: str, use: Use, api: Api) -> Finding | None:
    parts = use.dotted.split(".")
    # `tf.__version__`, of every module; and Keras 2, which has names that no table of TensorFlow's has.
    if any(part.startswith("__") for part in parts) or parts[0] == "keras":
        return None
    for length in range(1, len(parts)):
        parent = api.find(".".join(parts[:length]))
        if parent is not None and parent.today.presence == "absent":
            return Finding(
                file, use.line, "error", f"tf.{use.dotted} is not to be had any more", replacement(use.dotted)
            )
        if parent is not None and parent.at(len(RELEASES) - 1) and not api.siblings(".".join(parts[: length + 1])):
            return None  # an attribute of a function or an object
    # Deep paths into contrib (`contrib.learn.python.learn…`) are resolved by the view.
    if any(part in ("python", "_impl") for part in parts):
        return None
    close = difflib.get_close_matches(use.dotted, api.siblings(use.dotted), 1)
    known = f"TensorFlow {RELEASES[0]} to {RELEASES[-1]}"
    remedy = f"Did you mean tf.{close[0]}?" if close else replacement(use.dotted)
    return Finding(file, use.line, "error", f"tf.{use.dotted} is in no release of {known}, nor in today's", remedy)


def _internal_finding(file: str, use: Use) -> Finding | None:
    parts = use.dotted.split(".")
    if parts[:2] == ["python"] or (len(parts) > 1 and parts[1] in _BROUGHT):
        return None
    home = _tensorflow_home()
    if home is None or not use.imported:
        return None
    for length in range(len(parts), 0, -1):
        path = home.joinpath(*parts[:length])
        if path.with_name(f"{path.name}.py").is_file() or list(path.parent.glob(f"{path.name}*.so")):
            return None
        if path.is_dir():
            # What remains may be a name in the package's __init__.
            gone = length < len(parts) and parts[length][:1].islower() and length + 1 < len(parts)
            break
    else:
        gone = True
    if not gone:
        return None
    message = f"tensorflow.{use.dotted} is not in today's TensorFlow"
    return Finding(file, use.line, "error", message, "Use the public name: what tf itself has.")


@cache
def _tensorflow_home() -> Path | None:
    """Where TensorFlow is installed; it is not imported."""
    spec = find_spec("tensorflow")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def spoken_releases(releases: list[int]) -> str:
    """``'1.4 to 1.8'``, ``'1.6'``, ``'1.4, 1.6 to 1.11'``."""
    runs: list[list[int]] = []
    for release in releases:
        if runs and runs[-1][-1] == release - 1:
            runs[-1].append(release)
        else:
            runs.append([release])
    return ", ".join(
        RELEASES[run[0]] if len(run) == 1 else f"{RELEASES[run[0]]} to {RELEASES[run[-1]]}" for run in runs
    )
