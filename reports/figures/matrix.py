"""Two kinds of things against each other, as a heat map: how far each has come with each."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, empty, ems, tips

_CELL, _NARROW = (30, 26), 11  # pixels of a cell across and down; font size in it
_LINE = 13  # pixels from one character of a column's name to the next
_LABEL = 132  # pixels that the names of rows may take: with seven columns a telephone shows it all


def matrix(
    frame: pd.DataFrame,
    *,
    title: str = "",
    legend: str,
    rows: str,
    columns: str,
    row_order: Sequence[str] = (),
    column_order: Sequence[str] = (),
) -> Figure:
    """A cell for each pair that has something in common, light to dark blue by `share`; empty pairs stay
    white. Rows and columns stand in the order given, else in that in which they appear.

    Columns: row, column (names), share (0…1), shown (printed in the cell, a few characters), note (tooltip).
    `rows` and `columns` say what the names are. Column names stand upright, a character a line.
    """
    if frame.empty:
        return empty(title, 350)
    ink = [theme.readable_on(theme.blend(theme.SEQUENTIAL, share)) for share in frame["share"]]
    across, down = list(column_order) or _names(frame["column"]), list(row_order) or _names(frame["row"])
    longest = max(map(len, across))
    base = alt.Chart().encode(
        x=alt.X(
            "column",
            type="nominal",
            sort=across,
            axis=alt.Axis(
                title=None,
                orient="top",
                ticks=False,
                domain=False,
                # A list of lines, blank ones on top of shorter names. Lines run down from the first, so that one
                # stands as high above the cells as the longest name needs.
                labelExpr=f"split(pad(datum.label, {longest}, '\u3000', 'left'), '')",
                labelBaseline="bottom",
                labelLineHeight=_LINE,
                labelPadding=(longest - 1) * _LINE + 5,
            ),
        ),
        y=alt.Y(
            "row",
            type="nominal",
            sort=down,
            axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=_LABEL),
        ),
    )
    colour = alt.Color(
        "share",
        type="quantitative",
        scale=alt.Scale(domain=[0, 1], range=list(theme.SEQUENTIAL), interpolate="rgb"),
        legend=alt.Legend(
            title=legend, orient="bottom", format="%", gradientLength=180, gradientThickness=12, tickCount=3
        ),
    )
    tooltip = tips([("row", rows), ("column", columns), ("shown", legend), ("note", "说明")])
    widest = max(map(ems, frame["shown"])) * _NARROW + 4
    chart: alt.LayerChart = alt.layer(
        base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=colour, tooltip=tooltip),
        base.mark_text(fontSize=_NARROW).encode(
            text=alt.Text("shown", type="nominal"), color=alt.Color("ink", type="nominal", scale=None)
        ),
        data=frame.assign(ink=ink),
        title=title,
        width=alt.Step(max(_CELL[0], widest)),
        height=alt.Step(_CELL[1]),
        config=theme.config(),
    ).resolve_scale(color="independent")
    return chart


def _names(column: pd.Series) -> list[str]:
    return list(dict.fromkeys(column))
