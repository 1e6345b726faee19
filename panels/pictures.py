"""Pictures of a result: how sure places are, how strict judges are."""

from __future__ import annotations

import altair as alt
import pandas as pd

from panels.result_queries import ResultView
from reports import theme
from reports.figures.common import Figure

_MOST = 40  # entries in the picture; the table below has them all


def certainty(view: ResultView) -> Figure:
    """Each entry's place as a dot on the span of places that cannot be ruled out."""
    rows = [
        {"entry": view.names[line.entry].short[:24], "rank": line.rank, "low": line.low, "high": line.high}
        for line in view.lines
        if line.rank is not None
    ][:_MOST]
    frame = pd.DataFrame(rows)
    order = [str(row["entry"]) for row in rows]
    y = alt.Y("entry", type="nominal", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    last = max([line.high or 1 for line in view.lines], default=1)
    axis = alt.Axis(tickMinStep=1, format="d", title="名次")
    scale = alt.Scale(domain=[1, max(last, 2)])
    base = alt.Chart(frame)
    span = base.mark_rule(strokeWidth=3, color=theme.MAIN, opacity=0.45).encode(
        y=y, x=alt.X("low", type="quantitative", axis=axis, scale=scale), x2="high"
    )
    dot = base.mark_point(filled=True, size=70, color=theme.MAIN, opacity=1).encode(
        y=y,
        x=alt.X("rank", type="quantitative", axis=axis, scale=scale),
        tooltip=[
            alt.Tooltip("entry", type="nominal", title="项目"),
            alt.Tooltip("rank", type="quantitative", title="名次"),
            alt.Tooltip("low", type="quantitative", title="最好可能"),
            alt.Tooltip("high", type="quantitative", title="最差可能"),
        ],
    )
    return alt.layer(span, dot, height=60 + 30 * len(rows), config=theme.config())


def leniency(view: ResultView) -> Figure:
    """Points above or below the panel's usual, a bar a judge."""
    frame = pd.DataFrame(
        [
            {
                "judge": view.judges[judge.judge],
                "points": round(judge.leniency, 2),
                "side": "偏宽" if judge.leniency >= 0 else "偏严",
            }
            for judge in view.health.judges
        ]
    )
    chart: alt.Chart = (
        alt.Chart(frame, height=90 + 34 * len(frame), config=theme.config())
        .mark_bar(height=14)
        .encode(
            y=alt.Y("judge", type="nominal", sort=None, title=None),
            x=alt.X("points", type="quantitative", title="比评审组宽（＋）或严（－）多少分"),
            color=alt.Color(
                "side",
                type="nominal",
                title=None,
                scale=alt.Scale(domain=["偏宽", "偏严"], range=[theme.MAIN, theme.MOUNTAIN]),
                legend=alt.Legend(orient="top"),
            ),
        )
    )
    return chart
