"""``smtf train``: train a script from the command line."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from attrs import evolve

from smtf_core.cli.jobfile import OPTIONS, ChannelTable, JobFile, read_job_file
from smtf_core.cli.report import StandardOutput, json_report, print_table, show_error, show_failure
from smtf_core.client.display import Display
from smtf_core.client.estimator import TensorFlow
from smtf_core.errors import InvalidInputError, SmtfError, UnexpectedStatusException
from smtf_core.models.environment import DEFAULT_EVALUATION_STEPS, DEFAULT_TRAINING_STEPS
from smtf_core.models.results import TrainingResult

# Exit statuses: 1 the job failed; 2 bad usage (click's own); 128 + n ended by signal n.
_FAILED, _USAGE = 1, 2


def _steps_option(text: str) -> int | str:
    """Type of the two step options: a whole number, or ``none``."""
    if text.lower() in ("none", "null"):
        return "none"
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a whole number nor 'none'") from None


def _pair(text: str) -> tuple[str, str]:
    """Type of the ``NAME=VALUE`` options."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.BadParameter(f"{text!r} is not of the form NAME=VALUE")
    return name, value


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("script", required=False)
@click.option("--source-dir", metavar="DIR", help="Folder with the script and what it needs; SCRIPT is relative to it.")
@click.option(
    "--dependency",
    "dependencies",
    multiple=True,
    metavar="PATH",
    help="Folder or file to put beside the script. Repeatable.",
)
@click.option(
    "--requirements-file", metavar="FILE", help="Requirements to install for the job, relative to the source folder."
)
@click.option(
    "--framework-version",
    metavar="V",
    help="TensorFlow release that the script is written for: 1.4 … 1.15, 2.0 … 2.21.  [default: 1.11]",
)
@click.option(
    "--py-version",
    type=click.Choice(["py2", "py3"]),
    help="Which Python the script is for.  [default: as its source tells]",
)
@click.option("--input-mode", metavar="File|Pipe|FastFile", help="How channels reach the script.  [default: File]")
@click.option("--backend", metavar="NAME", help="Where to run; see `smtf plugins`.  [default: inprocess]")
@click.option(
    "--instance-type", "train_instance_type", metavar="TYPE", help="Chooses the backend as train_instance_type does."
)
@click.option(
    "--instance-count",
    "--hosts",
    "train_instance_count",
    type=int,
    metavar="N",
    help="Number of hosts; with several, --instance-type process runs them here.  [default: 1]",
)
@click.option("--distribution", metavar="NAME", help="Distribution strategy; see `smtf plugins`.")
@click.option(
    "--on-host-failure",
    type=click.Choice(["fail", "restart"]),
    help="When a host fails: end the job, or go on from the newest checkpoint.  [default: fail]",
)
@click.option("--max-restarts", type=int, metavar="N", help="How often to go on.  [default: 3]")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=_pair,
    metavar="NAME=URI",
    help="An input: a folder, a file or an s3:// URI. Repeatable.",
)
@click.option(
    "--channel-option",
    "channel_options",
    multiple=True,
    type=_pair,
    metavar="NAME.KEY=VALUE",
    help=f"How channel NAME is delivered; KEY is one of {', '.join(OPTIONS)}. Repeatable.",
)
@click.option(
    "--training-steps",
    type=_steps_option,
    metavar="N|none",
    help=f"Train up to this global step; none: until the input ends.  [default: {DEFAULT_TRAINING_STEPS}]",
)
@click.option(
    "--evaluation-steps",
    type=_steps_option,
    metavar="N|none",
    help=f"Steps of each evaluation; none: until the input ends.  [default: {DEFAULT_EVALUATION_STEPS}]",
)
@click.option(
    "--hyperparameter",
    "hyperparameters",
    multiple=True,
    type=_pair,
    metavar="K=JSON",
    help="A hyperparameter; what is not JSON is a string. Repeatable.",
)
@click.option(
    "--env",
    "environment",
    multiple=True,
    type=_pair,
    metavar="K=V",
    help="A variable of the script's environment. Repeatable.",
)
@click.option("--checkpoint-path", metavar="P", help="Where checkpoints are kept and resumed from.")
@click.option("--output-path", metavar="P", help="Folder for results; they go to P/JOB_NAME.  [default: smtf-jobs]")
@click.option("--job-name", metavar="N", help="The job's name.  [default: script name and time]")
@click.option(
    "--max-run",
    "train_max_run",
    type=float,
    metavar="SECONDS",
    help="Stop the job, with a checkpoint, after this time.  [default: 86400]",
)
@click.option("--image", "image_name", metavar="IMAGE", help="Container image, on backends that use one.")
@click.option("--memory", metavar="SIZE", help="Most memory of a host: 512m, 8g; on backends that can limit it.")
@click.option("--cpus", type=float, metavar="N", help="Most processors of a host; on backends that can limit them.")
@click.option("--gpus", metavar="all|N|device=I,J", help="GPUs of a host, on backends that hand them out.")
@click.option(
    "--job",
    "job_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="job.toml",
    help="Read options from a file; those given here win.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="What the job's log has; debug adds whole tracebacks.  [default: info]",
)
@click.option("--detach", is_flag=True, help="Return when the job has started; see `smtf attach`, `logs` and `stop`.")
@click.option("--tensorboard", is_flag=True, help="Run TensorBoard on the checkpoints meanwhile.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line of stdout.")
@click.option("-v", "--verbose", is_flag=True, help="Show the whole log on a terminal, not only warnings.")
@click.option("-q", "--quiet", is_flag=True, help="Show neither log nor progress.")
def train(job_file: Path | None, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Train SCRIPT.

    The script defines model_fn, keras_model_fn or estimator_fn, together with train_input_fn, eval_input_fn and (to
    export a model) serving_input_fn.

    \b
    Examples:
      smtf train iris.py --channel training=data/iris --training-steps 1000 --evaluation-steps none
      smtf train digits.py --framework-version 2.16 --checkpoint-path ckpt --hyperparameter learning_rate=0.01
      smtf train abalone.py --instance-type process --hosts 3 --channel training=data/abalone
      smtf train --job job.toml --json

    Results go to smtf-jobs/JOB_NAME: model/export/Servo (the SavedModel), output/metrics.json, output/loss.csv,
    output/loss.png, output/log.txt. Ctrl-C and SIGTERM save a checkpoint and end cleanly; a job with the same
    --checkpoint-path, or the same --job-name, goes on from there.
    """
    display = Display(verbose=verbose, quiet=quiet)
    _Train(options, display, as_json).run(job_file)


class _Train:
    """One call of the command."""

    def __init__(self, options: Mapping[str, Any], display: Display, as_json: bool) -> None:
        self._options = options
        self._display = display
        self._as_json = as_json
        self._detach: bool = options["detach"]
        self._signal: int | None = None
        self._stdout = StandardOutput(sys.stdout)

    def run(self, job_file: Path | None) -> None:
        sys.stdout = self._stdout
        signal.signal(signal.SIGTERM, self._terminate)
        _quieten()
        estimator: TensorFlow | None = None
        job_name: str | None = None
        failure: str | None = None
        try:
            merged = _merge(read_job_file(job_file) if job_file else JobFile(), self._options)
            job_name = merged.pop("job_name")
            inputs = merged.pop("inputs")
            estimator = TensorFlow(**merged)
            if self._detach:
                job_name = _detachable(estimator, inputs, job_name)
            estimator.fit(
                inputs,
                wait=not self._detach,
                job_name=job_name,
                run_tensorboard_locally=self._options["tensorboard"],
                display=self._display,
            )
            state = estimator.result.state if estimator.result else "Completed"
            status, code = "InProgress" if self._detach else state, 0
        except KeyboardInterrupt:
            status, code = "Stopped", 128 + (self._signal or signal.SIGINT)
        except UnexpectedStatusException as error:
            status, code, failure = "Failed", _FAILED, error.failure_reason or str(error)
            show_failure(self._display, failure)
        except SmtfError as error:
            status, code, failure = "Failed", _USAGE, str(error)
            show_error(self._display, error)
        self._report(estimator, job_name, status, failure)
        _leave(code)

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        self._signal = number
        raise KeyboardInterrupt

    def _report(self, estimator: TensorFlow | None, job_name: str | None, status: str, failure: str | None) -> None:
        handle = estimator.latest_training_job if estimator else None
        result = (estimator.result if estimator else None) or TrainingResult(state=status)
        name = handle.job_name if handle else job_name
        if self._as_json:
            self._stdout.finish_line()
            click.echo(json.dumps(json_report(name, status, result, failure), allow_nan=False))
        elif handle is not None and self._detach:
            click.echo(name)
            self._display.note(
                f"job {name} goes on by itself: smtf attach {name}, smtf logs -f {name}, smtf stop {name}"
            )
        elif handle is not None and status != "Failed":
            print_table(name or "", status, result, handle.location)
        elif handle is not None:
            self._display.note(f"the whole log is in {handle.location}/output/log.txt")


def _detachable(estimator: TensorFlow, inputs: Any, job_name: str | None) -> str:
    """The name of the job to be, which must be able to go on without this process."""
    job = estimator.job(inputs, job_name)
    if not estimator.outlives_client(job):
        raise InvalidInputError(
            f"--detach: a job on backend {job.backend!r} ends with this process; choose another one, for example with "
            "--instance-type process"
        )
    return job.name


def _leave(code: int) -> NoReturn:
    """End this process, also when a job's thread cannot be brought to an end: the interpreter would wait, or crash."""
    if not any(thread.name.startswith("smtf-") for thread in threading.enumerate()):
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _quieten() -> None:
    """Keep off the screen what would tear the progress bar apart and what a script's user cannot act on.

    This process is the command's own, so its environment and warning filters are, too; who sets them keeps them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # C++ remarks; errors stay
    if not sys.warnoptions:
        removed = "will be removed in a future version"
        ended = "Your input ran out of data"  # an input that ends is how many trainings and all evaluations end
        for notice in (f".*is deprecated and {removed}", rf".*Model\.state_updates. {removed}", ended):
            warnings.filterwarnings("ignore", message=notice, category=UserWarning)


def _merge(file: JobFile, options: Mapping[str, Any]) -> dict[str, Any]:
    """The estimator's arguments: what the command line says, else what the file says, else the defaults."""

    def either(name: str) -> Any:
        given = options[name]
        return given if given not in (None, ()) else getattr(file, name)

    script = options["script"] or file.entry_point
    if not script:
        raise InvalidInputError("which script is to be trained? Give SCRIPT, or entry_point in the job file")
    names = (
        "source_dir",
        "requirements_file",
        "framework_version",
        "py_version",
        "input_mode",
        "backend",
        "train_instance_type",
        "train_instance_count",
        "train_max_run",
        "memory",
        "cpus",
        "gpus",
        "image_name",
        "checkpoint_path",
        "output_path",
        "distribution",
        "on_host_failure",
        "max_restarts",
    )
    merged = {name: value for name in names if (value := either(name)) is not None}
    return {
        **merged,
        "entry_point": script,
        "dependencies": [*file.dependencies, *options["dependencies"]],
        "training_steps": _steps(either("training_steps"), DEFAULT_TRAINING_STEPS, "training_steps"),
        "evaluation_steps": _steps(either("evaluation_steps"), DEFAULT_EVALUATION_STEPS, "evaluation_steps"),
        "hyperparameters": {
            **file.hyperparameters,
            **{key: _json_or_text(text) for key, text in options["hyperparameters"]},
        },
        "environment": {**file.environment, **dict(options["environment"])},
        "inputs": _inputs(file, options) or None,
        "job_name": options["job_name"] or file.job_name,
        "container_log_level": getattr(logging, (options["log_level"] or "info").upper()),
    }


def _inputs(file: JobFile, options: Mapping[str, Any]) -> dict[str, Any]:
    """The channels; one that is given here replaces the file's of the same name, its options come on top."""
    channels: dict[str, str | ChannelTable] = {**file.channels, **dict(options["channels"])}
    for target, text in options["channel_options"]:
        name, _, key = target.rpartition(".")
        if name not in channels or key not in OPTIONS:
            raise InvalidInputError(
                f"--channel-option {target}={text}: write NAME.KEY=VALUE with NAME one of the channels "
                f"({', '.join(channels) or 'there are none'}) and KEY one of {', '.join(OPTIONS)}"
            )
        channel = channels[name]
        table = ChannelTable(uri=channel) if isinstance(channel, str) else channel
        channels[name] = evolve(table, **{key: _option_value(target, key, text)})
    return {name: channel if isinstance(channel, str) else channel.input() for name, channel in channels.items()}


def _option_value(target: str, key: str, text: str) -> Any:
    if key == "attribute_names":
        return text.split(",")
    if key != "shuffle_seed":
        return text
    try:
        return int(text)
    except ValueError:
        raise InvalidInputError(f"--channel-option {target}={text}: the seed must be a whole number") from None


def _steps(value: Any, default: int, name: str) -> int | None:
    if isinstance(value, str):
        if value.lower() not in ("none", "null"):
            raise InvalidInputError(f"{name} must be a whole number or 'none', not {value!r}")
        return None
    return default if value is None else int(value)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
