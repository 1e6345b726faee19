"""One county's figures of one quarter: each month, the quarter as a whole, what it was promised, its place. Pure but
for the panel it is given.

Exact throughout: a quarter's figure is what its periods make by the definition's own rule for periods, in the terms
of the newest version; nothing is joined that is not comparable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from core.periods import Cadence, Period
from core.words import Combine, Direction, TargetKind, ValueState
from metrics import promises
from metrics.definitions import Join, joins
from metrics.figure_panel import Choice, Panel
from metrics.model import Indicator
from metrics.queries import TargetView
from metrics.ranking import Place

MONTHS = 13  # in a report's table and picture: the quarter's last month and the year before it


@dataclass(frozen=True)
class Month:
    """A county's figure in one period, as it was reported; `n`, `d` in millionths. `run` 0: comparable with the
    newest version, in whose terms `value` is."""

    period: str
    n: int | None
    d: int | None
    value: Fraction | None
    state: str
    run: int


@dataclass(frozen=True)
class Line:
    """One indicator of one collection. `months` oldest first; `value`, `n`, `d` of the whole quarter by the rule in
    `how`, `before` of the same quarter a year earlier; `reported` of `expected` periods of the quarter stand behind
    it. `place` is the county's inside its group in `place_period`."""

    choice: Choice
    indicator: Indicator
    months: Sequence[Month]
    value: Fraction | None
    n: int | None
    d: int | None
    how: str
    before: Fraction | None
    reported: int
    expected: int
    baseline: Decimal | None
    target: Decimal | None
    targets: Sequence[TargetView]
    place: Place | None
    place_period: str

    @property
    def change(self) -> Fraction | None:
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None without a figure or a target."""
        if self.value is None or self.target is None:
            return None
        if self.indicator.direction is Direction.LOWER:
            return self.value <= self.target
        return self.value >= self.target


def inside(quarter: Period, periods: Sequence[str]) -> list[str]:
    """The periods that end within the quarter, oldest first: its months, itself, a half-year that closes with it."""
    return sorted(key for key in periods if quarter.start <= Period.parse(key).end <= quarter.end)


def quarters(periods: Sequence[str]) -> list[Period]:
    """The quarters in which these periods end, the newest first."""
    found = {Period.containing(Period.parse(key).end, Cadence.QUARTER) for key in periods}
    return sorted(found, reverse=True)


def line(
    panel: Panel, choice: Choice, code: str, quarter: Period, places: Callable[[str], Mapping[str, Place]]
) -> Line | None:
    """The county's line, or None when the quarter asked nothing of it. `places` gives those of a period by county;
    it is asked only for the newest with a value, since to place everybody takes a while."""
    own, owed = panel.rows[panel.rows.code == code], panel.owed[panel.owed.code == code].period
    past = [period for period in own.period if Period.parse(period).end <= quarter.end]
    months = _months(panel, own[own.period.isin(past)])
    mine = inside(quarter, [month.period for month in months])
    due = inside(quarter, list(owed))
    if not mine and not due:
        return None
    now = [month for month in months if month.period in mine]
    then = [month for month in months if month.period in inside(quarter.shift(-4), [item.period for item in months])]
    value, n, d, how = whole(panel.indicator, now)
    known = [month.period for month in now if month.value is not None]
    newest = known[-1] if known else (mine or due)[-1]
    excused = {month.period for month in now if month.state == ValueState.NOT_APPLICABLE.label}
    return Line(
        choice=choice,
        indicator=panel.indicator,
        months=months[-MONTHS:],
        value=value,
        n=n,
        d=d,
        how=how,
        before=whole(panel.indicator, then)[0],
        reported=len(known),
        expected=len(({*due, *known}) - excused),
        baseline=promises.applying(panel.targets, TargetKind.BASELINE, code, newest),
        target=promises.applying(panel.targets, TargetKind.TARGET, code, newest),
        targets=panel.targets,
        place=places(newest).get(code) if known else None,
        place_period=newest,
    )


def whole(indicator: Indicator, months: Sequence[Month]) -> tuple[Fraction | None, int | None, int | None, str]:
    """(value, n, d, how) of several periods together, by the definition's rule for periods. Periods whose version
    is not comparable with the newest are left out."""
    known = [month for month in months if month.value is not None and month.run == 0]
    if not known:
        return None, None, None, "本季度没有可用的数"
    values = [month.value for month in known if month.value is not None]
    last = known[-1]
    rule = Combine.LAST if indicator.accumulation.cumulative else indicator.combine_time
    if rule is Combine.RATIO and indicator.kind.has_denominator:
        above = sum((month.value * (month.d or 0) for month in known if month.value is not None), Fraction(0))
        below = sum(month.d or 0 for month in known)
        value = above / below if below else None
        return value, sum(month.n or 0 for month in known), below, "各期分子之和除以分母之和"
    if rule is Combine.SUM:
        return sum(values, Fraction(0)), sum(month.n or 0 for month in known), None, "各期相加"
    if rule is Combine.MAX:
        return max(values), None, None, "各期中的最大值"
    if rule is Combine.MEAN or (rule is Combine.RATIO and not indicator.kind.has_denominator):
        return sum(values, Fraction(0)) / len(values), None, None, "各期平均"
    return values[-1], last.n, last.d, f"取最近一期（{Period.parse(last.period).label}）"


def _months(panel: Panel, rows: pd.DataFrame) -> list[Month]:
    join = joins(panel.versions)
    versions = {version.id: version for version in panel.versions}
    return [_month(versions[int(row.indicator_id)], join[int(row.indicator_id)], row) for row in rows.itertuples()]


def _month(version: Indicator, join: Join, row: Any) -> Month:
    n, d = (None if pd.isna(part) else int(part) for part in (row.n, row.d))
    value = version.value(n, d)
    return Month(
        period=str(row.period),
        n=n,
        d=d if version.kind.has_denominator else None,
        value=None if value is None else value * join.factor,
        state=ValueState(row.state).label,
        run=join.run,
    )
