"""Whether a submitted value trips a threshold: exact, without a database.

Missing is not zero: without a figure nothing trips, and a change needs the figure of the period before.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.numbers import MICRO, round_half_up
from core.words import WatchBasis, WatchSide
from metrics.model import Indicator


@dataclass(frozen=True)
class Threshold:
    """What trips: `limit` is in the indicator's unit; for CHANGE a difference from the period before, so a
    fall of 5 is BELOW −5."""

    basis: WatchBasis
    side: WatchSide
    limit: Decimal

    def words(self, indicator: Indicator) -> str:
        """“按时办结率 达到或低于 80.00%”."""
        changing = self.basis is WatchBasis.CHANGE
        basis = f" {self.basis.label}" if changing else ""
        unit = "个百分点" if changing and indicator.unit == "%" else indicator.unit
        return (
            f"{indicator.name}{basis} {self.side.label} {indicator.show(self.limit, signed=changing, unit=False)}{unit}"
        )


def trips(threshold: Threshold, value: Fraction | None, before: Fraction | None) -> bool:
    """Whether the value trips; the threshold itself does, one millionth short of it does not."""
    if value is None:
        return False
    if threshold.basis is WatchBasis.CHANGE:
        if before is None:
            return False
        value = value - before
    limit = Fraction(threshold.limit)
    return value >= limit if threshold.side is WatchSide.ABOVE else value <= limit


def kept(value: Fraction | None) -> int | None:
    """A figure as it is written down beside an alert: millionths, rounded half up."""
    return None if value is None else int(round_half_up(value * MICRO, 0))
