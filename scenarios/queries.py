"""Reads about scenarios. Every one starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import case, false, func, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.errors import NotFound, WrongState
from core.words import (
    GovernanceLevel,
    OpeningState,
    Role,
    ScenarioState,
)
from core.workflow import Step
from db.session import read
from db.tables import (
    Account,
    Appraisal,
    AppraisalReviewer,
    DataResource,
    Need,
    Opening,
    Organisation,
    ReformItem,
    Region,
    Scenario,
    ScenarioData,
    ScenarioNeed,
    ScenarioVersion,
)
from regions import groups
from scenarios import data_views, dossier_queries, duty_tree, rules, stages
from scenarios.content import Content
from scenarios.data_views import DataView
from scenarios.dossier_queries import PartnerView, ReformView, VersionView
from scenarios.resource_rules import Readiness
from scenarios.search import where


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
    readiness: Readiness
    needs: int
    reforms: int
    openings: int  # ways in for partners that are open now
    created_at: datetime

    @property
    def untraced(self) -> str:
        """What 三张清单 miss of it; "" when it leads back to a need and on to a reform."""
        return "、".join(what for what, count in (("需求", self.needs), ("改革事项", self.reforms)) if not count)


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
class ScenarioDetail:
    """The dossier. `version` is the row's, for the next command; `versions` are the design's."""

    row: ScenarioRow
    summary: str
    design: str
    scope: str
    technologies: str
    created_by: str
    partners: Sequence[PartnerView]
    needs: Sequence[Link]
    reforms: Sequence[ReformView]
    data: Sequence[DataView]
    duties: Sequence[DutyView]
    findings: Sequence[rules.Finding]
    versions: Sequence[VersionView]
    subject: Subject
    version: int

    @property
    def content(self) -> Content:
        """What it says, in words."""
        return {
            "name": self.row.name,
            "domain": self.row.domain,
            "region": self.row.region,
            "level": self.row.level.label,
            "lead": self.row.lead,
            "partners": ["　".join(filter(None, (v.organisation, v.role.label, v.task))) for v in self.partners],
            "summary": self.summary,
            "design": self.design,
            "scope": self.scope,
            "technologies": self.technologies,
            "needs": [f"{link.code} {link.name}" for link in self.needs],
            "reforms": [f"{v.barrier} → {v.measure} → {v.outcome}（{v.lead}，{v.due_on}）" for v in self.reforms],
            "data": [f"{view.name}（{view.provider}）：{view.purpose}" for view in self.data],
            "duties": [f"{' › '.join(v.path)}（{v.organisation or '缺责任单位'}）" for v in self.duties],
        }


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
        own.append(col(Scenario.id).in_(_asked_to_review(actor)))
        own.append(
            col(Scenario.id).in_(
                select(ScenarioData.scenario_id)
                .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
                .where(DataResource.provider_id == mine)
            )
        )
    return query.where(or_(*own))


def _asked_to_review(actor: Actor) -> Any:
    return (
        select(Appraisal.scenario_id)
        .join(AppraisalReviewer, col(AppraisalReviewer.appraisal_id) == Appraisal.id)
        .where(AppraisalReviewer.account_id == actor.account_id)
    )


def colleagues(actor: Actor) -> Any:
    return select(Account.id).where(Account.organisation_id == actor.organisation_id)


def scenarios(
    actor: Actor,
    *,
    search: str = "",
    domain: str | None = None,
    states: Collection[ScenarioState] = (),
    level: GovernanceLevel | None = None,
    region_code: str | None = None,
    group: str | None = None,
    lead_id: int | None = None,
) -> list[ScenarioRow]:
    """Scenarios, those that wait for somebody first (`stages.ORDER`), newest first among equals.

    `search` finds parts of name, code and summary, pinyin and pinyin initials; hits in the name come first.
    A city or province stands for all of it; `group` is a region group of today.
    """
    query = readable(actor).where(where(search, Scenario.search_text, Scenario.search_more))
    if domain:
        query = query.where(Scenario.domain == domain)
    if states:
        query = query.where(col(Scenario.state).in_(states))
    if level:
        query = query.where(Scenario.level == level)
    if region_code:
        query = query.where(col(Scenario.region_code).startswith(within(region_code)))
    if lead_id:
        query = query.where(Scenario.lead_organisation_id == lead_id)
    with read() as session:
        if group:
            codes = session.exec(select(Scenario.region_code).distinct()).all()
            member = groups.memberships(session, codes, clock.today())
            query = query.where(
                col(Scenario.region_code).in_([code for code in codes if _group(member, code) == group])
            )
        named_first = case((where(search, Scenario.search_text), 0), else_=1)
        waiting_first = case({state: place for place, state in enumerate(stages.ORDER)}, value=col(Scenario.state))
        return _scenario_rows(session, query, named_first, waiting_first, col(Scenario.id).desc())


def groups_of_scenarios(actor: Actor) -> list[str]:
    """The region groups of today that scenarios the actor sees belong to."""
    with read() as session:
        codes = session.scalars(readable(actor).with_only_columns(Scenario.region_code).distinct()).all()
        member = groups.memberships(session, codes, clock.today())
        return sorted({name for code in codes if (name := _group(member, code))})


def within(region_code: str) -> str:
    """What the codes of everything in a region begin with: 33 the province, 3305 the city, 330523 the county."""
    return region_code.removesuffix("00").removesuffix("00") if len(region_code) == 6 else region_code


def _group(member: Mapping[str, groups.Membership], code: str) -> str:
    """Cities and provinces are in no group: their counties are."""
    return member[code].name if code in member and len(within(code)) == 6 else ""


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
    return dossier_queries.newest(session, row)


def scenario(actor: Actor, scenario_id: int | None) -> ScenarioDetail | None:
    if scenario_id is None:
        return None
    with read() as session:
        return detail(session, actor, scenario_id)


def detail(session: Session, actor: Actor, scenario_id: int) -> ScenarioDetail | None:
    """The dossier within a session; None when there is none or the actor does not see it."""
    query = readable(actor).where(Scenario.id == scenario_id)
    row = session.scalars(query).first()
    if row is None:
        return None
    author = session.exec(select(Account.name).where(Account.id == row.created_by)).one()
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
        design=row.design,
        scope=dossier_queries.scope(session, scenario_id),
        technologies=row.technologies,
        created_by=author,
        partners=dossier_queries.partners(session, scenario_id),
        needs=[Link(key or 0, code, title) for key, code, title in linked],
        reforms=dossier_queries.reforms(session, scenario_id),
        data=data_views.of_scenario(session, scenario_id),
        duties=[_duty(node, names) for node in nodes if node.content],
        findings=duty_tree.findings(nodes, duty_tree.answers(session, [scenario_id]), names),
        versions=dossier_queries.versions(session, scenario_id),
        subject=dossier_queries.subject_of(session, actor, row),
        version=row.version,
    )


def steps(actor: Actor, detail: ScenarioDetail) -> list[Step]:
    """The buttons this person has now. Steps that a pilot or an appraisal takes are never among them."""
    return [
        step
        for step in stages.SCENARIO.steps_from(detail.row.state)
        if step.do in stages.BUTTONS and may(actor, Permission(step.permission), detail.subject)
    ]


def blocked(actor: Actor, detail: ScenarioDetail) -> str:
    """Why this person has no button now; "" when the workflow has ended or waits for something else."""
    waiting = [step for step in stages.SCENARIO.steps_from(detail.row.state) if step.do in stages.BUTTONS]
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


def _scenario_rows(session: Session, query: Any, *order: Any) -> list[ScenarioRow]:
    """Columns, not objects: a list of thousands is drawn on every rerun."""
    found = session.execute(
        query.join(Organisation, col(Organisation.id) == Scenario.lead_organisation_id)
        .join(Region, col(Region.code) == Scenario.region_code)
        .with_only_columns(
            *map(col, (Scenario.id, Scenario.code, Scenario.name, Scenario.domain, Scenario.state, Scenario.level)),
            *map(col, (Scenario.region_code, Scenario.lead_organisation_id, Scenario.created_at)),
            func.coalesce(func.nullif(Organisation.short_name, ""), Organisation.name),
            Region.name,
        )
        .order_by(*order)
    ).all()
    ids = query.with_only_columns(Scenario.id)
    ready = data_views.readiness(session, ids)
    newest = {
        key: (version_id, label)
        for key, version_id, label in session.execute(
            sqlalchemy.select(col(ScenarioVersion.scenario_id), col(ScenarioVersion.id), col(ScenarioVersion.label))
            .where(col(ScenarioVersion.scenario_id).in_(ids))
            .order_by(col(ScenarioVersion.id))
        )
    }
    needs, reforms, openings = (
        dict(
            session.execute(
                sqlalchemy.select(column, func.count()).where(column.in_(ids), *only).group_by(column)
            ).all()
        )
        for column, *only in (
            (col(ScenarioNeed.scenario_id),),
            (col(ReformItem.scenario_id),),
            (col(Opening.scenario_id), col(Opening.state) == OpeningState.OPEN, col(Opening.deadline) >= clock.today()),
        )
    )
    return [
        ScenarioRow(
            id=key,
            code=code,
            name=name,
            domain=domain,
            state=state,
            level=level,
            region_code=region_code,
            region=region,
            lead_id=lead_id,
            lead=lead,
            version_id=newest[key][0],
            version_label=newest[key][1],
            readiness=ready[key],
            needs=needs.get(key, 0),
            reforms=reforms.get(key, 0),
            openings=openings.get(key, 0),
            created_at=created_at,
        )
        for key, code, name, domain, state, level, region_code, lead_id, created_at, lead, region in found
    ]
