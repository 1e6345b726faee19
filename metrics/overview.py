"""What is owed and what waits, counted: the reads behind the list of returns and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlmodel import col

from accounts.permissions import Actor
from core import clock
from core.words import ReturnState
from db.session import read
from db.tables import Collection, ReturnRow
from metrics import queries


@dataclass(frozen=True)
class Waiting:
    """One collection: how many returns wait for review, were sent back, or are overdue, and since when."""

    collection_id: int
    collection: str
    submitted: int
    returned: int
    overdue: int
    oldest_due: date | None


def waiting(actor: Actor) -> list[Waiting]:
    """The collections in which something waits, the most overdue first."""
    rows = queries.readable(actor).subquery().c
    overdue = rows.state.in_([state for state in ReturnState if not state.counts]) & (rows.due_on < clock.today())
    query = (
        select(
            rows.collection_id,
            col(Collection.name),
            func.sum(case((rows.state == ReturnState.SUBMITTED, 1), else_=0)),
            func.sum(case((rows.state == ReturnState.RETURNED, 1), else_=0)),
            func.sum(case((overdue, 1), else_=0)),
            func.min(case((overdue, rows.due_on))),
        )
        .join(Collection, col(Collection.id) == rows.collection_id)
        .group_by(rows.collection_id, col(Collection.name))
        .order_by(col(Collection.name))
    )
    with read() as session:
        found = [Waiting(*row) for row in session.execute(query)]
    return sorted((row for row in found if row.submitted or row.returned or row.overdue), key=lambda row: -row.overdue)


def next_opening(actor: Actor) -> tuple[date, int] | None:
    """The next day on which returns may be filled in, and how many open then; None when none is to come."""
    later = queries.readable(actor).where(col(ReturnRow.opens_on) > clock.today()).subquery().c.opens_on
    query = select(later, func.count()).group_by(later).order_by(later).limit(1)
    with read() as session:
        found = session.execute(query).first()
        return None if found is None else (found[0], found[1])


def collections(actor: Actor) -> dict[int, str]:
    """Collections in which the actor sees returns: id → name, by name."""
    seen = select(queries.readable(actor).subquery().c.collection_id)
    query = select(col(Collection.id), col(Collection.name)).where(col(Collection.id).in_(seen))
    with read() as session:
        return {number or 0: name for number, name in session.execute(query.order_by(col(Collection.name)))}


def periods(actor: Actor, collection_id: int | None = None) -> list[str]:
    """Periods that have begun to be reported, the newest first."""
    query = queries.readable(actor).where(col(ReturnRow.opens_on) <= clock.today())
    if collection_id is not None:
        query = query.where(ReturnRow.collection_id == collection_id)
    found = query.subquery().c.period
    with read() as session:
        return list(session.scalars(select(found).distinct().order_by(found.desc())))
