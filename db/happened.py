"""What the operation log says of some records between two moments: who did what, and the reason that was given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from db.tables import Account, Organisation
from db.tables.system import AuditEvent


@dataclass(frozen=True)
class Event:
    """One event of the log. `by` and `house` are “” for what nobody in person did."""

    at: datetime
    by: str
    house: str
    action: str
    entity: str
    entity_id: str
    changes: Mapping[str, Any]
    reason: str


def events(
    session: Session,
    entity: str,
    ids: Collection[object] | None,
    actions: Collection[str],
    since: datetime,
    until: datetime,
) -> list[Event]:
    """Events of these records (None: of all of their kind) after `since` until `until`, in their order. Who may know
    of them is the caller's to decide."""
    if ids is not None and not ids:
        return []
    query = (
        select(AuditEvent, Account.name, Organisation.name)
        .join(Account, col(Account.id) == AuditEvent.actor_id, isouter=True)
        .join(Organisation, col(Organisation.id) == Account.organisation_id, isouter=True)
        .where(AuditEvent.entity == entity, col(AuditEvent.action).in_(sorted(actions)))
        .where(AuditEvent.at > since, AuditEvent.at <= until)
        .order_by(col(AuditEvent.id))
    )
    if ids is not None:
        query = query.where(col(AuditEvent.entity_id).in_([str(number) for number in ids]))
    return [
        Event(row.at, name or "", house or "", row.action, row.entity, row.entity_id, row.changes, row.reason)
        for row, name, house in session.exec(query)
    ]
