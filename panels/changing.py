"""Changing an entry within the transaction of somebody who has asked who may: this room's commands, and rooms above."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from accounts.permissions import Actor
from core import clock
from core.words import EntryState
from db import audit
from db.tables import Review, ReviewEntry, ReviewEntryVersion
from panels import recusing
from panels.entries import TITLES, content_of
from panels.rubric import digest
from scenarios import writing


def restate(
    session: Session, actor: Actor, row: Review, entry: ReviewEntry, values: dict[str, Any], reason: str
) -> int:
    """Some of what an entry says is another; once scoring has begun that is another version, which judges are told of.
    Returns the number of the version that stands."""
    changes = writing.assign(entry, values)
    if not changes:
        return entry.number
    if row.scoring_since is not None:
        entry.number += 1
        content = content_of(entry)
        session.add(
            ReviewEntryVersion(
                entry_id=entry.id or 0,
                number=entry.number,
                content=content,
                digest=digest(content),
                reason=reason.strip(),
                by=actor.account_id,
                at=clock.now(),
            )
        )
    session.flush()
    recusing.detect(session, row)
    # Which fields, not what they say: the log is read by staff who may have to step aside from this entry.
    said = {"code": entry.code, "number": entry.number, "fields": [TITLES.get(name, name) for name in changes]}
    audit.record(session, actor.account_id, "entry:edit", "review_entry", entry.id, said, reason.strip())
    return entry.number


def take_out(session: Session, actor: Actor, entry: ReviewEntry, state: EntryState, reason: str) -> None:
    """Withdraw or disqualify an entry, or bring it back. Its marks stay with it."""
    entry.state = state
    entry.state_reason = "" if state is EntryState.ACTIVE else reason.strip()
    changes = {"do": state.label, "code": entry.code}
    audit.record(session, actor.account_id, "entry:state", "review_entry", entry.id, changes, reason.strip())
