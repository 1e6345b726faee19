"""Pictures of this room: one figure through its periods, scores and places in an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import altair as alt
import pandas as pd

from core.numbers import format_exact, format_number, from_micro
from core.periods import Period
from core.words import Combine, TargetKind
from metrics.frozen_quality import Reckoning, RoundScore
from metrics.model import Indicator
from metrics.promises import in_force
from metrics.queries import TargetView
from metrics.standings import Standing
from metrics.tracing import Point
from reports import figures, theme
from reports.figures import Reference
from reports.figures.common import Figure, by, short, tips
from reports.figures.references import upright
from reports.figures.trends import HEIGHT

_TREND = ["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete", "segment"]


def trend(
    indicator: Indicator,
    points: Sequence[Point],
    targets: Sequence[TargetView],
    place: str,
    *,
    region_code: str | None = None,
    floor: float = 0,
    width: int = 640,
    height: int = HEIGHT,
) -> Figure:
    """One place's figures, with every baseline and target that was ever in force for it (`region_code`; None
    for a sum). Sums reported by a smaller share than `floor` are hollow; figures by another version of the
    definition that is not comparable are not joined to the rest."""
    return figures.trend(
        _course(indicator, points, place, floor),
        unit=indicator.unit,
        title=headline(indicator),
        lines=references(indicator, targets, region_code, *ends(points)) if points else (),
        breaks=[(Period.parse(point.period).start, point.begins) for point in points if point.begins],
        width=width,
        height=height,
    )


def trend_rows(indicator: Indicator, points: Sequence[Point], place: str, *, floor: float = 0) -> pd.DataFrame:
    """The figures of `trend` as a table."""
    return figures.trend_rows(_course(indicator, points, place, floor))


def _course(indicator: Indicator, points: Sequence[Point], place: str, floor: float) -> pd.DataFrame:
    rows = [
        (
            pd.Timestamp(Period.parse(point.period).start),
            Period.parse(point.period).label,
            place,
            float("nan") if point.value is None else float(point.value),
            indicator.show(point.value),
            amount(point.n),
            amount(point.d),
            point.reported < floor * point.expected and point.value is not None,
            point.segment,
        )
        for point in points
    ]
    return pd.DataFrame(rows, columns=_TREND)


def quality(rows: Sequence[RoundScore], place: str, floor: float, *, width: int = 640) -> Figure:
    """The quality score through the rounds, with the score that a verdict needs; hollow where a frozen round's score
    was not kept and is today's reckoning."""
    frame = pd.DataFrame(
        [
            (
                pd.Timestamp(Period.parse(key).start), Period.parse(key).label, place, float(total),
                f"{format_number(total, 1)} 分（{reckoning.label}）", "–", "–", reckoning is Reckoning.RECOMPUTED, "",
            )
            for key, total, reckoning in rows
        ],
        columns=_TREND,
    )  # fmt: skip
    first, last = (Period.parse(rows[at][0]).start for at in (0, -1))
    line = Reference(label=f"下结论需要 {floor:g} 分", value=floor, start=first, end=last, is_target=True, current=True)
    hollow = f"冻结时没有留存，{Reckoning.RECOMPUTED.label}"
    return figures.trend(frame, unit="分", title="数据质量分（满分 100）", lines=[line], hollow=hollow, width=width)


def headline(indicator: Indicator) -> str:
    """按时办结率（越高越好）; cumulative figures say so."""
    total = f"，{indicator.accumulation.label}" if indicator.accumulation.cumulative else ""
    return f"{indicator.name}（{indicator.direction.label}{total}）"


def ends(points: Sequence[Point]) -> tuple[Period, Period]:
    """The first and the last period of a picture."""
    return Period.parse(points[0].period), Period.parse(points[-1].period)


def amount(micro: int | None) -> str:
    """A quantity as it was reported."""
    return format_exact(None if micro is None else from_micro(micro))


def scores(rows: Sequence[Standing], indicator: Indicator | None = None, targets: Sequence[TargetView] = ()) -> Figure:
    """The scores of one group in one month, best first, with every baseline and target of the score (`indicator`, a
    percentage of the full mark). The axis begins near the lowest: only the distances between units mean something."""
    frame = pd.DataFrame(
        {
            "unit": [row.unit for row in rows],
            "score": [float(row.score) for row in rows],
            "shown": [f"{row.score:f}" for row in rows],
            "full": [f"{row.full_mark:f}" for row in rows],
            "place": [f"第 {row.rank} 名" for row in rows],
        }
    )
    full = float(rows[0].full_mark)
    lines = []
    if indicator is not None:
        promised = standing(indicator, targets, rows[0].period)
        lines = [replace(line, value=line.value / float(indicator.factor) * full) for line in promised]
    lowest = min([float(frame["score"].min()), *(line.value for line in lines)])
    low = lowest - (full - lowest) * 0.15
    y = alt.Y("unit", type="nominal", sort=list(frame["unit"]), axis=alt.Axis(title=None, ticks=False, domain=False))
    x = alt.X(
        "score",
        type="quantitative",
        scale=alt.Scale(domain=[low, full], nice=False),
        axis=alt.Axis(title=f"得分（满分 {full:g}）", tickCount=5),
    )
    base = alt.Chart().encode(y=y)
    tooltip = tips([("unit", "单位"), ("shown", "得分"), ("full", "满分"), ("place", "组内名次")])
    layers = [
        *upright(lines, (low, full)),
        base.mark_rule(color=theme.RULE, strokeWidth=1.5).encode(x=x, x2=alt.value(0)),
        base.mark_point(filled=True, size=110, opacity=1, color=theme.MAIN).encode(x=x, tooltip=tooltip),
        base.mark_text(align="left", dx=9, fontSize=12, color=theme.INK).encode(
            x=x, text=alt.Text("shown", type="nominal")
        ),
    ]
    return alt.layer(*layers, data=frame, width=520, height=alt.Step(30), config=theme.config())


def ranks(rows: Sequence[Standing]) -> Figure:
    """Places in one group, month after published month, the first place on top."""
    periods = sorted({row.period for row in rows})
    units = list(dict.fromkeys(row.unit for row in sorted(rows, key=lambda row: (row.unit, row.period))))
    frame = pd.DataFrame(
        {
            "period": [short(Period.parse(row.period).label) for row in rows],
            "unit": [row.unit for row in rows],
            "rank": [row.rank for row in rows],
            "shown": [f"第 {row.rank} 名，{row.score:f} 分" for row in rows],
        }
    )
    looks = theme.looks(units)
    most = int(frame["rank"].max())
    order = [short(Period.parse(period).label) for period in periods]
    base = alt.Chart(frame, width=520, height=40 * most + 20).encode(
        x=alt.X("period", type="nominal", sort=order, axis=alt.Axis(title=None), scale=alt.Scale(type="point")),
        y=alt.Y(
            "rank",
            type="quantitative",
            scale=alt.Scale(domain=[most + 0.4, 0.6], nice=False),
            axis=alt.Axis(title="名次", values=list(range(1, most + 1)), format="d", grid=False),
        ),
        color=by("unit", alt.Color, units, [look.colour for look in looks]),
    )
    dash = by("unit", alt.StrokeDash, units, [list(look.dash) for look in looks], legend=False)
    shape = by("unit", alt.Shape, units, [look.shape for look in looks])
    tooltip = tips([("period", "月份"), ("unit", "单位"), ("shown", "名次与得分")])
    config = theme.config()
    config["legend"] = {**config["legend"], "columns": 3}  # the names must not run off a telephone
    return alt.layer(
        base.mark_line(strokeWidth=2).encode(strokeDash=dash),
        base.mark_point(filled=True, size=90, opacity=1).encode(shape=shape, tooltip=tooltip),
        config=config,
    )


def references(
    indicator: Indicator, targets: Sequence[TargetView], region_code: str | None, first: Period, last: Period
) -> list[Reference]:
    """Every baseline and target that was ever set for a region (None: for all together), between two periods.

    A region's own lines follow the common ones, which they replace. A line that was replaced ends where its
    successor begins, lighter; one that was set anew from the same period on runs on beside it, so that what
    was promised first is never lost from the picture.
    """
    lines = []
    for kind in TargetKind:
        known = [target for target in targets if target.kind is kind]
        rows = [target for target in known if target.region_code is None]
        rows += [target for target in known if region_code is not None and target.region_code == region_code]
        rows = [row for row in rows if Period.parse(row.from_period).start <= last.start]
        for row, after in zip_longest(rows, rows[1:]):
            start = Period.parse(row.from_period).start
            end = None if after is None else Period.parse(after.from_period).start
            if end is not None and end <= start:
                end = None
            if row.until:
                changes = Period.parse(row.until).start
                end = changes if end is None else min(end, changes)
            if end is not None and end <= first.start:
                continue  # over before the picture begins
            own = "（本地区）" if row.region_code else ""
            past = "（原）" if after is not None else "（原口径）" if row.until else ""
            line = _line(indicator, row, own + past, current=not past)
            ending = last.start if end is None else min(end, last.start)
            lines.append(replace(line, start=max(start, first.start), end=ending))
    return lines


def standing(
    indicator: Indicator, targets: Sequence[TargetView], period: str, region_code: str | None = None
) -> list[Reference]:
    """For a picture of one period: the baseline and the target in force then, and every one that it replaced, of a
    region or (None) the common ones. A region's own replaces the common one."""
    lines = []
    for kind in TargetKind:
        reached = [
            target
            for target in targets
            if target.kind is kind and target.from_period <= period and target.region_code in (None, region_code)
        ]
        now = in_force(reached, kind, region_code or "", period)
        for row in reached:
            past = "" if row is now else "（原口径）" if row.until and row.until <= period else "（原）"
            own = "（本地区）" if row.region_code else ""
            lines.append(_line(indicator, row, own + past, current=row is now))
    return lines


def _line(indicator: Indicator, row: TargetView, words: str, *, current: bool) -> Reference:
    is_target = row.kind is TargetKind.TARGET
    label = f"{'目标' if is_target else '基线'} {indicator.show(row.value)}{words}"
    return Reference(label=label, value=float(row.value), is_target=is_target, current=current)


def of_places(indicator: Indicator, targets: Sequence[TargetView], period: str) -> list[Reference]:
    """The common baselines and targets for a picture of places beside each other in one period; none where `of_means`
    has none, or where each place shows what it added to a running total."""
    return [] if indicator.combine_regions is Combine.SUM else standing(indicator, targets, period)


def of_means(indicator: Indicator, targets: Sequence[TargetView], periods: Sequence[str]) -> list[Reference]:
    """The common baselines and targets for a picture of means over places. None where places are added up: what
    was promised for their sum is no line for their mean."""
    if not periods or indicator.combine_regions is Combine.SUM:
        return []
    return references(indicator, targets, None, Period.parse(min(periods)), Period.parse(max(periods)))
