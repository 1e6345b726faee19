"""Pilots as a person would design them, and returns filled in so that the answer is known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.numbers import to_micro
from core.periods import Period
from core.words import Arm, DutyAnswer, GovernanceLevel, IndicatorRole, ReturnState, TeamRole, ValueState
from db.session import read, write
from db.tables import CollectionUnit, IndicatorRow, Observation, Pilot, ReturnRow
from metrics import catalogue, rollups
from metrics.schemas import IndicatorPick
from pilots import plan_service, service, stages
from pilots.plan_schemas import MemberIn, MilestoneIn
from pilots.schemas import PilotIn
from scenarios import agreement_service, duty_queries, need_service
from scenarios import service as scenarios
from scenarios import stages as scenario_stages
from tests.scenarios.conftest import move as move_scenario
from tests.scenarios.conftest import need_in, scenario_in
from tests.support import Cast

# Developed: 安吉 德清 长兴 海宁 桐乡 …; 山区海岛县 on 2025-07-01: 景宁 云和 庆元 …
DEVELOPED = ["330523", "330521", "330522", "330481", "330483", "330782", "330783", "330681", "330683", "330421"]
MOUNTAIN = ["331127", "331125", "331126", "331124", "331123", "331122"]


def approved_scenario(cast: Cast) -> int:
    """A scenario that 李研 registered and 陈审 passed."""
    need_id = need_service.register_need(cast.li_staff, need_in())
    scenario_id = scenarios.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need_id]), nonce="s1")
    move_scenario(cast.li_staff, scenario_id, scenario_stages.SUBMIT)
    move_scenario(cast.chen_staff, scenario_id, scenario_stages.APPROVE)
    confirm(cast.li_staff, scenario_id)
    return scenario_id


def confirm(actor: Actor, scenario_id: int) -> None:
    """The actor's organisation agrees to all of its items."""
    found = duty_queries.duty_list(actor, scenario_id)
    assert found is not None
    agreement_service.answer(actor, scenario_id, actor.organisation_id or 0, found.items, DutyAnswer.CONFIRM)


def ready(cast: Cast, pilot_id: int) -> None:
    """Give a designed pilot what its plan needs before the start: who leads it and what comes first."""
    plan_service.add_member(cast.li_staff, pilot_id, MemberIn(name="李研", role=TeamRole.LEADER))
    with read() as session:
        due = session.get_one(Pilot, pilot_id).start_on
    first = MilestoneIn(content="完成培训和系统对接", due_on=due, owner="省发展研究院")
    plan_service.add_milestone(cast.li_staff, pilot_id, first)


def indicator(code: str) -> int:
    catalogue.load()
    with read() as session:
        return session.exec(select(IndicatorRow.id).where(IndicatorRow.code == code)).one() or 0


def pilot_in(scenario_id: int, cast: Cast, **changes: Any) -> PilotIn:
    values: dict[str, Any] = {
        "name": "危房智能巡查试点",
        "scenario_id": scenario_id,
        "province_code": "330000",
        "level": GovernanceLevel.COUNTY,
        "lead_organisation_id": cast.li_staff.organisation_id,
        "promise": "让隐患按时处置率提高到九成以上。",
        "start_on": date(2025, 7, 1),
        "end_on": date(2026, 6, 30),
        "pre_periods": 4,
        "pilots": DEVELOPED[:2],
        "comparisons": DEVELOPED[2:4],
        "indicators": [
            IndicatorPick(
                indicator_id=indicator("SX01"),
                role=IndicatorRole.GOAL,
                baseline=Decimal(80),
                target=Decimal(90),
                smallest_change=Decimal(2),
            )
        ],
    }
    return PilotIn(**{**values, **changes})


def move(actor: Actor, pilot_id: int, do: str, reason: str = "") -> None:
    with read() as session:
        version = session.get_one(Pilot, pilot_id).version
    service.move(actor, pilot_id, do, reason, seen_version=version)


def running(cast: Cast, **changes: Any) -> int:
    """A pilot that 李研 designed and 陈审 started on its first day."""
    data = pilot_in(approved_scenario(cast), cast, **changes)
    pilot_id = service.design(cast.li_staff, data)
    ready(cast, pilot_id)
    move(cast.li_staff, pilot_id, stages.PROPOSE)
    with time_machine.travel(datetime.combine(data.start_on, time(9), clock.BEIJING)):
        move(cast.chen_staff, pilot_id, stages.START)
    return pilot_id


Figure = Callable[[str, Arm, Period, bool], tuple[int, int] | None]


def fill(pilot_id: int, figure: Figure, *, before: str = "2026-07", code: str = "SX01", version: int = 1) -> None:
    """Hand in and approve returns: `figure(region, arm, period, after start)` gives n and d, None for nothing."""
    with write() as session:
        pilot = session.get_one(Pilot, pilot_id)
        arms = dict(
            session.exec(
                select(CollectionUnit.region_code, CollectionUnit.arm).where(
                    CollectionUnit.collection_id == pilot.collection_id
                )
            ).all()
        )
        asked = session.exec(
            select(IndicatorRow.id).where(IndicatorRow.code == code, IndicatorRow.version == version)
        ).one()
        rows = session.exec(
            select(ReturnRow).where(ReturnRow.collection_id == pilot.collection_id, ReturnRow.period < before)
        ).all()
        for row in rows:
            period = Period.parse(row.period)
            found = figure(row.region_code, Arm(arms[row.region_code]), period, period.start >= pilot.start_on)
            if found is None:
                continue
            session.add(
                Observation(
                    return_id=row.id or 0,
                    indicator_id=asked or 0,
                    revision=1,
                    n=to_micro(found[0]),
                    d=to_micro(found[1]),
                    state=ValueState.REPORTED,
                    entered_at=pilot.created_at,
                )
            )
            row.state = ReturnState.APPROVED
            row.first_submitted_at = row.submitted_at = pilot.created_at
        rollups.refresh(session, pilot.collection_id, {row.period for row in rows})
