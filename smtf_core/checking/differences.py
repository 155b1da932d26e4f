"""Differences among TensorFlow 1.4 to 1.11, and among the legacy containers, that matter for one script."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import attrs

from smtf_core.checking.finding import Finding
from smtf_core.checking.tensorflow import missing_arguments, spoken_releases, tensorflow_uses
from smtf_core.script_source import Source, defined_functions
from smtf_core.tf1_api import RELEASES, Api


def difference_findings(sources: list[Source], kind: str | None, release: str, api: Api) -> Iterator[Finding]:
    """What is different at one release from others, as far as the script uses it.

    Args:
        sources: the script's files.
        kind: its kind.
        release: ``'1.4'`` … ``'1.11'``.
        api: the names.
    """
    number = RELEASES.index(release)
    for source in sources:
        yield from _name_differences(source, number, api)
    for habit in _HABITS:
        if number in habit.releases and habit.matters(sources[0], kind):
            yield Finding(str(sources[0].path), 1, "note", f"{release}: {habit.text}")


def _name_differences(source: Source, number: int, api: Api) -> Iterator[Finding]:
    told: set[str] = set()
    for use in tensorflow_uses(source):
        name = api.find(use.dotted)
        if name is None or use.dotted in told:
            continue
        told.add(use.dotted)
        stretch = name.at(number)
        had = [release for release in range(len(RELEASES)) if name.existed(release)]
        if stretch is None:
            message = f"TensorFlow {RELEASES[number]} had no tf.{use.dotted}; {spoken_releases(had)} had it"
            remedy = "It works here; a SageMaker image of that version would fail. Set framework_version accordingly."
            yield Finding(str(source.path), use.line, "warning", message, remedy)
            continue
        for keyword in missing_arguments(use, stretch.arguments):
            others = [
                release for release in had if (at := name.at(release)) is not None and keyword in (at.arguments or ())
            ]
            message = f"in TensorFlow {RELEASES[number]}, tf.{use.dotted} had no argument {keyword!r}"
            if others:
                message += f"; {spoken_releases(others)} had it"
            yield Finding(str(source.path), use.line, "warning", message, "It works here if today's TensorFlow has it.")


def _any_script(source: Source, kind: str | None) -> bool:
    return True


def _keras_script(source: Source, kind: str | None) -> bool:
    return kind == "keras_model_fn"


def _input_returns_function(source: Source, kind: str | None) -> bool:
    defined = defined_functions(source)
    for name in ("train_input_fn", "eval_input_fn", "serving_input_fn"):
        function = defined.get(name, (None, None))[0]
        if not isinstance(function, ast.FunctionDef):
            continue
        inner = {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and (
                isinstance(node.value, ast.Lambda) or (isinstance(node.value, ast.Name) and node.value.id in inner)
            ):
                return True
    return False


def _exports(source: Source, kind: str | None) -> bool:
    return "serving_input_fn" in defined_functions(source)


@attrs.frozen
class _Habit:
    releases: range
    text: str
    matters: Callable[[Source, str | None], bool]


# Sources: the legacy containers' contract (docs/script-contract.md); measured on the releases themselves.
_EXPERIMENT, _FIRST_CHECKPOINT, _LAST = range(2), range(2, 6), range(6, 8)
_HABITS = (
    _Habit(
        _EXPERIMENT,
        "evaluated every min_eval_frequency steps (1000), and exported once, at the end",
        _exports,
    ),
    _Habit(range(2, 8), "evaluated at checkpoints, every throttle_secs (600) at most; exported each time", _exports),
    _Habit(_FIRST_CHECKPOINT, "the checkpoint before the first step is evaluated, too", _any_script),
    _Habit(_LAST, "the checkpoint before the first step is not evaluated", _any_script),
    _Habit(range(2, 8), "input functions that return functions were refused; here they work", _input_returns_function),
    _Habit(_EXPERIMENT, "the first checkpoint was that of step 1, not of step 0", _any_script),
    _Habit(range(5), "Keras models report the metric 'accuracy' as 'acc'", _keras_script),
)
