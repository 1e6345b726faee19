"""Commands about rounds: who belongs to them, what is granted to one unit for one period."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, WrongState
from core.words import GraceKind, ReturnState
from db import audit
from db.session import check_version, write
from db.tables import ReturnGrace, ReturnRow
from metrics import collecting, freezing, queries
from metrics.collecting import Left
from metrics.schemas import UnitPick
from metrics.service import EDITABLE


def unlock(actor: Actor, return_id: int, until: date, reason: str, *, seen_version: int) -> None:
    """Let one region correct one locked period until the end of a day, with a reason. The return stays locked
    and its values in force; after that day the unlock is over by itself."""
    require(actor, Permission.RETURN_UNLOCK)
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        check_version(row, seen_version)
        if row.state is not ReturnState.LOCKED:
            raise WrongState(f"这份报送现为“{row.state.label}”，不用解锁。", "只有锁定的报送才需要解锁更正。")
        _check_end(until, reason)
        row.unlocked_until = clock.end_of_day(until)
        _grant(session, actor, row, GraceKind.UNLOCK, until, reason)


def extend(actor: Actor, return_id: int, until: date, reason: str, *, seen_version: int) -> None:
    """Give one region a later deadline for one period, with a reason. What comes by then is in time."""
    require(actor, Permission.RETURN_UNLOCK)
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        check_version(row, seen_version)
        if row.state not in EDITABLE or row.first_submitted_at is not None:
            raise WrongState(f"这份报送现为“{row.state.label}”，不用延期。", "只有还没有提交过的报送可以延长期限。")
        if freezing.of_round(session, row.collection_id, row.period) is not None:
            raise WrongState(
                "这一期已经冻结，延长期限不再起作用。", "可以直接补报：按迟报标明，下一期冻结时计入并注明更正。"
            )
        _check_end(until, reason)
        if until <= row.due_on:
            raise Invalid([f"新的期限不晚于现在的期限 {row.due_on}"], "请核对日期。")
        _grant(session, actor, row, GraceKind.EXTENSION, until, reason)
        row.due_on, row.due_provisional = until, False


def join(actor: Actor, collection_id: int, pick: UnitPick, on: date) -> int:
    """A region begins to report on a day; returns how many returns it will owe."""
    require(actor, Permission.COLLECTION_DESIGN)
    with write() as session:
        return collecting.join(session, actor, collection_id, pick, on)


def leave(actor: Actor, collection_id: int, region_code: str, on: date, reason: str) -> Left:
    """A region belongs to a collection until a day, inclusive, and owes nothing for periods that end later."""
    require(actor, Permission.COLLECTION_DESIGN)
    if len(reason.strip()) < 4:
        raise Invalid(["请写明退出的理由"], "例如：区划调整，并入某某区。")
    with write() as session:
        return collecting.leave(session, actor, collection_id, [region_code], on, reason.strip())


def _check_end(until: date, reason: str) -> None:
    problems = []
    if until < clock.today():
        problems.append(f"截止日期 {until} 已经过去")
    if len(reason.strip()) < 4:
        problems.append("请写明理由")
    if problems:
        raise Invalid(problems, "理由会留在办理记录里，例如：县里来函更正漏统计的件数。")


def _grant(session: Session, actor: Actor, row: ReturnRow, kind: GraceKind, until: date, reason: str) -> None:
    session.add(
        ReturnGrace(
            return_id=row.id or 0,
            kind=kind,
            reason=reason.strip(),
            until=until,
            was_due_on=row.due_on,
            given_by=actor.account_id,
            given_at=clock.now(),
        )
    )
    changes = {"until": until, "was_due_on": row.due_on}
    audit.record(
        session,
        actor.account_id,
        "return:unlock" if kind is GraceKind.UNLOCK else "return:extension",
        "return",
        row.id,
        changes,
        reason.strip(),
    )
