"""What a supervisor writes into its host's tree when the job has ended, where the host's trainer could not."""

from __future__ import annotations

from smtf_core.models import Checkpoint, Layout, TrainingEnvironment, TrainingResult
from smtf_core.models.converter import to_data
from smtf_core.models.layout import write_atomically, write_json
from smtf_core.models.uri import local_path
from smtf_core.runtime.cluster.messages import Abort, Done
from smtf_core.runtime.failure import HEADLINE
from smtf_core.stores import latest_checkpoint

#: Exit status between a process and its supervisor: it would fail again in the same way. Source: sysexits.h, EX_CONFIG.
FINAL = 78


def stop_reason(layout: Layout) -> str | None:
    """Why the job is asked to stop, if whoever asks has said so."""
    try:
        return layout.stop_request.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def failure_of(layout: Layout) -> str | None:
    """What a process of this host wrote about its failure, if it did."""
    try:
        return layout.failure.read_text(encoding="utf-8").removeprefix(HEADLINE)
    except FileNotFoundError:
        return None


def write_failure(environment: TrainingEnvironment, end: Abort) -> str | None:
    """Write the failure file, which names the host; one that a process of a lone host has written stays.

    Returns:
        What happened, in a line; ``None``: such a process has said so itself.
    """
    layout, several = environment.layout, len(environment.hosts) > 1
    if not several and layout.failure.exists():
        return None
    text = f"host {end.host!r}: {end.cause}" if several else end.cause
    write_atomically(layout.failure, f"{HEADLINE}{text}\n")
    return text.partition("\n")[0]


def write_end(environment: TrainingEnvironment, end: Done) -> None:
    """Write that the job has ended as it should.

    The chief's trainer has done so itself unless it was stopped before there was one, or was killed; other hosts'
    trainers may have been ended by the chief's end.
    """
    layout = environment.layout
    layout.failure.unlink(missing_ok=True)
    layout.stop_request.unlink(missing_ok=True)
    if not (layout.success.exists() and layout.result.exists()):
        checkpoint = _newest_checkpoint(environment) if environment.is_chief else None
        result = TrainingResult(
            state="Stopped" if end.stop_reason else "Completed",
            global_step=checkpoint.step if checkpoint else 0,
            checkpoint=checkpoint,
            stop_reason=end.stop_reason or None,
        )
        write_json(layout.result, to_data(result))
    layout.success.touch()


def _newest_checkpoint(environment: TrainingEnvironment) -> Checkpoint | None:
    uri = environment.checkpoint_path
    folder = environment.layout.model if uri is None else local_path(uri)
    return latest_checkpoint(folder or environment.layout.checkpoints)
