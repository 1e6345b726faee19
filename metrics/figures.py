"""One cell of a return becomes one exact figure, or the reason why not.

Never guesses: what was read in an unobvious way is said, what is ambiguous is refused with its remedy.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from core.numbers import MICRO, MICRO_LIMIT, MICRO_PLACES, format_exact, parse_number, round_half_up, to_micro
from core.tabular import Cell, Sheet, address
from core.words import Kind
from metrics import workbook as layout
from metrics.model import Indicator

_LARGEST = MICRO_LIMIT // MICRO
_FILLER = frozenset("—–-/")  # what stands in a denominator cell that is not to be filled
_YES_NO = {"是": 1, "有": 1, "true": 1, "yes": 1, "y": 1, "√": 1, "否": 0, "无": 0, "false": 0, "no": 0, "n": 0, "×": 0}


class Refused(Exception):
    """A cell that cannot be read as the figure it should be."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        self.rule, self.message, self.remedy = rule, message, remedy


def figure(indicator: Indicator, name: str, cell: Cell, sheet: Sheet) -> tuple[int | None, str]:
    """The figure in millionths (None when blank), and how it was read when that is not obvious. Raises Refused."""
    label = indicator.n_label if name == "n" else indicator.d_label
    if merged := sheet.merge_over(cell.row, cell.column):
        anchor = address(merged[0], merged[1])
        raise Refused(
            "cell.merged", f"这个格子与 {anchor} 合并了，读不出它自己的数。", "请取消合并单元格，每格各填各的数。"
        )
    if cell.error:
        raise Refused("cell.formula", f"公式出错，结果是 {cell.error}。", "请改正公式，或直接填数字。")
    if cell.uncalculated:
        raise Refused(
            "cell.uncalculated", "这里的公式还没有算出结果。", "请用 WPS 或 Excel 打开，保存一次再上传；或直接填数字。"
        )
    if cell.blank or (name == "d" and not indicator.kind.has_denominator and cell.text in _FILLER):
        return None, ""
    if name == "d" and not indicator.kind.has_denominator:
        raise Refused("d.unused", f"这个指标没有分母，却填了“{cell.text[:20]}”。", "请清空分母格，只填一个数。")
    if cell.is_date:
        raise Refused(
            "cell.date", f"读到的是日期或时间 {cell.text}，不是数字。", "请把格子的格式改成“数值”，重新填数。"
        )
    word = unicodedata.normalize("NFKC", cell.text).lower()
    if indicator.kind is Kind.YES_NO and word in _YES_NO:
        return to_micro(_YES_NO[word]), ""
    if word in layout.STATE_WORDS:
        raise Refused(
            "cell.word",
            f"“{label}”里写的是“{cell.text}”。",
            f"请清空数字格，在“状态”列选“{layout.STATE_WORDS[word].label}”，并写明理由。",
        )
    reading = parse_number(cell.number if cell.number is not None else cell.text)
    if reading.error or reading.value is None:
        raise Refused(
            "cell.text", f"“{label}”应填数字，{reading.error}。", "请只填数字，不带单位和文字；说明写到“说明/理由”列。"
        )
    if cell.percent or word.endswith("%"):
        return _percentage(indicator, reading.value)
    return _micro(reading.value, reading.note)


def _percentage(indicator: Indicator, share: Decimal) -> tuple[int | None, str]:
    """12% where the value itself is in per cent is 12; anywhere else two figures are wanted, or none."""
    shown = f"{format_exact(share * 100)}%"
    if indicator.kind.has_denominator:
        remedy = f"请分别填写“{indicator.n_label}”和“{indicator.d_label}”两个数，百分比由系统计算。"
        raise Refused("cell.percent", f"填的是百分数 {shown}。", remedy)
    if indicator.unit != "%":
        unit = indicator.n_unit or indicator.unit
        raise Refused(
            "cell.percent",
            f"填的是百分数 {shown}，这里要的是数{f'（{unit}）' if unit else ''}。",
            "请填数，不要带百分号。",
        )
    return _micro(share * 100 / indicator.factor, f"“{shown}”读作 {shown}（数值 {format_exact(share * 100)}，单位 %）")


def _micro(value: Decimal, note: str) -> tuple[int, str]:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MICRO_PLACES and abs(value) < _LARGEST:
        value = round_half_up(value, MICRO_PLACES)
        note = note or f"小数位太多，读作 {format_exact(value)}（四舍五入到 {MICRO_PLACES} 位小数）"
    try:
        return to_micro(value), note
    except ValueError:
        raise Refused(
            "cell.large", f"数字太大，有 {value.adjusted() + 1} 位。", "请核对单位，是否多输了几位。"
        ) from None
