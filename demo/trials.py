"""Pilots, from their design to where the story leaves each of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.words import GovernanceLevel, IndicatorRole, PilotState, RegionLevel, Side, Verdict
from db.session import read
from db.tables import Pilot, Region
from demo import history, people, plans, register, rounds, starts, story, supervision
from metrics import collecting
from metrics.schemas import IndicatorPick
from pilots import service, stages
from pilots.schemas import PilotIn
from regions import groups
from regions.imports import ZHEJIANG

# The counties whose teams have demo accounts take part in the first pilot.
PRESENT = ("330523", "330521", "331127")


def run(
    rng: np.random.Generator,
    li: Actor,
    chen: Actor,
    item: story.DemoPilot,
    scenarios: dict[str, int],
    cast: people.People,
) -> None:
    """Design a pilot and take it to the state it has in the story."""
    this_month = Period.containing(clock.today(), Cadence.MONTH)
    start, end = this_month.shift(item.start), this_month.shift(item.end)
    chosen, against = _choose(rng, item, start)
    with read() as session:
        ids = {code: collecting.current_version(session, code) for code, *_ in item.indicators}
    scenario_id = scenarios[item.scenario]
    if item.state not in (PilotState.DESIGN, PilotState.WITHDRAWN):
        register.approve(li, chen, scenario_id, next(known for known in story.SCENARIOS if known.name == item.scenario))
    pilot_id = service.design(
        li,
        PilotIn(
            name=item.name,
            scenario_id=scenario_id,
            province_code=ZHEJIANG,
            level=GovernanceLevel.COUNTY,
            lead_organisation_id=cast.organisations[item.lead],
            promise=item.promise,
            start_on=start.start,
            end_on=end.end,
            pre_periods=item.pre,
            contact="省发展研究院 李研",
            pilots=chosen,
            comparisons=against,
            indicators=[
                IndicatorPick(
                    indicator_id=ids[code],
                    role=IndicatorRole(role),
                    baseline=Decimal(baseline) if baseline else None,
                    target=Decimal(target) if target else None,
                    smallest_change=Decimal(smallest) if smallest else None,
                )
                for code, role, baseline, target, smallest in item.indicators
            ],
        ),
        nonce=f"demo-{item.name}",
    )
    P = PilotState
    if item.state is P.WITHDRAWN:
        _move(li, pilot_id, stages.WITHDRAW, "机构改革后检查计划改由新部门统筹，场景调整后重新设计。")
    if item.state in (P.DESIGN, P.WITHDRAWN):
        return
    plans.consent(li, scenario_id)
    plans.prepare(li, pilot_id, item, cast.organisations)
    _move(li, pilot_id, stages.PROPOSE)
    plans.tell(li, pilot_id, item)
    if item.state is P.PENDING:
        return
    _move(chen, pilot_id, stages.START)
    history.fill(rng, pilot_id, item, this_month, starts.tell(li, pilot_id, item.name, chosen, start))
    rounds.freeze_past(pilot_id, this_month)
    if item is story.PILOTS[0]:
        rounds.correct(
            pilot_id, this_month, li, [people.actor(name) for name in ("wanganji", "zhaodeqing", "lanjingning")]
        )
    if item.state is P.PAUSED:
        _move(li, pilot_id, stages.PAUSE, "重复投诉率上升，暂停新增事项，先查明原因。")
    if item.state in (P.EVALUATING, P.PROMOTING, P.FINISHED):
        _move(li, pilot_id, stages.EVALUATE)
    if item.state is P.FINISHED:
        service.judge(
            li, pilot_id, overrule=Verdict.IMPROVE, reason="样本均为发达地区且试点期有机构改革，按专家意见改进后再试。"
        )
        _move(li, pilot_id, stages.FINISH, "首轮试点期满，转入场景迭代。")
        return
    service.judge(li, pilot_id)
    if item.state is P.PROMOTING:
        _move(li, pilot_id, stages.PROMOTE, "群众满意度明显提高，先在山区海岛县推广。")
    if item.state is P.STOPPED:
        supervision.tolerate(chen, pilot_id)
        _move(li, pilot_id, stages.STOP, "监测设备故障率高，自处置率没有提高。")


def _move(actor: Actor, pilot_id: int, do: str, reason: str = "") -> None:
    with read() as session:
        version = session.get_one(Pilot, pilot_id).version
    service.move(actor, pilot_id, do, reason, seen_version=version)


def _choose(rng: np.random.Generator, item: story.DemoPilot, start: Period) -> tuple[list[str], list[str]]:
    """Pilot and comparison counties by side, as the groups were on the first day."""
    with read() as session:
        codes = list(
            session.exec(
                select(Region.code).where(Region.level == RegionLevel.COUNTY, col(Region.code).startswith("33"))
            )
        )
        member = groups.memberships(session, codes, start.start)
    chosen: list[str] = []
    against: list[str] = []
    for side, n_pilots, n_against in zip(
        (Side.DEVELOPED, Side.UNDERDEVELOPED), item.counties[:2], item.counties[2:], strict=True
    ):
        pool = [str(code) for code in rng.permutation(sorted(code for code in codes if member[code].side is side))]
        pool.sort(key=lambda code: code not in PRESENT)
        chosen += pool[:n_pilots]
        against += pool[n_pilots : n_pilots + n_against]
    return sorted(chosen), sorted(against)
