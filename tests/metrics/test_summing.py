"""Sums over places: the same as adding one value after the other, however large the figures."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from metrics import summing
from metrics.summing import Counties, Total

PLACES = {("2026-01", "a"): [0, 1], ("2026-01", "b"): [0], ("2026-02", "a"): [2, 3], ("2026-02", "c"): []}
UNITS = [*PLACES, ("2026-03", "z")]  # the last is in no place
amount = st.none() | st.integers(0, 3) | st.integers(2**60, 2**63 - 1)
value = st.tuples(
    st.sampled_from([7, 8, 30]), st.sampled_from(UNITS), amount, amount, *(st.integers(0, 1) for _ in range(3))
)


@given(st.lists(value, max_size=30))
def test_totals_are_those_of_adding_one_by_one(
    values: list[tuple[int, tuple[str, str], int | None, int | None, int, int, int]],
) -> None:
    wanted: dict[tuple[int, int], Total] = {}
    inside = defaultdict(list)
    for kind, unit, *figures in values:
        for place in PLACES.get(unit, []):
            inside[kind, place].append(figures)
    for (kind, place), found in inside.items():
        n, d, reported, expected, unapproved = zip(*found, strict=True)
        with_d = [each for each in d if each is not None]
        wanted[kind, place] = Total(
            kind, place, sum(each or 0 for each in n), sum(with_d) if with_d else None,
            sum(reported), len(found) - sum(expected), sum(unapproved),
        )  # fmt: skip
    rows = [(kind, *unit, *figures) for kind, unit, *figures in values]
    counties = Counties(*zip(*rows, strict=True)) if rows else Counties(*([()] * 8))
    assert {(total.indicator_id, total.place): total for total in summing.totals(counties, PLACES)} == wanted
