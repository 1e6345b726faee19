"""Small places: intervals for shares, shrunken rates, funnel limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from metrics.small_area import empirical_bayes, funnel_limits, wilson


def test_wilson_as_published() -> None:
    low, high = wilson(65, 100)
    assert (round(low, 6), round(high, 6)) == (0.552544, 0.736358)


@pytest.mark.parametrize("x, n, level", [(0, 10, 0.95), (10, 10, 0.95), (3, 7, 0.9), (1, 2000, 0.998), (0.5, 3, 0.95)])
def test_wilson_against_statsmodels_and_scipy(x: float, n: int, level: float) -> None:
    low, high = wilson(x, n, level)
    assert (low, high) == pytest.approx(proportion_confint(x, n, alpha=1 - level, method="wilson"), abs=1e-12)
    if x == int(x):
        exact = stats.binomtest(int(x), n).proportion_ci(level, method="wilson")
        assert (low, high) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_wilson_differs_from_wald_and_clopper_pearson() -> None:
    low, high = wilson(65, 100)
    for method in ("normal", "beta", "agresti_coull", "jeffreys"):
        other = proportion_confint(65, 100, method=method)
        assert abs(low - other[0]) + abs(high - other[1]) > 1e-4, method
    assert wilson(0, 20).high > 0.1  # Wald would say exactly 0


def test_wilson_of_arrays_and_of_nothing() -> None:
    low, high = wilson([65, 0, 0], [100, 10, 0])
    assert low == pytest.approx([0.552544, 0, math.nan], abs=1e-6, nan_ok=True)
    assert np.isnan(high).tolist() == [False, False, True]
    assert isinstance(wilson(1, 2).low, float)
    for bad in ((5, 4, 0.95), (-1, 4, 0.95), (math.nan, 4, 0.95), (1, 4, 1.0), (1, 4, 95)):
        with pytest.raises(ValueError, match=r"0 <= x|level"):
            wilson(*bad)


@given(st.integers(0, 300), st.integers(1, 300))
@settings(deadline=None)
def test_wilson_holds_the_share_and_mirrors(x: int, n: int) -> None:
    x = min(x, n)
    low, high = wilson(x, n)
    assert 0 <= low <= x / n <= high <= 1 or low == pytest.approx(x / n) or high == pytest.approx(x / n)
    other = wilson(n - x, n)
    assert [1 - other.high, 1 - other.low] == pytest.approx([low, high], abs=1e-12)


EVENTS, PEOPLE = np.array([2, 30, 1, 9, 60]), np.array([100, 4000, 20, 300, 9000])


def test_empirical_bayes_by_hand() -> None:
    """Marshall 1991, step by step."""
    mean = sum(EVENTS) / sum(PEOPLE)
    rates = EVENTS / PEOPLE
    variance = sum(n * (r - mean) ** 2 for n, r in zip(PEOPLE, rates, strict=True)) / sum(PEOPLE)
    between = variance - mean / (sum(PEOPLE) / 5)
    assert between > 0
    expected = [mean + (r - mean) * between / (between + mean / n) for n, r in zip(PEOPLE, rates, strict=True)]
    assert empirical_bayes(EVENTS, PEOPLE) == pytest.approx(expected)


def test_empirical_bayes_draws_small_places_most() -> None:
    events, people = np.array([5, 500, 300, 90, 20]), np.array([50, 5000, 6000, 3000, 200])
    raw, drawn = events / people, empirical_bayes(events, people)
    mean = events.sum() / people.sum()
    kept = (drawn - mean) / (raw - mean)
    assert (kept > 0).all()
    assert (kept < 1).all()
    assert raw[0] == raw[1]
    assert drawn[0] < drawn[1]
    assert np.argsort(kept).tolist() == np.argsort(people).tolist()
    assert abs(raw.mean() - mean) > 0.005  # not the mean of rates


def test_empirical_bayes_without_real_differences_gives_one_rate() -> None:
    even = empirical_bayes([1, 2, 3, 2], [100, 100, 100, 100])
    assert even == pytest.approx([0.02] * 4)
    assert empirical_bayes([0, 0], [10, 20]).tolist() == [0, 0]


def test_empirical_bayes_of_an_empty_place() -> None:
    drawn = empirical_bayes([*EVENTS, 0], [*PEOPLE, 0])
    assert math.isnan(drawn[-1])
    assert drawn[:-1] == pytest.approx(empirical_bayes(EVENTS, PEOPLE))
    refused: list[Any] = [([1], [1, 2]), ([-1], [2]), ([1], [math.nan]), ([0], [0]), (1, 2)]
    for events, people in refused:
        with pytest.raises(ValueError, match="population"):
            empirical_bayes(events, people)


def test_funnel_limits() -> None:
    low, high = funnel_limits(0.8, 100)
    assert [low, high] == pytest.approx([0.8 - 1.959964 * 0.04, 0.8 + 1.959964 * 0.04])
    wide = funnel_limits(0.8, 100, 0.998)
    assert wide.low == pytest.approx(0.8 - 3.090232 * 0.04)
    lows, highs = funnel_limits(0.9, [0, 4, 100, 10_000])
    assert np.isnan(lows).tolist() == [True, False, False, False]
    assert np.diff(lows[1:]).min() > 0
    assert highs[1] == 1
    assert funnel_limits(0, 10) == (0, 0)
    assert abs(low - wilson(80, 100).low) > 0.005  # limits around the mean, not an interval around a place
    for bad in ((1.2, 10, 0.95), (0.5, -1, 0.95), (0.5, 10, 0)):
        with pytest.raises(ValueError, match=r"mean|level"):
            funnel_limits(*bad)
