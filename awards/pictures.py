"""The showcase in pictures: where the winners are, how counties climb, how winners went on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from awards.climbing import Ladder, Round
from core.periods import Period
from reports import figures, theme
from reports.figures.common import Figure, tips

_NAMES = 110  # pixels that the names of counties take
_MOST = 30  # counties in a picture; the table has them all


WON, OTHERS, MEDIAN = "入选项目所在地", "其他试点地区", "同类地区中位数"


def race(lines: Sequence[tuple[str, str, str, int]], *, width: int = 640) -> Figure:
    """One line a county of one group: (name, WON, OTHERS or MEDIAN, period, millionths of the promised way), in percent
    by period. Whoever won stands out, the middle of the group is dashed."""
    frame = pd.DataFrame(lines, columns=["name", "kind", "period", "value"])
    order = sorted(frame["period"].unique(), key=lambda text: Period.parse(text).start)
    labels = {text: Period.parse(text).label for text in order}
    frame["when"] = frame["period"].map(labels)
    frame["share"] = frame["value"] / 10_000
    frame["shown"] = [f"{value:.1f}%" for value in frame["share"]]
    # One month far off must not press all others into a line: it leaves the picture, the table has it
    low, high = (float(frame["share"].quantile(part)) for part in (0.02, 0.98))
    kinds = [kind for kind in (WON, OTHERS, MEDIAN) if kind in set(frame["kind"])]
    looks = {WON: (theme.MAIN, 3, [1, 0]), OTHERS: ("#B8C0CC", 1, [1, 0]), MEDIAN: (theme.INK, 2.5, [6, 4])}

    def by_kind(channel: type[alt.Color | alt.StrokeWidth | alt.StrokeDash], part: int, legend: bool = False) -> Any:
        scale = alt.Scale(domain=kinds, range=[looks[kind][part] for kind in kinds])
        shown = (
            alt.Legend(title="", orient="top", labelLimit=300, columns=3)
            if legend
            else alt.Legend(title="", orient="top")
        )
        return channel("kind", type="nominal", scale=scale, legend=shown)

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
            scale=alt.Scale(domain=[low, high], nice=True),
        ),
        tooltip=tips([("name", "地区"), ("when", "时期"), ("shown", "达成")]),
    )
    layers = [
        base.transform_filter(alt.FieldEqualPredicate(field="kind", equal=kind))
        .mark_line(clip=True)
        .encode(
            detail=alt.Detail("name", type="nominal"),
            color=by_kind(alt.Color, 0, True),
            strokeWidth=by_kind(alt.StrokeWidth, 1),
            strokeDash=by_kind(alt.StrokeDash, 2),
        )
        for kind in (OTHERS, MEDIAN, WON)
        if kind in kinds
    ]
    ends = frame[frame["kind"] == WON].groupby("name", sort=False).tail(1) if WON in kinds else frame.head(0)
    names = (
        alt.Chart(ends)
        .mark_text(align="right", dy=-9, fontSize=12, fontWeight=600, color=theme.MAIN)
        .encode(
            x=alt.X("when", type="nominal", sort=[labels[text] for text in order]),
            y=alt.Y("share", type="quantitative"),
            text=alt.Text("name", type="nominal"),
        )
    )
    return alt.layer(*layers, names, width=width, height=260, config=theme.config())


Counted = Sequence[tuple[str, str, int, int, str, int]]  # code, short name, row, column, group, count
_MANY = 5  # from here on tiles have one colour


def counted(values: Counted, legend: str, unit: str, width: int) -> Figure:
    """The province by how much each county has; none is grey and has no number."""
    frame = pd.DataFrame(values, columns=["code", "short_name", "row", "col", "group", "count"])
    words = {count: f"{count} {unit}" for count in range(1, _MANY)} | {_MANY: f"{_MANY} {unit}及以上"}
    steps = sorted({min(count, _MANY) for count in frame["count"] if count})
    return figures.category_map(
        frame.assign(
            category=[words[min(count, _MANY)] if count else "" for count in frame["count"]],
            shown=[str(count) if count else "" for count in frame["count"]],
            note="",
            mark="",
        ),
        title="",
        legend=legend,
        order=[words[step] for step in steps],
        colours=[theme.blend(theme.SEQUENTIAL, step / _MANY) for step in steps],
        width=width,
    )


Line = tuple[str, str, int, int]


def ladder_lines(rounds: Sequence[Round], ladder: Ladder) -> tuple[Line, ...]:
    """What `climb` draws: county, selection, winners so far, winners then; the first in place first."""
    return tuple(
        (row.name, item.label, sum(row.won[: at + 1]), row.won[at])
        for row in ladder.placed[:_MOST]
        for at, item in enumerate(rounds)
    )


def climb(lines: Sequence[Line], group: str, width: int = 640) -> Figure:
    """One row a county, one column a selection: winners so far, filled where it won then, hollow where it did not."""
    frame = pd.DataFrame(lines, columns=["name", "round", "total", "won"])
    (look,) = theme.looks([group])
    frame = frame[frame["total"] > 0].assign(
        text=lambda given: given["total"].astype(str),
        note=[f"入选 {won} 项，累计 {total} 项" for _, _, total, won in lines if total],
        ink=lambda given: [theme.PAPER if won else theme.INK for won in given["won"]],
        paint=lambda given: [look.colour if won else theme.PAPER for won in given["won"]],
    )
    base = alt.Chart(frame).encode(
        x=alt.X(
            "round",
            type="nominal",
            scale=alt.Scale(domain=list(dict.fromkeys(item for _, item, *_ in lines))),
            axis=alt.Axis(title="", orient="top", labelAngle=0, ticks=False, domain=False),
        ),
        y=alt.Y(
            "name",
            type="nominal",
            sort=list(dict.fromkeys(name for name, *_ in lines)),
            axis=alt.Axis(title="", ticks=False, domain=False, labelLimit=150),
        ),
        tooltip=tips([("name", "地区"), ("round", "发布"), ("note", "入选")]),
    )
    way = base.mark_line(strokeWidth=3, color=look.colour, opacity=0.5).encode(
        detail=alt.Detail("name", type="nominal")
    )
    dots = base.mark_point(shape="circle", size=440, strokeWidth=2, opacity=1, color=look.colour).encode(
        fill=alt.Fill("paint", type="nominal", scale=None)
    )
    numbers = base.mark_text(fontSize=13, fontWeight=600).encode(
        text=alt.Text("text", type="nominal"), color=alt.Color("ink", type="nominal", scale=None)
    )
    return alt.layer(way, dots, numbers, width=width - _NAMES, height=alt.Step(32), config=theme.config())
