"""Looking at a job before anything starts: every mistake that can be seen from here is named here."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from smtf_core.contract import MODEL_FUNCTIONS
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import BackendSpec
from smtf_core.models import Job
from smtf_core.models.environment import encode_hyperparameters
from smtf_core.models.settings import parse_settings, parse_steps
from smtf_core.models.uri import scheme_of
from smtf_core.registry import Registries
from smtf_core.script_source import kind_of_file
from smtf_core.selection import choose_checkpoint_store, choose_input_mode, choose_strategy

# Source: CreateTrainingJob's pattern for TrainingJobName and for channel names.
_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_MEMORY = re.compile(r"[1-9]\d*[bkmgBKMG]?")
_GPUS = re.compile(r"all|[1-9]\d*|device=[\w-]+(,[\w-]+)*")
_CHANNEL_NAME = re.compile(r"[A-Za-z0-9.\-_]{1,64}")


def check_job(job: Job, backend: BackendSpec, registries: Registries) -> None:
    """Check a job against the contract and against what its backend and plugins can do.

    Args:
        job: the job.
        backend: its backend.
        registries: what there is.

    Raises:
        InvalidInputError: something is wrong; the message names it and the remedy.
        UnknownNameError: something is chosen that no plugin provides.
    """
    if not _JOB_NAME.fullmatch(job.name):
        raise InvalidInputError(
            f"job name {job.name!r} must have 1 to 63 letters, digits and hyphens, and begin and end "
            "with a letter or digit"
        )
    check_code(job, backend)
    encode_hyperparameters(job.hyperparameters)
    parse_settings(job.hyperparameters, job.framework_version)
    parse_steps("training_steps", job.training_steps)
    parse_steps("evaluation_steps", job.evaluation_steps)
    _check_resources(job, backend)
    for channel in job.channels:
        if not _CHANNEL_NAME.fullmatch(channel.name) or channel.name in (".", ".."):
            raise InvalidInputError(
                f"channel name {channel.name!r} must have 1 to 64 letters, digits, '.', '-' and '_'"
            )
        choose_input_mode(registries.input_modes, backend, channel, job.input_mode)
    _check_strategy(job, registries)
    if job.checkpoint_path is not None:
        choose_checkpoint_store(registries.checkpoint_stores, job.checkpoint_path)
    if job.script_loader is not None:
        registries.script_loaders.find(job.script_loader)
    for name, value in job.environment.items():
        if not isinstance(name, str) or not isinstance(value, str) or not name or "=" in name or "\0" in name + value:
            raise InvalidInputError(
                f"environment variable {name!r}={value!r}: name and value must be strings, the name without '='"
            )


def _check_strategy(job: Job, registries: Registries) -> None:
    """Check that a strategy can train this script on so many hosts, as far as the script's kind can be told."""
    script = Path(job.source_dir or "", job.entry_point)
    kind = kind_of_file(script) if job.script_loader is None else None
    mistakes: list[InvalidInputError] = []
    for possible in MODEL_FUNCTIONS if kind is None else (kind,):
        try:
            choose_strategy(
                registries.strategies,
                job.distribution,
                job.framework_version.generation,
                job.resources.instance_count,
                possible,
            )
        except InvalidInputError as error:
            mistakes.append(error)
        else:
            return
    raise mistakes[0]


def check_code(job: Job, backend: BackendSpec) -> None:
    """Check that the script, its folder, its dependencies and its requirements are there and fit together.

    Raises:
        InvalidInputError: names the argument.
    """
    if job.source_dir is None:
        _check_lone_script(job)
        return
    if (scheme := scheme_of(job.source_dir)) not in backend.code_schemes:
        raise InvalidInputError(
            f"source_dir {job.source_dir!r}: backend {backend.name!r} takes code from a local folder"
            f"{''.join(f' or {known}://' for known in backend.code_schemes if known != 'file')} only"
        )
    if scheme != "file":
        _inside("entry_point", job.entry_point)
        if job.dependencies:
            raise InvalidInputError(
                f"dependencies cannot be added to the code at {job.source_dir}; put them into it, or use a local folder"
            )
        return
    source = Path(job.source_dir)
    if not source.is_dir():
        raise InvalidInputError(f"source_dir {job.source_dir!r} is not a folder")
    _inside("entry_point", job.entry_point)
    if not (source / job.entry_point).is_file():
        raise InvalidInputError(
            f"entry_point {job.entry_point!r} is not a file in source_dir {job.source_dir!r}; with a "
            "source_dir it is relative to that"
        )
    if job.requirements_file is not None:
        _inside("requirements_file", job.requirements_file)
        if not (source / job.requirements_file).is_file():
            raise InvalidInputError(
                f"requirements_file {job.requirements_file!r} does not exist in source_dir {job.source_dir!r}"
            )
    _check_dependencies(job, {path.name for path in source.iterdir()})


def _check_lone_script(job: Job) -> None:
    if job.requirements_file is not None:
        raise InvalidInputError(
            "requirements_file needs a source_dir, which it is relative to; set source_dir to the script's folder"
        )
    if not Path(job.entry_point).is_file():
        kind = "a folder" if Path(job.entry_point).is_dir() else "missing"
        raise InvalidInputError(f"entry_point {job.entry_point!r} must be a Python file, but it is {kind}")
    _check_dependencies(job, {Path(job.entry_point).name})


def _inside(argument: str, relative: str) -> None:
    path = PurePosixPath(relative)
    if path.is_absolute() or ".." in path.parts:
        raise InvalidInputError(f"{argument} {relative!r} must be a path relative to source_dir, without '..'")


def _check_dependencies(job: Job, taken: set[str]) -> None:
    for dependency in job.dependencies:
        path = Path(dependency)
        if not path.exists():
            raise InvalidInputError(f"dependency {dependency!r} does not exist")
        if path.name in taken:
            raise InvalidInputError(
                f"dependency {dependency!r} would replace {path.name!r}, which lies beside the entry "
                "point already; rename one"
            )
        taken.add(path.name)


def _check_resources(job: Job, backend: BackendSpec) -> None:
    resources = job.resources
    count = resources.instance_count
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InvalidInputError(f"train_instance_count must be a whole number, 1 or more, not {count!r}")
    if backend.max_hosts is not None and count > backend.max_hosts:
        raise InvalidInputError(
            f"backend {backend.name!r} runs a job on {backend.max_hosts} host(s), not on {count}; "
            f"set train_instance_count to {backend.max_hosts} or choose another backend"
        )
    if isinstance(resources.max_run_seconds, bool) or not resources.max_run_seconds > 0:
        raise InvalidInputError(f"train_max_run must be a number of seconds above 0, not {resources.max_run_seconds!r}")
    if resources.memory is not None and not _MEMORY.fullmatch(str(resources.memory)):
        raise InvalidInputError(f"memory must be a size like '512m' or '8g', not {resources.memory!r}")
    cpus = resources.cpus
    if cpus is not None and (isinstance(cpus, bool) or not isinstance(cpus, (int, float)) or not cpus > 0):
        raise InvalidInputError(f"cpus must be a number above 0, not {cpus!r}")
    if resources.gpus is not None and not _GPUS.fullmatch(resources.gpus):
        raise InvalidInputError(f"gpus must be 'all', a number or 'device=0,2', not {resources.gpus!r}")
    access = job.access
    for tag in access.tags:
        if not all(isinstance(part, str) for part in tag):
            raise InvalidInputError(f"tag {tag!r}: key and value must be strings")
    if bool(access.subnets) != bool(access.security_group_ids):
        raise InvalidInputError("subnets and security_group_ids go together: give both or none")
