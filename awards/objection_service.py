"""Objections to a list on notice: filed under a real name that only its handler and the administrator learn."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, require
from awards import ending, loading, results, stages, standing
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import AwardEntryState, AwardStage, EditionState, Veto
from db import audit, files
from db.session import check_version, write
from db.tables import AwardEntry, AwardNotice, AwardObjection, Edition
from panels import noticing, objections, review_service
from scenarios import writing

ENTITY = "award_objection"


def file(
    actor: Actor,
    edition_id: int,
    text: str,
    given: Sequence[tuple[str, bytes]],
    entry_id: int | None = None,
    *,
    nonce: str,
) -> int:
    """Object to the list on notice, or to an entry on it, with evidence; the notice pauses. Returns the objection's id."""
    require(actor, Permission.OBJECTION_FILE)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        again = session.exec(select(AwardObjection.id).where(AwardObjection.nonce == nonce)).first()
        if again is not None:
            return again
        notice = standing.latest_notice(session, edition_id)
        today = clock.today()
        if notice is None or row.state not in (EditionState.NOTICE, EditionState.PAUSED):
            raise WrongState(f"年度当前为“{row.state.label}”，不在公示期。", "异议须在公示期内提出。")
        paused = row.state is EditionState.PAUSED
        words, checked = noticing.objected(notice, text, given, paused=paused, today=today)
        if entry_id is not None and entry_id not in {line["entry"] for line in notice.listed}:
            raise NotFound("公示名单里没有这个项目。", "请从名单中选择。")
        objection = AwardObjection(
            edition_id=edition_id,
            notice_id=notice.id or 0,
            entry_id=entry_id,
            account_id=writing.author(actor),
            text=words,
            due_on=noticing.answer_due(today, notice.answer_days),
            filed_at=clock.now(),
            nonce=nonce,
        )
        session.add(objection)
        session.flush()
        for upload in checked:
            files.attach(session, None, ENTITY, objection.id or 0, upload, logged=False)
        # The log names nobody: staff read it, and the name is for two people only.
        audit.record(session, None, "award_objection:file", "award_objection", objection.id, {"edition": row.code})
        if not paused:
            noticing.pause(notice, today)
            loading.take(session, actor, row, stages.PAUSE, by=None)
        return objection.id or 0


def take_on(actor: Actor, objection_id: int) -> None:
    """Handle an objection: from now on this person, beside the administrator, knows who filed it."""
    require(actor, Permission.OBJECTION_ANSWER)
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        require(actor, Permission.OBJECTION_ANSWER, results.deciders(session, row))
        loading.refuse_recused(session, actor, row)
        noticing.take_on(objection, actor.account_id)
        audit.record(session, actor.account_id, "award_objection:take", "award_objection", objection_id)


def answer(
    actor: Actor,
    objection_id: int,
    upheld: bool,
    text: str,
    *,
    thrown_out: Veto | None = None,
    track: str = "",
    seen_version: int,
) -> EditionState:
    """Answer an objection. Not upheld, the notice goes on once none is open. Upheld, the list is combined anew: without
    the entry it is about (`thrown_out`), after the panel of a `track` has come together again, or as it is. Returns the
    edition's state."""
    require(actor, Permission.OBJECTION_ANSWER)
    with write() as session:
        objection, row = _find(session, actor, objection_id)
        require(actor, Permission.OBJECTION_ANSWER, results.deciders(session, row))
        loading.refuse_recused(session, actor, row)
        check_version(objection, seen_version)
        late = noticing.days_late(objection.due_on, clock.today())
        noticing.answered(objection, actor.account_id, upheld, text)
        said = {"edition": row.code, "upheld": upheld, "late": late}
        audit.record(session, actor.account_id, "award_objection:answer", "award_objection", objection_id, said)
        session.flush()
        if upheld:
            _uphold(session, actor, row, objection, text.strip(), thrown_out, track)
        elif row.state is EditionState.PAUSED and not standing.unanswered(session, row.id or 0):
            _go_on(session, actor, row)
        return row.state


def escalate(actor: Actor) -> int:
    """Hand every objection that was not answered in time to the supervisor whom its notice names; returns how many."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        late = objections.late(session, AwardObjection)
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
            decided=results.decided(session, row),
            seen_version=seen_version,
        )
        _escalate(session, actor, objection)
        audit.record(
            session, actor.account_id, "award_objection:reassign", "award_objection", objection_id, said, reason.strip()
        )


# -- within a transaction -------------------------------------------------------------------


def _find(session: Session, actor: Actor, objection_id: int) -> tuple[AwardObjection, Edition]:
    objection = session.get(AwardObjection, objection_id)
    if objection is None:
        raise NotFound("没有找到这件异议。", "请刷新页面。")
    return objection, loading.edition(session, actor, objection.edition_id)


def _escalate(session: Session, actor: Actor, item: AwardObjection) -> bool:
    said = objections.escalate(item, _supervisor(session, item))
    if said is not None:
        audit.record(session, actor.account_id, "award_objection:escalate", "award_objection", item.id, said)
    return said is not None


def _supervisor(session: Session, objection: AwardObjection) -> int | None:
    return session.get_one(AwardNotice, objection.notice_id).supervisor_id


def _go_on(session: Session, actor: Actor, row: Edition) -> None:
    noticing.resume(_notice(session, row), clock.today())
    loading.take(session, actor, row, stages.RESUME, "异议不成立，公示继续")


def _uphold(
    session: Session,
    actor: Actor,
    row: Edition,
    objection: AwardObjection,
    text: str,
    thrown_out: Veto | None,
    track: str,
) -> None:
    if row.state is EditionState.PAUSED:
        for item in loading.entries_of(session, row.id or 0, AwardEntryState.PROPOSED, AwardEntryState.NOT_CHOSEN):
            item.grade = ""
            loading.take_entry(session, actor, item, stages.RETURN, "异议成立，名单重新合成")
        loading.take(session, actor, row, stages.REJUDGE, "异议成立")
    if thrown_out is not None:
        if objection.entry_id is None:
            raise Invalid(["这件异议没有指明项目，不能据此否决"], "请选择退回评审组或重新合成。")
        item = session.get_one(AwardEntry, objection.entry_id)
        ending.throw_out(session, actor, item, thrown_out, f"异议成立：{text}")
    elif track:
        reviews = loading.reviews_of(session, row.id or 0)
        last = AwardStage.FINAL if (AwardStage.FINAL, track) in reviews else AwardStage.FIRST
        if (last, track) not in reviews:
            raise NotFound(f"没有找到“{track}”的评审。", "请从列表中重新选择。")
        review_service.reopen_after_objection(session, actor, reviews[last, track], f"异议成立：{text}")


def _notice(session: Session, row: Edition) -> AwardNotice:
    notice = standing.latest_notice(session, row.id or 0)
    assert notice is not None
    return notice
