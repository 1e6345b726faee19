"""The province as a grid of tiles, one a county: values or categories, for screen and paper.

A grid needs no map-review number and gives a small county as much room as a large one. Each
frame has one row a county, with the columns

    code        text, the division's code; what a click on the screen returns
    short_name  text, printed in the tile (two characters read best)
    row, col    int, place in the grid, from 0 at the top left
    shown       text printed under the name: the formatted value, or a short word
    note        text for the tooltip: n and d, why there is no value
    group       text, 地区类型; counties of the orange group get a folded corner
    mark        "pilot" (thick edge), "comparison" (dashed edge) or ""

and `value` (float, NaN for none) for `tile_map` or `category` (text) for `category_map`.
The grid is drawn at the width asked for; show it with width="content", not stretched. On a telephone tiles carry their
names only: what is `shown` stands in the table or list that every page has beside its map.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, empty, ems, tips

_MARKS = {"pilot": "试点", "comparison": "对照"}
_DASHES = {"试点": [1, 0], "对照": [4, 3]}
_LEAST_COLUMNS = 12  # a province narrower than ours keeps tiles of the same size
_ROOM = 32  # pixels across, below which a tile has room for its name only: a number would be too small to read
_GAP = 0.06  # between tiles, as a share of a tile's pitch


def tile_map(
    frame: pd.DataFrame,
    *,
    title: str,
    legend: str,
    diverging: bool = False,
    note: str = "",
    width: int = 560,
    select: str = "",
) -> Figure:
    """Counties shaded by `value`: light to dark blue, or orange–white–blue around zero when
    `diverging`. Tiles without a value are grey. `note` stands under the title. `select` names a point selection that returns
    the code of a clicked tile."""
    if frame.empty:
        return empty(title, width)
    stops = theme.DIVERGING if diverging else theme.SEQUENTIAL
    low, high = _domain(frame["value"].dropna(), diverging)
    colour = alt.Color(
        "value",
        type="quantitative",
        scale=alt.Scale(domain=[low, 0, high] if diverging else [low, high], range=list(stops), interpolate="rgb"),
        legend=alt.Legend(title=legend, orient="top", gradientLength=180, gradientThickness=12, tickCount=3),
    )
    has_value = frame["value"].notna()
    ink = [
        theme.readable_on(theme.blend(stops, (value - low) / (high - low))) if known else theme.MUTED
        for value, known in zip(frame["value"], has_value, strict=True)
    ]
    grid = _Grid(frame, width, legend)
    layers = grid.tiles("isValid(datum.value)", colour) + grid.edges() + grid.folds() + grid.words()
    subtitle = "　".join(filter(None, (note, "" if has_value.all() else "灰色格为无数据")))
    return grid.chart(layers, frame.assign(ink=ink), title, subtitle, select)


def category_map(
    frame: pd.DataFrame,
    *,
    title: str,
    legend: str,
    order: Sequence[str] = (),
    colours: Sequence[str] = (),
    width: int = 560,
    select: str = "",
) -> Figure:
    """Counties coloured by `category`; an empty category is grey. `order` lists the categories for
    the legend (default: as they appear) and `colours` theirs (default: those of groups and series).
    Print the category's word in `shown`, so that a black-and-white copy can be read."""
    if frame.empty:
        return empty(title, width)
    categories = frame["category"].fillna("")
    names = list(order) or [name for name in dict.fromkeys(categories) if name]
    paints = list(colours) or [look.colour for look in theme.looks(names)]
    inks = {name: theme.readable_on(paint) for name, paint in zip(names, paints, strict=True)} | {"": theme.MUTED}
    colour = alt.Color(
        "category",
        type="nominal",
        scale=alt.Scale(domain=names, range=paints),
        legend=alt.Legend(title=legend, orient="top", symbolType="square", symbolStrokeWidth=0, columns=4),
    )
    grid = _Grid(frame, width, legend)
    folds = [] if categories.equals(frame["group"]) else grid.folds()
    layers = grid.tiles("datum.category != ''", colour) + grid.edges() + folds + grid.words()
    inked = frame.assign(category=categories, ink=[inks[category] for category in categories])
    return grid.chart(layers, inked, title, "", select)


def _domain(values: pd.Series, diverging: bool) -> tuple[float, float]:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if diverging:
        high = max(abs(low), abs(high)) or 1.0
        return -high, high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


class _Grid:
    """Makes the layers of one grid. They share one copy of the data, each filtering its rows, and
    take the sizes of tiles and letters from the width."""

    def __init__(self, frame: pd.DataFrame, width: int, legend: str) -> None:
        self._frame = frame
        self._legend = legend
        self._rows = int(frame["row"].max()) + 1
        self._columns = max(int(frame["col"].max()) + 1, _LEAST_COLUMNS)
        self._tile = width / self._columns
        self._side = self._tile * (1 - _GAP)

    def tiles(self, has_value: str, colour: alt.Color) -> list[alt.Chart]:
        tooltip = tips([("short_name", "地区"), ("group", "地区类型"), ("shown", self._legend), ("note", "说明")])
        grey = alt.value(theme.NO_VALUE)
        return [
            self._place()
            .transform_filter(condition)
            .mark_rect(stroke=theme.RULE, strokeWidth=0.5)
            .encode(color=paint, tooltip=tooltip)
            for condition, paint in ((f"!({has_value})", grey), (has_value, colour))
        ]

    def words(self) -> list[alt.Chart]:
        if self._tile < _ROOM:
            longest = max(ems(name) for name in self._frame["short_name"]) or 1
            room = self._side * (0.86 if self._frame["mark"].any() else 0.97)  # clear of the edges of marked tiles
            return [self._text("short_name", min(14.0, room / longest), 0, 600)]
        line = self._tile * 0.19
        widest = max(ems(word) for word in self._frame["shown"]) or 1
        shown_size = min(12.0, self._tile * 0.28, self._side * 0.96 / widest)
        return [
            self._text("short_name", min(14.0, self._tile * 0.37), -line, 600),
            self._text("shown", shown_size, line, 400),
        ]

    def _text(self, field: str, size: float, dy: float, weight: int) -> alt.Chart:
        chart: alt.Chart = (
            self._place()
            .mark_text(fontSize=size, dy=dy, fontWeight=weight)  # type: ignore[arg-type]
            .encode(text=alt.Text(field, type="nominal"), color=alt.Color("ink", type="nominal", scale=None))
        )
        return chart

    def folds(self) -> list[alt.Chart]:
        """A folded corner for the orange group: its colour and a shape, clear of the words."""
        groups = list(dict.fromkeys(self._frame["group"]))
        orange = [name for name, look in zip(groups, theme.looks(groups), strict=True) if look.colour == theme.MOUNTAIN]
        if not orange:
            return []
        fold = self._side * 0.24
        shape = alt.Shape(
            "group",
            type="nominal",
            scale=alt.Scale(domain=orange, range=["M-1,-1L1,-1L1,1Z"] * len(orange)),
            legend=alt.Legend(title=None, symbolSize=120, symbolStrokeWidth=0),
        )
        corner = self._place(1 - fold / self._side / 2, fold / self._side / 2)
        is_orange = alt.FieldOneOfPredicate(field="group", oneOf=orange)
        point = corner.transform_filter(is_orange).mark_point(
            filled=True, color=theme.MOUNTAIN, stroke=theme.PAPER, strokeWidth=1.2, size=fold**2, opacity=1
        )
        return [point.encode(shape=shape)]

    def edges(self) -> list[alt.Chart]:
        """Thick edges for pilots, dashed ones for their comparison units."""
        used = [word for mark, word in _MARKS.items() if mark in set(self._frame["mark"])]
        if not used:
            return []
        dash = alt.StrokeDash(
            "edge",
            type="nominal",
            scale=alt.Scale(domain=used, range=[_DASHES[word] for word in used]),
            legend=alt.Legend(
                title=None, symbolType="square", symbolSize=200, symbolStrokeWidth=2, symbolStrokeColor=theme.INK
            ),
        )
        marked = self._place().transform_filter(alt.FieldOneOfPredicate(field="edge", oneOf=used))
        line = max(1.5, self._tile * 0.055)
        # Points, because Vega-Lite ignores strokeDash on rectangles.
        square = marked.mark_point(
            shape="square", filled=False, color=theme.INK, strokeWidth=line, size=(self._side - line) ** 2, opacity=1
        )
        return [square.encode(strokeDash=dash)]

    def chart(self, layers: list[alt.Chart], frame: pd.DataFrame, title: str, subtitle: str, select: str) -> Figure:
        if select:
            layers[0] = layers[0].add_params(alt.selection_point(name=select, fields=["code"]))
        layered = alt.layer(
            *layers,
            data=frame.assign(edge=frame["mark"].map(_MARKS)),
            title=alt.Title(text=title, subtitle=subtitle) if subtitle else title,
            width=round(self._tile * self._columns),
            height=round(self._tile * self._rows),
            config=theme.config(),
        )
        chart: alt.LayerChart = layered.resolve_scale(
            color="independent", shape="independent", strokeDash="independent"
        )
        return chart

    def _place(self, across: float = 0.5, down: float = 0.5) -> alt.Chart:
        """A layer whose marks sit at that part of their tile."""

        def scale(count: int) -> alt.Scale:
            return alt.Scale(domain=list(range(count)), paddingInner=_GAP, paddingOuter=_GAP / 2)

        return alt.Chart().encode(
            x=alt.X("col", type="ordinal", axis=None, scale=scale(self._columns), bandPosition=across),
            y=alt.Y("row", type="ordinal", axis=None, scale=scale(self._rows), bandPosition=down),
        )
