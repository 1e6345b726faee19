"""Baselines and targets in pictures: the one layer that every picture of an indicator's figures draws them with.

A line that was replaced stays beside its successor. Each kind has a dash of its own and each line its label, so
that a grey print still tells which is which. Pictures over time have lines with a beginning and an end
(`over_time`), pictures of one period upright ones where the figures run to the right (`upright`) and level ones
where they run upwards (`level`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.labels import Point, Spot, View, along, place

LETTER = 11  # pixels, labels of lines
_ABOVE, _STEP = 5, 14  # pixels: the lowest label over an upright line, from one label to the next
_PHONE = 300  # pixels that a telephone leaves of the same picture
# (is it a target, is it the one in force) → the stroke's pieces
DASHES = {
    (True, True): (10, 3),
    (True, False): (9, 3, 2, 3),
    (False, True): (2, 3),
    (False, False): (2, 7),
}


@dataclass(frozen=True)
class Reference:
    """A baseline or target line. A target that changed is several lines, the old ones not `current`:
    they stay in the picture, lighter and with another dash. Dates bound a line over time; None runs to the edge."""

    label: str
    value: float
    start: date | None = None
    end: date | None = None
    is_target: bool = True
    current: bool = True


def over_time(
    frame: pd.DataFrame,
    lines: Sequence[Reference],
    bounds: tuple[float, float],
    size: tuple[int, int],
    side: int,
    crossed: Sequence[date] = (),
    printed: bool = False,
) -> list[alt.Chart]:
    """Level lines between days, under the series of `frame` (period_start, series, value). `bounds` are those of
    the axis, `size` the picture's in pixels, `side` the pixels between its edge and the first day, `crossed` the days
    with an upright line; `printed`: it is not read on a telephone.

    Looks and places are read from the rows, so that they share no scale, and thereby no legend, with the series."""
    if not lines:
        return []
    (low, high), (width, height) = bounds, size
    first, last = frame["period_start"].min(), frame["period_start"].max()
    starts = [pd.Timestamp(line.start) if line.start else first for line in lines]
    ends = [pd.Timestamp(line.end) if line.end else last for line in lines]
    first, last = min(first, *starts), max(last, *ends)
    days = sorted(frame["period_start"].unique())
    if len(days) > 1:  # a line that holds for the last period alone would be a point
        back = (days[-1] - days[-2]) / 2
        starts = [start - back if start == end else start for start, end in zip(starts, ends, strict=True)]

    def view(across: int) -> View:
        def pixel(at: Any, value: float) -> Point:
            share = (at - first) / (last - first) if last > first else 0.5
            return side + share * (across - 2 * side), (high - value) / (high - low) * height

        flat = [
            (pixel(start, line.value), pixel(end, line.value))
            for line, start, end in zip(lines, starts, ends, strict=True)
        ]
        pieces = list(flat)
        for _, part in frame.dropna(subset="value").groupby("series"):
            pieces += pairwise(map(pixel, part["period_start"], part["value"]))
        pieces += [(pixel(pd.Timestamp(day), high), pixel(pd.Timestamp(day), low)) for day in crossed]
        return View(flat, [point for piece in pieces for point in along(*piece)], across)

    spots = place([*map(view, [width] if printed else _widths(width))], [line.label for line in lines], LETTER)
    rows = _rows(lines).assign(
        start=starts,
        end=ends,
        at=[start + (end - start) * spot.share for start, end, spot in zip(starts, ends, spots, strict=True)],
        **_standing(spots),
    )
    y = alt.Y("value", type="quantitative")
    rules = [rule.encode(x=alt.X("start", type="temporal"), x2=alt.X2("end"), y=y) for rule in _rules(rows)]
    words = _words(rows, dy=alt.expr("datum.baseline == 'top' ? 3 : -3"))
    return [*rules, words.encode(x=alt.X("at", type="temporal"), y=y)]


def upright(lines: Sequence[Reference], bounds: tuple[float, float]) -> list[alt.Chart]:
    """Upright lines over the whole height, for figures that run to the right. Their labels stand above the picture,
    one over the other. `bounds` are those of the axis."""
    if not lines:
        return []
    low, high = bounds
    shares = [(line.value - low) / (high - low) if high > low else 0.5 for line in lines]
    rows = _rows(lines).assign(
        align=["left" if share < 0.3 else "right" if share > 0.7 else "center" for share in shares],
        baseline="bottom",
        up=[-_ABOVE - _STEP * number for number in range(len(lines))],
    )
    x = alt.X("value", type="quantitative", scale=alt.Scale(domain=[low, high], nice=False, zero=False))
    words = _words(rows, dy=alt.expr("datum.up"))
    return [*(rule.encode(x=x) for rule in _rules(rows)), words.encode(x=x, y=alt.value(0))]


def level(
    lines: Sequence[Reference], bounds: tuple[float, float], size: tuple[int, int], drawn: Sequence[Point] = ()
) -> list[alt.Chart]:
    """Level lines from edge to edge, for figures that run upwards. `drawn`: where, in shares of the width and of
    the axis from the bottom, points stand that the labels should not hide."""
    if not lines:
        return []
    (low, high), (width, height) = bounds, size

    def view(across: int) -> View:
        heights = [(high - line.value) / (high - low) * height for line in lines]
        flat = [((0.0, y), (float(across), y)) for y in heights]
        points = [(x * across, (1 - y) * height) for x, y in drawn]
        return View(flat, points + [point for piece in flat for point in along(*piece)], across)

    spots = place([*map(view, _widths(width))], [line.label for line in lines], LETTER)
    rows = _rows(lines).assign(**_standing(spots), share=[spot.share for spot in spots])
    y = alt.Y("value", type="quantitative")
    words = [
        _words(part, dy=alt.expr("datum.baseline == 'top' ? 3 : -3")).encode(x=at, y=y)
        for share, part in rows.groupby("share")
        for at in (alt.value({"expr": f"max(2, {share} * width)"}),)
    ]
    return [*(rule.encode(y=y) for rule in _rules(rows)), *words]


def _widths(width: int) -> list[int]:
    """The widths at which one picture is read: as it is asked for, and on a telephone."""
    return [width, _PHONE] if width > _PHONE else [width]


def _rows(lines: Sequence[Reference]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "value": [line.value for line in lines],
            "label": [line.label for line in lines],
            "is_target": [line.is_target for line in lines],
            "current": [line.current for line in lines],
            "colour": [theme.INK if line.current else theme.MUTED for line in lines],
            "thick": [1.6 if line.current else 1.4 for line in lines],
        }
    )


def _standing(spots: Sequence[Spot]) -> dict[str, list[str]]:
    return {"align": [spot.align for spot in spots], "baseline": [spot.baseline for spot in spots]}


def _rules(rows: pd.DataFrame) -> Iterator[alt.Chart]:
    """A layer for each kind of line: browsers draw a dash that is read from a row as a solid line."""
    for (is_target, current), dash in DASHES.items():
        part = rows[(rows.is_target == is_target) & (rows.current == current)]
        if len(part):
            yield alt.Chart(part).mark_rule(
                strokeDash=list(dash), stroke=alt.expr("datum.colour"), strokeWidth=alt.expr("datum.thick")
            )


def _words(rows: pd.DataFrame, *, dy: Any) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_text(
            align=alt.expr("datum.align"),
            baseline=alt.expr("datum.baseline"),
            dy=dy,
            color=alt.expr("datum.colour"),
            fontSize=LETTER,
        )
        .encode(text=alt.Text("label", type="nominal"))
    )
    return chart
