"""Cumulative figures: increments, falls, and that sums over regions and periods agree."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import MICRO
from core.periods import Cadence, Period, span
from core.words import Accumulation, Combine, Kind
from metrics import combining
from metrics.accumulation import Figure, fallen, frame_falls, frame_increments, increments
from metrics.model import Indicator
from tests.metrics.returns_support import indicator

TO_DATE, YEAR_TO_DATE, SINGLE = Accumulation.TO_DATE, Accumulation.YEAR_TO_DATE, Accumulation.PER_PERIOD


def definition(accumulation: Accumulation, kind: Kind = Kind.COUNT, **more: Any) -> Indicator:
    defaults: dict[str, Any] = {
        "combine_time": Combine.LAST,
        "combine_regions": Combine.RATIO if kind.has_denominator else Combine.SUM,
    }
    return indicator(1, "A1", kind, "完成数", accumulation=accumulation, **(defaults | more))


def months(first: str, count: int) -> list[str]:
    start = Period.parse(first)
    return [str(period) for period in span(start, start.shift(count - 1))]


def series(first: str, *values: int | None) -> list[Figure]:
    return [(key, value, None) for key, value in zip(months(first, len(values)), values, strict=True)]


def added(found: list[Figure]) -> list[int | None]:
    return [n for _, n, _ in found]


def test_single_periods_stay_as_they_are() -> None:
    reported = series("2026-01", 5, 3, None, 4)
    assert increments(definition(SINGLE), reported) == reported


def test_totals_become_what_each_period_added() -> None:
    assert added(increments(definition(TO_DATE), series("2025-11", 5, 8, 8, 15))) == [None, 3, 0, 7]


def test_a_year_begins_anew() -> None:
    found = increments(definition(YEAR_TO_DATE), series("2025-11", 50, 56, 4, 9))
    assert added(found) == [None, 6, 4, 5]  # January holds January alone


def test_after_a_missing_report_nothing_is_guessed() -> None:
    assert added(increments(definition(TO_DATE), series("2026-01", 5, None, 9, 12))) == [None, None, None, 3]
    gap = [("2026-01", 5, None), ("2026-03", 9, None)]  # a period without a row at all
    assert added(increments(definition(TO_DATE), gap)) == [None, None]


def test_denominators_accumulate_unless_they_are_a_plan() -> None:
    totals: list[Figure] = [("2026-02", 10, 40), ("2026-03", 25, 60)]
    ratio = definition(TO_DATE, Kind.RATIO)
    assert increments(ratio, totals)[1] == ("2026-03", 15, 20)
    assert increments(definition(TO_DATE, Kind.RATIO, d_fixed=True), totals)[1] == ("2026-03", 15, 60)


@pytest.mark.parametrize(
    "accumulation, earlier, later, wanted",
    [
        (TO_DATE, ("2025-12", 9, None), ("2026-01", 8, None), ["n"]),
        (YEAR_TO_DATE, ("2025-12", 9, None), ("2026-01", 8, None), []),
        (YEAR_TO_DATE, ("2026-01", 9, None), ("2026-05", 8, None), ["n"]),
        (TO_DATE, ("2026-01", 9, 20), ("2026-02", 9, 19), ["d"]),
        (TO_DATE, ("2026-01", 9, None), ("2026-02", 9, None), []),
        (SINGLE, ("2026-01", 9, None), ("2026-02", 1, None), []),
    ],
)
def test_a_total_that_fell(accumulation: Accumulation, earlier: Figure, later: Figure, wanted: list[str]) -> None:
    assert fallen(definition(accumulation, Kind.RATIO), earlier, later) == wanted


def test_a_plan_may_be_cut_back() -> None:
    assert fallen(definition(TO_DATE, Kind.RATIO, d_fixed=True), ("2026-01", 9, 20), ("2026-02", 9, 19)) == []


COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=30)
STARTS = st.integers(1, 12).map(lambda month: f"2025-{month:02d}")


@given(COUNTS, STARTS)
def test_totals_and_increments_are_inverse(parts: list[int], start: str) -> None:
    """To date: all but the first come back. Year to date: all since the first January come back."""
    keys = months(start, len(parts))
    to_date = list(accumulate(parts))
    found = added(increments(definition(TO_DATE), [(k, n, None) for k, n in zip(keys, to_date, strict=True)]))
    assert found == [None, *parts[1:]]
    in_year, total = [], 0
    for key, part in zip(keys, parts, strict=True):
        total = part if key.endswith("-01") else total + part
        in_year.append(total)
    found = added(increments(definition(YEAR_TO_DATE), [(k, n, None) for k, n in zip(keys, in_year, strict=True)]))
    assert found == [None if i == 0 and not start.endswith("-01") else part for i, part in enumerate(parts)]


@given(COUNTS, STARTS, st.sampled_from([TO_DATE, YEAR_TO_DATE]))
def test_a_true_total_never_falls(parts: list[int], start: str, accumulation: Accumulation) -> None:
    what, last, total = definition(accumulation), None, 0
    for key, part in zip(months(start, len(parts)), parts, strict=True):
        total = part if accumulation is YEAR_TO_DATE and key.endswith("-01") else total + part
        now: Figure = (key, total, None)
        assert fallen(what, last, now) == []
        last = now


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["330523", "330521", "331127"]),
        st.sampled_from(months("2025-10", 8)),
        st.one_of(st.none(), st.integers(0, 50)),
        st.integers(1, 50),
    ),
    unique_by=lambda row: (row[0], row[1]),
    max_size=24,
)


@given(REPORTS, st.sampled_from(list(Accumulation)), st.booleans(), st.randoms(use_true_random=False))
def test_the_table_says_the_same_as_the_series(
    rows: list[tuple[str, str, int | None, int]], accumulation: Accumulation, fixed: bool, random: Any
) -> None:
    what = definition(accumulation, Kind.RATIO, d_fixed=fixed)
    random.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["code", "period", "n", "d"]).astype({"n": "Int64", "d": "Int64"})
    frame.loc[frame.n.isna(), "d"] = pd.NA
    found = frame_increments(what, frame)
    falls = frame_falls(what, frame)
    for code in frame.code.unique():
        own = sorted((p, n, d if n is not None else None) for c, p, n, d in rows if c == code)
        wanted = {key: (n, d) for key, n, d in increments(what, own)}
        for place in frame.index[frame.code == code]:
            row = found.loc[place]
            n = None if pd.isna(row.n) else int(row.n)
            d = None if pd.isna(row.d) else int(row.d)
            assert (n, d) == wanted[row.period], (own, row.period)
            negative = n is not None and (n < 0 or (d or 0) < 0)
            assert falls[list(frame.index).index(place)] == (accumulation.cumulative and negative)


@given(st.lists(st.lists(st.integers(0, 99), min_size=4, max_size=4), min_size=1, max_size=6))
def test_regions_first_or_periods_first(parts: list[list[int]]) -> None:
    """With every report in, the increments of the sum are the sums of the increments, whichever is taken first."""
    what = definition(YEAR_TO_DATE)
    keys = months("2026-01", 4)
    totals = [list(accumulate(county)) for county in parts]
    summed: list[Figure] = [(key, sum(t[i] for t in totals), None) for i, key in enumerate(keys)]
    each = [increments(what, [(k, n, None) for k, n in zip(keys, county, strict=True)]) for county in totals]
    assert added(increments(what, summed)) == [sum(e[i][1] or 0 for e in each) for i in range(4)]


def micro(*pairs: tuple[int, int | None]) -> list[tuple[int | None, int | None]]:
    return [(n * MICRO, None if d is None else d * MICRO) for n, d in pairs]


def test_shares_are_combined_by_their_parts() -> None:
    ratio = definition(SINGLE, Kind.RATIO, factor=100, combine_time=Combine.RATIO)
    assert combining.over_regions(ratio, micro((90, 100), (1, 10))) == Fraction(9100, 110)  # not (90 + 10) / 2
    assert combining.over_regions(ratio, [*micro((90, 100)), (None, None)]) == 90  # missing is not zero
    assert combining.over_regions(ratio, [*micro((90, 100)), (0, 0)]) == 90  # 0 of 0 says nothing
    assert combining.over_regions(ratio, [(None, None)]) is None


@pytest.mark.parametrize(
    "how, wanted",
    [(Combine.SUM, 9), (Combine.LAST, 4), (Combine.MAX, 5), (Combine.MEAN, Fraction(9, 2)), (Combine.NONE, None)],
)
def test_periods_are_combined_as_the_definition_says(how: Combine, wanted: object) -> None:
    reported = [("2026-02", 5 * MICRO, None), ("2026-03", None, None), ("2026-04", 4 * MICRO, None)]
    assert combining.over_time(definition(SINGLE, combine_time=how), reported) == wanted


def test_totals_are_not_added_up_again() -> None:
    reported = [(key, n * MICRO, None) for key, n in zip(months("2026-01", 3), (5, 9, 20), strict=True)]
    assert combining.over_time(definition(YEAR_TO_DATE), reported) == 20
    assert combining.over_time(definition(YEAR_TO_DATE, combine_time=Combine.SUM), reported) == 20
    assert combining.over_time(definition(YEAR_TO_DATE, combine_time=Combine.MAX), reported) == 11


def test_quarters_follow_quarters() -> None:
    keys = [str(Period(2026, index, Cadence.QUARTER)) for index in (1, 2)]
    assert added(increments(definition(YEAR_TO_DATE), [(keys[0], 3, None), (keys[1], 7, None)])) == [3, 4]
    assert np.array_equal(frame_falls(definition(SINGLE), pd.DataFrame({"code": ["a"], "period": keys[:1]})), [False])
