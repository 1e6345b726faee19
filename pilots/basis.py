"""What an effect is made of: every county's figure before and after, and the means of both sides. Pure.

The figures are those that `pilots.causes` compared; the page leads from each of them to the periods behind it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.words import Arm
from pilots import causes
from pilots.causes import Method
from pilots.evaluation import Evaluation, Measure
from pilots.model import Unit


@dataclass(frozen=True)
class Side:
    """A county's figure before or after, in the indicator's unit, and the periods in it (oldest first)."""

    value: float
    periods: Sequence[str]


@dataclass(frozen=True)
class County:
    """`why_not`: why it is in no mean, "" when it is."""

    unit: Unit
    before: Side
    after: Side
    why_not: str

    @property
    def change(self) -> float:
        return self.after.value - self.before.value


@dataclass(frozen=True)
class Means:
    """Means over counties of one side: how many, before, after."""

    of: int
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Row:
    """All pilots, or those of one type of region, beside their comparison units."""

    name: str
    pilot: Means
    comparison: Means

    @property
    def difference(self) -> float:
        """What the pilots changed more than the comparison units: the effect, where all started together."""
        return self.pilot.change - self.comparison.change


@dataclass(frozen=True)
class Basis:
    """`skipped`: the period the pilot started part-way in, or those of other phases: neither before nor after."""

    method: Method
    rows: Sequence[Row]
    counties: Sequence[County]
    skipped: tuple[str, str]


def basis(evaluation: Evaluation, measure: Measure) -> Basis:
    """The counties in the page's order and the means over those that are compared."""
    span, units, cause = evaluation.span, evaluation.units, measure.cause
    known = measure.counties.dropna(subset=["added"])
    when = known.assign(when=causes.when(known, span, units))
    means = causes.unit_means(measure.counties, span, measure.indicator, units)
    periods = {key: sorted(part.period) for key, part in when.groupby(["code", "when"])}

    def side(code: str, name: str) -> Side:
        value = float(means.at[code, name]) if code in means.index else math.nan
        return Side(value, periods.get((code, name), []))

    counties = []
    for unit in units:
        before, after = side(unit.code, "pre"), side(unit.code, "post")
        counties.append(County(unit, before, after, _why_not(cause.method, before, after)))
    counted = [county for county in counties if not county.why_not]
    sides = dict.fromkeys(unit.side.label for unit in units if unit.side and unit.side.label in cause.by_side)
    rows = [_row("全部", counted)] if cause.effect is not None else []
    rows += [
        _row(name, [item for item in counted if item.unit.side and item.unit.side.label == name]) for name in sides
    ]
    return Basis(cause.method, rows, counties, (span.starting, span.first_post))


def _row(name: str, counties: Sequence[County]) -> Row:
    pilot, comparison = (
        [county for county in counties if county.unit.arm is arm] for arm in (Arm.PILOT, Arm.COMPARISON)
    )
    return Row(name, _means(pilot), _means(comparison))


def _means(counties: Sequence[County]) -> Means:
    frame = pd.DataFrame([(county.before.value, county.after.value) for county in counties], columns=["pre", "post"])
    return Means(len(frame), float(frame.pre.mean()), float(frame.post.mean()))


def _why_not(method: Method, before: Side, after: Side) -> str:
    if method is Method.NONE:
        return "没有可比的数"
    if math.isnan(after.value):
        return "试点后没有可比的数"
    if math.isnan(before.value) and method is not Method.MATCHED:
        return "试点前没有可比的数"
    return ""
