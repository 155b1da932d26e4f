"""When to evaluate while training: the clock behind an EvaluationPolicy."""

from __future__ import annotations

import time

from smtf_core.models.settings import EvaluationPolicy


class EvaluationClock:
    """Says at each saved checkpoint whether it is to be evaluated now.

    Args:
        policy: the rules.
    """

    def __init__(self, policy: EvaluationPolicy) -> None:
        self._policy = policy
        self._started = time.monotonic()
        self._last_time: float | None = None
        self._last_step = 0
        self._seen_first = False

    def due(self, step: int) -> bool:
        """Whether the checkpoint just saved at ``step`` is to be evaluated.

        The first call is for the checkpoint that is saved before the first step.
        """
        if not self._seen_first:
            self._seen_first = True
            self._last_step = step
            return self._policy.at_first_checkpoint and self._due(step)
        return self._due(step)

    def _due(self, step: int) -> bool:
        policy, now = self._policy, time.monotonic()
        if policy.every_n_steps is None or now - self._started < policy.start_delay_secs:
            return False
        if self._last_time is not None and now - self._last_time < policy.throttle_secs:
            return False
        return step - self._last_step >= policy.every_n_steps

    def mark(self, step: int) -> None:
        """An evaluation of ``step`` begins."""
        self._last_time = time.monotonic()
        self._last_step = step
