"""Inspections of pilots that are supervised in full: nothing that was planned or found is without somebody."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.words import InspectionOutcome, InspectionState, SupervisionState, TeamRole
from pilots import (
    inspection_queries,
    inspection_service,
    order_queries,
    order_report,
    order_service,
    plan_queries,
    plan_service,
    stages,
    supervision_queries,
    supervision_service,
)
from pilots import supervision_rules as rules
from pilots.plan_schemas import MemberIn
from pilots.supervision_schemas import InspectionIn, InspectionRecordIn
from tests.pilots.support import running
from tests.pilots.test_supervision import order_in, plan, refused, step, trial
from tests.support import Cast

At, Saw, S = InspectionState, InspectionOutcome, SupervisionState


@pytest.mark.parametrize(
    ("outcome", "orders", "ended", "expected"),
    [
        (None, [], False, At.PLANNED),
        (None, [], True, At.CANCELLED),  # nobody goes to see a pilot that is over
        (Saw.CLEAR, [], False, At.CLOSED),
        (Saw.CANCELLED, [], False, At.CANCELLED),
        (Saw.PROBLEM, [], False, At.FOUND),
        (Saw.PROBLEM, [], True, At.FOUND),  # what was found is answered all the same
        (Saw.PROBLEM, [S.REPLIED], False, At.ORDERED),
        (Saw.PROBLEM, [S.CLOSED, S.OPEN], False, At.ORDERED),
        (Saw.PROBLEM, [S.CLOSED], False, At.CLOSED),
    ],
)
def test_where_an_inspection_stands(
    outcome: InspectionOutcome | None, orders: list[SupervisionState], ended: bool, expected: InspectionState
) -> None:
    assert rules.inspection_state(outcome, orders, ended) is expected


@pytest.mark.parametrize(
    ("state", "inspected_on", "today", "days"),
    [
        (At.PLANNED, None, date(2026, 7, 3), 0),  # the last day is in time
        (At.PLANNED, None, date(2026, 7, 5), 0),  # a weekend is not late yet
        (At.PLANNED, None, date(2026, 7, 6), 1),
        (At.FOUND, date(2026, 7, 1), date(2026, 7, 3), 2),  # what was found waits for its order
        (At.ORDERED, date(2026, 7, 1), date(2026, 7, 8), 0),  # it is others' turn
        (At.CLOSED, date(2026, 7, 1), date(2026, 7, 8), 0),
    ],
)
def test_working_days_an_inspection_has_waited(
    state: InspectionState, inspected_on: date | None, today: date, days: int
) -> None:
    assert rules.days_waited(state, date(2026, 7, 3), inspected_on, today) == days


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=clock.BEIJING), tick=False)


def test_from_the_plan_to_the_closed_order(database: str, cast: Cast) -> None:
    zhou, li = cast.zhou_minzheng, cast.li_staff
    with at(date(2026, 4, 1)):
        pilot_id = trial(cast, "公共安全")
        wanted = InspectionIn(pilot_id=pilot_id, content="值守记录和告警处置", every_days=5, times=3)
        refused(Forbidden, lambda: inspection_service.plan(cast.wang_anji, wanted))
        supervision_service.set_plan(li, pilot_id, plan(cast), seen_edition=0)
        assert [number for number, _ in inspection_queries.unscheduled(zhou)] == [pilot_id]
        first, second, _ = inspection_service.plan(zhou, wanted, nonce="once")
        assert inspection_service.plan(zhou, wanted, nonce="once") == [first]
        late = InspectionIn(pilot_id=pilot_id, content="值守记录和告警处置", every_days=40, times=3)
        refused(Invalid, lambda: inspection_service.plan(zhou, late), "晚于监管结束 2026-06-30")
    # 清明 is no working day: 2026-04-06 is a holiday.
    seen = inspection_queries.inspections(li)
    assert [view.due_on for view in seen] == [date(2026, 4, 9), date(2026, 4, 16), date(2026, 4, 23)]
    assert inspection_queries.unscheduled(zhou) == []
    with at(date(2026, 4, 20)):
        waited = {view.id: view.waited for view in inspection_queries.inspections(zhou)}
        assert waited == {first: 7, second: 2, second + 1: 0}
        clear = InspectionRecordIn(outcome=Saw.CLEAR, inspected_on=date(2026, 4, 9), finding="抽查 20 条，处置闭环。")
        problem = clear.model_copy(update={"outcome": Saw.PROBLEM, "finding": "缺 2 班值守记录。"})
        future = clear.model_copy(update={"inspected_on": date(2026, 4, 21)})
        refused(Invalid, lambda: inspection_service.record(zhou, first, future), "还没有到")
        inspection_service.record(zhou, first, clear, [("记录.txt", "抽查\n".encode())])
        refused(Conflict, lambda: inspection_service.record(zhou, first, problem), "已经有记录")
        order = order_in(cast, pilot_id, None, inspection_id=second)
        refused(Conflict, lambda: order_service.issue(zhou, order), "没有记录发现问题")
        inspection_service.record(zhou, second, problem)
        assert next((view.id, view.state, view.waited) for view in inspection_queries.inspections(zhou)) == (
            second,
            At.FOUND,
            7,
        )
        order_id = order_service.issue(zhou, order)
        step(cast.wang_anji, order_id, stages.REPLY)
        step(zhou, order_id, stages.CLOSE)
    views = {view.id: view for view in inspection_queries.inspections(li, pilot_id=pilot_id)}
    assert (views[first].state, len(views[first].files)) == (At.CLOSED, 1)
    assert (views[second].state, [number for number, _ in views[second].orders]) == (At.CLOSED, [order_id])
    # A county is not told when somebody will come.
    assert inspection_queries.inspections(cast.wang_anji) == []
    refused(NotFound, lambda: inspection_queries.file_content(cast.wang_anji, first, views[first].files[0].id))
    assert inspection_queries.file_content(zhou, first, views[first].files[0].id) == "抽查\n".encode()


def test_an_order_on_paper_is_for_those_it_concerns(cast: Cast) -> None:
    pilot_id = running(cast)
    order_id = order_service.issue(cast.li_staff, order_in(cast, pilot_id, None))
    made = order_report.issue(cast.wang_anji, order_id)
    assert (made.data[:4], order_report.issue(cast.wang_anji, order_id).number) == (b"%PDF", made.number)
    refused(NotFound, lambda: order_report.issue(cast.zhao_deqing, order_id))
    step(cast.wang_anji, order_id, stages.REPLY)
    assert order_report.issue(cast.wang_anji, order_id).number != made.number
    found = order_queries.order(cast.wang_anji, order_id)
    assert found is not None
    assert [row[1] for row in order_report._path(found)] == [stages.ISSUE, stages.REPLY]


def test_who_worked_on_a_pilot_is_known_by_account(cast: Cast) -> None:
    li, chen = cast.li_staff, cast.chen_staff
    pilot_id = running(cast)
    assert supervision_queries.may_decide(chen, pilot_id)
    assert plan_queries.people(cast.wang_anji, pilot_id) == {}
    assert chen.account_id in plan_queries.people(li, pilot_id)
    # A namesake with an account of his own is somebody else.
    other = MemberIn(name=chen.name, role=TeamRole.MEMBER, account_id=cast.wang_anji.account_id)
    plan_service.add_member(li, pilot_id, other)
    assert supervision_queries.may_decide(chen, pilot_id)
    # The account says who somebody is, whatever name was typed.
    plan_service.add_member(li, pilot_id, MemberIn(name="小陈", role=TeamRole.MEMBER, account_id=chen.account_id))
    assert not supervision_queries.may_decide(chen, pilot_id)
    found = plan_queries.plan_of(li, pilot_id)
    assert found is not None
    assert [member.name for member in found.members if member.account_id] == [cast.wang_anji.name, "陈审"]
    refused(NotFound, lambda: plan_service.add_member(li, pilot_id, other.model_copy(update={"account_id": 999})))
