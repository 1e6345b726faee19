"""Reads about what people say of a pilot, and about the iterations that answer it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Answer, Permission, Subject, may
from core import clock
from core.errors import NotFound
from core.words import FeedbackKind, Role
from db import files
from db.files import Attached
from db.session import read
from db.tables import Account, Feedback, Iteration, Organisation, Pilot, PilotPhase, Region, ScenarioVersion
from pilots import queries
from regions import calendar

FEEDBACK = "feedback"  # what its files hang on


@dataclass(frozen=True)
class FeedbackView:
    """One feedback. `waited` are working days from the day after it was received to its answer, or to today."""

    id: int
    pilot_id: int
    pilot: str
    kind: FeedbackKind
    region_code: str | None
    region: str
    source: str
    text: str
    masked: int
    received_on: date
    logged_by: str
    organisation: str
    answer: str
    answered_by: str
    answered_on: date | None
    waited: int
    iteration_id: int | None
    iteration: str  # “第 1 次迭代”, "" for none
    files: tuple[Attached, ...]
    answers: Answer  # whether the actor may answer, and if not why not
    version: int

    @property
    def open(self) -> bool:
        return self.answered_on is None


@dataclass(frozen=True)
class IterationView:
    """An iteration with the version and the phase it opened and the feedback it answers."""

    id: int
    pilot_id: int
    pilot: str
    number: int
    changes: str
    reason: str
    version_before: str
    scenario_id: int
    scenario_version: str
    phase: str
    phase_start_on: date
    phase_end_on: date
    by: str
    at: datetime
    feedback: tuple[FeedbackView, ...]

    @property
    def name(self) -> str:
        return f"第 {self.number} 次迭代"


def readable(actor: Actor) -> SelectOfScalar[Feedback]:
    """Feedback an actor sees: of the pilots that are his to see (a county: of its region), and what his
    organisation logged."""
    query = select(Feedback)
    if actor.is_staff:
        return query
    if actor.role not in (Role.COUNTY, Role.DEPARTMENT) or actor.organisation_id is None:
        return query.where(col(Feedback.id).is_(None))
    concerned = col(Feedback.pilot_id).in_(queries.readable(actor).with_only_columns(col(Pilot.id)))
    here = col(Feedback.region_code) == actor.region_code if actor.role is Role.COUNTY else true()
    return query.where(or_(and_(concerned, here), col(Feedback.logged_organisation_id) == actor.organisation_id))


def feedback(actor: Actor, *, pilot_id: int | None = None) -> list[FeedbackView]:
    """Feedback, unanswered first and of those the longest wait first, then the newest."""
    query = readable(actor)
    if pilot_id is not None:
        query = query.where(Feedback.pilot_id == pilot_id)
    with read() as session:
        found = _views(session, actor, session.exec(query).all())
    return sorted(
        found,
        key=lambda view: (not view.open, view.received_on.toordinal() * (1 if view.open else -1), view.id),
    )


def counts(actor: Actor) -> Counter[FeedbackKind]:
    """How many wait for an answer, by who said it."""
    return Counter(view.kind for view in feedback(actor) if view.open)


def attachment(actor: Actor, feedback_id: int, attachment_id: int) -> bytes:
    """A file of a feedback, for those who see it."""
    with read() as session:
        if session.exec(readable(actor).where(Feedback.id == feedback_id)).first() is None:
            raise NotFound("没有找到这条反馈，或您无权查看。")
        if attachment_id not in {file.id for file in files.attached(session, FEEDBACK, [feedback_id])}:
            raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
        return files.content(session, attachment_id)


def iterations(actor: Actor, pilot_id: int) -> list[IterationView]:
    """The iterations of a pilot in their order; none when it is not the actor's to see."""
    with read() as session:
        pilot = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        if pilot is None:
            return []
        rows = session.execute(
            select(Iteration, ScenarioVersion, PilotPhase, Account.name)
            .join(ScenarioVersion, col(ScenarioVersion.id) == Iteration.scenario_version_id)
            .join(PilotPhase, col(PilotPhase.iteration_id) == Iteration.id)
            .join(Account, col(Account.id) == Iteration.created_by)
            .where(Iteration.pilot_id == pilot_id)
            .order_by(col(Iteration.number))
        ).all()
        said = _views(session, actor, session.exec(readable(actor).where(Feedback.pilot_id == pilot_id)).all())
        phases = {phase.number: phase for phase in queries.phases_of(session, pilot_id)}
        return [
            IterationView(
                id=row.id,
                pilot_id=pilot_id,
                pilot=pilot.name,
                number=row.number,
                changes=row.changes,
                reason=row.reason,
                version_before=phases[phase.number - 1].scenario_version,
                scenario_id=pilot.scenario_id,
                scenario_version=version.label,
                phase=phase.name,
                phase_start_on=phase.start_on,
                phase_end_on=phase.end_on,
                by=by,
                at=row.created_at,
                feedback=tuple(view for view in said if view.iteration_id == row.id),
            )
            for row, version, phase, by in rows
        ]


def _views(session: Session, actor: Actor, rows: Sequence[Feedback]) -> list[FeedbackView]:
    ids = [row.id or 0 for row in rows]
    pilots = {
        pilot.id: pilot
        for pilot in session.exec(select(Pilot).where(col(Pilot.id).in_({row.pilot_id for row in rows})))
    }
    answerer = aliased(Account)
    named = {
        number: (region or "", who, organisation or "", answered or "", iteration)
        for number, region, who, organisation, answered, iteration in session.execute(
            select(Feedback.id, Region.name, Account.name, Organisation.name, answerer.name, Iteration.number)  # type: ignore[call-overload]
            .join(Account, col(Account.id) == Feedback.logged_by)
            .outerjoin(Organisation, col(Organisation.id) == Feedback.logged_organisation_id)
            .outerjoin(Region, col(Region.code) == Feedback.region_code)
            .outerjoin(answerer, answerer.id == Feedback.answered_by)
            .outerjoin(Iteration, col(Iteration.id) == Feedback.iteration_id)
            .where(col(Feedback.id).in_(ids))
        )
    }
    kept = files.attached(session, FEEDBACK, ids)
    today = clock.today()
    views = []
    for row in rows:
        region, who, organisation, answered, iteration = named[row.id]
        pilot = pilots[row.pilot_id]
        end = row.answered_on or today
        waited = calendar.working_days(row.received_on, end) - calendar.is_working_day(row.received_on)
        subject = Subject(organisation_id=pilot.lead_organisation_id, region_code=row.region_code)
        views.append(
            FeedbackView(
                id=row.id or 0,
                pilot_id=row.pilot_id,
                pilot=pilot.name,
                kind=row.kind,
                region_code=row.region_code,
                region=region,
                source=row.source,
                text=row.text,
                masked=row.masked,
                received_on=row.received_on,
                logged_by=who,
                organisation=organisation,
                answer=row.answer,
                answered_by=answered,
                answered_on=row.answered_on,
                waited=max(0, waited),
                iteration_id=row.iteration_id,
                iteration="" if iteration is None else f"第 {iteration} 次迭代",
                files=tuple(file for file in kept if file.entity_id == row.id),
                answers=may(actor, Permission.FEEDBACK_ANSWER, subject),
                version=row.version,
            )
        )
    return views
