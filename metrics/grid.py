"""The return as a grid on the screen: what its rows show, and how they go to the reader of files.

Text all the way: what somebody typed or pasted is read by the same reader as a file, so that
“1,234”, full-width digits, 12% and 缺报 mean the same through every door.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from core.numbers import format_exact, from_micro
from core.words import Kind
from metrics import workbook as layout
from metrics.model import Entry, Form, Indicator, Line

NAME = "在线填写.csv"
_HEADINGS = ("地区代码", "报送期", "指标代码", "分子", "分母", "状态", "说明", "佐证链接")


@dataclass(frozen=True)
class GridRow:
    """What stands in one row's white cells."""

    code: str
    n: str = ""
    d: str = ""
    state: str = ""
    reason: str = ""
    link: str = ""


def rows(form: Form) -> list[GridRow]:
    """The rows as stored now."""
    return [_row(line) for line in form.lines]


def asks(indicator: Indicator) -> str:
    """What the row wants to know, in words: 按时办结件数（件） ÷ 应办结件数（件）."""
    parts = [f"{indicator.n_label}（{indicator.n_unit}）" if indicator.n_unit else indicator.n_label]
    if indicator.kind.has_denominator:
        parts.append(f"{indicator.d_label}（{indicator.d_unit}）" if indicator.d_unit else indicator.d_label)
    return " ÷ ".join(parts)


def last_value(form: Form, line: Line) -> str:
    """The newest earlier value, with its period when it is not the one just before; “–” for none."""
    if not line.history:
        return "–"
    period, entry = line.history[-1]
    shown = entry.show(line.indicator)
    return shown if period == str(line.indicator.before(form.period)) else f"{shown}　{period}"


def as_file(form: Form, given: Sequence[GridRow]) -> bytes:
    """The rows as CSV for the reader. It is read at once and never opened by a spreadsheet, so text
    goes out as it was typed."""
    out = io.StringIO(newline="")
    out.write("sep=,\r\n")
    writer = csv.writer(out)
    writer.writerow(_HEADINGS)
    for row in given:
        writer.writerow([form.region_code, str(form.period), row.code, row.n, row.d, row.state, row.reason, row.link])
    return out.getvalue().encode("utf-8-sig")


def _row(line: Line) -> GridRow:
    entry, indicator = line.current or Entry(), line.indicator
    return GridRow(
        code=indicator.code,
        n=_amount(entry.n, indicator),
        d=_amount(entry.d, indicator),
        state=line.current.state.label if line.current else "",
        reason=layout.remark(line.current),
        link=entry.link,
    )


def _amount(micro: int | None, indicator: Indicator) -> str:
    if micro is None:
        return ""
    if indicator.kind is Kind.YES_NO:
        return "是" if micro else "否"
    return format_exact(from_micro(micro))
