"""Commands about alerts and supervision orders (督办单)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.settings import settings
from core.words import AlertState, InspectionOutcome, PilotState, SupervisionAction, SupervisionState
from db import audit, files
from db.session import check_version, take_turns, write
from db.tables import (
    AlertExplanation,
    Inspection,
    InspectionRecord,
    Organisation,
    Pilot,
    SupervisionOrder,
    SupervisionStep,
)
from metrics import alerts
from pilots import order_queries, queries, service
from pilots.stages import ESCALATE, ISSUE, ORDER, PAUSE, SEND_BACK, STOP
from pilots.supervision_rules import LADDER, alert_state, next_action
from pilots.supervision_schemas import OrderIn
from regions import calendar

_CODES = 7_319_212  # any constant of its own: who draws the next order code


def issue(actor: Actor, data: OrderIn, *, nonce: str | None = None) -> int:
    """Issue an order, on an alert or on something else that was found; returns its id. An order of 暂停 or 退出
    moves the pilot with it. The same nonce twice issues one."""
    with write() as session:
        pilot = queries.row_of(session, actor, data.pilot_id)
        require(actor, Permission.ORDER_ISSUE, _supervising(session, data.pilot_id))
        by = _person(actor)
        if nonce and (
            known := session.exec(select(SupervisionOrder.id).where(SupervisionOrder.nonce == nonce)).first()
        ):
            return known
        if session.get(Organisation, data.organisation_id) is None:
            raise NotFound("没有找到所选单位。", "请刷新页面重新选择。")
        if data.hit_id is not None:
            _require_open(session, pilot, data.hit_id, data.action)
        if data.inspection_id is not None:
            _require_found(session, data.pilot_id, data.inspection_id)
        due = calendar.add_working_days(clock.today(), data.due_days)
        row = SupervisionOrder(
            code=_next_code(session),
            state=SupervisionState(ORDER.initial),
            due_on=due.date,
            due_provisional=due.provisional,
            nonce=nonce,
            issued_by=by,
            issued_at=clock.now(),
            **data.model_dump(exclude={"due_days"}),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        _act(session, actor, row, data.demand)
        _note(session, actor, row, ISSUE, data.demand)
        said = data.model_dump(mode="json") | {"code": row.code, "due_on": row.due_on}
        audit.record(session, actor.account_id, "order:issue", "order", row.id, said)
        return row.id


def move(
    actor: Actor,
    order_id: int,
    do: str,
    text: str = "",
    given: Sequence[tuple[str, bytes]] = (),
    *,
    seen_version: int,
    due_days: int | None = None,
) -> SupervisionState:
    """Take one step of an order: reply with evidence, close, send back, go up the ladder. `text` is what is said
    with it. What waits for a reply again gets a new due date, by default `settings().supervision_days`."""
    checked = [uploads.check(name, content) for name, content in given]
    with write() as session:
        row = session.exec(order_queries.readable(actor).where(SupervisionOrder.id == order_id)).first()
        if row is None:
            raise NotFound("没有找到这份督办单，或您无权查看。", "请从督办台账重新进入。")
        for possible in ORDER.steps_from(row.state):
            if possible.do == do and not (answer := order_queries.may_step(session, actor, row, do)):
                raise Forbidden(answer.reason, f"您当前的角色是“{actor.role.label}”。")
        step = ORDER.take(row.state, do, text)
        check_version(row, seen_version)
        text = text.strip()
        if len(text) < 4:
            raise Invalid([f"“{do}”须写明情况（不少于 4 个字）"])
        if do == ESCALATE:
            _escalate(session, actor, row, text)
        if do in (ESCALATE, SEND_BACK):
            due = calendar.add_working_days(clock.today(), due_days or settings().supervision_days)
            row.due_on, row.due_provisional = due.date, due.provisional
        row.state = SupervisionState(step.target)
        step_id = _note(session, actor, row, do, text)
        for upload in checked:
            files.attach(session, actor.account_id, "supervision_step", step_id, upload, "佐证")
        said = {"do": do, "to": row.state, "action": row.action, "due_on": row.due_on}
        audit.record(session, actor.account_id, "order:move", "order", order_id, said, text)
        return row.state


def explain(actor: Actor, hit_id: int, reason: str, *, pilot_id: int) -> None:
    """Settle an alert without an order (说明销号): what was tripped needs none, and why. It stays on the board's
    list of what was settled."""
    with write() as session:
        pilot = queries.row_of(session, actor, pilot_id)
        require(actor, Permission.ORDER_ISSUE, _supervising(session, pilot_id))
        _require_open(session, pilot, hit_id, SupervisionAction.EXIT)
        reason = reason.strip()
        if len(reason) < 8:
            raise Invalid(["说明销号须写明理由（不少于 8 个字）"], "理由会留在预警的办理记录中。")
        session.add(AlertExplanation(hit_id=hit_id, reason=reason, by=actor.account_id, at=clock.now()))
        audit.record(session, actor.account_id, "alert:explain", "pilot", pilot_id, {"alert": hit_id}, reason)


def _escalate(session: Session, actor: Actor, row: SupervisionOrder, text: str) -> None:
    higher = next_action(row.action)
    if higher is None:
        raise WrongState("已经是最后一级“退出”，不能再升级。", "请核实回复后办结，或退回补充。")
    row.action = higher
    _act(session, actor, row, text)


def _act(session: Session, actor: Actor, row: SupervisionOrder, reason: str) -> None:
    """What a rung of the ladder does to the pilot; its own workflow asks who may and whether it can."""
    pilot = session.get_one(Pilot, row.pilot_id)
    words = f"督办单 {row.code}：{reason}"
    if row.action is SupervisionAction.PAUSE and pilot.state is not PilotState.PAUSED:
        service.step(session, actor, row.pilot_id, PAUSE, words)
    if row.action is SupervisionAction.EXIT and pilot.state is not PilotState.STOPPED:
        service.step(session, actor, row.pilot_id, STOP, words)


def _require_open(session: Session, pilot: Pilot, hit_id: int, action: SupervisionAction) -> None:
    """An alert of this pilot that nobody has settled, and an order that does not do less than its trigger says."""
    found = alerts.of_collections(session, [pilot.collection_id], hit_id)
    if not found:
        raise NotFound("没有找到这条预警。", "请刷新页面。")
    states = session.exec(select(SupervisionOrder.state).where(SupervisionOrder.hit_id == hit_id)).all()
    explained = session.exec(select(AlertExplanation.id).where(AlertExplanation.hit_id == hit_id)).first()
    state = alert_state([SupervisionState(state) for state in states], explained is not None)
    if state is not AlertState.OPEN:
        raise Conflict(f"这条预警{state.label}，不用再处置。", "请刷新页面查看办理情况。")
    if LADDER.index(action) < LADDER.index(found[0].action):
        raise Invalid([f"触发条件规定的措施是“{found[0].action.label}”，不能低于它"], "请选择同级或更高的措施。")


def _require_found(session: Session, pilot_id: int, inspection_id: int) -> None:
    """An inspection of this pilot that found something."""
    outcome = session.exec(
        select(InspectionRecord.outcome)
        .join(Inspection, col(Inspection.id) == InspectionRecord.inspection_id)
        .where(Inspection.id == inspection_id, Inspection.pilot_id == pilot_id)
    ).first()
    if outcome is not InspectionOutcome.PROBLEM:
        raise Conflict("这次检查没有记录发现问题，不能据以下达督办。", "请先登记检查情况。")


def _supervising(session: Session, pilot_id: int) -> Subject:
    return Subject(organisation_id=order_queries.supervisor_of(session, pilot_id))


def _note(session: Session, actor: Actor, row: SupervisionOrder, do: str, text: str) -> int:
    step = SupervisionStep(
        order_id=row.id or 0,
        do=do,
        state=row.state,
        action=row.action,
        text=text,
        due_on=row.due_on,
        by=actor.account_id,
        at=clock.now(),
    )
    session.add(step)
    session.flush()
    return step.id or 0


def _person(actor: Actor) -> int:
    if actor.account_id is None:
        raise Forbidden("督办需要登录账号，命令行不能代替。", "请登录后在页面上办理。")
    return actor.account_id


def _next_code(session: Session) -> str:
    take_turns(session, _CODES)
    prefix = f"DB-{clock.today().year}-"
    taken = session.exec(select(SupervisionOrder.code).where(col(SupervisionOrder.code).startswith(prefix))).all()
    return f"{prefix}{max((int(code.removeprefix(prefix)) for code in taken), default=0) + 1:03d}"
