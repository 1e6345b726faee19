"""The earlier values of many series at once, moved on period by period as a feed is checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.periods import PER_YEAR, Period
from metrics.feed.screening import Floats, Mask, Numbers, Traits

_LONG_AGO = -(10**6)


def ordinal(period: Period) -> int:
    """Periods of one cadence as consecutive numbers."""
    return period.year * PER_YEAR[period.cadence] + period.index - 1


@dataclass(frozen=True)
class Window:
    """What the screens see of some series; see `screening.Batch`."""

    past: Floats
    past_n: Numbers
    past_d: Numbers
    added: Floats
    adds: Floats


class Past:
    """A ring of the newest `depth` values per series. A series is a place: region × indicator."""

    def __init__(self, traits: Traits, series: int, depth: int, reach: int) -> None:
        """`reach`: how many periods back a value still counts; `depth` never needs to be more."""
        self.traits, self.depth, self.reach = traits, depth, reach
        shape = (series, depth)
        self.value = np.full(shape, np.nan)
        self.added = np.full(shape, np.nan)
        self.at = np.full(shape, _LONG_AGO, dtype=np.int32)
        # What a period added is known from two periods, so it leaves the window one earlier.
        self.added_from = np.full(shape, _LONG_AGO, dtype=np.int32)
        self.n = np.full((series, min(depth, 3)), -1, dtype=np.int64)
        self.d = np.full((series, min(depth, 3)), -1, dtype=np.int64)
        self.last_n = np.zeros(series, dtype=np.int64)  # of the newest period, valued or not
        self.last_d = np.zeros(series, dtype=np.int64)
        self.last_at = np.full(series, _LONG_AGO, dtype=np.int32)

    def window(self, places: Numbers, indicator: Numbers, n: Numbers, d: Numbers, period: Period) -> Window:
        """What came before figures `n`, `d` of these series in this period."""
        first = ordinal(period) - self.reach
        past = np.where(self.at[places] >= first, self.value[places], np.nan)
        added = np.where(self.added_from[places] >= first, self.added[places], np.nan)
        adds, _ = self._adds(places, indicator, n, d, period)
        return Window(past, self.n[places], self.d[places], added, adds)

    def at_period(self, places: Numbers, number: int) -> Floats:
        """The values of the period with this number; nan where there is none."""
        found = np.where(self.at[places] == number, self.value[places], np.nan)
        with_value = np.isfinite(found)
        return np.where(with_value.any(axis=1), np.nansum(np.where(with_value, found, 0.0), axis=1), np.nan)

    def push(self, places: Numbers, indicator: Numbers, n: Numbers, d: Numbers, has: Mask, period: Period) -> None:
        """These series have these figures in this period (`has`: with a value). Periods come in their order."""
        number = ordinal(period)
        if self.depth:
            at, kind, figures_n, figures_d = places[has], indicator[has], n[has], d[has]
            adds, since = self._adds(at, kind, figures_n, figures_d, period)
            for ring, new in (
                (self.value, self.traits.value(kind, figures_n, figures_d)),
                (self.added, adds),
                (self.at, np.full(len(at), number)),
                (self.added_from, since),
                (self.n, figures_n),
                (self.d, figures_d),
            ):
                ring[at, :-1] = ring[at, 1:]
                ring[at, -1] = new
        self.last_at[places] = np.where(has, number, _LONG_AGO)
        self.last_n[places], self.last_d[places] = n, d

    def _adds(
        self, places: Numbers, indicator: Numbers, n: Numbers, d: Numbers, period: Period
    ) -> tuple[Floats, NDArray[np.int32]]:
        """(what the period adds, the earliest period this was reckoned from), as `accumulation.increments` says."""
        number = ordinal(period)
        cumulative = self.traits.cumulative[indicator]
        if not cumulative.any():
            return self.traits.value(indicator, n, d), np.full(len(places), number, dtype=np.int32)
        step = np.maximum(1, PER_YEAR[period.cadence] // self.traits.per_year[indicator])
        alone = ~cumulative | (self.traits.year_to_date[indicator] & (period.index <= step))
        follows = self.last_at[places] == number - step
        less_n = np.where(alone, 0, self.last_n[places])
        keeps_d = alone | self.traits.d_fixed[indicator] | ~self.traits.has_d[indicator]
        less_d = np.where(keeps_d, 0, self.last_d[places])
        value = self.traits.value(indicator, n - less_n, d - less_d)
        return np.where(alone | follows, value, np.nan), np.where(alone, number, number - step).astype(np.int32)
