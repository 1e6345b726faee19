"""The gap between two groups of places."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from metrics.gaps import gap


def test_the_gap_is_between_sums_and_not_between_means() -> None:
    first, second = [(90, 100), (100, 1000)], [(50, 100), (60, 100)]
    found = gap(first, second)
    assert found.estimate == pytest.approx(190 / 1100 - 110 / 200)
    assert (found.n_first, found.n_second) == (2, 2)


def test_without_denominators_it_is_welch() -> None:
    a, b = np.array([3.0, 4.5, 5.0, 6.0]), np.array([1.0, 2.0, 2.5])
    found = gap(np.column_stack([a, np.ones(4)]), np.column_stack([b, np.ones(3)]))
    known = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    assert [found.low, found.high] == pytest.approx([known.low, known.high])


def test_the_error_of_a_ratio_is_that_of_weighted_least_squares_by_unit() -> None:
    n, d = np.array([80.0, 150.0, 30.0, 410.0]), np.array([100.0, 180.0, 45.0, 500.0])
    model = sm.WLS(n / d, np.ones(4), weights=d).fit(cov_type="HC0")
    still = [(50.0, 100.0), (500.0, 1000.0)]  # no spread of its own
    found = gap(np.column_stack([n, d]), still)
    se = float(model.bse[0]) * math.sqrt(4 / 3)
    assert found.high - found.estimate == pytest.approx(float(stats.t.ppf(0.975, 3)) * se)


def test_one_place_has_no_interval_and_missing_rows_count_for_nothing() -> None:
    found = gap([(8, 10), (math.nan, 10)], [(5, 10), (6, 10)])
    assert found.estimate == pytest.approx(0.8 - 0.55)
    assert math.isnan(found.low)
    assert found.n_first == 1
    with pytest.raises(ValueError, match="no place"):
        gap([(math.nan, 1)], [(1, 2)])
    with pytest.raises(ValueError, match="rows of"):
        gap([1, 2], [(1, 2)])
