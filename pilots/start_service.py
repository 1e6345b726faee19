"""Commands about counties that start later than their pilot."""

from __future__ import annotations

from datetime import date

from pydantic import Field
from sqlmodel import select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.validation import Input
from core.words import Arm
from db import audit
from db.session import write
from db.tables import CollectionUnit, PilotStart
from pilots import queries
from pilots.stages import PILOT


class StartIn(Input):
    """The first day of one county; the pilot's own first day takes an earlier entry back."""

    region_code: str = Field(title="地区")
    start_on: date = Field(title="启动日期")
    reason: str = Field(title="理由", min_length=4, max_length=200)


def start_later(actor: Actor, pilot_id: int, data: StartIn) -> None:
    """Record that a pilot county started on a day of its own. Its months before then count as not yet treated,
    and the comparison becomes one of several starts; what was recorded before stays in the database."""
    require(actor, Permission.PILOT_DECIDE)
    with write() as session:
        row = queries.row_of(session, actor, pilot_id)
        if row.state in PILOT.terminal:
            raise WrongState(f"试点“{row.state.label}”，不能再改启动日期。", "如确有错误，请在评估报告中说明。")
        unit = session.exec(
            select(CollectionUnit).where(
                CollectionUnit.collection_id == row.collection_id, CollectionUnit.region_code == data.region_code
            )
        ).first()
        if unit is None or unit.arm is not Arm.PILOT:
            raise NotFound("这个地区不是本试点的试点地区。", "请从试点地区中选择。")
        if not row.start_on <= data.start_on <= row.end_on:
            raise Invalid([f"启动日期不在试点期 {row.start_on} 至 {row.end_on} 之内"], "请核对启动日期。")
        session.add(
            PilotStart(
                pilot_id=pilot_id,
                region_code=data.region_code,
                start_on=data.start_on,
                reason=data.reason,
                set_by=actor.account_id,
                set_at=clock.now(),
            )
        )
        audit.record(
            session,
            actor.account_id,
            "pilot:start_later",
            "pilot",
            pilot_id,
            {"region": data.region_code, "start_on": str(data.start_on)},
            data.reason,
        )
