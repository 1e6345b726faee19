"""What a scenario is tied to: needs, partners, reform items. Each list is replaced whole, within the caller's
transaction; what stays keeps its row and what has happened to it since."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from db.tables import Need, Organisation, ReformItem, ScenarioNeed, ScenarioPartner
from scenarios import need_queries
from scenarios.schemas import PartnerIn, ReformIn


def set_needs(session: Session, actor: Actor, scenario_id: int, wanted: Sequence[int]) -> None:
    visible = need_queries.readable_needs(actor).with_only_columns(Need.id).where(col(Need.id).in_(wanted))
    if set(session.scalars(visible)) != set(wanted):
        raise NotFound("所选需求中有的已不存在，或您无权使用。", "请重新选择对应需求。")
    need_queries.require_unmerged(session, wanted)
    current = {
        row.need_id: row for row in session.exec(select(ScenarioNeed).where(ScenarioNeed.scenario_id == scenario_id))
    }
    for need_id in set(current) - set(wanted):
        session.delete(current[need_id])
    session.add_all(ScenarioNeed(scenario_id=scenario_id, need_id=need_id) for need_id in set(wanted) - set(current))


def set_partners(session: Session, scenario_id: int, wanted: Sequence[PartnerIn]) -> None:
    require_organisations(session, {partner.organisation_id for partner in wanted})
    current = {
        (row.organisation_id, row.role): row
        for row in session.exec(select(ScenarioPartner).where(ScenarioPartner.scenario_id == scenario_id))
    }
    kept = {(partner.organisation_id, partner.role) for partner in wanted}
    for key in set(current) - kept:
        session.delete(current[key])
    for position, partner in enumerate(wanted):
        row = current.get((partner.organisation_id, partner.role)) or ScenarioPartner(
            scenario_id=scenario_id, organisation_id=partner.organisation_id, role=partner.role
        )
        row.task, row.position = partner.task, position
        session.add(row)


def set_reforms(session: Session, scenario_id: int, wanted: Sequence[ReformIn]) -> None:
    """An item is the same while its barrier and its measure are: then it stays done if it was."""
    require_organisations(session, {item.lead_organisation_id for item in wanted})
    current = {
        (row.barrier, row.measure): row
        for row in session.exec(select(ReformItem).where(ReformItem.scenario_id == scenario_id))
    }
    kept = {(item.barrier, item.measure) for item in wanted}
    for key in set(current) - kept:
        session.delete(current[key])
    for position, item in enumerate(wanted):
        row = current.get((item.barrier, item.measure))
        if row is None:
            session.add(ReformItem(scenario_id=scenario_id, position=position, **item.model_dump()))
            continue
        row.outcome, row.lead_organisation_id = item.outcome, item.lead_organisation_id
        row.due_on, row.position = item.due_on, position


def require_organisations(session: Session, wanted: Collection[int]) -> None:
    known = set(session.exec(select(Organisation.id).where(col(Organisation.id).in_(wanted))))
    if known != set(wanted):
        raise NotFound("所选单位中有的已不存在。", "请刷新页面重新选择单位。")
