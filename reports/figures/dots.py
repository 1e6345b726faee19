"""A list of places or pilots as dots with their intervals, in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, by, empty, ems, tips
from reports.figures.references import Reference, upright

_ROW = 22
_LETTER = 12
_NARROW = 280


def dots(
    frame: pd.DataFrame,
    *,
    title: str = "",
    unit: str = "",
    lines: Sequence[Reference] = (),
    marks: pd.DataFrame | None = None,
    subtitle: Sequence[str] = (),
    width: int = 460,
) -> Figure:
    """One row an item: a dot, its interval where one is known, and what is printed at the right edge.

    Columns: name, estimate, low, high (float; NaN where there is none), shown (the figure), printed (at the right),
    group (colour and shape), note (tooltip). `lines` stand upright through all rows, with their labels; `marks`
    (name, at, label) are short strokes in single rows, which `subtitle` explains. Rows keep their order; those without an estimate are left
    out.
    """
    frame = frame[frame["estimate"].notna()]
    if frame.empty:
        return empty(title, width)
    groups = list(dict.fromkeys(frame["group"]))
    looks = theme.looks(groups)
    known = [*frame[["estimate", "low", "high"]].to_numpy().ravel(), *(line.value for line in lines)]
    if marks is not None:
        marks = marks[marks["name"].isin(frame["name"])]
        known += list(marks["at"])
    low, high = bounds(known, margin=0.06)
    room = max(ems(word) for word in frame["printed"]) * _LETTER + 14
    # A telephone is narrower than the width asked for, and its words are not.
    high += (high - low) * room / max(min(width, _NARROW) - room, 80)
    colour = by("group", alt.Color, groups, [look.colour for look in looks], legend=len(groups) > 1)
    shape = by("group", alt.Shape, groups, [look.shape for look in looks], legend=len(groups) > 1)
    scale = alt.Scale(domain=[low, high], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(field, type="quantitative", scale=scale, axis=alt.Axis(title=unit or None, tickCount=5))

    def rows(chart: alt.Chart) -> alt.Chart:
        axis = alt.Axis(title=None, ticks=False, domain=False, grid=False, labelLimit=150)
        return chart.encode(y=alt.Y("name", type="nominal", sort=list(frame["name"]), axis=axis))

    tooltip = tips([("name", "对象"), ("group", "类型"), ("shown", "数值"), ("note", "说明")])
    spans = alt.Chart().transform_filter("isValid(datum.low) && isValid(datum.high)")
    layers: list[Any] = [
        *upright(lines, (low, high)),
        *(_marks(marks, x("at"), list(frame["name"])) if marks is not None and len(marks) else ()),
        rows(spans.mark_rule(strokeWidth=2)).encode(x=x("low"), x2=alt.X2("high"), color=colour),
        rows(alt.Chart().mark_point(filled=True, size=80, opacity=1)).encode(
            x=x("estimate"), color=colour, shape=shape, tooltip=tooltip
        ),
        rows(alt.Chart().mark_text(align="right", fontSize=11, color=theme.INK)).encode(
            x=alt.value("width"), text=alt.Text("printed", type="nominal")
        ),
    ]
    heading = alt.Title(text=title, subtitle=list(subtitle)) if subtitle else title
    return alt.layer(*layers, data=frame, title=heading, width=width, height=alt.Step(_ROW), config=theme.config())


def _marks(marks: pd.DataFrame, x: alt.X, order: Sequence[str]) -> list[alt.Chart]:
    base = alt.Chart(marks).encode(x=x, y=alt.Y("name", type="nominal", sort=order))
    tick = base.mark_tick(orient="vertical", thickness=2, size=_ROW - 6, color=theme.MUTED, opacity=1)
    return [tick.encode(tooltip=tips([("name", "对象"), ("label", "原有的线")]))]
