"""Did the pilot cause it: which comparison the data allow, why that one, and what it says. Pure.

The method is chosen by the data, never by a person: different starts need group-time effects, no time before
leaves only a matched comparison (an association), everything else compares changes before and after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.periods import PER_YEAR, Period
from core.words import Arm, Direction, Side, Word
from metrics import series
from metrics.comparison import Effect, before_after, equity_gap, gate, matched, minimum_detectable, staggered
from metrics.model import Indicator
from pilots.detectable import LEAST_UNITS, changes
from pilots.model import Span, Unit, first_whole

PRE_TREND_PERIODS = 3  # fewer say nothing about whether both sides moved together


class Method(Word):
    """How pilots and comparison units are compared."""

    BEFORE_AFTER = "before_after", "试点前后变化之差"
    STAGGERED = "staggered", "分批启动的前后变化之差"
    MATCHED = "matched", "同类地区现状比较"
    NONE = "none", "无法比较"


@dataclass(frozen=True)
class Cause:
    """The comparison of one indicator. Effects are in its unit, not turned so that positive is better.

    `by_side`: by the side's label, those that can be compared; `gap`: first side minus second. `placebo`: what
    the same comparison finds inside the time before, where nothing happened yet; None with fewer than three
    periods. `pre_periods`: how many there are. `detectable`: smallest change the design could have seen.
    """

    method: Method = Method.NONE
    effect: Effect | None = None
    by_side: Mapping[str, Effect] = field(default_factory=dict)
    gap: Effect | None = None
    placebo: Effect | None = None
    pre_periods: int = 0
    detectable: float | None = None
    batches: int = 1  # how many different starts

    @property
    def parallel(self) -> bool:
        """False when both tests see the two sides move apart before the start, in enough units to say so."""
        placebo = self.placebo
        if placebo is None or placebo.strength == "descriptive" or math.isnan(placebo.low) or not placebo.robust:
            return True
        return placebo.low <= 0 <= placebo.high

    @property
    def reason(self) -> str:
        """Why this method, in a sentence."""
        effect = self.effect
        if self.method is Method.NONE or effect is None:
            return "试点与对照地区没有可比的前后数据，不能比较。"
        counts = f"试点 {effect.n_treated} 个、对照 {effect.n_comparison} 个"
        if self.method is Method.MATCHED:
            return (
                f"试点地区没有试点前的数据，只能与同类型的对照地区比现状（{counts}，按地区类型配对加权）；"
                "这只是关联，不能说明谁造成了谁。"
            )
        if self.method is Method.STAGGERED:
            return (
                f"试点地区分 {self.batches} 批启动，各批从自己启动的那一期算起，只与当时尚未启动的地区比较，"
                f"再按批次大小平均（{counts}）。"
            )
        how = "比较两边试点前后的变化之差，区间为韦尔奇 95% 区间，并用随机重排复核"
        if gate(effect.n_treated, effect.n_comparison) == "descriptive":
            how = "只比较变化之差，并看随意指定试点地区时有多少次差别同样大"
        return f"试点地区同时启动，有试点前的数据（{counts}），所以{how}。"


def cause(counties: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator) -> Cause:
    """The comparison that the data allow. `counties` as `metrics.series.valued` gives them."""
    rows = counties.dropna(subset=["added"])
    means = unit_means(rows, span, indicator, units)
    method, batches = _method(counties, means, units, span)
    effect = _estimate(method, rows, means, units, span, indicator)
    by_side = {}
    for side in (Side.DEVELOPED, Side.UNDERDEVELOPED):
        own = [unit for unit in units if unit.side is side]
        found = effect if len(own) == len(units) else _estimate(method, rows, means, own, span, indicator)
        if found is not None:
            by_side[side.label] = found
    before = rows[rows.period < span.starting]
    return Cause(
        method=method if effect is not None else Method.NONE,
        effect=effect,
        by_side=by_side,
        gap=equity_gap(*by_side.values()) if len(by_side) == 2 else None,
        placebo=_placebo(before, units, indicator),
        pre_periods=before.period.nunique(),
        detectable=_detectable(before, units),
        batches=batches,
    )


def unit_means(rows: pd.DataFrame, span: Span, indicator: Indicator, units: Sequence[Unit] = ()) -> pd.DataFrame:
    """One row a county: its figure before and after, from what each period added (`series.before_and_after`);
    a period in which it started part-way is left out. `units` that started late have a before of their own."""
    rows = rows.dropna(subset=["added"])
    rows = rows.assign(when=when(rows, span, units))
    rows = rows[rows.when != ""]
    found = series.before_and_after(rows, indicator, ["code", "when"])
    wide = found.unstack("when") if len(found) else pd.DataFrame()
    return wide.reindex(columns=["pre", "post"])


def when(rows: pd.DataFrame, span: Span, units: Sequence[Unit] = ()) -> NDArray[np.str_]:
    """For each row (code, period) whether it lies before ("pre") or after ("post") its county's start, else ""."""
    starting, first = span.starting, span.first_post
    if late := {unit.code: unit.starts_on for unit in units if unit.starts_on}:
        begun = {code: str(Period.containing(day, span.cadence)) for code, day in late.items()}
        whole = {code: max(first, first_whole(day, span.cadence)) for code, day in late.items()}
        starting, first = rows.code.map(begun).fillna(starting), rows.code.map(whole).fillna(first)
    earlier = (rows.period < starting) & ((rows.period < span.starting) | (rows.period >= span.first_post))
    return np.where(earlier, "pre", np.where((rows.period >= first) & (rows.period <= span.last_post), "post", ""))


def period_means(rows: pd.DataFrame, units: Sequence[Unit], indicator: Indicator) -> pd.DataFrame:
    """The mean over counties of what each period added: period, arm, value, of (how many counties)."""
    arms = {unit.code: unit.arm.value for unit in units}
    known = rows.dropna(subset=["added"])
    known = known.assign(arm=known.code.map(arms), value=_turned(known, indicator))
    return known.groupby(["period", "arm"]).agg(value=("value", "mean"), of=("value", "size")).reset_index()


def _method(counties: pd.DataFrame, means: pd.DataFrame, units: Sequence[Unit], span: Span) -> tuple[Method, int]:
    pilots = [unit for unit in units if unit.arm is Arm.PILOT]
    starts = {unit.starts_on if _late(unit, span) else span.start_on for unit in pilots}
    codes = [unit.code for unit in pilots]
    own = means.reindex(codes)
    if own.dropna().empty:
        reported = counties[counties.code.isin(codes) & (counties.period < span.starting)].own.notna().any()
        return (Method.NONE if reported or own.post.dropna().empty else Method.MATCHED), len(starts)
    return (Method.STAGGERED if len(starts) > 1 else Method.BEFORE_AFTER), len(starts)


def _estimate(
    method: Method, rows: pd.DataFrame, means: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator
) -> Effect | None:
    if method is Method.STAGGERED:
        return _staggered(rows, units, span, indicator)
    column = means.post if method is Method.MATCHED else means.post - means.pre
    known = column.dropna().index
    present = [unit for unit in units if unit.code in known]
    treated = np.array([unit.arm is Arm.PILOT for unit in present])
    if method is Method.NONE or not treated.any() or treated.all():
        return None
    here = means.loc[[unit.code for unit in present]]
    if method is Method.BEFORE_AFTER:
        return before_after(here.pre.to_numpy(), here.post.to_numpy(), treated)
    kinds = [unit.group for unit in present]
    if not set(np.array(kinds)[treated]) & set(np.array(kinds)[~treated]):
        return None
    return matched(here.post.to_numpy(), treated, kinds)


def started_panel(rows: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator) -> pd.DataFrame:
    """unit, period, value, first_treated of the periods before the pilot and of this stretch, as
    `group_time_effects` takes them; a county counts as treated from the period in which it started on, even
    part-way. `rows` have what each period `added`."""
    begins = {unit.code: 0 if unit.arm is Arm.COMPARISON else _ordinal(_first(unit, span), span) for unit in units}
    inside = rows.code.isin(begins) & ((rows.period < span.starting) | rows.period.map(span.covers).astype(bool))
    kept = rows[inside]
    return pd.DataFrame(
        {
            "unit": kept.code.to_numpy(),
            "period": [_ordinal(period, span) for period in kept.period],
            "value": _turned(kept, indicator).to_numpy(),
            "first_treated": kept.code.map(begins).to_numpy(),
        }
    )


def _staggered(rows: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator) -> Effect | None:
    panel = started_panel(rows, units, span, indicator)
    try:
        return staggered(panel) if len(panel) else None
    except ValueError:  # no batch has both a time before and somebody to compare with
        return None


def _first(unit: Unit, span: Span) -> str:
    own = unit.starts_on
    return str(Period.containing(own, span.cadence)) if own and _late(unit, span) else span.first_post


def _late(unit: Unit, span: Span) -> bool:
    """Whether it started inside the stretch; what began before it, began the stretch with everybody."""
    return unit.starts_on is not None and unit.starts_on > span.start_on


def period_of(ordinal: int, span: Span) -> Period:
    """The period that `started_panel` has under this number."""
    year, index = divmod(ordinal - 1, PER_YEAR[span.cadence])
    return Period(year, index + 1, span.cadence)


def _ordinal(period: str, span: Span) -> int:
    """Periods as numbers that grow by one: the months, quarters … since year 0, never 0 itself."""
    found = Period.parse(period)
    return found.year * PER_YEAR[span.cadence] + found.index


def _placebo(before: pd.DataFrame, units: Sequence[Unit], indicator: Indicator) -> Effect | None:
    """The comparison between the two halves of the time before."""
    periods = sorted(before.period.unique())
    if len(periods) < PRE_TREND_PERIODS:
        return None
    half = np.where(before.period < periods[len(periods) // 2], "early", "late")
    found = series.before_and_after(before.assign(half=half), indicator, ["code", "half"])
    wide = found.unstack("half").reindex(columns=["early", "late"]).dropna()
    present = [unit for unit in units if unit.code in wide.index]
    treated = np.array([unit.arm is Arm.PILOT for unit in present])
    if not treated.any() or treated.all():
        return None
    wide = wide.loc[[unit.code for unit in present]]
    return before_after(wide.early.to_numpy(), wide.late.to_numpy(), treated)


def _detectable(before: pd.DataFrame, units: Sequence[Unit]) -> float | None:
    """The smallest change that this design could have seen, from how much the counties' own figures
    moved between the two halves of the time before."""
    change = changes(before)
    arms = [unit.arm for unit in units if unit.code in change.index]
    n_treated, n_comparison = arms.count(Arm.PILOT), arms.count(Arm.COMPARISON)
    if len(change) < LEAST_UNITS or not n_treated or not n_comparison:
        return None
    return minimum_detectable(float(change.std(ddof=1)), n_treated, n_comparison)


def _turned(rows: pd.DataFrame, indicator: Indicator) -> pd.Series:
    """What each row added; where a range is good, minus the distance to it."""
    return -series.distance(indicator, rows.added) if indicator.direction is Direction.WITHIN else rows.added
