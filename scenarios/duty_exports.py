"""A responsibility list as a workbook to change by hand and hand back: `duty_imports` reads it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.tabular.writing import FONT, HEAD, INK, LINE, WORKBOOK_OPTIONS
from core.words import Standing
from scenarios import duty_queries, exchange
from scenarios import duty_workbook as book
from scenarios.duty_queries import DutyList

_TITLE, _HINT, _TAGS, _HEADS, _FIRST = range(5)  # rows of the list, counted from 0
_SPARE = 200  # blank rows that already have formats and drop-downs
_GUIDE = (
    ("改内容", "直接改单元格。没有改的单元格保持系统里的现状，不会覆盖别人后来的修改。"),
    ("加事项", "在任意位置插入一行，写上业务、环节、事项；“业务”“环节”写新的名称就是新增。"),
    ("移动", "剪切整行插到别处，或改“业务”“环节”两列。"),
    ("删事项", "在“操作”列选“删除”。从表里删掉整行不等于删除，系统里的那一项不变。"),
    ("责任单位", "每个事项只能有一个，写全称或简称；可选的单位见“单位”工作表。"),
    ("配合单位", "可以有多个，用分号“；”隔开。"),
    ("数据及提供单位", "写成“数据名称：提供单位”，多项用分号“；”隔开；还不知道由谁提供的只写数据名称。"),
    ("导入", "保存后在责任清单的“导入导出”里上传。先显示改了什么、有什么问题，确认后才保存。"),
)


def workbook(actor: Actor, scenario_id: int) -> bytes:
    """The list of a scenario that this person sees, as it stands now."""
    duties = duty_queries.duty_list(actor, scenario_id)
    if duties is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    return build(duties, made_at=clock.now())


def file_name(duties: DutyList) -> str:
    return f"责任清单_{duties.about.code}_{clock.today():%Y%m%d}.xlsx"


def build(duties: DutyList, *, made_at: datetime) -> bytes:
    """填写说明, 责任清单, 单位 and two hidden sheets: whose list it is, and every cell as it went out, by which
    the reader tells what was changed by hand from what changed in the system meanwhile. The same list and
    time give the same bytes."""
    out = io.BytesIO()
    sheets = xlsxwriter.Workbook(out, WORKBOOK_OPTIONS)
    sheets.set_properties({"title": f"责任清单 {duties.about.code}", "created": made_at})
    _Builder(sheets, duties).write(made_at)
    sheets.close()
    return out.getvalue()


class _Builder:
    """One workbook in the making; each cell format is made once."""

    def __init__(self, sheets: Any, duties: DutyList) -> None:
        self.sheets, self.duties = sheets, duties
        self.rows = [
            (node, book.texts(node.content, duties.names)) for node in duties.items if node.content is not None
        ]
        self.style = cache(self._format)

    def _format(self, *traits: str) -> Any:
        known: dict[str, dict[str, Any]] = {
            "cell": {"border": 1, "border_color": LINE, "text_wrap": True, "valign": "top"},
            "head": {"bold": True, "bg_color": HEAD, "border": 1, "border_color": LINE, "valign": "vcenter"},
            "grey": {"font_color": "#6B7280", "bg_color": "#F1F3F6"},
            "title": {"bold": True, "font_size": 14},
            "muted": {"font_color": "#6B7280"},
            # A text cell stays text when somebody edits one that begins with = + - or @.
            "text": {"num_format": "@", "quote_prefix": True},
        }
        style: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": INK}
        for trait in traits:
            style |= known[trait]
        return self.sheets.add_format(style)

    def write(self, made_at: datetime) -> None:
        self._guide(self.sheets.add_worksheet(book.GUIDE_SHEET), made_at)
        listing = self.sheets.add_worksheet(book.LIST_SHEET)
        names = sorted(self.duties.names.values())
        self._table(self.sheets.add_worksheet(book.ORGANISATIONS_SHEET), ["单位全称"], [[name] for name in names], 40)
        self._list(listing, len(names))
        about = self.duties.about
        meta = [["layout", book.LAYOUT], ["scenario", str(about.id)], ["code", about.code], ["made_at", str(made_at)]]
        base = [[str(node.id), *(cells[field] for field in book.CELLS)] for node, cells in self.rows]
        for name, rows in ((exchange.META_SHEET, meta), (exchange.BASE_SHEET, [[exchange.KEY, *book.CELLS], *base])):
            hidden = self.sheets.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    hidden.write_string(number, column, text)
            hidden.very_hidden()
        listing.activate()

    def _guide(self, sheet: Any, made_at: datetime) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, "责任清单（颗粒匹配清单）填写说明", self.style("title"))
        for row, (label, text) in enumerate(_GUIDE, start=2):
            sheet.write_string(row, 0, label, self.style("cell", "head"))
            sheet.write_string(row, 1, text, self.style("cell"))
        sheet.write_string(len(_GUIDE) + 3, 0, f"生成时间：{clock.show(made_at)}（北京时间）", self.style("muted"))

    def _table(self, sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
        sheet.set_column(0, len(heads) - 1, width)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, self.style("head"))
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text, self.style("cell", "text"))
        sheet.freeze_panes(1, 0)

    def _list(self, sheet: Any, organisations: int) -> None:
        about, at = self.duties.about, {field: number for number, field in enumerate(book.COLUMNS)}
        last = _FIRST + len(self.rows) + _SPARE - 1
        for field, (heading, width) in book.COLUMNS.items():
            column = at[field]
            sheet.set_column(column, column, width, None, {"hidden": field == exchange.KEY})
            sheet.write_string(_TAGS, column, exchange.TAG + field)
            grey = ("grey",) if field in (exchange.KEY, book.AGREED) else ()
            sheet.write_string(_HEADS, column, heading, self.style("head", *grey))
        sheet.set_row(_TAGS, None, None, {"hidden": True})
        sheet.set_row(_HEADS, 24)
        sheet.set_row(_TITLE, 24)
        sheet.write_string(_TITLE, 1, f"{about.code}　{about.name}　责任清单", self.style("title"))
        sheet.write_string(
            _HINT, 1, "改内容、插入新行、剪切移动都可以；要删除的行在“操作”列选“删除”。", self.style("muted")
        )
        plain, grey = self.style("cell", "text"), self.style("cell", "grey")
        for row, (node, cells) in enumerate(self.rows, start=_FIRST):
            sheet.write_string(row, at[exchange.KEY], str(node.id))
            sheet.write_blank(row, at[book.ACTION], None, plain)
            for field, text in cells.items():
                if text:
                    sheet.write_string(row, at[field], text, plain)
                else:
                    sheet.write_blank(row, at[field], None, plain)
            sheet.write_string(row, at[book.AGREED], self._agreed(node.id), grey)
        for row in range(_FIRST + len(self.rows), last + 1):
            for field in (book.ACTION, *book.CELLS):
                sheet.write_blank(row, at[field], None, plain)
        sheet.data_validation(
            _FIRST, at[book.ACTION], last, at[book.ACTION],
            {"validate": "list", "source": [book.DELETE], "error_message": "只能留空，或从下拉列表选“删除”。"},
        )  # fmt: skip
        column = xl_col_to_name(0)
        sheet.data_validation(
            _FIRST, at["organisation_id"], last, at["organisation_id"],
            {
                "validate": "list",
                "source": f"='{book.ORGANISATIONS_SHEET}'!${column}$2:${column}${organisations + 1}",
                "error_type": "warning",  # a short name will do
                "error_title": "请核对单位名称",
                "error_message": "不在“单位”表里。可以写简称；写错的导入时会提示相近的名称。",
            },
        )  # fmt: skip
        sheet.freeze_panes(_FIRST, at["organisation_id"])
        sheet.autofilter(_HEADS, 1, _FIRST + max(len(self.rows), 1) - 1, len(at) - 1)
        sheet.repeat_rows(_HEADS)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _agreed(self, item: int) -> str:
        found = list(self.duties.standings[item].values())
        return "，".join(f"{standing.label} {found.count(standing)}" for standing in Standing if standing in found)
