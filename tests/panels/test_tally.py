"""Many entries at once say what one entry at a time says, and how sure a place is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels import certainty
from panels.scores import Rule, panel_score, places
from panels.tally import rank, tally, weigh

sheets = st.lists(st.lists(st.none() | st.integers(0, 6), min_size=7, max_size=7), min_size=1, max_size=8)


def matrix(rows: list[list[int | None]]) -> tuple[np.ndarray, np.ndarray]:
    present = np.array([[value is not None for value in row] for row in rows])
    return np.array([[value or 0 for value in row] for row in rows], dtype=np.int64), present


@given(sheets, st.sampled_from(["mean", "drop_extremes", "median"]), st.integers(1, 3))
def test_the_matrix_says_what_fractions_say(rows: list[list[int | None]], rule: Rule, quorum: int) -> None:
    scores, present = matrix(rows)
    made = tally(scores, present, rule, quorum)
    for entry, row in enumerate(rows):
        given_ = [value for value in row if value is not None]
        single = panel_score(given_, rule)
        assert made.score(entry) == (single.value if len(given_) >= quorum else None)
        if rule == "drop_extremes":
            assert sorted(scores[entry][made.used[entry]]) == sorted(single.used)
    key = present.sum(axis=1)
    second = scores.max(axis=1)
    found = rank(made.value, made.valid, [key, second])
    values = [made.score(entry) for entry in range(len(rows))]
    expected = places(values, [key.tolist(), second.tolist()])
    assert [(r or None, d, t or 1) for r, d, t in zip(found.rank, found.decided_by, found.tied, strict=True)] == [
        (place.rank, place.decided_by, place.tied) for place in expected
    ]


def test_sheets_equal_on_paper_tie_where_floats_differ() -> None:
    weights = np.array([3000, 2500, 2000, 1500, 1000])
    marks = np.array([[[500, 500, 500, 700, 900]], [[500, 500, 500, 900, 600]]])
    assert 0.3 * 5 + 0.25 * 5 + 0.2 * 5 + 0.15 * 7 + 0.1 * 9 != 0.3 * 5 + 0.25 * 5 + 0.2 * 5 + 0.15 * 9 + 0.1 * 6
    scores = weigh(marks, weights)
    made = tally(scores, np.ones((2, 1), dtype=bool), "mean")
    assert rank(made.value, made.valid).rank.tolist() == [1, 1]
    with pytest.raises(ValueError, match="exactly"):
        weigh(np.array([2**50]), np.array([10_000]))


def test_thirds_of_panels_of_different_sizes_tie() -> None:
    scores, present = matrix([[1, 1, 2, None, None], [4, 4, 4, 4, None], [1, 1, 1, 1, 2], [0, None, None, None, None]])
    made = tally(scores, present, "mean", 1)
    assert [made.score(entry) for entry in range(4)] == [Fraction(4, 3), 4, Fraction(6, 5), 0]
    scores, present = matrix([[1, 1, 2, None, None, None], [1, 1, 2, 1, 1, 2]])
    made = tally(scores, present, "mean", 1)
    assert rank(made.value, made.valid).rank.tolist() == [1, 1]


def test_nothing_at_all() -> None:
    empty = np.zeros((2, 0), dtype=np.int64)
    for rule in ("mean", "drop_extremes", "median"):
        made = tally(empty, empty.astype(bool), rule)
        assert made.valid.tolist() == [False, False]
        assert rank(made.value, made.valid).rank.tolist() == [0, 0]


def test_places_that_cannot_be_ruled_out() -> None:
    """Judges agree to the point: every place is sure. They differ wildly: none is."""
    value = np.array([90.0, 80.0, 70.0])
    sheets_ = np.array([5, 5, 5])
    assert certainty.places(value, sheets_, 1e-6, 8).tolist() == [[1, 1], [2, 2], [3, 3]]
    assert certainty.places(value, sheets_, 1e4, 8).tolist() == [[1, 3]] * 3
    assert certainty.places(value, sheets_, float("nan"), 0).tolist() == [[1, 3]] * 3
    assert certainty.places(np.array([90.0, 90.0]), sheets_[:2], 1e-6, 8).tolist() == [[1, 2], [1, 2]]
    # Between: 90 is surely above 70 only.
    middle = certainty.places(value, sheets_, 60.0, 40).tolist()
    assert middle == [[1, 2], [1, 3], [2, 3]]


def test_intervals_hold_as_often_as_they_say() -> None:
    """Simulated panels of 7 for 12 entries: the true place lies inside for at least 95 of 100 entries."""
    rng = np.random.default_rng(7)
    hits = total = 0
    for _ in range(40):
        truth = rng.normal(80, 4, 12)
        scores = truth[:, None] + rng.normal(0, 3, 7) + rng.normal(0, 5, (12, 7))
        variance, degrees = certainty.noise(scores, crossed=True)
        assert degrees == 66
        found = certainty.places(scores.mean(axis=1), np.full(12, 7), variance, degrees)
        place = (-truth).argsort().argsort() + 1
        hits += int(((found[:, 0] <= place) & (place <= found[:, 1])).sum())
        total += 12
    assert hits / total >= 0.95


def test_noise_does_not_count_strictness_that_is_the_same_for_all() -> None:
    scores = np.array([[80.0, 70.0], [60.0, 50.0], [90.0, 80.0]])
    crossed, apart = certainty.noise(scores, crossed=True), certainty.noise(scores, crossed=False)
    assert np.allclose([*crossed, *apart], [0, 2, 50, 3])
    assert certainty.noise(np.array([[80.0], [70.0]]), crossed=False)[1] == 0
