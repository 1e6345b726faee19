"""Pictures of this room, for the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, empty, tips
from scenarios.mining import HotWord
from scenarios.ticket_queries import Counts


def monthly(counts: Mapping[str, Counts], *, title: str) -> Figure:
    """Tickets a month as bars; the part that is dissatisfied and open stands in front."""
    if not counts:
        return empty(title, 640)
    frame = pd.DataFrame(
        [
            (month, kind, number, f"{number:,}")
            for month, found in counts.items()
            for kind, number in (("工单", found.tickets), ("不满意未了结", found.open_dissatisfied))
        ],
        columns=["month", "kind", "number", "shown"],
    )
    scale = alt.Scale(domain=["工单", "不满意未了结"], range=[theme.DEVELOPED, theme.BAD])
    chart: alt.Chart = (
        alt.Chart(frame, title=title, height=220, config=theme.config())
        .mark_bar()
        .encode(
            x=alt.X("month", type="nominal", axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True)),
            y=alt.Y("number", type="quantitative", stack=None, axis=alt.Axis(title="件")),
            color=alt.Color("kind", type="nominal", scale=scale, legend=alt.Legend(title=None, orient="top")),
            tooltip=tips([("month", "月份"), ("kind", "类别"), ("shown", "件数")]),
        )
    )
    return chart


def hot_words(found: Sequence[HotWord], *, title: str) -> Figure:
    """How telling each word is, as bars, the most telling on top."""
    if not found:
        return empty(title, 480)
    frame = pd.DataFrame(
        [
            (hot.word, hot.score, f"{hot.tickets:,} 件（{hot.share:.1%}）", _past(hot), f"{hot.tickets:,}")
            for hot in found
        ],
        columns=["word", "score", "now", "past", "shown"],
    )
    base = alt.Chart(frame, title=title, height=22 * len(frame) + 10).encode(
        y=alt.Y("word", type="nominal", sort=None, axis=alt.Axis(title=None, ticks=False, domain=False)),
        x=alt.X("score", type="quantitative", axis=None),
        tooltip=tips([("word", "词"), ("now", "本期"), ("past", "以往")]),
    )
    bars = base.mark_bar(color=theme.DEVELOPED)
    numbers = base.mark_text(align="left", dx=4, color=theme.MUTED).encode(text=alt.Text("shown", type="nominal"))
    return alt.layer(bars, numbers, config=theme.config())


def _past(hot: HotWord) -> str:
    return "没有以往工单" if hot.past_share is None else f"{hot.past_tickets:,} 件（{hot.past_share:.1%}）"
