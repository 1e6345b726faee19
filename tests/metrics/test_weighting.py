"""Weights and composite indices against published examples and their near relatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from metrics.weighting import ahp_weights, entropy_weights, interval_to_benefit, topsis

MATRIX = np.array([[3.0, 10, 5], [1, 30, 5], [2, 20, 5], [2, 45, 5]])


def test_entropy_weights_by_an_independent_entropy() -> None:
    answer = entropy_weights(MATRIX, [1, -1, 1])
    scaled = np.column_stack([(MATRIX[:, 0] - 1) / 2, (45 - MATRIX[:, 1]) / 35])
    entropy = stats.entropy(scaled, base=4)  # scipy normalises the columns itself
    assert answer.entropy == pytest.approx([*entropy, 1])
    assert answer.weights == pytest.approx([*(1 - entropy) / (1 - entropy).sum(), 0])
    assert not answer.few_units


def test_entropy_weights_differ_from_their_relatives() -> None:
    weights = entropy_weights(MATRIX, [1, -1, 1]).weights
    assert weights[2] == 0
    assert abs(weights - entropy_weights(MATRIX, [1, 1, 1]).weights).max() > 0.01  # direction matters
    raw = stats.entropy(MATRIX, base=4)  # without min-max
    assert abs(weights - (1 - raw) / (1 - raw).sum()).max() > 0.05
    spread = MATRIX.std(axis=0) / MATRIX.mean(axis=0)  # coefficient of variation
    assert abs(weights - spread / spread.sum()).max() > 0.05


def test_entropy_weights_of_two_units_and_of_few() -> None:
    answer = entropy_weights([[1, 5, 2], [2, 3, 2]], [1, 1, 1])
    assert answer.weights == pytest.approx([0.5, 0.5, 0])
    assert answer.few_units


def test_a_column_that_varies_only_by_rounding_is_constant() -> None:
    noisy = np.column_stack([[0.1 + 0.2, 0.3, 0.3], [1, 2, 3]])
    assert entropy_weights(noisy, [1, 1]).weights.tolist() == [0, 1]


@given(
    arrays(float, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=st.integers(0, 40).map(float)),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_entropy_weights_sum_to_one_whatever_the_unit(matrix: Any, shuffler: Any) -> None:
    directions = [shuffler.choice([1, -1]) for _ in range(matrix.shape[1])]
    if (np.ptp(matrix, axis=0) == 0).all():
        with pytest.raises(ValueError, match="varies"):
            entropy_weights(matrix, directions)
        return
    weights = entropy_weights(matrix, directions).weights
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert entropy_weights(matrix[::-1] * 7 + 3, directions).weights == pytest.approx(weights)


@pytest.mark.parametrize(
    "matrix, directions",
    [([1, 2], [1]), ([[1, 2], [3, 4]], [1]), ([[1, np.nan], [3, 4]], [1, 1]), ([[1, 2], [3, 4]], [1, 0]), ([[1]], [1])],
)
def test_entropy_weights_refuse(matrix: Any, directions: Any) -> None:
    with pytest.raises(ValueError, match=r"units|finite"):
        entropy_weights(matrix, directions)


# Row products 1/90, 1/6, 3, 6, 30: geometric means 0.4066 0.6988 1.2457 1.4309 1.9744.
JUDGED = np.array(
    [
        [1, 1 / 2, 1 / 3, 1 / 3, 1 / 5],
        [2, 1, 1 / 2, 1 / 2, 1 / 3],
        [3, 2, 1, 1, 1 / 2],
        [3, 2, 1, 1, 1],
        [5, 3, 2, 1, 1],
    ]
)


def test_ahp_geometric_mean_as_published() -> None:
    means = np.exp(np.log(JUDGED).mean(axis=1))
    assert means == pytest.approx([0.4066, 0.6988, 1.2457, 1.4309, 1.9744], abs=1e-4)
    answer = ahp_weights(JUDGED, "geometric_mean")
    assert answer.weights.round(4).tolist() == [0.0706, 0.1214, 0.2164, 0.2486, 0.3430]
    assert answer.cr == pytest.approx(answer.ci / 1.12)
    assert answer.cr < 0.1


def test_ahp_methods_are_not_the_same() -> None:
    eigen, mean = ahp_weights(JUDGED), ahp_weights(JUDGED, "geometric_mean")
    assert abs(eigen.weights - mean.weights).max() > 0.0005
    assert JUDGED @ eigen.weights == pytest.approx(eigen.lambda_max * eigen.weights)
    assert eigen.lambda_max == pytest.approx(max(np.linalg.eigvals(JUDGED).real))
    columns = (JUDGED / JUDGED.sum(axis=0)).mean(axis=1)  # the "sum method", a third convention
    assert abs(columns - mean.weights).max() > 0.0005


def test_ahp_inconsistent_judgements_show() -> None:
    circle: Any = [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]
    assert ahp_weights(circle).cr > 1
    assert ahp_weights(circle).weights == pytest.approx([1 / 3] * 3)


def test_ahp_of_one_and_two_criteria_is_consistent() -> None:
    assert ahp_weights([[1]]).weights == pytest.approx([1])
    judged: Any = [[1, 3], [1 / 3, 1]]
    two = ahp_weights(judged)
    assert two.weights == pytest.approx([0.75, 0.25])
    assert (two.ci, two.cr) == (0, 0)


def test_ahp_takes_reciprocals_as_people_type_them() -> None:
    assert ahp_weights([[1.0, 3.0], [0.33, 1.0]]).weights == pytest.approx([0.75, 0.25], abs=0.002)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=10))
@settings(max_examples=40, deadline=None)
def test_ahp_recovers_consistent_weights(weights: list[float]) -> None:
    true = np.array(weights) / sum(weights)
    for method in ("eigenvector", "geometric_mean"):
        answer = ahp_weights(true[:, None] / true, method)
        assert answer.weights == pytest.approx(true)
        assert answer.cr == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    "judged, method",
    [
        ([[1, 2]], "eigenvector"),
        (np.ones((11, 11)), "eigenvector"),
        ([[1, 0], [0, 1]], "eigenvector"),
        ([[2, 1], [1, 2]], "eigenvector"),
        ([[1, 3], [3, 1]], "eigenvector"),
        ([[1, 1], [1, 1]], "sum"),
    ],
)
def test_ahp_refuses(judged: Any, method: Any) -> None:
    with pytest.raises(ValueError, match=r"square|positive|reciprocal|unknown"):
        ahp_weights(judged, method)


# Three cars by price (lower is better), economy, looks, boot: closeness .4817 .5182 .1780 (MCDA package for R).
CARS = np.array([[5490, 51.4, 8.5, 285], [6500, 70.6, 7, 288], [6489, 54.3, 7.5, 290]])
CAR_WEIGHTS, CAR_DIRECTIONS = [0.35, 0.25, 0.25, 0.15], [-1, 1, 1, 1]


def test_topsis_as_published() -> None:
    answer = topsis(CARS, CAR_WEIGHTS, CAR_DIRECTIONS)
    assert answer.closeness == pytest.approx([0.4817, 0.5182, 0.1780], abs=5e-5)
    assert answer.closeness == pytest.approx(answer.worst_distance / (answer.best_distance + answer.worst_distance))


def test_topsis_differs_from_other_normalisations() -> None:
    signed = CARS * CAR_DIRECTIONS
    scaled = (signed - signed.min(axis=0)) / np.ptp(signed, axis=0) * CAR_WEIGHTS
    to_best = np.sqrt(np.square(scaled - scaled.max(axis=0)).sum(axis=1))
    to_worst = np.sqrt(np.square(scaled - scaled.min(axis=0)).sum(axis=1))
    answer = topsis(CARS, CAR_WEIGHTS, CAR_DIRECTIONS).closeness
    assert abs(answer - to_worst / (to_best + to_worst)).max() > 0.02
    assert abs(answer - topsis(CARS, CAR_WEIGHTS, [1, 1, 1, 1]).closeness).max() > 0.2


def test_topsis_ideal_and_anti_ideal() -> None:
    answer = topsis([[1, 9], [2, 8], [3, 7]], [0.5, 0.5], [-1, 1])
    assert answer.closeness.tolist() == [1, pytest.approx(0.5), 0]
    assert answer.best_distance[0] == answer.worst_distance[2] == 0


def test_topsis_edges() -> None:
    assert np.isnan(topsis([[1, 2], [1, 2]], [1, 1], [1, 1]).closeness).all()
    assert topsis([[1, 0], [2, 0]], [1, 1], [1, 1]).closeness.tolist() == [0, 1]
    tens, shares = (topsis(CARS, np.array(CAR_WEIGHTS) * k, CAR_DIRECTIONS) for k in (10, 1))
    assert tens.best_distance == pytest.approx(shares.best_distance)
    for weights in ([1], [1, -1], [0, 0], [1, np.nan]):
        with pytest.raises(ValueError, match="weight"):
            topsis([[1, 2], [3, 4]], weights, [1, 1])


@given(arrays(float, (5, 3), elements=st.integers(1, 30).map(float)), st.permutations(range(5)))
@settings(max_examples=40, deadline=None)
def test_topsis_follows_units_and_ignores_the_measure(matrix: Any, order: Any) -> None:
    answer = topsis(matrix, [0.5, 0.3, 0.2], [1, -1, 1]).closeness
    moved = topsis(matrix[order] * [60, 0.01, 1], [0.5, 0.3, 0.2], [1, -1, 1]).closeness
    assert moved == pytest.approx(answer[order], nan_ok=True)
    assert np.isnan(answer).all() or ((answer >= 0) & (answer <= 1)).all()


def test_interval_to_benefit() -> None:
    """Students per teacher: best from 5 to 6, tolerable from 2 to 12."""
    column = [5, 6, 5.5, 7, 10, 2, 1, 12, 20, 3.5]
    expected = [1, 1, 1, 5 / 6, 1 / 3, 0, 0, 0, 0, 0.5]
    assert interval_to_benefit(column, (5, 6), (2, 12)) == pytest.approx(expected)


def test_interval_to_benefit_with_one_distance_or_no_room() -> None:
    assert interval_to_benefit([4, 5, 6, 8, 9], (5, 6), 2) == pytest.approx([0.5, 1, 1, 0, 0])
    assert interval_to_benefit([4.9, 5, 6, 7], (5, 6), (5, 8)) == pytest.approx([0, 1, 1, 0.5])
    assert interval_to_benefit([4.9, 5, 5.1], (5, 5), 0) == pytest.approx([0, 1, 0])
    assert np.isnan(interval_to_benefit([np.nan, 5], (5, 6), 1)).tolist() == [True, False]


def test_interval_to_benefit_refuses() -> None:
    refused: list[Any] = [([1, 2], (6, 5), 1), ([1, 2], (5, 6), -1), ([1, 2], (5, 6), (5.5, 9)), ([[1]], (5, 6), 1)]
    for column, best, tolerance in refused:
        with pytest.raises(ValueError, match="lowest"):
            interval_to_benefit(column, best, tolerance)
