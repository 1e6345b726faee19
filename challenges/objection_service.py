"""Objections to a public notice: filed under a real name that only its handler and the administrator learn."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from challenges import loading, stages, standing
from core import clock
from core.errors import NotFound, WrongState
from core.words import BidState, ChallengeState
from db import audit, files
from db.session import check_version, write
from db.tables import Challenge, ChallengeNotice, Objection
from panels import noticing, objections, review_service
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
            select(Objection.id).where(Objection.challenge_id == row.id, col(Objection.upheld).is_(None))
        ).first()
        if waiting is None and row.state is ChallengeState.PAUSED:
            _go_on(session, actor, row)
        return row.state


def escalate(actor: Actor) -> int:
    """Hand every objection that was not answered in time to the supervisor whom its notice names; returns how many."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        late = objections.late(session, Objection)
        return sum(_escalate(session, actor, item) for item in late)


def reassign(actor: Actor, objection_id: int, handler_id: int, reason: str, *, seen_version: int) -> None:
    """The supervisor, or the administrator, has somebody else answer an objection that is late."""
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        said = objections.reassign(
            session,
            actor,
            objection,
            handler_id,
            reason,
            supervisor_id=_supervisor(session, objection),
            decided=standing.decided(session, row),
            seen_version=seen_version,
        )
        _escalate(session, actor, objection)
        audit.record(session, actor.account_id, "objection:reassign", "objection", objection_id, said, reason.strip())


# -- within a transaction -------------------------------------------------------------------


def _find(session: Session, actor: Actor, objection_id: int) -> tuple[Objection, Challenge]:
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise NotFound("没有找到这件异议。", "请刷新页面。")
    return objection, loading.challenge(session, actor, objection.challenge_id)


def _escalate(session: Session, actor: Actor, item: Objection) -> bool:
    said = objections.escalate(item, _supervisor(session, item))
    if said is not None:
        audit.record(session, actor.account_id, "objection:escalate", "objection", item.id, said)
    return said is not None


def _supervisor(session: Session, objection: Objection) -> int | None:
    return session.get_one(ChallengeNotice, objection.notice_id).supervisor_id


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
