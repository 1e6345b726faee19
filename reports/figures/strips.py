"""Which returns have come in, region by region and period by period."""

from __future__ import annotations

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, empty, short, tips


def completeness(frame: pd.DataFrame, *, title: str = "", width: int = 0) -> Figure:
    """Which returns have come in: a strip a region, a cell a period, each with symbol and word.

    Columns: region, period_start (datetime), period_label, status (the word printed), tone (a key
    of theme.TONES), note (tooltip). Regions keep the order of the frame. On paper draw at most
    about 30 regions a picture. `width` 0 makes the cells as wide as their words.
    """
    if frame.empty:
        return empty(title, width or 520)
    tones = [theme.TONES[tone] for tone in frame["tone"]]
    frame = frame.assign(
        word=[f"{tone.symbol}{status}" for tone, status in zip(tones, frame["status"], strict=True)],
        tint=[tone.tint for tone in tones],
        period=[short(label) for label in frame["period_label"]],
    )
    periods = list(dict.fromkeys(frame.sort_values("period_start", kind="stable")["period"]))
    longest = max(len(word) for word in [*frame["word"], *(label[len(label) // 3 :] for label in periods)])
    base = alt.Chart().encode(
        x=alt.X(
            "period", type="nominal", sort=periods, axis=alt.Axis(title=None, orient="top", ticks=False, domain=False)
        ),
        y=alt.Y(
            "region",
            type="nominal",
            sort=list(dict.fromkeys(frame["region"])),
            axis=alt.Axis(title=None, ticks=False, domain=False),
        ),
    )
    tooltip = tips([("region", "地区"), ("period_label", "时段"), ("status", "状态"), ("note", "说明")])
    fill = alt.Color("tint", type="nominal", scale=None)
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=fill, tooltip=tooltip)
    words = base.mark_text(fontSize=11, color=theme.INK).encode(text=alt.Text("word", type="nominal"))
    return alt.layer(
        cells,
        words,
        data=frame,
        title=title,
        width=width or alt.Step(11 * longest + 10),
        height=alt.Step(24),
        config=theme.config(),
    )
