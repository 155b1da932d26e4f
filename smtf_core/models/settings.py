"""RunSettings: the hyperparameters that steer the training loop itself, checked by name, type and framework version.

Source: the legacy container's contract. General ones go to ``tf.estimator.RunConfig``; ``start_delay_secs`` and
``throttle_secs`` go to ``EvalSpec`` (TensorFlow 1.6 on); the others were arguments of ``tf.contrib.learn.Experiment``
(1.4, 1.5). A JSON ``null`` means: as if the key had not been given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models.cluster import FAIL, RESTART, ClusterSettings
from smtf_core.models.versions import FrameworkVersion

#: What the legacy container put into the hyperparameters when the user gave no checkpoint interval.
DEFAULT_SAVE_CHECKPOINTS_SECS = 300
#: What the legacy container of TensorFlow 1.4 and 1.5 put into the hyperparameters: evaluate every so many steps.
DEFAULT_MIN_EVAL_FREQUENCY = 1000
# Default of tf.estimator.EvalSpec.
_THROTTLE_SECS = 600.0


@frozen(kw_only=True)
class EvaluationPolicy:
    """When the chief evaluates and exports while it trains; after training it always does both.

    Args:
        start_delay_secs: not before so many seconds of training. TensorFlow applied its default of 120 s to separate
            evaluation processes only, never to a master, so it is 0 here unless the user asks for more.
        throttle_secs: not more often than this.
        every_n_steps: only after so many steps since the last one; 0: steps do not matter; ``None``: never while
            training.
        at_first_checkpoint: whether the checkpoint saved at the very start of a training counts.
        export_each_time: whether each evaluation is followed by an export; otherwise only the last one is.
    """

    start_delay_secs: float = 0.0
    throttle_secs: float = _THROTTLE_SECS
    every_n_steps: int | None = 0
    at_first_checkpoint: bool = False
    export_each_time: bool = True


@frozen(kw_only=True)
class RunSettings:
    """The training loop's own settings.

    Args:
        run_config: keyword arguments for ``tf.estimator.RunConfig``.
        evaluation: when to evaluate during training.
        train_steps_per_iteration: 1.4/1.5: train in pieces of so many steps, with an evaluation after each; ``None``:
            in one.
        delay_workers_by_global_step: 1.4/1.5: later workers wait for the global step to grow instead of for seconds.
        cluster: what several hosts of a job agree on.
        notes: one line each for a given key that has no meaning in this framework version.
    """

    run_config: Mapping[str, int | float]
    evaluation: EvaluationPolicy
    train_steps_per_iteration: int | None = None
    delay_workers_by_global_step: bool = False
    cluster: ClusterSettings = field(factory=ClusterSettings)
    notes: tuple[str, ...] = field(factory=tuple)


def _number(value: Any, *, whole: bool, least: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return value >= least and (not whole or float(value).is_integer())


_COUNT = ("a whole number, 1 or more", lambda value: _number(value, whole=True, least=1))
_COUNT_OR_ZERO = ("a whole number, 0 or more", lambda value: _number(value, whole=True, least=0))
_SECONDS = ("a number of seconds, 0 or more", lambda value: _number(value, whole=False, least=0))
_HOURS = ("a number of hours, 0 or more", lambda value: _number(value, whole=False, least=0))
_FLAG = ("true or false", lambda value: isinstance(value, bool))

_Kind = tuple[str, Callable[[Any], bool]]

RUN_CONFIG_KEYS: Mapping[str, _Kind] = {
    "save_summary_steps": _COUNT,
    "save_checkpoints_secs": ("a number of seconds above 0", lambda value: _number(value, whole=False, least=1e-9)),
    "save_checkpoints_steps": _COUNT,
    "keep_checkpoint_max": _COUNT_OR_ZERO,
    "keep_checkpoint_every_n_hours": _HOURS,
    "log_step_count_steps": _COUNT,
}
EVAL_SPEC_KEYS: Mapping[str, _Kind] = {"start_delay_secs": _SECONDS, "throttle_secs": _SECONDS}
EXPERIMENT_KEYS: Mapping[str, _Kind] = {
    "eval_metrics": ("null (tf.estimator models bring their own metrics)", lambda _: False),
    "eval_delay_secs": _SECONDS,
    "continuous_eval_throttle_secs": _SECONDS,
    "min_eval_frequency": _COUNT_OR_ZERO,
    "delay_workers_by_global_step": _FLAG,
    "train_steps_per_iteration": _COUNT,
}
#: At every version; not of the legacy container.
CLUSTER_KEYS: Mapping[str, _Kind] = {
    "on_host_failure": (f"{FAIL!r} or {RESTART!r}", lambda value: value in (FAIL, RESTART)),
    "max_restarts": _COUNT_OR_ZERO,
    "rendezvous_timeout_secs": _SECONDS,
    "worker_start_delay_secs": _SECONDS,
}


def injected_defaults(hyperparameters: Mapping[str, Any], version: FrameworkVersion) -> dict[str, Any]:
    """What the container adds to the hyperparameters that a script sees.

    Args:
        hyperparameters: the user's own.
        version: the script's framework version.

    Returns:
        The defaults that are missing. ``save_checkpoints_secs`` is left out when the user asked for
        ``save_checkpoints_steps``: the legacy container injected it all the same, and the two clashed.
    """
    defaults: dict[str, Any] = {}
    if hyperparameters.get("save_checkpoints_steps") is None and hyperparameters.get("save_checkpoints_secs") is None:
        defaults["save_checkpoints_secs"] = DEFAULT_SAVE_CHECKPOINTS_SECS
    if version.minor_version <= (1, 5) and hyperparameters.get("min_eval_frequency") is None:
        defaults["min_eval_frequency"] = DEFAULT_MIN_EVAL_FREQUENCY
    return defaults


def parse_settings(hyperparameters: Mapping[str, Any], version: FrameworkVersion) -> RunSettings:
    """Read the training loop's settings out of the hyperparameters.

    Args:
        hyperparameters: the user's own and any others; keys that are not settings are left alone.
        version: decides which keys are settings.

    Returns:
        The settings, with the container's defaults.

    Raises:
        InvalidInputError: a value has the wrong type or range (the message names the key), or both checkpoint intervals
            are given.
    """
    experiment = version.minor_version <= (1, 5)
    meaningful = {**RUN_CONFIG_KEYS, **CLUSTER_KEYS, **(EXPERIMENT_KEYS if experiment else EVAL_SPEC_KEYS)}
    given = {key: value for key in meaningful if (value := hyperparameters.get(key)) is not None}
    for key, value in given.items():
        wanted, fits = meaningful[key]
        if not fits(value):
            raise InvalidInputError(f"hyperparameter {key!r} must be {wanted}, not {value!r}")
    if "save_checkpoints_steps" in given and "save_checkpoints_secs" in given:
        raise InvalidInputError(
            "hyperparameters 'save_checkpoints_steps' and 'save_checkpoints_secs' are both given; "
            "TensorFlow takes one of them. "
            "Remove one."
        )
    run_config: dict[str, int | float] = {
        key: int(value) if RUN_CONFIG_KEYS[key] in (_COUNT, _COUNT_OR_ZERO) else value
        for key, value in {**injected_defaults(given, version), **given}.items()
        if key in RUN_CONFIG_KEYS
    }
    return RunSettings(
        run_config=run_config,
        evaluation=_experiment_policy(given) if experiment else _eval_spec_policy(given, version),
        train_steps_per_iteration=_whole(given.get("train_steps_per_iteration")),
        delay_workers_by_global_step=given.get("delay_workers_by_global_step", False),
        cluster=evolve(ClusterSettings(), **{key: value for key, value in given.items() if key in CLUSTER_KEYS}),
        notes=tuple(
            f"hyperparameter {key!r} steers training {era} only; for TensorFlow {version} it is just "
            "handed to the script"
            for key, era in _foreign_keys(experiment)
            if hyperparameters.get(key) is not None
        ),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _foreign_keys(experiment: bool) -> list[tuple[str, str]]:
    if experiment:
        return [(key, "from TensorFlow 1.6 on") for key in EVAL_SPEC_KEYS]
    return [(key, "in TensorFlow 1.4 and 1.5") for key in EXPERIMENT_KEYS]


def _eval_spec_policy(given: Mapping[str, Any], version: FrameworkVersion) -> EvaluationPolicy:
    return EvaluationPolicy(
        start_delay_secs=given.get("start_delay_secs", 0.0),
        throttle_secs=given.get("throttle_secs", _THROTTLE_SECS),
        # TensorFlow 1.10 began to skip the checkpoint that is saved before the first step.
        at_first_checkpoint=version.minor_version <= (1, 9),
    )


def _experiment_policy(given: Mapping[str, Any]) -> EvaluationPolicy:
    # Experiment evaluated by steps; its two times applied to separate evaluation processes, so they count only when
    # asked for.
    frequency = int(given.get("min_eval_frequency", DEFAULT_MIN_EVAL_FREQUENCY))
    return EvaluationPolicy(
        start_delay_secs=given.get("eval_delay_secs", 0.0),
        throttle_secs=given.get("continuous_eval_throttle_secs", 0.0),
        every_n_steps=frequency or None,
        export_each_time=False,
    )


def parse_steps(name: str, value: Any) -> int | None:
    """Check ``training_steps`` or ``evaluation_steps``.

    Args:
        name: the argument's name, for the message.
        value: a whole number above 0, or ``None``: until the input ends.

    Returns:
        The value as an ``int``, or ``None``.

    Raises:
        InvalidInputError: it is something else; 0 included, as in the legacy container.
    """
    if value is None:
        return None
    if not _COUNT[1](value):
        raise InvalidInputError(
            f"{name} must be a whole number above 0, or null/None to go on until the input ends; got {value!r}"
        )
    return int(value)
