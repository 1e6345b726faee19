"""Sudden rises and hot words."""

from __future__ import annotations

import math
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from scenarios.mining import HotWord, hot_words, sudden_rise

COUNTS = st.lists(st.integers(0, 500), min_size=3, max_size=30)


@pytest.mark.parametrize("counts", [[], [5], [1, 200], [0, 0, 900]])
def test_too_short_to_say(counts: list[int]) -> None:
    assert sudden_rise(counts) is None


@pytest.mark.parametrize(
    ("counts", "rise"),
    [
        # 8 and more: median 4, MAD 1, so the bound is 4 + 3.5/0.6745 = 9.19
        ([3, 4, 5, 4, 3, 5, 4, 5, 9], False),
        ([3, 4, 5, 4, 3, 5, 4, 5, 10], True),
        # The mean and the standard deviation of the same past would not see it: one old flood hides the new one.
        ([3, 4, 5, 4, 60, 5, 3, 5, 12], True),
        # Only the last period counts, and only upwards.
        ([3, 40, 5, 4, 3, 5, 4, 5, 4], False),
        ([50, 51, 49, 52, 50, 49, 51, 0], False),
        # A past that never varied still lets chance be chance.
        ([5] * 8 + [6], False),
        ([5] * 8 + [20], True),
        # A short past is compared by Poisson's law.
        ([2, 2, 2, 2, 10], True),
        ([2, 2, 2, 2, 8], False),
        ([0, 0, 0, 1], False),
        ([0, 0, 0, 4], True),
        # Large counts vary more than Poisson's: 1,200 after 900–1,100 is nothing, 2,400 is.
        ([1000, 1100, 900, 1200], False),
        ([1000, 1100, 900, 2400], True),
    ],
)
def test_a_sudden_rise(counts: list[int], rise: bool) -> None:
    assert sudden_rise(counts) is rise


def test_seven_counts_are_short_and_eight_are_long() -> None:
    # Robust, 13 is far above 10 ± 0.7; by chance it is not.
    assert sudden_rise([10, 10, 9, 11, 10, 11, 13]) is False
    assert sudden_rise([10, 10, 9, 11, 10, 11, 9, 16]) is True


@given(st.lists(st.integers(0, 500), min_size=7, max_size=30), st.integers(0, 2000))
def test_the_long_rule_is_the_formula(past: list[int], last: int) -> None:
    middle = median(past)
    spread = median(abs(count - middle) for count in past)
    if spread:
        assert sudden_rise([*past, last]) is (0.6745 * (last - middle) / spread > 3.5)


@given(st.integers(0, 50), st.integers(3, 6), st.integers(0, 300))
def test_the_short_rule_is_poissons(level: int, periods: int, last: int) -> None:
    counts = [level] * periods
    expected = float(poisson.sf(last - 1, (sum(counts) + 0.5) / periods)) < 2.326e-4 and last > mean(counts)
    assert sudden_rise([*counts, last]) is expected


@given(COUNTS, st.integers(0, 500), st.integers(0, 500))
def test_more_is_never_less_of_a_rise(past: list[int], last: int, more: int) -> None:
    if sudden_rise([*past, last]):
        assert sudden_rise([*past, last + more])


@given(st.permutations([3, 4, 5, 4, 3, 5, 4, 5]), st.integers(0, 30))
def test_the_order_of_the_past_does_not_matter(past: list[int], last: int) -> None:
    assert sudden_rise([*past, last]) is (last > 9)


def test_a_count_below_zero_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        sudden_rise([1, 2, 3, -1])


# -- hot words -------------------------------------------------------------------------------


def test_a_word_is_hot_against_its_own_past_not_by_its_number() -> None:
    found = hot_words({"物业": 60, "内涝": 30, "噪音": 20}, 100, {"物业": 600, "噪音": 20}, 1000)
    assert [hot.word for hot in found] == ["内涝", "噪音", "物业"]
    assert found[0] == HotWord("内涝", 30, 100, 0, 1000, 0.3 * math.log(1001))
    assert found[2].score == pytest.approx(0.6 * math.log(1001 / 601))
    assert (found[2].share, found[2].past_share) == (0.6, 0.6)


def test_a_word_of_every_past_ticket_is_not_hot() -> None:
    found = hot_words({"反映": 100, "内涝": 3}, 100, {"反映": 1000}, 1000)
    assert [(hot.word, hot.score > 0) for hot in found] == [("内涝", True), ("反映", False)]


def test_rare_words_are_left_out_and_equal_ones_keep_an_order() -> None:
    found = hot_words({"丙": 2, "乙": 5, "甲": 5}, 10, {}, 50, top=5)
    assert [hot.word for hot in found] == ["乙", "甲"]
    assert [hot.word for hot in hot_words({"乙": 5, "甲": 5}, 10, {}, 50, top=1)] == ["乙"]


def test_without_a_past_words_are_ordered_by_their_share() -> None:
    found = hot_words({"物业": 6, "内涝": 9}, 10, {}, 0)
    assert [(hot.word, hot.past_share) for hot in found] == [("内涝", None), ("物业", None)]
    assert hot_words({}, 0, {"物业": 3}, 9) == []
