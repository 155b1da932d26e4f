"""``smtf attach``: wait for a job that was submitted before, as ``smtf train`` would have."""

from __future__ import annotations

import json
import sys

import click

from smtf_core.cli.found_job import backend_option
from smtf_core.cli.report import json_report, print_table, show_error, show_failure
from smtf_core.client.display import Display
from smtf_core.client.estimator import TensorFlow
from smtf_core.errors import SmtfError, UnexpectedStatusException
from smtf_core.models.results import TrainingResult

# Exit statuses, as those of `smtf train`: 1 the job failed; 2 there is no such job; 130 Ctrl-C.
_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("job_name")
@backend_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line of stdout.")
@click.option("-v", "--verbose", is_flag=True, help="Show the whole log on a terminal, not only warnings.")
@click.option("-q", "--quiet", is_flag=True, help="Show neither log nor progress.")
def attach(job_name: str, backend: str | None, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Wait until JOB_NAME has ended; show its log and progress meanwhile, and its results then.

    The job may have been submitted by any process, which may be gone. Ctrl-C ends the waiting only; `smtf stop` ends
    the job.
    """
    display = Display(verbose=verbose, quiet=quiet)
    failure: str | None = None
    result: TrainingResult | None = None
    location = ""
    try:
        estimator = TensorFlow.attach(job_name, backend, display=display)
        result = estimator.result
        location = estimator.latest_training_job.location if estimator.latest_training_job else ""
        status, code = (result.state if result else "Completed"), 0
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except UnexpectedStatusException as error:
        status, code, failure = "Failed", _FAILED, error.failure_reason or str(error)
        show_failure(display, failure)
    except SmtfError as error:
        show_error(display, error)
        sys.exit(_USAGE)
    if as_json:
        report = json_report(job_name, status, result or TrainingResult(state=status), failure)
        click.echo(json.dumps(report, allow_nan=False))
    elif failure is None:
        print_table(job_name, status, result or TrainingResult(state=status), location)
    sys.exit(code)
