"""Reporting periods: months, quarters, half-years and years, named so that text sorts by time."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Cadence(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {"month": "每月", "quarter": "每季", "half": "每半年", "year": "每年"}[self.value]


PER_YEAR = {Cadence.MONTH: 12, Cadence.QUARTER: 4, Cadence.HALF: 2, Cadence.YEAR: 1}
_KEY = re.compile(r"^(\d{4})(?:-(\d{2})|Q([1-4])|H([12]))?$")


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period. `index` counts from 1 within the year.

    `str(period)` is the key kept in the database: 2026-10, 2026Q3, 2026H1, 2026.
    """

    year: int
    index: int
    cadence: Cadence

    def __post_init__(self) -> None:
        if not 1 <= self.index <= PER_YEAR[self.cadence]:
            raise ValueError(f"no period {self.index} in a year of {self.cadence}")

    def __str__(self) -> str:
        match self.cadence:
            case Cadence.MONTH:
                return f"{self.year}-{self.index:02d}"
            case Cadence.QUARTER:
                return f"{self.year}Q{self.index}"
            case Cadence.HALF:
                return f"{self.year}H{self.index}"
            case _:
                return f"{self.year}"

    @classmethod
    def parse(cls, key: str) -> Period:
        """Read a key; ValueError for anything else."""
        found = _KEY.match(key)
        if not found:
            raise ValueError(f"not a period: {key!r}")
        year, month, quarter, half = found.groups()
        if month:
            return cls(int(year), int(month), Cadence.MONTH)
        if quarter:
            return cls(int(year), int(quarter), Cadence.QUARTER)
        if half:
            return cls(int(year), int(half), Cadence.HALF)
        return cls(int(year), 1, Cadence.YEAR)

    @classmethod
    def containing(cls, day: date, cadence: Cadence) -> Period:
        months = 12 // PER_YEAR[cadence]
        return cls(day.year, (day.month - 1) // months + 1, cadence)

    @property
    def start(self) -> date:
        return date(self.year, (self.index - 1) * (12 // PER_YEAR[self.cadence]) + 1, 1)

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        month = self.index * (12 // PER_YEAR[self.cadence])
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def label(self) -> str:
        match self.cadence:
            case Cadence.MONTH:
                return f"{self.year}年{self.index}月"
            case Cadence.QUARTER:
                return f"{self.year}年第{self.index}季度"
            case Cadence.HALF:
                return f"{self.year}年{'上' if self.index == 1 else '下'}半年"
            case _:
                return f"{self.year}年"

    def step(self, cadence: Cadence) -> int:
        """How many periods of this rhythm one of `cadence` takes; 1 for the same or a quicker one."""
        return max(1, PER_YEAR[self.cadence] // PER_YEAR[cadence])

    def closes(self, cadence: Cadence) -> bool:
        """Whether a period of `cadence` ends with this one, as a quarter does with its third month; always so
        for the same or a quicker rhythm."""
        return self.index % self.step(cadence) == 0

    def shift(self, steps: int) -> Period:
        """The period `steps` later (negative: earlier)."""
        year, index = divmod(
            self.year * PER_YEAR[self.cadence] + self.index - 1 + steps,
            PER_YEAR[self.cadence],
        )
        return Period(year, index + 1, self.cadence)


def span(first: Period, last: Period) -> Iterator[Period]:
    """All periods from `first` to `last`, both included; nothing when last < first."""
    period = first
    while (period.year, period.index) <= (last.year, last.index):
        yield period
        period = period.shift(1)
