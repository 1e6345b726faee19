"""Frozen figures: what a round said at the moment it was closed, whatever is corrected afterwards."""

from __future__ import annotations

from sqlmodel import Session, select

from db.tables import RoundFreeze


def of_round(session: Session, collection_id: int, period: str) -> RoundFreeze | None:
    """The freeze of a round, if there was one."""
    return session.exec(
        select(RoundFreeze).where(RoundFreeze.collection_id == collection_id, RoundFreeze.period == period)
    ).first()
