"""Series over versions and periods: what joins, what does not, and which lines stand beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import MICRO
from core.periods import Period
from core.words import Accumulation, Combine, Direction, Kind, TargetKind
from metrics import definitions, promises, series
from metrics.model import Indicator
from metrics.pictures import references
from metrics.promises import TargetView
from metrics.scoring import attainment_within
from tests.metrics.returns_support import indicator

SHARE = indicator(
    1, "A1", Kind.RATIO, "按时办结率", unit="%", factor=100, d_label="应办结件数", combine_time=Combine.RATIO,
)  # fmt: skip


def later(before: Indicator, comparable: str | None, valid_from: str) -> Indicator:
    return replace(
        before, id=before.id + 1, version=before.version + 1, valid_from=valid_from,
        comparable=None if comparable is None else Decimal(comparable),
    )  # fmt: skip


def frame(*rows: tuple[int, str, str, int | None, int | None]) -> pd.DataFrame:
    names = ["indicator_id", "code", "period", "n", "d"]
    found = pd.DataFrame(rows, columns=names).astype({"n": "Int64", "d": "Int64"})
    found["n"] *= MICRO
    found["d"] *= MICRO
    return found


def test_versions_join_by_the_stated_factor_alone() -> None:
    second = later(SHARE, "0.5", "2026-02")
    rows = frame((1, "a", "2026-01", 80, 100), (2, "a", "2026-02", 45, 100), (2, "a", "2026-03", None, None))
    joined = series.valued([SHARE, second], rows)
    assert joined.value.tolist()[:2] == [40.0, 45.0]
    assert np.isnan(joined.value[2])
    assert joined.run.tolist() == [0, 0, 0]
    parted = series.valued([SHARE, later(SHARE, None, "2026-02")], rows)
    assert np.isnan(parted.value[0])  # never compared …
    assert parted.own.tolist()[:2] == [80.0, 45.0]  # … but drawn as it was
    assert parted.run.tolist() == [1, 0, 0]


def test_sums_over_joined_versions_are_sums_of_their_parts() -> None:
    """80 of 100 by the old definition counts as 40 of 100; with 30 of 50 by the new one that is 70 of 150."""
    second = later(SHARE, "0.5", "2026-02")
    rows = series.valued([SHARE, second], frame((1, "a", "2026-01", 80, 100), (2, "a", "2026-02", 30, 50)))
    found = series.before_and_after(rows, second, ["code"])
    assert found["a"] == pytest.approx(float(Fraction(70, 150) * 100))


def test_the_reference_is_the_newest_version_with_figures() -> None:
    second, third = later(SHARE, "1", "2026-02"), later(later(SHARE, "1", "2026-02"), "1", "2026-05")
    assert series.reference([SHARE, second, third], [1, 2]).version == 2
    assert series.reference([third, SHARE, second], [1, 2, 3]).version == 3
    assert series.reference([SHARE, second], []).version == 2


def total(**more: Any) -> Indicator:
    return indicator(
        1, "A1", Kind.COUNT, "完成数", accumulation=Accumulation.YEAR_TO_DATE, combine_time=Combine.LAST, **more
    )


@given(st.lists(st.integers(0, 500), min_size=2, max_size=11))
def test_periods_are_compared_by_what_they_added(parts: list[int]) -> None:
    """A county whose work does not change must show no change, though its totals grow all year."""
    keys = [f"2026-{month:02d}" for month in range(1, len(parts) + 1)]
    totals = np.cumsum(parts)
    rows = series.valued([total()], frame(*((1, "a", key, int(n), None) for key, n in zip(keys, totals, strict=True))))
    assert rows.own.tolist() == totals.tolist()  # as reported, for pictures
    assert rows.added.tolist() == parts
    assert series.before_and_after(rows, total(), ["code"])["a"] == pytest.approx(float(np.mean(parts)))


def test_a_share_of_a_plan_is_compared_by_its_progress() -> None:
    plan = indicator(
        1, "A1", Kind.RATIO, "完成率", factor=100, accumulation=Accumulation.TO_DATE, d_fixed=True,
        combine_time=Combine.LAST,
    )  # fmt: skip
    rows = series.valued(
        [plan], frame((1, "a", "2026-01", 2, 20), (1, "a", "2026-02", 5, 20), (1, "a", "2026-03", 6, 20))
    )
    assert rows.own.tolist() == [10.0, 25.0, 30.0]
    assert rows.added.tolist()[1:] == [15.0, 5.0]
    assert series.before_and_after(rows, plan, ["code"])["a"] == pytest.approx(10.0)


def test_where_a_range_is_good_less_distance_is_better() -> None:
    within = replace(SHARE, direction=Direction.WITHIN, best_min=Decimal(40), best_max=Decimal(60))
    rows = series.valued(
        [within], frame((1, "a", "2026-01", 30, 100), (1, "b", "2026-01", 50, 100), (1, "c", "2026-01", 75, 100))
    )
    assert series.before_and_after(rows, within, ["code"]).to_dict() == {"a": -10.0, "b": 0.0, "c": -15.0}


@pytest.mark.parametrize(
    "baseline, actual, wanted",
    [
        (30, 45, 1.0),
        (30, 60, 1.0),
        (30, 35, 0.5),
        (30, 20, -1.0),
        (30, 65, 0.5),
        (50, 45, 1.0),
        (50, 39, 0.0),
        (None, 70, 0.0),
    ],
)
def test_attainment_of_a_range(baseline: int | None, actual: int, wanted: float) -> None:
    assert attainment_within(baseline, 40, 60, actual) == pytest.approx(wanted)


@given(st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 9))
def test_attainment_of_a_range_does_not_know_the_unit(baseline: int, actual: int, scale: int) -> None:
    small = attainment_within(baseline, -10, 20, actual)
    large = attainment_within(baseline * scale, -10 * scale, 20 * scale, actual * scale)
    assert small == pytest.approx(large)


def test_attainment_of_a_range_without_what_it_needs() -> None:
    assert attainment_within(1, None, 60, 50) is None
    assert attainment_within(1, 40, 60, float("nan")) is None
    with pytest.raises(ValueError, match="is empty"):
        attainment_within(1, 60, 40, 50)


# -- baselines and targets beside them ----------------------------------------------


def line(value: int, start: str, region: str | None = None, kind: TargetKind = TargetKind.TARGET) -> TargetView:
    return TargetView(kind, Decimal(value), start, region, "理由", datetime(2026, 1, 1, tzinfo=UTC))


def drawn(*lines: TargetView, region: str | None = None) -> list[tuple[str, date | None, date | None, bool]]:
    found = references(SHARE, lines, region, Period.parse("2026-01"), Period.parse("2026-06"))
    return [(item.label, item.start, item.end, item.current) for item in found]


JAN, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


def test_a_changed_line_stays_until_its_successor_begins() -> None:
    assert drawn(line(90, "2026-01"), line(85, "2026-03")) == [
        ("目标 90.00%（原）", JAN, MARCH, False),
        ("目标 85.00%", MARCH, JUNE, True),
    ]


def test_a_line_that_was_set_anew_from_the_start_is_still_seen() -> None:
    assert drawn(line(90, "2026-01"), line(85, "2026-01")) == [
        ("目标 90.00%（原）", JAN, JUNE, False),
        ("目标 85.00%", JAN, JUNE, True),
    ]


def test_a_regions_own_line_follows_the_common_one() -> None:
    lines = (line(90, "2026-01"), line(80, "2026-03", "330523"))
    assert drawn(*lines, region="330523") == [
        ("目标 90.00%（原）", JAN, MARCH, False),
        ("目标 80.00%（本地区）", MARCH, JUNE, True),
    ]
    assert drawn(*lines, region="330521") == drawn(*lines) == [("目标 90.00%", JAN, JUNE, True)]


def test_lines_of_an_older_version_end_where_the_next_begins() -> None:
    second = later(SHARE, "0.5", "2026-03")
    known = {1: [line(90, "2025-01"), line(88, "2026-01", "330523")], 2: [line(45, "2026-03")]}
    joins = definitions.joins([SHARE, second])
    found = promises.joined(known, [SHARE, second], joins)
    assert [(int(target.value), target.until) for target in found] == [(45, "2026-03"), (44, "2026-03"), (45, "")]
    assert promises.applying(found, TargetKind.TARGET, "330523", "2026-02") == 44
    assert promises.applying(found, TargetKind.TARGET, "330523", "2026-03") == 45  # its own line was of the old version
    assert drawn(*found) == [("目标 45.00%（原）", JAN, MARCH, False), ("目标 45.00%", MARCH, JUNE, True)]
