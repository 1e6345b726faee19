"""What the editor shows of a definition before it is used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.words import Accumulation, Combine, Direction, Kind
from metrics.previewing import preview
from tests.metrics.returns_support import INDICATORS, entry, indicator

SHARE = INDICATORS[0]
PAIR = (entry(96, 100), entry(5, 10))


def test_what_is_better_when_lower_loses_points_above_its_target() -> None:
    lower = replace(SHARE, direction=Direction.LOWER)
    assert preview(lower, PAIR, Decimal(99), Decimal(90)).scored == (
        "甲县目标达成率 33%（从基线 99.00% 到目标 90.00%）；按“比目标每高 1 %扣 1 分”计，得 94.00 分。"
    )
    assert "不能这样设" in preview(lower, PAIR, Decimal(90), Decimal(99)).scored


def test_a_range() -> None:
    within = replace(SHARE, direction=Direction.WITHIN, best_min=Decimal(40), best_max=Decimal(60))
    assert preview(within, (PAIR[1], PAIR[0]), None, None).scored.startswith("甲县目标达成率 100%")


def test_what_filling_in_would_be_told() -> None:
    found = preview(SHARE, (entry(30, 100), entry(11, 10)), None, None).findings
    assert [(place, finding.rule) for place, finding in found] == [("甲县", "bounds.plausible"), ("乙县", "share")]


def test_totals_are_turned_into_what_a_period_added() -> None:
    total = indicator(
        1, "A1", Kind.COUNT, "完成数", unit="件", decimals=0, accumulation=Accumulation.YEAR_TO_DATE,
        combine_time=Combine.LAST, combine_regions=Combine.SUM,
    )  # fmt: skip
    grown = preview(total, (entry(5), entry(12)), None, None).periods
    assert "两期合成（取末期）：12件。" in grown
    assert "二月当期 7件。" in grown
    assert "累计数变小" in preview(total, (entry(12), entry(5)), None, None).periods


def test_nothing_to_combine() -> None:
    alone = replace(SHARE, combine_regions=Combine.NONE)
    assert preview(alone, PAIR, None, None).regions == "不汇总：两地没有合成的数。"
