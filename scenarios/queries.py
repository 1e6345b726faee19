"""Reads about scenarios. Every one starts from what the actor may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import false, func, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core.errors import NotFound, WrongState
from core.words import (
    DataStatus,
    GovernanceLevel,
    PersonalInformation,
    Role,
    ScenarioState,
    SecurityLevel,
    sharing_label,
)
from core.workflow import Step
from db.session import read
from db.tables import (
    Account,
    DataResource,
    Need,
    Organisation,
    Region,
    Scenario,
    ScenarioData,
    ScenarioNeed,
    ScenarioVersion,
)
from scenarios import duty_tree, rules, stages
from scenarios.search import normal


@dataclass(frozen=True)
class Link:
    """Another record, named."""

    id: int
    code: str
    name: str
    state: ScenarioState | None = None


@dataclass(frozen=True)
class ScenarioRow:
    """A scenario in a list, with its newest version."""

    id: int
    code: str
    name: str
    domain: str
    state: ScenarioState
    level: GovernanceLevel
    region_code: str
    region: str
    lead_id: int
    lead: str
    version_id: int
    version_label: str
    readiness: rules.Readiness
    needs: int
    created_at: datetime


@dataclass(frozen=True)
class DataView:
    """One use of a resource. `id` and `version` are the link's."""

    id: int
    resource_id: int
    name: str
    provider_id: int
    provider: str
    sharing: str
    security: SecurityLevel
    personal: PersonalInformation
    update_cycle: str
    purpose: str
    status: DataStatus
    requested_on: date | None
    answered_on: date | None
    version: int


@dataclass(frozen=True)
class DutyView:
    """A leaf of the responsibility list."""

    path: tuple[str, ...]
    organisation_id: int | None
    organisation: str
    owner: str
    time_limit: str
    legal_basis: str


@dataclass(frozen=True)
class VersionView:
    id: int
    label: str
    changes: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class ScenarioDetail:
    """The dossier. `version` is the row's, for the next command; `versions` are the design's."""

    row: ScenarioRow
    summary: str
    technologies: str
    created_by: str
    needs: Sequence[Link]
    data: Sequence[DataView]
    duties: Sequence[DutyView]
    findings: Sequence[rules.Finding]
    versions: Sequence[VersionView]
    subject: Subject
    version: int

    @property
    def sensitive(self) -> bool:
        return rules.needs_impact_assessment(view.personal for view in self.data)


def readable(actor: Actor) -> Any:
    """The only start of a read of scenarios: staff see all; a county team and a department those their
    organisation leads, registered or has a part in by the responsibility list; a county team also its
    region's, a department those it feeds with data; and both every scenario past approval, to learn from
    and replicate. Nobody else sees any."""
    query: Any = select(Scenario)
    if actor.is_staff:
        return query
    if not may(actor, Permission.SCENARIO_READ):
        return query.where(false())
    mine = actor.organisation_id
    own = [
        col(Scenario.state).in_(stages.PAST_APPROVAL),
        col(Scenario.lead_organisation_id) == mine,
        col(Scenario.created_by).in_(colleagues(actor)),
        col(Scenario.id).in_(duty_tree.concerned(mine)),
    ]
    if actor.role is Role.COUNTY:
        own.append(col(Scenario.region_code) == actor.region_code)
    else:
        own.append(
            col(Scenario.id).in_(
                select(ScenarioData.scenario_id)
                .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
                .where(DataResource.provider_id == mine)
            )
        )
    return query.where(or_(*own))


def colleagues(actor: Actor) -> Any:
    return select(Account.id).where(Account.organisation_id == actor.organisation_id)


def scenarios(
    actor: Actor,
    *,
    search: str = "",
    domain: str | None = None,
    states: Collection[ScenarioState] = (),
    region_code: str | None = None,
) -> list[ScenarioRow]:
    """Scenarios, newest first. `search` finds parts of name and code, and pinyin initials."""
    query = readable(actor)
    if wanted := normal(search):
        query = query.where(col(Scenario.search_text).contains(wanted, autoescape=True))
    if domain:
        query = query.where(Scenario.domain == domain)
    if states:
        query = query.where(col(Scenario.state).in_(states))
    if region_code:
        query = query.where(Scenario.region_code == region_code)
    with read() as session:
        return _scenario_rows(session, query)


def pilotable(actor: Actor) -> list[ScenarioRow]:
    """Scenarios of which a pilot may start now."""
    return scenarios(actor, states=stages.PILOTABLE)


def current_version(session: Session, actor: Actor, scenario_id: int) -> VersionView:
    """The version a new pilot tries out, read in the caller's transaction. Raises NotFound, or WrongState
    when no pilot may start."""
    row = session.scalars(readable(actor).where(Scenario.id == scenario_id)).first()
    if row is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请重新选择场景。")
    if row.state not in stages.PILOTABLE:
        raise WrongState(f"场景当前为“{row.state.label}”，不能发起试点。", "场景立项后才能试点。")
    return _versions(session, scenario_id)[0]


def scenario(actor: Actor, scenario_id: int | None) -> ScenarioDetail | None:
    if scenario_id is None:
        return None
    with read() as session:
        query = readable(actor).where(Scenario.id == scenario_id)
        row = session.scalars(query).first()
        if row is None:
            return None
        author, registrar = session.exec(
            select(Account.name, Account.organisation_id).where(Account.id == row.created_by)
        ).one()
        linked = session.exec(
            select(Need.id, Need.code, Need.title)
            .join(ScenarioNeed, col(ScenarioNeed.need_id) == Need.id)
            .where(ScenarioNeed.scenario_id == scenario_id)
            .order_by(Need.code)
        ).all()
        nodes = duty_tree.tree(session, scenario_id)
        names = duty_tree.organisation_names(session)
        return ScenarioDetail(
            row=_scenario_rows(session, query)[0],
            summary=row.summary,
            technologies=row.technologies,
            created_by=author,
            needs=[Link(key or 0, code, title) for key, code, title in linked],
            data=_data(session, scenario_id),
            duties=[_duty(node, names) for node in nodes if node.content],
            findings=duty_tree.findings(nodes, duty_tree.answers(session, [scenario_id]), names),
            versions=_versions(session, scenario_id),
            subject=subject_of(actor, row, registrar),
            version=row.version,
        )


def subject_of(actor: Actor, row: Scenario, registrar: int) -> Subject:
    """What permissions are asked about. A scenario belongs to the organisation that registered it and to
    the one that leads it; for predicates that is the actor's own when it is one of the two."""
    owners = {registrar, row.lead_organisation_id}
    return Subject(
        region_code=row.region_code,
        organisation_id=actor.organisation_id if actor.organisation_id in owners else registrar,
        created_by=row.created_by,
        editable=row.state in stages.EDITABLE,
    )


def steps(actor: Actor, detail: ScenarioDetail) -> list[Step]:
    """The buttons this person has now. Steps that a pilot takes are never among them."""
    return [
        step
        for step in stages.SCENARIO.steps_from(detail.row.state)
        if step.do not in stages.BY_PILOT and may(actor, Permission(step.permission), detail.subject)
    ]


def blocked(actor: Actor, detail: ScenarioDetail) -> str:
    """Why this person has no button now; "" when the workflow has ended or only waits for a pilot."""
    waiting = [step for step in stages.SCENARIO.steps_from(detail.row.state) if step.do not in stages.BY_PILOT]
    return may(actor, Permission(waiting[0].permission), detail.subject).reason if waiting else ""


def _duty(node: duty_tree.Node, names: Mapping[int, str]) -> DutyView:
    content = node.content
    assert content is not None
    return DutyView(
        content.path,
        content.organisation_id,
        content.shown("organisation_id", names),
        content.owner,
        content.time_limit,
        content.legal_basis,
    )


def _scenario_rows(session: Session, query: Any) -> list[ScenarioRow]:
    found = session.execute(
        query.join(Organisation, col(Organisation.id) == Scenario.lead_organisation_id)
        .join(Region, col(Region.code) == Scenario.region_code)
        .add_columns(func.coalesce(func.nullif(Organisation.short_name, ""), Organisation.name), Region.name)
        .order_by(col(Scenario.id).desc())
    ).all()
    ids = [row.id for row, *_ in found]
    statuses: dict[int, list[DataStatus]] = defaultdict(list)
    for key, status in session.exec(
        select(ScenarioData.scenario_id, ScenarioData.status).where(col(ScenarioData.scenario_id).in_(ids))
    ):
        statuses[key].append(DataStatus(status))
    newest = {
        key: (version_id or 0, label)
        for key, version_id, label in session.exec(
            select(ScenarioVersion.scenario_id, ScenarioVersion.id, ScenarioVersion.label)
            .where(col(ScenarioVersion.scenario_id).in_(ids))
            .order_by(col(ScenarioVersion.id))
        )
    }
    asked = Counter(session.exec(select(ScenarioNeed.scenario_id).where(col(ScenarioNeed.scenario_id).in_(ids))).all())
    return [
        ScenarioRow(
            id=row.id,
            code=row.code,
            name=row.name,
            domain=row.domain,
            state=row.state,
            level=row.level,
            region_code=row.region_code,
            region=region,
            lead_id=row.lead_organisation_id,
            lead=lead,
            version_id=newest[row.id][0],
            version_label=newest[row.id][1],
            readiness=rules.readiness(statuses[row.id]),
            needs=asked[row.id],
            created_at=row.created_at,
        )
        for row, lead, region in found
    ]


def _data(session: Session, scenario_id: int) -> list[DataView]:
    rows = session.exec(
        select(ScenarioData, DataResource, Organisation.name)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .join(Organisation, col(Organisation.id) == DataResource.provider_id)
        .where(ScenarioData.scenario_id == scenario_id)
        .order_by(col(ScenarioData.id))
    ).all()
    return [
        DataView(
            id=link.id or 0,
            resource_id=link.resource_id,
            name=resource.name,
            provider_id=resource.provider_id,
            provider=provider,
            sharing=sharing_label(resource.sharing_scheme, resource.sharing),
            security=resource.security_level,
            personal=resource.personal_information,
            update_cycle=resource.update_cycle,
            purpose=link.purpose,
            status=link.status,
            requested_on=link.requested_on,
            answered_on=link.answered_on,
            version=link.version,
        )
        for link, resource, provider in rows
    ]


def _versions(session: Session, scenario_id: int) -> list[VersionView]:
    """Newest first."""
    rows = session.exec(
        select(ScenarioVersion, Account.name)
        .join(Account, col(Account.id) == ScenarioVersion.created_by)
        .where(ScenarioVersion.scenario_id == scenario_id)
        .order_by(col(ScenarioVersion.id).desc())
    ).all()
    return [VersionView(row.id or 0, row.label, row.changes, author, row.created_at) for row, author in rows]
