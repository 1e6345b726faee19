"""Reads about alerts and supervision orders: nothing is unanswered (事事有着落、件件有回音)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Answer, Permission, Subject, covers, may
from core import clock
from core.errors import NotFound
from core.words import AlertState, Role, SupervisionAction, SupervisionState
from core.workflow import Step
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    AlertExplanation,
    Organisation,
    Pilot,
    SupervisionOrder,
    SupervisionPlan,
    SupervisionStep,
)
from metrics import alerts as metrics
from metrics.alerts import Alert
from pilots import queries
from pilots.stages import ORDER, REPLY
from pilots.supervision_rules import alert_state, overdue_days
from regions import calendar

STEP = "supervision_step"  # what evidence hangs on


@dataclass(frozen=True)
class OrderView:
    """An order as the board shows it. `overdue` are working days without the reply that is due."""

    id: int
    code: str
    title: str
    pilot_id: int
    pilot: str
    organisation_id: int
    organisation: str
    action: SupervisionAction
    state: SupervisionState
    due_on: date
    due_provisional: bool
    overdue: int
    issued_at: datetime
    hit_id: int | None
    mine: bool  # addressed to the actor's organisation
    version: int


@dataclass(frozen=True)
class AlertView:
    """An alert and where it stands. `waiting` are working days since it was raised, while nobody has acted."""

    alert: Alert
    pilot_id: int
    pilot: str
    state: AlertState
    orders: tuple[tuple[int, str], ...]  # id, code
    explanation: str
    explained_by: str
    waiting: int


@dataclass(frozen=True)
class StepView:
    do: str
    state: SupervisionState
    action: SupervisionAction
    text: str
    due_on: date
    by: str
    organisation: str
    at: datetime
    files: tuple[Attached, ...]


@dataclass(frozen=True)
class OrderPage:
    """An order with its whole path. `steps` are what the actor may do now, `refusal` why the others may not."""

    order: OrderView
    demand: str
    alert: Alert | None
    path: tuple[StepView, ...]
    steps: tuple[Step, ...]
    refusal: str
    on_behalf: bool  # a reply would be written down for the organisation


def readable(actor: Actor) -> SelectOfScalar[SupervisionOrder]:
    """Orders an actor sees: staff all, others those addressed to them and those of pilots they supervise."""
    query = select(SupervisionOrder)
    if actor.is_staff:
        return query
    if actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.organisation_id is not None:
        return query.where(
            or_(
                col(SupervisionOrder.organisation_id) == actor.organisation_id,
                col(SupervisionOrder.pilot_id).in_(supervised(actor)),
            )
        )
    return query.where(col(SupervisionOrder.id).is_(None))


def supervised(actor: Actor) -> SelectOfScalar[int]:
    """Ids of the pilots that the actor's organisation supervises."""
    return select(SupervisionPlan.pilot_id).where(SupervisionPlan.organisation_id == (actor.organisation_id or 0))


def orders(actor: Actor, *, pilot_id: int | None = None) -> list[OrderView]:
    """Orders, those that wait the longest first and closed ones last."""
    query = readable(actor)
    if pilot_id is not None:
        query = query.where(SupervisionOrder.pilot_id == pilot_id)
    with read() as session:
        found = _orders(session, actor, session.exec(query).all())
    return sorted(found, key=lambda view: (view.state is SupervisionState.CLOSED, view.issued_at, view.id))


def alerts(actor: Actor, *, pilot_id: int | None = None) -> list[AlertView]:
    """Alerts of the pilots an actor sees (a county: its own): those that wait first, and of them the oldest."""
    with read() as session:
        query = queries.readable(actor)
        if pilot_id is not None:
            query = query.where(Pilot.id == pilot_id)
        pilots = {pilot.collection_id: pilot for pilot in session.exec(query)}
        found = metrics.of_collections(session, pilots)
        if actor.role is Role.COUNTY:
            found = [alert for alert in found if covers(actor.region_code, alert.region_code)]
        views = _alerts(session, pilots, found)
    order = list(AlertState)
    return sorted(views, key=lambda view: (order.index(view.state), view.alert.at, view.alert.id))


def alert(actor: Actor, hit_id: int) -> AlertView | None:
    """One alert, when it is the actor's to see."""
    return next((view for view in alerts(actor) if view.alert.id == hit_id), None)


def order(actor: Actor, order_id: int) -> OrderPage | None:
    """One order with its path and what the actor may do."""
    with read() as session:
        row = session.exec(readable(actor).where(SupervisionOrder.id == order_id)).first()
        if row is None:
            return None
        view = _orders(session, actor, [row])[0]
        alert = None
        if row.hit_id is not None:
            collection_id = session.get_one(Pilot, row.pilot_id).collection_id
            alert = next(iter(metrics.of_collections(session, [collection_id], row.hit_id)), None)
        path = _path(session, order_id)
        allowed, refusal = [], ""
        for step in ORDER.steps_from(row.state):
            answer = may_step(session, actor, row, step.do)
            if answer:
                allowed.append(step)
            else:
                refusal = refusal or answer.reason
        on_behalf = actor.organisation_id != row.organisation_id
        return OrderPage(view, row.demand, alert, path, tuple(allowed), refusal, on_behalf)


def evidence(actor: Actor, order_id: int, attachment_id: int) -> bytes:
    """A file of an order's path, for those who see the order."""
    with read() as session:
        if session.exec(readable(actor).where(SupervisionOrder.id == order_id)).first() is None:
            raise NotFound("没有找到这份督办单，或您无权查看。")
        if attachment_id not in {file.id for step in _path(session, order_id) for file in step.files}:
            raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
        return files.content(session, attachment_id)


def may_step(session: Session, actor: Actor, row: SupervisionOrder, do: str) -> Answer:
    """Whether the actor may take a step of an order, and if not why not."""
    step = next(step for step in ORDER.steps if step.do == do)
    if do == REPLY:
        return may(actor, Permission(step.permission), Subject(organisation_id=row.organisation_id))
    repliers = session.exec(
        select(SupervisionStep.by).where(SupervisionStep.order_id == row.id, SupervisionStep.do == REPLY)
    ).all()
    subject = Subject(
        organisation_id=supervisor_of(session, row.pilot_id),
        authors=frozenset(who for who in repliers if who is not None),
        asked_by=row.organisation_id,
    )
    return may(actor, Permission(step.permission), subject)


def supervisor_of(session: Session, pilot_id: int) -> int | None:
    """The organisation that supervises a pilot by its newest plan."""
    return session.exec(
        select(SupervisionPlan.organisation_id)
        .where(SupervisionPlan.pilot_id == pilot_id)
        .order_by(col(SupervisionPlan.edition).desc())
        .limit(1)
    ).first()


def may_issue(actor: Actor, pilot_id: int) -> Answer:
    """Whether the actor may issue orders of a pilot."""
    with read() as session:
        return may(actor, Permission.ORDER_ISSUE, Subject(organisation_id=supervisor_of(session, pilot_id)))


def organisation_for(actor: Actor, region_code: str) -> int | None:
    """The organisation of a county's team, to address an order to it; of a town without one, its county's."""
    with read() as session:
        query = (
            select(Organisation.id)
            .where(col(Organisation.region_code).in_([region_code, region_code[:6]]))
            .order_by(col(Organisation.region_code).desc(), col(Organisation.id))
        )
        return session.exec(query).first()


def _orders(session: Session, actor: Actor, rows: Sequence[SupervisionOrder]) -> list[OrderView]:
    pilots = dict(session.exec(select(Pilot.id, Pilot.name).where(col(Pilot.id).in_({r.pilot_id for r in rows}))).all())
    names = dict(
        session.exec(
            select(Organisation.id, Organisation.name).where(
                col(Organisation.id).in_({row.organisation_id for row in rows})
            )
        ).all()
    )
    today = clock.today()
    return [
        OrderView(
            id=row.id or 0,
            code=row.code,
            title=row.title,
            pilot_id=row.pilot_id,
            pilot=pilots[row.pilot_id],
            organisation_id=row.organisation_id,
            organisation=names[row.organisation_id],
            action=row.action,
            state=row.state,
            due_on=row.due_on,
            due_provisional=row.due_provisional,
            overdue=overdue_days(row.state, row.due_on, today),
            issued_at=row.issued_at,
            hit_id=row.hit_id,
            mine=row.organisation_id == actor.organisation_id,
            version=row.version,
        )
        for row in rows
    ]


def _alerts(session: Session, pilots: dict[int, Pilot], found: Sequence[Alert]) -> list[AlertView]:
    ids = [alert.id for alert in found]
    ordered: dict[int, list[SupervisionOrder]] = defaultdict(list)
    for row in session.exec(
        select(SupervisionOrder).where(col(SupervisionOrder.hit_id).in_(ids)).order_by(col(SupervisionOrder.id))
    ):
        ordered[row.hit_id or 0].append(row)
    explained = {
        row.hit_id: (row.reason, name or "命令行")
        for row, name in session.exec(
            select(AlertExplanation, Account.name)
            .outerjoin(Account, col(Account.id) == AlertExplanation.by)
            .where(col(AlertExplanation.hit_id).in_(ids))
        )
    }
    today = clock.today()
    views = []
    for alert in found:
        rows = ordered[alert.id]
        state = alert_state([row.state for row in rows], alert.id in explained)
        raised = clock.beijing(alert.at).date()
        reason, who = explained.get(alert.id, ("", ""))
        views.append(
            AlertView(
                alert=alert,
                pilot_id=pilots[alert.collection_id].id or 0,
                pilot=pilots[alert.collection_id].name,
                state=state,
                orders=tuple((row.id or 0, row.code) for row in rows),
                explanation=reason,
                explained_by=who,
                waiting=0
                if state is not AlertState.OPEN
                else calendar.working_days(raised, today) - calendar.is_working_day(raised),
            )
        )
    return views


def _path(session: Session, order_id: int) -> tuple[StepView, ...]:
    rows = session.execute(
        select(SupervisionStep, Account.name, Organisation.name)
        .outerjoin(Account, col(Account.id) == SupervisionStep.by)
        .outerjoin(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(SupervisionStep.order_id == order_id)
        .order_by(col(SupervisionStep.id))
    ).all()
    kept = files.attached(session, STEP, [row.id for row, *_ in rows])
    return tuple(
        StepView(
            do=row.do,
            state=row.state,
            action=row.action,
            text=row.text,
            due_on=row.due_on,
            by=name or "命令行",
            organisation=organisation or "",
            at=row.at,
            files=tuple(file for file in kept if file.entity_id == row.id),
        )
        for row, name, organisation in rows
    )
