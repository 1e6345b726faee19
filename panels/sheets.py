"""Sheets within a transaction: the newest version, another version, a state that somebody else gives.

`sheet_service` is what judges and staff call; everything it writes goes through `append`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.errors import Forbidden, NotFound, WrongState
from core.words import EntryState, ReviewRound, ReviewState, SheetDoor, SheetState
from db.tables import Review, ReviewAssignment, ReviewEntry, RubricVersion, Sheet, SheetVersion
from panels.queries import Standing, entry_of
from panels.rubric import Rubric


def newest(session: Session, sheet: Sheet) -> SheetVersion | None:
    """What a sheet says now; None while nothing was saved."""
    return session.exec(
        select(SheetVersion).where(SheetVersion.sheet_id == sheet.id).order_by(col(SheetVersion.number).desc()).limit(1)
    ).first()


def own(session: Session, row: Review, stands: Standing, entry_id: int) -> Sheet:
    """The judge's own sheet for an entry that he is given, made when there is none; the one after the discussion
    where it was asked for."""
    entry = entry_of(session, row.id or 0, entry_id)
    if entry_id in stands.viewer.blocked:
        raise Forbidden("您对这个项目应当回避，不能评分。", "如认定有误，请联系研究院。")
    if stands.member_id is None or session.get(ReviewAssignment, (entry_id, stands.member_id)) is None:
        raise NotFound("这个项目没有分配给您。", "请从“我的评审”里选择项目。")
    if entry.state is not EntryState.ACTIVE:
        raise WrongState(f"这个项目{entry.state.label}，不再评分。", "已评的分数会留存。")
    round_ = ReviewRound.MODERATION if row.state is ReviewState.MODERATING else ReviewRound.INITIAL
    sheet = session.exec(
        select(Sheet).where(Sheet.member_id == stands.member_id, Sheet.entry_id == entry_id, Sheet.round == round_)
    ).first()
    if sheet is None:
        if round_ is ReviewRound.MODERATION:
            raise WrongState("这个项目没有要求重新评分。", "合议期间只评主评记录为“重新评分”的项目。")
        sheet = Sheet(
            review_id=row.id or 0,
            entry_id=entry_id,
            member_id=stands.member_id,
            round=round_,
            changed_at=clock.now(),
        )
        session.add(sheet)
        session.flush()
    return sheet


def append(
    session: Session,
    actor: Actor,
    sheet: Sheet,
    state: SheetState,
    marks: Mapping[str, int],
    reasons: Mapping[str, str],
    comment: str,
    *,
    why: str = "",
    door: SheetDoor = SheetDoor.PAGE,
    nonce: str | None = None,
    late: bool = False,
) -> SheetVersion:
    """Keep another version of a sheet and let the sheet follow it. The marks were checked by the caller; one that is
    submitted must be whole. Entry and rubric are named as they are now."""
    review = session.get_one(Review, sheet.review_id)
    entry = session.get_one(ReviewEntry, sheet.entry_id)
    rubric = session.get_one(RubricVersion, review.rubric_version_id)
    now = clock.now()
    version = SheetVersion(
        sheet_id=sheet.id or 0,
        number=sheet.number + 1,
        state=state,
        marks=dict(marks),
        reasons={code: text for code, text in reasons.items() if text},
        comment=comment,
        why=why,
        entry_number=entry.number,
        rubric_version_id=rubric.id or 0,
        rubric_digest=rubric.digest,
        door=door,
        nonce=nonce,
        by=actor.account_id,
        at=now,
    )
    session.add(version)
    sheet.number, sheet.state, sheet.changed_at, sheet.entry_number = version.number, state, now, entry.number
    if state is SheetState.SUBMITTED:
        sheet.weighted = Rubric.from_json(rubric.body).weighted(marks)
        sheet.submitted_at, sheet.late = now, late
    elif state is not SheetState.UNLOCKED:
        sheet.weighted, sheet.submitted_at, sheet.late = None, None, False
    session.flush()
    return version


def settle(session: Session, actor: Actor, sheet: Sheet, state: SheetState, why: str) -> None:
    """Give a sheet a state that is not its judge's doing (回避, 作废, 已解锁). What it said stays in its versions."""
    last = newest(session, sheet)
    append(
        session,
        actor,
        sheet,
        state,
        last.marks if last else {},
        last.reasons if last else {},
        last.comment if last else "",
        why=why,
        door=SheetDoor.SYSTEM,
    )


def bring_back(session: Session, actor: Actor, sheet: Sheet, why: str) -> None:
    """Let a sheet be what it was before it was given the state it has."""
    versions = session.exec(
        select(SheetVersion).where(SheetVersion.sheet_id == sheet.id).order_by(col(SheetVersion.number).desc())
    ).all()
    before = next((version for version in versions if version.state is not sheet.state), None)
    state = before.state if before else SheetState.DRAFT
    source = before or versions[0]
    append(
        session,
        actor,
        sheet,
        state,
        source.marks,
        source.reasons,
        source.comment,
        why=why,
        door=SheetDoor.SYSTEM,
    )
