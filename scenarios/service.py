"""Commands about scenarios and their data: one function a use case. Those about needs are in `need_service`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.words import DataStatus, ScenarioState
from db import audit
from db.session import check_version, write
from db.tables import (
    DataResource,
    Scenario,
    ScenarioData,
    ScenarioVersion,
)
from scenarios import content, dossier, duty_service, duty_tree, linking, rules, stages, writing
from scenarios.domain_service import require_domain
from scenarios.schemas import DataLinkIn, ResourceIn, ScenarioIn
from scenarios.search import search_key

_SCENARIO_FIELDS = (
    *("name", "domain", "summary", "design", "technologies", "level", "lead_organisation_id", "region_code"),
)


# -- scenarios -----------------------------------------------------------------------------


def register_scenario(actor: Actor, data: ScenarioIn, *, nonce: str) -> int:
    """Register a scenario with its needs, data, responsibilities and version v1.0, all or nothing.
    The same `nonce` again returns the scenario it made."""
    require(actor, Permission.SCENARIO_CREATE)
    writing.require_home(actor, data.region_code)
    with write() as session:
        code = writing.next_code(session, col(Scenario.code), rules.SCENARIO_PREFIX)
        made = session.exec(select(Scenario.id, Scenario.created_by).where(Scenario.nonce == nonce)).first()
        if made is not None:
            if made[1] != actor.account_id or made[0] is None:
                raise Duplicate("这份表单已经提交过了。", "请刷新页面后重新填写。")
            return made[0]
        require_domain(session, actor, data.domain)
        author, now = writing.author(actor), clock.now()
        row = Scenario(
            code=code,
            state=ScenarioState(stages.SCENARIO.initial),
            search_text=search_key(data.name, code, every_reading=True),
            search_more=search_key(data.summary),
            nonce=nonce,
            created_by=author,
            created_at=now,
            **data.model_dump(include=set(_SCENARIO_FIELDS)),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        session.add(
            ScenarioVersion(
                scenario_id=row.id, label=rules.FIRST_VERSION, changes="首次登记", created_by=author, created_at=now
            )
        )
        _set_parts(session, actor, row.id, data)
        audit.record(
            session,
            actor.account_id,
            "scenario:create",
            "scenario",
            row.id,
            {"code": code, **data.model_dump(mode="json")},
        )
        return row.id


def edit_scenario(actor: Actor, scenario_id: int, data: ScenarioIn, *, seen_version: int) -> None:
    """Replace what was registered, while it is a draft, was returned or has an open version in 迭代中. What
    stays of needs, data and reform items keeps its status, items of the responsibility list that stay their
    confirmations; without `responsibilities` the list is left as it is."""
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        require(actor, Permission.SCENARIO_EDIT, subject)
        writing.require_home(actor, row.region_code, data.region_code)
        check_version(row, seen_version)
        before = dossier.content(session, actor, scenario_id)
        require_domain(session, actor, data.domain, besides=row.domain)
        writing.assign(row, data.model_dump(include=set(_SCENARIO_FIELDS)))
        row.search_text = search_key(row.name, row.code, every_reading=True)
        row.search_more = search_key(row.summary)
        flag_modified(row, "name")  # the version must count changes of the parts too
        _set_parts(session, actor, scenario_id, data)
        changes = content.recorded(content.differences(before, dossier.content(session, actor, scenario_id)))
        audit.record(session, actor.account_id, "scenario:edit", "scenario", scenario_id, changes)


def move(actor: Actor, scenario_id: int, do: str, reason: str = "", *, seen_version: int) -> ScenarioState:
    """Take one step of the workflow; returns the new state. A responsibility list with errors is not
    submitted, and nobody appraises what he registered himself."""
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        if do in stages.BY_PILOT:
            raise WrongState(f"“{do}”随试点启动自动完成，不能单独办理。", "请从场景页发起试点。")
        _authorise(actor, row.state, do, subject)
        check_version(row, seen_version)
        if do == stages.SUBMIT:
            _require_complete(session, scenario_id)
        return _take(session, actor, row, do, reason)


def mark_piloting(session: Session, actor: Actor, scenario_id: int) -> None:
    """A pilot of the scenario starts: 已立项 or 迭代中 → 试点中, in the caller's transaction. A further pilot
    of one that is already 试点中, 评估中 or 推广中 leaves it there; any other state is refused."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_MOVE, subject)
    if row.state not in stages.PILOTABLE:
        raise WrongState(f"场景当前为“{row.state.label}”，不能启动试点。", "场景立项后才能试点。")
    for step in stages.SCENARIO.steps_from(row.state):
        if step.do in stages.BY_PILOT:
            _take(session, actor, row, step.do, "")


def mark_evaluating(session: Session, actor: Actor, scenario_id: int) -> None:
    """A pilot goes into evaluation: 试点中 → 评估中, in the caller's transaction. Other states stay as they
    are: the scenario has already gone on."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_MOVE, subject)
    if row.state is ScenarioState.PILOTING:
        _take(session, actor, row, stages.EVALUATE, "")


# -- data -----------------------------------------------------------------------------------


def add_resource(actor: Actor, data: ResourceIn) -> int:
    """Add a data resource to the catalogue. Who may register a scenario may name the data it needs."""
    require(actor, Permission.SCENARIO_CREATE)
    with write() as session:
        return _add_resource(session, actor, data)


def set_data_status(
    actor: Actor, link_id: int, status: DataStatus, *, on: date, seen_version: int, reason: str = ""
) -> None:
    """Record how a request for data went on a day: 未申请 → 申请中 → 已批准 / 被拒 → 已接入."""
    with write() as session:
        link = session.get(ScenarioData, link_id)
        row, _ = dossier.load(session, actor, link.scenario_id if link else 0)
        assert link is not None
        resource = session.get_one(DataResource, link.resource_id)
        require(actor, Permission.DATA_EDIT, Subject(row.region_code, resource.provider_id))
        check_version(link, seen_version)
        found = [step for step in stages.DATA_LINK.steps_from(link.status) if step.target is status]
        if not found:
            raise WrongState(
                f"“{resource.name}”当前为“{link.status.label}”，不能改为“{status.label}”。",
                "请刷新页面，按 未申请 → 申请中 → 已批准/被拒 → 已接入 的顺序办理。",
            )
        step = stages.DATA_LINK.take(link.status, found[0].do, reason)
        if on > clock.today():
            raise Invalid(["办理日期不能晚于今天"])
        before = link.answered_on or link.requested_on
        if before and on < before:
            raise Invalid([f"办理日期早于上一步（{before}）"])
        if status is DataStatus.REQUESTED:
            link.requested_on, link.answered_on = on, None
        elif status in (DataStatus.GRANTED, DataStatus.REFUSED):
            link.answered_on = on
        changes = {"do": f"{step.do}：{resource.name}", "from": link.status, "to": status, "on": on}
        link.status = status
        audit.record(session, actor.account_id, "scenario:data", "scenario", row.id, changes, reason.strip())


# -- within a transaction ---------------------------------------------------------------------


def _set_parts(session: Session, actor: Actor, scenario_id: int, data: ScenarioIn) -> None:
    linking.set_partners(session, scenario_id, data.partners)
    linking.set_needs(session, actor, scenario_id, data.needs)
    linking.set_reforms(session, scenario_id, data.reforms)
    _set_data(session, actor, scenario_id, data.data)
    if data.responsibilities is not None:
        duty_service.replace_list(session, actor, scenario_id, data.responsibilities)


def _authorise(actor: Actor, state: ScenarioState, do: str, subject: Subject) -> None:
    """Permission first; that the step is possible at all is then `Workflow.take`'s to say."""
    for step in stages.SCENARIO.steps:
        if step.do == do and state in step.sources:
            require(actor, Permission(step.permission), subject)


def _take(session: Session, actor: Actor, row: Scenario, do: str, reason: str) -> ScenarioState:
    step = stages.SCENARIO.take(row.state, do, reason)
    changes = {"do": do, "from": row.state, "to": step.target}
    if step.target in stages.PAST_APPROVAL and step.target is not ScenarioState.ITERATING:
        dossier.freeze(session, actor, row)
    row.state = ScenarioState(step.target)
    audit.record(session, actor.account_id, "scenario:move", "scenario", row.id, changes, reason.strip())
    return row.state


def _require_complete(session: Session, scenario_id: int) -> None:
    names = duty_tree.organisation_names(session)
    found = duty_tree.findings(duty_tree.tree(session, scenario_id), {}, names)
    gaps = [f"{gap.item}：{gap.message}" for gap in found if gap.error]
    if gaps:
        raise Invalid(gaps, "请先补全责任清单，再提交论证。")


def _set_data(session: Session, actor: Actor, scenario_id: int, wanted: Sequence[DataLinkIn]) -> bool:
    current = {
        row.resource_id: row
        for row in session.exec(select(ScenarioData).where(ScenarioData.scenario_id == scenario_id))
    }
    chosen = {link.resource_id for link in wanted}
    known = set(session.exec(select(DataResource.id).where(col(DataResource.id).in_(chosen - {None}))))
    if known != chosen - {None}:
        raise NotFound("所选数据资源中有的已不存在。", "请重新选择数据资源。")
    dropped = set(current) - chosen
    for resource_id in dropped:
        session.delete(current[resource_id])
    changed = bool(dropped)
    for link in wanted:
        existing = current.get(link.resource_id or 0)
        if existing is not None:
            changed |= existing.purpose != link.purpose
            existing.purpose = link.purpose
            continue
        changed = True
        session.add(
            ScenarioData(
                scenario_id=scenario_id,
                resource_id=_add_resource(session, actor, link.new) if link.new else link.resource_id or 0,
                purpose=link.purpose,
                status=DataStatus(stages.DATA_LINK.initial),
            )
        )
    return changed


def _add_resource(session: Session, actor: Actor, data: ResourceIn) -> int:
    code = data.code or writing.next_code(session, col(DataResource.code), rules.RESOURCE_PREFIX)
    row = DataResource(**{**data.model_dump(), "code": code})
    session.add(row)
    session.flush()
    audit.record(session, actor.account_id, "resource:create", "data_resource", row.id, data.model_dump(mode="json"))
    assert row.id is not None
    return row.id
