"""The picture of a job's life: which hook is called where, in what order, drawn from the hookspecs."""

from __future__ import annotations

from xml.sax.saxutils import escape

from attrs import frozen

from generators.hooks import DECISION, OBSERVER, REGISTER, read_hooks

# What happens before a hook is called: hook → (lane, words). The hooks themselves come from the hookspecs.
_HAPPENINGS = {
    "smtf_configure_job": ("client", "fit() makes the Job"),
    "smtf_before_submit": ("client", "the Job is checked against the Specs"),
    "smtf_after_submit": ("client", "Backend.submit"),
    "smtf_before_training": ("every host", "reads the tree, installs requirements"),
    "smtf_after_steps": ("every host", "Strategy.run, ScriptLoader.load"),
    "smtf_after_checkpoint": ("chief only", "CheckpointStore.save"),
    "smtf_after_evaluation": ("chief only", "eval_input_fn, metrics"),
    "smtf_export_model": ("chief only", "the SavedModel is written"),
    "smtf_after_training": ("every host", "results are written"),
    "smtf_after_job": ("client", "the job has ended; its result is read"),
}
# Hooks that are called again and again while a job trains: they are next to each other.
_LOOP = ("smtf_after_steps", "smtf_after_checkpoint", "smtf_after_evaluation")

_LANES = ("client", "every host", "chief only")
_LANE_WIDTH, _ROW, _TOP, _BOX = 300, 40, 92, 30
_FILLS = {DECISION: ("#fff1cc", "#b7791f"), OBSERVER: ("#dcecfb", "#2b6cb0"), None: ("#f4f4f5", "#71717a")}
_ERROR_STROKE = "#c53030"


@frozen(kw_only=True)
class _Step:
    """One row of the picture: a hook, or what happens (``family`` is ``None``)."""

    lane: str
    text: str
    family: str | None


def pages() -> dict[str, str]:
    """Path below docs/ → text of the picture."""
    return {"pictures/lifecycle.svg": picture()}


def picture() -> str:
    """The picture as SVG."""
    steps = _steps()
    width, height = _LANE_WIDTH * len(_LANES) + 40, _TOP + _ROW * len(steps) + 14
    lines = [
        "<!-- Made by docs/generate.py from smtf_core/hookspecs.py -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13">',
        "<title>The hooks of a job, in the order in which they are called</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_legend(),
        *_lanes(height),
        *_loop(steps),
    ]
    previous: tuple[int, int] | None = None
    for row, step in enumerate(steps):
        centre = (_x(step.lane), _TOP + row * _ROW + _BOX // 2)
        if previous is not None:
            lines.append(_arrow(previous, centre))
        previous = centre
    for row, step in enumerate(steps):
        lines += _box(step, _TOP + row * _ROW)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _steps() -> list[_Step]:
    steps = []
    for hook in read_hooks():
        if hook.family == REGISTER:
            continue
        if hook.name in _HAPPENINGS:
            lane, text = _HAPPENINGS[hook.name]
            steps.append(_Step(lane=lane, text=text, family=None))
        steps.append(_Step(lane=_lane(hook.where), text=hook.name, family=hook.family))
    unknown = _HAPPENINGS.keys() - {step.text for step in steps}
    if unknown:
        raise LookupError(f"{__name__}._HAPPENINGS names hooks that there are not: {sorted(unknown)}")
    return steps


def _lane(where: str) -> str:
    """The lane of a hook, by what its docstring says under "Runs in"."""
    return next((lane for lane in _LANES if where.startswith(lane)), _LANES[0])


def _x(lane: str) -> int:
    return 40 + _LANES.index(lane) * _LANE_WIDTH + _LANE_WIDTH // 2


def _legend() -> list[str]:
    lines, x = [], 40
    names = ((None, "what happens", 142), (DECISION, "hook that decides", 172), (OBSERVER, "hook that observes", 182))
    for family, text, room in names:
        lines += [_rectangle(x, 14, 16, 16, *_FILLS[family]), _text(x + 22, 27, text)]
        x += room
    lines.append(_rectangle(x, 14, 16, 16, "#ffffff", _ERROR_STROKE, dashes="4 3"))
    return [*lines, _text(x + 22, 27, "only when something fails")]


def _lanes(height: int) -> list[str]:
    lines = []
    for lane in _LANES:
        x = _x(lane)
        lines.append(_text(x, 66, lane.removesuffix(" only"), anchor="middle", size=15, bold=True))
        if lane != _LANES[0]:
            edge = x - _LANE_WIDTH // 2
            lines.append(f'<path d="M{edge} 50 V{height - 10}" stroke="#d4d4d8" stroke-dasharray="2 4"/>')
    return lines


def _loop(steps: list[_Step]) -> list[str]:
    """A frame around what is done again and again."""
    rows = [row for row, step in enumerate(steps) if step.text in _LOOP]
    y, bottom = _TOP + min(rows) * _ROW - 5, _TOP + max(rows) * _ROW + _BOX + 5
    x = _x("chief only") - _LANE_WIDTH // 2 + 8
    return [
        _rectangle(x, y, _LANE_WIDTH - 12, bottom - y, "none", "#a1a1aa"),
        _text(x + _LANE_WIDTH - 18, y - 5, "again and again", anchor="end", size=11),
    ]


def _box(step: _Step, y: int) -> list[str]:
    fill, stroke = _FILLS[step.family]
    width, x = _LANE_WIDTH - 32, _x(step.lane)
    dashes = ""
    if step.text.startswith("smtf_on_"):
        stroke, dashes = _ERROR_STROKE, "4 3"
    return [
        _rectangle(x - width // 2, y, width, _BOX, fill, stroke, dashes=dashes),
        _text(x, y + 20, step.text, anchor="middle", code=step.family is not None),
    ]


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A line from the middle of one box to that of the next; the boxes are drawn over it."""
    (x1, y1), (x2, y2) = start, end
    return f'<path d="M{x1} {y1} V{(y1 + y2) // 2} H{x2} V{y2}" fill="none" stroke="#a1a1aa"/>'


def _rectangle(x: int, y: int, width: int, height: int, fill: str, stroke: str, *, dashes: str = "") -> str:
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="6"'
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<rect {place} fill="{fill}" stroke="{stroke}"{dashed}/>'


def _text(
    x: int, y: int, text: str, *, anchor: str = "start", size: int = 13, bold: bool = False, code: bool = False
) -> str:
    font = ' font-weight="bold"' if bold else ""
    font += ' font-family="Menlo, Consolas, monospace"' if code else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"{font}>{escape(text)}</text>'
