"""The catalogue as a workbook to change by hand and hand back: `resource_imports` reads it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from accounts.permissions import Actor
from core import clock
from core.tabular.writing import FONT, HEAD, INK, LINE, WORKBOOK_OPTIONS
from db.session import read
from scenarios import duty_tree, exchange, resource_imports, resource_queries, resource_rules
from scenarios import resource_workbook as book
from scenarios.resource_queries import Filter
from scenarios.resource_workbook import Entry

_TITLE, _HINT, _TAGS, _HEADS, _FIRST = range(5)  # rows of the list, counted from 0
_SPARE = 200  # blank rows that already have formats and drop-downs
_GUIDE = (
    ("改内容", "直接改单元格。没有改的单元格保持系统里的现状，不会覆盖别人后来的修改。"),
    ("加数据资源", "在末尾空行填写，名称、提供单位、共享属性、安全级别、个人信息必填；目录编码不填则自动编号。"),
    ("删数据资源", "目录不通过表格删除。从表里删掉整行，系统里的那一项不变。"),
    ("共享属性、开放属性", "从下拉列表选，国家和浙江省两套说法都可以，见“可选值”工作表。"),
    ("信息项", "一行一项（单元格内换行用 Alt+Enter），类型写在括号里，如“姓名（字符型）”；不写类型按字符型。"),
    ("只能改本单位的", "部门和县级团队只能改本单位提供的数据；别单位的改动会提示出来，不会保存。"),
    ("导入", "保存后在数据资源目录的“导入导出”里上传。先显示改了什么、有什么问题，确认后才保存。"),
)


def workbook(actor: Actor, wanted: Filter | None = None) -> bytes:
    """The entries of the catalogue that a filter finds, as they stand now."""
    with read() as session:
        query = resource_queries.filtered(session, actor, wanted or Filter())
        found, names = resource_imports.entries(session, query), duty_tree.organisation_names(session)
    return build(found, names, made_at=clock.now())


def file_name() -> str:
    return f"数据资源目录_{clock.today():%Y%m%d}.xlsx"


def build(entries: Sequence[Entry], names: dict[int, str], *, made_at: datetime) -> bytes:
    """填写说明, 数据资源目录, 可选值 and two hidden sheets: what the file is, and every cell as it went out, by which
    the reader tells what was changed by hand from what changed in the system meanwhile. The same entries and
    time give the same bytes."""
    out = io.BytesIO()
    sheets = xlsxwriter.Workbook(out, WORKBOOK_OPTIONS)
    sheets.set_properties({"title": "数据资源目录", "created": made_at})
    plain: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": INK}
    lined = plain | {"border": 1, "border_color": LINE, "text_wrap": True, "valign": "top"}
    formats = {
        "cell": sheets.add_format(lined | {"num_format": "@", "quote_prefix": True}),
        "head": sheets.add_format(lined | {"bold": True, "bg_color": HEAD, "valign": "vcenter"}),
        "title": sheets.add_format(plain | {"bold": True, "font_size": 14}),
        "muted": sheets.add_format(plain | {"font_color": "#6B7280"}),
    }
    cells = [(entry.id, book.texts(entry.data, names)) for entry in entries]
    _guide(sheets.add_worksheet(book.GUIDE_SHEET), formats, made_at)
    listing = sheets.add_worksheet(book.LIST_SHEET)
    choices = _choices(sorted(names.values()))
    ranges = _words(sheets.add_worksheet(book.WORDS_SHEET), formats, choices)
    _list(listing, formats, cells, ranges)
    meta = [["layout", book.LAYOUT], ["kind", "resources"], ["made_at", str(made_at)]]
    went = [[exchange.KEY, *book.CELLS], *([str(key), *(row[name] for name in book.CELLS)] for key, row in cells)]
    for name, rows in ((exchange.META_SHEET, meta), (exchange.BASE_SHEET, went)):
        hidden = sheets.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                hidden.write_string(number, column, text)
        hidden.very_hidden()
    listing.activate()
    sheets.close()
    return out.getvalue()


def _choices(providers: Sequence[str]) -> dict[str, Sequence[str]]:
    return {
        "provider_id": providers,
        "sharing": list(book.SHARING),
        "opening": list(book.OPENING),
        "security_level": list(book.LEVELS),
        "personal_information": list(book.PERSONAL),
        "format": resource_rules.FORMATS,
        "sharing_method": resource_rules.METHODS,
        "update_cycle": resource_rules.UPDATE_CYCLES,
        "items": list(book.TYPES),
    }


def _guide(sheet: Any, formats: dict[str, Any], made_at: datetime) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, "数据资源目录填写说明", formats["title"])
    for row, (label, text) in enumerate(_GUIDE, start=2):
        sheet.write_string(row, 0, label, formats["head"])
        sheet.write_string(row, 1, text, formats["cell"])
    sheet.write_string(len(_GUIDE) + 3, 0, f"生成时间：{clock.show(made_at)}（北京时间）", formats["muted"])


def _words(sheet: Any, formats: dict[str, Any], choices: dict[str, Sequence[str]]) -> dict[str, str]:
    """What may be chosen, a column a field; returns the ranges for the drop-downs."""
    ranges = {}
    for column, (field, words) in enumerate(choices.items()):
        heading = "信息项的类型" if field == "items" else book.CELLS[field][0]
        sheet.set_column(column, column, 24)
        sheet.write_string(0, column, heading, formats["head"])
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, column, word, formats["cell"])
        letter = xlsxwriter.utility.xl_col_to_name(column)
        ranges[field] = f"='{book.WORDS_SHEET}'!${letter}$2:${letter}${len(words) + 1}"
    sheet.freeze_panes(1, 0)
    return ranges


def _list(
    sheet: Any, formats: dict[str, Any], cells: Sequence[tuple[int, dict[str, str]]], ranges: dict[str, str]
) -> None:
    columns = {exchange.KEY: ("行标识", 8), **book.CELLS}
    at = {field: number for number, field in enumerate(columns)}
    last = _FIRST + len(cells) + _SPARE - 1
    for field, (heading, width) in columns.items():
        sheet.set_column(at[field], at[field], width, None, {"hidden": field == exchange.KEY})
        sheet.write_string(_TAGS, at[field], exchange.TAG + field)
        sheet.write_string(_HEADS, at[field], heading, formats["head"])
    sheet.set_row(_TAGS, None, None, {"hidden": True})
    sheet.set_row(_HEADS, 24)
    sheet.set_row(_TITLE, 24)
    sheet.write_string(_TITLE, 1, "数据资源目录", formats["title"])
    sheet.write_string(_HINT, 1, "直接改单元格；新的填在末尾空行。删掉行不会删除系统里的内容。", formats["muted"])
    for row, (key, texts) in enumerate(cells, start=_FIRST):
        sheet.write_string(row, at[exchange.KEY], str(key))
        for field, text in texts.items():
            if text:
                sheet.write_string(row, at[field], text, formats["cell"])
            else:
                sheet.write_blank(row, at[field], None, formats["cell"])
    for row in range(_FIRST + len(cells), last + 1):
        for field in book.CELLS:
            sheet.write_blank(row, at[field], None, formats["cell"])
    for field, source in ranges.items():
        if field != "items":
            known = field in ("sharing", "opening", "security_level", "personal_information")
            sheet.data_validation(
                *(_FIRST, at[field], last, at[field]),
                {
                    "validate": "list",
                    "source": source,
                    "error_type": "stop" if known else "warning",
                    "error_title": "请核对",
                    "error_message": "请从下拉列表选择。" if known else "不在“可选值”表里；确实需要可以保留。",
                },
            )
    sheet.freeze_panes(_FIRST, at["provider_id"])
    sheet.autofilter(_HEADS, 1, _FIRST + max(len(cells), 1) - 1, len(columns) - 1)
    sheet.repeat_rows(_HEADS)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
