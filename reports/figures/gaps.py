"""The difference of two groups over time, with its interval, against a line at no difference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, empty, tips
from reports.figures.trends import beginning, time_axis

_HEIGHT = 200


def gap(
    frame: pd.DataFrame, *, title: str, unit: str, breaks: Sequence[tuple[date, str]] = (), width: int = 520
) -> Figure:
    """Columns: period_start (datetime), period_label, estimate, low, high (float; NaN where there is none), shown,
    incomplete (bool: drawn hollow). The band is the interval; `breaks` as in `trend`."""
    known = frame[frame["estimate"].notna()] if len(frame) else frame
    if known.empty:
        return empty(title, width)
    frame = frame.assign(period_start=pd.to_datetime(frame["period_start"]).dt.tz_localize(None))
    least, most = bounds([0.0, *frame[["estimate", "low", "high"]].to_numpy().ravel()], margin=0.08)
    axis = alt.Axis(title=unit or None, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-10)
    scale = alt.Scale(domain=[least, most], nice=False)
    base = alt.Chart().encode(x=time_axis(frame))

    def y(field: str) -> alt.Y:
        return alt.Y(field, type="quantitative", axis=axis, scale=scale)

    zero = alt.Chart(pd.DataFrame({"zero": [0.0]}))
    tooltip = tips([("period_label", "时段"), ("shown", "差距与区间")])
    points = [
        base.transform_filter(rule)
        .mark_point(filled=filled, fill=fill, color=theme.INK, size=55, opacity=1)
        .encode(y=y("estimate"), tooltip=tooltip)
        for rule, filled, fill in (("!datum.incomplete", True, theme.INK), ("datum.incomplete", False, theme.PAPER))
    ]
    layers = [
        base.transform_filter("isValid(datum.low)")
        .mark_area(color=theme.MUTED, opacity=0.22)
        .encode(y=y("low"), y2=alt.Y2("high")),
        zero.mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(y=alt.Y("zero", type="quantitative", scale=scale)),
        *(layer for at, label in breaks for layer in beginning(pd.Timestamp(at), label, dash=[4, 2])),
        base.mark_line(color=theme.INK, strokeWidth=2).encode(y=y("estimate")),
        *points,
    ]
    return alt.layer(*layers, data=frame, title=title, width=width, height=_HEIGHT, config=theme.config())
