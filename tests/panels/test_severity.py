"""Judges' severity: exact recovery, a published incomplete design, and what cannot be compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.severity import adjust


def test_exact_recovery() -> None:
    found = adjust([("A", 1, 85), ("B", 1, 75), ("B", 2, 65), ("C", 2, 55)])
    assert found.entries == pytest.approx({"A": 80, "B": 70, "C": 60})
    assert found.judges == pytest.approx({1: 5, 2: -5})
    assert (found.components, found.identical) == ([["A", "B", "C"]], False)


def test_the_catalyst_design_changes_the_order() -> None:
    """Montgomery's balanced incomplete blocks: catalysts are the entries, batches the judges."""
    table = {1: {1: 73, 2: 74, 4: 71}, 2: {2: 75, 3: 67, 4: 72}, 3: {1: 73, 2: 75, 3: 68}, 4: {1: 75, 3: 72, 4: 75}}
    marks = [(entry, judge, score) for entry, row in table.items() for judge, score in row.items()]
    raw = {entry: sum(row.values()) / 3 for entry, row in table.items()}
    assert raw == pytest.approx({1: 72.67, 2: 71.33, 3: 72.00, 4: 74.00}, abs=0.005)
    adjusted = adjust(marks).entries
    assert adjusted == pytest.approx({1: 71.375, 2: 71.625, 3: 72.000, 4: 75.000})
    assert sorted(raw, key=lambda entry: raw[entry]) != sorted(adjusted, key=lambda entry: adjusted[entry])


def test_groups_that_share_no_judge_cannot_be_compared() -> None:
    found = adjust([("A", 1, 80), ("B", 1, 70), ("C", 2, 60), ("D", 2, 50), ("E", 2, 40)])
    assert found.components == [["C", "D", "E"], ["A", "B"]]
    assert found.judges == pytest.approx({1: 0, 2: 0})
    assert found.entries == pytest.approx({"A": 80, "B": 70, "C": 60, "D": 50, "E": 40})


def test_where_everybody_marked_everything_the_order_is_that_of_the_means() -> None:
    found = adjust([(entry, judge, entry * 10 + judge * 3 + entry * judge) for entry in (1, 2) for judge in (1, 2, 3)])
    assert found.identical
    assert found.entries == pytest.approx({1: 18, 2: 30})


def test_a_judge_with_equal_marks_counts_like_any_other() -> None:
    found = adjust([("A", 1, 80), ("B", 1, 80), ("A", 2, 90), ("B", 2, 70)])
    assert found.judges == pytest.approx({1: 0, 2: 0})
    assert found.entries == pytest.approx({"A": 85, "B": 75})


def test_nothing_marked() -> None:
    found = adjust([])
    assert (found.entries, found.judges, found.components) == ({}, {}, [])


@pytest.mark.parametrize("marks", [[("A", 1, 1.0), ("A", 1, 2.0)], [("A", 1, float("nan"))]])
def test_what_is_refused(marks: list[tuple[str, int, float]]) -> None:
    with pytest.raises(ValueError, match=r"once|number"):
        adjust(marks)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, unique=True), st.integers(0, 2**32 - 1))
def test_as_the_projection_on_the_design(cells: list[tuple[int, int]], seed: int) -> None:
    """Fitted values do not depend on the side condition, so any design can be compared."""
    noise = np.random.default_rng(seed).normal(70, 10, len(cells))
    found = adjust([(entry, judge, score) for (entry, judge), score in zip(cells, noise, strict=True)])
    design = np.array([[*(e == k for k in range(6)), *(j == k for k in range(5))] for e, j in cells], dtype=float)
    fitted = [found.entries[e] + found.judges[j] for e, j in cells]
    assert fitted == pytest.approx(list(design @ np.linalg.pinv(design) @ noise), abs=1e-6)
    assert sum(found.judges.values()) == pytest.approx(0, abs=1e-6)
