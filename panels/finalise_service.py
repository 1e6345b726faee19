"""The end of a review: one person puts the result forward, another confirms that very result; judges may dissent."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import ReviewState, SignatureKind
from db import audit
from db.session import write
from db.tables import Review, ReviewResult, ReviewSignature
from panels import blocking, result_book, result_queries, stages
from panels.queries import Standing, find, subject
from panels.rubric import digest
from scenarios import writing


def propose(actor: Actor, review_id: int) -> int:
    """Put the result forward as it stands, with its hash, and sign it first; returns its id. Nothing may stand before
    the end, and who must step aside from an entry cannot vouch for the whole."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, stands = find(session, actor, review_id)
        _require_ready(session, row, stands)
        body, found = _body(session, actor, row, stands)
        newest = _newest(session, review_id)
        if newest is not None and newest.digest == found and _waiting(session, newest.id or 0):
            raise Duplicate("这一结果已经提请定稿，正在等另一人复核。", "请由另一位研究院人员复核签署。")
        last = session.exec(select(func.max(ReviewResult.number)).where(ReviewResult.review_id == review_id)).one()
        result = ReviewResult(
            review_id=review_id,
            number=(last or 0) + 1,
            outcome=body,
            digest=found,
            by=actor.account_id,
            at=clock.now(),
        )
        session.add(result)
        session.flush()
        _sign(session, writing.author(actor), result, SignatureKind.PROPOSE, "")
        changes = {"number": result.number, "hash": found}
        audit.record(session, actor.account_id, "result:propose", "review", review_id, changes)
        return result.id or 0


def confirm(actor: Actor, review_id: int, result_id: int) -> ReviewState:
    """Sign second: another person, the newest result, and only while it still follows from the sheets."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, stands = find(session, actor, review_id)
        result = _newest(session, review_id)
        if result is None or result.id != result_id:
            raise NotFound("没有找到这一号结果，或已有更新的一号。", "请刷新页面。")
        require(actor, Permission.REVIEW_SIGN, Subject(created_by=result.by))
        _require_ready(session, row, stands)
        body, found = _body(session, actor, row, stands)
        if found != result.digest:
            names = "；".join(result_queries.changes(result.outcome, body)) or "依据的记录有变化"
            raise Conflict(f"提请定稿之后结果变了，不能签署：{names}。", "请重新提请定稿，再由另一人复核。")
        step = stages.REVIEW.take(row.state, stages.FINALISE)
        _sign(session, writing.author(actor), result, SignatureKind.CONFIRM, "")
        row.state = ReviewState(step.target)
        changes = {"do": stages.FINALISE, "number": result.number, "hash": found}
        audit.record(session, actor.account_id, "result:confirm", "review", review_id, changes)
        return row.state


def dissent(actor: Actor, review_id: int, statement: str) -> None:
    """A judge who does not stand by the newest result, and why. Who neither signs nor writes why not counts as
    agreeing (DOMAIN §8)."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        if stands.viewer.open_sheets:
            raise WrongState("您还有评分表没有交，看不到结果，也不能提保留意见。", "请先交齐评分表。")
        result = _newest(session, review_id)
        if result is None or row.state not in (ReviewState.FINALISING, ReviewState.FINAL):
            raise WrongState("还没有提请定稿的结果。", "请在提请定稿之后填写。")
        if len(statement.strip()) < 10:
            raise Invalid(["保留意见要写明理由（不少于 10 个字）"], "没有书面理由的视为同意。")
        _sign(session, writing.author(actor), result, SignatureKind.DISSENT, statement.strip())
        audit.record(session, actor.account_id, "result:dissent", "review", review_id, {"number": result.number})


def _require_ready(session: Session, row: Review, stands: Standing) -> None:
    if row.state is not ReviewState.FINALISING:
        raise WrongState(f"评审当前为“{row.state.label}”，不能签署。", "请先结束合议。")
    if stands.viewer.blocked:
        raise Forbidden("您对其中的项目应当回避，不能为整个结果签署。", "请由没有回避项目的研究院人员签署。")
    if left := blocking.blockers_of(session, row):
        raise WrongState(f"还不能定稿：{'；'.join(item.words for item in left)}。", "请逐条消除后再签署。")


def _body(session: Session, actor: Actor, row: Review, stands: Standing) -> tuple[dict[str, object], str]:
    body = result_book.body(result_queries.load(session, actor, row, stands))
    return body, digest(body)


def _newest(session: Session, review_id: int) -> ReviewResult | None:
    return session.exec(
        select(ReviewResult)
        .where(ReviewResult.review_id == review_id)
        .order_by(col(ReviewResult.number).desc())
        .limit(1)
    ).first()


def _waiting(session: Session, result_id: int) -> bool:
    """Whether a result was put forward and nobody confirmed it yet. One that was confirmed and reopened may come out
    the same: it is put forward anew."""
    kinds = session.exec(select(ReviewSignature.kind).where(ReviewSignature.result_id == result_id)).all()
    return SignatureKind.PROPOSE in kinds and SignatureKind.CONFIRM not in kinds


def _sign(session: Session, account_id: int, result: ReviewResult, kind: SignatureKind, statement: str) -> None:
    session.add(
        ReviewSignature(result_id=result.id or 0, account_id=account_id, kind=kind, statement=statement, at=clock.now())
    )
    session.flush()
