"""Reads about the inspections of supervised pilots: planned, late, what they found and what came of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.words import InspectionOutcome, InspectionState, PilotState, Role, SupervisionMode
from db import files
from db.files import Attached
from db.session import read
from db.tables import Account, Inspection, InspectionRecord, Organisation, Pilot, SupervisionOrder, SupervisionPlan
from pilots import queries
from pilots.stages import PILOT
from pilots.supervision_rules import days_waited, inspection_state

RECORD = "inspection_record"  # what its files hang on


@dataclass(frozen=True)
class InspectionView:
    """An inspection and where it stands. `waited`: working days that it is late, or that what it found has had no
    order. `supervisor` is who supervises the pilot today."""

    id: int
    pilot_id: int
    pilot: str
    supervisor: str
    content: str
    due_on: date
    due_provisional: bool
    state: InspectionState
    waited: int
    outcome: InspectionOutcome | None
    inspected_on: date | None
    finding: str
    by: str
    at: datetime | None
    orders: tuple[tuple[int, str], ...]
    files: tuple[Attached, ...]


def inspections(actor: Actor, *, pilot_id: int | None = None) -> list[InspectionView]:
    """Of the pilots an actor sees, those that wait first, by due day. A county is not told when somebody will come,
    nor what was found elsewhere: it gets the orders."""
    if actor.role is Role.COUNTY:
        return []
    query = queries.readable(actor)
    if pilot_id is not None:
        query = query.where(Pilot.id == pilot_id)
    today = clock.today()
    with read() as session:
        pilots = {pilot.id: pilot for pilot in session.exec(query)}
        rows = session.exec(
            select(Inspection, InspectionRecord, Account.name)
            .outerjoin(InspectionRecord, col(InspectionRecord.inspection_id) == Inspection.id)
            .outerjoin(Account, col(Account.id) == InspectionRecord.by)
            .where(col(Inspection.pilot_id).in_(pilots))
            .order_by(col(Inspection.due_on), col(Inspection.id))
        ).all()
        orders: dict[int, list[SupervisionOrder]] = defaultdict(list)
        for order in session.exec(
            select(SupervisionOrder)
            .where(col(SupervisionOrder.inspection_id).in_([row.id for row, _, _ in rows]))
            .order_by(col(SupervisionOrder.id))
        ):
            orders[order.inspection_id or 0].append(order)
        supervisors = dict(
            session.exec(
                select(SupervisionPlan.pilot_id, Organisation.name)
                .join(Organisation, col(Organisation.id) == SupervisionPlan.organisation_id)
                .where(col(SupervisionPlan.pilot_id).in_(pilots))
                .order_by(col(SupervisionPlan.edition))
            ).all()
        )
        kept = files.attached(session, RECORD, [record.id or 0 for _, record, _ in rows if record is not None])
    views = []
    for row, record, name in rows:
        own, pilot = orders[row.id or 0], pilots[row.pilot_id]
        outcome = None if record is None else record.outcome
        state = inspection_state(outcome, [order.state for order in own], pilot.state in PILOT.terminal)
        seen = None if record is None else record.inspected_on
        views.append(
            InspectionView(
                id=row.id or 0,
                pilot_id=row.pilot_id,
                pilot=pilot.name,
                supervisor=supervisors.get(row.pilot_id, ""),
                content=row.content,
                due_on=row.due_on,
                due_provisional=row.due_provisional,
                state=state,
                waited=days_waited(state, row.due_on, seen, today),
                outcome=outcome,
                inspected_on=seen,
                finding="" if record is None else record.finding,
                by="" if record is None else name or "命令行",
                at=None if record is None else record.at,
                orders=tuple((order.id or 0, order.code) for order in own),
                files=tuple(file for file in kept if record is not None and file.entity_id == record.id),
            )
        )
    order_of = list(InspectionState)
    return sorted(views, key=lambda view: (not view.waited, order_of.index(view.state), view.due_on, view.id))


def unscheduled(actor: Actor) -> list[tuple[int, str]]:
    """Running pilots that are supervised in full and have no inspection ahead: id and name."""
    if actor.role is Role.COUNTY:
        return []
    with read() as session:
        running = queries.readable(actor).where(col(Pilot.state).in_([PilotState.RUNNING, PilotState.EVALUATING]))
        pilots = {pilot.id or 0: pilot.name for pilot in session.exec(running)}
        modes = dict(
            session.exec(
                select(SupervisionPlan.pilot_id, SupervisionPlan.mode)
                .where(col(SupervisionPlan.pilot_id).in_(pilots))
                .order_by(col(SupervisionPlan.edition))
            ).all()
        )
        ahead = set(
            session.exec(
                select(Inspection.pilot_id)
                .outerjoin(InspectionRecord, col(InspectionRecord.inspection_id) == Inspection.id)
                .where(col(Inspection.pilot_id).in_(pilots), col(InspectionRecord.id).is_(None))
            )
        )
    full = [number for number, mode in modes.items() if mode == SupervisionMode.FULL]
    return [(number, pilots[number]) for number in sorted(full) if number not in ahead]


def file_content(actor: Actor, inspection_id: int, attachment_id: int) -> bytes:
    """A file of an inspection's record, for those who see it."""
    known = {file.id for view in inspections(actor) if view.id == inspection_id for file in view.files}
    if attachment_id not in known:
        raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
    with read() as session:
        return files.content(session, attachment_id)
