"""The gates at the start: each fires on what it is for, and not on its neighbour; the command refuses with the
list that the page shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Invalid
from core.words import IndicatorRole, PilotState, ScenarioState, TeamRole
from db.session import read
from db.tables import Pilot
from pilots import gate_queries, gates, plan_service, service, stages
from pilots.gates import GoalFacts, StartFacts, UnitFacts
from pilots.plan_schemas import MemberIn
from scenarios import duty_queries, duty_service, schemas
from tests.pilots.support import MOUNTAIN, approved_scenario, confirm, move, pilot_in, ready
from tests.support import Cast

CLEAR = StartFacts(
    pilot_id=3,
    scenario_id=5,
    scenario_state=ScenarioState.APPROVED,
    impact_missing=(),
    responsibilities=4,
    unconfirmed=(),
    unassigned=0,
    units=(UnitFacts("安吉县", "发达地区", True, 3), UnitFacts("德清县", "发达地区", False, 3)),
    goals=(GoalFacts("按时办结率", IndicatorRole.GOAL, True, True),),
    roles=(TeamRole.LEADER,),
    milestones=1,
    pre_floor=3,
)


def names(**changes: object) -> list[str]:
    return [blocker.gate for blocker in gates.to_start(replace(CLEAR, **changes))]  # type: ignore[arg-type]


def unit(name: str, group: str, pilot: bool, pre: int = 3) -> UnitFacts:
    return UnitFacts(name, group, pilot, pre)


CONTEXT = GoalFacts("回访满意率", IndicatorRole.CONTEXT, False, False)
SHORT = (unit("安吉县", "发达地区", True), unit("德清县", "发达地区", False, 2))
ALONE = (*CLEAR.units, unit("景宁县", "山区海岛县", True))
PAIRED = (*ALONE, unit("云和县", "山区海岛县", False))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"scenario_state": ScenarioState.APPRAISAL}, ["scenario"]),
        ({"scenario_state": ScenarioState.ITERATING}, []),
        ({"scenario_state": ScenarioState.SUSPENDED}, ["scenario"]),
        ({"impact_missing": ("还没有影响评估", "评估已过期")}, ["impact", "impact"]),
        ({"responsibilities": 0}, ["responsibilities"]),
        ({"unassigned": 1}, ["unassigned"]),
        ({"unconfirmed": ("省民政厅",)}, ["consensus"]),
        ({"units": ALONE}, ["comparison"]),
        ({"units": PAIRED}, []),
        ({"units": SHORT}, ["pre_periods"]),
        ({"units": SHORT, "pre_floor": 2}, []),
        ({"goals": ()}, ["goal"]),
        ({"goals": (CONTEXT,)}, ["goal"]),
        ({"goals": (*CLEAR.goals, CONTEXT)}, []),
        ({"goals": (GoalFacts("按时办结率", IndicatorRole.GOAL, False, True),)}, ["baseline"]),
        ({"goals": (GoalFacts("按时办结率", IndicatorRole.GOAL, True, False),)}, ["target"]),
        ({"roles": (TeamRole.MEMBER, TeamRole.DATA)}, ["leader"]),
        ({"roles": (TeamRole.MEMBER, TeamRole.LEADER)}, []),
        ({"milestones": 0}, ["milestone"]),
        ({"roles": (), "milestones": 0, "impact_missing": ("缺",)}, ["impact", "leader", "milestone"]),
    ],
)
def test_each_gate_and_its_neighbour(changes: dict[str, object], expected: list[str]) -> None:
    assert names(**changes) == expected


def test_a_blocker_names_who_and_leads_there() -> None:
    (blocker,) = gates.to_start(replace(CLEAR, unconfirmed=[f"单位{n}" for n in range(1, 9)]))
    assert blocker.title == "责任清单尚未经全部单位确认（价值共识）：单位1、单位2、单位3、单位4、单位5、单位6 等 8 个"
    (leader,) = gates.to_start(replace(CLEAR, roles=()))
    assert (leader.page, dict(leader.query)) == ("pilots/pages/plan.py", {"id": "3", "plan_part": "团队"})


@pytest.mark.usefixtures("house")
class TestStart:
    def test_the_command_refuses_with_the_list_of_the_page(self, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast, pre_periods=2))
        move(cast.li_staff, pilot_id, stages.PROPOSE)
        shown = gate_queries.blockers(cast.chen_staff, pilot_id)
        assert [blocker.gate for blocker in shown] == ["pre_periods", "leader", "milestone"]
        with pytest.raises(Invalid) as refused:
            move(cast.chen_staff, pilot_id, stages.START)
        assert refused.value.problems == [f"{blocker.title}。{blocker.mend}" for blocker in shown]
        assert refused.value.problems[0].startswith("试点前的数据不足 3 期：德清县、安吉县、")
        with read() as session:
            assert session.get_one(Pilot, pilot_id).state is PilotState.PENDING

    def test_when_all_is_mended_it_starts(self, cast: Cast) -> None:
        pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast, pre_periods=3))
        ready(cast, pilot_id)
        move(cast.li_staff, pilot_id, stages.PROPOSE)
        assert gate_queries.blockers(cast.chen_staff, pilot_id) == []
        move(cast.chen_staff, pilot_id, stages.START)

    def test_an_item_changed_after_it_was_confirmed_asks_again(self, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast))
        ready(cast, pilot_id)
        assert gate_queries.blockers(cast.li_staff, pilot_id) == []
        found = duty_queries.duty_list(cast.li_staff, scenario_id)
        assert found is not None
        seen = found.items[0]
        assert seen.content is not None
        told = schemas.DutyIn(name=seen.name, organisation_id=seen.content.organisation_id, time_limit="3 个工作日")
        duty_service.edit_item(cast.li_staff, seen, told)
        assert [blocker.gate for blocker in gate_queries.blockers(cast.li_staff, pilot_id)] == ["consensus"]
        confirm(cast.li_staff, scenario_id)
        assert gate_queries.blockers(cast.li_staff, pilot_id) == []

    def test_a_leader_who_left_leads_no_more(self, cast: Cast) -> None:
        pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
        ready(cast, pilot_id)
        second = plan_service.add_member(cast.li_staff, pilot_id, MemberIn(name="陈审", role=TeamRole.MEMBER))
        plan_service.leave_team(cast.li_staff, second - 1, "调离", seen_version=1)
        assert [blocker.gate for blocker in gate_queries.blockers(cast.li_staff, pilot_id)] == ["leader"]

    def test_an_outsider_learns_nothing(self, cast: Cast) -> None:
        changes = {"pilots": MOUNTAIN[:1], "comparisons": MOUNTAIN[1:2]}
        pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast, **changes))
        assert gate_queries.blockers(cast.wang_anji, pilot_id) == []
