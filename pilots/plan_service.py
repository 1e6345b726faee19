"""Commands about the plan of a pilot: milestones, people, risks. Its money: `money_service`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Invalid, NotFound
from core.words import MilestoneState
from db import audit, files
from db.session import check_version, write
from db.tables import Account, CollectionUnit, Organisation, Pilot, PilotMember, PilotMilestone, PilotRisk
from pilots import queries
from pilots.plan_queries import MILESTONE
from pilots.plan_schemas import MemberIn, MilestoneIn, RiskIn
from pilots.stages import COMPLETE, PILOT
from pilots.stages import MILESTONE as WORKFLOW

Row = TypeVar("Row", PilotMilestone, PilotMember, PilotRisk)


def add_milestone(actor: Actor, pilot_id: int, data: MilestoneIn) -> int:
    """Write down something to be reached; returns its id."""
    with write() as session:
        pilot = open_pilot(session, actor, pilot_id)
        _check_due(pilot, data)
        row = PilotMilestone(
            pilot_id=pilot_id,
            state=MilestoneState(WORKFLOW.initial),
            created_by=actor.account_id,
            created_at=clock.now(),
            **data.model_dump(),
        )
        return _added(session, actor, row, "pilot:milestone", data)


def edit_milestone(actor: Actor, milestone_id: int, data: MilestoneIn, *, seen_version: int) -> None:
    with write() as session:
        row = _row(session, actor, PilotMilestone, milestone_id, "里程碑")
        check_version(row, seen_version)
        _check_due(session.get_one(Pilot, row.pilot_id), data)
        _changed(session, actor, row, "pilot:milestone", data)


def move_milestone(
    actor: Actor,
    milestone_id: int,
    do: str,
    reason: str = "",
    *,
    done_on: date | None = None,
    evidence: Sequence[tuple[str, bytes]] = (),
    seen_version: int,
) -> MilestoneState:
    """Take one step of a milestone. It is done on a day and with what proves it: (name, content) of each file;
    one that was proved before it was opened again keeps its files."""
    with write() as session:
        row = _row(session, actor, PilotMilestone, milestone_id, "里程碑")
        step = WORKFLOW.take(row.state, do, reason)
        check_version(row, seen_version)
        checked = [uploads.check(*file) for file in evidence]
        done = _done(session, row, done_on, bool(checked)) if do == COMPLETE else None
        for file in checked:
            files.attach(session, actor.account_id, MILESTONE, milestone_id, file, "完成凭证")
        row.state, row.done_on = MilestoneState(step.target), done
        changes = {"id": milestone_id, "content": row.content, "do": do, "to": row.state, "done_on": row.done_on}
        audit.record(session, actor.account_id, "pilot:milestone", "pilot", row.pilot_id, changes, reason.strip())
        return row.state


def add_member(actor: Actor, pilot_id: int, data: MemberIn) -> int:
    """Name somebody who works on a pilot; returns the id."""
    with write() as session:
        pilot = open_pilot(session, actor, pilot_id)
        data = _known_member(session, pilot, data)
        row = PilotMember(pilot_id=pilot_id, created_by=actor.account_id, created_at=clock.now(), **data.model_dump())
        return _added(session, actor, row, "pilot:member", data)


def edit_member(actor: Actor, member_id: int, data: MemberIn, *, seen_version: int) -> None:
    with write() as session:
        row = _row(session, actor, PilotMember, member_id, "团队成员")
        check_version(row, seen_version)
        data = _known_member(session, session.get_one(Pilot, row.pilot_id), data)
        _changed(session, actor, row, "pilot:member", data)


def leave_team(actor: Actor, member_id: int, reason: str, *, seen_version: int) -> None:
    """Somebody leaves the team today; he stays listed as having left."""
    with write() as session:
        row = _row(session, actor, PilotMember, member_id, "团队成员")
        check_version(row, seen_version)
        if row.left_on is not None:
            raise Invalid([f"{row.name} 已于 {row.left_on} 退出团队"], "请刷新页面。")
        if len(reason.strip()) < 2:
            raise Invalid(["请写明退出团队的理由"])
        row.left_on = clock.today()
        changes = {"id": member_id, "name": row.name, "left_on": row.left_on}
        audit.record(session, actor.account_id, "pilot:member", "pilot", row.pilot_id, changes, reason.strip())


def add_risk(actor: Actor, pilot_id: int, data: RiskIn) -> int:
    """Write down what could go wrong; returns its id."""
    with write() as session:
        open_pilot(session, actor, pilot_id)
        row = PilotRisk(pilot_id=pilot_id, created_by=actor.account_id, created_at=clock.now(), **data.model_dump())
        return _added(session, actor, row, "pilot:risk", data)


def edit_risk(actor: Actor, risk_id: int, data: RiskIn, *, seen_version: int) -> None:
    """Judge a risk anew. A review may not be dated before the one that is known."""
    with write() as session:
        row = _row(session, actor, PilotRisk, risk_id, "风险")
        check_version(row, seen_version)
        if data.reviewed_on < row.reviewed_on:
            raise Invalid([f"复核日期早于上次复核 {row.reviewed_on}"], "请填写这一次复核的日期。")
        _changed(session, actor, row, "pilot:risk", data)


def open_pilot(session: Session, actor: Actor, pilot_id: int, *, ended: bool = False) -> Pilot:
    """The pilot whose plan the actor may change, in the caller's transaction. Money (`ended`) is settled even
    after it has ended."""
    pilot = queries.row_of(session, actor, pilot_id)
    open_still = ended or pilot.state not in PILOT.terminal
    require(actor, Permission.PILOT_PLAN, Subject(organisation_id=pilot.lead_organisation_id, editable=open_still))
    return pilot


def _check_due(pilot: Pilot, data: MilestoneIn) -> None:
    year = timedelta(days=366)
    if not pilot.start_on - year <= data.due_on <= pilot.end_on + year:
        raise Invalid(
            [f"完成期限 {data.due_on} 离试点期（{pilot.start_on} 至 {pilot.end_on}）一年以上"], "请核对年份。"
        )


def _done(session: Session, row: PilotMilestone, done_on: date | None, proved: bool) -> date:
    if done_on is None:
        raise Invalid(["请填写完成日期"])
    if done_on > clock.today():
        raise Invalid([f"完成日期 {done_on} 晚于今天"], "还没有完成的，先不要登记完成。")
    if not proved and not files.attached(session, MILESTONE, [row.id or 0]):
        raise Invalid(["登记完成要附凭证，如验收单、会议纪要、截图"], "请上传文件后再提交。")
    return done_on


def _known_member(session: Session, pilot: Pilot, data: MemberIn) -> MemberIn:
    """The member as he is known: with an account, its name and organisation are his."""
    if data.account_id is not None:
        account = session.get(Account, data.account_id)
        if account is None or not account.active:
            raise NotFound("没有找到所选账号，可能已停用。", "请刷新页面重新选择。")
        data = data.model_copy(update={"name": account.name, "organisation_id": account.organisation_id})
    if data.organisation_id is not None and session.get(Organisation, data.organisation_id) is None:
        raise NotFound("没有找到所选单位。", "请刷新页面重新选择。")
    if data.region_code is not None:
        taking_part = session.exec(
            select(CollectionUnit.region_code).where(CollectionUnit.collection_id == pilot.collection_id)
        ).all()
        if data.region_code not in taking_part:
            raise Invalid([f"地区 {data.region_code} 没有参加这个试点"], "请从参加试点的地区中选择。")
    return data


def _row(session: Session, actor: Actor, table: type[Row], number: int, what: str) -> Row:
    row = session.get(table, number)
    if row is None:
        raise NotFound(f"没有找到这个{what}，或您无权查看。", "请刷新页面。")
    open_pilot(session, actor, row.pilot_id)
    return row


def _added(session: Session, actor: Actor, row: Row, action: str, data: BaseModel) -> int:
    session.add(row)
    session.flush()
    assert row.id is not None
    changes = {"id": row.id, **data.model_dump(mode="json")}
    audit.record(session, actor.account_id, action, "pilot", row.pilot_id, changes)
    return row.id


def _changed(session: Session, actor: Actor, row: Row, action: str, data: BaseModel) -> None:
    changes: dict[str, Any] = {"id": row.id}
    for name, value in data:
        if (before := getattr(row, name)) != value:
            changes[name] = [before, value]
            setattr(row, name, value)
    audit.record(session, actor.account_id, action, "pilot", row.pilot_id, changes)
