"""Supervision: plans, alerts, orders by everybody's part in them, and the decision on errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.errors import AppError, Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import (
    Accumulation,
    AlertState,
    FindingVerdict,
    PilotState,
    SupervisionAction,
    SupervisionMode,
    SupervisionState,
    ToleranceCondition,
    ToleranceOutcome,
    WatchBasis,
    WatchSide,
)
from db.session import read, write
from db.tables import Pilot, ReturnRow, Scenario, SupervisionOrder, Watch
from metrics import service as returns
from pilots import (
    gate_queries,
    order_queries,
    order_service,
    stages,
    supervision_queries,
    supervision_service,
    tolerance_report,
)
from pilots import supervision_rules as rules
from pilots.supervision_schemas import ConditionIn, OrderIn, PlanIn, ToleranceIn, TriggerIn
from tests.metrics.returns_support import entry
from tests.pilots.support import move as move_pilot
from tests.pilots.support import running
from tests.support import Cast

ANJI = "330523"
A, S, V = SupervisionAction, SupervisionState, FindingVerdict
NOON = datetime(2026, 7, 6, 12, tzinfo=clock.BEIJING)  # a Monday


# -- rules ---------------------------------------------------------------------------------


def test_the_ladder_ends() -> None:
    assert [rules.next_action(action) for action in A] == [A.TALK, A.PAUSE, A.EXIT, None]


@pytest.mark.parametrize(
    ("state", "due_on", "today", "days"),
    [
        (S.OPEN, date(2026, 7, 3), date(2026, 7, 3), 0),  # the last day is in time
        (S.OPEN, date(2026, 7, 3), date(2026, 7, 5), 0),  # a weekend is not late yet
        (S.RETURNED, date(2026, 7, 3), date(2026, 7, 6), 1),
        (S.ESCALATED, date(2026, 7, 3), date(2026, 7, 8), 3),
        (S.REPLIED, date(2026, 7, 3), date(2026, 7, 8), 0),  # it is others' turn
        (S.CLOSED, date(2026, 7, 3), date(2026, 7, 8), 0),
    ],
)
def test_working_days_overdue(state: SupervisionState, due_on: date, today: date, days: int) -> None:
    assert rules.overdue_days(state, due_on, today) == days


@pytest.mark.parametrize(
    ("states", "explained", "expected"),
    [
        ([], False, AlertState.OPEN),
        ([], True, AlertState.EXPLAINED),
        ([S.REPLIED], False, AlertState.ORDERED),
        ([S.CLOSED], False, AlertState.CLOSED),
        ([S.CLOSED, S.OPEN], False, AlertState.ORDERED),
    ],
)
def test_where_an_alert_stands(states: list[SupervisionState], explained: bool, expected: AlertState) -> None:
    assert rules.alert_state(states, explained) is expected


@pytest.mark.parametrize(
    ("outcome", "odd", "refused"),
    [
        (ToleranceOutcome.TOLERATED, V.MET, ""),
        (ToleranceOutcome.TOLERATED, V.PARTLY, "五个条件全部符合"),
        (ToleranceOutcome.TOLERATED, V.UNMET, "五个条件全部符合"),
        (ToleranceOutcome.PARTIAL, V.PARTLY, ""),
        (ToleranceOutcome.PARTIAL, V.MET, "才能部分容错"),
        (ToleranceOutcome.PARTIAL, V.UNMET, "才能部分容错"),
        (ToleranceOutcome.REFUSED, V.UNMET, ""),
        (ToleranceOutcome.REFUSED, V.PARTLY, "不能认定为不予容错"),
    ],
)
def test_all_five_conditions_must_hold(outcome: ToleranceOutcome, odd: FindingVerdict, refused: str) -> None:
    verdicts = dict.fromkeys(ToleranceCondition, V.MET) | {ToleranceCondition.REPAIR: odd}
    problems = rules.tolerance_problems(outcome, verdicts)
    assert (not problems) if not refused else refused in problems[0]


def test_triggers_are_refused_where_safety_is_at_stake() -> None:
    known = {"SX01": ("按时办结率", Accumulation.PER_PERIOD), "SX17": ("完成率", Accumulation.YEAR_TO_DATE)}
    value, change = WatchBasis.VALUE, WatchBasis.CHANGE
    assert rules.plan_problems("民生服务", False, [("SX01", change)], known) == []
    assert rules.plan_problems("公共安全", True, [], known) == []
    (why,) = rules.plan_problems("公共安全", True, [("SX01", value)], known)
    assert "不适用触发式监管，按全程监管办理" in why
    assert rules.plan_problems("民生服务", False, [("SX02", value), ("SX17", change)], known) == [
        "试点没有使用指标 SX02",
        "“完成率”报的是年初至今累计，不能按比上期变化触发，请改为按数值触发",
    ]


# -- the way of an alert ---------------------------------------------------------------------


def plan(cast: Cast, *triggers: TriggerIn, **changes: Any) -> PlanIn:
    values: dict[str, Any] = {
        "organisation_id": cast.zhou_minzheng.organisation_id,
        "area": "安吉、德清两县",
        "people": "危房住户",
        "data": "不出县域，不含敏感个人信息",
        "start_on": date(2025, 7, 1),
        "end_on": date(2026, 6, 30),
        "triggers": list(triggers),
        "reason": "随试点设计登记",
    }
    return PlanIn(**(values | changes))


def low(threshold: int = 60, action: SupervisionAction = A.REMIND) -> TriggerIn:
    return TriggerIn(code="SX01", side=WatchSide.BELOW, threshold=threshold, action=action)


def submit(cast: Cast, pilot_id: int, n: int, period: str = "2026-05") -> None:
    with read() as session:
        collection = session.get_one(Pilot, pilot_id).collection_id
        row = session.exec(
            select(ReturnRow).where(
                ReturnRow.collection_id == collection, ReturnRow.region_code == ANJI, ReturnRow.period == period
            )
        ).one()
    entries = {"SX01": entry(n, 100, note="按台账核对")}
    returns.save(cast.wang_anji, row.id or 0, entries, door="form", seen_version=row.version, submit=True)


def trial(cast: Cast, domain: str = "民生服务") -> int:
    """A running pilot of a scenario in a domain."""
    pilot_id = running(cast)
    with write() as session:
        session.get_one(Scenario, session.get_one(Pilot, pilot_id).scenario_id).domain = domain
    return pilot_id


def supervised(cast: Cast, n: int = 60) -> int:
    """A running pilot whose 安吉 handed in a figure that trips its only trigger."""
    pilot_id = trial(cast)
    supervision_service.set_plan(cast.li_staff, pilot_id, plan(cast, low()), seen_edition=0)
    submit(cast, pilot_id, n)
    return pilot_id


def order_in(cast: Cast, pilot_id: int, hit_id: int | None, **changes: Any) -> OrderIn:
    values = {
        "pilot_id": pilot_id,
        "hit_id": hit_id,
        "organisation_id": cast.wang_anji.organisation_id,
        "title": "按时办结率过低",
        "demand": "查明原因，十日内整改到位。",
    }
    return OrderIn(**(values | changes))


def step(actor: Actor, order_id: int, do: str, text: str = "已查明并整改到位", **more: Any) -> SupervisionState:
    with read() as session:
        version = session.get_one(SupervisionOrder, order_id).version
    return order_service.move(actor, order_id, do, text, seen_version=version, **more)


def state_of(pilot_id: int) -> PilotState:
    with read() as session:
        return session.get_one(Pilot, pilot_id).state


def refused(kind: type[AppError], call: Callable[[], Any], words: str = "") -> None:
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)


def test_from_the_value_to_the_closed_order(database: str, cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False):
        pilot_id = supervised(cast, 61)
        assert order_queries.alerts(cast.li_staff) == []  # one above the threshold
        submit(cast, pilot_id, 60, "2026-06")
        (alert,) = order_queries.alerts(cast.wang_anji)
        assert (alert.state, alert.alert.words) == (
            AlertState.OPEN,
            "安吉县 2026年6月 按时办结率 达到或低于 60.00%：60.00%",
        )
        assert order_queries.alerts(cast.zhao_deqing) == []
        assert [view.alert.id for view in order_queries.alerts(cast.zhou_minzheng)] == [alert.alert.id]
        hit_id = alert.alert.id
        order = order_in(cast, pilot_id, hit_id)
        refused(Forbidden, lambda: order_service.issue(cast.wang_anji, order))
        number = order_service.issue(cast.zhou_minzheng, order, nonce="once")
        assert order_service.issue(cast.zhou_minzheng, order, nonce="once") == number
        refused(Conflict, lambda: order_service.issue(cast.li_staff, order), "督办中")
    page = order_queries.order(cast.wang_anji, number)
    assert page is not None
    assert (page.order.code, page.order.due_on, page.order.mine) == ("DB-2026-001", date(2026, 7, 13), True)
    assert [item.do for item in page.steps] == [stages.REPLY]
    assert order_queries.order(cast.zhao_deqing, number) is None

    with time_machine.travel(datetime.combine(date(2026, 7, 15), time(12), clock.BEIJING), tick=False):
        assert order_queries.orders(cast.li_staff)[0].overdue == 2
        refused(Forbidden, lambda: step(cast.zhou_minzheng, number, stages.REPLY))
        refused(NotFound, lambda: step(cast.zhao_deqing, number, stages.REPLY))
        refused(Invalid, lambda: step(cast.wang_anji, number, stages.REPLY, " "), "理由")
        files = [("整改报告.txt", "已补派人手。\n".encode())]
        assert step(cast.wang_anji, number, stages.REPLY, given=files) is S.REPLIED
        assert order_queries.orders(cast.li_staff)[0].overdue == 0
        refused(WrongState, lambda: step(cast.wang_anji, number, stages.REPLY))
        refused(Forbidden, lambda: step(cast.wang_anji, number, stages.CLOSE))
        assert step(cast.zhou_minzheng, number, stages.SEND_BACK, "没有说明原因", due_days=3) is S.RETURNED
        # Written down for the county by 李研, who then cannot close it; 陈审 can.
        assert step(cast.li_staff, number, stages.REPLY, "来函〔2026〕3号：已整改") is S.REPLIED
        refused(Forbidden, lambda: step(cast.li_staff, number, stages.CLOSE), "不能由您办结")
        assert step(cast.chen_staff, number, stages.CLOSE, "现场核实，已整改") is S.CLOSED
    page = order_queries.order(cast.wang_anji, number)
    assert page is not None
    assert [(item.do, item.by, item.due_on.isoformat()) for item in page.path] == [
        (stages.ISSUE, "周民政", "2026-07-13"),
        (stages.REPLY, "王安吉", "2026-07-13"),
        (stages.SEND_BACK, "周民政", "2026-07-20"),
        (stages.REPLY, "李研", "2026-07-20"),
        (stages.CLOSE, "陈审", "2026-07-20"),
    ]
    file = page.path[1].files[0]
    assert order_queries.evidence(cast.wang_anji, number, file.id) == "已补派人手。\n".encode()
    refused(NotFound, lambda: order_queries.evidence(cast.zhao_deqing, number, file.id))
    assert [view.state for view in order_queries.alerts(cast.li_staff)] == [AlertState.CLOSED]


def test_up_the_ladder_the_pilot_pauses_and_stops_only_with_a_decision(cast: Cast) -> None:
    pilot_id = supervised(cast)
    (alert,) = order_queries.alerts(cast.li_staff)
    number = order_service.issue(cast.zhou_minzheng, order_in(cast, pilot_id, alert.alert.id))
    refused(Forbidden, lambda: step(cast.wang_anji, number, stages.ESCALATE))
    assert step(cast.zhou_minzheng, number, stages.ESCALATE, "逾期未回复") is S.ESCALATED
    # The next rung pauses the pilot, which is the institute's to decide.
    refused(Forbidden, lambda: step(cast.zhou_minzheng, number, stages.ESCALATE, "仍未整改"), "只有研究院人员")
    assert state_of(pilot_id) is PilotState.RUNNING
    step(cast.chen_staff, number, stages.ESCALATE, "约谈后仍未整改")
    assert state_of(pilot_id) is PilotState.PAUSED
    refused(Invalid, lambda: step(cast.chen_staff, number, stages.ESCALATE, "不再试点了"), "还没有作出容错认定")
    supervision_service.decide_tolerance(cast.chen_staff, pilot_id, tolerance(), seen=0)
    step(cast.chen_staff, number, stages.ESCALATE, "不再试点")
    assert state_of(pilot_id) is PilotState.STOPPED
    refused(WrongState, lambda: step(cast.chen_staff, number, stages.ESCALATE, "还要再升级"), "最后一级")
    page = order_queries.order(cast.li_staff, number)
    assert page is not None
    assert [item.action for item in page.path] == [A.REMIND, A.TALK, A.PAUSE, A.EXIT]


def test_an_order_does_not_do_less_than_its_trigger_says(cast: Cast) -> None:
    pilot_id = trial(cast)
    data = plan(cast, low(70), low(60, A.PAUSE))
    supervision_service.set_plan(cast.li_staff, pilot_id, data, seen_edition=0)
    submit(cast, pilot_id, 60)
    remind, pause = order_queries.alerts(cast.li_staff)
    assert (remind.alert.action, pause.alert.action) == (A.REMIND, A.PAUSE)
    milder = order_in(cast, pilot_id, pause.alert.id, action=A.TALK)
    refused(Invalid, lambda: order_service.issue(cast.li_staff, milder), "不能低于它")
    order_service.issue(cast.li_staff, order_in(cast, pilot_id, pause.alert.id, action=A.PAUSE))
    assert state_of(pilot_id) is PilotState.PAUSED
    refused(Invalid, lambda: order_service.explain(cast.li_staff, remind.alert.id, "不用", pilot_id=pilot_id))
    refused(
        Forbidden,
        lambda: order_service.explain(cast.wang_anji, remind.alert.id, "数据有误，不用督办", pilot_id=pilot_id),
    )
    order_service.explain(cast.zhou_minzheng, remind.alert.id, "与另一条预警是同一件事", pilot_id=pilot_id)
    assert {view.alert.id: view.state for view in order_queries.alerts(cast.li_staff)} == {
        remind.alert.id: AlertState.EXPLAINED,
        pause.alert.id: AlertState.ORDERED,
    }
    again = order_in(cast, pilot_id, remind.alert.id)
    refused(Conflict, lambda: order_service.issue(cast.li_staff, again), "说明销号")


# -- plans -----------------------------------------------------------------------------------


def test_editions_say_why_and_take_effect_from_the_start_on(cast: Cast) -> None:
    pilot_id = supervised(cast)
    assert len(order_queries.alerts(cast.li_staff)) == 1
    refused(Forbidden, lambda: supervision_service.set_plan(cast.zhou_minzheng, pilot_id, plan(cast), seen_edition=1))
    stale = plan(cast, low(55), reason="触发线定得过高")
    refused(Conflict, lambda: supervision_service.set_plan(cast.li_staff, pilot_id, stale, seen_edition=0))
    supervision_service.set_plan(cast.li_staff, pilot_id, stale, seen_edition=1)
    found = supervision_queries.supervised(cast.zhou_minzheng, pilot_id)
    assert found is not None
    assert [(item.edition, item.mode, [t.words for t in item.triggers], item.reason) for item in found.plans] == [
        (2, SupervisionMode.TRIGGER, ["按时办结率 达到或低于 55.00%"], "触发线定得过高"),
        (1, SupervisionMode.TRIGGER, ["按时办结率 达到或低于 60.00%"], "随试点设计登记"),
    ]
    assert len(order_queries.alerts(cast.li_staff)) == 1  # what was raised stays
    submit(cast, pilot_id, 58, "2026-06")
    assert len(order_queries.alerts(cast.li_staff)) == 1


def test_a_safety_domain_is_supervised_in_full(cast: Cast) -> None:
    pilot_id = trial(cast, "公共安全")
    refused(
        Invalid,
        lambda: supervision_service.set_plan(cast.li_staff, pilot_id, plan(cast, low()), seen_edition=0),
        "按全程监管办理",
    )
    supervision_service.set_plan(cast.li_staff, pilot_id, plan(cast), seen_edition=0)
    found = supervision_queries.supervised(cast.li_staff, pilot_id)
    assert found is not None
    assert found.plan is not None
    assert found.plan.mode is SupervisionMode.FULL
    # Without a trigger, what an inspection finds is put into an order directly.
    order_service.issue(cast.zhou_minzheng, order_in(cast, pilot_id, None))
    with read() as session:
        assert session.exec(select(Watch)).all() == []


# -- errors ----------------------------------------------------------------------------------


def tolerance(outcome: ToleranceOutcome = ToleranceOutcome.TOLERATED, **odd: FindingVerdict) -> ToleranceIn:
    return ToleranceIn(
        outcome=outcome,
        reason="按程序决策，发现问题后及时止损。",
        findings=[
            ConditionIn(
                condition=item,
                verdict=odd.get(item.value, V.MET),
                finding="查阅会议纪要，情况属实",
                evidence="会议纪要〔2026〕5号",
            )
            for item in ToleranceCondition
        ],
    )


def test_a_failed_pilot_closes_with_a_decision_of_somebody_who_did_not_run_it(cast: Cast) -> None:
    pilot_id = running(cast)
    (lack,) = gate_queries.blockers(cast.li_staff, pilot_id, stages.STOP)  # what the page lists beforehand
    refused(Invalid, lambda: move_pilot(cast.li_staff, pilot_id, stages.STOP, "没有效果"), lack.title)
    decide = supervision_service.decide_tolerance
    refused(Forbidden, lambda: decide(cast.li_staff, pilot_id, tolerance(), seen=0), "未参与的人员")  # 李研 designed it
    refused(NotFound, lambda: decide(cast.zhou_minzheng, pilot_id, tolerance(), seen=0))
    refused(Forbidden, lambda: decide(cast.wang_anji, pilot_id, tolerance(), seen=0))
    partly = tolerance(ToleranceOutcome.TOLERATED, repair=V.PARTLY)
    refused(Invalid, lambda: decide(cast.chen_staff, pilot_id, partly, seen=0), "全部符合")
    decide(cast.chen_staff, pilot_id, tolerance(), [("纪要.txt", "集体研究\n".encode())], seen=0)
    assert gate_queries.blockers(cast.li_staff, pilot_id, stages.STOP) == []
    refused(Conflict, lambda: decide(cast.chen_staff, pilot_id, tolerance(), seen=0))
    partial = tolerance(ToleranceOutcome.PARTIAL, repair=V.PARTLY)
    decide(cast.chen_staff, pilot_id, partial, seen=1)
    move_pilot(cast.li_staff, pilot_id, stages.STOP, "没有效果")
    found = supervision_queries.decisions(cast.wang_anji, pilot_id)
    assert [(item.outcome, item.by, len(item.conditions), len(item.files)) for item in found] == [
        (ToleranceOutcome.PARTIAL, "陈审", 5, 0),
        (ToleranceOutcome.TOLERATED, "陈审", 5, 1),
    ]
    # Another decision is another report, and without one the report's number stays what it was.
    printed = [tolerance_report.inputs(item)["tolerance"][0] for item in found]
    assert (printed, tolerance_report.inputs(None)) == (["partial", "tolerated"], {})
