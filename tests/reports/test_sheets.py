"""The figures behind a report: what reads as a number is one, with its decimals; the rest stays as it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.sheets import numbers


@pytest.mark.parametrize(
    ("cells", "values", "shape"),
    [
        (["96.0%", "–", "100.0%"], [Decimal("0.96"), "–", Decimal(1)], "0.0%"),
        (["1,234", "12"], [Decimal(1234), Decimal(12)], "#,##0"),
        (["+4.67", "-0.50", "0.00"], [Decimal("4.67"), Decimal("-0.50"), Decimal("0.00")], "+0.00;-0.00;0.00"),
        (["−1.5", "2.0"], [Decimal("-1.5"), Decimal("2.0")], "0.0"),
        (["96.0%", "96.00%"], ["96.0%", "96.00%"], ""),  # of different makings, so none is favoured
        (["0330", "12"], ["0330", "12"], ""),  # a code
        (["3 / 4", "第 4 名（3–7）"], ["3 / 4", "第 4 名（3–7）"], ""),
        ([3, None, "–"], [3, None, "–"], ""),
    ],
)
def test_a_column_is_numbers_where_all_of_it_is(cells: list[object], values: list[object], shape: str) -> None:
    column, found = numbers("数值", cells)
    assert (column.number, found) == (shape, values)
