"""The rules of challenges on plain values: money, candidates, notices, and paths that no step can get around."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges import rules
from challenges.rules import Ranked
from challenges.stages import BID, CHALLENGE, MILESTONE, PAY
from core.errors import Invalid
from core.words import BidMilestoneState as M
from core.words import BidState as B
from core.words import ChallengeState as C
from core.workflow import Workflow
from panels import noticing
from regions import calendar


@given(st.integers(0, 10**13), st.lists(st.integers(0, 4_000), max_size=12))
def test_money_is_divided_to_the_fen(total: int, some: list[int]) -> None:
    shares = [*some[:2], 10_000 - sum(some[:2])]
    parts = rules.split_funding(total, shares)
    assert sum(parts) == total
    assert all(abs(part * 10_000 - total * share) < 10_000 for part, share in zip(parts, shares, strict=True))
    assert all(part == 0 for part, share in zip(parts, shares, strict=True) if share == 0)


def test_a_fen_that_is_left_goes_to_the_largest_remainder() -> None:
    assert rules.split_funding(100, [3_333, 3_333, 3_334]) == [33, 33, 34]
    assert rules.split_funding(1, [5_000, 5_000]) == [1, 0]
    for shares in ([3_333, 3_333, 3_333], [10_001], [], [-1, 10_001]):
        with pytest.raises(Invalid):
            rules.split_funding(100, shares)


def test_the_deadline_itself_is_too_late() -> None:
    deadline = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    assert [rules.sealed(deadline, deadline + timedelta(microseconds=x)) for x in (-1, 0, 1)] == [False, True, True]


def test_candidates_are_the_first_three_in_order() -> None:
    assert rules.candidates([Ranked(7, 3), Ranked(5, 1), Ranked(9, 4), Ranked(6, 2)]) == [5, 6, 7]
    assert rules.candidates([Ranked(5, 1)]) == [5]
    below = [Ranked(1, 1), Ranked(2, 2), Ranked(3, 3), Ranked(4, 4), Ranked(5, 4)]
    assert rules.candidates(below) == [1, 2, 3]  # a tie below the candidates decides nothing


@pytest.mark.parametrize(
    "places", [[(1, 1), (2, 1), (3, 3)], [(1, 1), (2, 2), (3, 3), (4, 3)], [(1, 1), (2, 2), (3, 2), (4, 2)]]
)
def test_a_tie_that_matters_is_for_people(places: list[tuple[int, int]]) -> None:
    with pytest.raises(Invalid, match="并列"):
        rules.candidates([Ranked(*item) for item in places])


def test_people_decide_only_among_equals() -> None:
    ranked = [Ranked(1, 1), Ranked(2, 2), Ranked(3, 3), Ranked(4, 3)]
    assert rules.candidates(ranked, [1, 2, 4]) == [1, 2, 4]
    for order in ([2, 1, 3], [1, 2], [1, 2, 3, 4], [1, 2, 9], [1, 2, 2], [1, 3, 4]):
        with pytest.raises(Invalid):
            rules.candidates(ranked, order)


@pytest.mark.parametrize(
    "start, end",
    [
        (date(2023, 4, 27), date(2023, 5, 6)),
        (date(2023, 2, 20), date(2023, 2, 26)),
        (date(2024, 6, 28), date(2024, 7, 4)),
    ],
)
def test_the_windows_of_real_notices(start: date, end: date) -> None:
    """DOMAIN §10: all three are five working days."""
    found = calendar.notice_end(start, rules.NOTICE_DAYS)
    assert not found.provisional
    assert calendar.working_days(start, end) == rules.NOTICE_DAYS
    assert calendar.working_days(found.date + timedelta(days=1), end) == 0  # what a notice adds are no working days


def test_a_year_without_calendar_is_provisional() -> None:
    assert calendar.notice_end(date(max(calendar.known_years()), 12, 30), 5).provisional


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("after, pause", [(0, 0), (1, 4), (2, 1), (4, 9)])
def test_a_paused_notice_keeps_its_days(first: bool, after: int, pause: int) -> None:
    """On notice day and night, or paused on the way: the public has as many working days."""
    start = date(2026, 11, 23)  # a Monday
    filed = start + timedelta(days=after)
    left = noticing.days_left(start, filed, 5, first)
    resumed = filed + timedelta(days=pause)
    counted = start if first else start + timedelta(days=1)
    before = calendar.working_days(counted, filed - timedelta(days=1))
    assert before + calendar.working_days(resumed, noticing.resumed_end(resumed, left).date) == 5


def test_what_a_reissued_list_changes() -> None:
    assert rules.difference(["甲", "乙", "丙"], ["乙", "甲", "丁"]) == [
        "甲由第 1 顺位变为第 2 顺位",
        "乙由第 2 顺位变为第 1 顺位",
        "丙由第 3 顺位移出名单",
        "丁新列入，为第 3 顺位",
    ]
    assert rules.difference(["甲"], ["甲"]) == []


def avoiding(flow: Workflow, *states: str) -> set[str]:
    """States that can be reached without passing through `states`."""
    found, todo = {str(flow.initial)}, [str(flow.initial)]
    while todo:
        for step in flow.steps_from(todo.pop()):
            if step.target not in found and step.target not in states:
                found.add(str(step.target))
                todo.append(str(step.target))
    return found


def test_no_path_pays_before_a_passed_milestone() -> None:
    assert M.PAID not in avoiding(MILESTONE, M.PASSED)
    assert M.PASSED not in avoiding(MILESTONE, M.CHECKED)
    assert [step.sources for step in MILESTONE.steps if step.target is M.PAID] == [(M.PASSED,)]
    assert [step.do for step in MILESTONE.steps if step.target is M.PAID] == [PAY]


@pytest.mark.parametrize("needed", [C.READY, C.OPEN, C.CHECKING, C.REVIEWING, C.NOTICE, C.SIGNING, C.RUNNING])
def test_nothing_is_paid_out_around_a_stage(needed: C) -> None:
    assert C.PAID not in avoiding(CHALLENGE, needed)


@pytest.mark.parametrize("needed", [B.SUBMITTED, B.ELIGIBLE, B.REVIEWING, B.CANDIDATE, B.WON, B.SIGNED, B.WORKING])
def test_no_bid_passes_around_a_stage(needed: B) -> None:
    assert B.PASSED not in avoiding(BID, needed)


def test_every_open_challenge_can_be_withdrawn_or_ended() -> None:
    for state in set(C) - CHALLENGE.terminal - {C.ACCEPTED}:
        assert {C.WITHDRAWN, C.TERMINATED} & {step.target for step in CHALLENGE.steps_from(state)}
