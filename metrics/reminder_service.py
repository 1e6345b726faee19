"""Commands about reminders. They are rows that the region's workbench and the board of the round show;
nothing is mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound
from db import audit
from db.session import write
from db.tables import Reminder, ReturnRow
from metrics import reminder_queries
from regions.calendar import working_days_between


def remind(actor: Actor, collection_id: int | None = None, period: str | None = None) -> int:
    """Write every reminder that the calendar says is due and that has not gone out; returns how many."""
    require(actor, Permission.RETURN_REMIND)
    with write() as session:
        found = reminder_queries.due(session, collection_id, period)
        if not found:
            return 0
        for row, step in found:
            session.add(_reminder(actor, row, step))
        session.flush()
        # One event for all: who was reminded is in the rows.
        first = found[0][0]
        audit.record(
            session, actor.account_id, "return:remind", "return", first.id, {"returns": [row.id for row, _ in found]}
        )
        return len(found)


@dataclass(frozen=True)
class Urged:
    """How many regions were urged, and how many had been urged today already."""

    written: int
    already: int


def urge(actor: Actor, return_ids: Sequence[int], message: str) -> Urged:
    """Urge (催报) regions that have not reported, in words of one's own; once a working day each."""
    require(actor, Permission.RETURN_REMIND)
    message = message.strip()
    if not return_ids:
        raise Invalid(["请选择要催报的地区"])
    if len(message) < 4:
        raise Invalid(["请写明催报的话"], "例如：10月数据请于今天下班前提交，有困难请来电。")
    with write() as session:
        rows = session.exec(
            select(ReturnRow).where(col(ReturnRow.id).in_(list(return_ids))).order_by(col(ReturnRow.id))
        ).all()
        if len(rows) < len(set(return_ids)):
            raise NotFound("没有找到所选的报送。", "请刷新页面重新选择。")
        if handed := [row for row in rows if row.state.counts]:
            raise Invalid([f"所选的报送有 {len(handed)} 份已经提交"], "请刷新页面，只催还没有提交的。")
        written = 0
        for row in rows:
            step = working_days_between(row.due_on, clock.today())
            known = select(Reminder.id).where(
                Reminder.collection_id == row.collection_id,
                Reminder.region_code == row.region_code,
                Reminder.period == row.period,
                Reminder.due_on == row.due_on,
                Reminder.step == step,
                col(Reminder.manual).is_(True),
            )
            if session.exec(known).first() is not None:
                continue
            session.add(_reminder(actor, row, step, message))
            audit.record(session, actor.account_id, "return:urge", "return", row.id, {"step": step}, message)
            written += 1
        return Urged(written, len(rows) - written)


def _reminder(actor: Actor, row: ReturnRow, step: int, message: str = "") -> Reminder:
    return Reminder(
        collection_id=row.collection_id,
        region_code=row.region_code,
        period=row.period,
        due_on=row.due_on,
        step=step,
        manual=bool(message),
        message=message,
        issued_by=actor.account_id,
        issued_at=clock.now(),
    )
