"""A result as a workbook; the list of entries as one, and read back from one."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_xlsx
from panels import result_book, result_queries, review_queries
from panels.result_book import Sheet

ENTRY_COLUMNS = ("编号", "项目名称", "申报单位", "统一社会信用代码", "所在县（市、区）", "团队成员", "简介")


def result_xlsx(actor: Actor, review_id: int) -> bytes:
    """The result as the actor may see it now."""
    view = result_queries.result(actor, review_id)
    if view is None:
        raise NotFound("没有找到评审结果，或现在还不能查看。", "评分结束后才能看到结果。")
    return write_xlsx(_blocks(result_book.sheets(view)), made_at=clock.now())


def frozen_xlsx(actor: Actor, review_id: int, result_id: int) -> bytes:
    """A result that was put forward, as it was kept."""
    found = next((item for item in result_queries.frozen(actor, review_id) if item.id == result_id), None)
    if found is None:
        raise NotFound("没有找到这一号结果，或您无权查看。", "请刷新页面。")
    about = Sheet(
        "说明",
        ("项目", "内容"),
        (
            ("评审", f"{found.body['review']['code']} {found.body['review']['name']}"),
            ("结果", f"第 {found.number} 号，提请于北京时间 {clock.show(found.at)}"),
            ("校验码", found.digest),
            *((signature.kind.label, f"{signature.name}　{signature.statement}") for signature in found.signatures),
        ),
    )
    return write_xlsx(_blocks([about, *result_book.tables_of(found.body)]), made_at=found.at)


def entries_xlsx(actor: Actor, review_id: int) -> bytes:
    """The entries as a table that can be filled in and taken in again; without any, an empty one to begin with."""
    require(actor, Permission.REVIEW_RUN)
    rows = [
        (
            entry.code,
            entry.title,
            "回避" if entry.stepped_aside else entry.whose,
            "",
            entry.region,
            "、".join(entry.team),
            entry.summary,
        )
        for entry in review_queries.entries(actor, review_id)
    ]
    return write_xlsx([Block("参评项目", ENTRY_COLUMNS, rows)], made_at=clock.now())


def _blocks(sheets: Sequence[Sheet]) -> list[Block]:
    return [
        Block(sheet.name, sheet.columns, [[result_book.as_number(cell) for cell in row] for row in sheet.rows])
        for sheet in sheets
    ]
