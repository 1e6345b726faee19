"""Asking rules as data of the returns of one period, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.periods import Period
from metrics.expressions import Quantity
from metrics.feed.screening import Floats, Mask
from metrics.rulebook import DataRule


@dataclass(frozen=True)
class Grid:
    """Returns × the indicators they are asked for, as `expressions.Figures`: row after row of returns.

    `figures` has an array of returns × codes for every quantity but the month; nan for none.
    """

    codes: Sequence[str]
    period: Period
    figures: Mapping[Quantity, Floats]

    @property
    def size(self) -> int:
        return int(self.figures[Quantity.N].size)

    def column(self, quantity: Quantity, code: str) -> Floats:
        if quantity is Quantity.MONTH:
            return np.full(self.size, float(self.period.end.month))
        values = self.figures[quantity]
        if not code:
            return values.ravel()
        if code not in self.codes:
            return np.full(self.size, np.nan)
        return np.repeat(values[:, self.codes.index(code)], len(self.codes))

    def failing(self, rule: DataRule) -> Mask:
        """Returns × codes: where the rule has something to say."""
        fails: Mask = rule.condition.evaluate(self).fails.reshape(-1, len(self.codes))
        asks = np.array([rule.asks(code) for code in self.codes], dtype=bool)
        found: Mask = fails & asks
        return found
