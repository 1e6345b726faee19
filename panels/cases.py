"""From the tables to the case that a result follows from, within a transaction. Which sheets count is decided here."""

from __future__ import annotations

import sqlalchemy
from sqlmodel import Session, col, select

from core.words import EntryState, MemberRole, RecusalState, ReviewRound, SheetState
from db.tables import (
    PanelMember,
    Recusal,
    Review,
    ReviewEntry,
    RubricVersion,
    Sheet,
    SheetVersion,
)
from panels.outcome import Case, Marked
from panels.rubric import Rubric


def load(session: Session, row: Review) -> Case:
    """The case of a review as its sheets stand: submitted ones of judges who count and are still of the panel, for
    entries that take part, not of pairs that must not meet; one after the discussion in place of the one before."""
    entries = session.exec(
        select(ReviewEntry.id)
        .where(ReviewEntry.review_id == row.id, ReviewEntry.state == EntryState.ACTIVE)
        .order_by(col(ReviewEntry.code))
    ).all()
    judges = session.exec(
        select(PanelMember.id)
        .where(
            PanelMember.review_id == row.id,
            col(PanelMember.left_at).is_(None),
            PanelMember.role != MemberRole.SHADOW,
        )
        .order_by(col(PanelMember.id))
    ).all()
    return Case(
        rubric=Rubric.from_json(session.get_one(RubricVersion, row.rubric_version_id).body),
        rule=row.rule,
        quorum=row.quorum,
        places=row.places,
        tie_keys=tuple(row.tie_keys),
        entries=tuple(key or 0 for key in entries),
        judges=tuple(key or 0 for key in judges),
        sheets=tuple(_sheets(session, row, {key or 0 for key in entries})),
    )


def _sheets(session: Session, row: Review, entries: set[int]) -> list[Marked]:
    aside = (
        select(Recusal.id)
        .where(
            Recusal.entry_id == Sheet.entry_id,
            Recusal.account_id == PanelMember.account_id,
            Recusal.state != RecusalState.CLEARED,
        )
        .exists()
    )
    rows = session.execute(
        sqlalchemy.select(*map(col, (Sheet.entry_id, Sheet.member_id, Sheet.round, Sheet.weighted, SheetVersion.marks)))
        .join(PanelMember, col(PanelMember.id) == Sheet.member_id)
        .join(
            SheetVersion,
            (col(SheetVersion.sheet_id) == Sheet.id) & (col(SheetVersion.number) == Sheet.number),
        )
        .where(
            col(Sheet.review_id) == row.id,
            col(Sheet.state) == SheetState.SUBMITTED,
            col(PanelMember.left_at).is_(None),
            col(PanelMember.role) != MemberRole.SHADOW,
            ~aside,
        )
        .order_by(col(Sheet.entry_id), col(Sheet.member_id))
    ).all()
    found: dict[tuple[int, int], Marked] = {}
    for entry, member, round_, weighted, marks in rows:
        if entry in entries and ((entry, member) not in found or round_ is ReviewRound.MODERATION):
            found[entry, member] = Marked(entry, member, weighted or 0, marks)
    return list(found.values())
