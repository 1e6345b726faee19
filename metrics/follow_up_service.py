"""Commands about doubts: the county explains or corrects, the institute accepts or asks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Invalid, NotFound
from core.words import FollowUpState
from db import audit
from db.session import check_version, write
from db.tables import FollowUp, ReturnRow
from metrics import doubting, follow_ups
from metrics.stages import ACCEPT, ASK_AGAIN, EXPLAIN, FOLLOW_UP

_LEAST = 4  # characters of an explanation


def explain(actor: Actor, follow_up_id: int, words: str, *, seen_version: int) -> None:
    """Say why a doubted value is right. The words stay with the value."""
    with write() as session:
        doubt, row = _one(session, actor, follow_up_id)
        require(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code))
        FOLLOW_UP.take(doubt.state, EXPLAIN, words)
        check_version(doubt, seen_version)
        _check_words(words, "说明")
        doubt.state, doubt.explanation = FollowUpState.EXPLAINED, words.strip()
        doubt.explained_by, doubt.explained_at = actor.account_id, clock.now()
        _record(session, actor, doubt, row, EXPLAIN, doubt.explanation)


@dataclass(frozen=True)
class Accepted:
    """How many doubts were settled, and how many had changed since they were looked at."""

    accepted: int
    changed: int


def accept(actor: Actor, seen: Mapping[int, int], reason: str = "") -> Accepted:
    """Take the values as they are (doubt → version that was on the screen). One that nobody has explained needs
    a reason; one that has changed since is left for another look."""
    require(actor, Permission.RETURN_DECIDE)
    with write() as session:
        rows = session.exec(
            follow_ups.readable(actor)
            .where(col(FollowUp.id).in_(list(seen)))
            .order_by(col(FollowUp.id))
            .with_for_update()
        ).all()
        if not rows:
            raise NotFound("没有找到所选疑点。", "请刷新页面重新选择。")
        same = [doubt for doubt in rows if doubt.version == seen[doubt.id or 0] and doubt.state in doubting.UNSETTLED]
        if any(doubt.state is FollowUpState.OPEN for doubt in same):
            _check_words(reason, "采信的理由（有的疑点县里还没有说明）")
        returns = {
            row.id: row
            for row in session.exec(select(ReturnRow).where(col(ReturnRow.id).in_({d.return_id for d in same})))
        }
        for doubt in same:
            doubt.state, doubt.decision = FollowUpState.ACCEPTED, reason.strip()
            doubt.decided_by, doubt.decided_at = actor.account_id, clock.now()
            _record(session, actor, doubt, returns[doubt.return_id], ACCEPT, reason.strip())
        return Accepted(len(same), len(rows) - len(same))


def ask_again(actor: Actor, follow_up_id: int, reason: str, *, seen_version: int) -> None:
    """The explanation does not explain it: what is still wanted goes back to the county."""
    require(actor, Permission.RETURN_DECIDE)
    with write() as session:
        doubt, row = _one(session, actor, follow_up_id)
        FOLLOW_UP.take(doubt.state, ASK_AGAIN, reason)
        check_version(doubt, seen_version)
        doubt.state, doubt.decision = FollowUpState.OPEN, reason.strip()
        _record(session, actor, doubt, row, ASK_AGAIN, reason.strip())


def examine(actor: Actor, collection_id: int, period: str) -> int:
    """Ask today's rules about the values of a round as they stand; returns how many doubts are new. For values
    that were stored before a rule was switched on."""
    require(actor, Permission.RETURN_DECIDE)
    with write() as session:
        rows: Sequence[ReturnRow] = session.exec(
            select(ReturnRow)
            .where(ReturnRow.collection_id == collection_id, ReturnRow.period == period)
            .order_by(ReturnRow.region_code)
        ).all()
        if not rows:
            raise NotFound("没有找到这一期报送。", "请从“报送进度”重新进入。")
        raised = sum(doubting.examine(session, actor.account_id, row) for row in rows if row.state.counts)
        audit.record(
            session,
            actor.account_id,
            "round:examine",
            "collection",
            collection_id,
            {"period": period, "raised": raised},
        )
        return raised


def _one(session: Session, actor: Actor, follow_up_id: int) -> tuple[FollowUp, ReturnRow]:
    doubt = session.exec(follow_ups.readable(actor).where(FollowUp.id == follow_up_id).with_for_update()).first()
    if doubt is None:
        raise NotFound("没有找到这条疑点，或您无权办理。", "请从“疑点核查”重新进入。")
    return doubt, session.get_one(ReturnRow, doubt.return_id)


def _check_words(words: str, what: str) -> None:
    if len(words.strip()) < _LEAST:
        raise Invalid([f"请写明{what}（不少于 {_LEAST} 个字）"], "例如：本月集中化解积案，办结数比平时多。")


def _record(session: Session, actor: Actor, doubt: FollowUp, row: ReturnRow, do: str, reason: str) -> None:
    changes = {"do": do, "to": doubt.state, "rule": doubt.rule, "indicator": doubt.indicator_id, "period": row.period}
    audit.record(session, actor.account_id, "follow_up:move", "return", row.id, changes, reason)
