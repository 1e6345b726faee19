"""Writing what data a scenario needs, within a transaction: for its registration and for `request_service`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound, WrongState
from core.words import DataStatus
from db.tables import DataRequestStep, DataResource, ScenarioData, ScenarioField
from scenarios import catalogue, stages
from scenarios import resource_rules as rules
from scenarios.resource_schemas import DataLinkIn


def set_links(session: Session, actor: Actor, scenario_id: int, wanted: Sequence[DataLinkIn]) -> bool:
    """Make the data a scenario needs these. Links that stay keep their status; one whose request is under way or
    was granted is not dropped in passing: that takes a reason."""
    current = {
        row.resource_id: row
        for row in session.exec(select(ScenarioData).where(ScenarioData.scenario_id == scenario_id))
    }
    chosen = {link.resource_id for link in wanted if link.resource_id is not None}
    _require_known(session, chosen)
    dropped = [row for resource_id, row in current.items() if resource_id not in chosen]
    if busy := [row for row in dropped if row.status not in _IDLE]:
        names = session.exec(
            select(DataResource.name).where(col(DataResource.id).in_([row.resource_id for row in busy]))
        ).all()
        raise WrongState(
            f"{'、'.join(f'“{name}”' for name in names)}已提出申请，不能直接从登记内容中删去。",
            "请在场景页的“数据来源”中写明理由后移除。",
        )
    for row in dropped:
        remove(session, row)
    changed = bool(dropped)
    for link in wanted:
        existing = current.get(link.resource_id or 0)
        if existing is None:
            add(session, actor, scenario_id, link)
            changed = True
            continue
        changed |= existing.purpose != link.purpose
        existing.purpose = link.purpose
        if link.fields is not None:
            changed |= set_fields(session, existing.id or 0, link.fields)
    return changed


_IDLE = (DataStatus.NOT_REQUESTED, DataStatus.REFUSED)


def add(session: Session, actor: Actor, scenario_id: int, link: DataLinkIn) -> int:
    """One more resource that a scenario needs, new ones joining the catalogue."""
    if link.resource_id is not None:
        _require_known(session, {link.resource_id})
    resource_id = catalogue.add(session, actor, link.new) if link.new else link.resource_id or 0
    row = ScenarioData(
        scenario_id=scenario_id,
        resource_id=resource_id,
        purpose=link.purpose,
        status=DataStatus(stages.DATA_LINK.initial),
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    set_fields(session, row.id, link.fields or [])
    return row.id


def set_fields(session: Session, link_id: int, names: Sequence[str]) -> bool:
    """Make the fields needed these; whether that changed anything."""
    query = select(ScenarioField).where(ScenarioField.link_id == link_id).order_by(col(ScenarioField.id))
    if [row.name for row in session.exec(query)] == list(names):
        return False
    session.execute(delete(ScenarioField).where(col(ScenarioField.link_id) == link_id))
    rows = [{"link_id": link_id, "name": name, "key": rules.item_key(name)} for name in names]
    if rows:
        session.execute(insert(ScenarioField), rows)
    return True


def remove(session: Session, row: ScenarioData) -> None:
    """Forget that a scenario needs a resource. The steps its request took stay."""
    session.execute(delete(ScenarioField).where(col(ScenarioField.link_id) == row.id))
    session.delete(row)


def note_step(session: Session, actor: Actor, row: ScenarioData, do: str, day: date, reason: str) -> None:
    """Write a step of a request down, for good."""
    session.add(
        DataRequestStep(
            scenario_id=row.scenario_id,
            resource_id=row.resource_id,
            do=do,
            status=row.status,
            day=day,
            reason=reason,
            organisation_id=actor.organisation_id,
            actor_id=actor.account_id,
            at=clock.now(),
        )
    )


def _require_known(session: Session, resource_ids: set[int]) -> None:
    known = set(session.exec(select(DataResource.id).where(col(DataResource.id).in_(resource_ids))))
    if known != resource_ids:
        raise NotFound("所选数据资源中有的已不存在。", "请重新选择数据资源。")
