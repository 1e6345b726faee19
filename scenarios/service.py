"""Commands about scenarios: one function a use case. Needs: `need_service`; data: `request_service`."""

from __future__ import annotations

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Duplicate, Invalid, WrongState
from core.words import ScenarioState
from db import audit
from db.session import check_version, write
from db.tables import (
    Scenario,
    ScenarioVersion,
)
from scenarios import (
    appraisal_service,
    content,
    data_links,
    dossier,
    dossier_queries,
    duplicates,
    duty_service,
    duty_tree,
    linking,
    rules,
    stages,
    version_service,
    writing,
)
from scenarios.domain_service import require_domain
from scenarios.schemas import ScenarioIn, VersionIn
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
    submitted; a submission begins an appraisal, whose decision is `appraisal_service.decide`."""
    # Read before the transaction: comparing with thousands of texts must not hold up other writers.
    alike = duplicates.find(scenario_id) if do == stages.SUBMIT else []
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        if do in stages.BY_PILOT:
            raise WrongState(f"“{do}”随试点启动自动完成，不能单独办理。", "请从场景页发起试点。")
        if do in stages.BY_APPRAISAL.values():
            raise WrongState(f"“{do}”由论证决定，不能单独办理。", "请在场景的“论证情况”页作出决定。")
        _authorise(actor, row.state, do, subject)
        check_version(row, seen_version)
        if do == stages.SUBMIT:
            _require_complete(session, scenario_id)
            appraisal_service.open_round(session, actor, row, alike)
        return dossier.take(session, actor, row, do, reason)


def mark_piloting(session: Session, actor: Actor, scenario_id: int) -> None:
    """A pilot of the scenario starts: 已立项 or 迭代中 → 试点中, in the caller's transaction. A further pilot
    of one that is already 试点中, 评估中 or 推广中 leaves it there; any other state is refused."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_MOVE, subject)
    if row.state not in stages.PILOTABLE:
        raise WrongState(f"场景当前为“{row.state.label}”，不能启动试点。", "场景立项后才能试点。")
    for step in stages.SCENARIO.steps_from(row.state):
        if step.do in stages.BY_PILOT:
            dossier.take(session, actor, row, step.do, "")


def mark_evaluating(session: Session, actor: Actor, scenario_id: int) -> None:
    """A pilot goes into evaluation: 试点中 → 评估中, in the caller's transaction. Other states stay as they
    are: the scenario has already gone on."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_MOVE, subject)
    if row.state is ScenarioState.PILOTING:
        dossier.take(session, actor, row, stages.EVALUATE, "")


def iterate(session: Session, actor: Actor, scenario_id: int, data: VersionIn) -> int:
    """A pilot goes on with a changed scenario: by way of 评估中 and 迭代中 back to 试点中, with its next version,
    whose id is returned; in the caller's transaction. A version that somebody opened and edited before is the
    one that is tried."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_MOVE, subject)
    if row.state not in (ScenarioState.PILOTING, ScenarioState.EVALUATING, ScenarioState.ITERATING):
        raise WrongState(f"场景当前为“{row.state.label}”，不能迭代。", "试点中、评估中的场景才能迭代。")
    if row.state is ScenarioState.PILOTING:
        dossier.take(session, actor, row, stages.EVALUATE, "")
    if row.state is ScenarioState.EVALUATING:
        dossier.take(session, actor, row, stages.ITERATE, data.feedback)
    if not dossier_queries.newest(session, row).open:
        version_service.begin_version(session, actor, scenario_id, data)
        session.flush()
    dossier.take(session, actor, row, stages.RESTART, "")
    return dossier_queries.newest(session, row).id


# -- within a transaction ---------------------------------------------------------------------


def _set_parts(session: Session, actor: Actor, scenario_id: int, data: ScenarioIn) -> None:
    linking.set_partners(session, scenario_id, data.partners)
    linking.set_needs(session, actor, scenario_id, data.needs)
    linking.set_reforms(session, scenario_id, data.reforms)
    data_links.set_links(session, actor, scenario_id, data.data)
    if data.responsibilities is not None:
        duty_service.replace_list(session, actor, scenario_id, data.responsibilities)


def _authorise(actor: Actor, state: ScenarioState, do: str, subject: Subject) -> None:
    """Permission first; that the step is possible at all is then `Workflow.take`'s to say."""
    for step in stages.SCENARIO.steps:
        if step.do == do and state in step.sources:
            require(actor, Permission(step.permission), subject)


def _require_complete(session: Session, scenario_id: int) -> None:
    names = duty_tree.organisation_names(session)
    found = duty_tree.findings(duty_tree.tree(session, scenario_id), {}, names)
    gaps = [f"{gap.item}：{gap.message}" for gap in found if gap.error]
    if gaps:
        raise Invalid(gaps, "请先补全责任清单，再提交论证。")
