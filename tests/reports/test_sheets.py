"""The figures behind a report: what reads as a number is one, with its decimals; the rest stays as it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.tabular import Shown
from reports.sheets import number


@pytest.mark.parametrize(
    ("cell", "value", "shape"),
    [
        ("96.0%", "0.960", "0.0%"),
        ("1,234", "1234", "#,##0"),
        ("+4.67", "4.67", "+0.00;-0.00;0.00"),
        ("-0.05个百分点", "-0.05", '0.00"个百分点"'),
        ("+0.56个百分点", "0.56", '+0.00"个百分点";-0.00"个百分点";0.00"个百分点"'),
        ("44.46元/件", "44.46", '0.00"元/件"'),
        ("5 个", "5", '0" 个"'),
        ("−1.5", "-1.5", "0.0"),
    ],
)
def test_what_reads_as_a_number_is_one(cell: str, value: str, shape: str) -> None:
    assert number(cell) == Shown(Decimal(value), shape)


@pytest.mark.parametrize(
    "cell",
    [
        "0330",
        "91330000123456789X",
        "1234567890123456",
        "3 / 4",
        "第 4 名（3–7）",
        "2026-10-01",
        "2026年10月",
        "–",
        "",
        None,
        3,
    ],
)
def test_what_is_no_number_stays_as_it_is(cell: object) -> None:
    assert number(cell) == cell
