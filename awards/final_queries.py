"""The final (路演) as the chair follows it: whose turn it is, since when, and how many sheets are in. Never a mark."""

from __future__ import annotations

from sqlmodel import col, func, select

from accounts.permissions import Actor, Permission, may
from awards import loading
from awards.loading import ENTITY
from awards.views import TurnView
from core.errors import NotFound
from core.words import AwardEntryState, AwardStage, SheetState
from db.session import read
from db.tables import AwardEntry, AwardTurn, Organisation, ReviewAssignment, ReviewEntry, Sheet

_OUT = (AwardEntryState.WITHDRAWN, AwardEntryState.VETOED)


def turns(actor: Actor, edition_id: int) -> list[TurnView]:
    """Every turn by track and place, for those who run the edition."""
    if not may(actor, Permission.EDITION_RUN):
        return []
    with read() as session:
        try:
            loading.edition(session, actor, edition_id)
        except NotFound:
            return []
        reviews = [
            key for (stage, _), key in loading.reviews_of(session, edition_id).items() if stage is AwardStage.FINAL
        ]
        judged = dict(
            session.exec(
                select(ReviewEntry.subject_id, ReviewEntry.id).where(
                    ReviewEntry.subject == ENTITY, col(ReviewEntry.review_id).in_(reviews)
                )
            ).all()
        )
        given = dict(
            session.exec(
                select(Sheet.entry_id, func.count())
                .where(col(Sheet.review_id).in_(reviews), Sheet.state == SheetState.SUBMITTED)
                .group_by(col(Sheet.entry_id))
            ).all()
        )
        asked = dict(
            session.exec(
                select(ReviewAssignment.entry_id, func.count())
                .where(col(ReviewAssignment.review_id).in_(reviews))
                .group_by(col(ReviewAssignment.entry_id))
            ).all()
        )
        rows = session.exec(
            select(AwardTurn, AwardEntry, Organisation.name)
            .join(AwardEntry, col(AwardEntry.id) == AwardTurn.entry_id)
            .join(Organisation, col(Organisation.id) == AwardEntry.organisation_id)
            .where(AwardTurn.edition_id == edition_id)
            .order_by(AwardTurn.track, col(AwardTurn.position))
        ).all()
        return [
            TurnView(
                turn.entry_id,
                item.code,
                item.title,
                name,
                turn.track,
                turn.position,
                turn.began_at,
                turn.ended_at,
                int(given.get(judged.get(turn.entry_id) or 0, 0)),
                int(asked.get(judged.get(turn.entry_id) or 0, 0)),
                item.state.label if item.state in _OUT else "",
            )
            for turn, item, name in rows
        ]
