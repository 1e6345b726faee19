"""Commands about the data a scenario needs: name it, ask for it, answer, connect, let go."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import DataStatus, ScenarioState
from db import audit
from db.session import check_version, write
from db.tables import DataResource, Scenario, ScenarioData
from scenarios import data_links, dossier, stages
from scenarios.resource_schemas import DataLinkIn

_CLOSED = frozenset({ScenarioState.REFUSED, ScenarioState.RETIRED})


def add_link(actor: Actor, scenario_id: int, data: DataLinkIn) -> int:
    """Name one more resource that a scenario needs; returns the link's id. The design may find out what it needs
    at any time before the scenario has ended."""
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        require(actor, Permission.DATA_REQUEST, subject)
        _require_open(row)
        link_id = data_links.add(session, actor, scenario_id, data)
        resource = session.get_one(DataResource, session.get_one(ScenarioData, link_id).resource_id)
        _count(session, row)
        changes = {"do": f"需要“{resource.name}”", "purpose": data.purpose, "fields": data.fields or []}
        audit.record(session, actor.account_id, "scenario:data", "scenario", scenario_id, changes)
        return link_id


def edit_link(actor: Actor, link_id: int, data: DataLinkIn, *, seen_version: int) -> None:
    """Say anew what a resource is wanted for and which fields are needed. Once asked for, that stands: what was
    granted is what was asked."""
    with write() as session:
        link, row, resource, subject = _load(session, actor, link_id)
        require(actor, Permission.DATA_REQUEST, subject)
        check_version(link, seen_version)
        if link.status not in (DataStatus.NOT_REQUESTED, DataStatus.REFUSED):
            raise WrongState(
                f"“{resource.name}”{link.status.label}，用途和信息项不能再改。",
                "请先撤回申请；已批准的，移除后按新的用途重新申请。",
            )
        before = link.purpose
        link.purpose = data.purpose
        flag_modified(link, "purpose")
        if data.fields is not None:
            data_links.set_fields(session, link_id, data.fields)
        _count(session, row)
        changes = {"do": f"修改“{resource.name}”的用途", "purpose": [before, data.purpose], "fields": data.fields}
        audit.record(session, actor.account_id, "scenario:data", "scenario", row.id, changes)


def remove_link(actor: Actor, link_id: int, reason: str = "", *, seen_version: int) -> None:
    """A scenario no longer needs a resource. When its request was under way or granted, that takes a reason,
    which the provider reads in the resource's history."""
    with write() as session:
        link, row, resource, subject = _load(session, actor, link_id)
        require(actor, Permission.DATA_REQUEST, subject)
        check_version(link, seen_version)
        reason = reason.strip()
        if link.status is not DataStatus.NOT_REQUESTED and len(reason) < 4:
            raise Invalid([f"“{resource.name}”{link.status.label}，移除须写明理由（不少于 4 个字）"])
        if link.requested_on is not None:
            data_links.note_step(session, actor, link, "移除需求", clock.today(), reason)
        data_links.remove(session, link)
        _count(session, row)
        changes = {"do": f"不再需要“{resource.name}”", "from": link.status}
        audit.record(session, actor.account_id, "scenario:data", "scenario", row.id, changes, reason)


def move(actor: Actor, link_id: int, do: str, reason: str = "", *, on: date, seen_version: int) -> DataStatus:
    """Take one step of a request on a day: the scenario's team asks, withdraws and records the connection, the
    provider grants or refuses. Staff who write down a provider's answer say what it rests on."""
    with write() as session:
        link, row, resource, subject = _load(session, actor, link_id)
        reason = reason.strip()
        answering = Subject(organisation_id=resource.provider_id, asked_by=link.asking_id)
        for possible in stages.DATA_LINK.steps_from(link.status):
            if possible.do == do:  # who may comes before whether it can be done
                about = answering if do in stages.ANSWERS else subject
                require(actor, Permission(possible.permission), about)
        step = stages.DATA_LINK.take(link.status, do, reason)
        check_version(link, seen_version)
        _require_open(row)
        if do in stages.ANSWERS and actor.organisation_id != resource.provider_id and len(reason) < 4:
            raise Invalid(
                [f"代“{resource.name}”的提供单位登记答复，须写明依据（如复函文号，不少于 4 个字）"],
                "提供单位也可以用自己的账号答复。",
            )
        _require_in_order(link, do, on)
        changes = {"do": f"{do}：{resource.name}", "from": link.status, "to": step.target, "on": on}
        _set(link, actor, do, DataStatus(step.target), on, reason)
        data_links.note_step(session, actor, link, do, on, reason)
        audit.record(session, actor.account_id, "scenario:data", "scenario", row.id, changes, reason)
        return link.status


# -- within a transaction ---------------------------------------------------------------------


def _load(session: Session, actor: Actor, link_id: int) -> tuple[ScenarioData, Scenario, DataResource, Subject]:
    link = session.get(ScenarioData, link_id)
    row, subject = dossier.load(session, actor, link.scenario_id if link else 0)
    assert link is not None
    resource = session.get(DataResource, link.resource_id)
    if resource is None:
        raise NotFound("没有找到这项数据资源。")
    return link, row, resource, subject


def _require_open(row: Scenario) -> None:
    if row.state in _CLOSED:
        raise WrongState(f"场景“{row.state.label}”，不再办理数据申请。")


def _count(session: Session, row: Scenario) -> None:
    """A form of the scenario that is open somewhere must not undo this: the version counts it."""
    flag_modified(row, "name")
    session.flush()


def _require_in_order(link: ScenarioData, do: str, on: date) -> None:
    if on > clock.today():
        raise Invalid(["办理日期不能晚于今天"])
    before = {stages.CONNECT: link.answered_on, stages.ASK: link.answered_on}.get(do, link.requested_on)
    if before and on < before:
        raise Invalid([f"办理日期早于上一步（{before}）"])


def _set(link: ScenarioData, actor: Actor, do: str, target: DataStatus, on: date, reason: str) -> None:
    link.status = target
    if do == stages.ASK:
        link.requested_on, link.answered_on, link.asking_id = on, None, actor.organisation_id
        link.refused_because = ""
    elif do == stages.WITHDRAW:
        link.requested_on = link.asking_id = None
    elif do == stages.CONNECT:
        link.connected_on = on
    else:
        link.answered_on = on
        link.refused_because = reason if do == stages.DENY else ""
