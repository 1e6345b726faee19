"""Commands about pilots, on both databases: who may, from which state, and what is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError
from sqlmodel import func, select

from accounts.queries import history
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import IndicatorRole, PilotState, ScenarioState, TargetKind, Verdict
from db.session import read
from db.tables import AuditEvent, Pilot, PilotVerdict, ReturnRow, Scenario, Target
from metrics.schemas import IndicatorPick, TargetIn
from pilots import queries, service, stages
from pilots.portfolio import next_step
from tests.pilots.support import DEVELOPED, MOUNTAIN, approved_scenario, fill, indicator, move, pilot_in, running
from tests.scenarios.conftest import need_in, scenario_in
from tests.support import Cast


@pytest.mark.usefixtures("database")
class TestDesign:
    def test_is_stored_and_read_back_as_it_was_entered(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast)
        pilot_id = service.design(cast.li_staff, data)
        found = queries.design_of(cast.li_staff, pilot_id)
        assert found is not None
        assert found.data == data.model_copy(
            update={"pilots": sorted(data.pilots), "comparisons": sorted(data.comparisons)}
        )

    def test_owes_nothing_before_it_starts(self, cast: Cast) -> None:
        service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
        with read() as session:
            assert session.exec(select(func.count()).select_from(ReturnRow)).one() == 0

    def test_the_same_form_twice_makes_one_pilot(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast)
        assert service.design(cast.li_staff, data, nonce="n") == service.design(cast.li_staff, data, nonce="n")

    def test_a_county_may_not(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast)
        with pytest.raises(Forbidden, match="只有研究院"):
            service.design(cast.wang_anji, data)

    def test_comparison_counties_must_be_of_a_group_with_pilots(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast, comparisons=[DEVELOPED[2], MOUNTAIN[0]])
        with pytest.raises(Invalid, match="景宁畲族自治县属于“山区海岛县”"):
            service.design(cast.li_staff, data)

    def test_every_group_with_pilots_needs_a_comparison(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast, pilots=[DEVELOPED[0], MOUNTAIN[0]])
        with pytest.raises(Invalid, match="“山区海岛县”有试点地区但没有同类对照地区"):
            service.design(cast.li_staff, data)

    def test_groups_are_those_of_the_first_day(self, cast: Cast) -> None:
        # 永嘉 330324 was a 山区海岛县 until 2025-05-27.
        scenario_id = approved_scenario(cast)
        service.design(cast.li_staff, pilot_in(scenario_id, cast, comparisons=["330324"]))
        earlier = pilot_in(scenario_id, cast, comparisons=["330324"], start_on=date(2025, 5, 1), name="早一些的试点")
        with pytest.raises(Invalid, match="永嘉县属于“山区海岛县”"):
            service.design(cast.li_staff, earlier)

    def test_a_target_worse_than_its_baseline_is_a_slip(self, cast: Cast) -> None:
        wrong = IndicatorPick(indicator_id=indicator("SX01"), baseline=Decimal(90), target=Decimal(80))
        with pytest.raises(Invalid, match="更差"):
            service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast, indicators=[wrong]))

    def test_where_lower_is_better_a_lower_target_is_right(self, cast: Cast) -> None:
        lower = IndicatorPick(indicator_id=indicator("SX09"), baseline=Decimal(9), target=Decimal(7))
        assert service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast, indicators=[lower]))

    def test_unknown_counties_are_named(self, cast: Cast) -> None:
        with pytest.raises(NotFound, match="999999"):
            service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast, pilots=["999999"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"end_on": date(2025, 7, 1)}, "结束日期应晚于开始日期"),
        ({"comparisons": DEVELOPED[:1]}, "同时是试点和对照"),
        ({"pilots": []}, "至少"),
        ({"promise": "短"}, "至少"),
    ],
)
def test_a_design_that_cannot_be_is_refused(cast: Cast, changes: dict[str, object], message: str) -> None:
    from core.validation import problems
    from pilots.schemas import PilotIn

    with pytest.raises(ValidationError) as caught:
        pilot_in(1, cast, **changes)
    assert any(message in problem for problem in problems(caught.value, PilotIn))


def test_a_goal_needs_baseline_and_target(cast: Cast) -> None:
    bare = IndicatorPick(indicator_id=indicator("SX01"), role=IndicatorRole.GOAL, target=Decimal(90))
    with pytest.raises(ValidationError, match="基线值和目标值"):
        pilot_in(1, cast, indicators=[bare])


@pytest.mark.usefixtures("database")
class TestMove:
    def test_starting_writes_down_everything_owed(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with read() as session:
            pilot = session.get_one(Pilot, pilot_id)
            owed = session.exec(select(ReturnRow).where(ReturnRow.collection_id == pilot.collection_id)).all()
            scenario = session.get_one(Scenario, pilot.scenario_id)
        assert len(owed) == 4 * (4 + 12)  # four counties, four months before and twelve of pilot
        july = next(row for row in owed if row.period == "2025-07")
        assert (july.opens_on, july.due_on, july.due_provisional) == (date(2025, 8, 1), date(2025, 8, 7), False)
        assert scenario.state is ScenarioState.PILOTING

    def test_nobody_approves_his_own(self, cast: Cast) -> None:
        pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
        move(cast.li_staff, pilot_id, stages.PROPOSE)
        with pytest.raises(Forbidden, match="不能审批自己"):
            move(cast.li_staff, pilot_id, stages.START)

    def test_a_scenario_that_was_not_approved_starts_nothing(self, cast: Cast) -> None:
        from scenarios import need_service
        from scenarios import service as scenarios

        need_id = need_service.register_need(cast.li_staff, need_in())
        scenario_id = scenarios.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need_id]), nonce="s")
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast))
        move(cast.li_staff, pilot_id, stages.PROPOSE)
        with pytest.raises(Invalid, match="场景“草稿”，还没有立项"):
            move(cast.chen_staff, pilot_id, stages.START)
        with read() as session:
            assert session.exec(select(func.count()).select_from(ReturnRow)).one() == 0
            assert session.get_one(Pilot, pilot_id).state is PilotState.PENDING

    def test_a_step_that_does_not_fit_says_what_does(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(WrongState, match="当前状态为“试点中”，不能“批准启动”") as caught:
            move(cast.chen_staff, pilot_id, stages.START)
        assert "“进入评估”" in caught.value.remedy

    def test_stopping_needs_a_reason(self, cast: Cast) -> None:
        with pytest.raises(Invalid, match="需要填写理由"):
            move(cast.li_staff, running(cast), stages.STOP)

    def test_going_on_after_a_pause_needs_a_reason_too(self, cast: Cast) -> None:
        pilot_id = running(cast)
        move(cast.li_staff, pilot_id, stages.PAUSE, "平台停机改造")
        with pytest.raises(Invalid, match="需要填写理由"):
            move(cast.li_staff, pilot_id, stages.RESUME)
        move(cast.li_staff, pilot_id, stages.RESUME, "改造完成")

    def test_an_old_page_is_refused(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(Conflict):
            service.move(cast.li_staff, pilot_id, stages.EVALUATE, seen_version=1)

    def test_an_outsider_finds_nothing(self, cast: Cast) -> None:
        pilot_id = running(cast, pilots=DEVELOPED[1:2], comparisons=DEVELOPED[2:3])  # 德清, without 安吉
        with pytest.raises(NotFound):
            service.move(cast.wang_anji, pilot_id, stages.STOP, "理由", seen_version=1)

    def test_a_county_that_takes_part_may_still_not_move_it(self, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            move(cast.wang_anji, running(cast), stages.EVALUATE)

    def test_each_step_is_audited_with_its_reason(self, cast: Cast) -> None:
        pilot_id = running(cast)
        move(cast.li_staff, pilot_id, stages.PAUSE, "平台停机改造")
        with read() as session:
            event = session.exec(
                select(AuditEvent).where(AuditEvent.action == "pilot:move").order_by(AuditEvent.id.desc())  # type: ignore[union-attr]
            ).first()
        assert event is not None
        assert (event.entity_id, event.changes, event.reason) == (
            str(pilot_id),
            {"do": "暂停", "to": "paused"},
            "平台停机改造",
        )


@pytest.mark.usefixtures("database")
class TestRedesign:
    def test_before_the_start_everything_may_change(self, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast))
        changed = pilot_in(scenario_id, cast, pilots=DEVELOPED[4:6], name="换了地方的试点")
        service.redesign(cast.li_staff, pilot_id, changed, seen_version=1)
        found = queries.design_of(cast.li_staff, pilot_id)
        assert found is not None
        assert (found.data.name, found.data.pilots) == ("换了地方的试点", sorted(DEVELOPED[4:6]))

    def test_after_it_nothing(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(WrongState, match="设计不能再改"):
            service.redesign(cast.li_staff, pilot_id, pilot_in(1, cast), seen_version=3)


@pytest.mark.usefixtures("database")
class TestTargets:
    def test_the_old_line_stays(self, cast: Cast) -> None:
        pilot_id = running(cast)
        target = TargetIn(
            indicator_id=indicator("SX01"),
            kind=TargetKind.TARGET,
            value=Decimal(92),
            from_period="2026-01",
            reason="年中加码",
        )
        service.set_target(cast.li_staff, pilot_id, target)
        evaluation = queries.evaluate(cast.li_staff, pilot_id)
        assert evaluation is not None and evaluation.goal is not None
        lines = [(t.value, t.from_period) for t in evaluation.goal.targets if t.kind is TargetKind.TARGET]
        assert lines == [(Decimal(90), "2025-03"), (Decimal(92), "2026-01")]

    @pytest.mark.parametrize(
        ("kind", "value", "message"),
        [(TargetKind.BASELINE, 95, "更差"), (TargetKind.TARGET, 70, "更差"), (TargetKind.TARGET, 120, "超出口径")],
    )
    def test_a_changed_line_may_not_turn_the_promise_round(
        self, cast: Cast, kind: TargetKind, value: int, message: str
    ) -> None:
        pilot_id = running(cast)
        slip = TargetIn(
            indicator_id=indicator("SX01"), kind=kind, value=Decimal(value), from_period="2026-01", reason="年中调整"
        )
        with pytest.raises(Invalid, match=message):
            service.set_target(cast.li_staff, pilot_id, slip)

    def test_a_target_is_never_overwritten(self, cast: Cast) -> None:
        running(cast)
        with read() as session, pytest.raises(Exception, match="append-only"):
            session.exec(Target.__table__.update().values(value=1))  # type: ignore[attr-defined]


@pytest.mark.usefixtures("database")
class TestJudge:
    def test_the_verdict_keeps_its_inputs(self, cast: Cast) -> None:
        pilot_id = running(cast)
        fill(pilot_id, lambda code, arm, period, after: (80, 100))
        service.judge(cast.li_staff, pilot_id)
        with read() as session:
            kept = session.exec(select(PilotVerdict)).one()
        assert kept.inputs["measures"][0]["indicator"] == "SX01"
        assert [unit[0] for unit in kept.inputs["units"]] == sorted(DEVELOPED[:2]) + sorted(DEVELOPED[2:4])
        assert kept.rule
        assert len(kept.inputs_hash) == 64

    def test_overruling_needs_a_reason_that_is_kept(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(Invalid, match="必须写明理由"):
            service.judge(cast.li_staff, pilot_id, overrule=Verdict.STOP, reason="不好")
        service.judge(cast.li_staff, pilot_id, overrule=Verdict.STOP, reason="专家组认为设备不可靠")
        found = queries.pilot(cast.li_staff, pilot_id)
        assert found is not None and found.verdict is not None
        assert (found.verdict.verdict, found.verdict.overruled_reason) == (Verdict.STOP, "专家组认为设备不可靠")

    def test_a_county_may_not(self, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            service.judge(cast.wang_anji, running(cast))


@pytest.mark.parametrize("proposed", [False, True])
def test_a_pilot_that_never_starts_is_withdrawn_with_a_reason_and_is_no_failure(cast: Cast, proposed: bool) -> None:
    pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
    if proposed:
        move(cast.li_staff, pilot_id, stages.PROPOSE)
    with pytest.raises(Invalid, match="理由"):
        move(cast.li_staff, pilot_id, stages.WITHDRAW)
    with pytest.raises((Forbidden, NotFound)):
        move(cast.wang_anji, pilot_id, stages.WITHDRAW, "本县不参加")
    move(cast.li_staff, pilot_id, stages.WITHDRAW, "牵头单位调整，不再试点")
    view = queries.pilot(cast.li_staff, pilot_id)
    assert view is not None and (view.state, view.state.label) == (PilotState.WITHDRAWN, "已撤销")
    assert queries.pilot(cast.wang_anji, pilot_id) is None  # a design that came to nothing is not the county's
    assert next_step(view) == "已撤销，没有启动。"
    with pytest.raises(WrongState):
        move(cast.li_staff, pilot_id, stages.PROPOSE)
    event = history(cast.li_staff, "pilot", pilot_id)[0]
    assert (event.changes["do"], event.reason) == (stages.WITHDRAW, "牵头单位调整，不再试点")
