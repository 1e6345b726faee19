"""What is counted of tickets: one row per region, month and category, kept up by every import.

Pages add these rows up and never touch the tickets themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy
from sqlalchemy import and_, case, delete, func, insert, or_
from sqlmodel import Session, col, select

from core.words import ImportState, Rectification, Satisfaction
from db.tables import Ticket, TicketImport, TicketMonth

_RATED = col(Ticket.satisfaction)
_DISSATISFIED = _RATED == Satisfaction.DISSATISFIED
_ORDERED = col(Ticket.rectification) == Rectification.ORDERED
# Dissatisfied and still open: not handled yet, or sent back and not put right yet.
_OPEN = and_(_DISSATISFIED, or_(col(Ticket.handled).is_(False), _ORDERED))
# A closed ticket was answered; files without a column of their own for replies say no more than that.
_REPLIED = func.coalesce(Ticket.replied, Ticket.handled)

MEASURES: dict[str, Any] = {
    "tickets": func.count(),
    "handled_known": func.count(col(Ticket.handled)),
    "handled": func.count(case((col(Ticket.handled).is_(True), 1))),
    "replied_known": func.count(_REPLIED),
    "replied": func.count(case((_REPLIED.is_(True), 1))),
    "rated": func.count(_RATED),
    "satisfied": func.count(case((_RATED.in_([Satisfaction.SATISFIED, Satisfaction.FAIR]), 1))),
    "dissatisfied": func.count(case((_DISSATISFIED, 1))),
    "open_dissatisfied": func.count(case((_OPEN, 1))),
    "rectified": func.count(case((col(Ticket.rectification).in_([Rectification.ORDERED, Rectification.DONE]), 1))),
}


def rebuild(session: Session, regions: Collection[str]) -> None:
    """Count these regions afresh, from the imports that are done."""
    done = select(TicketImport.id).where(TicketImport.state == ImportState.DONE)
    keys = [col(Ticket.region_code), col(Ticket.month), col(Ticket.category)]
    counted = (
        sqlalchemy.select(*keys, *MEASURES.values())
        .where(col(Ticket.region_code).in_(regions), col(Ticket.import_id).in_(done))
        .group_by(*keys)
    )
    session.execute(delete(TicketMonth).where(col(TicketMonth.region_code).in_(regions)))
    session.execute(insert(TicketMonth).from_select(["region_code", "month", "category", *MEASURES], counted))
