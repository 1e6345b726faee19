"""Places of counties inside their group, how sure each is, and who has come furthest. Pure.

Places are decided by exact values: equal values share a place and the next is skipped (1, 2, 2, 4), counties
without a value have none and come last. How sure a place is comes from `metrics.comparison.rank_intervals`
with each county's own error. Across groups only standard scores are compared, and whoever shows them says so.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

import numpy as np

from core.words import Direction
from metrics.comparison import rank_intervals
from metrics.model import Indicator
from metrics.scoring import competition_ranks

RECENT = 6  # periods whose fluctuation tells a county's error where counts do not


class By(StrEnum):
    """What places are given by."""

    VALUE = "value"
    CHANGE = "change"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"value": "当期水平", "change": "比上年同期进步", "closed": "缩小差距的比例"}[self.value]


@dataclass(frozen=True)
class Entry:
    """A county with what it is ranked by. `value` and `before` (the same period a year earlier) are exact and in
    the newest version's terms; None when there is none. `se`: error of `value`; nan when nothing tells it."""

    code: str
    name: str
    city: str
    group: str
    value: Fraction | None
    before: Fraction | None
    n: int | None
    d: int | None
    se: float
    state: str = ""


@dataclass(frozen=True)
class Place:
    """A county's place in its group. `measure` is what it was ranked by; `low`–`high` the places it may truly
    hold, None where no error is known; `of` how many were ranked."""

    entry: Entry
    measure: Fraction | float | None
    rank: int | None
    of: int
    low: int | None = None
    high: int | None = None
    tied: bool = False

    @property
    def words(self) -> str:
        """“第 4 名 (3–7)”, “第 4 名（并列）”, “未排名”."""
        if self.rank is None:
            return "未排名"
        tie = "（并列）" if self.tied else ""
        return f"第 {self.rank} 名{tie}" + ("" if self.low is None else f"（{self.low}–{self.high}）")


def goodness(indicator: Indicator, value: Fraction | None) -> Fraction | None:
    """The value turned so that more is better; within a range, minus the distance to it."""
    if value is None:
        return None
    if indicator.direction is Direction.WITHIN:
        low, high = indicator.best_min, indicator.best_max
        below = Fraction(low) - value if low is not None else Fraction(0)
        above = value - Fraction(high) if high is not None else Fraction(0)
        return -max(below, above, Fraction(0))
    return value * indicator.direction.sign


def places(indicator: Indicator, entries: Sequence[Entry], by: By = By.VALUE) -> list[Place]:
    """Every county's place inside its group, groups one after the other, best first, the unranked last."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.group].append(entry)
    found: list[Place] = []
    for inside in groups.values():
        measures = _measures(indicator, inside, by)
        ranked = _ranked(inside, measures)
        if by is not By.CLOSED:
            # The error of a change is that of two periods; they are taken as independent.
            ranked = _with_intervals(ranked, math.sqrt(2) if by is By.CHANGE else 1.0)
        found += ranked
    return found


def across(indicator: Indicator, entries: Sequence[Entry]) -> list[Place]:
    """Places over all groups by standard score: how far a county lies above the mean of its own group, in the
    group's standard deviations (divisor n − 1). A group of one, or of equal counties, has none."""
    groups: dict[str, list[float]] = defaultdict(list)
    good = {entry.code: goodness(indicator, entry.value) for entry in entries}
    for entry in entries:
        if (value := good[entry.code]) is not None:
            groups[entry.group].append(float(value))
    spread = {
        name: (float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)
        for name, values in groups.items()
    }
    measures: list[Fraction | float | None] = []
    for entry in entries:
        value = good[entry.code]
        mean, sd = spread.get(entry.group, (0.0, 0.0))
        measures.append(None if value is None or not sd else round((float(value) - mean) / sd, 9))
    return _ranked(list(entries), measures)


def frontier(indicator: Indicator, entries: Sequence[Entry]) -> Fraction | None:
    """What the best quarter of a group had reached a year before: the value that a quarter of the counties met
    or exceeded; None when no county has a value of then."""
    known = sorted(
        (value for entry in entries if (value := goodness(indicator, entry.before)) is not None), reverse=True
    )
    return known[math.ceil(len(known) / 4) - 1] if known else None


def own_error(indicator: Indicator, n: int | None, d: int | None, recent: Sequence[float]) -> float:
    """The error of a county's figure in the indicator's unit: of a share of counted cases the binomial one, with
    two successes and two failures added (Agresti & Coull 1998), which stays above zero at 0 % and 100 %; of any
    other the month-to-month fluctuation of its last periods, sd of the differences / √2 (at least three)."""
    if indicator.kind.has_denominator and n is not None and d and 0 <= n <= d and indicator.unit == "%":
        cases = d / 1_000_000 + 4
        share = (n / 1_000_000 + 2) / cases
        return math.sqrt(share * (1 - share) / cases) * indicator.factor
    steps = np.diff(np.asarray(recent[-RECENT:], dtype=float))
    steps = steps[~np.isnan(steps)]
    return float(np.std(steps, ddof=1)) / math.sqrt(2) if len(steps) >= 3 else math.nan


def _measures(indicator: Indicator, inside: Sequence[Entry], by: By) -> list[Fraction | float | None]:
    now = [goodness(indicator, entry.value) for entry in inside]
    if by is By.VALUE:
        return list(now)
    then = [goodness(indicator, entry.before) for entry in inside]
    changes = [None if a is None or b is None else a - b for a, b in zip(now, then, strict=True)]
    if by is By.CHANGE:
        return list(changes)
    goal = frontier(indicator, inside)
    return [
        None
        if change is None or before is None or goal is None or goal - before <= _slack(entry)
        else change / (goal - before)
        for entry, change, before in zip(inside, changes, then, strict=True)
    ]


def _slack(entry: Entry) -> Fraction:
    """A way to the frontier no longer than this is none: a share of next to nothing says nothing."""
    return Fraction(0) if math.isnan(entry.se) else Fraction(entry.se)


def _ranked(inside: Sequence[Entry], measures: Sequence[Fraction | float | None]) -> list[Place]:
    ranks = competition_ranks(measures)
    of = sum(rank is not None for rank in ranks)
    rows = [
        Place(entry, measure, rank, of, tied=rank is not None and ranks.count(rank) > 1)
        for entry, measure, rank in zip(inside, measures, ranks, strict=True)
    ]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.entry.code))


def _with_intervals(rows: Sequence[Place], scale: float) -> list[Place]:
    """Places with how sure they are. A county whose error nobody knows is given the middle one of its group;
    where none is known no place has an interval."""
    ranked = [row for row in rows if row.rank is not None and row.measure is not None]
    errors = np.array([row.entry.se * scale for row in ranked], dtype=float)
    known = errors[~np.isnan(errors)]
    if len(ranked) < 2 or not len(known):
        return list(rows)
    errors = np.where(np.isnan(errors), np.median(known), errors)
    bounds = rank_intervals([float(row.measure or 0) for row in ranked], errors)
    sure = {row.entry.code: bound for row, bound in zip(ranked, bounds.tolist(), strict=True)}
    return [
        replace(row, low=sure[row.entry.code][0], high=sure[row.entry.code][1]) if row.entry.code in sure else row
        for row in rows
    ]
