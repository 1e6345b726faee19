"""Reads of one dossier's parts within a session: whose it is, partners, reform items, versions. Whether the
actor sees the scenario at all is asked before (`queries.readable`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Subject
from core import clock
from core.words import Decision, PartnerRole, ScenarioState
from db.tables import (
    Account,
    Appraisal,
    AppraisalReviewer,
    Organisation,
    ReformItem,
    Scenario,
    ScenarioPartner,
    ScenarioVersion,
)
from scenarios import stages
from scenarios.content import Content


@dataclass(frozen=True)
class PartnerView:
    organisation_id: int
    organisation: str
    role: PartnerRole
    task: str


@dataclass(frozen=True)
class ReformView:
    """A reform item; `version` is its row's."""

    id: int
    barrier: str
    measure: str
    outcome: str
    lead_id: int
    lead: str
    due_on: date
    done_on: date | None
    document: str
    version: int

    @property
    def progress(self) -> str:
        if self.done_on:
            return f"已完成（{self.done_on}）"
        return "已超期" if self.due_on < clock.today() else "推进中"


@dataclass(frozen=True)
class VersionView:
    """A version of the design. While it is open the scenario may be edited; once frozen, `content` says what
    it was (None for versions frozen before contents were kept, until the next one is opened)."""

    id: int
    label: str
    changes: str
    feedback: str
    content: Content | None
    frozen_at: datetime | None
    created_by: str
    created_at: datetime

    @property
    def open(self) -> bool:
        return self.frozen_at is None


def subject_of(session: Session, actor: Actor, row: Scenario) -> Subject:
    """What permissions are asked about. A scenario belongs to the organisation that registered it and to
    the one that leads it; for predicates that is the actor's own when it is one of the two."""
    registrar = session.exec(select(Account.organisation_id).where(Account.id == row.created_by)).one()
    owners = {registrar, row.lead_organisation_id}
    authors: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    if row.state is ScenarioState.APPRAISAL:
        asked = session.execute(
            select(Appraisal.authors, AppraisalReviewer.account_id)
            .outerjoin(AppraisalReviewer, col(AppraisalReviewer.appraisal_id) == Appraisal.id)
            .where(Appraisal.scenario_id == row.id, col(Appraisal.decision).is_(None))
        ).all()
        authors = frozenset(key for wrote, _ in asked for key in wrote)
        reviewers = frozenset(key for _, key in asked if key is not None)
    return Subject(
        region_code=row.region_code,
        organisation_id=actor.organisation_id if actor.organisation_id in owners else registrar,
        created_by=row.created_by,
        authors=authors,
        reviewers=reviewers,
        editable=row.state in stages.EDITABLE or (row.state is ScenarioState.ITERATING and newest(session, row).open),
    )


def partners(session: Session, scenario_id: int) -> list[PartnerView]:
    rows = session.exec(
        select(ScenarioPartner, Organisation.name)
        .join(Organisation, col(Organisation.id) == ScenarioPartner.organisation_id)
        .where(ScenarioPartner.scenario_id == scenario_id)
        .order_by(col(ScenarioPartner.position), col(ScenarioPartner.id))
    ).all()
    return [PartnerView(row.organisation_id, name, row.role, row.task) for row, name in rows]


def reforms(session: Session, scenario_id: int) -> list[ReformView]:
    rows = session.exec(
        select(ReformItem, Organisation.name)
        .join(Organisation, col(Organisation.id) == ReformItem.lead_organisation_id)
        .where(ReformItem.scenario_id == scenario_id)
        .order_by(col(ReformItem.position), col(ReformItem.id))
    ).all()
    return [
        ReformView(
            id=row.id or 0,
            barrier=row.barrier,
            measure=row.measure,
            outcome=row.outcome,
            lead_id=row.lead_organisation_id,
            lead=lead,
            due_on=row.due_on,
            done_on=row.done_on,
            document=row.document,
            version=row.version,
        )
        for row, lead in rows
    ]


def scope(session: Session, scenario_id: int) -> str:
    """What an appraisal left of it (核减); "" when it was approved as it was registered, or not yet."""
    query = (
        select(Appraisal.scope)
        .where(Appraisal.scenario_id == scenario_id, col(Appraisal.decision).in_((Decision.PASS, Decision.REDUCE)))
        .order_by(col(Appraisal.round).desc())
    )
    return session.exec(query).first() or ""


def versions(session: Session, scenario_id: int) -> list[VersionView]:
    """Newest first."""
    rows = session.exec(
        select(ScenarioVersion, Account.name)
        .join(Account, col(Account.id) == ScenarioVersion.created_by)
        .where(ScenarioVersion.scenario_id == scenario_id)
        .order_by(col(ScenarioVersion.id).desc())
    ).all()
    return [
        VersionView(
            row.id or 0,
            row.label,
            row.changes,
            row.feedback,
            row.content,
            row.frozen_at,
            author,
            row.created_at,
        )
        for row, author in rows
    ]


def newest(session: Session, row: Scenario) -> VersionView:
    return versions(session, row.id or 0)[0]
