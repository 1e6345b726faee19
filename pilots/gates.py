"""Gates: everything that keeps a pilot from a step, at once, each with how to mend it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Invalid
from core.words import IndicatorRole, ScenarioState, TeamRole
from scenarios.stages import PILOTABLE


@dataclass(frozen=True)
class Blocker:
    """One reason why a step cannot be taken. `gate` is its name in code and never shown; `page` and `query`
    lead to where it is mended."""

    gate: str
    title: str
    mend: str
    page: str
    label: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitFacts:
    """A region with the number of periods before the start that it can have values for."""

    name: str
    group: str
    pilot: bool
    pre_periods: int


@dataclass(frozen=True)
class GoalFacts:
    name: str
    role: IndicatorRole
    baseline: bool
    target: bool


@dataclass(frozen=True)
class StartFacts:
    """What the gates at the start look at. `unconfirmed`: organisations that have not confirmed all of their
    items; `responsibilities`: how many items there are."""

    pilot_id: int
    scenario_id: int
    scenario_state: ScenarioState
    impact_missing: Sequence[str]
    responsibilities: int
    unconfirmed: Sequence[str]
    unassigned: int
    units: Sequence[UnitFacts]
    goals: Sequence[GoalFacts]
    roles: Sequence[TeamRole]
    milestones: int
    pre_floor: int


def to_start(facts: StartFacts) -> list[Blocker]:
    """Every reason why the pilot cannot start, in the order in which one would mend them."""
    return [*_scenario(facts), *_units(facts), *_goals(facts), *_plan(facts)]


def to_stop(pilot_id: int, *, decided: bool) -> list[Blocker]:
    """A pilot is closed as failed only with a decision on its errors (`decided`)."""
    if decided:
        return []
    return [
        Blocker(
            "tolerance",
            "还没有作出容错认定",
            "试点按失败终止前，请由未参与试点的研究院人员在“监管”页逐项认定五个条件。",
            "pilots/pages/supervision.py",
            "去作容错认定",
            {"id": str(pilot_id)},
        )
    ]


def require(blockers: Sequence[Blocker], do: str) -> None:
    """Refuse with the same list that the page shows."""
    if blockers:
        raise Invalid(
            [f"{blocker.title}。{blocker.mend}" for blocker in blockers],
            f"补齐以上 {len(blockers)} 项后，再“{do}”；试点页列有每一项的办理入口。",
        )


def _scenario(facts: StartFacts) -> list[Blocker]:
    scenario = {"id": str(facts.scenario_id)}
    page = "scenarios/pages/scenario.py"
    found = []
    if facts.scenario_state not in PILOTABLE:
        found.append(
            Blocker(
                "scenario",
                f"场景“{facts.scenario_state.label}”，还没有立项",
                "请先完成前期论证，由论证人给出“已立项”的结论。",
                page,
                "去看场景",
                scenario,
            )
        )
    found += [
        Blocker("impact", lack.rstrip("。"), "请在场景页的“个人信息保护”中登记影响评估。", page, "去登记评估", scenario)
        for lack in facts.impact_missing
    ]
    duties, query = "scenarios/pages/duties.py", {"id": str(facts.scenario_id)}
    if not facts.responsibilities:
        found.append(
            Blocker(
                "responsibilities",
                "场景还没有责任清单",
                "请列出业务、环节和最小颗粒事项，每项写明一个责任单位。",
                duties,
                "去列责任清单",
                query,
            )
        )
    if facts.unassigned:
        found.append(
            Blocker(
                "unassigned",
                f"责任清单有 {facts.unassigned} 项没有责任单位",
                "请为每一项指定一个责任单位。",
                duties,
                "去指定责任单位",
                query,
            )
        )
    if facts.unconfirmed:
        found.append(
            Blocker(
                "consensus",
                f"责任清单尚未经全部单位确认（价值共识）：{_listed(facts.unconfirmed)}",
                "请这些单位在“权责确认”中确认；有异议的先协商修改。",
                "scenarios/pages/confirmations.py",
                "去确认权责",
            )
        )
    return found


def _units(facts: StartFacts) -> list[Blocker]:
    page, query = "pilots/pages/design.py", {"id": str(facts.pilot_id)}
    found = []
    groups = sorted({unit.group for unit in facts.units if unit.pilot})
    against = {unit.group for unit in facts.units if not unit.pilot}
    found += [
        Blocker(
            "comparison",
            f"“{group or '未分组'}”有试点地区，没有同类对照地区",
            "请退回设计，为这一类登记至少一个对照地区。",
            page,
            "去改设计",
            query,
        )
        for group in groups
        if group not in against
    ]
    thin = [unit.name for unit in facts.units if unit.pre_periods < facts.pre_floor]
    if thin:
        found.append(
            Blocker(
                "pre_periods",
                f"试点前的数据不足 {facts.pre_floor} 期：{_listed(thin)}",
                f"请退回设计，把“试点前要报的月数”改为至少 {facts.pre_floor}；地区设立较晚的，请推迟开始日期或换一个地区。",
                page,
                "去改设计",
                query,
            )
        )
    return found


def _goals(facts: StartFacts) -> list[Blocker]:
    page, query = "pilots/pages/design.py", {"id": str(facts.pilot_id)}
    goals = [goal for goal in facts.goals if goal.role is IndicatorRole.GOAL]
    if not goals:
        return [Blocker("goal", "没有目标指标", "请退回设计，至少选择一个目标指标。", page, "去选指标", query)]
    return [
        Blocker(
            "baseline" if not goal.baseline else "target",
            f"目标指标“{goal.name}”没有" + "和".join(lacking),
            "请在设计中填写试点前的水平和结束时要达到的水平。",
            page,
            "去填基线和目标",
            query,
        )
        for goal in goals
        if (lacking := [word for word, known in (("基线值", goal.baseline), ("目标值", goal.target)) if not known])
    ]


def _plan(facts: StartFacts) -> list[Blocker]:
    page = "pilots/pages/plan.py"
    found = []
    if TeamRole.LEADER not in facts.roles:
        found.append(
            Blocker(
                "leader",
                "团队还没有负责人",
                "请在试点计划的“团队”中登记负责人。",
                page,
                "去登记负责人",
                {"id": str(facts.pilot_id), "plan_part": "团队"},
            )
        )
    if not facts.milestones:
        found.append(
            Blocker(
                "milestone",
                "还没有里程碑",
                "请在试点计划的“里程碑”中写下第一件要完成的事和期限。",
                page,
                "去写里程碑",
                {"id": str(facts.pilot_id), "plan_part": "里程碑"},
            )
        )
    return found


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown} 等 {len(names)} 个"
