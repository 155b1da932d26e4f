"""Evaluation of checkpoints.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.evaluate_once``, ``evaluate_repeatedly`` and the hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tensorflow.python.training.evaluation import _evaluate_once as evaluate_once
from tensorflow.python.training.evaluation import _get_or_create_eval_step as get_or_create_eval_step
from tensorflow.python.training.evaluation import _StopAfterNEvalsHook as StopAfterNEvalsHook

from smtf_core.runtime.tf1.base import tf

__all__ = ["StopAfterNEvalsHook", "SummaryAtEndHook", "evaluate_once", "evaluate_repeatedly", "get_or_create_eval_step"]


class SummaryAtEndHook(tf.train.SessionRunHook):  # type: ignore[misc]
    """Write a summary when the session ends.

    Args:
        log_dir: folder of the event file.
        summary_writer: a writer to use instead.
        summary_op: what to write; by default all summaries of the graph.
        feed_dict: values fed while the summary is computed.

    Raises:
        ValueError: neither ``log_dir`` nor ``summary_writer`` is given.
    """

    def __init__(
        self,
        log_dir: str | None = None,
        summary_writer: Any = None,
        summary_op: Any = None,
        feed_dict: Mapping[Any, Any] | None = None,
    ) -> None:
        if log_dir is None and summary_writer is None:
            raise ValueError("One of log_dir or summary_writer should be used.")
        self._log_dir = log_dir
        self._summary_writer = summary_writer
        self._summary_op = summary_op
        self._replace_summary_op = summary_op is None
        self._feed_dict = feed_dict
        self._global_step: Any = None

    def begin(self) -> None:
        """Collect the graph's summaries; open the event file."""
        if self._replace_summary_op:
            self._summary_op = tf.summary.merge_all()
        self._global_step = tf.train.get_or_create_global_step()
        if self._summary_writer is None and self._log_dir:
            self._summary_writer = tf.summary.FileWriterCache.get(self._log_dir)

    def end(self, session: Any) -> None:
        """Write."""
        step = tf.train.global_step(session, self._global_step)
        summary = None if self._summary_op is None else session.run(self._summary_op, self._feed_dict)
        if self._summary_writer is not None:
            if summary is not None:
                self._summary_writer.add_summary(summary, step)
            self._summary_writer.flush()


def evaluate_repeatedly(
    checkpoint_dir: str,
    master: str = "",
    scaffold: Any = None,
    eval_ops: Any = None,
    feed_dict: Mapping[Any, Any] | None = None,
    final_ops: Any = None,
    final_ops_feed_dict: Mapping[Any, Any] | None = None,
    eval_interval_secs: float = 60,
    hooks: Sequence[Any] | None = None,
    config: Any = None,
    max_number_of_evaluations: int | None = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Any:
    """Evaluate every new checkpoint.

    Args:
        checkpoint_dir: folder of the checkpoints.
        master: the session's target.
        scaffold: a ``tf.train.Scaffold``.
        eval_ops: run until a hook asks to stop.
        feed_dict: values fed to ``eval_ops``.
        final_ops: run once at the end of an evaluation.
        final_ops_feed_dict: values fed to ``final_ops``.
        eval_interval_secs: smallest time between evaluations.
        hooks: a ``StopAfterNEvalsHook`` and others.
        config: a ``tf.ConfigProto``.
        max_number_of_evaluations: endless by default.
        timeout: seconds to wait for a checkpoint.
        timeout_fn: asked after ``timeout``; the evaluations end when it says true.

    Returns:
        The values of ``final_ops`` in the last evaluation.
    """
    eval_step = get_or_create_eval_step()
    all_hooks = list(hooks or [])
    operations = eval_ops
    if eval_ops is not None:
        update = tf.assign_add(eval_step, 1)
        operations = (eval_ops, update)
        for hook in all_hooks:
            if isinstance(hook, StopAfterNEvalsHook):
                hook._set_evals_completed_tensor(update)
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    all_hooks.append(final)
    checkpoints = tf.train.checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for number, path in enumerate(checkpoints, 1):
        creator = tf.train.ChiefSessionCreator(
            scaffold=scaffold, checkpoint_filename_with_path=path, master=master, config=config
        )
        with tf.train.MonitoredSession(session_creator=creator, hooks=all_hooks) as session:
            while eval_ops is not None and not session.should_stop():
                session.run(operations, feed_dict)
        if max_number_of_evaluations is not None and number >= max_number_of_evaluations:
            break
    return final.final_ops_values
