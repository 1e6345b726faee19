"""Commands about the phases of a pilot."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.periods import Cadence, Period
from core.words import PhaseKind
from db import audit
from db.session import check_version, write
from db.tables import CollectionUnit, Pilot, PilotPhase, ScenarioVersion
from metrics import collecting
from metrics.schemas import UnitPick
from pilots import phases, queries
from pilots.plan_schemas import PhaseIn, PhaseWordsIn
from pilots.stages import PILOT

FIRST = "第一阶段"


def begin_phase(
    session: Session,
    actor: Actor,
    pilot_id: int,
    data: PhaseIn,
    *,
    scenario_version_id: int | None = None,
    iteration_id: int | None = None,
) -> int:
    """Open the next phase of a pilot that has started, in the caller's transaction; returns its id. The phase
    before ends the day before. What is to be reported is extended when the phase outlasts the pilot."""
    pilot = queries.row_of(session, actor, pilot_id)
    require(actor, Permission.PILOT_PLAN, Subject(organisation_id=pilot.lead_organisation_id))
    if pilot.state in (PILOT.initial, *PILOT.terminal):
        raise WrongState(f"试点“{pilot.state.label}”，不能开始新阶段。", "新阶段从试点启动后、结束前开始。")
    known = queries.phases_of(session, pilot_id)
    last = known[-1]
    if data.start_on <= last.start_on:
        raise Invalid([f"新阶段要晚于“{last.name}”的开始日期 {last.start_on}"], "请把开始日期改到当前阶段开始之后。")
    if wrong := phases.problems(known[:-1], data.start_on, data.end_on):
        raise Invalid(wrong, "各阶段不能重叠，请调整日期。")
    if scenario_version_id is not None:
        tried = session.get(ScenarioVersion, scenario_version_id)
        if tried is None or tried.scenario_id != pilot.scenario_id:
            raise NotFound("没有找到这个场景版本。", "请刷新页面重新选择。")
    row = session.get_one(PilotPhase, last.id)
    row.end_on = phases.handed_over(last, data.start_on)
    new = PilotPhase(
        pilot_id=pilot_id,
        number=last.number + 1,
        scenario_version_id=scenario_version_id or last.scenario_version_id,
        iteration_id=iteration_id,
        created_by=actor.account_id,
        created_at=clock.now(),
        **data.model_dump(),
    )
    session.add(new)
    if data.end_on > pilot.end_on:
        _extend(session, pilot, data)
    session.flush()
    assert new.id is not None
    changes = data.model_dump(mode="json") | {"number": new.number, "scenario_version": new.scenario_version_id}
    audit.record(session, actor.account_id, "pilot:phase", "pilot", pilot_id, changes)
    return new.id


def describe_phase(actor: Actor, phase_id: int, data: PhaseWordsIn, *, seen_version: int) -> None:
    """Say what a phase is called and what it is to show; its days stay."""
    with write() as session:
        row = session.get(PilotPhase, phase_id)
        if row is None:
            raise NotFound("没有找到这个阶段。", "请刷新页面。")
        pilot = queries.row_of(session, actor, row.pilot_id)
        require(actor, Permission.PILOT_PLAN, Subject(organisation_id=pilot.lead_organisation_id))
        check_version(row, seen_version)
        row.name, row.goal, row.notes = data.name, data.goal, data.notes
        audit.record(session, actor.account_id, "pilot:phase", "pilot", row.pilot_id, data.model_dump())


def write_first(session: Session, actor: Actor, pilot: Pilot) -> None:
    """The first phase as the design has it, in the caller's transaction: written, or brought up to date."""
    require(actor, Permission.PILOT_DESIGN)
    row = session.exec(select(PilotPhase).where(PilotPhase.pilot_id == pilot.id, PilotPhase.number == 1)).first()
    if row is None:
        row = PilotPhase(
            pilot_id=pilot.id or 0,
            number=1,
            name=FIRST,
            kind=PhaseKind.TRIAL,
            scenario_version_id=pilot.scenario_version_id,
            start_on=pilot.start_on,
            end_on=pilot.end_on,
            goal=pilot.promise,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        session.add(row)
    row.scenario_version_id = pilot.scenario_version_id
    row.start_on, row.end_on = pilot.start_on, pilot.end_on
    session.flush()


def _extend(session: Session, pilot: Pilot, data: PhaseIn) -> None:
    units = session.exec(
        select(CollectionUnit)
        .where(CollectionUnit.collection_id == pilot.collection_id, col(CollectionUnit.left_on).is_(None))
        .order_by(CollectionUnit.region_code)
    ).all()
    collecting.add_units(
        session,
        pilot.collection_id,
        [UnitPick(region_code=unit.region_code, arm=unit.arm) for unit in units],
        Period.containing(pilot.end_on, Cadence.MONTH),
        Period.containing(data.end_on, Cadence.MONTH),
        widen=True,
    )
    pilot.end_on = data.end_on
    collecting.expect_returns(session, pilot.collection_id)
