"""Commands about promotion: put counties on the plan, record how far each has come."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import AdoptionState
from db import audit
from db.session import check_version, write
from db.tables import Adoption, AdoptionStep
from pilots import promotion_queries as queries
from pilots.schemas import AdoptionIn
from pilots.stages import ADOPTION, PLAN


def plan(actor: Actor, pilot_id: int, data: AdoptionIn) -> int:
    """Put counties on a pilot's plan; returns how many were new. Each keeps the reason it was recommended for."""
    require(actor, Permission.PILOT_PROMOTE)
    found = queries.promotion(actor, pilot_id)
    if found is None:
        raise NotFound("没有找到这个试点。", "请从试点列表重新进入。")
    if found.held_back:
        raise WrongState("现在还不能制定推广计划。", found.held_back)
    known = {item.code: item for item in found.candidates}
    if strange := [code for code in data.region_codes if code not in known]:
        raise Invalid([f"{code} 不是可推广的地区" for code in strange], "试点地区不用再列入；请从候选名单中选择。")
    day = data.planned_on or clock.today()
    _check_day(day, None)
    if data.due_on and data.due_on < day:
        raise Invalid([f"计划上线日期 {data.due_on} 早于列入计划的日期 {day}"], "请核对两个日期。")
    added = 0
    with write() as session:
        already = set(session.exec(select(Adoption.region_code).where(Adoption.pilot_id == pilot_id)).all())
        for code in dict.fromkeys(data.region_codes):
            if code in already:
                continue
            row = Adoption(
                pilot_id=pilot_id,
                region_code=code,
                state=AdoptionState.PLANNED,
                due_on=data.due_on,
                why=f"{known[code].tier}：{known[code].why}",
                created_by=actor.account_id,
                created_at=clock.now(),
            )
            session.add(row)
            session.flush()
            _step(session, actor, row, PLAN, day, data.note)
            added += 1
        if not added:
            raise WrongState("所选地区都已在推广计划中。", "请在下面的推广进展中查看。")
        changes = data.model_dump(mode="json") | {"added": added}
        audit.record(session, actor.account_id, "adoption:plan", "pilot", pilot_id, changes, data.note)
    return added


def move(
    actor: Actor, adoption_id: int, do: str, reason: str = "", *, seen_version: int, on: date | None = None
) -> AdoptionState:
    """Take one step of a county's adoption, as of a day (today by default)."""
    with write() as session:
        row = session.exec(queries.readable(actor).where(Adoption.id == adoption_id)).first()
        if row is None:
            raise NotFound("没有找到这项推广，或您无权办理。", "请从试点的推广页重新进入。")
        for possible in ADOPTION.steps_from(row.state):
            if possible.do == do:  # who may comes before whether it can be done
                require(actor, Permission(possible.permission), Subject(region_code=row.region_code))
        step = ADOPTION.take(row.state, do, reason)
        check_version(row, seen_version)
        day = on or clock.today()
        steps = (
            select(AdoptionStep).where(AdoptionStep.adoption_id == adoption_id).order_by(col(AdoptionStep.id).desc())
        )
        last = session.exec(steps).first()
        _check_day(day, last.day if last else None)
        row.state = AdoptionState(step.target)
        _step(session, actor, row, do, day, reason)
        audit.record(
            session,
            actor.account_id,
            "adoption:move",
            "adoption",
            adoption_id,
            {"do": do, "to": row.state, "on": day},
            reason,
        )
        return row.state


def _check_day(day: date, last: date | None) -> None:
    if day > clock.today():
        raise Invalid([f"日期 {day} 还没有到"], "请填写实际发生的日期。")
    if last is not None and day < last:
        raise Invalid([f"日期 {day} 早于上一步的日期 {last}"], "请核对日期；各步按先后发生。")


def _step(session: Session, actor: Actor, row: Adoption, do: str, day: date, reason: str) -> None:
    session.add(
        AdoptionStep(
            adoption_id=row.id or 0,
            do=do,
            state=row.state,
            day=day,
            reason=reason.strip(),
            actor_id=actor.account_id,
            at=clock.now(),
        )
    )
