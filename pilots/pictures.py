"""A pilot's pictures: the page and the report draw the same ones from the same evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from core.numbers import MISSING, format_exact, format_number, from_micro
from core.periods import Period
from core.words import Arm, Combine, Direction, Side, TargetKind
from metrics.comparison import Effect
from metrics.definitions import break_words
from metrics.model import Indicator
from metrics.pictures import headline, of_places, references, standing
from metrics.promises import TargetView
from pilots.evaluation import Evaluation, Measure, attained
from pilots.phases import Stretch
from reports import figures
from reports.figures import Reference
from reports.figures.common import Figure

_ARM_MARKS = {Arm.PILOT: "pilot", Arm.COMPARISON: "comparison"}
# Status of a return → (tone, word) in the completeness strip.
_TONES = {
    "on_time": "good",
    "late": "attention",
    "returned": "attention",
    "missing": "bad",
    "open": "not_yet",
    "waiting": "not_yet",
}
STRIP_PERIODS = 12


def province(evaluation: Evaluation, measure: Measure, *, width: int = 480, select: str = "") -> Figure:
    """Every county of the province: the latest figure of those that take part, grey for the rest."""
    indicator = measure.indicator
    units = {unit.code: unit for unit in evaluation.units}
    latest = measure.counties[measure.counties.period == measure.latest].set_index("code")
    rows = []
    for place in evaluation.province:
        if place.tile_row is None:
            continue
        unit = units.get(place.code)
        row = latest.loc[place.code] if place.code in latest.index else None
        value = float("nan") if row is None or pd.isna(row.value) else float(row.value)
        rows.append(
            {
                "code": place.code,
                "short_name": place.short_name,
                "row": place.tile_row,
                "col": place.tile_col,
                "value": value,
                "shown": "" if pd.isna(value) else format_number(value, min(indicator.decimals, 1)),
                "note": parts(row.n, row.d) if row is not None and not pd.isna(value) else _absent(unit is not None),
                "group": place.group,
                "mark": _ARM_MARKS[unit.arm] if unit else "",
            }
        )
    frame = pd.DataFrame(rows, columns=["code", "short_name", "row", "col", "value", "shown", "note", "group", "mark"])
    when = Period.parse(measure.latest).label if measure.latest else "尚无完整的一期"
    return figures.tile_map(
        frame,
        title=f"{indicator.name}　{when}",
        legend=f"{indicator.name}（{indicator.unit}）",
        note="　".join(line.label for line in of_places(indicator, measure.targets, measure.latest or "")),
        width=width,
        select=select,
    )


def trend(evaluation: Evaluation, measure: Measure, *, width: int = 560) -> Figure:
    """The pilots by side, the comparison units together, baselines and targets; a county sees itself."""
    frame, periods = _course(evaluation, measure)
    return figures.trend(
        frame,
        unit=measure.indicator.unit,
        title=headline(measure.indicator),
        lines=lines(evaluation, measure, periods),
        began=evaluation.pilot.start_on,
        breaks=breaks(evaluation, measure, periods),
        width=width,
    )


def trend_rows(evaluation: Evaluation, measure: Measure) -> pd.DataFrame:
    """The figures of `trend` as a table."""
    return figures.trend_rows(_course(evaluation, measure)[0])


def _course(evaluation: Evaluation, measure: Measure) -> tuple[pd.DataFrame, list[str]]:
    """What `trend` draws, and the periods in it."""
    if evaluation.own_only:
        own = measure.counties.assign(incomplete=False, value=measure.counties.own)
        series = [(evaluation.units[0].name if evaluation.units else "", own)]
    else:
        groups = measure.groups
        series = []
        for side in (Side.DEVELOPED, Side.UNDERDEVELOPED):
            part = groups[(groups.arm == Arm.PILOT) & (groups.side == side.label)]
            if len(part):
                series.append((f"{side.label}试点", part))
        if not series:
            series.append(("试点地区", groups[(groups.arm == Arm.PILOT) & (groups.side == "")]))
        against = groups[(groups.arm == Arm.COMPARISON) & (groups.side == "")]
        if len(against):
            series.append(("对照地区", against))
    rows = [
        {
            "period_start": pd.Timestamp(Period.parse(row.period).start),
            "period_label": Period.parse(row.period).label,
            "series": name,
            "value": row.value,
            "shown": measure.indicator.show(row.value),
            "n": _amount(row.n),
            "d": _amount(row.d),
            "incomplete": bool(row.incomplete),
            "segment": str(row.run) + stage(evaluation, row.period),
        }
        for name, frame in series
        for row in frame.itertuples()
    ]
    frame = pd.DataFrame(
        rows, columns=["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete", "segment"]
    )
    return frame, sorted({str(period) for _, found in series for period in found.period})


def lines(evaluation: Evaluation, measure: Measure, periods: Sequence[str]) -> list[Reference]:
    """Every baseline and target ever set, for all pilots together or for the county that looks at itself."""
    if not periods:
        return []
    own = evaluation.units[0].code if evaluation.own_only and evaluation.units else None
    first, last = Period.parse(periods[0]), Period.parse(periods[-1])
    found = references(measure.indicator, measure.targets, own, first, last)
    if own is None and measure.indicator.combine_regions is Combine.SUM:
        return [replace(line, label=f"{line.label}，试点合计") for line in found]  # beside the sides' own sums
    return found


def on_the_way(
    indicator: Indicator,
    targets: Sequence[TargetView],
    baseline: Decimal | None,
    target: Decimal | None,
    period: str,
) -> list[Reference]:
    """Every common baseline and target at its place between the baseline (0) and the target (100) in force, in
    percent of that way. Where there is no such way (a range, or a level to be held), the target alone."""
    if indicator.direction is Direction.WITHIN or baseline is None or target is None or baseline == target:
        return [Reference("目标 100%", 100)]
    found = []
    for line in standing(indicator, targets, period):
        share = attained(indicator, baseline, target, Fraction(line.value))
        if share is not None:
            found.append(replace(line, value=share * 100))
    return found


def stage(evaluation: Evaluation, period: str) -> str:
    """Names the stretch of phases a period begins in, "" for the first: a line is broken between two."""
    starts = [stretch.start_on for stretch in evaluation.stretches[1:]]
    passed = sum(Period.parse(period).start >= start for start in starts)
    return f"-{passed}" if passed else ""


def breaks(evaluation: Evaluation, measure: Measure, periods: Sequence[str]) -> list[tuple[date, str]]:
    """Where a later version of the definition, or of the scenario, begins inside the picture."""
    inside = (version for version in measure.versions if version.valid_from)
    starts = [(Period.parse(version.valid_from).start, break_words(version)) for version in inside]
    starts += [(found.start_on, phase_break(found)) for found in evaluation.stretches[1:]]
    first, last = (Period.parse(periods[place]).start for place in (0, -1)) if periods else (date.max, date.max)
    return [(start, words) for start, words in starts if first < start <= last]


def phase_break(found: Stretch) -> str:
    """What stands beside the line where a phase with another scenario version begins."""
    first = found.phases[0]
    return first.name if first.scenario_version in first.name else f"{first.name}（{first.scenario_version}）"


def effects(measure: Measure, *, width: int = 520) -> Figure:
    """The effect together, on each side, and the difference between the sides, with intervals."""
    named = [("全部试点", measure.effect), *measure.by_side.items(), ("两类之差", measure.gap)]
    rows = [
        {
            "group": name,
            "estimate": effect.estimate,
            "low": effect.low,
            "high": effect.high,
            "shown": effect_words(measure.indicator, effect),
        }
        for name, effect in named
        if effect is not None
    ]
    frame = pd.DataFrame(rows, columns=["group", "estimate", "low", "high", "shown"])
    return figures.effects(
        frame,
        title="与对照地区相比，试点前后的变化之差",
        unit=effect_unit(measure.indicator),
        zero_label="与对照相同",
        width=width,
    )


def attainment(evaluation: Evaluation, measure: Measure, *, columns: int = 1, width: int = 520) -> Figure:
    """How far each pilot county has come towards its target."""
    units = {unit.code: unit for unit in evaluation.units}
    latest = measure.counties[measure.counties.period == measure.latest].set_index("code")
    rows = [
        {
            "name": units[code].name,
            "value": share * 100,
            "shown": f"{format_number(share * 100, 0)}%",
            "group": units[code].group or "未分组",
            "n": _amount(latest.loc[code].n),
            "d": _amount(latest.loc[code].d),
        }
        for code, share in measure.attained_by.items()
    ]
    frame = pd.DataFrame(rows, columns=["name", "value", "shown", "group", "n", "d"])
    lines = on_the_way(
        measure.indicator,
        measure.targets,
        measure.baseline,
        measure.target,
        measure.latest or evaluation.span.first_post,
    )
    own = {line.kind is TargetKind.TARGET for line in measure.targets if line.region_code in measure.attained_by}
    lines = [
        replace(line, label=f"{line.label}（或单独约定）") if line.current and line.is_target in own else line
        for line in lines
    ]
    return figures.attainment(frame, title="各试点地区目标达成率", lines=lines, columns=columns, width=width)


def completeness(evaluation: Evaluation, arm: Arm, *, width: int = 0, first: int = 0, most: int = 200) -> Figure:
    """Which returns of the last twelve periods came in, and when."""
    units = [unit for unit in evaluation.units if unit.arm is arm][first : first + most]
    returns = evaluation.returns
    shown = returns[(returns.status != "waiting") & returns.code.isin([unit.code for unit in units])]
    periods = sorted(shown.period.unique())[-STRIP_PERIODS:]
    names = {unit.code: unit.name for unit in units}
    order = {unit.code: place for place, unit in enumerate(units)}
    rows = [
        {
            "region": names[row.code],
            "period_start": pd.Timestamp(Period.parse(row.period).start),
            "period_label": Period.parse(row.period).label,
            "status": row.label,
            "tone": _TONES[row.status],
            "note": row.label,
            "place": order[row.code],
        }
        for row in shown[shown.period.isin(periods)].itertuples()
    ]
    frame = pd.DataFrame(
        rows, columns=["region", "period_start", "period_label", "status", "tone", "note", "place"]
    ).sort_values(["place", "period_start"])
    return figures.completeness(frame.drop(columns="place"), title=f"{arm.label}报送情况", width=width)


def completeness_rows(evaluation: Evaluation) -> pd.DataFrame:
    """What the strips draw as a table: 地区, 试点或对照, and the status of each of the last periods."""
    shown = evaluation.returns[evaluation.returns.status != "waiting"]
    periods = sorted(shown.period.unique())[-STRIP_PERIODS:]
    said = {(row.code, row.period): row.label for row in shown.itertuples()}
    return pd.DataFrame(
        [
            [unit.name, unit.arm.label, *(said.get((unit.code, period), "–") for period in periods)]
            for unit in evaluation.units
        ],
        columns=["地区", "试点或对照", *(Period.parse(period).label for period in periods)],
    )


def effect_unit(indicator: Indicator) -> str:
    """A difference of percentages is in percentage points."""
    return "个百分点" if indicator.unit == "%" else indicator.unit


def effect_words(indicator: Indicator, effect: Effect | None) -> str:
    """“+5.76（+5.09 至 +6.43）个百分点”, or “–”; without an interval where there is none."""
    if effect is None or pd.isna(effect.estimate):
        return MISSING
    number = format_number(effect.estimate, indicator.decimals, signed=True)
    if pd.isna(effect.low):
        return f"{number}{effect_unit(indicator)}（无法给出区间）"
    low, high = (format_number(bound, indicator.decimals, signed=True) for bound in (effect.low, effect.high))
    return f"{number}{effect_unit(indicator)}（{low} 至 {high}）"


def parts(n: object, d: object) -> str:
    """“960 / 1,000”: numerator and denominator as reported."""
    return _amount(n) if pd.isna(d) else f"{_amount(n)} / {_amount(d)}"


def _amount(micro: object) -> str:
    return MISSING if pd.isna(micro) else format_exact(from_micro(int(micro)))  # type: ignore[call-overload]


def _absent(takes_part: bool) -> str:
    return "本期没有数值" if takes_part else "未参加本试点"
