"""Reads about the supervision of a pilot: its plan in every edition, and whether its errors are tolerated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may
from core.errors import NotFound
from core.words import (
    FindingVerdict,
    SupervisionMode,
    ToleranceCondition,
    ToleranceOutcome,
)
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    Organisation,
    Pilot,
    PilotMember,
    Scenario,
    SupervisionPlan,
    ToleranceDecision,
)
from metrics import defined
from metrics.model import Indicator
from metrics.tripping import Threshold
from pilots import queries
from pilots.supervision_rules import mode_for
from pilots.supervision_schemas import TriggerIn
from scenarios import domain_queries

TOLERANCE = "tolerance"  # what its files hang on


@dataclass(frozen=True)
class Trigger:
    """A trigger in words: “按时办结率 达到或低于 80.00%”, and what follows."""

    words: str
    data: TriggerIn


@dataclass(frozen=True)
class Plan:
    """One edition of a plan."""

    edition: int
    mode: SupervisionMode
    organisation_id: int
    organisation: str
    area: str
    people: str
    data: str
    start_on: date
    end_on: date
    triggers: tuple[Trigger, ...]
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Supervised:
    """What the supervision page shows of a pilot: the mode its domain asks for, and its plans, newest first."""

    domain: str
    mode: SupervisionMode
    plans: tuple[Plan, ...]

    @property
    def plan(self) -> Plan | None:
        return self.plans[0] if self.plans else None


@dataclass(frozen=True)
class Condition:
    condition: ToleranceCondition
    verdict: FindingVerdict
    finding: str
    evidence: str


@dataclass(frozen=True)
class Tolerance:
    """A decision whether a pilot's errors are tolerated."""

    id: int
    outcome: ToleranceOutcome
    conditions: tuple[Condition, ...]
    reason: str
    by: str
    at: datetime
    files: tuple[Attached, ...]


def supervised(actor: Actor, pilot_id: int) -> Supervised | None:
    """How a pilot is supervised; None when it is not the actor's to see."""
    with read() as session:
        pilot = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        if pilot is None:
            return None
        domain = session.get_one(Scenario, pilot.scenario_id).domain
        indicators = indicators_of(session, pilot)
        rows = session.execute(
            select(SupervisionPlan, Organisation.name, Account.name)
            .join(Organisation, col(Organisation.id) == SupervisionPlan.organisation_id)
            .outerjoin(Account, col(Account.id) == SupervisionPlan.set_by)
            .where(SupervisionPlan.pilot_id == pilot_id)
            .order_by(col(SupervisionPlan.edition).desc())
        ).all()
        plans = []
        for row, organisation, by in rows:
            triggers = []
            for kept in row.triggers:
                data = TriggerIn(**kept)
                known = indicators.get(data.code)
                threshold = Threshold(data.basis, data.side, data.threshold)
                triggers.append(Trigger(threshold.words(known) if known else data.code, data))
            plans.append(
                Plan(
                    edition=row.edition,
                    mode=row.mode,
                    organisation_id=row.organisation_id,
                    organisation=organisation,
                    area=row.area,
                    people=row.people,
                    data=row.data,
                    start_on=row.start_on,
                    end_on=row.end_on,
                    triggers=tuple(triggers),
                    reason=row.reason,
                    by=by or "命令行",
                    at=row.set_at,
                )
            )
        return Supervised(domain, mode_for(domain_queries.touches_safety(session, domain)), tuple(plans))


def indicators(actor: Actor, pilot_id: int) -> list[Indicator]:
    """What a pilot's triggers may look at."""
    with read() as session:
        pilot = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        return [] if pilot is None else list(indicators_of(session, pilot).values())


def indicators_of(session: Session, pilot: Pilot) -> dict[str, Indicator]:
    """The pilot's indicators by code, in the version that is reported last."""
    asked = defined.askings(session, pilot.collection_id)
    return {item.indicator.code: item.indicator for item in sorted(asked, key=lambda item: item.indicator.version)}


def newest(session: Session, pilot_id: int) -> SupervisionPlan | None:
    """The plan that counts, for whoever has already asked who may see the pilot."""
    return session.exec(
        select(SupervisionPlan)
        .where(SupervisionPlan.pilot_id == pilot_id)
        .order_by(col(SupervisionPlan.edition).desc())
        .limit(1)
    ).first()


def decisions(actor: Actor, pilot_id: int) -> list[Tolerance]:
    """The decisions on a pilot's errors, newest first."""
    with read() as session:
        if session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first() is None:
            return []
        return decisions_of(session, pilot_id)


def decisions_of(session: Session, pilot_id: int) -> list[Tolerance]:
    """The same for whoever has already asked who may see the pilot."""
    rows: Sequence[tuple[ToleranceDecision, str]] = session.exec(
        select(ToleranceDecision, Account.name)
        .join(Account, col(Account.id) == ToleranceDecision.decided_by)
        .where(ToleranceDecision.pilot_id == pilot_id)
        .order_by(col(ToleranceDecision.id).desc())
    ).all()
    kept = files.attached(session, TOLERANCE, [row.id or 0 for row, _ in rows])
    return [
        Tolerance(
            id=row.id or 0,
            outcome=row.outcome,
            conditions=tuple(
                Condition(
                    ToleranceCondition(item["condition"]),
                    FindingVerdict(item["verdict"]),
                    item["finding"],
                    item["evidence"],
                )
                for item in row.findings
            ),
            reason=row.reason,
            by=by,
            at=row.decided_at,
            files=tuple(file for file in kept if file.entity_id == row.id),
        )
        for row, by in rows
    ]


def may_decide(actor: Actor, pilot_id: int) -> Answer:
    """Whether the actor may decide on this pilot's errors, and if not why not."""
    with read() as session:
        pilot = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        if pilot is None:
            return may(actor, Permission.TOLERANCE_DECIDE)
        return may(actor, Permission.TOLERANCE_DECIDE, runner_of(session, actor, pilot))


def file_content(actor: Actor, pilot_id: int, attachment_id: int) -> bytes:
    """A file of a decision, for those who see the pilot."""
    known = {file.id for item in decisions(actor, pilot_id) for file in item.files}
    if attachment_id not in known:
        raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
    with read() as session:
        return files.content(session, attachment_id)


def runner_of(session: Session, actor: Actor, pilot: Pilot) -> Subject:
    """What 容错认定 asks about: who designed the pilot, and whether the actor worked on it."""
    by_name = (
        col(PilotMember.account_id).is_(None)  # somebody without an account, or nobody has said which
        & (col(PilotMember.name) == actor.name)
        & (col(PilotMember.organisation_id).is_(None) | (col(PilotMember.organisation_id) == actor.organisation_id))
    )
    worked = session.exec(
        select(PilotMember.id).where(
            PilotMember.pilot_id == pilot.id, (col(PilotMember.account_id) == actor.account_id) | by_name
        )
    ).first()
    authors = frozenset({actor.account_id}) if worked is not None and actor.account_id is not None else frozenset()
    return Subject(created_by=pilot.created_by, authors=authors)
