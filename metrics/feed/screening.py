"""Which rows of a feed may break a rule, told by numpy for all of them at once.

Each screen is named for a rule of `metrics.checks` and must mark every row that the rule would speak
about; marking more only costs time, because marked rows are asked one by one. A rule without a screen
marks everything, so a new rule is slow at first and never silent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.numbers import MICRO, to_micro
from core.periods import PER_YEAR
from core.words import Accumulation, Kind
from metrics.checks import FLAT_PERIODS, RULES, counted
from metrics.model import Indicator
from metrics.quality import OUTLIER_LIMIT, OUTLIER_POINTS

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_NEAR = 1e-12  # relative: floats that stand for the same fraction are at least this close
_LARGEST = 2**62


class Traits:
    """What screens need to know of the indicators, one place each."""

    def __init__(self, indicators: Sequence[Indicator]) -> None:
        def of(holds: Callable[[Indicator], bool]) -> Mask:
            return np.array([holds(item) for item in indicators], dtype=bool)

        self.has_d = of(lambda item: item.kind.has_denominator)
        self.share = of(lambda item: item.kind.is_share)
        self.count = of(lambda item: item.kind is Kind.COUNT)
        self.yes_no = of(lambda item: item.kind is Kind.YES_NO)
        self.n_counted = of(lambda item: counted(item, "n"))
        self.d_counted = of(lambda item: counted(item, "d"))
        self.cumulative = of(lambda item: item.accumulation.cumulative)
        self.year_to_date = of(lambda item: item.accumulation is Accumulation.YEAR_TO_DATE)
        self.d_fixed = of(lambda item: item.d_fixed)
        self.per_year = np.array([PER_YEAR[item.cadence] for item in indicators], dtype=np.int64)
        self.factor = np.array([item.factor for item in indicators], dtype=np.float64)
        self.bounds = {
            name: _Bound(indicators, [getattr(item, name) for item in indicators])
            for name in ("hard_min", "hard_max", "plausible_min", "plausible_max")
        }

    def value(self, indicator: Numbers, n: Numbers, d: Numbers) -> Floats:
        """The computed values of figures in millionths; nan where there is none (d = 0)."""
        return self.value_of(indicator, n, d)

    def value_of(self, indicator: Numbers, n: Numbers | Floats, d: Numbers | Floats) -> Floats:
        """The same of figures that may be nan."""
        has_d = self.has_d[indicator]
        divided = np.divide(n, d, out=np.full(len(n), np.nan), where=has_d & (d != 0))
        found: Floats = np.where(has_d, divided, n / MICRO) * self.factor[indicator]
        return found


class _Bound:
    """A bound of every indicator as n·a against d·b, in integers (d = 1 where there is no denominator)."""

    def __init__(self, indicators: Sequence[Indicator], values: Sequence[Decimal | None]) -> None:
        pairs = [self._pair(item, value) for item, value in zip(indicators, values, strict=True)]
        self.there = np.array([pair is not None for pair in pairs], dtype=bool)
        self.a = np.array([pair[0] if pair else 1 for pair in pairs], dtype=np.int64)
        self.b = np.array([pair[1] if pair else 0 for pair in pairs], dtype=np.int64)

    @staticmethod
    def _pair(indicator: Indicator, value: Decimal | None) -> tuple[int, int] | None:
        if value is None:
            return None
        a, b = indicator.factor, to_micro(value)
        if indicator.kind.has_denominator:
            a *= MICRO
        common = math.gcd(a, b) or 1
        return a // common, b // common

    def sides(self, batch: Batch) -> tuple[Numbers, Numbers, Mask]:
        """(n·a, d·b, rows where either might not fit an integer of 64 bits)."""
        a, b = self.a[batch.indicator], self.b[batch.indicator]
        d = np.where(batch.has_d, batch.d, 1)
        large = (batch.n > _LARGEST // np.maximum(a, 1)) | (d > _LARGEST // np.maximum(np.abs(b), 1))
        return np.where(large, 0, batch.n) * a, np.where(large, 0, d) * b, large


@dataclass(frozen=True)
class Batch:
    """Plainly read rows of one period; all arrays have a place per row.

    `n`, `d` in millionths (d negative where there is none). `past` holds the values of the earlier periods
    that have one, oldest first, nan in front; `past_n`, `past_d` the figures of the newest three of them.
    `added` is what each of those periods added, and `adds` what this row adds, which for figures that are not
    cumulative are the values themselves; nan where it cannot be said. `target` in the indicator's unit.
    `year_begins`: this is the first period of a year. `changes`: the row alters what was handed in; `overtakes`: a cumulative figure is greater than
    the next period's.
    """

    traits: Traits
    indicator: Numbers
    n: Numbers
    d: Numbers
    past: Floats
    past_n: Numbers
    past_d: Numbers
    added: Floats
    adds: Floats
    target: Floats
    year_begins: bool
    changes: Mask
    overtakes: Mask

    @cached_property
    def has_d(self) -> Mask:
        return self.traits.has_d[self.indicator]

    @cached_property
    def value(self) -> Floats:
        return self.traits.value(self.indicator, self.n, self.d)

    @cached_property
    def at_edge(self) -> Mask:
        """Surely the least or the most that is possible; rows not marked may be so too."""
        share = self.traits.share[self.indicator]
        zero_is_least = share | self.traits.count[self.indicator]
        found: Mask = (zero_is_least & (self.n == 0)) | (share & (self.n == self.d))
        return found

    def suspects(self) -> Mask:
        """Rows about which some rule may have something to say."""
        found = np.zeros(len(self.n), dtype=bool)
        for rule in RULES:
            found |= SCREENS.get(rule.id, _every)(self)
        return found


def _never(batch: Batch) -> Mask:
    """Rows that were read at sight are reported, and have just the figures that are asked for."""
    return np.zeros(len(batch.n), dtype=bool)


def _every(batch: Batch) -> Mask:
    return np.ones(len(batch.n), dtype=bool)


def _outside(low: str, high: str) -> Callable[[Batch], Mask]:
    def screen(batch: Batch) -> Mask:
        found = _never(batch)
        for name, below in ((low, True), (high, False)):
            bound = batch.traits.bounds[name]
            if bound.there.any():
                ours, limit, large = bound.sides(batch)
                found |= bound.there[batch.indicator] & (large | ((ours < limit) if below else (ours > limit)))
        return found

    return screen


def _falling(batch: Batch) -> Mask:
    """Smaller than the newest total before it; where that is from another year, a year to date is marked too,
    unless its year has just begun."""
    if not batch.past_n.shape[1]:
        return _never(batch)
    d_falls = batch.has_d & ~batch.traits.d_fixed[batch.indicator] & (batch.d < batch.past_d[:, -1])
    smaller = (batch.n < batch.past_n[:, -1]) | d_falls
    goes_on = batch.traits.cumulative[batch.indicator] & ~(
        batch.year_begins & batch.traits.year_to_date[batch.indicator]
    )
    found: Mask = goes_on & np.isfinite(batch.past[:, -1]) & smaller
    return found


def _outlying(batch: Batch) -> Mask:
    found = _never(batch)
    counts = np.isfinite(batch.added).sum(axis=1) if batch.added.size else np.zeros(len(batch.n), dtype=np.int64)
    enough = np.flatnonzero((counts >= OUTLIER_POINTS - 1) & np.isfinite(batch.adds))
    if not len(enough):
        return found
    past, count = batch.added[enough], counts[enough]
    median = _median(past, count)
    spread = _median(np.abs(past - median[:, None]), count)
    # Somewhat wider than the rule on both counts: it reckons with exact fractions.
    real = spread > 0.5e-12 * np.maximum(1.0, np.abs(median))
    z = np.divide(0.6745 * np.abs(batch.adds[enough] - median), spread, out=np.zeros(len(enough)), where=real)
    found[enough] = z > OUTLIER_LIMIT - 0.01
    return found


def _median(values: Floats, counts: Numbers) -> Floats:
    """Row by row, of the first `counts` values when sorted; nan is none."""
    ordered, rows = np.sort(values, axis=1), np.arange(len(values))
    middle: Floats = (ordered[rows, (counts - 1) // 2] + ordered[rows, counts // 2]) / 2
    return middle


def _flat(batch: Batch) -> Mask:
    if batch.past.shape[1] < FLAT_PERIODS - 1:
        return _never(batch)
    last = batch.past[:, -(FLAT_PERIODS - 1) :]
    same = np.all(np.abs(last - batch.value[:, None]) <= _NEAR * np.maximum(1e-300, np.abs(last)), axis=1)
    figures = np.all((batch.past_n == batch.n[:, None]) & (batch.past_d == batch.d[:, None]), axis=1)
    natural = batch.at_edge & (batch.traits.cumulative[batch.indicator] | ~(figures & batch.has_d))
    found: Mask = same & ~natural
    return found


def _on_target(batch: Batch) -> Mask:
    near = np.abs(batch.value - batch.target) <= _NEAR * np.maximum(1e-300, np.abs(batch.target))
    found: Mask = near & ~batch.at_edge
    return found


def _not_whole(figure: str) -> Callable[[Batch], Mask]:
    def screen(batch: Batch) -> Mask:
        counted_: Mask = getattr(batch.traits, f"{figure}_counted")[batch.indicator]
        found: Mask = counted_ & (getattr(batch, figure) % MICRO != 0) & (batch.has_d if figure == "d" else True)
        return found

    return screen


SCREENS: Mapping[str, Callable[[Batch], Mask]] = {
    "blank": _never,
    "state.contradiction": _never,
    "state.reason": _never,
    "required.n": _never,
    "required.d": _never,
    "d.unused": _never,
    "n.negative": _never,
    "d.negative": _never,
    "d.zero": lambda batch: batch.has_d & (batch.d == 0),
    "n.whole": _not_whole("n"),
    "d.whole": _not_whole("d"),
    "n.yes_no": lambda batch: batch.traits.yes_no[batch.indicator] & (batch.n != 0) & (batch.n != MICRO),
    "share": lambda batch: batch.traits.share[batch.indicator] & (batch.n > batch.d),
    "bounds.hard": _outside("hard_min", "hard_max"),
    "bounds.plausible": _outside("plausible_min", "plausible_max"),
    "correction.reason": lambda batch: batch.changes,
    "correction.stale": lambda batch: batch.changes,
    "cumulative.falls": _falling,
    "cumulative.fell": _falling,
    "cumulative.overtakes": lambda batch: batch.overtakes,
    "history.outlier": _outlying,
    "history.flat": _flat,
    "target.exact": _on_target,
    "target.often": _on_target,
}
