"""Pictures of a pilot's evaluation: the way from the start, the gap as a course, funnel, profile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, by, empty, tips
from reports.figures.references import Reference, level, upright
from reports.figures.trends import beginning, time_axis

_ROW = 22  # pixels a county


def ways(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    lines: Sequence[Reference] = (),
    columns: int = 1,
    width: int = 520,
) -> Figure:
    """From where to where each county came, and the frontier of its group, one row a county, best first.

    Columns: name, group, start, now, frontier (float), share_order (float, sorts), shown (the share closed, as
    printed), tip (all of it in words). `lines`: baselines and targets. With `columns` 2 a whole province stays legible
    on a printed page.
    """
    if frame.empty:
        return empty(title, width)
    frame = frame.sort_values("share_order", ascending=False, kind="stable", na_position="last")
    size = -(-len(frame) // columns)
    parts = [frame.iloc[first : first + size] for first in range(0, len(frame), size)]
    wide = width if len(parts) == 1 else width // len(parts) - 60
    low, high = bounds([*frame[["start", "now", "frontier"]].to_numpy().ravel(), *(line.value for line in lines)], 0.06)
    high += (high - low) * 60 / wide  # room for the printed shares
    groups = sorted(dict.fromkeys(frame["group"]))
    looks = theme.looks(groups)
    colour = by("group", alt.Color, groups, [look.colour for look in looks])
    shape = by("group", alt.Shape, groups, [look.shape for look in looks])

    def strip(part: pd.DataFrame) -> Any:
        row = alt.Chart().encode(
            y=alt.Y(
                "name", type="nominal", sort=list(part["name"]), axis=alt.Axis(title=None, ticks=False, domain=False)
            )
        )

        def x(field: str) -> alt.X:
            scale = alt.Scale(domain=[low, high], nice=False, zero=False)
            return alt.X(field, type="quantitative", scale=scale, axis=alt.Axis(title=unit or None, tickCount=5))

        return alt.layer(
            *upright(lines, (low, high)),
            row.mark_rule(strokeWidth=2).encode(x=x("start"), x2=alt.X2("now"), color=colour),
            row.mark_point(filled=False, fill=theme.PAPER, size=45, opacity=1).encode(x=x("start"), color=colour),
            # No stroke: strokes above each other would look like a target's dashes.
            row.mark_point(shape="diamond", filled=False, size=50, strokeWidth=1.5, color=theme.INK, opacity=1).encode(
                x=x("frontier")
            ),
            row.mark_point(filled=True, size=80, opacity=1).encode(
                x=x("now"), color=colour, shape=shape, tooltip=tips([("name", "地区"), ("tip", "走了多远")])
            ),
            row.mark_text(align="right", fontSize=11, color=theme.INK).encode(
                x=alt.value("width"), text=alt.Text("shown", type="nominal")
            ),
            data=part,
            width=wide,
            height=alt.Step(_ROW if len(frame) < 20 else 18),
        )

    heading = alt.Title(text=title, subtitle="空心：试点前　实心：试点后　菱形：同类最好四分之一")
    if len(parts) == 1:
        return alt.layer(strip(frame), title=heading, config=theme.config())
    return alt.hconcat(*map(strip, parts), title=heading, spacing=24, config=theme.config())


def courses(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    zero_label: str,
    began: date | None = None,
    breaks: Sequence[tuple[date, str]] = (),
    width: int = 520,
) -> Figure:
    """Differences over time with their intervals as bands, against zero.

    Columns: period_start (datetime), period_label, series, estimate, low, high (NaN where there is no
    interval), shown.
    """
    if frame.empty:
        return empty(title, width)
    frame = frame.assign(period_start=pd.to_datetime(frame["period_start"]).dt.tz_localize(None))
    names = list(dict.fromkeys(frame["series"]))
    looks = theme.looks(names)
    low, high = bounds([0.0, *frame[["estimate", "low", "high"]].to_numpy().ravel()], 0.08)
    colour = by("series", alt.Color, names, [look.colour for look in looks])
    band = by("series", alt.Fill, names, [look.colour for look in looks], legend=False)
    dash = by("series", alt.StrokeDash, names, [list(look.dash) for look in looks], legend=False)
    shape = by("series", alt.Shape, names, [look.shape for look in looks])

    def y(field: str) -> alt.Y:
        axis = alt.Axis(title=unit or None, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-10)
        return alt.Y(field, type="quantitative", axis=axis, scale=alt.Scale(domain=[low, high], nice=False))

    base = alt.Chart().encode(x=time_axis(frame))
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).encode(y=alt.Y("zero", type="quantitative"))
    told = tips([("period_label", "时段"), ("series", "对象"), ("shown", "差与区间")])
    layers = [
        zero.mark_rule(color=theme.INK, strokeDash=[4, 3]),
        *(beginning(pd.Timestamp(began), "试点开始") if began else ()),
        *(layer for at, label in breaks for layer in beginning(pd.Timestamp(at), label, dash=[4, 2])),
        base.mark_area(opacity=1, fillOpacity=0.16).encode(y=y("low"), y2=alt.Y2("high"), fill=band),
        base.mark_line(strokeWidth=2).encode(y=y("estimate"), color=colour, strokeDash=dash),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            y=y("estimate"), color=colour, shape=shape, tooltip=told
        ),
    ]
    # Beside the line the words would lie on the points, which are near zero before the start.
    heading = alt.Title(text=title, subtitle=f"虚线：{zero_label}")
    return alt.layer(*layers, data=frame, title=heading, width=width, height=240, config=theme.config())


def since(frame: pd.DataFrame, *, title: str, unit: str, zero_label: str, width: int = 520) -> Figure:
    """Average effects by the time since each start, with their intervals, against zero; what lies before the
    start is hollow.

    Columns: event_time (int, 0 is the period of the start), label, estimate, low, high (NaN where there is no
    interval), shown.
    """
    if frame.empty:
        return empty(title, width)
    low, high = bounds([0.0, *frame[["estimate", "low", "high"]].to_numpy().ravel()], 0.08)
    first, last = int(frame["event_time"].min()), int(frame["event_time"].max())
    step = -(-(last - first + 1) // 13)
    ticks = [at for at in range(first, last + 1) if at % step == 0]

    def y(field: str) -> alt.Y:
        axis = alt.Axis(title=unit or None, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-10)
        return alt.Y(field, type="quantitative", axis=axis, scale=alt.Scale(domain=[low, high], nice=False))

    axis = alt.Axis(title="启动后第几期（0 为启动当期，负数为启动前）", values=ticks, format="d", grid=False)
    scale = alt.Scale(domain=[first - 0.6, last + 0.6], nice=False, zero=False)
    base = alt.Chart().encode(x=alt.X("event_time", type="quantitative", axis=axis, scale=scale))
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).encode(y=alt.Y("zero", type="quantitative"))
    start = alt.Chart(pd.DataFrame({"at": [-0.5]})).encode(x=alt.X("at", type="quantitative"))
    colour = theme.looks(["平均效果"])[0].colour
    told = tips([("label", "时间"), ("shown", "平均效果与区间")])
    point = base.encode(y=y("estimate"), tooltip=told)
    layers = [
        zero.mark_rule(color=theme.INK, strokeDash=[4, 3]),
        start.mark_rule(color=theme.MUTED, strokeWidth=1.2),
        base.mark_rule(strokeWidth=2, color=colour).encode(y=y("low"), y2=alt.Y2("high")),
        point.transform_filter("datum.event_time < 0").mark_point(
            filled=False, fill=theme.PAPER, size=50, opacity=1, color=colour
        ),
        point.transform_filter("datum.event_time >= 0").mark_point(filled=True, size=60, opacity=1, color=colour),
    ]
    # Beside the line the words would lie on the points, which are near zero before the start.
    heading = alt.Title(text=title, subtitle=f"虚线：{zero_label}")
    return alt.layer(*layers, data=frame, title=heading, width=width, height=240, config=theme.config())


def funnel(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    title: str,
    unit: str,
    size_label: str,
    lines: Sequence[Reference] = (),
    width: int = 520,
) -> Figure:
    """Places by their size against the limits that chance alone keeps to.

    `frame`: name, d, value, shrunken (float), tone ("inside", "95", "99.8"), shown. `limits`, sorted by d:
    d, low95, high95, low998, high998. `lines`: baselines and targets.
    """
    if frame.empty:
        return empty(title, width)
    low, high = bounds([*frame["value"], *limits["low95"], *limits["high95"], *(line.value for line in lines)], 0.08)
    least, most = np.log(limits["d"].iloc[0]), np.log(limits["d"].iloc[-1])
    drawn = [
        ((np.log(at) - least) / ((most - least) or 1.0), (value - low) / (high - low))
        for found, field in ((frame, "value"), *((limits, name) for name in ("low95", "high95", "low998", "high998")))
        for at, value in zip(found["d"], found[field], strict=True)
    ]
    words = {"inside": "波动范围内", "95": "超出 95%", "99.8": "超出 99.8%"}
    frame = frame.assign(place=frame["tone"].map(words))
    looks = {
        "波动范围内": (theme.MAIN, "circle"),
        "超出 95%": (theme.ATTENTION, "triangle-up"),
        "超出 99.8%": (theme.BAD, "square"),
    }
    there = [name for name in looks if name in set(frame["place"])]
    colour = by("place", alt.Color, there, [looks[name][0] for name in there])
    shape = by("place", alt.Shape, there, [looks[name][1] for name in there])
    x = alt.X(
        "d",
        type="quantitative",
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(title=size_label or None, tickCount=5, format=",d", grid=False),
    )

    def y(field: str) -> alt.Y:
        axis = alt.Axis(title=unit or None, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=0, titleY=-10)
        return alt.Y(field, type="quantitative", axis=axis, scale=alt.Scale(domain=[low, high], nice=False, zero=False))

    curve = alt.Chart(limits).encode(x=x)
    points = alt.Chart(frame).encode(x=x)
    told = tips([("name", "地区"), ("shown", "数值"), ("place", "位置")])
    layers = [
        *level(lines, (low, high), (width, 240), drawn),
        *(
            curve.mark_line(color=theme.MUTED, strokeDash=dash, strokeWidth=1.2, clip=True).encode(y=y(field))
            for pair, dash in ((("low95", "high95"), [2, 3]), (("low998", "high998"), [1, 0]))
            for field in pair
        ),
        points.mark_rule(color=theme.RULE).encode(y=y("value"), y2=alt.Y2("shrunken")),
        points.mark_tick(color=theme.MUTED, thickness=2, size=9).encode(y=y("shrunken")),
        points.mark_point(filled=True, size=60, opacity=1).encode(
            y=y("value"), color=colour, shape=shape, tooltip=told
        ),
        points.transform_filter("datum.tone == '99.8'")
        .mark_text(dy=-10, fontSize=11, color=theme.INK)
        .encode(y=y("value"), text=alt.Text("name", type="nominal")),
    ]
    heading = alt.Title(text=title, subtitle="虚线 95%，实线 99.8%；短横为收缩后的值")
    return alt.layer(*layers, title=heading, width=width, height=240, config=theme.config())


def profile(frame: pd.DataFrame, *, title: str, width: int = 520) -> Figure:
    """Parts of a score as bars within their weights; a part without data is an empty dashed frame.

    Columns: label, weight (float), points (float, NaN for missing), shown, why.
    """
    if frame.empty:
        return empty(title, width)
    order = list(frame["label"])
    y = alt.Y("label", type="nominal", sort=order, axis=alt.Axis(title=None, ticks=False, domain=False))
    most = float(frame["weight"].max())

    def x(field: str) -> alt.X:
        scale = alt.Scale(domain=[0, most * 1.25], nice=False)
        return alt.X(field, type="quantitative", scale=scale, axis=alt.Axis(title="分", tickCount=6))

    base = alt.Chart().encode(y=y, tooltip=tips([("label", "部分"), ("shown", "得分"), ("why", "依据")]))
    bars = base.transform_filter("isValid(datum.points)")
    gone = base.transform_filter("!isValid(datum.points)")
    layers = [
        bars.mark_bar(color=theme.NO_VALUE, size=16).encode(x=x("weight")),
        bars.mark_bar(color=theme.MAIN, size=16).encode(x=x("points")),
        gone.mark_bar(fill=theme.PAPER, stroke=theme.MUTED, strokeDash=[3, 3], strokeWidth=1, size=16).encode(
            x=x("weight")
        ),
        base.mark_text(align="left", dx=6, fontSize=12, color=theme.INK).encode(
            x=x("weight"), text=alt.Text("shown", type="nominal")
        ),
    ]
    return alt.layer(*layers, data=frame, title=title, width=width, height=alt.Step(28), config=theme.config())
