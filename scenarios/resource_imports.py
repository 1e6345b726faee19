"""A changed catalogue read back: exactly what was changed by hand, and everything that is wrong with it.

Nothing here writes; `resource_service.take_in` does, from the same plan.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may, require
from core.settings import settings
from core.tabular import Book, open_table
from db.session import read as reading
from db.tables import DataItem, DataResource
from scenarios import catalogue, duty_tree, exchange
from scenarios import resource_workbook as book
from scenarios.exchange import Issue
from scenarios.resource_reading import Plan, Reader
from scenarios.resource_schemas import ItemIn, ResourceIn
from scenarios.resource_workbook import Entry


def preview(actor: Actor, data: bytes, filename: str) -> Plan:
    """What a file would do to the catalogue as it stands now. Raises Unreadable for what is no table."""
    source = read(data, filename)
    with reading() as session:
        return plan(session, actor, source)


def read(data: bytes, filename: str) -> Book:
    return open_table(data, filename, limit_mb=settings().upload_mb)


def plan(session: Session, actor: Actor, source: Book) -> Plan:
    """The differences between a file and the catalogue, and all findings at once."""
    require(actor, Permission.RESOURCE_CREATE)
    meta = exchange.meta(source)
    if meta and (meta.get("layout"), meta.get("kind")) != (book.LAYOUT, "resources"):
        return Plan(issues=[Issue(exchange.META_SHEET, "这不是数据资源目录，或是旧版式，请重新下载后再改")])
    table = exchange.table(source, book.HEADINGS, ("name", "provider_id"))
    if table is None:
        return Plan(
            issues=[Issue("", "没有找到“数据资源名称”和“提供单位”两列。请用“下载目录”得到的文件，或自建含这些标题的表")]
        )
    directory = duty_tree.directory(session)
    known = entries(session, select(DataResource))

    def may_edit(provider_id: int) -> Answer:
        return may(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=provider_id))

    return Reader(known, directory, exchange.base(source), may_edit).plan(table)


def entries(session: Session, query: Any) -> list[Entry]:
    """The entries that a query of resources selects, with their items, by name; two reads, however many."""
    rows = session.scalars(query.order_by(col(DataResource.sort_key), col(DataResource.id))).all()
    ids = [row.id for row in rows]
    items: dict[int, list[ItemIn]] = {}
    listed = sqlalchemy.select(col(DataItem.resource_id), col(DataItem.name), col(DataItem.type))
    for owner, name, kind in session.execute(listed.order_by(col(DataItem.position), col(DataItem.id))):
        items.setdefault(owner, []).append(ItemIn.model_construct(name=name, type=kind))
    approved = catalogue.approved(session, ids)
    return [
        Entry(
            row.id,
            ResourceIn.model_construct(
                **{name: getattr(row, name) for name in (*catalogue.FIELDS, "code")}, items=items.get(row.id, [])
            ),
            row.id in approved,
            row.version,
        )
        for row in rows
    ]
