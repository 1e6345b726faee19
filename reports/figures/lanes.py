"""A process as swim lanes: one step a row, one organisation a column, and the way the work takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, empty, ems, tips

NOBODY = "缺责任单位"
# Pixels. Four lanes fit a telephone's width; more are pushed sideways.
_LEFT, _LANE, _NUMBER = 152, 52, 36
_LINE, _BAND, _PAD = 15, 22, 9
_SIZE = 12
_LANE_EMS = 4.0  # letters of a lane's label in one line


class Step(NamedTuple):
    """One step. `band` is the stage it belongs to, `lane` who answers for it (“” for nobody), `gaps` what is
    missing in words, `tip` what else is told when one points at it."""

    number: str
    name: str
    band: str
    lane: str
    supporting: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    tip: str = ""


class _Mark(NamedTuple):
    """A sign in a lane: 责 answers for the step, 配 supports, 数 provides data, 缺 is a gap."""

    lane: str
    word: str
    row: int


_SHAPES = {"责": "circle", "配": "circle", "数": "diamond", "缺": "square"}


def lanes(steps: Sequence[Step], *, title: str = "") -> Figure:
    """The steps from top to bottom. Lanes stand in the order in which organisations first answer for
    something, then support or provide; steps that nobody answers for have a red lane of their own, named.
    At most about 24 steps and 10 lanes stay readable on a printed page."""
    if not steps:
        return empty(title, 358)
    names = _lanes(steps)
    head = _LINE * max(len(wrap(name, _LANE_EMS, 4)) for name in names) + _PAD
    width = _LEFT + _LANE * len(names)
    rows = _rows(steps, head)
    height = rows[-1].bottom
    x = {name: _LEFT + _LANE * (place + 0.5) for place, name in enumerate(names)}

    def chart(frame: pd.DataFrame) -> Any:
        return alt.Chart(frame).encode(
            x=alt.X("x", type="quantitative", scale=alt.Scale(domain=[0, width], nice=False), axis=None),
            y=alt.Y("y", type="quantitative", scale=alt.Scale(domain=[0, height], nice=False, reverse=True), axis=None),
        )

    def boxes(frame: pd.DataFrame, **style: Any) -> Any:
        return chart(frame).mark_rect(**style).encode(x2=alt.X2("x2"), y2=alt.Y2("y2"))

    def texts(items: Iterable[tuple[float, float, str]], **style: Any) -> Any:
        frame = pd.DataFrame(list(items), columns=["x", "y", "text"])
        settings: dict[str, Any] = {"fontSize": _SIZE, "color": theme.INK, "baseline": "middle"} | style
        return chart(frame).mark_text(**settings).encode(text=alt.Text("text", type="nominal"))

    layers = [boxes(_stripes(names, x, head, height), color=theme.SHADE)]
    if NOBODY in names:
        red = pd.DataFrame([(x[NOBODY] - _LANE / 2, 0, x[NOBODY] + _LANE / 2, height)], columns=["x", "y", "x2", "y2"])
        layers.append(boxes(red, color=theme.TONES["bad"].tint))
    layers.append(boxes(pd.DataFrame([(0, head, width, head + 1)], columns=["x", "y", "x2", "y2"]), color=theme.MUTED))
    bands = [row for row in rows if row.band]
    frame = pd.DataFrame([(0, row.top - _BAND, width, row.top) for row in bands], columns=["x", "y", "x2", "y2"])
    layers.append(boxes(frame, color=theme.TINT))
    layers.append(
        texts(((6, row.top - _BAND / 2, row.band) for row in bands), align="left", fontWeight=600, color=theme.MAIN)
    )
    lines = pd.DataFrame([(0, row.bottom - 1, width, row.bottom) for row in rows], columns=["x", "y", "x2", "y2"])
    layers.append(boxes(lines, color=theme.NO_VALUE))
    layers += _labels(texts, names, x, head)
    layers += _words(texts, steps, rows)
    marks = _marks(steps)
    layers.append(_way(chart, steps, rows, x))
    layers += _signs(chart, texts, marks, rows, x)
    layers.append(_pointing(boxes, steps, rows, width))
    return alt.layer(*layers, title=title, width=width, height=height, config=theme.config())


def wrap(text: str, most: float, lines: int) -> list[str]:
    """Text in lines of `most` letters' width; what does not fit into so many lines ends in an ellipsis."""
    found = [""]
    for letter in text:
        if ems(found[-1] + letter) > most and found[-1]:
            found.append("")
        found[-1] += letter
    if len(found) > lines:
        found = found[:lines]
        found[-1] = found[-1][:-1] + "…"
    return found


class _Row(NamedTuple):
    """Where a step is drawn; `band` is given where a stage begins above it."""

    top: float
    bottom: float
    band: str
    words: list[str]
    gaps: list[str]

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _rows(steps: Sequence[Step], head: float) -> list[_Row]:
    found: list[_Row] = []
    room = (_LEFT - _NUMBER - 6) / _SIZE
    y, band = head + 1, None
    for step in steps:
        begins = step.band if step.band != band else ""
        band = step.band
        y += _BAND if begins else 0
        words = wrap(step.name, room, 4)
        gaps = [line for gap in step.gaps for line in wrap(f"× {gap}", room, 3)]
        height = max(_LINE * (len(words) + len(gaps)) + _PAD, 34)
        found.append(_Row(y, y + height, begins, words, gaps))
        y += height
    return found


def _lanes(steps: Sequence[Step]) -> list[str]:
    found = dict.fromkeys([NOBODY] if any(not step.lane for step in steps) else [])
    found |= dict.fromkeys(step.lane for step in steps if step.lane)
    found |= dict.fromkeys(name for step in steps for name in (*step.supporting, *step.providers))
    return list(found)


def _stripes(names: Sequence[str], x: dict[str, float], top: float, bottom: float) -> pd.DataFrame:
    half = _LANE / 2
    rows = [(x[name] - half, top, x[name] + half, bottom) for name in names[::2]]
    return pd.DataFrame(rows, columns=["x", "y", "x2", "y2"])


def _labels(texts: Any, names: Sequence[str], x: dict[str, float], head: float) -> list[Any]:
    """Lane labels stand on the line below them. The lane of what is missing is named in red and marked."""
    placed: dict[bool, list[tuple[float, float, str]]] = {False: [], True: []}
    for name in names:
        lines = wrap(f"× {name}" if name == NOBODY else name, _LANE_EMS, 4)
        for number, line in enumerate(lines):
            placed[name == NOBODY].append((x[name], head - _LINE * (len(lines) - number) + _LINE / 2 - 2, line))
    return [
        texts(items, color=theme.BAD if missing else theme.INK, fontWeight=600 if missing else 400)
        for missing, items in placed.items()
        if items
    ]


def _words(texts: Any, steps: Sequence[Step], rows: Sequence[_Row]) -> list[Any]:
    numbers, names, gaps = [], [], []
    for step, row in zip(steps, rows, strict=True):
        y = row.middle - _LINE * (len(row.words) + len(row.gaps) - 1) / 2
        numbers.append((_NUMBER - 6, y, step.number))
        for line in row.words:
            names.append((_NUMBER, y, line))
            y += _LINE
        for line in row.gaps:
            gaps.append((_NUMBER, y, line))
            y += _LINE
    layers = [
        texts(numbers, align="right", color=theme.MUTED, fontSize=10),
        texts(names, align="left"),
    ]
    return [*layers, texts(gaps, align="left", color=theme.BAD)] if gaps else layers


def _marks(steps: Sequence[Step]) -> list[_Mark]:
    found = []
    for row, step in enumerate(steps):
        found.append(_Mark(step.lane, "责", row) if step.lane else _Mark(NOBODY, "缺", row))
        found += [_Mark(name, "配", row) for name in step.supporting]
        found += [_Mark(name, "数", row) for name in dict.fromkeys(step.providers)]
    return found


def _way(chart: Any, steps: Sequence[Step], rows: Sequence[_Row], x: dict[str, float]) -> Any:
    """The way the work takes: down the lane, then across into the next one."""
    frame = pd.DataFrame(
        [
            (x[step.lane or NOBODY], row.middle, number)
            for number, (step, row) in enumerate(zip(steps, rows, strict=True))
        ],
        columns=["x", "y", "order"],
    )
    line = chart(frame).mark_line(color=theme.MAIN, strokeWidth=1.5, interpolate="step-before", opacity=0.55)
    return line.encode(order=alt.Order("order", type="quantitative"))


def _signs(chart: Any, texts: Any, marks: Sequence[_Mark], rows: Sequence[_Row], x: dict[str, float]) -> list[Any]:
    """The signs, side by side where an organisation has several parts in one step."""
    together: dict[tuple[str, int], int] = {}
    for mark in marks:
        together[mark.lane, mark.row] = together.get((mark.lane, mark.row), 0) + 1
    placed: dict[tuple[str, int], int] = {}
    found: dict[str, list[tuple[float, float]]] = {}
    for mark in marks:
        place = placed.get((mark.lane, mark.row), 0)
        placed[mark.lane, mark.row] = place + 1
        gap = 23 if together[mark.lane, mark.row] < 3 else 17
        shift = (place - (together[mark.lane, mark.row] - 1) / 2) * gap
        found.setdefault(mark.word, []).append((x[mark.lane] + shift, rows[mark.row].middle))
    layers = []
    for word, places in found.items():
        filled = word in "责缺"
        colour = theme.BAD if word == "缺" else theme.MAIN
        frame = pd.DataFrame(places, columns=["x", "y"])
        layers.append(
            chart(frame).mark_point(
                shape=_SHAPES[word],
                size=480 if word == "数" else 420,
                filled=True,
                opacity=1,
                color=colour if filled else theme.PAPER,
                stroke=colour,
                strokeWidth=1.2,
            )
        )
        inside = ((left, top, word) for left, top in places)
        layers.append(texts(inside, fontSize=11, color=theme.PAPER if filled else colour, fontWeight=600))
    return layers


def _pointing(boxes: Any, steps: Sequence[Step], rows: Sequence[_Row], width: float) -> Any:
    frame = pd.DataFrame(
        [
            (
                0,
                row.top,
                width,
                row.bottom,
                f"{step.number} {step.name}",
                step.lane or NOBODY,
                "、".join(step.supporting) or "–",
                "、".join(step.providers) or "–",
                step.tip or "–",
                "；".join(step.gaps) or "–",
            )
            for step, row in zip(steps, rows, strict=True)
        ],
        columns=["x", "y", "x2", "y2", "name", "lane", "supporting", "providers", "tip", "gaps"],
    )
    tooltip = tips(
        [
            ("name", "事项"),
            ("lane", "责任单位"),
            ("supporting", "配合单位"),
            ("providers", "数据提供单位"),
            ("tip", "时限和依据"),
            ("gaps", "缺口"),
        ]
    )
    return boxes(frame, opacity=0).encode(tooltip=tooltip)
