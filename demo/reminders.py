"""Who was reminded in the demo of what it still owes; a county that joined a pilot later, one that left."""

from __future__ import annotations

from datetime import datetime, time

from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from core.words import Arm, RegionLevel, Side
from db import audit
from db.session import read, write
from db.tables import Collection, CollectionUnit, Region, Reminder
from metrics import queries, reminder_service, reminding, round_service
from metrics.schemas import UnitPick
from regions import groups
from regions.calendar import working_day_from


def tell(li: Actor, pilot: str, changing: str) -> None:
    """Every reminder of the last months' open returns by the calendar, and one in the institute's own words."""
    with read() as session:
        ids = dict(session.exec(select(Collection.name, Collection.id)).all())
    today = clock.today()
    owed = queries.returns(li, collection_id=ids[pilot], overdue_on=today)
    with write() as session:
        for view in owed:
            for step in reminding.steps(settings().reminder_days):
                day = working_day_from(view.due_on, step)
                if view.opens_on <= day <= today:
                    session.add(
                        Reminder(
                            collection_id=view.collection_id,
                            region_code=view.region_code,
                            period=view.period,
                            due_on=view.due_on,
                            step=step,
                            issued_at=min(datetime.combine(day, time(8), clock.BEIJING), clock.now()),
                        )
                    )
        audit.record(session, None, "demo:fill", "collection", ids[pilot], {"reminded": len(owed)})
    newest = max((view.period for view in owed), default="")
    chosen = [view.id for view in owed if view.period == newest and not view.filled]
    if chosen:
        reminder_service.urge(li, chosen, "月度通报本周编印，请尽快报送；系统填报有困难的，请来电说明。")
    _move(li, ids[changing] or 0)


def _move(li: Actor, collection_id: int) -> None:
    with read() as session:
        units = session.exec(select(CollectionUnit).where(CollectionUnit.collection_id == collection_id)).all()
        known = {unit.region_code for unit in units}
        free = session.exec(
            select(Region.code).where(Region.level == RegionLevel.COUNTY, col(Region.code).startswith("33"))
        ).all()
        member = groups.memberships(session, free, clock.today())
        alike = (code for code in sorted(free) if code not in known and member[code].side is Side.UNDERDEVELOPED)
        joining = next(alike)
        leaving = max(unit.region_code for unit in units if unit.arm is Arm.COMPARISON)
    today = clock.today()
    round_service.join(li, collection_id, UnitPick(region_code=joining, arm=Arm.PILOT), today.replace(day=1))
    round_service.leave(li, collection_id, leaving, today, "机构改革，承办科室撤并，县里来函申请退出对照。")
