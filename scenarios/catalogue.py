"""Writing the catalogue within a transaction: for the commands of `resource_service`, for a registration that
names new resources, for uploads. Who may is asked before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, Subject, may
from core.errors import Forbidden, Invalid
from core.words import Opening
from db import audit
from db.tables import DataApproval, DataItem, DataResource
from scenarios import resource_rules as rules
from scenarios import writing
from scenarios.resource_schemas import ItemIn, ResourceIn
from scenarios.search import search_key, sort_key

FIELDS = tuple(name for name in ResourceIn.model_fields if name not in ("items", "code"))


def add(session: Session, actor: Actor, data: ResourceIn, *, approved: bool = False) -> int:
    """A new resource with its items; a code is drawn when none is given. What the public may have is for the
    provider to say: others leave it open."""
    if data.opening in (Opening.OPEN, Opening.CONDITIONAL) and not may(
        actor, Permission.RESOURCE_EDIT, Subject(organisation_id=data.provider_id)
    ):
        raise Forbidden("是否向社会开放由提供单位决定。", "请把开放属性留空，由提供单位补充。")
    require_consistent(data, approved=approved)
    code = data.code or writing.next_code(session, col(DataResource.code), rules.RESOURCE_PREFIX)
    row = DataResource(code=code, **values(data, code))
    session.add(row)
    session.flush()
    assert row.id is not None
    set_items(session, row.id, data.items)
    audit.record(session, actor.account_id, "resource:create", "data_resource", row.id, data.model_dump(mode="json"))
    return row.id


def values(data: ResourceIn, code: str) -> dict[str, Any]:
    """The columns of a resource, with what it is found and sorted by."""
    found = {name: getattr(data, name) for name in FIELDS}
    return found | {"search_text": search_key(data.name, code, every_reading=True), "sort_key": sort_key(data.name)}


def require_consistent(data: rules.Terms, *, approved: bool) -> None:
    found = rules.errors(data, approved=approved)
    if found:
        raise Invalid([finding.message for finding in found], found[0].remedy)


def approved(session: Session, resource_ids: Iterable[int]) -> set[int]:
    """Which of the resources have an approval to be opened that still holds."""
    query = select(DataApproval.resource_id).where(
        col(DataApproval.resource_id).in_(list(resource_ids)), col(DataApproval.withdrawn_at).is_(None)
    )
    return set(session.exec(query))


def items(session: Session, resource_id: int) -> list[DataItem]:
    return list(
        session.exec(
            select(DataItem)
            .where(DataItem.resource_id == resource_id)
            .order_by(col(DataItem.position), col(DataItem.id))
        )
    )


def set_items(session: Session, resource_id: int, wanted: Sequence[ItemIn]) -> list[str]:
    """Make the items of a resource these, in this order; returns what changed in words. An item is known by its
    name as it is compared, so one that stays keeps its number."""
    current = {row.key: row for row in items(session, resource_id)}
    chosen = {rules.item_key(item.name): (position, item) for position, item in enumerate(wanted)}
    changes = [f"删除“{row.name}”" for key, row in current.items() if key not in chosen]
    gone = [row.id for key, row in current.items() if key not in chosen]
    if gone:
        session.execute(delete(DataItem).where(col(DataItem.id).in_(gone)))
    fresh = []
    for key, (position, item) in chosen.items():
        row = current.get(key)
        if row is None:
            changes.append(f"新增“{item.name}”")
            fresh.append(item_values(resource_id, item, position))
            continue
        if (row.name, row.type) != (item.name, item.type):
            changes.append(f"“{row.name}”（{row.type.label}）改为“{item.name}”（{item.type.label}）")
        row.name, row.type, row.position = item.name, item.type, position
    add_items(session, fresh)
    return changes


def item_values(resource_id: int, item: ItemIn, position: int) -> dict[str, Any]:
    return {
        "resource_id": resource_id,
        "name": item.name,
        "key": rules.item_key(item.name),
        "type": item.type,
        "position": position,
    }


def add_items(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(DataItem), list(rows))


def counts(session: Session, resource_ids: Iterable[int]) -> dict[int, int]:
    """How many items each resource has."""
    query = (
        select(DataItem.resource_id, func.count())
        .where(col(DataItem.resource_id).in_(list(resource_ids)))
        .group_by(col(DataItem.resource_id))
    )
    return dict(session.exec(query).all())
