"""Unusual values and the quality score."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.quality import Aspect, outliers, score, stands_out


def test_a_wild_value_cannot_hide_by_widening_the_yardstick() -> None:
    values = np.array([10, 11, 10, 12, 11, 100])
    plain = np.abs(values - np.mean(values)) / np.std(values)
    assert plain.max() < 3  # what the plain z-score sees
    assert outliers(values).tolist() == [False] * 5 + [True]


def test_where_the_limit_lies() -> None:
    # The others: median 10, deviations 0 1 1 2 2 3 4, MAD 2; the limit is 10 ± 3.5 · 2 / 0.6745 = 10 ± 10.378.
    others = [10, 9, 11, 8, 12, 13, 6]
    assert not outliers([*others, 20.37])[-1]
    assert outliers([*others, 20.38])[-1]
    assert outliers([*others, -0.38])[-1]


def test_too_few_points_or_no_spread_flag_nothing() -> None:
    assert not outliers([1, 1, 2, 2, 1000]).any()
    assert not outliers([5, 5, 5, 5, 5, 5, 900]).any()
    assert not outliers([0.1, 0.1, 0.1 + 1e-17, 0.1, 0.1, 0.1, 0.1 + 2e-16]).any()
    assert outliers([]).tolist() == []


def test_gaps_are_no_values() -> None:
    gap = float("nan")
    assert outliers([10, gap, 11, 10, 12, 11, gap, 100]).tolist() == [False] * 7 + [True]
    assert not outliers([10, gap, 11, gap, 12, gap, 11, 100]).any()


@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0, 1.5, 100.0]), min_size=1, max_size=25))
def test_one_value_is_judged_as_among_all(values: list[float]) -> None:
    assert stands_out(values[-1], values[:-1]) == outliers(values)[-1]


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=15), st.permutations(range(15)))
def test_order_and_unit_do_not_matter(values: list[int], order: list[int]) -> None:
    places = [place for place in order if place < len(values)]
    flags = outliers(values)
    assert outliers([values[place] for place in places]).tolist() == [flags[place] for place in places]
    assert outliers([value * 1024 for value in values]).tolist() == flags.tolist()


# -- score -----------------------------------------------------------------------


def full(**other: tuple[int, int]) -> dict[Aspect, tuple[int | Fraction, int]]:
    return {aspect: other.get(aspect.value, (10, 10)) for aspect in Aspect}


def test_weights_make_a_hundred() -> None:
    assert sum(aspect.weight for aspect in Aspect) == 100
    quality = score(full())
    assert (quality.total, quality.cheapest_fixes, quality.computed_on) == (Fraction(100), (), (6, 6))


def test_the_score_is_the_sum_of_its_parts() -> None:
    quality = score(full(completeness=(9, 10), timeliness=(0, 10), evidence=(1, 3)))
    points = {part.aspect.value: part.points for part in quality.parts}
    assert points == {
        "completeness": 27,
        "timeliness": 0,
        "validity": 25,
        "consistency": 15,
        "evidence": Fraction(10, 3),
        "corrections": 5,
    }
    assert quality.total == Fraction(226, 3)


def test_parts_without_expectation_are_left_out_and_the_rest_rescaled() -> None:
    counts = {Aspect.COMPLETENESS: (1, 2), Aspect.VALIDITY: (2, 2), Aspect.EVIDENCE: (0, 0)}
    quality = score(counts)
    assert [part.weight for part in quality.parts] == [Fraction(600, 11), Fraction(500, 11)]
    assert quality.total == Fraction(800, 11)
    assert quality.computed_on == (2, 6)
    assert score({}).total is None


def test_the_cheapest_fixes_are_those_that_pay_most_for_one_thing_done_today() -> None:
    quality = score(
        full(completeness=(8, 10), timeliness=(0, 1), validity=(9, 10), evidence=(0, 2), consistency=(99, 100))
    )
    assert [(fix.aspect.value, fix.things, fix.one, fix.gain) for fix in quality.cheapest_fixes] == [
        ("evidence", 2, 5, 10),
        ("completeness", 2, 3, 6),
        ("validity", 1, Fraction(5, 2), Fraction(5, 2)),
    ]
    assert quality.cheapest_fixes[0].text == "补传要求的佐证材料（2 项，每项约 +5.0 分，最多 +10.0 分）"


def test_what_only_the_next_period_can_mend_comes_last() -> None:
    quality = score(full(timeliness=(0, 1), consistency=(99, 100)))
    assert [fix.aspect for fix in quality.cheapest_fixes] == [Aspect.CONSISTENCY, Aspect.TIMELINESS]


@pytest.mark.parametrize("wrong", [(-1, 2), (3, 2), (1, 0)])
def test_impossible_counts_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="completeness"):
        score({Aspect.COMPLETENESS: wrong})


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(Aspect), st.integers(0, 50).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))
    )
)
def test_a_score_lies_between_nothing_and_a_hundred(counts: dict[Aspect, tuple[int | Fraction, int]]) -> None:
    quality = score(counts)
    assert (quality.total is None) == (not quality.parts)
    if quality.total is not None:
        assert 0 <= quality.total <= 100
        assert sum(part.weight for part in quality.parts) == 100
        assert quality.total + sum(part.lost for part in quality.parts) == 100
        assert len(quality.cheapest_fixes) <= 3
