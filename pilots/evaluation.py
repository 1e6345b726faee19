"""How a pilot is doing: pure computation from plain frames to everything its page and report show.

Frames hold one row per county, indicator and period, with exact micro-integers; sums are taken on
the integers and only the final figure becomes a float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from core.numbers import MICRO
from core.periods import Cadence, Period
from core.words import Arm, Combine, Direction, IndicatorRole, Side, TargetKind
from metrics import accumulation, series
from metrics.comparison import Effect, before_after, equity_gap, minimum_detectable
from metrics.definitions import joins
from metrics.model import Indicator
from metrics.quality import Aspect, Quality, outliers, score
from metrics.queries import TargetView, applying
from metrics.restating import Restatement
from metrics.scoring import attainment, attainment_within
from pilots.decision import Decision, Evidence, decide
from regions.queries import RegionView


@dataclass(frozen=True)
class Unit:
    """A county that takes part. `group` and `side` are those of the pilot's first day."""

    code: str
    name: str
    short_name: str
    city: str
    arm: Arm
    group: str
    side: Side | None
    tile_row: int | None
    tile_col: int | None


@dataclass(frozen=True)
class Span:
    """When the pilot ran, in periods. `post` begins with the first period that lies wholly in it."""

    start_on: date
    end_on: date
    cadence: Cadence = Cadence.MONTH

    @property
    def first_post(self) -> str:
        period = Period.containing(self.start_on, self.cadence)
        return str(period if period.start == self.start_on else period.shift(1))

    @property
    def last_post(self) -> str:
        return str(Period.containing(self.end_on, self.cadence))

    @property
    def starting(self) -> str:
        """The period in which it started; neither before nor after when it started part-way."""
        return str(Period.containing(self.start_on, self.cadence))


@dataclass(frozen=True)
class Measure:
    """One indicator of a pilot, evaluated.

    `counties`: code, period, n, d, state, unapproved and what `metrics.series.valued` adds (one row a county
    and period). `groups`: arm, side, period, n, d, value, run, reported, expected, incomplete (dated groups);
    `value` is in the terms of its run of versions, and only run 0 is compared. `versions`, oldest first.
    `effect` and its parts are in the indicator's unit, not yet turned so that positive is better.
    """

    indicator: Indicator
    role: IndicatorRole
    smallest_change: Decimal | None
    targets: Sequence[TargetView]
    versions: Sequence[Indicator]
    counties: pd.DataFrame
    groups: pd.DataFrame
    latest: str | None
    value: Fraction | None
    n: int | None
    d: int | None
    coverage: tuple[int, int]
    baseline: Decimal | None
    target: Decimal | None
    attained: float | None
    attained_by: Mapping[str, float]
    effect: Effect | None
    by_side: Mapping[str, Effect]
    gap: Effect | None
    detectable: float | None


@dataclass(frozen=True)
class Evaluation:
    """All of a pilot's figures at one moment; the page, the report and the verdict read only this."""

    pilot: Any  # queries.PilotView
    units: Sequence[Unit]
    province: Sequence[RegionView]  # every county, for the picture
    measures: Sequence[Measure]
    returns: pd.DataFrame  # code, period, status, label, due, on_time
    quality: Quality
    unapproved: int
    decision: Decision | None
    as_of: Any
    restated: Sequence[Restatement] = ()  # what came late or was corrected after it was frozen
    own_only: bool = False  # a county sees its own figures, not the others' nor what needs them

    @property
    def goal(self) -> Measure | None:
        return next((measure for measure in self.measures if measure.role is IndicatorRole.GOAL), None)

    def frozen(self) -> dict[str, Any]:
        """The inputs of the verdict as plain JSON: figures, counts and targets, exact where they are exact."""
        return {
            "as_of": self.as_of.isoformat(),
            "units": [[unit.code, unit.arm.value, unit.group] for unit in self.units],
            "measures": [
                {
                    "indicator": measure.indicator.code,
                    "version": measure.indicator.version,
                    "latest": measure.latest,
                    "n": measure.n,
                    "d": measure.d,
                    "coverage": list(measure.coverage),
                    "baseline": _text(measure.baseline),
                    "target": _text(measure.target),
                    "values": [
                        [row.code, row.period, _int(row.n), _int(row.d), row.state]
                        for row in measure.counties.itertuples()
                    ],
                }
                for measure in self.measures
            ],
        }


def measure(
    indicator: Indicator,
    role: IndicatorRole,
    smallest_change: Decimal | None,
    targets: Sequence[TargetView],
    counties: pd.DataFrame,
    units: Sequence[Unit],
    sides: Mapping[tuple[str, str], Side],
    expected: pd.DataFrame,
    span: Span,
    coverage_floor: float,
    *,
    versions: Sequence[Indicator] = (),
    own_only: bool = False,
) -> Measure:
    """Evaluate one indicator. `sides` gives each county's side in each period; `expected` has code and
    period for every return that is due. `versions` are the definition's earlier versions and `indicator`;
    the rows of `counties` say by `indicator_id` which one they were reported by."""
    versions = versions or (indicator,)
    if "indicator_id" not in counties:
        counties = counties.assign(indicator_id=indicator.id)
    counties = series.valued(versions, counties)
    arms = {unit.code: unit.arm for unit in units}
    summed = _groups(versions, counties, arms, sides, expected, coverage_floor)
    piloted = summed[(summed.arm == Arm.PILOT.value) & (summed.side == "") & (summed.run == 0)].sort_values("period")
    complete = piloted[(piloted.period >= span.first_post) & (piloted.period <= span.last_post) & ~piloted.incomplete]
    last = None if complete.empty else complete.iloc[-1]
    latest = None if last is None else str(last.period)
    at = latest or span.first_post
    baseline, target = (applying(targets, kind, "", at) for kind in (TargetKind.BASELINE, TargetKind.TARGET))
    value = None if last is None else _joined(versions, last)
    effect, by_side, gap = (None, {}, None) if own_only else _effects(counties, units, span, indicator)
    return Measure(
        indicator=indicator,
        role=role,
        smallest_change=smallest_change,
        targets=targets,
        versions=versions,
        counties=counties,
        groups=summed,
        latest=latest,
        value=value,
        n=None if last is None else _int(last.n),
        d=None if last is None else _int(last.d),
        coverage=(0, 0) if last is None else (int(last.reported), int(last.expected)),
        baseline=baseline,
        target=target,
        attained=_attained(indicator, baseline, target, value),
        attained_by=_attained_by(indicator, versions, targets, counties, arms, latest),
        effect=effect,
        by_side=by_side,
        gap=gap,
        detectable=None if own_only else _detectable(counties, units, span, indicator),
    )


def judge(
    measures: Sequence[Measure], quality: Quality, span: Span, today_period: str, quality_floor: float
) -> Decision | None:
    """The verdict on the first goal indicator, everything turned so that positive is better."""
    goal = next((item for item in measures if item.role is IndicatorRole.GOAL), None)
    if goal is None:
        return None
    sign = goal.indicator.direction.sign
    guardrails = []
    for item in measures:
        if item.role is IndicatorRole.GUARDRAIL:
            worse = None
            if item.effect is not None and not np.isnan(item.effect.estimate):
                turned = item.effect.oriented(item.indicator.direction.sign)
                limit = float(item.smallest_change or 0)
                worse = bool(turned.high < 0 and turned.estimate <= -limit)
            shown = "–" if item.effect is None else item.indicator.show(item.effect.estimate, signed=True)
            guardrails.append((item.indicator.name, worse, shown))
    groups = goal.groups
    post = groups[(groups.period >= span.first_post) & (groups.period <= span.last_post) & (groups.arm == Arm.PILOT)]
    needed = 2
    evidence = Evidence(
        goal=goal.effect.oriented(sign) if goal.effect else None,
        attainment=goal.attained,
        smallest_change=float(goal.smallest_change or 0),
        guardrails=guardrails,
        quality=float(quality.total) if quality.total is not None else None,
        quality_floor=quality_floor,
        periods_observed=int(post.period.nunique()),
        periods_needed=needed,
        coverage_complete=goal.latest is not None,
        effect_by_group={name: effect.oriented(sign) for name, effect in goal.by_side.items()},
        equity_gap=goal.gap.oriented(sign) if goal.gap else None,
        target_groups=tuple(goal.by_side),
        indicator=goal.indicator.name,
        unit="个百分点" if goal.indicator.unit == "%" else goal.indicator.unit,
        decimals=goal.indicator.decimals,
        continue_until=Period.parse(max(today_period, span.first_post)).shift(needed).label,
    )
    return decide(evidence)


def quality_of(
    returns: pd.DataFrame, frames: Sequence[tuple[Indicator, pd.DataFrame]], corrected: tuple[int, int]
) -> Quality:
    """The pilot's data quality from its due returns, its values and how many were corrected later.

    Timeliness is handed in by the due date, of all due. Validity is inside the plausible bounds,
    consistency is not an outlier of the county's own series; both of all values with a number.
    """
    due = returns[returns.due]
    asked = len(due) * len(frames)
    answered = sum(int(frame.state.ne("").sum()) for _, frame in frames)
    valid = [0, 0]
    steady = [0, 0]
    for indicator, frame in frames:
        numbers = frame.dropna(subset=["value"])
        low = -np.inf if indicator.plausible_min is None else float(indicator.plausible_min)
        high = np.inf if indicator.plausible_max is None else float(indicator.plausible_max)
        valid[0] += int(numbers.value.between(low, high).sum())
        valid[1] += len(numbers)
        for _, own in frame.dropna(subset=["added"]).groupby("code"):
            if len(own) >= 6:
                fell = accumulation.frame_falls(indicator, own)
                steady[0] += int((~outliers(own.added.to_numpy()) & ~fell).sum())
                steady[1] += len(own)
    return score(
        {
            Aspect.COMPLETENESS: (min(answered, asked), asked),
            Aspect.TIMELINESS: (int(due.on_time.sum()), len(due)),
            Aspect.VALIDITY: (valid[0], valid[1]),
            Aspect.CONSISTENCY: (steady[0], steady[1]),
            Aspect.CORRECTIONS: (corrected[1] - corrected[0], corrected[1]),
        }
    )


def unit_means(counties: pd.DataFrame, span: Span, indicator: Indicator) -> pd.DataFrame:
    """One row a county: its figure before and after, from what each period added (`series.before_and_after`);
    the period in which the pilot started part-way is left out."""
    rows = counties.dropna(subset=["added"])
    when = np.where(
        rows.period < span.starting,
        "pre",
        np.where((rows.period >= span.first_post) & (rows.period <= span.last_post), "post", ""),
    )
    rows = rows.assign(when=when)
    rows = rows[rows.when != ""]
    means = series.before_and_after(rows, indicator, ["code", "when"])
    wide = means.unstack("when") if len(means) else pd.DataFrame()
    return wide.reindex(columns=["pre", "post"])


def _effects(
    counties: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator
) -> tuple[Effect | None, dict[str, Effect], Effect | None]:
    means = unit_means(counties, span, indicator)
    effect = _effect(means, units)
    by_side = {}
    for side in (Side.DEVELOPED, Side.UNDERDEVELOPED):
        found = _effect(means, [unit for unit in units if unit.side is side])
        if found is not None:
            by_side[side.label] = found
    gap = equity_gap(*by_side.values()) if len(by_side) == 2 else None
    return effect, by_side, gap


def _effect(means: pd.DataFrame, units: Sequence[Unit]) -> Effect | None:
    complete = means.dropna().index if len(means.columns) else []
    present = [unit for unit in units if unit.code in complete]
    treated = [unit.arm is Arm.PILOT for unit in present]
    if not any(treated) or all(treated):
        return None
    rows = means.loc[[unit.code for unit in present]]
    return before_after(rows.pre.to_numpy(), rows.post.to_numpy(), np.array(treated))


def _detectable(counties: pd.DataFrame, units: Sequence[Unit], span: Span, indicator: Indicator) -> float | None:
    """The smallest change that this design could have seen, from how much the counties' own figures
    moved between the two halves of the time before."""
    before = counties[(counties.period < span.starting)].dropna(subset=["added"])
    periods = sorted(before.period.unique())
    if len(periods) < 4:
        return None
    half = periods[len(periods) // 2]
    early = before[before.period < half].groupby("code").added.mean()
    late = before[before.period >= half].groupby("code").added.mean()
    change = (late - early).dropna()
    arms = [unit.arm for unit in units if unit.code in change.index]
    n_treated, n_comparison = arms.count(Arm.PILOT), arms.count(Arm.COMPARISON)
    if len(change) < 4 or not n_treated or not n_comparison:
        return None
    return minimum_detectable(float(change.std(ddof=1)), n_treated, n_comparison)


def _groups(
    versions: Sequence[Indicator],
    counties: pd.DataFrame,
    arms: Mapping[str, Arm],
    sides: Mapping[tuple[str, str], Side],
    expected: pd.DataFrame,
    floor: float,
) -> pd.DataFrame:
    """Σn/Σd by arm, side of the period's date, and period; side "" is the whole arm."""

    def keyed(frame: pd.DataFrame) -> pd.DataFrame:
        pairs = list(zip(frame.code, frame.period, strict=True))
        return frame.assign(
            arm=[arms[code].value for code, _ in pairs],
            side=[sides[pair].label if pair in sides else "" for pair in pairs],
        )

    parts, owed = keyed(counties), keyed(expected)
    by_side = _summed(versions, parts[parts.side != ""], owed, ["arm", "side", "period"], floor)
    whole = _summed(versions, parts, owed, ["arm", "period"], floor).assign(side="")
    return pd.concat([by_side, whole[by_side.columns]], ignore_index=True)


def _summed(
    versions: Sequence[Indicator], counties: pd.DataFrame, expected: pd.DataFrame, keys: list[str], floor: float
) -> pd.DataFrame:
    owed = expected.groupby(keys).size().rename("expected")
    numbers = counties.dropna(subset=["own"])
    sums = numbers.astype({"n": "Int64", "d": "Int64"}).groupby(keys)[["n", "d"]].sum()
    sums["reported"] = numbers.groupby(keys).size()
    sums[["indicator_id", "run"]] = numbers.groupby(keys)[["indicator_id", "run"]].first()
    excused = counties[counties.state == "not_applicable"].groupby(keys).size().rename("excused")
    table = sums.join(owed, how="left").join(excused, how="left").reset_index()
    table["expected"] = table.expected.fillna(table.reported).astype(int) - table.excused.fillna(0).astype(int)
    table["value"] = [_number(_joined(versions, row)) for row in table.itertuples()]
    table["incomplete"] = table.reported < floor * table.expected
    return table.drop(columns="excused").sort_values(keys).reset_index(drop=True)


def _joined(versions: Sequence[Indicator], row: Any) -> Fraction | None:
    """A sum's figure by the version it was reported by, in the terms of the last version of its run."""
    version = next(item for item in versions if item.id == row.indicator_id)
    value = _exact(version, row.n, row.d, int(row.reported))
    return None if value is None else value * joins(versions)[version.id].factor


def _exact(indicator: Indicator, n: Any, d: Any, reported: int) -> Fraction | None:
    top, bottom = _int(n), _int(d)
    if top is None or not reported or indicator.combine_regions is Combine.NONE:
        return None
    if indicator.combine_regions is Combine.MEAN and not indicator.kind.has_denominator:
        return Fraction(top, MICRO * reported) * indicator.factor
    return indicator.value(top, bottom)


def _attained(
    indicator: Indicator, baseline: Decimal | None, target: Decimal | None, value: Fraction | None
) -> float | None:
    if indicator.direction is Direction.WITHIN:
        return attainment_within(baseline, indicator.best_min, indicator.best_max, value)
    if baseline is None or target is None or value is None:
        return None
    if (target - baseline) * indicator.direction.sign < 0:
        return None  # lines entered at different times for one county and for all; there is no way to measure along
    return attainment(float(baseline), float(target), float(value), indicator.direction.sign)


def _attained_by(
    indicator: Indicator,
    versions: Sequence[Indicator],
    targets: Sequence[TargetView],
    counties: pd.DataFrame,
    arms: Mapping[str, Arm],
    latest: str | None,
) -> dict[str, float]:
    found = {}
    for row in counties[counties.period == latest].dropna(subset=["value"]).itertuples():
        if arms[row.code] is not Arm.PILOT:
            continue
        baseline, target = (
            applying(targets, kind, str(row.code), latest or "") for kind in (TargetKind.BASELINE, TargetKind.TARGET)
        )
        version = next(item for item in versions if item.id == row.indicator_id)
        own = version.value(_int(row.n), _int(row.d))
        value = None if own is None else own * joins(versions)[version.id].factor
        share = _attained(indicator, baseline, target, value)
        if share is not None:
            found[str(row.code)] = share
    return found


def _number(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)


def _int(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
