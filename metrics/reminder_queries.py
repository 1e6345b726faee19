"""Reads about reminders: what was sent to whom, and who would be reminded now. A county sees its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from core.words import ReturnState
from db.session import read
from db.tables import Account, Reminder, ReturnRow
from metrics import queries, reminding
from metrics.queries import ReturnView
from regions.calendar import working_day_from

_OPEN = [state for state in ReturnState if not state.counts]


@dataclass(frozen=True)
class ReminderView:
    """One reminder of a deadline: by the calendar, or by somebody in his own words (`manual`)."""

    collection_id: int
    region_code: str
    period: str
    due_on: date
    step: int
    manual: bool
    message: str
    by: str
    at: datetime

    @property
    def words(self) -> str:
        return self.message or reminding.words(self.step, self.due_on)

    @property
    def kind(self) -> str:
        return "催报" if self.manual else "到期提醒"


@dataclass(frozen=True)
class Pending:
    """A return that is to be reminded of now."""

    view: ReturnView
    step: int

    @property
    def words(self) -> str:
        return reminding.words(self.step, self.view.due_on)


def issued(
    actor: Actor, *, collection_id: int | None = None, period: str | None = None, region_code: str | None = None
) -> list[ReminderView]:
    """Reminders about returns the actor sees, the newest first."""
    returns = queries.readable(actor).subquery()
    seen = returns.c
    query = (
        select(Reminder, Account.name)
        .join(
            returns,
            (seen.collection_id == Reminder.collection_id)
            & (seen.region_code == Reminder.region_code)
            & (seen.period == Reminder.period),
        )
        .outerjoin(Account, col(Account.id) == Reminder.issued_by)
        .order_by(col(Reminder.issued_at).desc(), col(Reminder.id).desc())
    )
    if collection_id is not None:
        query = query.where(Reminder.collection_id == collection_id)
    if period is not None:
        query = query.where(Reminder.period == period)
    if region_code is not None:
        query = query.where(Reminder.region_code == region_code)
    with read() as session:
        return [
            ReminderView(
                row.collection_id, row.region_code, row.period, row.due_on, row.step, row.manual, row.message,
                name or "系统", row.issued_at,
            )
            for row, name in session.exec(query)
        ]  # fmt: skip


def standing(actor: Actor) -> dict[tuple[int, str, str], ReminderView]:
    """The newest reminder of each return the actor sees that is still owed, by collection, region and period."""
    owed = queries.readable(actor).where(col(ReturnRow.state).in_(_OPEN))
    with read() as session:
        rows = session.execute(
            owed.with_only_columns(col(ReturnRow.collection_id), col(ReturnRow.region_code), col(ReturnRow.period))
        )
        open_ = {(number, code, period) for number, code, period in rows}
    newest: dict[tuple[int, str, str], ReminderView] = {}
    for item in issued(actor):
        key = (item.collection_id, item.region_code, item.period)
        if key in open_:
            newest.setdefault(key, item)
    return newest


def pending(actor: Actor, *, collection_id: int | None = None, period: str | None = None) -> list[Pending]:
    """Returns that a reminder by the calendar is due for and has not gone out to. For staff only."""
    if not actor.is_staff:
        return []
    with read() as session:
        found = {row.id or 0: step for row, step in due(session, collection_id, period)}
    views = queries.returns(actor, ids=list(found)) if found else []
    return [Pending(view, found[view.id]) for view in sorted(views, key=lambda view: (view.due_on, view.region_code))]


def due(
    session: Session, collection_id: int | None = None, period: str | None = None
) -> Sequence[tuple[ReturnRow, int]]:
    """The returns to be reminded of today, each with the step that stands; for the page and the command alike."""
    steps, today = reminding.steps(settings().reminder_days), clock.today()
    if not steps:
        return []
    # No deadline outside these days has a step that stands today.
    latest = working_day_from(today, max(0, -steps[0])) + timedelta(days=1)
    earliest = working_day_from(today, -max(0, steps[-1])) - reminding.LASTS - timedelta(days=1)
    query = select(ReturnRow).where(
        col(ReturnRow.state).in_(_OPEN),
        col(ReturnRow.opens_on) <= today,
        col(ReturnRow.due_on) >= earliest,
        col(ReturnRow.due_on) <= latest,
    )
    if collection_id is not None:
        query = query.where(ReturnRow.collection_id == collection_id)
    if period is not None:
        query = query.where(ReturnRow.period == period)
    rows = session.exec(query.order_by(col(ReturnRow.due_on), ReturnRow.region_code, col(ReturnRow.id))).all()
    gone = {
        (item.collection_id, item.region_code, item.period, item.due_on, item.step)
        for item in session.exec(
            select(Reminder).where(col(Reminder.due_on) >= earliest, col(Reminder.manual).is_(False))
        )
    }
    found = []
    for row in rows:
        step = reminding.step_due(row.due_on, today, steps)
        if step is not None and (row.collection_id, row.region_code, row.period, row.due_on, step) not in gone:
            found.append((row, step))
    return found
