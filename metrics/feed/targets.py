"""Baselines and targets of many rows at once."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from core.periods import Period
from core.words import TargetKind
from metrics import queries
from metrics.feed.frame import Frame, Owed
from metrics.feed.rows import Numbers
from metrics.feed.screening import Floats


class Targets:
    """Baselines and targets in force, asked for each different question once."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.own = {
            number: {target.region_code for target in targets if target.region_code}
            for number, targets in frame.targets.items()
        }
        self.known: dict[tuple[TargetKind, int, str, str], Decimal | None] = {}

    def value(self, kind: TargetKind, indicator_id: int, owed: Owed) -> Decimal | None:
        """What holds for a return; None for nothing."""
        region = owed.region_code if owed.region_code in self.own.get(indicator_id, ()) else ""
        key = (kind, indicator_id, region, owed.period)
        if key not in self.known:
            self.known[key] = queries.applying(self.frame.targets.get(indicator_id, []), kind, region, owed.period)
        return self.known[key]

    def of(self, kind: TargetKind, indicator: Numbers, owed: Numbers, period: Period) -> Floats:
        """What holds for each row of a period, in its indicator's unit; nan for nothing."""
        usual = np.full(len(self.frame.indicators), np.nan)
        for at, item in enumerate(self.frame.indicators):
            target = queries.applying(self.frame.targets.get(item.id, []), kind, "", str(period))
            usual[at] = np.nan if target is None else float(target)
        found: Floats = usual[indicator]
        special = [at for at, item in enumerate(self.frame.indicators) if self.own.get(item.id)]
        for position in np.flatnonzero(np.isin(indicator, special)).tolist():
            target = self.value(kind, self.frame.indicators[indicator[position]].id, self.frame.owed[owed[position]])
            found[position] = np.nan if target is None else float(target)
        return found
