"""The pictures under the five questions: page and report draw the same ones from the same answers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from core.numbers import format_number
from core.periods import Period
from core.words import Arm, Direction
from metrics import small_area
from metrics.pictures import headline, of_means, of_places
from pilots import pictures
from pilots.answers import Distance
from pilots.evaluation import Evaluation, Measure
from pilots.pictures import effect_unit
from pilots.profile import Profile
from pilots.wording import closed_words
from reports import figures
from reports.figures import Reference
from reports.figures.common import Figure

_ARMS = {Arm.PILOT.value: "试点地区", Arm.COMPARISON.value: "对照地区"}
_CURVE = 60  # points of a funnel's limits


def distance(
    evaluation: Evaluation, measure: Measure, found: Distance, *, columns: int = 1, width: int = 520
) -> Figure:
    """Each pilot county from its own start towards the best quarter of its group."""
    indicator = measure.indicator
    units = {unit.code: unit for unit in evaluation.units}
    rows = []
    for row in found.rows.itertuples():
        start, now, frontier = (found.sign * float(value) for value in (row.start, row.now, row.frontier))
        closed = "起点已在前沿" if np.isnan(row.share) else closed_words(row.share)
        told = f"试点前 {indicator.show(start)}，试点后 {indicator.show(now)}，同类前沿 {indicator.show(frontier)}，{closed}"
        rows.append(
            {
                "name": units[row.code].name,
                "group": units[row.code].group or "未分组",
                "start": start,
                "now": now,
                "frontier": frontier,
                "share_order": row.share,
                "shown": "前沿" if np.isnan(row.share) else closed_words(row.share),
                "tip": told,
            }
        )
    columns_ = ["name", "group", "start", "now", "frontier", "share_order", "shown", "tip"]
    return figures.ways(
        pd.DataFrame(rows, columns=columns_),
        title="各试点地区从自己的起点走了多远",
        unit=indicator.unit,
        lines=_of_distance(evaluation, measure),
        columns=columns,
        width=width,
    )


def _of_distance(evaluation: Evaluation, measure: Measure) -> list[Reference]:
    """None where the way is not told in the promise's own terms: what periods added, or a distance from a range."""
    indicator = measure.indicator
    if indicator.accumulation.cumulative or indicator.direction is Direction.WITHIN:
        return []
    return of_places(indicator, measure.targets, measure.latest or evaluation.span.first_post)


def before(evaluation: Evaluation, measure: Measure, frame: pd.DataFrame, *, width: int = 520) -> Figure:
    """Both sides before and after the start, as means over counties, with every baseline and target; a running
    total is shown by what each period added, for which nothing was promised."""
    indicator = measure.indicator
    rows = [
        {
            "period_start": pd.Timestamp(Period.parse(row.period).start),
            "period_label": Period.parse(row.period).label,
            "series": _ARMS[row.arm],
            "value": row.value,
            "shown": indicator.show(row.value),
            "n": f"{row.of} 个地区",
            "d": "各地平均",
            "incomplete": False,
            "segment": "" if row.period < evaluation.span.starting else "后",
        }
        for row in frame.sort_values(["arm", "period"], ascending=[False, True]).itertuples()
    ]
    names = ["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete", "segment"]
    return figures.trend(
        pd.DataFrame(rows, columns=names),
        unit=indicator.unit,
        title=f"{headline(indicator)}：两边原来同步吗",
        lines=[] if indicator.accumulation.cumulative else of_means(indicator, measure.targets, list(frame.period)),
        began=evaluation.pilot.start_on,
        breaks=_stage_breaks(evaluation, list(frame.period)),
        width=width,
    )


def gap_course(evaluation: Evaluation, measure: Measure, frame: pd.DataFrame, *, width: int = 520) -> Figure:
    """The gap between developed and underdeveloped counties, among pilots and among comparison units."""
    unit = effect_unit(measure.indicator)
    rows = [
        {
            "period_start": pd.Timestamp(Period.parse(row.period).start),
            "period_label": Period.parse(row.period).label,
            "series": _ARMS[row.arm],
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "shown": gap_shown(measure, row),
        }
        for row in frame.sort_values(["arm", "period"], ascending=[False, True]).itertuples()
    ]
    names = ["period_start", "period_label", "series", "estimate", "low", "high", "shown"]
    return figures.courses(
        pd.DataFrame(rows, columns=names),
        title="发达地区与山区海岛县之差",
        unit=unit,
        zero_label="两类相同",
        began=evaluation.pilot.start_on,
        breaks=pictures.breaks(evaluation, measure, sorted(set(frame.period))),
        width=width,
    )


def gap_shown(measure: Measure, row: object) -> str:
    """“+3.20个百分点（+1.10 至 +5.30）”."""
    estimate, low, high = (float(getattr(row, name)) for name in ("estimate", "low", "high"))
    decimals = measure.indicator.decimals
    words = format_number(estimate, decimals, signed=True) + effect_unit(measure.indicator)
    if np.isnan(low):
        return words + "（无法给出区间）"
    return f"{words}（{format_number(low, decimals, signed=True)} 至 {format_number(high, decimals, signed=True)}）"


def funnel(evaluation: Evaluation, measure: Measure, frame: pd.DataFrame, *, width: int = 520) -> Figure:
    """Pilot counties by how many cases they have, against what chance alone does."""
    indicator = measure.indicator
    scale = float(indicator.factor)
    names = {unit.code: unit.name for unit in evaluation.units}
    mean = float(frame.n.sum() / frame.d.sum())
    sizes = np.geomspace(float(frame.d.min()) * 0.9, float(frame.d.max()) * 1.1, _CURVE)
    near, far = small_area.funnel_limits(mean, sizes), small_area.funnel_limits(mean, sizes, 0.998)
    limits = pd.DataFrame(
        {
            "d": sizes,
            "low95": near.low * scale,
            "high95": near.high * scale,
            "low998": far.low * scale,
            "high998": far.high * scale,
        }
    )
    points = pd.DataFrame(
        {
            "name": frame.code.map(names),
            "d": frame.d,
            "value": frame.share * scale,
            "shrunken": frame.shrunken * scale,
            "tone": frame.beyond.replace("", "inside"),
            "shown": [
                f"{indicator.show(row.share * scale)}（{row.n:,.0f} / {row.d:,.0f}），收缩后 {indicator.show(row.shrunken * scale)}"
                for row in frame.itertuples()
            ],
        }
    )
    when = Period.parse(measure.latest).label if measure.latest else ""
    return figures.funnel(
        points,
        limits,
        title=f"小地方的高低，多少是偶然　{when}",
        unit=indicator.unit,
        size_label=indicator.d_label,
        lines=of_places(indicator, measure.targets, measure.latest or ""),
        width=width,
    )


def profile(found: Profile, *, width: int = 520) -> Figure:
    """The replicability profile: every part within its weight."""
    frame = pd.DataFrame(
        [
            {
                "label": part.label,
                "weight": float(part.weight),
                "points": float("nan") if part.points is None else part.points,
                "shown": part_shown(part.points, part.weight),
                "why": part.why,
            }
            for part in found.parts
        ]
    )
    return figures.profile(frame, title="可复制性", width=width)


def part_shown(points: float | None, weight: int) -> str:
    """“18 / 25”, or that there are no data."""
    return f"缺（满分 {weight}）" if points is None else f"{format_number(points, 0)} / {weight}"


def _stage_breaks(evaluation: Evaluation, periods: list[str]) -> list[tuple[date, str]]:
    if not periods:
        return []
    first, last = Period.parse(min(periods)).start, Period.parse(max(periods)).end
    found = [(stretch.start_on, pictures.phase_break(stretch)) for stretch in evaluation.stretches[1:]]
    return [(day, words) for day, words in found if first < day <= last]
