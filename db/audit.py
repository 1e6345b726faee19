"""The audit log: written in the same transaction as the change, chained by hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from core import clock
from db import bulk
from db.tables.system import AuditEvent

PRIVATE_DRAFT = "sheet:save"
GENESIS = "0" * 64
_PLAIN = re.compile(r"[\w:+.-]*", re.ASCII).fullmatch
_LOCK = 7_319_205  # any constant: serialises writers of the chain on PostgreSQL


def record(
    session: Session,
    actor_id: int | None,
    action: str,
    entity: str,
    entity_id: object,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append one event. `changes` must be plain JSON; personal secrets never go in."""
    _take_the_chain(session)
    event = AuditEvent(
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        entity=entity,
        entity_id=str(entity_id),
        changes=json.loads(json.dumps(dict(changes or {}), default=str)),
        reason=reason,
        hash="",
    )
    event.hash = _digest(_last_hash(session), event)
    session.add(event)
    session.flush()


@dataclass(frozen=True)
class Note:
    """One event among many that one command records at once. `changes` must be plain JSON."""

    action: str
    entity: str
    entity_id: object
    changes: Mapping[str, Any]


def record_many(session: Session, actor_id: int | None, notes: Sequence[Note]) -> None:
    """Append many events of one moment, in their order, as `record` would one after the other."""
    _take_the_chain(session)
    at, previous = clock.now(), _last_hash(session)
    columns: dict[str, list[str]] = {name: [] for name in ("action", "entity", "entity_id", "changes", "hash")}
    encoded: dict[int, str] = {}  # many notes of one command may carry the same changes
    for note in notes:
        changes = encoded.get(id(note.changes)) or encoded.setdefault(id(note.changes), bulk.as_json(note.changes))
        previous = _hash(previous, at.isoformat(), actor_id, note.action, note.entity, str(note.entity_id), changes, "")
        for values, value in zip(
            columns.values(), (note.action, note.entity, str(note.entity_id), changes, previous), strict=True
        ):
            values.append(value)
    bulk.append(session, AuditEvent, columns, {"at": at, "actor_id": actor_id, "reason": ""})


def broken_links(session: Session) -> list[int]:
    """Ids of events whose hash does not follow from the one before; empty when the chain holds."""
    broken, previous = [], GENESIS
    for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).yield_per(1000):
        if event.hash != _digest(previous, event):
            broken.append(event.id or 0)
        previous = event.hash
    return broken


def newest(session: Session) -> str:
    """The hash of the newest event other than signing in and out, and drafts that only their judge sees: it
    moves with every other command, and stands for all that went before."""
    return session.exec(_NEWEST).first() or GENESIS


# Put together once: it is asked for every run of every page.
_NEWEST = (
    select(AuditEvent.hash)
    .where(col(AuditEvent.action).not_like("session:%"), AuditEvent.action != PRIVATE_DRAFT)
    .order_by(col(AuditEvent.id).desc())
    .limit(1)
)


def _take_the_chain(session: Session) -> None:
    """Changes first, then the chain's lock: the other way round, two commands can wait for each other."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _last_hash(session: Session) -> str:
    return session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first() or GENESIS


def _digest(previous: str, event: AuditEvent) -> str:
    return _hash(
        previous,
        event.at.isoformat(),
        event.actor_id,
        event.action,
        event.entity,
        event.entity_id,
        bulk.as_json(event.changes),
        event.reason,
    )


def _hash(
    previous: str, at: str, actor_id: int | None, action: str, entity: str, entity_id: str, changes: str, reason: str
) -> str:
    """SHA-256 of the JSON list of these; `changes` is JSON already."""
    parts = (
        _quoted(previous),
        _quoted(at),
        bulk.as_json(actor_id),
        _quoted(action),
        _quoted(entity),
        _quoted(entity_id),
    )
    return hashlib.sha256(f"[{', '.join(parts)}, {changes}, {_quoted(reason)}]".encode()).hexdigest()


def _quoted(word: str) -> str:
    """A text as JSON; most are a single word of letters and figures."""
    return f'"{word}"' if _PLAIN(word) else bulk.as_json(word)
