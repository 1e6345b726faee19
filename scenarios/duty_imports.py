"""A changed workbook read back: exactly what was changed by hand, and everything that is wrong with it.

Nothing here writes; `duty_service.take_in` does, from the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor
from core.errors import NotFound
from core.settings import settings
from core.tabular import Book, open_table
from scenarios import duty_queries, exchange
from scenarios import duty_workbook as book
from scenarios.duty_names import Directory
from scenarios.duty_reading import Plan, Reader
from scenarios.duty_tree import Node
from scenarios.exchange import Issue


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
    meta = exchange.meta(source)
    if meta.get("code", code) != code:
        return Plan(issues=[Issue(exchange.META_SHEET, f"这是场景 {meta['code']} 的责任清单，不能导入到 {code}")])
    if meta and meta.get("layout") != book.LAYOUT:
        return Plan(issues=[Issue(exchange.META_SHEET, "这个文件是旧版式，请重新下载后再改")])
    table = exchange.table(source, book.HEADINGS, ("name", "organisation_id"))
    if table is None:
        return Plan(
            issues=[Issue("", "没有找到“事项”一列。请用“下载 Excel”得到的文件，或自建含“业务、环节、事项”标题的表")]
        )
    return Reader(nodes, directory, exchange.base(source)).plan(table.sheet, table.head, table.columns)
