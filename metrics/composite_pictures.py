"""The picture of an index: one group's totals, best first."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.numbers import format_number
from metrics.composite_result import GroupResult
from reports import theme
from reports.figures.common import Figure, tips

MOST = 20  # units in one picture; the table beside it has all


def totals(group: GroupResult, decimals: int, word: str) -> Figure:
    """A dot for each of the first units, on one axis from zero: a tie is seen as one."""
    first = group.placed[:MOST]
    frame = pd.DataFrame(
        {
            "unit": [unit.name for unit in first],
            "total": [unit.total for unit in first],
            "shown": [format_number(unit.total, decimals) for unit in first],
            "place": [f"第 {unit.place} 名" for unit in first],
        }
    )
    y = alt.Y("unit", type="nominal", sort=list(frame["unit"]), axis=alt.Axis(title=None, ticks=False, domain=False))
    x = alt.X(
        "total",
        type="quantitative",
        scale=alt.Scale(domain=[0, float(frame["total"].max()) * 1.15 or 1.0], nice=False),
        axis=alt.Axis(title=word, tickCount=5),
    )
    look = theme.looks([group.name])[0]
    base = alt.Chart().encode(y=y)
    tooltip = tips([("unit", "单位"), ("shown", word), ("place", "组内名次")])
    layers = [
        base.mark_rule(color=theme.RULE, strokeWidth=1.5).encode(x=x, x2=alt.value(0)),
        base.mark_point(filled=True, size=110, opacity=1, color=look.colour, shape=look.shape).encode(
            x=x, tooltip=tooltip
        ),
        base.mark_text(align="left", dx=9, fontSize=12, color=theme.INK).encode(
            x=x, text=alt.Text("shown", type="nominal")
        ),
    ]
    return alt.layer(*layers, data=frame, width=420, height=alt.Step(30), config=theme.config())
