"""What a training leaves behind: checkpoints, evaluations, an exported model, and the result that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen


@frozen(kw_only=True)
class Checkpoint:
    """A complete checkpoint.

    Args:
        path: the prefix that TensorFlow restores from (``…/model.ckpt-100``).
        step: the global step at which it was saved.
    """

    path: str
    step: int


@frozen(kw_only=True)
class Evaluation:
    """The metrics of one evaluation.

    Args:
        step: global step of the checkpoint that was evaluated.
        metrics: name → ``float``, or nested lists of them for an array-valued metric; without ``global_step``.
    """

    step: int
    metrics: Mapping[str, Any]


@frozen(kw_only=True)
class ExportedModel:
    """A SavedModel on disk.

    Args:
        path: the version folder, ``…/export/Servo/<unix timestamp>``.
        step: global step of the checkpoint that it was made from.
    """

    path: str
    step: int


@frozen(kw_only=True)
class TrainingResult:
    """How a training ended, as written to ``output/result.json``.

    Args:
        state: ``'Completed'`` or ``'Stopped'``; a failed one leaves a failure file instead.
        global_step: the last global step.
        model_dir: where checkpoints and events are: ``checkpoint_path``, or the job's model folder.
        checkpoint: the newest checkpoint, or ``None``.
        exported: the exported model below the job's model folder, or ``None`` (no ``serving_input_fn``, or stopped).
        evaluations: every evaluation in order; the last one belongs to the final checkpoint of a completed job.
        stop_reason: why a stopped job stopped, otherwise ``None``.
    """

    state: str
    global_step: int = 0
    model_dir: str | None = None
    checkpoint: Checkpoint | None = None
    exported: ExportedModel | None = None
    evaluations: tuple[Evaluation, ...] = field(factory=tuple)
    stop_reason: str | None = None

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The metrics of the last evaluation; empty when there was none."""
        return self.evaluations[-1].metrics if self.evaluations else {}
