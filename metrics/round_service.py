"""Commands about rounds: who belongs to them, what is granted to one unit for one period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.words import GraceKind, ReturnState
from db import audit
from db.session import check_version, write
from db.tables import ReturnGrace, ReturnRow, RoundFreeze
from metrics import collecting, freezing, frozen_quality, queries, rounds
from metrics.collecting import Left
from metrics.schemas import UnitPick
from metrics.service import EDITABLE
from metrics.stages import LOCK


@dataclass(frozen=True)
class Frozen:
    """What a freeze did: how many figures it wrote, how many of them of earlier rounds, how many returns it
    locked."""

    figures: int
    restated: int
    locked: int


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


def freeze(actor: Actor, collection_id: int, period: str, note: str = "", *, seen: str) -> Frozen:
    """Freeze the figures of a round as they stand, lock what was reviewed, and restate what has changed in the
    rounds frozen before. `seen` is the stamp of the board that was on the screen."""
    require(actor, Permission.ROUND_FREEZE)
    with write() as session:
        rows = session.exec(
            select(ReturnRow)
            .where(ReturnRow.collection_id == collection_id, ReturnRow.period == period)
            .order_by(col(ReturnRow.id))
            .with_for_update()
        ).all()
        if not rows:
            raise NotFound("没有找到这一期报送。", "请从“报送进度”重新进入。")
        if freezing.of_round(session, collection_id, period) is not None:
            raise WrongState("这一期已经冻结。", "补报和更正会在下一期冻结时计入，并注明更正。")
        if rounds.stamp((row.id, row.version) for row in rows) != seen:
            raise Conflict("页面打开之后又有报送变动，没有冻结。", "请刷新页面，核对后再办理。")
        if blocking := rounds.obstacles(session, collection_id, period).blocking:
            raise Invalid(list(blocking), "办完后再冻结。")
        before = [earlier.period for earlier in freezing.of_collection(session, collection_id)]
        locked = _lock_reviewed(session, actor, collection_id, [*before, period])
        made = RoundFreeze(
            collection_id=collection_id,
            period=period,
            note=note.strip(),
            frozen_by=actor.account_id,
            frozen_at=clock.now(),
        )
        session.add(made)
        session.flush()
        figures, restated = freezing.store(session, made), freezing.restate(session, made, before)
        frozen_quality.store(session, made)
        changes = {"period": period, "figures": figures, "restated": restated, "locked": locked}
        audit.record(session, actor.account_id, "round:freeze", "collection", collection_id, changes, made.note)
        return Frozen(figures, restated, locked)


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


def _lock_reviewed(session: Session, actor: Actor, collection_id: int, periods: Sequence[str]) -> int:
    """Lock the approved returns of this round and of those frozen before; late ones were approved since."""
    rows = session.exec(
        select(ReturnRow)
        .where(
            ReturnRow.collection_id == collection_id,
            col(ReturnRow.period).in_(periods),
            ReturnRow.state == ReturnState.APPROVED,
        )
        .order_by(col(ReturnRow.id))
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.locked_at = ReturnState.LOCKED, clock.now()
        audit.record(session, actor.account_id, "return:move", "return", row.id, {"do": LOCK, "to": row.state})
    session.flush()
    return len(rows)


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
