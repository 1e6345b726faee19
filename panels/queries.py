"""Who may read what of a review. `readable` is the only start: what somebody may not see is not found, and an entry he must
step aside from is shown as 回避, with nothing else of it.

`Standing` is how a person stands to one review, found once per question; `review_queries` and the rest ask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Permission, Subject, may
from core.errors import NotFound
from core.words import (
    EntryState,
    MemberRole,
    RecusalState,
    ReviewRound,
    ReviewState,
    SheetState,
)
from db.tables import (
    PanelMember,
    Recusal,
    Review,
    ReviewAssignment,
    ReviewEntry,
    Sheet,
)
from panels import stages, visibility
from panels.visibility import Sight, Viewer

GONE = ("没有找到这次评审，或您无权查看。", "请从评审列表重新选择。")


# -- who may see what -------------------------------------------------------------------------


def readable(actor: Actor) -> SelectOfScalar[Review]:
    """The reviews that somebody may know of: staff all, members theirs once they are called."""
    query = select(Review)
    if actor.is_staff:
        return query
    mine = select(PanelMember.review_id).where(
        PanelMember.account_id == actor.account_id, col(PanelMember.left_at).is_(None)
    )
    seen = col(Review.id).in_(mine) & col(Review.state).in_(stages.CALLED)
    return query.where(seen if may(actor, Permission.REVIEW_READ) else false())


@dataclass(frozen=True)
class Standing:
    """How a person stands to a review: `member_id` when he is of the panel, and what `visibility` asks."""

    review_id: int
    state: ReviewState
    member_id: int | None
    viewer: Viewer
    declared_at: datetime | None = None

    @property
    def sight(self) -> Sight:
        return visibility.sight(self.viewer, self.state)

    def visible(self, entries: Sequence[int]) -> frozenset[int]:
        """Entries whose marks by others he may see."""
        return visibility.visible(self.viewer, self.state, entries)

    def openable(self, entries: Sequence[int]) -> frozenset[int]:
        """Entries whose page and files he may open."""
        return visibility.openable(self.viewer, self.state, entries)


def find(session: Session, actor: Actor, review_id: int | None) -> tuple[Review, Standing]:
    """A review and how the actor stands to it, within a transaction. NotFound: not there, or not his to see."""
    row = session.scalars(readable(actor).where(col(Review.id) == review_id)).first() if review_id else None
    if row is None:
        raise NotFound(*GONE)
    return row, standing(session, actor, row)


def standing(session: Session, actor: Actor, row: Review) -> Standing:
    """How somebody who may know of a review stands to it."""
    member = session.exec(
        select(PanelMember).where(PanelMember.review_id == row.id, PanelMember.account_id == actor.account_id)
    ).first()
    given: frozenset[int] = frozenset()
    waiting = 0
    blocked = blocked_entries(session, row.id or 0, actor.account_id)
    if member is not None:
        given = frozenset(
            session.exec(select(ReviewAssignment.entry_id).where(ReviewAssignment.member_id == member.id))
        )
        waiting = len(_expected(session, given) - blocked - _done(session, member.id or 0))
        waiting += _unfinished_again(session, member.id or 0)
    viewer = Viewer(
        staff=actor.is_staff,
        role=member.role if member else None,
        left=member is not None and member.left_at is not None,
        open_sheets=waiting,
        blocked=blocked,
        given=given,
    )
    return Standing(
        row.id or 0, row.state, member.id if member else None, viewer, member.declared_at if member else None
    )


def blocked_entries(session: Session, review_id: int, account_id: int | None) -> frozenset[int]:
    """Entries that somebody must step aside from, decided or not yet."""
    return frozenset(
        session.exec(
            select(Recusal.entry_id).where(
                Recusal.review_id == review_id,
                Recusal.account_id == account_id,
                Recusal.state != RecusalState.CLEARED,
            )
        )
    )


def subject(session: Session, review_id: int) -> Subject:
    """What permissions about a review's panel are asked about."""
    accounts = session.exec(
        select(PanelMember.account_id).where(PanelMember.review_id == review_id, col(PanelMember.left_at).is_(None))
    ).all()
    return Subject(reviewers=frozenset(accounts))


def readable_sheets(standing: Standing, entries: Sequence[int]) -> SelectOfScalar[Sheet]:
    """The sheets whose marks somebody may read: his own, and those of others where `visibility` lets him. Of shadow
    judges only staff see what they gave."""
    query = select(Sheet).where(Sheet.review_id == standing.review_id)
    seen = [col(Sheet.entry_id).in_(standing.visible(entries))]
    if standing.viewer.judges:
        counting = select(PanelMember.id).where(
            PanelMember.review_id == standing.review_id, PanelMember.role != MemberRole.SHADOW
        )
        seen.append(col(Sheet.member_id).in_(counting))
    own = (
        (col(Sheet.member_id) == standing.member_id) & col(Sheet.entry_id).not_in(standing.viewer.blocked)
        if standing.viewer.judges
        else false()
    )
    return query.where(or_(own, and_(*seen)))


def entry_of(session: Session, review_id: int, entry_id: int) -> ReviewEntry:
    """An entry of this review. Who may see it is asked before or after."""
    row = session.get(ReviewEntry, entry_id)
    if row is None or row.review_id != review_id:
        raise NotFound("没有找到这个参评项目。", "请刷新页面。")
    return row


def _expected(session: Session, given: frozenset[int]) -> frozenset[int]:
    """Of these entries those that still take part."""
    return frozenset(
        key or 0
        for key in session.exec(
            select(ReviewEntry.id).where(col(ReviewEntry.id).in_(given), ReviewEntry.state == EntryState.ACTIVE)
        )
    )


def _done(session: Session, member_id: int) -> frozenset[int]:
    """Entries whose first sheet this member has handed in, or will not."""
    return frozenset(
        session.exec(
            select(Sheet.entry_id).where(
                Sheet.member_id == member_id,
                Sheet.round == ReviewRound.INITIAL,
                col(Sheet.state).in_([state for state in SheetState if state.done]),
            )
        )
    )


def _unfinished_again(session: Session, member_id: int) -> int:
    """How many sheets of the round after the discussion wait for this member."""
    return session.exec(
        select(func.count())
        .select_from(Sheet)
        .where(
            Sheet.member_id == member_id,
            Sheet.round == ReviewRound.MODERATION,
            col(Sheet.state).in_([state for state in SheetState if not state.done]),
        )
    ).one()
