"""Marks that decide: exact, half up, ties as people see them."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics.scoring import attainment, competition_ranks, threshold_score

RULE: dict[str, Any] = {"full": 10, "base": 95, "slope": Decimal("0.5"), "floor": 2}


@pytest.mark.parametrize(
    "value, score",
    [
        (100, "10.00"),
        (95, "10.00"),
        (Decimal("94.99"), "10.00"),  # 9.995 exactly: half up
        (Decimal("94.98"), "9.99"),
        (90, "7.50"),
        (79, "2.00"),
        (Decimal("79.1"), "2.05"),
        (0, "2.00"),
    ],
)
def test_threshold_score(value: Decimal, score: str) -> None:
    answer = threshold_score(value, **RULE)
    assert str(answer) == score
    assert isinstance(answer, Decimal)


def test_threshold_score_is_half_up_not_half_even_and_not_binary() -> None:
    rule: dict[str, Any] = {"full": 3, "base": 1, "slope": 1, "floor": 0}
    score = threshold_score(Decimal("0.005"), **rule)  # 2.005
    assert score == Decimal("2.01")
    assert score != round(Decimal("2.005"), 2)  # banker's rounding
    assert score != Decimal("2.00499999999999989").quantize(Decimal("0.01"))  # the float next to it
    assert threshold_score(0.005, **rule) == threshold_score(np.float64(0.005), **rule) == score


def test_threshold_score_of_a_ratio_is_rounded_once() -> None:
    third = Fraction(9499, 100) + Fraction(1, 3000)
    assert threshold_score(third, **RULE, places=4) == Decimal("9.9952")
    assert threshold_score(third, **RULE, places=0) == 10


def test_threshold_score_refuses() -> None:
    for change in ({"floor": 11}, {"slope": -1}, {"base": math.nan}, {"full": Decimal("Infinity")}):
        with pytest.raises(ValueError, match=r"floor|finite"):
            threshold_score(90, **RULE | change)
    with pytest.raises(ValueError, match="finite"):
        threshold_score(math.nan, **RULE)


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=3))
def test_threshold_score_never_falls_when_the_value_rises(a: Decimal, b: Decimal) -> None:
    low, high = sorted([a, b])
    assert Decimal(2) <= threshold_score(low, **RULE) <= threshold_score(high, **RULE) <= Decimal(10)


@pytest.mark.parametrize(
    "baseline, target, actual, direction, share",
    [
        (80, 90, 85, 1, 0.5),
        (80, 90, 90, 1, 1.0),
        (80, 90, 95, 1, 1.5),
        (80, 90, 78, 1, -0.2),
        (10, 5, 6, -1, 0.8),  # days to settle a case: lower is better
        (10, 5, 12, -1, -0.4),
        (0, 0.3, 0.1, 1, 1 / 3),
        (-4, -2, -3, 1, 0.5),
    ],
)
def test_attainment(baseline: float, target: float, actual: float, direction: int, share: float) -> None:
    assert attainment(baseline, target, actual, direction) == share
    assert attainment(-baseline, -target, -actual, -direction) == share


def test_attainment_is_not_the_share_of_the_target() -> None:
    assert attainment(80, 90, 85, 1) == 0.5 != 85 / 90


def test_attainment_to_hold() -> None:
    """Target = baseline: one per cent of the baseline is still held, no more; better always is."""
    assert attainment(90, 90, 90, 1) == 1.0
    assert attainment(90, 90, 99, 1) == 1.0
    assert attainment(90, 90, Decimal("89.1"), 1) == 1.0
    assert attainment(90, 90, Decimal("89.09"), 1) == 0.0
    assert attainment(90, 90, Decimal("90.9"), -1) == 1.0
    assert attainment(90, 90, Decimal("90.91"), -1) == 0.0
    assert attainment(-90, -90, Decimal("-90.9"), 1) == 1.0
    assert attainment(90, 90, Decimal("89.99"), 1, tolerance=0) == 0.0
    assert attainment(0, 0, 0, 1) == 1.0
    assert attainment(0, 0, -1, 1) == 0.0


def test_attainment_of_missing_values() -> None:
    assert attainment(None, 90, 85, 1) is None
    assert attainment(80, None, 85, 1) is None
    assert attainment(80, 90, None, 1) is None
    assert attainment(80, 90, math.nan, 1) is None
    assert attainment(80, 90, Decimal("NaN"), 1) is None
    assert attainment(80, 90, 0, 1) == -8.0  # zero is a value


def test_attainment_refuses() -> None:
    with pytest.raises(ValueError, match="worse side"):
        attainment(90, 80, 85, 1)
    with pytest.raises(ValueError, match="worse side"):
        attainment(5, 10, 7, -1)
    with pytest.raises(ValueError, match="direction"):
        attainment(80, 90, 85, 2)
    with pytest.raises(ValueError, match="finite"):
        attainment(80, math.inf, 85, 1)


figures = st.decimals(-1000, 1000, places=2)


@given(figures, figures, figures, st.sampled_from([1, -1]), st.sampled_from([Fraction(1, 60), 100, Decimal("0.001")]))
def test_attainment_is_unchanged_by_the_unit(
    baseline: Decimal, target: Decimal, actual: Decimal, direction: int, unit: Any
) -> None:
    assume((target - baseline) * direction >= 0)
    start, end, now = (Fraction(number) * Fraction(unit) for number in (baseline, target, actual))
    assert attainment(start, end, now, direction) == attainment(baseline, target, actual, direction)


def test_competition_ranks() -> None:
    assert competition_ranks([1, 3, 4, 4, 4, 7, 7, 10]) == [8, 7, 4, 4, 4, 2, 2, 1]
    assert competition_ranks([90, 85, 85, 80]) == [1, 2, 2, 4]
    assert competition_ranks([]) == []


def test_weighted_sheets_that_tie_exactly() -> None:
    """(5,5,5,7,9) and (5,5,5,9,6) under .3 .25 .2 .15 .1: 5.7 both, in floats not."""
    weights = [Decimal(w) for w in (".3", ".25", ".2", ".15", ".1")]
    sheets = [(5, 5, 5, 7, 9), (5, 5, 5, 9, 6), (5, 5, 5, 5, 5)]
    exact = [sum((w * m for w, m in zip(weights, sheet, strict=True)), Decimal(0)) for sheet in sheets]
    assert competition_ranks(exact) == [1, 1, 3]
    floats = [sum(float(w) * m for w, m in zip(weights, sheet, strict=True)) for sheet in sheets]
    assert competition_ranks(floats) != [1, 1, 3]


def test_ranks_compare_unrounded_values() -> None:
    assert competition_ranks([Decimal("4.95"), Decimal("5.0")]) == [2, 1]
    assert competition_ranks([Fraction(1, 3), Decimal("0.333333"), 0.3333334]) == [2, 3, 1]


def test_the_unranked_have_no_place_and_take_none() -> None:
    assert competition_ranks([None, 3, math.nan, 5, 0, None]) == [None, 2, None, 1, 3, None]
    assert competition_ranks([None]) == [None]
    with pytest.raises(ValueError, match="finite"):
        competition_ranks([1.0, math.inf])


def test_ranks_of_mixed_kinds_tie_as_written() -> None:
    assert competition_ranks([0.1, Decimal("0.1"), Fraction(1, 10), np.float64(0.1)]) == [1, 1, 1, 1]


@given(st.lists(st.none() | st.integers(0, 6) | st.decimals(0, 6, places=1), max_size=12), st.randoms())
def test_ranks_follow_their_entries(values: list[Any], shuffler: Any) -> None:
    order = list(range(len(values)))
    shuffler.shuffle(order)
    ranks = competition_ranks(values)
    assert competition_ranks([values[i] for i in order]) == [ranks[i] for i in order]
    for value, rank in zip(values, ranks, strict=True):
        better = sum(other is not None and value is not None and other > value for other in values)
        assert rank == (None if value is None else better + 1)
