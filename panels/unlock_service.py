"""Unlocking a sheet that was handed in: asked with a reason by its judge or one of staff, granted by another."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import ReviewState, SheetState
from db import audit
from db.session import check_version, write
from db.tables import PanelMember, Review, Sheet, UnlockRequest
from panels import sheets
from panels.queries import find
from scenarios import writing

_HANDED_IN = (SheetState.SUBMITTED, SheetState.ABSTAINED)


def ask(actor: Actor, sheet_id: int, reason: str) -> int:
    """Ask that a sheet may be changed; returns the request's id."""
    with write() as session:
        sheet, row, member = _load(session, actor, sheet_id)
        require(actor, Permission.SHEET_ASK, Subject(reviewers=frozenset({member.account_id})))
        if row.state not in (ReviewState.SCORING, ReviewState.MODERATING) or sheet.state not in _HANDED_IN:
            raise WrongState(
                f"评分表当前“{sheet.state.label}”，不能申请解锁。", "评分或合议期间、已提交的评分表才能解锁。"
            )
        if len(reason.strip()) < 4:
            raise Invalid(["申请解锁要写明理由（不少于 4 个字）"], "例如：把第 2 项的分数填到了第 3 项。")
        waiting = session.exec(
            select(UnlockRequest.id).where(UnlockRequest.sheet_id == sheet_id, col(UnlockRequest.granted).is_(None))
        ).first()
        if waiting is not None:
            raise Duplicate("这份评分表已经申请过解锁，正在等待答复。", "请等待另一人答复。")
        request = UnlockRequest(
            sheet_id=sheet_id, reason=reason.strip(), asked_by=writing.author(actor), asked_at=clock.now()
        )
        session.add(request)
        session.flush()
        audit.record(session, actor.account_id, "sheet:ask", "sheet", sheet_id, {}, reason.strip())
        return request.id or 0


def answer(actor: Actor, request_id: int, *, granted: bool, words: str, seen_version: int) -> None:
    """Grant or refuse: one of staff who did not ask. A sheet that is unlocked counts nowhere until it is handed in
    again; the version it had stays."""
    with write() as session:
        request = session.get(UnlockRequest, request_id)
        if request is None:
            require(actor, Permission.REVIEW_RUN)
            raise NotFound("没有找到这件申请。", "请刷新页面。")
        sheet, row, member = _load(session, actor, request.sheet_id)
        require(
            actor,
            Permission.SHEET_UNLOCK,
            Subject(created_by=request.asked_by, authors=frozenset({member.account_id})),
        )
        check_version(request, seen_version)
        if request.granted is not None:
            raise WrongState("这件申请已经答复过了。", "请刷新页面。")
        if granted and (
            row.state not in (ReviewState.SCORING, ReviewState.MODERATING) or sheet.state not in _HANDED_IN
        ):
            raise WrongState(f"评分表当前“{sheet.state.label}”，不能解锁。", "可以答复“不同意”。")
        if not granted and not words.strip():
            raise Invalid(["不同意要写明理由"])
        request.granted, request.answer = granted, words.strip()
        request.decided_by, request.decided_at = writing.author(actor), clock.now()
        if granted:
            sheets.settle(session, actor, sheet, SheetState.UNLOCKED, request.reason)
        changes = {"do": "同意" if granted else "不同意"}
        audit.record(session, actor.account_id, "sheet:unlock", "sheet", sheet.id, changes, words.strip())


def _load(session: Session, actor: Actor, sheet_id: int) -> tuple[Sheet, Review, PanelMember]:
    """A sheet with its review and its judge, of an entry that the actor need not step aside from."""
    sheet = session.get(Sheet, sheet_id)
    if sheet is None:
        raise NotFound("没有找到这份评分表。", "请刷新页面。")
    row, stands = find(session, actor, sheet.review_id)
    member = session.get_one(PanelMember, sheet.member_id)
    if sheet.entry_id in stands.viewer.blocked:
        raise Forbidden("您对这个项目应当回避，不能办理。", "请由另一位研究院人员办理。")
    if stands.viewer.judges and sheet.member_id != stands.member_id:
        raise NotFound("没有找到这份评分表。", "请刷新页面。")
    return sheet, row, member
