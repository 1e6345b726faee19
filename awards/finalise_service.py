"""The end of an edition: one person puts the list forward, another signs that very list and puts it to public notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, func, select

from accounts.permissions import Actor, Permission, require
from awards import blocking, listing, loading, reckoning, results, stages, standing
from awards.schemas import NoticeIn
from core import clock
from core.errors import Conflict, Duplicate, Invalid, NotFound, WrongState
from core.words import AwardEntryState, EditionState, SignatureKind
from db import audit
from db.session import check_version, write
from db.tables import AwardNotice, AwardResult, AwardSignature, Edition
from panels import review_service
from panels.rubric import digest
from regions import calendar
from scenarios import writing

E = AwardEntryState


def propose(actor: Actor, edition_id: int) -> int:
    """Put the list forward as it stands, with its hash, and sign it first; returns its id."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        _require_ready(session, actor, row)
        kept = results.body_of(session, row)
        found, newest = digest(kept), results.newest(session, edition_id)
        if newest is not None and newest.digest == found and not _confirmed(session, newest.id or 0):
            raise Duplicate("这份名单已经提请审定，正在等另一人复核。", "请由另一位研究院人员复核签署。")
        last = session.exec(select(func.max(AwardResult.number)).where(AwardResult.edition_id == edition_id)).one()
        result = AwardResult(
            edition_id=edition_id,
            number=(last or 0) + 1,
            body=kept,
            digest=found,
            by=actor.account_id,
            at=clock.now(),
        )
        session.add(result)
        session.flush()
        _sign(session, actor, result, SignatureKind.PROPOSE)
        said = {"number": result.number, "hash": found}
        audit.record(session, actor.account_id, "edition:propose", "edition", edition_id, said)
        return result.id or 0


def confirm(actor: Actor, edition_id: int, result_id: int, data: NoticeIn, *, seen_version: int) -> int:
    """Sign second and put the list to public notice; returns the notice's number. Another person, the newest list, and
    only while it still follows from the panels' results and the frozen rule."""
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        result = results.newest(session, edition_id)
        require(actor, Permission.EDITION_SIGN, results.proposer(session, row))
        check_version(row, seen_version)
        if result is None or result.id != result_id:
            raise NotFound("没有找到这份名单，或已有更新的一份。", "请刷新页面。")
        if row.rehearsal:
            raise WrongState("演练到审定为止，不公示、不发布。", "正式遴选请另建年度。")
        _require_ready(session, actor, row)
        if data.starts_on < clock.today():
            raise Invalid(["公示起始日不能早于今天"])
        if data.supervisor_id not in results.supervisors(session, row, actor.account_id):
            raise Invalid(
                ["请指定监督人：研究院的在用账号，没有参与形式审查和审定"], "异议逾期未答复的，由监督人处置。"
            )
        kept = results.body_of(session, row)
        if digest(kept) != result.digest:
            names = "；".join(listing.changes(result.body, kept))
            raise Conflict(f"提请审定之后名单变了，不能签署：{names}。", "请重新提请审定，再由另一人复核。")
        _sign(session, actor, result, SignatureKind.CONFIRM)
        notice = _put_up(session, actor, row, result, data)
        grades = {line["entry"]: line["grade"] for line in kept["lines"]}
        whys = {line.entry: listing.why(line.level, line.placed.why) for line in reckoning.combined(session, row)}
        for item in loading.entries_of(session, edition_id, E.SHORTLISTED):
            item.grade = grades.get(item.id or 0, "")
            do = stages.PROPOSE if item.grade else stages.LOSE
            loading.take_entry(session, actor, item, do, whys.get(item.id or 0, ""))
        for review_id in loading.reviews_of(session, edition_id).values():
            review_service.mark_released(session, actor, review_id)
        loading.take(session, actor, row, stages.PUT_UP)
        return notice.number


def strip(actor: Actor, entry_id: int, reason: str, *, seen_version: int) -> None:
    """Take a released award back from one entry; its certificate is void."""
    with write() as session:
        item, row = loading.entry(session, actor, entry_id)
        require(actor, Permission.EDITION_SIGN, results.proposer(session, row))
        check_version(item, seen_version)
        if row.state is not EditionState.RELEASED:
            raise WrongState(f"年度当前为“{row.state.label}”，没有可以撤销的入选。")
        loading.take_entry(session, actor, item, stages.STRIP, reason)


# -- within a transaction -------------------------------------------------------------------


def _require_ready(session: Session, actor: Actor, row: Edition) -> None:
    if row.state is not EditionState.DECIDING:
        raise WrongState(f"年度当前为“{row.state.label}”，不能签署。", "请先提交审定。")
    loading.refuse_recused(session, actor, row)
    if left := blocking.blockers_of(session, row):
        raise WrongState(f"还不能审定：{'；'.join(left)}。", "请逐条消除后再签署。")


def _confirmed(session: Session, result_id: int) -> bool:
    kinds = session.exec(select(AwardSignature.kind).where(AwardSignature.result_id == result_id)).all()
    return SignatureKind.CONFIRM in kinds


def _sign(session: Session, actor: Actor, result: AwardResult, kind: SignatureKind) -> None:
    who = writing.author(actor)
    session.add(AwardSignature(result_id=result.id or 0, account_id=who, kind=kind, at=clock.now()))
    session.flush()


def _put_up(session: Session, actor: Actor, row: Edition, result: AwardResult, data: NoticeIn) -> AwardNotice:
    before = standing.latest_notice(session, row.id or 0)
    end = calendar.notice_end(data.starts_on, data.days, data.count_first)
    notice = AwardNotice(
        edition_id=row.id or 0,
        number=before.number + 1 if before else 1,
        result_id=result.id or 0,
        starts_on=data.starts_on,
        days=data.days,
        count_first=data.count_first,
        counted_from=data.starts_on,
        days_left=data.days,
        ends_on=end.date,
        provisional=end.provisional,
        listed=listing.winners(result.body),
        changes=_changes(session, before, result.body),
        contact=data.contact,
        answer_days=data.answer_days,
        supervisor_id=data.supervisor_id,
        issued_by=actor.account_id,
        issued_at=clock.now(),
    )
    session.add(notice)
    session.flush()
    said = {"number": notice.number, "from": str(data.starts_on), "to": str(end.date)}
    audit.record(session, actor.account_id, "edition:notice", "edition", row.id, said)
    return notice


def _changes(session: Session, before: AwardNotice | None, after: Mapping[str, Any]) -> list[str]:
    return listing.changes(session.get_one(AwardResult, before.result_id).body, after) if before else []
