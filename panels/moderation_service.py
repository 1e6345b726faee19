"""What was discussed about an entry, written down by a lead judge. Marks that were given stay; where the panel agrees
to score again, each judge gets another sheet beside the first."""

from __future__ import annotations

from pydantic import Field
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Forbidden, WrongState
from core.validation import Input
from core.words import (
    EntryState,
    MemberRole,
    ModerationOutcome,
    ReviewRound,
    ReviewState,
    SheetDoor,
    SheetState,
)
from db import audit
from db.session import write
from db.tables import ModerationRecord, PanelMember, Review, ReviewAssignment, Sheet
from panels import recusing, sheets
from panels.queries import Standing, entry_of, find


class ModerationIn(Input):
    present: list[str] = Field(title="参加人员", min_length=1, max_length=30)
    discussion: str = Field(title="合议记录", min_length=10, max_length=4000)
    outcome: ModerationOutcome = Field(title="结论")
    dissent: str = Field("", title="保留意见", max_length=2000)


def record(actor: Actor, review_id: int, entry_id: int, data: ModerationIn, *, flags: list[str] | None = None) -> int:
    """Keep what was discussed about an entry; returns the record's id. The newest record stands."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        _require_lead(actor, stands)
        entry = entry_of(session, review_id, entry_id)
        if entry_id in stands.viewer.blocked:
            raise Forbidden("您对这个项目应当回避，不能记录合议。", "请由另一位主评或研究院人员记录。")
        if row.state is not ReviewState.MODERATING:
            raise WrongState(f"评审当前为“{row.state.label}”，不在合议阶段。", "请在合议阶段记录。")
        if entry.state is not EntryState.ACTIVE:
            raise WrongState(f"这个项目{entry.state.label}，不再合议。", "请刷新页面。")
        found = ModerationRecord(
            review_id=review_id,
            entry_id=entry_id,
            flags=flags or [],
            present=data.present,
            discussion=data.discussion,
            outcome=data.outcome,
            dissent=data.dissent,
            by=actor.account_id,
            at=clock.now(),
        )
        session.add(found)
        session.flush()
        if data.outcome is ModerationOutcome.RESCORE:
            _score_again(session, actor, row, entry_id)
        changes = {"code": entry.code, "do": data.outcome.label}
        audit.record(session, actor.account_id, "moderation:record", "review_entry", entry_id, changes)
        return found.id or 0


def _require_lead(actor: Actor, stands: Standing) -> None:
    viewer = stands.viewer
    if viewer.judges and viewer.role is MemberRole.LEAD and not viewer.open_sheets:
        return
    require(actor, Permission.REVIEW_RUN)


def _score_again(session: Session, actor: Actor, row: Review, entry_id: int) -> None:
    """A sheet of the second round for everybody whose first one is in, with the marks that he gave."""
    blocked = recusing.blocked(session, row.id or 0)
    members = session.exec(
        select(PanelMember)
        .join(ReviewAssignment, col(ReviewAssignment.member_id) == PanelMember.id)
        .where(
            ReviewAssignment.entry_id == entry_id,
            col(PanelMember.left_at).is_(None),
            PanelMember.role != MemberRole.SHADOW,
        )
    ).all()
    for member in members:
        mine = {
            sheet.round: sheet
            for sheet in session.exec(
                select(Sheet).where(Sheet.entry_id == entry_id, Sheet.member_id == member.id)
            ).all()
        }
        first = mine.get(ReviewRound.INITIAL)
        if (
            first is None
            or first.state is not SheetState.SUBMITTED
            or ReviewRound.MODERATION in mine
            or (entry_id, member.account_id) in blocked
        ):
            continue
        again = Sheet(
            review_id=row.id or 0,
            entry_id=entry_id,
            member_id=member.id or 0,
            round=ReviewRound.MODERATION,
            changed_at=clock.now(),
        )
        session.add(again)
        session.flush()
        last = sheets.newest(session, first)
        if last is not None:
            sheets.append(
                session,
                actor,
                again,
                SheetState.DRAFT,
                last.marks,
                last.reasons,
                last.comment,
                door=SheetDoor.SYSTEM,
                why="合议后重新评分",
            )
