"""Commands about inspections: planned in working days, recorded once, and what they find leads to an order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.words import InspectionOutcome
from db import audit, files
from db.session import write
from db.tables import Inspection, InspectionRecord, Pilot
from pilots import order_queries, queries, supervision_queries
from pilots.inspection_queries import RECORD
from pilots.stages import PILOT
from pilots.supervision_schemas import InspectionIn, InspectionRecordIn
from regions import calendar


def plan(actor: Actor, data: InspectionIn, *, nonce: str | None = None) -> list[int]:
    """Plan a series of inspections; returns their ids. All lie within the time of supervision. The same nonce
    twice plans one series."""
    with write() as session:
        _supervised(session, actor, data.pilot_id)
        if nonce and (known := session.exec(select(Inspection.id).where(Inspection.nonce == f"{nonce}-0")).first()):
            return [known]
        supervision = supervision_queries.newest(session, data.pilot_id)
        if supervision is None:
            raise WrongState("还没有登记监管方案，不能安排检查。", "请先登记监管单位、边界和起止。")
        start = max(clock.today(), supervision.start_on)
        dues = [calendar.add_working_days(start, data.every_days * turn) for turn in range(1, data.times + 1)]
        late = [due.date for due in dues if due.date > supervision.end_on]
        if late:
            raise Invalid(
                [f"第 {len(dues) - len(late) + 1} 次检查应在 {late[0]}，晚于监管结束 {supervision.end_on}"],
                "请减少次数、缩短间隔，或先延长监管期限。",
            )
        rows = [
            Inspection(
                pilot_id=data.pilot_id,
                content=data.content,
                due_on=due.date,
                due_provisional=due.provisional,
                nonce=f"{nonce}-{place}" if nonce else None,
                planned_by=actor.account_id,
                planned_at=clock.now(),
            )
            for place, due in enumerate(dues)
        ]
        session.add_all(rows)
        session.flush()
        said = data.model_dump(mode="json") | {"due_on": [due.date for due in dues]}
        audit.record(session, actor.account_id, "inspection:plan", "pilot", data.pilot_id, said)
        return [row.id or 0 for row in rows]


def record(actor: Actor, inspection_id: int, data: InspectionRecordIn, given: Sequence[tuple[str, bytes]] = ()) -> None:
    """Write down what an inspection found, once; a problem waits for its order from then on."""
    checked = [uploads.check(name, content) for name, content in given]
    with write() as session:
        row = session.get(Inspection, inspection_id)
        if row is None:
            raise NotFound("没有找到这次检查。", "请刷新页面。")
        _supervised(session, actor, row.pilot_id)
        if session.exec(select(InspectionRecord.id).where(InspectionRecord.inspection_id == inspection_id)).first():
            raise Conflict("这次检查已经有记录。", "请刷新页面；有新情况的，请另行安排检查或直接下达督办。")
        if data.inspected_on > clock.today() and data.outcome is not InspectionOutcome.CANCELLED:
            raise Invalid([f"检查日期 {data.inspected_on} 还没有到"], "请填写实际检查的日期。")
        entry = InspectionRecord(inspection_id=inspection_id, by=actor.account_id, at=clock.now(), **data.model_dump())
        session.add(entry)
        session.flush()
        for upload in checked:
            files.attach(session, actor.account_id, RECORD, entry.id or 0, upload)
        said = data.model_dump(mode="json") | {"inspection": inspection_id}
        audit.record(session, actor.account_id, "inspection:record", "pilot", row.pilot_id, said, data.finding)


def _supervised(session: Session, actor: Actor, pilot_id: int) -> Pilot:
    """The pilot, for those who supervise it and while there is something to supervise."""
    pilot = queries.row_of(session, actor, pilot_id)
    require(actor, Permission.ORDER_ISSUE, Subject(organisation_id=order_queries.supervisor_of(session, pilot_id)))
    if pilot.state in PILOT.terminal:
        raise WrongState(f"试点“{pilot.state.label}”，不再检查。")
    return pilot
