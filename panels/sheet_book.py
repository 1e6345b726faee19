"""The offline sheet: all that a judge is given, in one workbook to be marked without a connection.

Grey is fixed, white is to fill. Locks and drop-downs are courtesies; whoever reads it back trusts the
signed hidden sheet only.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from core import clock
from core.tabular import signing, text_width
from core.tabular.writing import FONT, WORKBOOK_OPTIONS, safe_text
from panels.rubric import CENT, Criterion, points
from panels.sheet_queries import OwnSheets

VERSION = "1"  # raise when the layout changes: older files are then refused with a clear word
GUIDE, SHEET, META = "评分说明", "评分表", "_meta"
TAG = "zp:"
_TITLE, _ABOUT, _TAGS, _HEADS, _FIRST = range(5)  # rows, from 0
_INK, _MUTED, _BLUE, _GREY, _LINE, _FIELD = "#1F2937", "#6B7280", "#1D4E89", "#F1F3F6", "#D1D5DB", "#7FA3CC"
_STEPS = (
    ("1 评分", "到“评分表”，在白色格子里填分数。没有想好的留空：空白不是 0 分，整行评完才能提交。"),
    ("2 理由", "标准要求写理由的分数（见各项说明），在右边“理由”栏写明。"),
    (
        "3 上传",
        "保存后在“我的评审”页上传。系统先列出读到了什么、与已存的有什么不同，确认之后才存为草稿；提交仍在页面上办理。",
    ),
    ("注意", "需要回避的项目不在表中。弃权、申报回避请在页面上办理。请不要改动灰色格子和隐藏的行、表。"),
)


def mark_tag(code: str) -> str:
    return f"{TAG}mark:{code}"


def reason_tag(code: str) -> str:
    return f"{TAG}reason:{code}"


ENTRY_TAG, COMMENT_TAG = f"{TAG}entry", f"{TAG}comment"


def build(own: OwnSheets, *, made_at: datetime, secret: bytes) -> bytes:
    """The workbook with what is stored filled in; entries that are handed in, withdrawn or to be stepped aside from
    are not in it. The same sheets, time and secret give the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, WORKBOOK_OPTIONS)
    book.set_properties({"title": f"{own.review.code} 离线评分表", "created": made_at})
    _guide(book, own, made_at)
    _sheet(book, own)
    meta = book.add_worksheet(META)
    for row, cells in enumerate(signing.signed(identity(own), secret)):
        for column, text in enumerate(cells):
            meta.write_string(row, column, text)
    meta.very_hidden()
    meta.protect()
    book.close()
    return out.getvalue()


def identity(own: OwnSheets) -> list[list[str]]:
    """Whose it is, and for every row which version of entry and sheet it was made from."""
    review = own.review
    return [
        ["template", VERSION],
        ["review", str(review.id)],
        ["member", str(review.standing.member_id)],
        ["rubric", str(review.rubric_version_id)],
        *(
            ["row", str(sheet.entry.id), str(sheet.entry.number), str(sheet.number), sheet.entry.code]
            for sheet in own.asked
            if sheet.open
        ),
    ]


def _style(book: Any, **more: Any) -> Any:
    return book.add_format({"font_name": FONT, "font_size": 10, "font_color": _INK, "valign": "vcenter"} | more)


def _guide(book: Any, own: OwnSheets, made_at: datetime) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 88)
    title, label = (
        _style(book, font_size=16, bold=True, font_color=_BLUE),
        _style(book, font_color=_MUTED, valign="top"),
    )
    text, section = _style(book, text_wrap=True, valign="top"), _style(book, bold=True, font_color=_BLUE, bottom=1)
    review = own.review
    sheet.set_row(0, 32)
    sheet.write_string(0, 0, safe_text(review.name), title)
    facts = [
        ("编号", review.code),
        ("截止", f"北京时间 {clock.show(review.closes_at)}（不含这一刻）"),
        ("评分标准", f"{review.rubric_name} 第 {review.rubric_number} 版"),
        ("生成时间", f"北京时间 {clock.show(made_at)}"),
        *_STEPS,
    ]
    row = 1
    for name, words in facts:
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, safe_text(words), text)
        sheet.set_row(row, 8 + 15 * (1 + text_width(words) // 92))
        row += 1
    sheet.write_string(row + 1, 0, "各项怎么评", section)
    sheet.write_blank(row + 1, 1, None, section)
    row += 2
    for item in review.rubric.criteria:
        words = _meaning(item)
        sheet.write_string(row, 0, safe_text(f"{item.name}（权重 {points(item.weight)}）"), label)
        sheet.write_string(row, 1, safe_text(words), text)
        sheet.set_row(row, 8 + 15 * sum(1 + text_width(line) // 92 for line in words.split("\n")))
        row += 1
    sheet.protect()
    sheet.activate()


def _meaning(item: Criterion) -> str:
    """The scale, the levels and when a reason is needed."""
    lines = [item.words] if item.words else []
    lines.append(f"{points(item.low)}–{points(item.high)} 分，以 {points(item.step)} 分为一档")
    lines += [f"{level.name}（{points(level.lowest)} 分起）：{level.words}" for level in item.levels]
    needs = []
    if item.reason_below is not None:
        needs.append(f"低于 {points(item.reason_below)} 分")
    if item.reason_from is not None:
        needs.append(f"{points(item.reason_from)} 分及以上")
    if needs:
        lines.append(f"{'或'.join(needs)}须写明理由")
    return "\n".join(lines)


def _sheet(book: Any, own: OwnSheets) -> None:
    review = own.review
    criteria = review.rubric.criteria
    rows = [sheet for sheet in own.asked if sheet.open]
    reasoned = [item for item in criteria if item.reason_below is not None or item.reason_from is not None]
    page = book.add_worksheet(SHEET)
    page.hide_gridlines(2)
    locked = _style(book, bg_color=_GREY, text_wrap=True, border=1, border_color=_LINE)
    head = _style(book, bold=True, bg_color="#E5E9EF", text_wrap=True, align="center", border=1, border_color=_LINE)
    field = {"locked": False, "border": 1, "border_color": _FIELD}
    number, words = (
        _style(book, num_format="0.##", align="right", font_size=11, **field),
        _style(book, text_wrap=True, **field),
    )
    page.write_string(
        _TITLE, 0, safe_text(f"{review.name}　离线评分表"), _style(book, font_size=16, bold=True, font_color=_BLUE)
    )
    page.set_row(_TITLE, 30)
    page.write_string(
        _ABOUT, 0, f"北京时间 {clock.show(review.closes_at)} 截止　·　空白不是 0 分", _style(book, font_color=_MUTED)
    )
    columns: list[tuple[str, str, float]] = [(ENTRY_TAG, "编号", 10), ("", "项目", 34), ("", "申报单位", 22)]
    columns += [(mark_tag(item.code), f"{item.name}\n{points(item.weight)}%", 12) for item in criteria]
    columns += [(reason_tag(item.code), f"理由：{item.name}", 22) for item in reasoned]
    columns.append((COMMENT_TAG, "总评（可不填）", 34))
    page.set_row(_TAGS, None, None, {"hidden": True})
    page.set_row(_HEADS, 46)
    for column, (tag, title, width) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(_TAGS, column, tag)
        page.write_string(_HEADS, column, safe_text(title), head)
    for column, item in enumerate(criteria, start=3):
        page.write_comment(_HEADS, column, _meaning(item), {"x_scale": 2.4, "y_scale": 2.2, "font_size": 9})
    for row, sheet in enumerate(rows, start=_FIRST):
        page.set_row(row, 34)
        for column, text in enumerate((sheet.entry.code, sheet.entry.title, sheet.entry.whose or "匿名评审")):
            page.write_string(row, column, safe_text(text), locked)
        for column, item in enumerate(criteria, start=3):
            mark = sheet.marks.get(item.code)
            if mark is None:
                page.write_blank(row, column, None, number)
            else:
                page.write_number(row, column, mark / CENT, number)
        for column, item in enumerate(reasoned, start=3 + len(criteria)):
            _text(page, row, column, sheet.reasons.get(item.code, ""), words)
        _text(page, row, len(columns) - 1, sheet.comment, words)
    last = _FIRST + max(len(rows), 1) - 1
    for column, item in enumerate(criteria, start=3):
        page.data_validation(
            _FIRST,
            column,
            last,
            column,
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": item.low / CENT,
                "maximum": item.high / CENT,
                "ignore_blank": True,
                "error_title": "分数不对",
                "error_message": f"请填 {points(item.low)} 到 {points(item.high)} 之间的数",
            },
        )
    page.freeze_panes(_FIRST, 2)
    page.protect("", {"select_locked_cells": True, "format_columns": True, "format_rows": True})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADS)


def _text(page: Any, row: int, column: int, text: str, style: Any) -> None:
    if text:
        page.write_string(row, column, text, style)
    else:
        page.write_blank(row, column, None, style)
