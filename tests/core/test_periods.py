"""Periods: their names, their days, their order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.periods import Cadence, Period, span

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
CADENCES = st.sampled_from(Cadence)


@pytest.mark.parametrize(
    "key, label, start, end",
    [
        ("2026-02", "2026年2月", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", "2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026Q3", "2026年第3季度", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026H1", "2026年上半年", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026H2", "2026年下半年", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", "2026年", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_by_its_key(key: str, label: str, start: date, end: date) -> None:
    period = Period.parse(key)
    assert (str(period), period.label, period.start, period.end) == (key, label, start, end)


@pytest.mark.parametrize(
    "key", ["", "2026-13", "2026-00", "2026-1", "2026Q5", "2026H3", "26-10", "2026-10 ", "2026年10月"]
)
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(key)


@settings(deadline=None)
@given(DAYS, CADENCES)
def test_a_day_lies_in_its_period(day: date, cadence: Cadence) -> None:
    period = Period.containing(day, cadence)
    assert period.start <= day <= period.end
    assert Period.parse(str(period)) == period


@settings(deadline=None)
@given(DAYS, CADENCES, st.integers(-40, 40))
def test_shifting_there_and_back(day: date, cadence: Cadence, steps: int) -> None:
    period = Period.containing(day, cadence)
    assert period.shift(steps).shift(-steps) == period
    assert period.shift(1).start == period.end + timedelta(days=1)


@settings(deadline=None)
@given(DAYS, CADENCES, st.integers(0, 30))
def test_keys_sort_by_time(day: date, cadence: Cadence, length: int) -> None:
    first = Period.containing(day, cadence)
    periods = list(span(first, first.shift(length)))
    assert len(periods) == length + 1
    assert [str(period) for period in periods] == sorted(str(period) for period in periods)
    assert periods == sorted(periods)


def test_an_empty_span() -> None:
    period = Period.parse("2026-10")
    assert list(span(period, period.shift(-1))) == []
