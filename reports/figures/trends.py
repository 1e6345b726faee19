"""Values over time against baselines and targets, old ones included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, by, empty, short, tips
from reports.figures.references import LETTER, Reference, over_time

HEIGHT = 260
_MOST_TICKS = 7
_SIDE = 14  # pixels between the axis and the first point


def trend_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """What `trend` draws as a table, the newest period first: 报送期, 对象, 数值, 分子, 分母, 是否完整."""
    frame = frame.sort_values(["period_start", "series"], ascending=[False, True], kind="stable")
    return pd.DataFrame(
        {
            "报送期": frame["period_label"],
            "对象": frame["series"],
            "数值": frame["shown"],
            "分子": frame["n"],
            "分母": frame["d"],
            "是否完整": ["◐ 不完整" if hollow else "● 完整" for hollow in frame["incomplete"]],
        }
    ).reset_index(drop=True)


def trend(
    frame: pd.DataFrame,
    *,
    unit: str,
    title: str,
    lines: Sequence[Reference] = (),
    began: date | None = None,
    began_label: str = "试点开始",
    breaks: Sequence[tuple[date, str]] = (),
    hollow: str = "数据不完整",
    width: int = 520,
    height: int = HEIGHT,
) -> Figure:
    """Values over time, one line a series, with baselines and targets.

    Columns: period_start (datetime), period_label, series, value (float; NaN breaks the line),
    shown, n, d, incomplete (bool: drawn hollow, which means what `hollow` says). A period without a row is bridged by the line,
    so give missing periods a row with NaN. An optional column `segment` (text) parts a series: points of
    different segments are not joined, since they are not comparable. `breaks` are days with what changed
    then, drawn as upright lines. A report asks for another `height` here: where the lines' labels stand depends on it.
    """
    if frame.empty:
        return empty(title, width)
    frame = frame.assign(period_start=pd.to_datetime(frame["period_start"]).dt.tz_localize(None))
    if "segment" not in frame:
        frame = frame.assign(segment="")
    names = list(dict.fromkeys(frame["series"]))
    looks = theme.looks(names)
    low, high = bounds([*frame["value"], *(line.value for line in lines)], margin=0.1)

    def encode(chart: alt.Chart, **more: Any) -> alt.Chart:
        return chart.encode(
            x=time_axis(frame),
            y=alt.Y(
                "value",
                type="quantitative",
                axis=alt.Axis(
                    title=unit or None, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-10
                ),
                scale=alt.Scale(domain=[low, high], nice=False, zero=False),
            ),
            color=by("series", alt.Color, names, [look.colour for look in looks]),
            **more,
        )

    crossed = [*([began] if began else ()), *(at for at, _ in breaks)]
    dash = by("series", alt.StrokeDash, names, [list(look.dash) for look in looks], legend=False)
    shape = by("series", alt.Shape, names, [look.shape for look in looks])
    tooltip = tips([("period_label", "时段"), ("series", "对象"), ("shown", "数值"), ("n", "分子"), ("d", "分母")])
    whole = alt.Chart().transform_filter("!datum.incomplete").mark_point(filled=True, size=60, opacity=1)
    open_ = (
        alt.Chart().transform_filter("datum.incomplete").mark_point(filled=False, fill=theme.PAPER, size=60, opacity=1)
    )
    layers = [
        *over_time(frame, lines, (low, high), (width, height), _SIDE, crossed, printed=height != HEIGHT),
        *(beginning(pd.Timestamp(began), began_label) if began else ()),
        *(layer for at, label in breaks for layer in beginning(pd.Timestamp(at), label, dash=[4, 2])),
        encode(alt.Chart().mark_line(strokeWidth=2), strokeDash=dash, detail=alt.Detail("segment", type="nominal")),
        encode(whole, shape=shape, tooltip=tooltip),
        encode(open_, shape=shape, tooltip=tooltip),
    ]
    heading = alt.Title(text=title, subtitle=f"空心点：{hollow}") if frame["incomplete"].any() else title
    return alt.layer(*layers, data=frame, title=heading, width=width, height=height, config=theme.config())


def time_axis(frame: pd.DataFrame) -> alt.X:
    """Ticks at the periods themselves, labelled with their own names: no English month can appear."""
    periods = frame.drop_duplicates("period_start").sort_values("period_start")
    step = -(-len(periods) // _MOST_TICKS)
    ticked = periods.iloc[::-1].iloc[::step].iloc[::-1]
    labels = {
        f"{at:%Y-%m-%d}": short(label) for at, label in zip(ticked["period_start"], ticked["period_label"], strict=True)
    }
    axis = alt.Axis(
        title=None,
        grid=False,
        values=[alt.DateTime(year=at.year, month=at.month, date=at.day) for at in ticked["period_start"]],
        labelExpr=f"{json.dumps(labels, ensure_ascii=False)}[timeFormat(datum.value, '%Y-%m-%d')]",
        labelOverlap="greedy",
        labelSeparation=6,
    )
    return alt.X("period_start", type="temporal", axis=axis, scale=alt.Scale(nice=False, padding=_SIDE))


def beginning(at: pd.Timestamp, label: str, dash: Sequence[int] = ()) -> list[alt.Chart]:
    """An upright line on a day, with what began then written above it, clear of the lines and their labels."""
    base = alt.Chart(pd.DataFrame({"at": [at], "label": [label]})).encode(x=alt.X("at", type="temporal"))
    words = base.mark_text(align="left", baseline="bottom", dx=-2, fontSize=LETTER, color=theme.MUTED)
    return [
        base.mark_rule(color=theme.MUTED, strokeWidth=1.2, strokeDash=list(dash) if dash else alt.Undefined),
        words.encode(y=alt.value(-3), text=alt.Text("label", type="nominal")),
    ]
