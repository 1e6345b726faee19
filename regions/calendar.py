"""Working days: the national calendar with its holidays and make-up workdays.

The State Council publishes a year's calendar in the autumn before; a later year is counted
Monday to Friday and marked provisional (暂算，须人工复核).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NoticeEnd:
    """The last day of a notice, inclusive. `provisional` when a year's calendar was not yet known."""

    date: date
    provisional: bool


@lru_cache(maxsize=1)
def known_years() -> frozenset[int]:
    """The years whose official calendar the installed library holds."""
    from chinese_calendar.constants import holidays, workdays  # 60 kB of dates: only where days are counted

    return frozenset(day.year for day in holidays) & frozenset(day.year for day in workdays)


def is_known(day: date) -> bool:
    return day.year in known_years()


def is_working_day(day: date) -> bool:
    """By the official calendar; Monday to Friday where the year is not known."""
    if not is_known(day):
        return day.weekday() < 5
    from chinese_calendar import is_workday

    return bool(is_workday(day))


def working_days(start: date, end: date) -> int:
    """Working days from `start` to `end`, both included; 0 when end < start."""
    return sum(is_working_day(start + _DAY * offset) for offset in range((end - start).days + 1))


def notice_end(start: date, days: int = 5, count_first_day: bool = True) -> NoticeEnd:
    """The day on which the `days`-th working day of a notice that begins on `start` falls.

    `count_first_day=False` begins with the next day (民法典 201). ValueError when days < 1.
    """
    if days < 1:
        raise ValueError("a notice lasts at least one working day")
    day = start if count_first_day else start + _DAY
    left, provisional = days, not is_known(start)
    while True:
        provisional = provisional or not is_known(day)
        left -= is_working_day(day)
        if not left:
            return NoticeEnd(day, provisional)
        day += _DAY


def add_working_days(start: date, days: int) -> NoticeEnd:
    """The `days`-th working day after `start`, which itself is not counted."""
    return notice_end(start, days, count_first_day=False)


def working_day_from(start: date, days: int) -> date:
    """The working day `days` after `start`, or before it when negative; `start` itself when 0."""
    if days > 0:
        return add_working_days(start, days).date
    day, left = start, -days
    while left:
        day -= _DAY
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days `end` lies after `start` (negative: before). A day that is none counts as the
    working day before it."""
    return working_days(start + _DAY, end) if end >= start else -working_days(end + _DAY, start)
