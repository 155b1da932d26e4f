"""What the plugin adds: a checkpoint store by name, and an observer."""

from __future__ import annotations

import json
import os
from pathlib import Path

from smtf_core import hookimpl
from smtf_core.interfaces import CheckpointStoreSpec
from smtf_core.models import Checkpoint, Evaluation, TrainingEnvironment, TrainingResult


@hookimpl
def smtf_register_checkpoint_stores() -> list[CheckpointStoreSpec]:
    """`checkpoint_path='zip:///some/folder'` keeps every checkpoint as a zip file in that folder."""
    return [CheckpointStoreSpec(name="zip", factory="smtf_journal.store:ZipStore", summary="a zip file a checkpoint")]


@hookimpl
def smtf_after_checkpoint(environment: TrainingEnvironment, checkpoint: Checkpoint) -> None:
    """Note a checkpoint."""
    _note(environment, "checkpoint", step=checkpoint.step)


@hookimpl
def smtf_after_evaluation(environment: TrainingEnvironment, evaluation: Evaluation) -> None:
    """Note an evaluation."""
    _note(environment, "evaluation", step=evaluation.step, metrics=dict(evaluation.metrics))


@hookimpl
def smtf_after_training(environment: TrainingEnvironment, result: TrainingResult) -> None:
    """Note the end."""
    _note(environment, "end", step=result.global_step, state=result.state)


def _note(environment: TrainingEnvironment, event: str, **fields: object) -> None:
    """Append a line to the file that SMTF_JOURNAL names; no file, no journal."""
    path = os.environ.get("SMTF_JOURNAL")
    if path:
        with Path(path).open("a") as journal:
            journal.write(json.dumps({"job": environment.job_name, "event": event, **fields}) + "\n")
