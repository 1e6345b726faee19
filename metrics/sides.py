"""Developed and underdeveloped counties side by side: each group's figure, their gap with an interval, and
whether it is closing. Pure.

A group's figure is Σn/Σd where the definition has a denominator, else the mean of its counties. Its error is
that of counties as units (`metrics.gaps.ratio`), with one degree of freedom less than counties; the gap's
interval is Welch–Satterthwaite's, as for effects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from core.numbers import MICRO
from core.periods import Period
from core.words import Combine, Direction, Side
from metrics import gaps
from metrics.comparison import Effect, equity_gap, gate
from metrics.definitions import joins
from metrics.model import Indicator

FIRST, SECOND = Side.DEVELOPED, Side.UNDERDEVELOPED


@dataclass(frozen=True)
class GroupFigure:
    """One group in one period. `value` is exact and in the terms of the newest version; None when nothing can
    be computed. `n`, `d` in millionths; `se` in the indicator's unit, nan with fewer than two counties."""

    value: Fraction | None
    n: int | None
    d: int | None
    reported: int
    expected: int
    se: float
    incomplete: bool

    @property
    def effect(self) -> Effect | None:
        """The figure as something that a gap can be taken of."""
        if self.value is None:
            return None
        estimate, nan = float(self.value), math.nan
        return Effect(
            estimate, nan, nan, nan, nan, self.reported, self.reported, True, gate(self.reported, self.reported),
            se=self.se, df=max(self.reported - 1, 1),
        )  # fmt: skip


@dataclass(frozen=True)
class GapPoint:
    """Both groups in one period; `gap` is the first minus the second, None where one has no figure."""

    period: str
    first: GroupFigure
    second: GroupFigure
    gap: Effect | None
    run: int = 0

    @property
    def incomplete(self) -> bool:
        return self.first.incomplete or self.second.incomplete

    @property
    def sound(self) -> bool:
        """Whether a sentence may rest on it."""
        return self.gap is not None and not self.incomplete and self.run == 0


def combined(indicator: Indicator) -> bool:
    """Whether a group's figure is Σn/Σd; else it is the mean of its counties."""
    return indicator.kind.has_denominator and indicator.combine_regions is Combine.RATIO


def group_figure(
    indicator: Indicator, factor: Fraction, rows: pd.DataFrame, expected: int, floor: float
) -> GroupFigure:
    """One group's figure from its counties' rows (n, d, own, state). `factor` brings a version's values to the
    terms of the newest; counties to which the indicator does not apply leave the denominator of coverage."""
    known = rows.dropna(subset=["own"])
    owed = max(expected - int((rows.state == "not_applicable").sum()), len(known))
    incomplete = len(known) < floor * owed or not len(known)
    n = int(known.n.sum()) if len(known) else None
    has_d = indicator.kind.has_denominator
    d = int(known.d.sum()) if has_d and len(known) else None
    if not len(known):
        return GroupFigure(None, None, None, 0, owed, math.nan, True)
    if combined(indicator):
        value = indicator.value(n, d)
    elif has_d:
        parts = [indicator.value(int(row.n), int(row.d)) for row in known.itertuples()]
        value = sum((part for part in parts if part is not None), Fraction(0)) / len(parts)
    else:
        value = Fraction(n or 0, MICRO * len(known)) * indicator.factor
    return GroupFigure(
        value=None if value is None else value * factor,
        n=n,
        d=d,
        reported=len(known),
        expected=owed,
        se=_error(indicator, known) * float(factor),
        incomplete=incomplete,
    )


def gap_series(versions: Sequence[Indicator], rows: pd.DataFrame, owed: pd.DataFrame, floor: float) -> list[GapPoint]:
    """Both groups and their gap, period by period. `rows` and `owed` as `metrics.figure_panel.Panel` has them."""
    by_id = {version.id: version for version in versions}
    join = joins(versions)
    due = owed.groupby(["period", "side"]).size().to_dict()
    found = []
    for period, inside in rows.groupby("period"):
        used = by_id[max(inside.indicator_id, key=lambda number: by_id[number].version)]
        parts = [
            group_figure(
                used,
                join[used.id].factor,
                inside[(inside.side == side.label) & (inside.indicator_id == used.id)],
                int(due.get((period, side.label), 0)),
                floor,
            )
            for side in (FIRST, SECOND)
        ]
        first, second = parts[0].effect, parts[1].effect
        gap = equity_gap(first, second) if first and second else None
        found.append(GapPoint(str(period), parts[0], parts[1], gap, join[used.id].run))
    return found


def latest(points: Sequence[GapPoint]) -> GapPoint | None:
    """The newest period on which something may be said."""
    return next((point for point in reversed(points) if point.sound), None)


@dataclass(frozen=True)
class Trend:
    """How the gap of `now` differs from that of `then`, as sizes: negative is closing. The interval treats the
    two periods as independent, which for the same counties is wider than need be."""

    then: GapPoint
    now: GapPoint
    change: Effect

    @property
    def clear(self) -> bool:
        return self.change.low > 0 or self.change.high < 0


def trend(then: GapPoint | None, now: GapPoint | None) -> Trend | None:
    """The change in the gap's size: towards the side that is ahead now. None where either is not sound."""
    if then is None or now is None or not (then.sound and now.sound) or then.gap is None or now.gap is None:
        return None
    sign = -1 if now.gap.estimate < 0 else 1
    return Trend(then, now, equity_gap(now.gap.oriented(sign), then.gap.oriented(sign)))


def ahead(indicator: Indicator, gap: Effect) -> Side | None:
    """Which side does better; None when they are level, or being within a range is what is good."""
    if gap.estimate == 0 or indicator.direction is Direction.WITHIN:
        return None
    return FIRST if gap.estimate * indicator.direction.sign > 0 else SECOND


def clear(gap: Effect) -> bool:
    """Whether the interval leaves out zero."""
    return gap.low > 0 or gap.high < 0


def marks(changes: Sequence[tuple[date, str]], points: Sequence[GapPoint]) -> list[tuple[date, str]]:
    """Where on the axis a changed list begins to hold: the first period whose last day it holds on."""
    found = []
    for day, words in changes:
        inside = [Period.parse(point.period) for point in points]
        at = next((period for period in inside if period.end >= day), None)
        if at is not None and inside and inside[0] != at:
            found.append((at.start, words))
    return found


def _error(indicator: Indicator, known: pd.DataFrame) -> float:
    """The standard error of a group's figure, in the indicator's unit; nan with one county."""
    n = known.n.astype(float).to_numpy()
    d = known.d.astype(float).to_numpy() if indicator.kind.has_denominator else np.full(len(known), float(MICRO))
    if not combined(indicator):
        n, d = n / d, np.ones(len(known))
    return gaps.ratio(np.column_stack([n, d]))[1] * indicator.factor if d.sum() else math.nan
