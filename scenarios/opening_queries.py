"""Reads about 场景开放: what is open to whom, what partners offered, what they were told.

An opening is seen by those who see its scenario, by the kinds of organisations it is for once the scenario is
released, and by those who have answered. What a partner offers is seen by that partner, by staff and by the
organisations whose scenario it is; never by another partner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, String, and_, cast, false, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may
from core import clock
from core.words import AnswerState, OpeningState, OrganisationKind, ScenarioState
from core.workflow import Step
from db.session import read
from db.tables import Account, Opening, OpeningAnswer, Organisation, Region, Scenario
from scenarios import openings, stages
from scenarios.queries import Link, colleagues, readable


@dataclass(frozen=True)
class OfferView:
    """What an organisation offers. `version` is the row's; `replies` whether the actor may answer it."""

    id: int
    organisation_id: int
    organisation: str
    proposal: str
    contact: str
    state: AnswerState
    answered_at: datetime
    reply: str
    replied_by: str
    replied_at: datetime | None
    version: int
    replies: Answer


@dataclass(frozen=True)
class OpeningView:
    """What a scenario opens. `closed` says why it takes no offers ("" while it does), `barred` why the actor's
    organisation may not offer; `offers` are those the actor may read, `mine` his organisation's."""

    id: int
    title: str
    resources: str
    conditions: str
    audience: tuple[OrganisationKind, ...]
    deadline: date
    state: OpeningState
    scenario: Link
    summary: str
    domain: str
    region: str
    lead: str
    published_by: str
    created_at: datetime
    closed: str
    barred: str
    manages: Answer
    reads_scenario: bool
    offers: Sequence[OfferView]
    mine: OfferView | None
    version: int

    @property
    def waiting(self) -> int:
        """Offers that the actor may answer and has not."""
        return sum(offer.state is AnswerState.WAITING and bool(offer.replies) for offer in self.offers)

    @property
    def invites(self) -> bool:
        """Whether the actor's organisation may offer and has not yet."""
        return not (self.closed or self.barred or self.mine)

    @property
    def status(self) -> tuple[str, str]:
        """(tone, words) of how it stands today."""
        if self.state is OpeningState.CLOSED:
            return "closed", self.state.label
        if self.closed:
            return "closed", "已截止" if self.scenario.state in stages.OFFERED else "暂不接受应答"
        return "running", self.state.label

    @property
    def for_whom(self) -> str:
        return "、".join(kind.label for kind in self.audience)


def openings_list(actor: Actor, scenario_id: int | None = None) -> list[OpeningView]:
    """All openings the actor sees, or those of one scenario: those that take offers first, the nearest deadline
    first among them."""
    with read() as session:
        found = _views(session, actor, *([Opening.scenario_id == scenario_id] if scenario_id else []))
    return sorted(found, key=lambda view: (bool(view.closed), view.deadline, -view.id))


def opening(actor: Actor, opening_id: int | None) -> OpeningView | None:
    with read() as session:
        return next(iter(_views(session, actor, Opening.id == (opening_id or 0))), None)


def steps(view: OpeningView) -> list[Step]:
    """The buttons of who manages the opening."""
    return stages.OPENING.steps_from(view.state) if view.manages else []


def replies(offer: OfferView) -> list[Step]:
    """How this person may answer an offer now."""
    if not offer.replies:
        return []
    found = stages.OPENING_ANSWER.steps_from(offer.state)
    return [step for step in found if step.permission == Permission.OPENING_REPLY]


def visible(actor: Actor, kind: OrganisationKind | None) -> ColumnElement[bool]:
    """The only start of a read of openings, as a condition on `Opening` joined with `Scenario`."""
    if actor.is_staff:
        return col(Opening.id).is_not(None)
    if not may(actor, Permission.OPENING_READ):
        return false()
    answered = select(OpeningAnswer.opening_id).where(OpeningAnswer.organisation_id == actor.organisation_id)
    asked = cast(col(Opening.audience), String).contains(f'"{kind}"', autoescape=True)
    return or_(
        col(Opening.scenario_id).in_(readable(actor).with_only_columns(Scenario.id)),
        col(Opening.id).in_(answered),
        and_(asked, col(Scenario.state).in_(stages.OFFERED)),
    )


def kind_of(session: Session, actor: Actor) -> OrganisationKind | None:
    found = session.exec(select(Organisation).where(Organisation.id == actor.organisation_id)).first()
    return found.kind if found else None


def _views(session: Session, actor: Actor, *where: Any) -> list[OpeningView]:
    kind = kind_of(session, actor)
    rows = session.execute(
        sqlalchemy.select(Opening, Scenario, col(Organisation.name), col(Region.name), col(Account.name))
        .join(Scenario, col(Scenario.id) == Opening.scenario_id)
        .join(Organisation, col(Organisation.id) == Scenario.lead_organisation_id)
        .join(Region, col(Region.code) == Scenario.region_code)
        .join(Account, col(Account.id) == Opening.created_by)
        .where(visible(actor, kind), *where)
    ).all()
    ours = set(session.exec(colleagues(actor)))
    seen = {row.id or 0 for row, *_ in rows}
    offers = _offers(session, seen)
    readables = set(
        session.scalars(
            readable(actor)
            .with_only_columns(Scenario.id)
            .where(col(Scenario.id).in_({row.scenario_id for row, *_ in rows}))
        )
    )
    found = []
    for row, scenario, lead, region, author in rows:
        own = actor.organisation_id is not None and (
            scenario.lead_organisation_id == actor.organisation_id or scenario.created_by in ours
        )
        subject = Subject(organisation_id=actor.organisation_id if own else None)
        manages = may(actor, Permission.OPENING_PUBLISH, subject)
        audience = tuple(OrganisationKind(value) for value in row.audience)
        read_ = [
            _offer(actor, offer, name, by, subject)
            for offer, name, by in offers.get(row.id, [])
            if manages or offer.organisation_id == actor.organisation_id
        ]
        allowed = may(actor, Permission.OPENING_ANSWER)
        found.append(
            OpeningView(
                id=row.id,
                title=row.title,
                resources=row.resources,
                conditions=row.conditions,
                audience=audience,
                deadline=row.deadline,
                state=row.state,
                scenario=Link(scenario.id, scenario.code, scenario.name, scenario.state),
                summary=scenario.summary,
                domain=scenario.domain,
                region=region,
                lead=lead,
                published_by=author,
                created_at=row.created_at,
                closed=openings.closed_because(row.state, row.deadline, scenario.state, clock.today()),
                barred=openings.not_for(kind, audience, own=own) if allowed else allowed.reason,
                manages=manages,
                reads_scenario=scenario.id in readables,
                offers=read_,
                mine=next((offer for offer in read_ if offer.organisation_id == actor.organisation_id), None),
                version=row.version,
            )
        )
    return found


def _offers(session: Session, opening_ids: set[int]) -> dict[int, list[tuple[OpeningAnswer, str, str]]]:
    """Offers with their organisation's name and who answered them, the latest first."""
    rows = session.execute(
        select(OpeningAnswer, Organisation.name, Account.name)
        .join(Organisation, col(Organisation.id) == OpeningAnswer.organisation_id)
        .outerjoin(Account, col(Account.id) == OpeningAnswer.replied_by)
        .where(col(OpeningAnswer.opening_id).in_(opening_ids))
        .order_by(col(OpeningAnswer.answered_at).desc(), col(OpeningAnswer.id).desc())
    ).all()
    found: dict[int, list[tuple[OpeningAnswer, str, str]]] = {}
    for row, name, by in rows:
        found.setdefault(row.opening_id, []).append((row, name, by or ""))
    return found


def _offer(actor: Actor, row: OpeningAnswer, organisation: str, by: str, subject: Subject) -> OfferView:
    about = Subject(organisation_id=subject.organisation_id, asked_by=row.organisation_id)
    return OfferView(
        id=row.id or 0,
        organisation_id=row.organisation_id,
        organisation=organisation,
        proposal=row.proposal,
        contact=row.contact,
        state=row.state,
        answered_at=row.answered_at,
        reply=row.reply,
        replied_by=by,
        replied_at=row.replied_at,
        version=row.version,
        replies=may(actor, Permission.OPENING_REPLY, about),
    )


def partners(actor: Actor, scenario_id: int) -> list[tuple[str, str]]:
    """(organisation, what was opened) of the offers that were accepted; for all who see the scenario."""
    with read() as session:
        rows = session.execute(
            select(Organisation.name, Opening.title)
            .join(OpeningAnswer, col(OpeningAnswer.organisation_id) == Organisation.id)
            .join(Opening, col(Opening.id) == OpeningAnswer.opening_id)
            .where(
                OpeningAnswer.state == AnswerState.ACCEPTED,
                col(Opening.scenario_id).in_(
                    readable(actor).with_only_columns(Scenario.id).where(Scenario.id == scenario_id)
                ),
            )
            .order_by(Organisation.name)
        ).all()
    return [(name, title) for name, title in rows]


def released(state: ScenarioState) -> bool:
    """Whether partners may be sought for a scenario in this state."""
    return state in stages.OFFERED
