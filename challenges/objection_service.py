"""Objections to a public notice: filed under a real name that only its handler and the administrator learn."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, stages, standing
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import BidState, ChallengeState
from db import audit, files
from db.session import check_version, write
from db.tables import Account, Challenge, ChallengeNotice, Objection
from panels import noticing, review_service
from scenarios import writing

ENTITY = "objection"


def file(actor: Actor, challenge_id: int, text: str, given: Sequence[tuple[str, bytes]], *, nonce: str) -> int:
    """Object to the list on notice, with evidence; the notice pauses. Returns the objection's id."""
    require(actor, Permission.OBJECTION_FILE)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        again = session.exec(select(Objection.id).where(Objection.nonce == nonce)).first()
        if again is not None:
            return again
        notice = standing.latest_notice(session, challenge_id)
        today = clock.today()
        if notice is None or row.state not in (ChallengeState.NOTICE, ChallengeState.PAUSED):
            raise WrongState(f"榜单当前为“{row.state.label}”，不在公示期。", "异议须在公示期内提出。")
        paused = row.state is ChallengeState.PAUSED
        words, checked = noticing.objected(notice, text, given, paused=paused, today=today)
        objection = Objection(
            challenge_id=challenge_id,
            notice_id=notice.id or 0,
            account_id=writing.author(actor),
            text=words,
            due_on=noticing.answer_due(today, notice.answer_days),
            filed_at=clock.now(),
            nonce=nonce,
        )
        session.add(objection)
        session.flush()
        for upload in checked:
            files.attach(session, None, "objection", objection.id or 0, upload, logged=False)
        # The log names nobody: staff read it, and the name is for two people only.
        audit.record(session, None, "objection:file", "objection", objection.id, {"challenge": row.code})
        if not paused:
            noticing.pause(notice, today)
            loading.take(session, actor, row, stages.PAUSE, by=None)
        return objection.id or 0


def take_on(actor: Actor, objection_id: int) -> None:
    """Handle an objection: from now on this person, beside the administrator, knows who filed it."""
    require(actor, Permission.OBJECTION_ANSWER)
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        require(actor, Permission.OBJECTION_ANSWER, standing.deciders(session, row))
        loading.refuse_recused(session, actor, row)
        noticing.take_on(objection, actor.account_id)
        audit.record(session, actor.account_id, "objection:take", "objection", objection_id)


def answer(
    actor: Actor, objection_id: int, upheld: bool, text: str, disqualified: int | None = None, *, seen_version: int
) -> ChallengeState:
    """Answer an objection. Not upheld, the notice goes on once none is open; upheld, the challenge goes back to the
    panel, or without `disqualified` (a bid's id) it goes back to deciding. Returns the challenge's state."""
    require(actor, Permission.OBJECTION_ANSWER)
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        require(actor, Permission.OBJECTION_ANSWER, standing.deciders(session, row))
        loading.refuse_recused(session, actor, row)
        check_version(objection, seen_version)
        late = noticing.days_late(objection.due_on, clock.today())
        noticing.answered(objection, actor.account_id, upheld, text)
        said = {"challenge": row.code, "upheld": upheld, "late": late}
        audit.record(session, actor.account_id, "objection:answer", "objection", objection_id, said)
        session.flush()
        if upheld:
            if row.state is ChallengeState.PAUSED:
                _back(session, actor, row, disqualified, text)
            return row.state
        waiting = session.exec(
            select(Objection.id).where(Objection.challenge_id == row.id, Objection.upheld == None)  # noqa: E711
        ).first()
        if waiting is None and row.state is ChallengeState.PAUSED:
            _go_on(session, actor, row)
        return row.state


def escalate(actor: Actor) -> int:
    """Hand every objection that was not answered in time to the supervisor whom its notice names; returns how many."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        late = session.exec(
            select(Objection).where(
                col(Objection.upheld).is_(None),
                col(Objection.escalated_at).is_(None),
                col(Objection.due_on) < clock.today(),
            )
        ).all()
        return sum(_escalate(session, actor, objection) for objection in late)


def reassign(actor: Actor, objection_id: int, handler_id: int, reason: str, *, seen_version: int) -> None:
    """The supervisor, or the administrator, has somebody else answer an objection that is late."""
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        notice = session.get_one(ChallengeNotice, objection.notice_id)
        watched = frozenset([notice.supervisor_id] if notice.supervisor_id is not None else [])
        require(actor, Permission.OBJECTION_SUPERVISE, Subject(reviewers=watched))
        check_version(objection, seen_version)
        if objection.upheld is not None:
            raise WrongState("这件异议已经答复。", "请刷新页面。")
        if not noticing.days_late(objection.due_on, clock.today()):
            raise WrongState(f"答复期限到 {objection.due_on}，还没有超期。", "期限内由受理人答复。")
        if len(reason.strip()) < 4:
            raise Invalid(["请写明改派的理由"])
        account = session.get(Account, handler_id)
        if account is None or not account.active or account.role not in standing.STAFF:
            raise NotFound("没有找到可以改派的人员。", "受理人须是研究院的在用账号。")
        if account.id in standing.decided(session, row):
            raise Invalid([f"{account.name}参与了资格审查或定榜，不能答复"], "请改派另一位人员。")
        if account.id == objection.handler_id:
            raise Invalid([f"现在就由{account.name}办理"], "请改派另一位人员。")
        objection.handler_id = account.id
        _escalate(session, actor, objection)
        said = {"handler": account.name}
        audit.record(session, actor.account_id, "objection:reassign", "objection", objection_id, said, reason.strip())


# -- within a transaction -------------------------------------------------------------------


def _find(session: Session, actor: Actor, objection_id: int) -> tuple[Objection, Challenge]:
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise NotFound("没有找到这件异议。", "请刷新页面。")
    return objection, loading.challenge(session, actor, objection.challenge_id)


def _escalate(session: Session, actor: Actor, objection: Objection) -> bool:
    notice = session.get_one(ChallengeNotice, objection.notice_id)
    if objection.escalated_at is not None or notice.supervisor_id is None:
        return False
    objection.escalated_to, objection.escalated_at = notice.supervisor_id, clock.now()
    said = {"to": notice.supervisor_id, "due": str(objection.due_on)}
    audit.record(session, actor.account_id, "objection:escalate", "objection", objection.id, said)
    return True


def _notice(session: Session, row: Challenge) -> ChallengeNotice:
    notice = standing.latest_notice(session, row.id or 0)
    assert notice is not None
    return notice


def _go_on(session: Session, actor: Actor, row: Challenge) -> None:
    noticing.resume(_notice(session, row), clock.today())
    loading.take(session, actor, row, stages.RESUME, "异议不成立，公示继续")


def _back(session: Session, actor: Actor, row: Challenge, disqualified: int | None, text: str) -> None:
    candidates = loading.bids_of(session, row.id or 0, BidState.CANDIDATE)
    if disqualified is not None and disqualified not in [bid.id for bid in candidates]:
        raise NotFound("没有找到要取消资格的拟中榜单位。", "请刷新页面后重选。")
    for bid in candidates:
        bid.place = None
        if bid.id == disqualified:
            loading.take_bid(session, actor, bid, stages.GIVE_UP, f"异议成立，取消资格：{text.strip()}")
        else:
            loading.take_bid(session, actor, bid, stages.RETURN)
    if disqualified is None and row.review_id is not None:
        review_service.reopen_after_objection(session, actor, row.review_id, f"异议成立：{text.strip()}")
    loading.take(session, actor, row, stages.REJUDGE, "异议成立")
