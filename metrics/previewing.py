"""What a definition will do, shown on made-up figures while it is being written: how a value reads and what
is said about it, how regions and periods become one, how it is scored. The same code as for real figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.numbers import MISSING, format_number
from core.periods import Period
from core.words import Direction
from metrics import accumulation, combining, rules
from metrics.model import Entry, Finding, Form, Indicator, Line, Severity
from metrics.scoring import attainment, attainment_within, threshold_score

PLACES = ("甲县", "乙县")
_FULL, _SLOPE = 100, 1


@dataclass(frozen=True)
class Preview:
    """`values` a sentence a place, `findings` what filling them in would be told (with the place), then how
    the two become one, and how the first is scored."""

    values: Sequence[str]
    findings: Sequence[tuple[str, Finding]]
    regions: str
    periods: str
    scored: str


def preview(
    indicator: Indicator, entries: Sequence[Entry], baseline: Decimal | None, target: Decimal | None
) -> Preview:
    """Show a definition on two entries: of two places in one period, and again of two periods of one place."""
    found = []
    for place, entry in zip(PLACES, entries, strict=False):
        form = _form(indicator, target)
        found += [
            (place, finding) for finding in rules.validate(form, {indicator.code: entry}) if finding.rule != "blank"
        ]
    return Preview(
        values=[f"{place}：{entry.show(indicator)}" for place, entry in zip(PLACES, entries, strict=False)],
        findings=[(place, finding) for place, finding in found if finding.severity is not Severity.INFO],
        regions=_regions(indicator, entries),
        periods=_periods(indicator, entries),
        scored=_scored(indicator, entries[0], baseline, target),
    )


def _form(indicator: Indicator, target: Decimal | None) -> Form:
    return Form(
        0, "预览", "", PLACES[0], Period.parse("2026-02"), date(2026, 3, 5), "", (Line(indicator, target=target),)
    )


def _regions(indicator: Indicator, entries: Sequence[Entry]) -> str:
    value = combining.over_regions(indicator, [(entry.n, entry.d) for entry in entries])
    if value is None:
        return f"{indicator.combine_regions.label}：两地没有合成的数。"
    plain = _mean(indicator, entries)
    said = f"两地合成（{indicator.combine_regions.label}）：{indicator.show(value)}"
    if indicator.kind.has_denominator and plain is not None and indicator.show(plain) != indicator.show(value):
        said += f"，不是两个数的平均 {indicator.show(plain)}"
    return said + "。"


def _periods(indicator: Indicator, entries: Sequence[Entry]) -> str:
    series = [(key, entry.n, entry.d) for key, entry in zip(("2026-01", "2026-02"), entries, strict=False)]
    value = combining.over_time(indicator, series)
    said = f"如果是同一地区的一月和二月，两期合成（{indicator.combine_time.label}）："
    said += f"{MISSING if value is None else indicator.show(value)}。"
    if indicator.accumulation.cumulative:
        _, n, d = accumulation.increments(indicator, series)[-1]
        added = indicator.value(n, d)
        said += f"累计数比较时换算成当期：二月当期 {MISSING if added is None else indicator.show(added)}。"
        if accumulation.fallen(indicator, series[0], series[1]):
            said += "二月比一月小，累计数变小，填报时会被拦下。"
    return said


def _scored(indicator: Indicator, entry: Entry, baseline: Decimal | None, target: Decimal | None) -> str:
    value = indicator.value(entry.n, entry.d)
    if value is None:
        return "没有算出结果，不评分。"
    if indicator.direction is Direction.WITHIN:
        share = attainment_within(baseline, indicator.best_min, indicator.best_max, value)
        return f"{PLACES[0]}目标达成率 {_percent(share)}：在区间内为 100%，在区间外看比基线近了多少。"
    if target is None:
        return "填上示例目标，可看到怎样评分。"
    said = ""
    if baseline is not None:
        try:
            share = attainment(baseline, target, value, indicator.direction.sign)
        except ValueError:
            return f"目标 {indicator.show(target)} 比基线 {indicator.show(baseline)} 更差（该指标{indicator.direction.label}），不能这样设。"
        said = f"{PLACES[0]}目标达成率 {_percent(share)}（从基线 {indicator.show(baseline)} 到目标 {indicator.show(target)}）；"
    # What is better when lower loses points above the target: both turned round, the rule stays the same.
    sign = indicator.direction.sign
    score = threshold_score(sign * Fraction(value), full=_FULL, base=sign * Fraction(target), slope=_SLOPE, floor=0)
    worse = "低" if sign > 0 else "高"
    return f"{said}按“比目标每{worse} 1 {indicator.unit or '个单位'}扣 {_SLOPE} 分”计，得 {score} 分。"


def _mean(indicator: Indicator, entries: Sequence[Entry]) -> Fraction | None:
    values = [value for entry in entries if (value := indicator.value(entry.n, entry.d)) is not None]
    return sum(values, Fraction(0)) / len(values) if values else None


def _percent(share: float | None) -> str:
    return MISSING if share is None else f"{format_number(share * 100, 0)}%"
