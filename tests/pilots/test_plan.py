"""Milestones, people and risks of a pilot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import MilestoneState, RiskState, TeamRole
from db.session import read
from pilots import plan, plan_queries, plan_service, service, stages
from pilots.plan import Milestone, Risk
from pilots.plan_schemas import MemberIn, MilestoneIn, RiskIn
from tests.pilots.support import DEVELOPED, approved_scenario, move, pilot_in, running
from tests.support import Cast

DUE = date(2026, 3, 10)
PROOF = ("验收单.txt", "验收合格".encode())


def milestone(state: MilestoneState, done_on: date | None = None) -> Milestone:
    return Milestone(1, "系统对接", DUE, "周启明", state, done_on, "", 1)


@pytest.mark.parametrize(
    ("state", "done_on", "days", "words"),
    [
        (MilestoneState.PLANNED, None, -1, "未开始，还有 1 天"),
        (MilestoneState.PLANNED, None, 0, "未开始，今天到期"),
        (MilestoneState.DOING, None, 1, "进行中，已超期 1 天"),
        (MilestoneState.DONE, DUE, 30, "按期完成"),
        (MilestoneState.DONE, DUE + timedelta(1), 30, "晚 1 天完成"),
        (MilestoneState.CANCELLED, None, 30, "已取消"),
    ],
)
def test_what_the_calendar_says(state: MilestoneState, done_on: date | None, days: int, words: str) -> None:
    item, today = milestone(state, done_on), DUE + timedelta(days)
    assert item.standing(today) == words
    assert plan.overdue([item], today) == ([item] if "超期" in words else [])


@pytest.mark.parametrize(("score", "level"), [(1, "低"), (7, "低"), (8, "中"), (14, "中"), (15, "高"), (25, "高")])
def test_levels_of_risk(score: int, level: str) -> None:
    assert plan.level(score) == level


@pytest.mark.parametrize(
    ("state", "since", "stale"),
    [(RiskState.WATCHED, 90, 0), (RiskState.WATCHED, 91, 91), (RiskState.CLOSED, 400, 0)],
)
def test_a_risk_nobody_reviewed(state: RiskState, since: int, stale: int) -> None:
    risk = Risk(1, "数据泄露", 2, 5, "分级授权", "李研", state, DUE, 1)
    assert risk.stale(DUE + timedelta(since), 90) == stale


# -- commands --------------------------------------------------------------------------------


def asked(**changes: object) -> MilestoneIn:
    values = {"content": "完成系统对接", "due_on": date(2025, 9, 1), "owner": "周启明"}
    return MilestoneIn.model_validate(values | changes)


def risk_in(**changes: object) -> RiskIn:
    values = {"content": "接口中断", "likelihood": 3, "consequence": 4, "response": "人工派单", "owner": "李研"}
    return RiskIn.model_validate(values | {"reviewed_on": date(2026, 1, 5)} | changes)


def milestones(pilot_id: int) -> list[Milestone]:
    with read() as session:
        return plan_queries.milestones_of(session, [pilot_id])[pilot_id]


@pytest.mark.usefixtures("house")
class TestMilestones:
    def test_it_is_done_on_a_day_and_with_proof(self, cast: Cast) -> None:
        li, pilot_id = cast.li_staff, running(cast)
        number = plan_service.add_milestone(li, pilot_id, asked())
        plan_service.move_milestone(li, number, stages.BEGIN, seen_version=1)
        with pytest.raises(Invalid, match="完成日期"):
            plan_service.move_milestone(li, number, stages.COMPLETE, evidence=[PROOF], seen_version=2)
        with pytest.raises(Invalid, match="附凭证"):
            plan_service.move_milestone(li, number, stages.COMPLETE, done_on=DUE, seen_version=2)
        late = clock.today() + timedelta(days=1)
        with pytest.raises(Invalid, match="晚于今天"):
            plan_service.move_milestone(li, number, stages.COMPLETE, done_on=late, evidence=[PROOF], seen_version=2)
        plan_service.move_milestone(li, number, stages.COMPLETE, done_on=DUE, evidence=[PROOF], seen_version=2)
        found = next(item for item in milestones(pilot_id) if item.id == number)
        assert (found.state, found.done_on, found.late) == (MilestoneState.DONE, DUE, 190)
        shown = plan_queries.plan_of(cast.wang_anji, pilot_id)
        assert shown is not None
        assert plan_queries.file_of(cast.wang_anji, shown.evidence[number][0].id) == PROOF[1]
        with pytest.raises(NotFound):
            plan_queries.file_of(cast.sun_judge, shown.evidence[number][0].id)

    def test_opened_again_it_needs_a_reason_and_keeps_its_proof(self, cast: Cast) -> None:
        li, pilot_id = cast.li_staff, running(cast)
        number = plan_service.add_milestone(li, pilot_id, asked())
        plan_service.move_milestone(li, number, stages.COMPLETE, done_on=DUE, evidence=[PROOF], seen_version=1)
        with pytest.raises(Invalid, match="需要填写理由"):
            plan_service.move_milestone(li, number, stages.REOPEN, seen_version=2)
        plan_service.move_milestone(li, number, stages.REOPEN, "验收单缺签字", seen_version=2)
        plan_service.move_milestone(li, number, stages.COMPLETE, done_on=DUE, seen_version=3)
        plan_service.move_milestone(li, number, stages.REOPEN, "范围有变", seen_version=4)
        plan_service.move_milestone(li, number, stages.CANCEL, "不再需要", seen_version=5)
        with pytest.raises(WrongState, match="已是终态"):
            plan_service.move_milestone(li, number, stages.BEGIN, seen_version=6)

    def test_a_slip_of_the_year_and_an_old_page_are_refused(self, cast: Cast) -> None:
        li, pilot_id = cast.li_staff, running(cast)
        with pytest.raises(Invalid, match="核对年份"):
            plan_service.add_milestone(li, pilot_id, asked(due_on=date(2052, 9, 1)))
        number = plan_service.add_milestone(li, pilot_id, asked())
        plan_service.edit_milestone(li, number, asked(owner="方禾"), seen_version=1)
        with pytest.raises(Conflict):
            plan_service.edit_milestone(li, number, asked(), seen_version=1)

    def test_what_is_overdue_is_on_the_lists_of_those_who_keep_the_plan(self, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        data = pilot_in(scenario_id, cast, lead_organisation_id=cast.zhou_minzheng.organisation_id)
        pilot_id = service.design(cast.li_staff, data)
        plan_service.add_milestone(cast.zhou_minzheng, pilot_id, asked())
        with time_machine.travel(date(2025, 9, 1)):
            assert plan_queries.attention(cast.zhou_minzheng) == []
        with time_machine.travel(date(2025, 9, 3)):
            for who in (cast.zhou_minzheng, cast.li_staff):
                (found,) = plan_queries.attention(who)
                assert (found.pilot_id, [m.overdue(clock.today()) for m in found.overdue]) == (pilot_id, [2])
            assert plan_queries.attention(cast.wang_anji) == []


@pytest.mark.usefixtures("house")
class TestPeopleAndRisks:
    def test_counties_see_the_leading_team_and_their_own(self, cast: Cast) -> None:
        li, pilot_id = cast.li_staff, running(cast)
        for name, code in (("王安吉", DEVELOPED[0]), ("赵德清", DEVELOPED[1])):
            member = MemberIn(name=name, role=TeamRole.CONTACT, region_code=code, contact="13800000000")
            plan_service.add_member(li, pilot_id, member)
        with pytest.raises(Invalid, match="没有参加这个试点"):
            plan_service.add_member(li, pilot_id, MemberIn(name="外人", role=TeamRole.MEMBER, region_code="331127"))

        def seen(actor: object) -> list[str]:
            found = plan_queries.plan_of(actor, pilot_id)  # type: ignore[arg-type]
            assert found is not None
            return [member.name for member in found.members]

        assert seen(li) == ["李研", "王安吉", "赵德清"]
        assert seen(cast.wang_anji) == ["李研", "王安吉"]

    def test_a_risk_is_not_reviewed_backwards(self, cast: Cast) -> None:
        li, pilot_id = cast.li_staff, running(cast)
        number = plan_service.add_risk(li, pilot_id, risk_in())
        with pytest.raises(Invalid, match="早于上次复核"):
            plan_service.edit_risk(li, number, risk_in(reviewed_on=date(2026, 1, 4)), seen_version=1)
        changed = risk_in(likelihood=5, state=RiskState.OCCURRED, reviewed_on=date(2026, 2, 1))
        plan_service.edit_risk(li, number, changed, seen_version=1)
        shown = plan_queries.plan_of(cast.wang_anji, pilot_id)
        assert shown is not None
        assert [(risk.score, risk.level, risk.state) for risk in shown.risks] == [(20, "高", RiskState.OCCURRED)]

    def test_only_the_lead_and_staff_write_and_nobody_after_the_end(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(Forbidden, match="牵头单位"):
            plan_service.add_risk(cast.wang_anji, pilot_id, risk_in())
        with pytest.raises(NotFound):
            plan_service.add_risk(cast.zhou_minzheng, pilot_id, risk_in())
        move(cast.li_staff, pilot_id, stages.EVALUATE)
        move(cast.li_staff, pilot_id, stages.FINISH, "期满")
        with pytest.raises(Forbidden, match="已经结束"):
            plan_service.add_risk(cast.li_staff, pilot_id, risk_in())
