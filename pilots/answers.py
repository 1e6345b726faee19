"""The five questions about a pilot, worked out from its evaluation: one measure of its own for each. Pure.

Nothing here is turned into words (`pilots.answer_words`) or drawn (`pilots.answer_pictures`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from core.numbers import MICRO
from core.words import Arm, Combine, Direction, Kind, Side, TargetKind
from metrics import gaps, small_area
from metrics.comparison import crude_odds_ratio, mantel_haenszel
from metrics.promises import TargetView, in_force
from pilots import causes
from pilots.evaluation import Evaluation, Measure

FRONTIER = 0.75  # the level that the best quarter of a group reaches
_FRONTIER_UNITS = 4  # fewer have no quarter


class Kept(StrEnum):
    """What kind of promise it was."""

    REACH = "reach"
    HOLD = "hold"
    RANGE = "range"


@dataclass(frozen=True)
class Promise:
    """1. Did it reach its promise: the latest complete period against the dated baseline and target in force.

    `skipped`: later periods that are due but incomplete, which no verdict may use; `changed`: how many targets
    were set before the one in force.
    """

    kind: Kept
    attained: float | None
    baseline: TargetView | None
    target: TargetView | None
    skipped: int
    changed: int


def promise(measure: Measure, first: str, last: str) -> Promise:
    """`first`, `last`: the periods of the stretch."""
    at = measure.latest or first
    baseline = in_force(measure.targets, TargetKind.BASELINE, "", at)
    target = in_force(measure.targets, TargetKind.TARGET, "", at)
    kind = Kept.REACH
    if measure.indicator.direction is Direction.WITHIN:
        kind = Kept.RANGE
    elif baseline is not None and target is not None and baseline.value == target.value:
        kind = Kept.HOLD
    whole = measure.groups[(measure.groups.arm == Arm.PILOT.value) & (measure.groups.side == "")]
    later = whole[(whole.period > (measure.latest or "")) & (whole.period >= first) & (whole.period <= last)]
    common = [line for line in measure.targets if line.kind is TargetKind.TARGET and line.region_code is None]
    return Promise(kind, measure.attained, baseline, target, int(later.incomplete.sum()), max(0, len(common) - 1))


@dataclass(frozen=True)
class Distance:
    """2. How far from its own start: the share of the gap to the best quarter of the own group that was closed.

    `rows`, one a pilot county: code, side, start, now, frontier, share (nan at the frontier already). `share`
    weighs counties by their gap: Σ(now − start) / Σ(frontier − start); nan when nobody has one. `ahead`: how
    many began at the frontier. Figures are turned so that more is better; `sign` turns them back.
    """

    rows: pd.DataFrame
    share: float
    by_side: Mapping[str, float]
    ahead: int
    sign: int


def distance(evaluation: Evaluation, measure: Measure) -> Distance:
    """The frontier is the level before the pilot that the best quarter of the county's group reached, pilots and
    comparison units alike; it does not move with the pilot's own success. Groups of the first day."""
    indicator, sign = measure.indicator, measure.indicator.direction.sign
    means = causes.unit_means(measure.counties, evaluation.span, indicator, evaluation.units) * sign
    groups = {unit.code: unit.group for unit in evaluation.units}
    starts = means.pre.dropna()
    frontier = {
        name: float(np.quantile(own, FRONTIER))
        for name, own in starts.groupby(starts.index.map(groups))
        if len(own) >= _FRONTIER_UNITS
    }
    rows = []
    for unit in evaluation.units:
        if unit.arm is Arm.PILOT and unit.code in means.index and unit.group in frontier:
            start, now = means.pre[unit.code], means.post[unit.code]
            if not np.isnan(start) and not np.isnan(now):
                rows.append((unit.code, unit.side.label if unit.side else "", start, now, frontier[unit.group]))
    table = pd.DataFrame(rows, columns=["code", "side", "start", "now", "frontier"])
    room = table.frontier - table.start
    open_ = room > 0
    table["share"] = ((table.now - table.start) / room).where(open_)
    sides = {str(side): _closed(part) for side, part in table.groupby("side") if side}
    return Distance(table, _closed(table), sides, int((~open_).sum()), sign)


def _closed(table: pd.DataFrame) -> float:
    behind = table[table.share.notna()]
    room = float((behind.frontier - behind.start).sum())
    return float((behind.now - behind.start).sum()) / room if room > 0 else float("nan")


@dataclass(frozen=True)
class Strata:
    """Odds of a success, pilots against comparison units, as a whole and inside the types of region."""

    crude: float
    stratified: float
    whole: float  # effect as a whole, turned so that more is better; nan without one
    inside: Mapping[str, float]  # effects by side

    @property
    def reversed(self) -> bool:
        """Simpson's paradox: the whole and its parts point different ways."""
        crude, parts = np.sign(np.log(self.crude)), np.sign(np.log(self.stratified))
        return bool(crude * parts < 0) or self.effects_reversed

    @property
    def effects_reversed(self) -> bool:
        inside = list(self.inside.values())
        return len(inside) > 1 and not np.isnan(self.whole) and all(part * self.whole < 0 for part in inside)


def strata(evaluation: Evaluation, measure: Measure) -> Strata:
    """The tables of the stretch: for shares of cases, what succeeded and what did not by type of region."""
    sign = measure.indicator.direction.sign
    effect = measure.effect
    inside = {side: sign * found.estimate for side, found in measure.by_side.items()}
    whole = float("nan") if effect is None else sign * effect.estimate
    crude = stratified = 1.0
    if is_share(measure):
        sides = {unit.code: unit.side.label if unit.side else "" for unit in evaluation.units}
        arms = {unit.code: unit.arm for unit in evaluation.units}
        rows = measure.counties[measure.counties.period.map(evaluation.span.covers).astype(bool)].dropna(
            subset=["added"]
        )
        tables = []
        for _, part in rows.groupby(rows.code.map(sides)):
            cells: list[float] = []
            for arm in (Arm.PILOT, Arm.COMPARISON):
                own = part[part.code.map(arms) == arm]
                good, all_ = float(own.n.sum()) / MICRO, float(own.d.sum()) / MICRO
                cells += [good, all_ - good]
            tables.append((cells[0], cells[1], cells[2], cells[3]))
        if tables and all(min(table[:2]) >= 0 and min(table[2:]) >= 0 for table in tables):
            try:
                crude, stratified = crude_odds_ratio(tables), mantel_haenszel(tables)
            except ValueError:  # nothing happened on one side
                crude = stratified = 1.0
    if not (0 < crude < np.inf and 0 < stratified < np.inf):
        crude = stratified = 1.0
    return Strata(crude, stratified, whole, inside)


def is_share(measure: Measure) -> bool:
    """Whether the figure is a share of cases that succeed or not, so that chance has a known size."""
    indicator = measure.indicator
    known = measure.counties.dropna(subset=["n", "d"])
    return (
        indicator.kind is Kind.RATIO
        and not indicator.accumulation.cumulative
        and bool(len(known))
        and bool((known.n <= known.d).all() and (known.n >= 0).all())
    )


def before(evaluation: Evaluation, measure: Measure) -> pd.DataFrame:
    """Both sides period by period, as means over counties: period, arm, value, of; up to the stretch's end."""
    found = causes.period_means(measure.counties, evaluation.units, measure.indicator)
    span = evaluation.span
    shown = (found.period < span.starting) | found.period.map(span.covers).astype(bool)
    return found[shown].reset_index(drop=True)


def gap_course(evaluation: Evaluation, measure: Measure) -> pd.DataFrame:
    """The gap between developed and underdeveloped counties as a series of its own, by the groups of each period:
    arm, period, estimate, low, high, n_first, n_second; periods in which both types have a figure."""
    indicator = measure.indicator
    rows = measure.counties.dropna(subset=["value"])
    ratio = indicator.kind.has_denominator and indicator.combine_regions is Combine.RATIO
    bottom = rows.d.astype("Float64").to_numpy(dtype=float, na_value=np.nan) / MICRO if ratio else np.ones(len(rows))
    rows = rows.assign(top=rows.value.to_numpy() * bottom, bottom=bottom)
    found = []
    for (arm, period), part in rows.groupby(["arm", "period"]):
        sides = [
            part.loc[part.side == side.label, ["top", "bottom"]].to_numpy(dtype=float)
            for side in (Side.DEVELOPED, Side.UNDERDEVELOPED)
        ]
        if all(len(side) and side[:, 1].sum() for side in sides):
            between = gaps.gap(*sides)
            found.append((arm, period, between.estimate, between.low, between.high, between.n_first, between.n_second))
    columns = ["arm", "period", "estimate", "low", "high", "n_first", "n_second"]
    return pd.DataFrame(found, columns=columns)


def small_places(evaluation: Evaluation, measure: Measure) -> pd.DataFrame | None:
    """The latest complete period of the pilot counties as shares of few or many cases: code, n, d, share,
    shrunken, low95, high95, low998, high998, beyond ("", "95", "99.8"). None where the figure is no share.

    Drawn to the mean by Marshall's method, of the rarer outcome, for it takes events as rare.
    """
    if measure.latest is None or not is_share(measure):
        return None
    pilots = {unit.code for unit in evaluation.units if unit.arm is Arm.PILOT}
    rows = measure.counties[(measure.counties.period == measure.latest) & measure.counties.code.isin(pilots)]
    rows = rows[rows.n.notna() & rows.d.notna() & (rows.d > 0)]
    if len(rows) < 3:
        return None
    n = rows.n.astype(float).to_numpy() / MICRO
    d = rows.d.astype(float).to_numpy() / MICRO
    mean = float(n.sum() / d.sum())
    shrunken = small_area.empirical_bayes(n, d) if mean <= 0.5 else 1 - small_area.empirical_bayes(d - n, d)
    near, far = small_area.funnel_limits(mean, d), small_area.funnel_limits(mean, d, 0.998)
    share = n / d
    beyond = np.where(
        (share < far.low) | (share > far.high), "99.8", np.where((share < near.low) | (share > near.high), "95", "")
    )
    return pd.DataFrame(
        {
            "code": rows.code.to_numpy(),
            "n": n,
            "d": d,
            "share": share,
            "shrunken": shrunken,
            "low95": near.low,
            "high95": near.high,
            "low998": far.low,
            "high998": far.high,
            "beyond": beyond,
        }
    )


@dataclass(frozen=True)
class Consistency:
    """How many pilot counties improved more than the comparison units of their group did on average."""

    better: int
    of: int


def consistency(evaluation: Evaluation, measure: Measure) -> Consistency:
    """Changes turned so that more is better; a county of a group without comparison units is measured against all."""
    sign = measure.indicator.direction.sign
    means = causes.unit_means(measure.counties, evaluation.span, measure.indicator, evaluation.units)
    change = ((means.post - means.pre) * sign).dropna()
    arms = {unit.code: unit.arm for unit in evaluation.units}
    groups = {unit.code: unit.group for unit in evaluation.units}
    against = change[[arms[code] is Arm.COMPARISON for code in change.index]]
    if against.empty:
        return Consistency(0, 0)
    level = against.groupby(against.index.map(groups)).mean().to_dict()
    pilots = [code for code in change.index if arms[code] is Arm.PILOT]
    better = [change[code] > level.get(groups[code], against.mean()) for code in pilots]
    return Consistency(int(sum(better)), len(pilots))
