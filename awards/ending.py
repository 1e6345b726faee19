"""What ends or changes an entry in the panels that judge it. Within a transaction of whoever has asked who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from accounts.permissions import Actor
from awards import evidence, loading, stages
from core.words import EntryState, ReviewState, Veto
from db.tables import AwardEntry, Review, ReviewEntry
from panels import changing


def throw_out(session: Session, actor: Actor, item: AwardEntry, kind: Veto, reason: str) -> None:
    """A veto."""
    item.veto = kind
    loading.take_entry(session, actor, item, stages.VETO, f"{kind.label}：{reason.strip()}" if reason.strip() else "")
    out_of_panels(session, actor, item, EntryState.DISQUALIFIED, reason)


def _held(session: Session, item: AwardEntry) -> list[tuple[Review, ReviewEntry]]:
    """The reviews not yet final that hold an entry."""
    return [
        (review, entry)
        for review_id, number, _ in loading.judged(session, [item.id or 0]).get(item.id or 0, [])
        for review in [session.get_one(Review, review_id)]
        for entry in [session.get_one(ReviewEntry, number)]
        if review.state is not ReviewState.FINAL
    ]


def out_of_panels(session: Session, actor: Actor, item: AwardEntry, state: EntryState, reason: str) -> None:
    for _, entry in _held(session, item):
        if entry.state is EntryState.ACTIVE:
            changing.take_out(session, actor, entry, state, reason)


def tell_judges(session: Session, actor: Actor, item: AwardEntry, kept: Mapping[str, Any], reason: str) -> None:
    """Another version of what the judges read, which tells them that they marked an earlier one."""
    for review, entry in _held(session, item):
        changing.restate(session, actor, review, entry, {"summary": evidence.summary(item.narrative, kept)}, reason)
