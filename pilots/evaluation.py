"""How a pilot is doing: pure computation from plain frames to everything its page and report show.

Frames hold one row per county, indicator and period, with exact micro-integers; sums are taken on
the integers and only the final figure becomes a float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.numbers import MICRO
from core.words import Arm, Combine, Direction, IndicatorRole, Side, TargetKind
from metrics import series
from metrics.comparison import Effect
from metrics.definitions import Join, joins
from metrics.model import Indicator
from metrics.quality import Quality
from metrics.queries import TargetView, applying
from metrics.restating import Restatement
from metrics.scoring import attainment, attainment_within
from pilots.causes import Cause, cause
from pilots.decision import Decision
from pilots.model import Cost, Span, Unit
from pilots.phases import Stretch
from regions.queries import RegionView

__all__ = ["Evaluation", "Measure", "Span", "Unit", "measure"]


@dataclass(frozen=True)
class Measure:
    """One indicator of a pilot, evaluated.

    `counties`: code, period, n, d, state, unapproved, what `metrics.series.valued` adds, arm and side (one row a
    county and period). `groups`: arm, side, period, n, d, value, run, reported, expected, incomplete (dated groups);
    `value` is in the terms of its run of versions, and only run 0 is compared. `versions`, oldest first.
    `cause` is in the indicator's unit, not yet turned so that positive is better.
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
    cause: Cause

    @property
    def effect(self) -> Effect | None:
        return self.cause.effect

    @property
    def by_side(self) -> Mapping[str, Effect]:
        return self.cause.by_side

    @property
    def gap(self) -> Effect | None:
        return self.cause.gap

    @property
    def detectable(self) -> float | None:
        return self.cause.detectable


@dataclass(frozen=True)
class Evaluation:
    """All of a pilot's figures at one moment; the page, the report and the verdict read only this."""

    pilot: Any  # queries.PilotView
    units: Sequence[Unit]  # those that are compared
    province: Sequence[RegionView]  # every county, for the picture
    measures: Sequence[Measure]
    returns: pd.DataFrame  # code, period, status, label, due, on_time
    quality: Quality
    unapproved: int
    decision: Decision | None
    as_of: Any
    span: Span
    today: str  # the period of the day
    quality_floor: float
    restated: Sequence[Restatement] = ()  # what came late or was corrected after it was frozen
    own_only: bool = False  # a county sees its own figures, not the others' nor what needs them
    stretches: Sequence[Stretch] = ()  # of all phases, in order of time
    cost: Cost = field(default_factory=Cost)
    stretch: Stretch | None = None  # the one that is evaluated; None: the whole pilot
    late: Sequence[Unit] = ()  # comparison units registered after the start: named, and in nothing that is compared

    @property
    def goal(self) -> Measure | None:
        return next((measure for measure in self.measures if measure.role is IndicatorRole.GOAL), None)


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
    arms = {unit.code: unit.arm for unit in units}
    counties = _keyed(series.valued(versions, counties), arms, sides)
    summed = _groups(versions, counties, _keyed(expected, arms, sides), coverage_floor)
    piloted = summed[(summed.arm == Arm.PILOT.value) & (summed.side == "") & (summed.run == 0)].sort_values("period")
    complete = piloted[(piloted.period >= span.first_post) & (piloted.period <= span.last_post) & ~piloted.incomplete]
    last = None if complete.empty else complete.iloc[-1]
    latest = None if last is None else str(last.period)
    at = latest or span.first_post
    baseline, target = (applying(targets, kind, "", at) for kind in (TargetKind.BASELINE, TargetKind.TARGET))
    value = None if last is None else _joined(versions, last, joins(versions))
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
        attained=attained(indicator, baseline, target, value),
        attained_by=_attained_by(indicator, versions, targets, counties, arms, latest),
        cause=Cause() if own_only else cause(counties, units, span, indicator),
    )


def _keyed(frame: pd.DataFrame, arms: Mapping[str, Arm], sides: Mapping[tuple[str, str], Side]) -> pd.DataFrame:
    """With each row's arm and its county's side in the row's period, "" for none."""
    of = {code: arm.value for code, arm in arms.items()}
    named = {pair: side.label for pair, side in sides.items()}
    pairs = zip(frame.code, frame.period, strict=True)
    return frame.assign(arm=frame.code.map(of), side=[named.get(pair, "") for pair in pairs])


def _groups(versions: Sequence[Indicator], counties: pd.DataFrame, owed: pd.DataFrame, floor: float) -> pd.DataFrame:
    """Σn/Σd by arm, side of the period's date, and period; side "" is the whole arm."""
    # Each word by its place among all such words: groups are then plain numbers, in the order of the words. Pandas'
    # own groups of three columns of text took most of an evaluation's time.
    words, here, there = [], [], []
    for part in ("arm", "side", "period"):
        places, known = pd.factorize(pd.concat([counties[part], owed[part]]), sort=True)
        words.append(known)
        here.append(places[: len(counties)])
        there.append(places[len(counties) :])
    shape = [len(known) for known in words]
    joined, due = (_numbered(places, shape) for places in (here, there))
    sided = (counties.side != "").to_numpy()
    by_side = _summed(versions, counties[sided], joined[sided], due, floor)
    whole = [0 * here[1], 0 * there[1]]
    joined, due = _numbered([here[0], whole[0], here[2]], shape), _numbered([there[0], whole[1], there[2]], shape)
    both = pd.concat([by_side, _summed(versions, counties, joined, due, floor)], ignore_index=True)
    group = both.pop("group").to_numpy(dtype=np.intp)
    arm, side, period = np.unravel_index(group, shape) if len(group) else (group, group, group)
    named = pd.DataFrame(
        {"arm": words[0].take(arm), "side": words[1].take(side), "period": words[2].take(period)}, dtype="str"
    )
    named.loc[len(by_side) :, "side"] = ""
    return pd.concat([named, both], axis=1)


def _numbered(places: Sequence[NDArray[np.intp]], shape: Sequence[int]) -> NDArray[np.intp]:
    """One number for each row's places among `shape` words; -1 where one of them is no word."""
    numbers = places[0]
    for own, size in zip(places[1:], shape[1:], strict=True):
        numbers = numbers * size + own
    return np.where(np.minimum.reduce(list(places)) < 0, -1, numbers)


def _summed(
    versions: Sequence[Indicator],
    counties: pd.DataFrame,
    groups: NDArray[np.intp],
    owed: NDArray[np.intp],
    floor: float,
) -> pd.DataFrame:
    """One row a group that has numbers, in order. `groups` and `owed`: the group of each row of `counties` and of each
    return that is due; -1 for none."""
    there = counties.own.notna().to_numpy() & (groups >= 0)
    numbers = counties[there]
    found, first, members = np.unique(groups[there], return_index=True, return_inverse=True)
    count = int(max(groups.max(initial=-1), owed.max(initial=-1))) + 1
    spared = groups[(counties.state == "not_applicable").to_numpy() & (groups >= 0)]
    expected, excused = (np.bincount(rows[rows >= 0], minlength=count)[found] for rows in (owed, spared))
    table = pd.DataFrame({"group": found})
    table["n"], table["d"] = (_totals(numbers[part], members, len(found)) for part in ("n", "d"))
    table["reported"] = np.bincount(members, minlength=len(found))
    table["indicator_id"], table["run"] = (numbers[part].to_numpy()[first] for part in ("indicator_id", "run"))
    table["expected"] = np.where(expected > 0, expected, table.reported) - excused
    table["incomplete"] = table.reported < floor * table.expected
    known = joins(versions)
    table["value"] = [_number(_joined(versions, row, known)) for row in table.itertuples()]
    return table


def _totals(values: pd.Series, groups: NDArray[np.intp], count: int) -> pd.Series:
    """The exact sum of each group; missing where no county has a value, not 0."""
    there = values.notna().to_numpy()
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, groups[there], values.to_numpy(dtype=np.int64, na_value=0)[there])
    return pd.Series(sums, dtype="Int64").where(np.bincount(groups[there], minlength=count) > 0)


def _joined(versions: Sequence[Indicator], row: Any, known: Mapping[int, Join]) -> Fraction | None:
    """A sum's figure by the version it was reported by, in the terms of the last version of its run."""
    version = next(item for item in versions if item.id == row.indicator_id)
    value = _exact(version, row.n, row.d, int(row.reported))
    return None if value is None else value * known[version.id].factor


def _exact(indicator: Indicator, n: Any, d: Any, reported: int) -> Fraction | None:
    top, bottom = _int(n), _int(d)
    if top is None or not reported or indicator.combine_regions is Combine.NONE:
        return None
    if indicator.combine_regions is Combine.MEAN and not indicator.kind.has_denominator:
        return Fraction(top, MICRO * reported) * indicator.factor
    return indicator.value(top, bottom)


def attained(
    indicator: Indicator, baseline: Decimal | None, target: Decimal | None, value: Fraction | None
) -> float | None:
    """The share of the promised way that a value stands for; None where the lines say nothing about it."""
    if indicator.direction is Direction.WITHIN:
        return attainment_within(baseline, indicator.best_min, indicator.best_max, value)
    if baseline is None or target is None or value is None:
        return None
    if (target - baseline) * indicator.direction.sign < 0:
        return None  # lines entered at different times for one county and for all; there is no way to measure along
    return attainment(float(baseline), float(target), float(value), indicator.direction.sign)


def attained_over(measure: Measure, code: str) -> dict[str, float]:
    """How far of the promised way one pilot county was at each period since there are lines to measure along."""
    rows = measure.counties[measure.counties.code == code]
    found = {}
    for period in sorted(rows.period.unique()):
        share = _attained_by(
            measure.indicator, measure.versions, measure.targets, rows, {code: Arm.PILOT}, str(period)
        ).get(code)
        if share is not None:
            found[str(period)] = share
    return found


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
        share = attained(indicator, baseline, target, value)
        if share is not None:
            found[str(row.code)] = share
    return found


def _number(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)


def _int(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
