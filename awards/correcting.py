"""Values that were corrected after an entry's evidence was frozen: which entries and marks relied on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from awards import evidence, gathering, loading, stages
from core.errors import NotFound
from db.session import read
from db.tables import AwardCorrection, AwardEntry, AwardPack


@dataclass(frozen=True)
class Relied:
    """An entry whose evidence is not what it was. `found`: what changed, one sentence each; `sheets`: marks that were
    given on the old evidence."""

    entry_id: int
    code: str
    title: str
    found: tuple[str, ...]
    frozen_at: datetime
    sheets: int
    version: int


def open_corrections(actor: Actor, edition_id: int) -> list[Relied]:
    """What waits for a decision, for staff."""
    if not may(actor, Permission.AWARD_CHECK):
        return []
    with read() as session:
        try:
            loading.edition(session, actor, edition_id)
        except NotFound:
            return []
        return open_of(session, edition_id)


def open_of(session: Session, edition_id: int) -> list[Relied]:
    """The same within a session. Evidence is read anew only where somebody wrote since it was frozen."""
    items = [item for item in loading.entries_of(session, edition_id, *stages.IN) if item.number]
    ids = [item.id or 0 for item in items]
    packs, judged = loading.newest_packs(session, ids), loading.judged(session, ids)
    decided = _decided(session, ids)
    found = []
    for item in items:
        pack = packs.get(item.id or 0)
        if pack is None:
            continue
        changes = _changes(session, item, pack)
        if changes and evidence.digest_of(changes) not in decided.get(item.id or 0, ()):
            sheets = sum(count for _, _, count in judged.get(item.id or 0, ()))
            found.append(Relied(item.id or 0, item.code, item.title, tuple(changes), pack.at, sheets, item.version))
    return found


def _changes(session: Session, item: AwardEntry, pack: AwardPack) -> Sequence[str]:
    if not gathering.touched(session, item.pilot_id, item.region_code, pack.at, evidence.last_period(pack.content)):
        return []
    return evidence.changed(pack.content, gathering.gather(item.pilot_id, item.region_code))


def _decided(session: Session, entry_ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in session.exec(select(AwardCorrection).where(col(AwardCorrection.entry_id).in_(entry_ids))):
        found.setdefault(row.entry_id, set()).add(row.digest)
    return found
