"""The picture of a judge's own scores, for himself."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, tips


def own_scores(values: Sequence[tuple[str, float, bool]], *, width: int = 520) -> Figure:
    """Scores out of 100 on one line: (code, score, whether it is the one in hand), which is named."""
    frame = pd.DataFrame(values, columns=["code", "score", "here"])
    frame["shown"] = [f"{score:.2f}" for score in frame["score"]]
    least, most = bounds(frame["score"].tolist(), margin=0.1)
    x = alt.X(
        "score",
        type="quantitative",
        axis=alt.Axis(title="得分（满分 100）", labelAngle=0, tickMinStep=1),
        scale=alt.Scale(domain=[max(0.0, least), min(100.0, most)], nice=False),
    )
    y = alt.value(44)  # on one line, with room for the name above it
    tooltip = tips([("code", "编号"), ("shown", "得分")])
    here = alt.Chart().transform_filter("datum.here")
    layers = [
        alt.Chart().mark_tick(color=theme.MAIN, thickness=2, size=26, opacity=0.75).encode(x=x, y=y, tooltip=tooltip),
        here.mark_point(filled=True, size=110, color=theme.BAD, shape="diamond", opacity=1).encode(
            x=x, tooltip=tooltip
        ),
        here.mark_text(dy=-20, color=theme.INK, fontSize=12).encode(x=x, y=y, text=alt.Text("code", type="nominal")),
    ]
    return alt.layer(*layers, data=frame, width=width, height=66, config=theme.config())
