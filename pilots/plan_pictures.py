"""The plan of a pilot over time: its phases as bars, its milestones as points, today as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd

from core.words import MilestoneState, PhaseKind
from pilots.phases import Phase
from pilots.plan import Milestone
from reports import theme
from reports.figures.common import Figure, by, tips

# Word, colour and point shape of a milestone's standing.
_STANDINGS = {
    "按期完成": (theme.GOOD, "circle"),
    "晚完成": (theme.ATTENTION, "circle"),
    "已超期": (theme.BAD, "triangle-up"),
    "未到期": (theme.MAIN, "diamond"),
    "已取消": (theme.NOT_YET, "cross"),
}
_KINDS = {PhaseKind.TRIAL: "#B9CDE5", PhaseKind.ITERATION: "#F0C9A4", PhaseKind.PROMOTION: "#B5DCCB"}
_ROW = 30
_TICKS = 7


def timeline(phases: Sequence[Phase], milestones: Sequence[Milestone], today: date, *, width: int = 640) -> Figure:
    """Phases above, one row a milestone below, in order of time."""
    names = {item.id: _row(number, item) for number, item in enumerate(milestones, start=1)}
    rows = [f"阶段 {phase.number}" for phase in phases] + list(names.values())
    days = [phase.start_on for phase in phases] + [phase.end_on for phase in phases]
    days += [item.due_on for item in milestones] + [item.done_on for item in milestones if item.done_on] + [today]
    room = timedelta(days=max(6, (max(days) - min(days)).days // 25))
    first, last = min(days) - room, max(days) + room
    x = alt.Scale(domain=[_time(first), _time(last)], nice=False)
    y = alt.Y(
        "row",
        type="nominal",
        sort=rows,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=190, labelPadding=8),
    )
    layers = [*_bars(phases, x, y, first, last), _today(today, x)]
    if milestones:
        layers.append(_points(milestones, names, today, x, y))
    return alt.layer(*layers, width=width, height=_ROW * len(rows) + 10, config=theme.config())


def standing(item: Milestone, today: date) -> str:
    if item.state is MilestoneState.CANCELLED:
        return "已取消"
    if item.state is MilestoneState.DONE:
        return "晚完成" if item.late else "按期完成"
    return "已超期" if item.overdue(today) else "未到期"


def _bars(phases: Sequence[Phase], x: alt.Scale, y: alt.Y, first: date, last: date) -> list[Any]:
    frame = pd.DataFrame(
        [
            (
                f"阶段 {phase.number}",
                _stamp(phase.start_on),
                _stamp(phase.end_on + timedelta(days=1)),
                f"{phase.name}　{phase.scenario_version}",
                phase.kind.label,
                f"{phase.start_on} 至 {phase.end_on}",
                phase.goal or "–",
                _KINDS[phase.kind],
            )
            for phase in phases
        ],
        columns=["row", "start", "end", "name", "kind", "days", "goal", "colour"],
    )
    base = alt.Chart(frame).encode(
        y=y,
        x=alt.X("start", type="temporal", scale=x, axis=_axis(first, last)),
        tooltip=tips([("name", "阶段"), ("kind", "类型"), ("days", "起止"), ("goal", "目标")]),
    )
    bars = base.mark_bar(height=18, cornerRadius=3).encode(
        x2=alt.X2("end"), fill=alt.Fill("colour", type="nominal", scale=None)
    )
    words = base.mark_text(align="left", dx=6, color=theme.INK).encode(text=alt.Text("name", type="nominal"))
    return [bars, words]


def _points(milestones: Sequence[Milestone], rows: Mapping[int, str], today: date, x: alt.Scale, y: alt.Y) -> Any:
    frame = pd.DataFrame(
        [
            (
                rows[item.id],
                _stamp(item.done_on or item.due_on),
                standing(item, today),
                item.content,
                str(item.due_on),
                str(item.done_on or "–"),
                item.owner,
                item.standing(today),
            )
            for item in milestones
        ],
        columns=["row", "at", "standing", "content", "due", "done", "owner", "words"],
    )
    names = [name for name in _STANDINGS if name in set(frame.standing)]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            y=y,
            x=alt.X("at", type="temporal", scale=x),
            color=by("standing", alt.Color, names, [_STANDINGS[name][0] for name in names]),
            shape=by("standing", alt.Shape, names, [_STANDINGS[name][1] for name in names]),
            tooltip=tips(
                [("content", "里程碑"), ("due", "期限"), ("done", "完成"), ("owner", "责任"), ("words", "情况")]
            ),
        )
    )
    return chart


def _today(today: date, x: alt.Scale) -> Any:
    base = alt.Chart(pd.DataFrame({"at": [_stamp(today)], "label": ["今天"]})).encode(
        x=alt.X("at", type="temporal", scale=x)
    )
    words = base.mark_text(align="center", baseline="bottom", color=theme.MUTED, fontSize=11)
    return alt.layer(
        base.mark_rule(color=theme.MUTED, strokeDash=[4, 3]),
        words.encode(y=alt.value(-3), text=alt.Text("label", type="nominal")),
    )


def _axis(first: date, last: date) -> alt.Axis:
    """A tick at the first of some months, labelled 2026-03: no English month can appear."""
    months = [stamp.date() for stamp in pd.date_range(first, last, freq="MS")]
    kept = months[:: max(1, -(-len(months) // _TICKS))]
    return alt.Axis(
        title=None, values=[_time(day) for day in kept], labelExpr="timeFormat(datum.value, '%Y-%m')", grid=True
    )


def _row(number: int, item: Milestone) -> str:
    return f"{number} " + (item.content if len(item.content) <= 13 else item.content[:12] + "…")


def _time(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def _stamp(day: date) -> pd.Timestamp:
    return pd.Timestamp(day)
