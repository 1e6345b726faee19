"""Commands about stepping aside: said by the judge, or by staff about themselves or him; decided by somebody else."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.words import RecusalKind, RecusalState, ReviewState, SheetState
from db import audit
from db.session import check_version, write
from db.tables import Account, PanelMember, Recusal, Review, ReviewEntry, Sheet
from panels import recusing, sheets
from panels.queries import Standing, entry_of, find, subject
from scenarios import writing


def declare(actor: Actor, review_id: int, entry_id: int, detail: str) -> int:
    """Say that one must step aside from an entry, and why: a judge of the panel, or one of staff about himself. It
    holds at once; returns its id."""
    with write() as session:
        row, _ = find(session, actor, review_id)
        if not actor.is_staff:
            require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        entry = entry_of(session, review_id, entry_id)
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿，不能再申报回避。", "如影响结果的公正，请联系研究院重开评审。")
        if len(detail.strip()) < 4:
            raise Invalid(["请写明与这个项目有什么关系（不少于 4 个字）"], "例如：去年担任该项目的顾问。")
        return _declare(session, actor, entry, detail)


def declare_all(actor: Actor, review_id: int, details: Mapping[int, str]) -> None:
    """A judge goes through the whole list at once: steps aside from these entries (entry → why) and says that he has
    nothing to do with the others. All of it or, when a reason is missing, none."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿，不能再申报回避。", "如影响结果的公正，请联系研究院重开评审。")
        entries = {entry_id: entry_of(session, review_id, entry_id) for entry_id in details}
        if short := [entries[entry_id].code for entry_id, detail in details.items() if len(detail.strip()) < 4]:
            raise Invalid(
                [f"{code}：请写明有什么关系（不少于 4 个字）" for code in short], "例如：去年担任该项目的顾问。"
            )
        for entry_id, detail in details.items():
            _declare(session, actor, entries[entry_id], detail)
        _finish(session, actor, row, stands)


def finish_declaring(actor: Actor, review_id: int) -> None:
    """A judge has gone through the entries and said all there is to say."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿。", "请刷新页面。")
        _finish(session, actor, row, stands)


def look_again(actor: Actor, review_id: int) -> int:
    """Have the system look for reasons to step aside; returns how many are new."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        new = recusing.detect(session, row)
        audit.record(session, actor.account_id, "recusal:find", "review", review_id, {"new": new})
        return new


def decide(actor: Actor, recusal_id: int, *, confirmed: bool, reason: str, seen_version: int) -> RecusalState:
    """Confirm or clear a reason to step aside: one of staff who neither is meant nor said it. Clearing needs a
    reason; a decision may be taken back while the review is open. What was scored meanwhile leaves every figure."""
    with write() as session:
        recusal = session.get(Recusal, recusal_id)
        if recusal is None:
            require(actor, Permission.REVIEW_RUN)
            raise NotFound("没有找到这条回避。", "请刷新页面。")
        meant = Subject(created_by=recusal.declared_by, authors=frozenset({recusal.account_id}))
        require(actor, Permission.RECUSAL_DECIDE, meant)
        row, _ = find(session, actor, recusal.review_id)
        check_version(recusal, seen_version)
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿，回避不能再改。", "需要时请先重开评审。")
        if not confirmed and len(reason.strip()) < 4:
            raise Invalid(["认定不需回避要写明理由（不少于 4 个字）"], "例如：同名不同人，已核对身份信息。")
        recusal.state = RecusalState.CONFIRMED if confirmed else RecusalState.CLEARED
        recusal.decided_by, recusal.decided_at, recusal.reason = actor.account_id, clock.now(), reason.strip()
        session.flush()
        _set_sheets(session, actor, row, recusal)
        changes = {"do": recusal.state.label, "entry": recusal.entry_id}
        audit.record(session, actor.account_id, "recusal:decide", "recusal", recusal_id, changes, reason.strip())
        return recusal.state


def _declare(session: Session, actor: Actor, entry: ReviewEntry, detail: str) -> int:
    account_id = writing.author(actor)
    known = session.exec(
        select(Recusal).where(
            Recusal.entry_id == entry.id,
            Recusal.account_id == account_id,
            Recusal.kind == RecusalKind.DECLARED,
        )
    ).first()
    if known is not None:
        raise Duplicate(f"您已经申报过对 {entry.code} 回避。", "请刷新页面查看。")
    recusal = Recusal(
        review_id=entry.review_id,
        entry_id=entry.id or 0,
        account_id=account_id,
        kind=RecusalKind.DECLARED,
        detail=detail.strip(),
        declared_by=account_id,
        declared_at=clock.now(),
    )
    session.add(recusal)
    session.flush()
    audit.record(session, account_id, "recusal:declare", "review_entry", entry.id, {"code": entry.code})
    return recusal.id or 0


def _finish(session: Session, actor: Actor, row: Review, stands: Standing) -> None:
    member = session.get_one(PanelMember, stands.member_id)
    member.declared_at = clock.now()
    name = session.get_one(Account, member.account_id).name
    audit.record(session, actor.account_id, "recusal:finish", "review", row.id, {"name": name})


def _set_sheets(session: Session, actor: Actor, row: Review, recusal: Recusal) -> None:
    """Sheets of somebody who steps aside are 回避: kept, and in no figure. Cleared, they are what they were."""
    aside = (recusal.entry_id, recusal.account_id) in recusing.blocked(session, row.id or 0)
    for sheet in session.exec(
        select(Sheet)
        .join(PanelMember, col(PanelMember.id) == Sheet.member_id)
        .where(Sheet.entry_id == recusal.entry_id, PanelMember.account_id == recusal.account_id)
    ).all():
        if recusal.state is RecusalState.CONFIRMED and sheet.state not in (SheetState.RECUSED, SheetState.VOID):
            sheets.settle(session, actor, sheet, SheetState.RECUSED, "认定应回避")
        elif not aside and sheet.state is SheetState.RECUSED:
            sheets.bring_back(session, actor, sheet, "认定不需回避")
