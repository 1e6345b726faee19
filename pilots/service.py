"""Commands about pilots: design, move along the path, judge."""

from __future__ import annotations

from collections import defaultdict

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.periods import Cadence, Period
from core.words import Arm, CollectionKind, PilotState, Verdict
from db import audit
from db.session import check_version, take_turns, write
from db.tables import (
    CollectionIndicator,
    Organisation,
    Pilot,
    PilotVerdict,
    Region,
    ScenarioVersion,
)
from metrics import collecting
from metrics.schemas import CollectionIn, TargetIn, UnitPick
from pilots import freezing, gate_queries, phase_service, queries, supervision_service
from pilots.schemas import PilotIn
from pilots.stages import EVALUATE, FINISH, PILOT, START, STOP
from regions import groups
from scenarios import impact_service
from scenarios import service as scenarios

_CODES = 7_319_207  # any constant of its own: who draws the next pilot code


def design(actor: Actor, data: PilotIn, *, nonce: str | None = None) -> int:
    """Write down a pilot's design; returns its id. The same nonce twice makes one pilot."""
    require(actor, Permission.PILOT_DESIGN)
    with write() as session:
        if nonce and (known := session.exec(select(Pilot.id).where(Pilot.nonce == nonce)).first()):
            return known
        version = session.exec(
            select(ScenarioVersion)
            .where(ScenarioVersion.scenario_id == data.scenario_id)
            .order_by(col(ScenarioVersion.id).desc())
            .limit(1)
        ).first()
        if version is None or version.id is None:
            raise NotFound("没有找到所选场景。", "请刷新页面重新选择。")
        if session.get(Organisation, data.lead_organisation_id) is None:
            raise NotFound("没有找到所选牵头单位。", "请刷新页面重新选择。")
        collection_id = _collection(session, actor, data)
        row = Pilot(
            code=_next_code(session, data),
            name=data.name,
            scenario_id=data.scenario_id,
            scenario_version_id=version.id,
            collection_id=collection_id,
            province_code=data.province_code,
            level=data.level,
            state=PilotState.DESIGN,
            lead_organisation_id=data.lead_organisation_id,
            promise=data.promise,
            start_on=data.start_on,
            end_on=data.end_on,
            nonce=nonce,
            created_by=actor.account_id or 0,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        phase_service.write_first(session, actor, row)
        audit.record(session, actor.account_id, "pilot:design", "pilot", row.id, data.model_dump(mode="json"))
        assert row.id is not None
        return row.id


def redesign(actor: Actor, pilot_id: int, data: PilotIn, *, seen_version: int) -> None:
    """Replace the design of a pilot that has not started. The collection is rebuilt: nothing hangs on it yet."""
    require(actor, Permission.PILOT_DESIGN)
    with write() as session:
        row = queries.row_of(session, actor, pilot_id)
        check_version(row, seen_version)
        if row.state is not PilotState.DESIGN:
            raise WrongState(f"试点“{row.state.label}”，设计不能再改。", "如需修改，请先退回设计。")
        row.name, row.level, row.promise = data.name, data.level, data.promise
        row.lead_organisation_id, row.start_on, row.end_on = data.lead_organisation_id, data.start_on, data.end_on
        row.collection_id = _collection(session, actor, data)
        phase_service.write_first(session, actor, row)
        audit.record(session, actor.account_id, "pilot:redesign", "pilot", row.id, data.model_dump(mode="json"))


def move(actor: Actor, pilot_id: int, do: str, reason: str = "", *, seen_version: int) -> PilotState:
    """Take one step of the pilot's path, when no gate keeps the pilot from it (`gate_queries.CHECKS`). Starting
    it writes down what will be owed."""
    with write() as session:
        return step(session, actor, pilot_id, do, reason, seen_version=seen_version)


def step(
    session: Session, actor: Actor, pilot_id: int, do: str, reason: str, *, seen_version: int | None = None
) -> PilotState:
    """The same in the caller's transaction."""
    row = queries.row_of(session, actor, pilot_id)
    for possible in PILOT.steps_from(row.state):
        if possible.do == do:  # who may comes before whether it can be done
            require(actor, Permission(possible.permission), Subject(created_by=row.created_by))
    taken = PILOT.take(row.state, do, reason)
    if seen_version is not None:
        check_version(row, seen_version)
    gate_queries.require(session, row, do)
    if do == START:
        _start(session, actor, row)
    if do == EVALUATE:
        scenarios.mark_evaluating(session, actor, row.scenario_id)
    if do in (STOP, FINISH) and clock.today() < row.end_on:
        collecting.close(session, actor, row.collection_id, clock.today(), f"试点{do}")
    row.state = PilotState(taken.target)
    audit.record(session, actor.account_id, "pilot:move", "pilot", pilot_id, {"do": do, "to": row.state}, reason)
    return row.state


def set_target(actor: Actor, pilot_id: int, data: TargetIn) -> None:
    """Change a baseline or target from a period on; the old line stays in every chart and report."""
    require(actor, Permission.PILOT_DECIDE)
    with write() as session:
        row = queries.row_of(session, actor, pilot_id)
        if session.get(CollectionIndicator, (row.collection_id, data.indicator_id)) is None:
            raise NotFound("这个试点没有使用所选指标。")
        collecting.set_target(session, actor, row.collection_id, data)


def judge(actor: Actor, pilot_id: int, *, overrule: Verdict | None = None, reason: str = "") -> int:
    """Record the verdict that follows from the figures as they stand, or a person's own with a reason
    that will be printed. A frozen copy of the inputs is kept with it."""
    require(actor, Permission.PILOT_DECIDE)
    if overrule is not None and len(reason.strip()) < 8:
        raise Invalid(["改变系统结论必须写明理由（不少于 8 个字）"], "理由会印在评估报告上。")
    evaluation = queries.evaluate(actor, pilot_id)
    if evaluation is None:
        raise NotFound("没有找到这个试点。")
    if evaluation.decision is None:
        raise WrongState("这个试点还没有目标指标，不能作出结论。", "请先在设计中选择目标指标。")
    decision = evaluation.decision
    inputs = freezing.frozen(evaluation)
    with write() as session:
        row = PilotVerdict(
            pilot_id=pilot_id,
            verdict=overrule or decision.verdict,
            rule=decision.rule_id,
            sentence=decision.sentence,
            next_step=decision.next_step,
            owner=evaluation.pilot.lead,
            figures=decision.figures,
            inputs=inputs,
            inputs_hash=freezing.digest(inputs),
            decided_by=actor.account_id,
            decided_at=clock.now(),
            overruled_reason=reason.strip() if overrule is not None else "",
            scope="" if overrule is not None else decision.scope,
            phase=evaluation.stretch.number if evaluation.stretch else None,
        )
        session.add(row)
        session.flush()
        audit.record(
            session,
            actor.account_id,
            "pilot:judge",
            "pilot",
            pilot_id,
            {"verdict": row.verdict, "rule": row.rule, "inputs": row.inputs_hash},
            row.overruled_reason,
        )
        assert row.id is not None
        return row.id


def _collection(session: Session, actor: Actor, data: PilotIn) -> int:
    """The collection behind the design: units, indicators, first targets."""
    _check_units(session, data)
    collection_id = collecting.create(
        session,
        actor,
        CollectionIn(name=data.name, kind=CollectionKind.PILOT, due_days=data.due_days, contact=data.contact),
    )
    first = Period.containing(data.start_on, Cadence.MONTH).shift(-data.pre_periods)
    last = Period.containing(data.end_on, Cadence.MONTH)
    picks = [UnitPick(region_code=code, arm=Arm.PILOT) for code in data.pilots]
    picks += [UnitPick(region_code=code, arm=Arm.COMPARISON) for code in data.comparisons]
    collecting.add_units(session, collection_id, picks, first, last)
    collecting.add_indicators(session, actor, collection_id, data.indicators, str(first), "试点设计")
    return collection_id


def _check_units(session: Session, data: PilotIn) -> None:
    """Comparison counties must be of a group in which there are pilots, as of the start."""
    codes = set(data.pilots) | set(data.comparisons)
    names = dict(session.exec(select(Region.code, Region.name).where(col(Region.code).in_(codes))).all())
    if unknown := sorted(codes - names.keys()):
        raise NotFound(f"没有找到地区 {'、'.join(unknown)}。", "请刷新页面重新选择。")
    member = groups.memberships(session, codes, data.start_on)
    by_group: dict[str, list[str]] = defaultdict(list)
    for code in data.comparisons:
        by_group[member[code].name if code in member else "未分组"].append(names[code])
    piloted = {member[code].name if code in member else "未分组" for code in data.pilots}
    if wrong := {group: counties for group, counties in by_group.items() if group not in piloted}:
        raise Invalid(
            [f"{'、'.join(counties)}属于“{group}”，但试点地区中没有这一类" for group, counties in wrong.items()],
            "对照地区要与试点地区同属一类；请更换对照地区，或增加同类试点地区。",
        )
    if lonely := piloted - by_group.keys():
        raise Invalid(
            [f"“{group}”有试点地区但没有同类对照地区" for group in sorted(lonely)],
            "请为每一类试点地区登记至少一个同类对照地区。",
        )


def _start(session: Session, actor: Actor, row: Pilot) -> None:
    impact_service.require_assessed(session, actor, row.scenario_id)
    scenarios.mark_piloting(session, actor, row.scenario_id)  # refuses a scenario that has not been approved
    collecting.expect_returns(session, row.collection_id)
    supervision_service.arm(session, actor, row.id or 0)


def _next_code(session: Session, data: PilotIn) -> str:
    take_turns(session, _CODES)
    prefix = f"SD-{data.start_on.year}-"
    taken = session.exec(select(Pilot.code).where(col(Pilot.code).startswith(prefix))).all()
    return f"{prefix}{max((int(code.removeprefix(prefix)) for code in taken), default=0) + 1:03d}"
