"""Arguments of the estimator: what they mean together, and the name of a job that is given none."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import BackendSpec
from smtf_core.models.uri import local_path

StrPath = str | os.PathLike[str]
_STEP_ARGUMENTS = ("training_steps", "evaluation_steps", "checkpoint_path")
_CLUSTER_ARGUMENTS = ("on_host_failure", "max_restarts")


def positional_arguments(positional: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """What positional arguments mean; see the class's docstring."""
    if not positional:
        return {}
    by_entry_point = isinstance(positional[0], (str, os.PathLike))
    names = ("entry_point",) if by_entry_point else _STEP_ARGUMENTS
    if len(positional) > len(names):
        raise InvalidInputError(
            f"TensorFlow() takes {'the entry point' if by_entry_point else ', '.join(names)} by "
            "position and everything else by name; "
            f"got {len(positional)} positional arguments"
        )
    taken = dict(zip(names, positional, strict=False))
    doubled = [name for name in taken if named[name] is not None]
    if doubled:
        raise InvalidInputError(f"{doubled[0]} is given twice, by position and by name")
    return taken


def with_hyperparameters(arguments: dict[str, Any]) -> dict[str, Any]:
    """Let hyperparameters that are arguments count as those, and the other way round; refuse reserved ones."""
    hyperparameters = dict(arguments["hyperparameters"] or {})
    reserved = sorted(str(key) for key in hyperparameters if str(key).startswith(("sagemaker_", "smtf_")))
    if reserved:
        raise InvalidInputError(
            f"hyperparameter {reserved[0]!r} is reserved; names beginning with 'sagemaker_' and 'smtf_' are set by smtf"
        )
    for name in _STEP_ARGUMENTS:
        if name in hyperparameters:
            value = hyperparameters.pop(name)
            if arguments[name] not in (None, value):
                raise InvalidInputError(
                    f"{name} is given twice: {arguments[name]!r} as argument, {value!r} as hyperparameter"
                )
            arguments[name] = value
    for name in _CLUSTER_ARGUMENTS:
        value = arguments[name]
        if value is not None and hyperparameters.setdefault(name, value) != value:
            raise InvalidInputError(
                f"{name} is given twice: {value!r} as argument, {hyperparameters[name]!r} as hyperparameter"
            )
    return {**arguments, "hyperparameters": hyperparameters}


def text_of(path: StrPath | None) -> str | None:
    """A path as text."""
    return None if path is None else os.fspath(path)


def absolute(uri: StrPath | None) -> str | None:
    """A local path as an absolute one; other URIs as they are."""
    if uri is None:
        return None
    path = local_path(uri)
    return os.fspath(uri) if path is None else str(path)


def job_name_of(arguments: Mapping[str, Any], spec: BackendSpec) -> str:
    """A name for a job: the base name, tidied, and the time; 63 characters at most, as the SDK had it."""
    now = datetime.now(timezone.utc)
    stamp = f"{now:%Y-%m-%d-%H-%M-%S}-{now.microsecond // 1000:03d}"
    base = arguments["base_job_name"] or _default_base_name(arguments, spec)
    tidy = re.sub(r"[^a-zA-Z0-9]+", "-", base).strip("-") or "job"
    return f"{tidy[: 63 - len(stamp) - 1].rstrip('-')}-{stamp}"


def _default_base_name(arguments: Mapping[str, Any], spec: BackendSpec) -> str:
    image = arguments["image_name"]
    if image is not None and "image_name" not in spec.unused_options:
        return str(image).rpartition("/")[2].partition(":")[0]  # as the SDK named jobs
    return spec.default_base_job_name or Path(arguments["entry_point"]).stem
