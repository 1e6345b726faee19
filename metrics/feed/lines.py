"""Lines of a return as the single-return path knows them, for the rows of a feed that take that path."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from core.periods import Period
from core.words import TargetKind
from metrics import queries
from metrics.feed.checked import CHANGED, NEW, Checked
from metrics.feed.frame import Owed, Stored
from metrics.feed.rows import Numbers
from metrics.feed.targets import Targets
from metrics.model import Entry, Line


class Lines:
    """Makes them from what is stored and what earlier rows of the feed bring."""

    def __init__(self, checked: Checked, regions: Mapping[str, int], targets: Targets) -> None:
        self.checked, self.regions, self.targets = checked, regions, targets
        self.ordered: dict[tuple[str, int], list[tuple[str, Stored]]] = {}

    def line(self, owed: Owed, at: int) -> Line:
        """A line of a return as the single-return path knows it, with what earlier rows of this feed bring."""
        indicator, period = self.checked.frame.indicators[at], Period.parse(owed.period)
        values = {key: value.entry for key, value in self.checked.frame.values(owed.region_code, at).items()}
        current, following = values.get(owed.period), self.following(owed, at)
        first = str(period.shift(-queries.HISTORY))
        values |= self._brought(owed, at, first)
        return Line(
            indicator=indicator,
            current=current,
            history=sorted((key, entry) for key, entry in values.items() if first <= key < owed.period),
            following=following,
            target=self.targets.value(TargetKind.TARGET, indicator.id, owed),
            baseline=self.targets.value(TargetKind.BASELINE, indicator.id, owed),
        )

    def _brought(self, owed: Owed, at: int, first: str) -> dict[str, Entry]:
        """What rows of this feed for a series, checked so far, would store from this period on."""
        order, series = self._by_series
        before = self.checked.frame.askings[at].same_before
        kinds = (
            [place for place, item in enumerate(self.checked.frame.askings) if item.indicator.id == before]
            if before
            else []
        )
        found = {}
        for kind in (*kinds, at):
            key = self.regions[owed.region_code] * len(self.checked.frame.indicators) + kind
            lo, hi = np.searchsorted(series, [key, key + 1])
            places = order[lo:hi]
            saved = (self.checked.kind[places] == NEW) | (self.checked.kind[places] == CHANGED)
            for place in places[saved].tolist():
                period = self.checked.frame.owed[self.checked.rows.owed[place]].period
                if first <= period < owed.period:  # the rules look no further back
                    found[period] = self.checked.entry(place)
        return found

    @cached_property
    def _by_series(self) -> tuple[Numbers, Numbers]:
        rows = self.checked.rows
        regions = np.array([self.regions[owed.region_code] for owed in self.checked.frame.owed], dtype=np.int64)
        series = regions[rows.owed] * len(self.checked.frame.indicators) + rows.indicator
        order = np.argsort(series, kind="stable")
        return order, series[order]

    def following(self, owed: Owed, at: int) -> tuple[str, Entry] | None:
        """The next period that had a value before this feed."""
        series = (owed.region_code, at)
        if series not in self.ordered:
            values = self.checked.frame.values(owed.region_code, at)
            self.ordered[series] = sorted(values.items())
        ordered = self.ordered[series]
        place = bisect_right(ordered, owed.period, key=lambda item: item[0])
        last = str(Period.parse(owed.period).shift(queries.HISTORY))
        return (
            (ordered[place][0], ordered[place][1].entry) if place < len(ordered) and ordered[place][0] <= last else None
        )
