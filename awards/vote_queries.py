"""Public votes as they count: less those that people ruled out, and what looks odd about the rest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, not_
from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, may
from awards import loading, voting
from awards.voting import Anomaly, Cast
from core.errors import NotFound
from db.session import read
from db.tables import AwardEntry, PublicVote, PublicVoteRuling


def counts(session: Session, edition_id: int) -> dict[int, int]:
    """Votes that count, by entry."""
    rows = session.exec(
        select(PublicVote.entry_id, func.count())
        .where(PublicVote.edition_id == edition_id, *_counted(session, edition_id))
        .group_by(col(PublicVote.entry_id))
    ).all()
    return {entry: int(count) for entry, count in rows}


def anomalies(actor: Actor, edition_id: int) -> Sequence[Anomaly]:
    """Bursts and crowds of one network among the votes that still count, for staff to decide about."""
    if not may(actor, Permission.EDITION_RUN):
        return []
    with read() as session:
        try:
            loading.edition(session, actor, edition_id)
        except NotFound:
            return []
        rows = session.exec(
            select(PublicVote.entry_id, AwardEntry.code, PublicVote.network, PublicVote.at)
            .join(AwardEntry, col(AwardEntry.id) == PublicVote.entry_id)
            .where(PublicVote.edition_id == edition_id, *_counted(session, edition_id))
            .order_by(col(PublicVote.at))
        ).all()
    return voting.anomalies([Cast(entry, code, network, at) for entry, code, network, at in rows])


def _counted(session: Session, edition_id: int) -> list[ColumnElement[bool]]:
    """Conditions that leave out what was ruled out: the newest ruling about a network and a stretch of time stands."""
    newest = {
        (row.network, row.first_at, row.last_at): row.excluded
        for row in session.exec(
            select(PublicVoteRuling).where(PublicVoteRuling.edition_id == edition_id).order_by(col(PublicVoteRuling.id))
        )
    }
    return [
        not_(and_(col(PublicVote.network) == network, col(PublicVote.at) >= first, col(PublicVote.at) <= last))
        for (network, first, last), excluded in newest.items()
        if excluded
    ]
