"""Pure rules of the scenarios room."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import GovernanceLevel
from scenarios import rules

JANUARY = date(2026, 1, 1), date(2026, 1, 30)  # thirty days, both counted


def test_codes_count_per_year_and_grow_when_they_must() -> None:
    assert rules.next_code("CJ", 2026, None) == "CJ-2026-0001"
    assert rules.next_code("CJ", 2026, "CJ-2026-0009") == "CJ-2026-0010"
    assert rules.next_code("CJ", 2026, "CJ-2026-9999") == "CJ-2026-10000"


@pytest.mark.parametrize(
    "events,frequency", [(0, 0), (1, 2), (3, 2), (4, 3), (11, 3), (12, 4), (29, 4), (30, 5), (10_000, 5)]
)
def test_frequency_counts_events_per_thirty_days(events: int, frequency: int) -> None:
    found = rules.need_priority(events, *JANUARY, 2, GovernanceLevel.TOWN)
    assert (found.per_month, found.frequency) == (Fraction(events), frequency)


def test_less_than_one_event_a_month_still_counts() -> None:
    found = rules.need_priority(1, date(2025, 1, 1), date(2025, 12, 31), 1, GovernanceLevel.GRID)
    assert (found.frequency, found.total) == (1, 1)


def test_priority_is_the_product_of_its_parts() -> None:
    found = rules.need_priority(30, *JANUARY, 3, GovernanceLevel.CITY)
    assert (found.frequency, found.severity, found.spread, found.total) == (5, 3, 5, 75)
    assert found.explained == "频次 5（每 30 天 30.0 件）× 严重程度 3 × 波及范围 5 = 75"


def test_an_unknown_frequency_is_not_zero() -> None:
    found = rules.need_priority(None, None, None, 3, GovernanceLevel.CITY)
    assert found.total is None
    assert found.explained == "频次未填，暂不计算（严重程度 3 × 波及范围 5）"


@given(
    st.integers(0, 10**6),
    st.integers(1, 4000),
    st.integers(1, 3),
    st.sampled_from(list(GovernanceLevel)),
    st.integers(0, 10**4),
)
def test_more_events_never_lower_the_priority(
    events: int, days: int, severity: int, level: GovernanceLevel, more: int
) -> None:
    last = date(2015, 1, 1) + timedelta(days=days - 1)
    less = rules.need_priority(events, date(2015, 1, 1), last, severity, level).total
    greater = rules.need_priority(events + more, date(2015, 1, 1), last, severity, level).total
    assert less is not None
    assert greater is not None
    assert 0 <= less <= greater <= 75


def test_equal_totals_share_a_place_and_unknown_ones_have_none() -> None:
    assert rules.places({1: 40, 2: 60, 3: None, 4: 40, 5: 20}) == {2: 1, 1: 2, 4: 2, 5: 4}


def _duty(*path: str, organisation_id: int | None = 1) -> rules.Duty:
    return rules.Duty(path, organisation_id, "网格员", "2 日", "条例")


def test_a_complete_list_has_no_findings() -> None:
    assert rules.check_responsibilities([_duty("a", "b", "c"), _duty("a", "b", "d")]) == []


def test_an_empty_list_is_an_error() -> None:
    assert [finding.error for finding in rules.check_responsibilities([])] == [True]


def test_a_leaf_without_organisation_is_an_error() -> None:
    assert rules.check_responsibilities([_duty("a", "c", organisation_id=None)]) == [
        rules.Finding("a › c", "缺责任单位", True)
    ]


def test_a_leaf_with_two_organisations_is_an_error() -> None:
    found = rules.check_responsibilities([_duty("a", "c"), _duty("a", "c", organisation_id=2)])
    assert found == [rules.Finding("a › c", "有两个以上责任单位", True)]


def test_the_same_leaf_twice_is_an_error() -> None:
    assert rules.check_responsibilities([_duty("c"), _duty("c")]) == [rules.Finding("c", "重复列出", True)]


def test_what_else_is_missing_is_said_without_stopping() -> None:
    found = rules.check_responsibilities([rules.Duty(("c",), 1)])
    assert found == [rules.Finding("c", f"缺{what}", False) for what in ("责任人", "办理时限", "依据")]
