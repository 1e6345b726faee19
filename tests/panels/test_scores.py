"""The announced rule: published values, and the traps that others fell into."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.scores import Place, Rule, competition_ranks, panel_score, places, sheet_score

WEIGHTS = {"a": 30, "b": 25, "c": 20, "d": 15, "e": 10}


def sheet(*marks: int) -> Fraction:
    return sheet_score(dict(zip(WEIGHTS, marks, strict=True)), WEIGHTS)


def test_sheets_equal_on_paper_tie() -> None:
    """The floats differ: .3·5 + .25·5 + .2·5 + .15·7 + .1·9 against .15·9 + .1·6."""
    assert sheet(5, 5, 5, 7, 9) == sheet(5, 5, 5, 9, 6) == Fraction(57, 10)
    assert competition_ranks([sheet(5, 5, 5, 7, 9), sheet(5, 5, 5, 9, 6), sheet(5, 5, 5, 9, 7)]) == [2, 2, 1]


def test_zero_is_a_mark_and_a_blank_is_not() -> None:
    assert sheet(0, 0, 0, 0, 0) == 0
    assert sheet(0, 100, 100, 100, 100) == 70
    with pytest.raises(ValueError, match="no mark for b, e"):
        sheet_score({"a": 5, "c": 5, "d": 5}, WEIGHTS)
    with pytest.raises(ValueError, match="no criterion"):
        sheet_score(dict.fromkeys([*WEIGHTS, "z"], 5), WEIGHTS)


@pytest.mark.parametrize("wrong", [5.0, True, None, "5"])
def test_marks_are_integers(wrong: object) -> None:
    with pytest.raises(ValueError, match="integers"):
        sheet_score({**dict.fromkeys(WEIGHTS, 5), "a": wrong}, WEIGHTS)  # type: ignore[dict-item]


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": -1, "b": 2}])
def test_weights_must_weigh(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        sheet_score(dict.fromkeys(weights, 1), weights)


@pytest.mark.parametrize(
    ("scores", "value"),
    [
        ([90, 93, 96, 99, 99], Fraction(96)),
        ([88, 90, 85, 99, 60], Fraction(263, 3)),
        ([88, 88, 88, 88, 88], Fraction(88)),
        ([0, 0, 100, 100, 50, 50], Fraction(50)),
    ],
)
def test_drop_the_highest_and_the_lowest(scores: list[int], value: Fraction) -> None:
    found = panel_score(scores, "drop_extremes")
    assert (found.value, found.flag) == (value, "")
    assert sorted(found.dropped) == [min(scores), max(scores)]
    assert sorted([*found.used, *found.dropped]) == sorted(scores)


def test_one_copy_only_of_equal_extremes() -> None:
    assert panel_score([90, 93, 96, 99, 99], "drop_extremes").used == tuple(map(Fraction, (93, 96, 99)))
    assert len(panel_score([88] * 5, "drop_extremes").used) == 3


@pytest.mark.parametrize("scores", [[90], [90, 60], [90, 60, 30], [90, 60, 30, 0]])
def test_too_few_to_drop_is_the_plain_mean_and_said(scores: list[int]) -> None:
    found = panel_score(scores, "drop_extremes")
    assert (found.value, found.dropped, found.flag) == (Fraction(sum(scores), len(scores)), (), "too_few_to_drop")


@pytest.mark.parametrize(
    ("rule", "value"), [("mean", Fraction(422, 5)), ("median", Fraction(88)), ("drop_extremes", Fraction(263, 3))]
)
def test_the_rules_differ(rule: Rule, value: Fraction) -> None:
    assert panel_score([88, 90, 85, 99, 60], rule).value == value


def test_median_of_an_even_number() -> None:
    assert panel_score([1, 2, 4, 100], "median").value == 3


@pytest.mark.parametrize("rule", ["mean", "median", "drop_extremes"])
def test_no_sheets_is_no_score(rule: Rule) -> None:
    assert panel_score([], rule).value is None
    assert panel_score([], rule).flag == "no_scores"
    assert panel_score([0], rule).value == 0


def test_an_unknown_rule() -> None:
    with pytest.raises(ValueError, match="unknown rule"):
        panel_score([1], "mode")  # type: ignore[arg-type]


def test_competition_ranks() -> None:
    assert competition_ranks([1, 3, 4, 4, 4, 7, 7, 10]) == [8, 7, 4, 4, 4, 2, 2, 1]
    assert competition_ranks([90, 85, 85, 80]) == [1, 2, 2, 4]
    assert competition_ranks([None, 80, None, 0, 80]) == [None, 1, None, 3, 1]
    assert competition_ranks([]) == []


def test_places_are_not_of_rounded_scores() -> None:
    assert competition_ranks([Fraction(495, 100), 5]) == [2, 1]


def test_tie_keys_decide_in_order_and_say_so() -> None:
    scores = [90, 85, 85, 85, 80, 85, None]
    first = [0, 3, 3, 2, 9, 3, 9]
    second = [0, 1, 2, 5, 9, 1, 9]
    assert places(scores, [first, second]) == [
        Place(1, 0),
        Place(3, 2, 2),
        Place(2, 2),
        Place(5, 1),
        Place(6, 0),
        Place(3, 2, 2),
        Place(None),
    ]
    assert places(scores) == [Place(1), *[Place(2, 0, 4)] * 3, Place(6), Place(2, 0, 4), Place(None)]


def test_a_key_of_another_length() -> None:
    with pytest.raises(ValueError, match="one value per entry"):
        places([1, 2], [[1]])


@given(st.lists(st.none() | st.integers(0, 5), max_size=12), st.integers())
def test_places_do_not_depend_on_the_order(scores: list[int | None], seed: int) -> None:
    keys = [[(score or 0) % 2 for score in scores], [index % 3 for index in range(len(scores))]]
    order = list(range(len(scores)))
    random.Random(seed).shuffle(order)
    shuffled = places([scores[i] for i in order], [[key[i] for i in order] for key in keys])
    assert [shuffled[order.index(i)] for i in range(len(scores))] == places(scores, keys)
    assert [place.rank for place in places(scores)] == competition_ranks(scores)
