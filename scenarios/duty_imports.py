"""A changed workbook read back: exactly what was changed by hand, and everything that is wrong with it.

Nothing here writes; `duty_service.take_in` does, from the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor
from core.errors import NotFound
from core.settings import settings
from core.tabular import Book, Sheet, open_table
from scenarios import duty_queries
from scenarios import duty_workbook as book
from scenarios.duty_names import Directory
from scenarios.duty_reading import Issue, Plan, Reader
from scenarios.duty_tree import Node

_FIRST_ROWS = 12  # where headings are looked for


def preview(actor: Actor, scenario_id: int, data: bytes, filename: str) -> Plan:
    """What a file would do to the list as this person sees it now. Raises Unreadable for what is no table."""
    duties = duty_queries.duty_list(actor, scenario_id)
    if duties is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    return plan(read(data, filename), duties.nodes, duties.directory, duties.about.code)


def read(data: bytes, filename: str) -> Book:
    return open_table(data, filename, limit_mb=settings().upload_mb)


def plan(source: Book, nodes: Sequence[Node], directory: Directory, code: str) -> Plan:
    """The differences between a file and a list, and all findings at once."""
    meta = {row[0]: row[1] for row in _texts(source.sheet(book.META_SHEET)) if len(row) > 1}
    if meta.get("code", code) != code:
        return Plan([Issue(book.META_SHEET, f"这是场景 {meta['code']} 的责任清单，不能导入到 {code}")])
    if meta and meta.get("layout") != book.LAYOUT:
        return Plan([Issue(book.META_SHEET, "这个文件是旧版式，请重新下载后再改")])
    sheet, head, columns = _table(source)
    if sheet is None:
        return Plan([Issue("", "没有找到“事项”一列。请用“下载 Excel”得到的文件，或自建含“业务、环节、事项”标题的表")])
    return Reader(nodes, directory, _base(source)).plan(sheet, head, columns)


def _texts(sheet: Sheet | None) -> list[list[str]]:
    return [[cell.text for cell in row] for row in sheet.cells()] if sheet else []


def _base(source: Book) -> dict[int, dict[str, str]]:
    """Every item as it went out; empty for a file that is not ours."""
    rows = _texts(source.sheet(book.BASE_SHEET))
    if not rows:
        return {}
    heads = rows[0]
    found = [dict(zip(heads, [*row, *[""] * len(heads)], strict=False)) for row in rows[1:]]
    return {int(row[book.KEY]): row for row in found if row[book.KEY].isdecimal()}


def _table(source: Book) -> tuple[Sheet | None, int, dict[str, int]]:
    """The sheet that holds the list, the row of its headings, and field → column."""
    for sheet in source.sheets:
        if sheet.name in (book.META_SHEET, book.BASE_SHEET):
            continue
        top = {
            number: [sheet.cell(number, column) for column in range(1, len(values) + 1)]
            for number, values in sheet.rows.items()
            if number <= _FIRST_ROWS
        }
        for number, cells in top.items():
            tags = {c.text.removeprefix(book.TAG): c.column for c in cells if c.text.startswith(book.TAG)}
            if "name" in tags:
                return sheet, number + 1, tags
        for number, cells in top.items():
            named = {name: c.column for c in reversed(cells) if (name := book.field_of(c.text))}
            if {"name", "organisation_id"} <= set(named):
                return sheet, number, named
    return None, 0, {}
