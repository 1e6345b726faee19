"""Commands about a pilot's supervision: its plan, and whether its errors are tolerated. Orders: `order_service`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, func, select

from accounts.permissions import Actor, Permission, require
from core import clock, uploads
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.periods import Cadence, Period
from core.words import PilotState, SupervisionMode
from db import audit, files
from db.session import write
from db.tables import Organisation, Pilot, Scenario, SupervisionPlan, ToleranceDecision
from metrics import watching
from metrics.tripping import Threshold
from metrics.watching import Setting
from pilots import queries, supervision_queries
from pilots.stages import PILOT
from pilots.supervision_rules import mode_for, plan_problems, tolerance_problems
from pilots.supervision_schemas import PlanIn, ToleranceIn, TriggerIn
from scenarios import domain_queries

_BEFORE_START = (PilotState.DESIGN, PilotState.PENDING)
_FAILING = (PilotState.RUNNING, PilotState.PAUSED, PilotState.EVALUATING, PilotState.STOPPED)


def set_plan(actor: Actor, pilot_id: int, data: PlanIn, *, seen_edition: int) -> int:
    """Write the next edition of a pilot's supervision; returns its number. Triggers are refused where life,
    property or public safety is at stake: such a pilot is supervised in full. `seen_edition` is the one the
    page showed, 0 for none."""
    require(actor, Permission.SUPERVISION_SET)
    with write() as session:
        pilot = queries.row_of(session, actor, pilot_id)
        if pilot.state in PILOT.terminal:
            raise WrongState(f"试点“{pilot.state.label}”，监管方案不再修改。")
        last = supervision_queries.newest(session, pilot_id)
        if (last.edition if last else 0) != seen_edition:
            raise Conflict("监管方案刚被别人改过。", "请刷新页面，核对新的方案后再修改。")
        if session.get(Organisation, data.organisation_id) is None:
            raise NotFound("没有找到所选监管单位。", "请刷新页面重新选择。")
        mode = _check(session, pilot, data)
        row = SupervisionPlan(
            pilot_id=pilot_id,
            edition=seen_edition + 1,
            mode=mode,
            set_by=actor.account_id,
            set_at=clock.now(),
            triggers=[item.model_dump(mode="json") for item in data.triggers],
            **data.model_dump(exclude={"triggers"}),
        )
        session.add(row)
        session.flush()
        audit.record(
            session,
            actor.account_id,
            "supervision:set",
            "pilot",
            pilot_id,
            data.model_dump(mode="json") | {"edition": row.edition, "mode": mode},
            data.reason,
        )
        if pilot.state not in _BEFORE_START:
            arm(session, actor, pilot_id)
        return row.edition


def arm(session: Session, actor: Actor, pilot_id: int) -> None:
    """Put the triggers of the newest plan in force, in the caller's transaction: when a pilot starts, and when
    its plan is changed afterwards. Values already submitted that trip open their alerts at once."""
    require(actor, Permission.SUPERVISION_SET)
    pilot = queries.row_of(session, actor, pilot_id)
    plan = supervision_queries.newest(session, pilot_id)
    if plan is None:
        return
    first, last = (str(Period.containing(day, Cadence.MONTH)) for day in (plan.start_on, plan.end_on))
    wanted = [
        Setting(item.code, Threshold(item.basis, item.side, item.threshold), item.action, first, last)
        for item in (TriggerIn(**kept) for kept in plan.triggers)
    ]
    watching.arm(session, actor.account_id, pilot.collection_id, wanted)


def decide_tolerance(
    actor: Actor, pilot_id: int, data: ToleranceIn, given: Sequence[tuple[str, bytes]] = (), *, seen: int
) -> int:
    """容错认定, by somebody who did not run the pilot; `seen` is how many decisions the page showed. Returns the
    decision's id. An earlier one stays as it was."""
    checked = [uploads.check(name, content) for name, content in given]
    with write() as session:
        pilot = queries.row_of(session, actor, pilot_id)
        require(actor, Permission.TOLERANCE_DECIDE, supervision_queries.runner_of(session, actor, pilot))
        if actor.account_id is None:
            raise Forbidden("容错认定需要登录账号，命令行不能代替。", "请登录后在页面上办理。")
        if pilot.state not in _FAILING:
            raise WrongState(f"试点“{pilot.state.label}”，不用作容错认定。", "试点启动后、按失败终止前作出认定。")
        known = session.exec(
            select(func.count()).select_from(ToleranceDecision).where(ToleranceDecision.pilot_id == pilot_id)
        ).one()
        if known != seen:
            raise Conflict("容错认定刚有新的结果。", "请刷新页面后再办理。")
        verdicts = {item.condition: item.verdict for item in data.findings}
        if problems := tolerance_problems(data.outcome, verdicts):
            raise Invalid(problems, "请核对逐项认定和认定结果。")
        row = ToleranceDecision(
            pilot_id=pilot_id,
            outcome=data.outcome,
            findings=[item.model_dump(mode="json") for item in data.findings],
            reason=data.reason,
            decided_by=actor.account_id,
            decided_at=clock.now(),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        for upload in checked:
            files.attach(session, actor.account_id, "tolerance", row.id, upload)
        said = {"outcome": row.outcome, "findings": row.findings}
        audit.record(session, actor.account_id, "tolerance:decide", "pilot", pilot_id, said, data.reason)
        return row.id


def _check(session: Session, pilot: Pilot, data: PlanIn) -> SupervisionMode:
    domain = session.get_one(Scenario, pilot.scenario_id).domain
    safety = domain_queries.touches_safety(session, domain)
    known = {
        code: (item.name, item.accumulation) for code, item in supervision_queries.indicators_of(session, pilot).items()
    }
    asked = [(item.code, item.basis) for item in data.triggers]
    if problems := plan_problems(domain, safety, asked, known):
        raise Invalid(problems, "请去掉触发条件后保存。" if safety else "请按提示修改触发条件。")
    return mode_for(safety)
