"""The Excel return of one region for one period, made from the definitions.

Grey is fixed, white is to fill. Locks, drop-downs and the live result column are courtesies for the
person filling it; pasting destroys them, so the reader trusts none of them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from core import clock
from core.numbers import from_micro, round_half_up
from core.tabular import text_width
from core.tabular.writing import FONT, WORKBOOK_OPTIONS
from core.words import Direction, EvidenceKind, Kind
from metrics import template_look as words
from metrics import workbook as book
from metrics.model import Entry, Form, Indicator, Line
from metrics.rules import counted

HISTORY = 3
_TITLE, _SUBTITLE, _TAGS, _BANDS, _HEADS, _FIRST = range(6)  # rows of the return sheet, counted from 0
_LINE_HEIGHT = 15.0
_DIGITS = 15  # what a spreadsheet keeps of a number

_AT = {field: index for index, (field, *_) in enumerate(words.COLUMNS)}


def build(form: Form, *, made_at: datetime, secret: bytes) -> bytes:
    """The workbook: 填报说明, 报送表, 字典 and the hidden identity, signed with `secret`.

    Stored values are filled in. The same form, time and secret give the same bytes.
    """
    out = io.BytesIO()
    sheets = xlsxwriter.Workbook(out, WORKBOOK_OPTIONS)
    sheets.set_properties({"title": f"{form.collection} {form.region} {form.period.label}", "created": made_at})
    _Builder(sheets, form, made_at).write(secret)
    sheets.close()
    return out.getvalue()


_PAST = ("past3", "past2", "past1")
_WIDEST = 20.0  # of a column that is as wide as the figures in it


def _lines_needed(text: str, width: float) -> int:
    """Wrapped lines of 10-point text in a column; a little narrower than the column, for the indent."""
    return sum(max(1, math.ceil(text_width(part) / (width * 1.08 - 2))) for part in text.split("\n"))


class _Builder:
    """One workbook in the making; `style` makes each cell format once."""

    def __init__(self, sheets: Any, form: Form, made_at: datetime) -> None:
        self.sheets, self.form, self.made_at = sheets, form, made_at
        self.last = _FIRST + max(len(form.lines), 1) - 1
        self.style = cache(self._format)

    def _format(self, *traits: str, number: str = "") -> Any:
        style: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": book.INK, "valign": "vcenter"}
        for trait in traits:
            style |= words.TRAITS[trait]
        return self.sheets.add_format(style | ({"num_format": number} if number else {}))

    def write(self, secret: bytes) -> None:
        self._guide(self.sheets.add_worksheet(book.GUIDE_SHEET))
        self._return(self.sheets.add_worksheet(book.RETURN_SHEET))
        self._lists(self.sheets.add_worksheet(book.LISTS_SHEET))
        meta = self.sheets.add_worksheet(book.META_SHEET)
        for row, cells in enumerate(book.Identity.of(self.form, clock.show(self.made_at)).cells(secret)):
            for column, text in enumerate(cells):
                meta.write_string(row, column, text)
        meta.very_hidden()
        meta.protect()

    # -- 填报说明 -------------------------------------------------------------

    def _guide(self, sheet: Any) -> None:
        form = self.form
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2.5)
        sheet.set_column(1, 1, 15)
        sheet.set_column(2, 2, 82)
        sheet.set_row(0, 8)
        sheet.set_row(1, 34)
        sheet.merge_range(1, 1, 1, 2, "", self.style("title"))
        sheet.write_string(1, 1, form.collection, self.style("title"))
        due = f"{form.due_on:%Y-%m-%d}（当天 24:00 前，北京时间）" if form.due_on else "另行通知"
        facts = (
            ("报送单位", f"{form.region}（{form.region_code}）"),
            ("报送期", form.period.label),
            ("截止日期", due),
            ("联系人", form.contact or "–"),
            ("指标数", f"{len(form.lines)} 项"),
        )
        row = 2
        for label, text in facts:
            sheet.set_row(row, 21)
            sheet.write_string(row, 1, label, self.style("fact"))
            sheet.write_string(row, 2, text, self.style("answer"))
            row += 1
        sheet.set_row(row, 27)
        sheet.write_url(
            row,
            1,
            f"internal:'{book.RETURN_SHEET}'!{xl_col_to_name(_AT['n'])}{_FIRST + 1}",
            self.style("go"),
            "开始填报 →",
        )
        row = self._section(sheet, row + 1, "怎么填", words.STEPS)
        row = self._section(
            sheet, row, "状态", [(state.label, words.STATES[state.value]) for state in book.STATE_CHOICES]
        )
        sheet.set_row(row, 24)
        sheet.write_string(row, 1, "颜色", self.style("section"))
        for trait, label, text in words.LEGEND:
            row += 1
            sheet.set_row(row, 20)
            sheet.write_string(row, 1, label, self.style("legend", trait))
            sheet.write_string(row, 2, text, self.style("answer"))
        sheet.write_string(row + 1, 1, f"生成时间：{clock.show(self.made_at)}（北京时间）", self.style("muted"))
        sheet.protect("", {"select_locked_cells": True})
        _print(sheet, landscape=False)
        sheet.activate()

    def _section(self, sheet: Any, row: int, title: str, items: Sequence[tuple[str, str]]) -> int:
        sheet.set_row(row, 24)
        sheet.write_string(row, 1, title, self.style("section"))
        for label, text in items:
            row += 1
            sheet.set_row(row, 5 + _LINE_HEIGHT * _lines_needed(text, 82))
            sheet.write_string(row, 1, label, self.style("fact"))
            sheet.write_string(row, 2, text, self.style("answer"))
        return row + 1

    # -- 报送表 ---------------------------------------------------------------

    def _return(self, sheet: Any) -> None:
        form, end = self.form, len(words.COLUMNS) - 1
        shown = {"target": [_target(line) for line in self.form.lines]}
        shown |= {field: [_past(form, line)[at] for line in form.lines] for at, field in enumerate(_PAST)}
        for column, (field, _, width, _) in enumerate(words.COLUMNS):
            texts = [part for text in shown.get(field, ()) for part in text.split("\n")]
            sheet.set_column(column, column, min(max([width, *(text_width(text) + 2 for text in texts)]), _WIDEST))
        sheet.hide_gridlines(2)
        sheet.set_row(_TITLE, 30)
        sheet.write_string(_TITLE, 0, f"{form.collection}　报送表", self.style("title"))
        sheet.set_row(_SUBTITLE, 20)
        due = f"截止 {form.due_on:%Y-%m-%d}" if form.due_on else ""
        about = "　·　".join(part for part in (form.region, form.period.label, due, form.contact) if part)
        sheet.write_string(_SUBTITLE, 0, about, self.style("muted"))
        self._progress(sheet)
        sheet.set_row(_TAGS, None, None, {"hidden": True})
        sheet.set_row(_BANDS, 20)
        sheet.set_row(_HEADS, 33)
        for band in dict.fromkeys(band for *_, band in words.COLUMNS):
            places = [column for column, (*_, name) in enumerate(words.COLUMNS) if name == band]
            trait = "band_fill" if places[-1] == end else "band"
            sheet.merge_range(_BANDS, places[0], _BANDS, places[-1], band, self.style(trait))
        for column, (field, heading, *_) in enumerate(words.COLUMNS):
            sheet.write_string(_TAGS, column, book.tag(field))
            title = heading or form.period.shift(-int(field[-1])).label
            fill = "head_fill" if field in ("n", "d", "state", "reason", "link") else "head"
            sheet.write_string(_HEADS, column, title, self.style(fill))
        for row, line in enumerate(form.lines, start=_FIRST):
            self._row(sheet, row, line)
        self._courtesies(sheet)
        sheet.freeze_panes(_FIRST, _AT["brief"])
        sheet.set_zoom(90)
        sheet.set_selection(_FIRST, _AT["n"], _FIRST, _AT["n"])
        sheet.protect("", {"select_locked_cells": True, "format_columns": True, "format_rows": True})
        sheet.repeat_rows(_BANDS, _HEADS)
        sheet.print_area(0, 0, self.last, end)
        _print(sheet, landscape=True)

    def _progress(self, sheet: Any) -> None:
        """“已填 5 / 20 项”, counting rows with a number or a state."""
        n, state = xl_col_to_name(_AT["n"]), xl_col_to_name(_AT["state"])
        first, last, total = _FIRST + 1, self.last + 1, len(self.form.lines)
        filled = f"SUMPRODUCT(--(NOT(ISBLANK({n}{first}:{n}{last}))+NOT(ISBLANK({state}{first}:{state}{last}))>0))"
        done = sum(line.current is not None for line in self.form.lines)
        sheet.write_formula(
            _SUBTITLE,
            _AT["reason"],
            f'="已填 "&{filled}&" / {total} 项"',
            self.style("progress"),
            f"已填 {done} / {total} 项",
        )

    def _row(self, sheet: Any, row: int, line: Line) -> None:
        indicator, current = line.indicator, line.current
        brief = indicator.formula or indicator.meaning
        n_label = f"{indicator.n_label}（{indicator.n_unit}）" if indicator.n_unit else indicator.n_label
        d_label = f"{indicator.d_label}（{indicator.d_unit}）" if indicator.d_unit else indicator.d_label
        if not indicator.kind.has_denominator:
            d_label = "无须填写"
        texts = {"code": indicator.code, "name": indicator.name, "brief": brief, "n_label": n_label, "d_label": d_label}
        need = max(_lines_needed(texts[field], width) for field, _, width, _ in words.COLUMNS if field in texts)
        sheet.set_row(row, max(31.0, 8 + _LINE_HEIGHT * need))
        for field, text in texts.items():
            sheet.write_string(row, _AT[field], text, self.style("locked", "strong" if field == "name" else "left"))
        for field, text in zip(_PAST, _past(self.form, line), strict=True):
            sheet.write_string(row, _AT[field], text, self.style("locked", "right"))
        sheet.write_string(row, _AT["target"], _target(line), self.style("locked", "right"))
        self._number(sheet, row, "n", indicator, current.n if current else None)
        if indicator.kind.has_denominator:
            self._number(sheet, row, "d", indicator, current.d if current else None)
        else:
            sheet.write_string(row, _AT["d"], "—", self.style("locked", "centre"))
        self._result(sheet, row, indicator, current)
        state = current.state.label if current else ""
        _text(sheet, row, _AT["state"], state, self.style("input", "centre"))
        # The text is a string cell; the quote prefix keeps it one when somebody edits “-5%，因…”.
        _text(sheet, row, _AT["reason"], book.remark(current), self.style("input", "wrap", "left", "quoted"))
        _text(sheet, row, _AT["link"], current.link if current else "", self.style("input", "wrap", "left", "quoted"))

    def _number(self, sheet: Any, row: int, field: str, indicator: Indicator, micro: int | None) -> None:
        place, white = _AT[field], self.style("input", "right", number="#,##0.######;-#,##0.######;0")
        amount = None if micro is None else from_micro(micro)
        if amount is None:
            sheet.write_blank(row, place, None, white)
        elif indicator.kind is Kind.YES_NO:
            sheet.write_string(row, place, "是" if amount else "否", white)
        elif len(amount.as_tuple().digits) > _DIGITS:  # a spreadsheet would round it: keep it exact as text
            sheet.write_string(row, place, f"{amount:f}", self.style("input", "right"))
        else:
            sheet.write_number(row, place, float(amount), self.style("input", "right", number=_pattern(amount)))
        label, unit = (indicator.n_label, indicator.n_unit) if field == "n" else (indicator.d_label, indicator.d_unit)
        example = "是" if indicator.kind is Kind.YES_NO else words.EXAMPLES[counted(indicator, field)][field == "d"]
        comment = (
            f"{label}\n单位：{unit or indicator.unit or '–'}\n例：{example}\n\n{indicator.name}：{indicator.meaning}"
        )
        height = 22 + 16 * _lines_needed(comment, 34)
        size = {"font_name": FONT, "font_size": 9, "width": 250, "height": min(height, 260)}
        sheet.write_comment(row, place, comment, size | {"author": "智评", "color": "#FFFDF2"})
        if indicator.kind is Kind.YES_NO:
            rule: dict[str, Any] = {"validate": "list", "source": ["是", "否"]}
            rule |= {"error_title": "请选择", "error_message": "请从下拉列表中选“是”或“否”。"}
        else:
            rule = {"validate": "decimal", "criteria": "between", "minimum": -(10**12), "maximum": 10**12}
            rule |= {
                "error_title": "这里只填数字",
                "error_message": "请只填数字，不带单位和百分号。没有数的请留空，并选择状态。",
            }
        sheet.data_validation(row, place, row, place, rule)

    def _result(self, sheet: Any, row: int, indicator: Indicator, current: Entry | None) -> None:
        """The result as the system will compute it, shown while typing. Never read back."""
        n, d = f"{xl_col_to_name(_AT['n'])}{row + 1}", f"{xl_col_to_name(_AT['d'])}{row + 1}"
        if indicator.kind is Kind.YES_NO:
            formula = f'={n}&""'
        elif indicator.kind.has_denominator:
            computed = f"ROUND({n}/{d}*{indicator.factor},{indicator.decimals})"
            formula = f'=IF(AND(ISNUMBER({n}),ISNUMBER({d})),IF({d}=0,"分母为 0",{computed}),"")'
        else:
            formula = f'=IF(ISNUMBER({n}),ROUND({n}*{indicator.factor},{indicator.decimals}),"")'
        value = indicator.value(current.n, current.d) if current and current.state.has_value else None
        shown: float | str = "" if value is None else float(round_half_up(value, indicator.decimals))
        if indicator.kind is Kind.YES_NO:
            shown = "" if value is None else "是" if value else "否"
        unit = indicator.unit.replace('"', "").replace("\\", "")
        places = "." + "0" * indicator.decimals if indicator.decimals else ""
        pattern = f'#,##0{places}"{unit}"' if unit else f"#,##0{places}"
        sheet.write_formula(row, _AT["value"], formula, self.style("locked", "right", "strong", number=pattern), shown)

    def _courtesies(self, sheet: Any) -> None:
        """Drop-down of states; hints for a numerator above its denominator and for a reason still to write."""
        first, last = _FIRST, self.last
        n, d, state, reason = (xl_col_to_name(_AT[field]) for field in ("n", "d", "state", "reason"))
        choices = [choice.label for choice in book.STATE_CHOICES]
        sheet.data_validation(
            first, _AT["state"], last, _AT["state"],
            {"validate": "list", "source": choices, "error_title": "请选择", "error_message": "请从下拉列表中选择状态。"},
        )  # fmt: skip
        needs_reason = f'=AND(OR(${state}{first + 1}="估计",${state}{first + 1}="缺报",${state}{first + 1}="不适用"),'
        sheet.conditional_format(
            first, _AT["reason"], last, _AT["reason"],
            {
                "type": "formula",
                "criteria": f'{needs_reason}${reason}{first + 1}="")',
                "format": self.sheets.add_format({"bg_color": book.ERROR_FILL}),
            },
        )  # fmt: skip
        shares = [row for row, line in enumerate(self.form.lines, start=first) if line.indicator.kind.is_share]
        for row in shares:
            sheet.conditional_format(
                row, _AT["value"], row, _AT["value"],
                {
                    "type": "formula",
                    "criteria": f"=AND(ISNUMBER(${n}{row + 1}),ISNUMBER(${d}{row + 1}),${n}{row + 1}>${d}{row + 1})",
                    "format": self.sheets.add_format({"font_color": "#B3261E", "bold": True}),
                },
            )  # fmt: skip

    # -- 字典 -----------------------------------------------------------------

    def _lists(self, sheet: Any) -> None:
        for column, (heading, width, _) in enumerate(_DICTIONARY):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self.style("head"))
        sheet.set_row(0, 24)
        for row, line in enumerate(self.form.lines, start=1):
            texts = [read(line.indicator) for *_, read in _DICTIONARY]
            need = max(_lines_needed(text, width) for text, (_, width, _) in zip(texts, _DICTIONARY, strict=True))
            sheet.set_row(row, 6 + _LINE_HEIGHT * need)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, self.style("plain", "wrap"))
        sheet.freeze_panes(1, 2)
        sheet.hide_gridlines(2)
        sheet.protect("", {"select_locked_cells": True, "format_columns": True})
        sheet.repeat_rows(0)
        _print(sheet, landscape=True)


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """A text cell; a cell with an empty text would count as filled in the workbook's formulas."""
    if text:
        sheet.write_string(row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)


def _pattern(amount: Decimal) -> str:
    """As many decimals as were reported, with thousands separators."""
    exponent = amount.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return "#,##0" + ("." + "0" * places if places else "")


def _past(form: Form, line: Line) -> list[str]:
    """The last three values under their periods; with another rhythm than the form's each names its period."""
    known = dict(line.history)
    step = form.period.step(line.indicator.cadence)
    if step > 1:  # the headings name the form's own rhythm
        last = [f"{key}\n{_shown(line.indicator, entry)}" for key, entry in line.history[-HISTORY:]]
        return [""] * (HISTORY - len(last)) + last
    keys = [str(form.period.shift(-steps)) for steps in range(HISTORY, 0, -1)]
    if not known or set(list(known)[-HISTORY:]) & set(keys):
        return [_shown(line.indicator, known.get(key)) for key in keys]
    last = [f"{key}\n{_shown(line.indicator, entry)}" for key, entry in line.history[-HISTORY:]]
    return [""] * (HISTORY - len(last)) + last


def _shown(indicator: Indicator, entry: Entry | None) -> str:
    if entry is None:
        return "–"
    return indicator.show(indicator.value(entry.n, entry.d)) if entry.state.has_value else entry.state.label


def _target(line: Line) -> str:
    if line.target is None:
        return "–"
    sign = {Direction.HIGHER: "≥ ", Direction.LOWER: "≤ "}.get(line.indicator.direction, "")
    return sign + line.indicator.show(line.target)


def _print(sheet: Any, *, landscape: bool) -> None:
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _bounds(indicator: Indicator) -> str:
    low, high = indicator.hard_min, indicator.hard_max
    return (
        " ～ ".join(("不限" if bound is None else indicator.show(bound)) for bound in (low, high))
        if low or high
        else "–"
    )


def _evidence(indicator: Indicator) -> str:
    if indicator.evidence_kind is EvidenceKind.NONE:
        return indicator.evidence_kind.label
    return f"{indicator.evidence_kind.label}：{indicator.evidence}"


_DICTIONARY = (
    ("指标代码", 10, lambda i: i.code),
    ("指标名称", 18, lambda i: i.name),
    ("含义", 40, lambda i: i.meaning),
    ("计算方法", 34, lambda i: i.formula),
    ("类型", 9, lambda i: i.kind.label),
    ("单位", 9, lambda i: i.unit or "–"),
    ("方向", 11, lambda i: i.direction.label),
    ("取值范围", 16, _bounds),
    ("数据来源", 22, lambda i: i.source or "–"),
    ("佐证", 20, _evidence),
    ("局限", 26, lambda i: i.limits or "–"),
)
