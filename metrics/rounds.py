"""Reads about rounds: what was granted, who is where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from accounts.permissions import Actor
from core.words import GraceKind
from db.session import read
from db.tables import Account, ReturnGrace, ReturnRow
from metrics import queries


@dataclass(frozen=True)
class GraceView:
    """An unlock or an extension that was given; `until` is the last day."""

    kind: GraceKind
    until: date
    was_due_on: date
    reason: str
    given_by: str
    given_at: datetime


def graces(actor: Actor, return_id: int) -> list[GraceView]:
    """What was ever granted for a return that the actor sees, newest first."""
    seen = queries.readable(actor).where(ReturnRow.id == return_id).with_only_columns(col(ReturnRow.id))
    query = (
        select(ReturnGrace, Account.name)
        .outerjoin(Account, col(Account.id) == ReturnGrace.given_by)
        .where(col(ReturnGrace.return_id).in_(seen))
        .order_by(col(ReturnGrace.id).desc())
    )
    with read() as session:
        return [
            GraceView(row.kind, row.until, row.was_due_on, row.reason, name or "命令行", row.given_at)
            for row, name in session.exec(query)
        ]
