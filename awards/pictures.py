"""How winners of one region group went on, side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.periods import Period
from reports import theme
from reports.figures.common import Figure, tips


def race(lines: Sequence[tuple[str, str, int]], *, width: int = 640) -> Figure:
    """One line a winner: (name, period, millionths of the promised way), in percent by period."""
    frame = pd.DataFrame(lines, columns=["name", "period", "value"])
    order = sorted(frame["period"].unique(), key=lambda text: Period.parse(text).start)
    labels = {text: Period.parse(text).label for text in order}
    frame["when"] = frame["period"].map(labels)
    frame["share"] = frame["value"] / 10_000
    frame["shown"] = [f"{value:.1f}%" for value in frame["share"]]
    base = alt.Chart(frame).encode(
        x=alt.X(
            "when",
            type="nominal",
            sort=[labels[text] for text in order],
            axis=alt.Axis(title="", labelAngle=0, labelOverlap=True),
        ),
        y=alt.Y(
            "share",
            type="quantitative",
            axis=alt.Axis(title="达成程度（%，基线为 0、目标为 100）"),
            scale=alt.Scale(zero=False),
        ),
        color=alt.Color("name", type="nominal", legend=alt.Legend(title="", orient="top", columns=2, labelLimit=300)),
        tooltip=tips([("name", "项目"), ("when", "时期"), ("shown", "达成")]),
    )
    lines_ = base.mark_line(strokeWidth=2)
    points = base.mark_point(filled=True, size=36, opacity=1).encode(shape=alt.Shape("name", type="nominal"))
    return alt.layer(lines_, points, width=width, height=220, config=theme.config())
