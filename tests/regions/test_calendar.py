"""Working days by the official calendar: published notices, unknown years, and what always holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.calendar import (
    NoticeEnd,
    add_working_days,
    is_known,
    is_working_day,
    known_years,
    notice_end,
    working_days,
)

KNOWN = st.dates(date(min(known_years()), 1, 1), date(max(known_years()), 12, 31))
ANY = st.dates(date(2000, 1, 1), date(2060, 12, 31))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2023, 4, 27), date(2023, 5, 6)),  # 劳动节, with 5月6日 (Saturday) worked
        (date(2023, 2, 20), date(2023, 2, 26)),  # five days end on a Friday; the notice ran to Sunday
        (date(2024, 6, 28), date(2024, 7, 4)),
    ],
)
def test_published_notices(start: date, end: date) -> None:
    found = notice_end(start)
    assert not found.provisional
    # A notice may print a later last day, but never one with more working days in it.
    assert working_days(start, end) == 5
    assert found.date == max(day for day in (end - DAY * n for n in range(7)) if is_working_day(day))


def test_known_years_come_from_the_library() -> None:
    assert {2023, 2024, 2025, 2026} <= known_years()
    assert not is_known(date(2060, 1, 1))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 5, 6), True),  # a Saturday made up for the holiday
        (date(2023, 5, 3), False),
        (date(2024, 2, 9), True),  # 除夕, which was no holiday that year
        (date(2024, 2, 4), True),  # a Sunday
        (date(2060, 1, 1), True),  # a Thursday in a year nobody knows yet
        (date(2060, 1, 3), False),
    ],
)
def test_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_year_that_is_not_known_is_provisional() -> None:
    last = max(known_years())
    assert notice_end(date(last, 12, 1)) == NoticeEnd(notice_end(date(last, 12, 1)).date, False)
    across = notice_end(date(last, 12, 30), days=10)
    assert across.provisional
    assert across.date.year == last + 1
    assert notice_end(date(2060, 1, 1)) == NoticeEnd(date(2060, 1, 7), True)


def test_counting_from_the_next_day() -> None:
    assert notice_end(date(2024, 6, 28), count_first_day=False).date == date(2024, 7, 5)
    assert add_working_days(date(2024, 6, 28), 5) == notice_end(date(2024, 6, 28), 5, count_first_day=False)


@pytest.mark.parametrize("days", [0, -1])
def test_a_notice_lasts_at_least_a_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        notice_end(date(2024, 6, 28), days)


@given(ANY, st.integers(0, 400), st.integers(0, 400))
def test_spans_add_up(start: date, first: int, second: int) -> None:
    middle, end = start + DAY * first, start + DAY * (first + second)
    assert working_days(start, end) == working_days(start, middle) + working_days(middle + DAY, end)
    assert 0 <= working_days(start, end) <= (end - start).days + 1


@given(ANY)
def test_nothing_before_the_start(day: date) -> None:
    assert working_days(day, day - DAY) == 0
    assert working_days(day, day) == int(is_working_day(day))


@given(KNOWN, st.integers(1, 60), st.booleans())
def test_a_notice_holds_exactly_its_days(start: date, days: int, count_first_day: bool) -> None:
    found = notice_end(start, days, count_first_day)
    first = start if count_first_day else start + DAY
    assert working_days(first, found.date) == days
    assert is_working_day(found.date)
    assert found.provisional is not all(is_known(start + DAY * n) for n in range((found.date - start).days + 1))


@given(ANY, st.integers(1, 40))
def test_a_longer_notice_ends_later(start: date, days: int) -> None:
    assert notice_end(start, days).date < notice_end(start, days + 1).date
    assert notice_end(start, days).date <= notice_end(start, days, count_first_day=False).date
