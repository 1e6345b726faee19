"""Groups and counties side by side: estimated effects, attainment of targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from reports import theme
from reports.figures.common import Figure, bounds, by, empty, tips
from reports.figures.references import Reference, upright

_NAMES = 60  # pixels that the names of counties take beside each column
_FIGURES = 48  # pixels at the right edge for the printed figures


def effects(
    frame: pd.DataFrame, *, title: str = "", unit: str = "", zero_label: str = "无变化", width: int = 520
) -> Figure:
    """Estimates with their intervals, one row a group, against a zero line.

    Columns: group, estimate, low, high (float, NaN when it cannot be judged), shown (printed
    above the interval, or the reason there is none).
    """
    if frame.empty:
        return empty(title, width)
    names = list(dict.fromkeys(frame["group"]))
    looks = theme.looks(names)
    least, most = bounds([0.0, *frame[["estimate", "low", "high"]].to_numpy().ravel()], margin=0.15)
    frame = frame.assign(at=frame["estimate"].fillna((least + most) / 2))

    def encode(chart: alt.Chart, field: str, **more: Any) -> alt.Chart:
        return chart.encode(
            x=alt.X(
                field,
                type="quantitative",
                axis=alt.Axis(title=unit or None, tickCount=7),
                scale=alt.Scale(domain=[least, most], nice=False),
            ),
            y=alt.Y(
                "group", type="nominal", sort=names, axis=alt.Axis(title=None, grid=False, ticks=False, domain=False)
            ),
            **more,
        )

    colour = by("group", alt.Color, names, [look.colour for look in looks], legend=False)
    shape = by("group", alt.Shape, names, [look.shape for look in looks], legend=False)
    tooltip = tips([("group", "组别"), ("shown", "估计与区间")])
    zero = alt.Chart(pd.DataFrame({"zero": [0.0], "label": [zero_label]}))
    known = alt.Chart().transform_filter("isValid(datum.estimate)")
    layers = [
        zero.mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(x=alt.X("zero", type="quantitative")),
        zero.mark_text(color=theme.MUTED, fontSize=11, dy=-6, baseline="bottom").encode(
            x=alt.X("zero", type="quantitative"), y=alt.value(0), text=alt.Text("label", type="nominal")
        ),
        encode(known.mark_rule(strokeWidth=2.5), "low", x2=alt.X2("high"), color=colour),
        *(
            encode(known.mark_tick(thickness=2.5, size=14, orient="vertical", opacity=1), end, color=colour)
            for end in ("low", "high")
        ),
        encode(
            known.mark_point(filled=True, size=110, opacity=1), "estimate", color=colour, shape=shape, tooltip=tooltip
        ),
        encode(
            alt.Chart().mark_text(dy=-17, fontSize=12, color=theme.INK), "at", text=alt.Text("shown", type="nominal")
        ),
    ]
    return alt.layer(*layers, data=frame, title=title, width=width, height=alt.Step(60), config=theme.config())


def attainment(
    frame: pd.DataFrame,
    *,
    title: str = "",
    lines: Sequence[Reference] = (Reference("目标 100%", 100),),
    columns: int = 1,
    width: int = 520,
) -> Figure:
    """How far each county has come towards its target, best first, with the target at 100%.

    Columns: name, value (percent; NaN rows are left out), shown, group, n, d. `lines` stand at their place on the
    same scale, replaced ones too. With `columns` 2 a whole province stays legible on a printed page.
    """
    frame = frame[frame["value"].notna()].sort_values("value", ascending=False, kind="stable")
    if frame.empty:
        return empty(title, width)
    size = -(-len(frame) // columns)
    parts = [frame.iloc[start : start + size] for start in range(0, len(frame), size)]
    wide = width if len(parts) == 1 else width // len(parts) - _NAMES
    known = [*frame["value"], *(line.value for line in lines)]
    least = min(0.0, float(min(known)) * 1.1)
    most = max(110.0, float(max(known)) * wide / (wide - _FIGURES))
    groups = sorted(dict.fromkeys(frame["group"]))
    looks = theme.looks(groups)
    colour = by("group", alt.Color, groups, [look.colour for look in looks])
    shape = by("group", alt.Shape, groups, [look.shape for look in looks])
    tooltip = tips([("name", "地区"), ("group", "地区类型"), ("shown", "达成率"), ("n", "分子"), ("d", "分母")])
    value = alt.X(
        "value",
        type="quantitative",
        scale=alt.Scale(domain=[least, most], nice=False),
        axis=alt.Axis(title="达成率（%）", tickCount=5),
    )

    def strip(part: pd.DataFrame) -> Any:
        axis = alt.Axis(title=None, ticks=False, domain=False)
        row = alt.Chart().encode(y=alt.Y("name", type="nominal", sort=list(part["name"]), axis=axis))
        return alt.layer(
            *upright(lines, (least, most)),
            row.mark_rule(strokeWidth=1.5).encode(x=value, x2=alt.datum(0), color=colour),
            row.mark_point(filled=True, size=80, opacity=1).encode(x=value, color=colour, shape=shape, tooltip=tooltip),
            row.mark_text(align="right", fontSize=11, color=theme.INK).encode(
                x=alt.value("width"), text=alt.Text("shown", type="nominal")
            ),
            data=part,
            width=wide,
            height=alt.Step(18),
        )

    if len(parts) == 1:
        return alt.layer(strip(frame), title=title, config=theme.config())
    return alt.hconcat(*map(strip, parts), title=title, spacing=24, config=theme.config())
