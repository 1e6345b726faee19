"""Requests for data on the database: who asks, who answers, what stays on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

import accounts.queries
from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import DataStatus
from db.engine import engine
from db.session import read
from db.tables import DataRequestStep, ScenarioData, ScenarioField
from scenarios import (
    impact_queries,
    queries,
    request_queries,
    request_service,
    resource_detail,
    resource_queries,
    service,
    stages,
)
from scenarios.data_views import DataView
from scenarios.resource_schemas import DataLinkIn
from tests.scenarios.conftest import detail, move, resource_in, scenario_in
from tests.support import Cast, count_queries

TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def fed(cast: Cast, need: int) -> int:
    """A draft of 安吉 that needs data of 民政厅."""
    data = {
        "new": resource_in(cast.zhou_minzheng.organisation_id or 0),
        "purpose": "核对对象",
        "fields": "姓名、房屋等级",
    }
    return service.register_scenario(cast.wang_anji, scenario_in(cast.wang_anji, [need], data=[data]), nonce="fed")


def only(actor: Actor, scenario_id: int) -> DataView:
    (view,) = detail(actor, scenario_id).data
    return view


def step(actor: Actor, scenario_id: int, do: str, reason: str = "", on: date = YESTERDAY) -> DataStatus:
    """As a person who sees the scenario would: from the page that he sees."""
    view = only(actor, scenario_id)
    return request_service.move(actor, view.id, do, reason, on=on, seen_version=view.version)


# -- the path ----------------------------------------------------------------------


def test_the_team_asks_and_the_provider_answers(database: str, cast: Cast, fed: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    first = TODAY - timedelta(days=30)
    step(wang, fed, stages.ASK, on=first)
    step(zhou, fed, stages.DENY, "请写明使用期限", on=first + timedelta(days=2))
    found = only(wang, fed)
    assert (found.status, found.refused_because, found.asking) == (
        DataStatus.REFUSED,
        "请写明使用期限",
        "安吉县社会治理中心",
    )
    step(wang, fed, stages.ASK, on=first + timedelta(days=3))
    assert only(wang, fed).refused_because == ""
    step(zhou, fed, stages.GRANT, on=first + timedelta(days=5))
    step(wang, fed, stages.CONNECT, on=YESTERDAY)
    found = only(wang, fed)
    assert (found.requested_on, found.answered_on, found.connected_on) == (
        first + timedelta(days=3),
        first + timedelta(days=5),
        YESTERDAY,
    )
    assert detail(wang, fed).row.readiness.label == "2/2（100%）"  # two fields are named
    history = resource_detail.resource(zhou, found.resource_id)
    assert history is not None
    assert [(s.do, s.day, s.reason, s.by) for s in reversed(history.steps)] == [
        ("提出申请", first, "", "安吉县社会治理中心　王安吉"),
        ("拒绝", first + timedelta(days=2), "请写明使用期限", "浙江省民政厅　周民政"),
        ("提出申请", first + timedelta(days=3), "", "安吉县社会治理中心　王安吉"),
        ("批准", first + timedelta(days=5), "", "浙江省民政厅　周民政"),
        ("完成接入", YESTERDAY, "", "安吉县社会治理中心　王安吉"),
    ]
    words = [event.words for event in accounts.queries.history(wang, "scenario", fed)]
    assert words.count("办理数据需求：批准：城乡危房台账") == 1


def test_a_request_can_be_taken_back(cast: Cast, fed: int) -> None:
    step(cast.wang_anji, fed, stages.ASK)
    assert step(cast.wang_anji, fed, stages.WITHDRAW) is DataStatus.NOT_REQUESTED
    found = only(cast.wang_anji, fed)
    assert (found.requested_on, found.asking_id, found.waited) == (None, None, None)


def test_waiting_is_counted_to_the_answer_or_to_today(cast: Cast, fed: int) -> None:
    asked = TODAY - timedelta(days=28)
    step(cast.wang_anji, fed, stages.ASK, on=asked)
    open_for = only(cast.wang_anji, fed).waited
    step(cast.zhou_minzheng, fed, stages.GRANT, on=asked + timedelta(days=7))
    answered_after = only(cast.wang_anji, fed).waited
    assert open_for is not None
    assert answered_after is not None
    assert 14 <= open_for <= 20
    assert 0 <= answered_after <= 5


# -- who may -----------------------------------------------------------------------


@pytest.mark.parametrize("do", [stages.GRANT, stages.DENY])
def test_nobody_answers_his_own_request(cast: Cast, fed: int, do: str) -> None:
    step(cast.wang_anji, fed, stages.ASK)
    with pytest.raises(Forbidden, match="提供单位"):
        step(cast.wang_anji, fed, do, "理由充分")
    step(cast.wang_anji, fed, stages.WITHDRAW)
    step(cast.li_staff, fed, stages.ASK)  # the institute asks for the county
    for staff in (cast.li_staff, cast.chen_staff, cast.admin):  # all of the institute that asked
        with pytest.raises(Forbidden, match="本单位提出的申请"):
            step(staff, fed, do, "理由充分")
    assert step(cast.zhou_minzheng, fed, do, "理由充分") in (DataStatus.GRANTED, DataStatus.REFUSED)


def test_a_provider_answers_its_own_request(cast: Cast, draft: int) -> None:
    step(cast.wang_anji, draft, stages.ASK)  # 安吉 provides what its own scenario needs
    assert step(cast.wang_anji, draft, stages.GRANT) is DataStatus.GRANTED


def test_staff_write_down_an_answer_on_paper(cast: Cast, fed: int) -> None:
    step(cast.wang_anji, fed, stages.ASK)
    with pytest.raises(Invalid, match="复函文号"):
        step(cast.li_staff, fed, stages.GRANT)
    assert step(cast.li_staff, fed, stages.GRANT, "浙民函〔2026〕12号") is DataStatus.GRANTED


def test_a_provider_does_not_ask_or_connect_for_others(cast: Cast, fed: int) -> None:
    zhou = cast.zhou_minzheng
    with pytest.raises(Forbidden, match="登记单位"):
        step(zhou, fed, stages.ASK)
    step(cast.wang_anji, fed, stages.ASK)
    step(zhou, fed, stages.GRANT)
    with pytest.raises(Forbidden, match="登记单位"):
        step(zhou, fed, stages.CONNECT)
    with pytest.raises(Forbidden):
        request_service.add_link(zhou, fed, DataLinkIn(resource_id=only(zhou, fed).resource_id, purpose="核对"))


def test_another_county_changes_nothing(cast: Cast, need: int, fed: int) -> None:
    link = only(cast.wang_anji, fed)
    for attempt in (
        lambda who: request_service.move(who, link.id, stages.ASK, on=YESTERDAY, seen_version=1),
        lambda who: request_service.remove_link(who, link.id, seen_version=1),
        lambda who: request_service.edit_link(
            who, link.id, DataLinkIn(resource_id=link.resource_id, purpose="核对"), seen_version=1
        ),
    ):
        with pytest.raises(NotFound):
            attempt(cast.zhao_deqing)
    move(cast.wang_anji, fed, "提交论证")
    move(cast.li_staff, fed, "论证通过")  # now everybody may look
    with pytest.raises(Forbidden):
        step(cast.zhao_deqing, fed, stages.ASK)


# -- order -------------------------------------------------------------------------


def test_steps_go_in_order_and_never_back_in_time(cast: Cast, fed: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    with pytest.raises(WrongState, match="未申请"):
        step(wang, fed, stages.CONNECT)
    with pytest.raises(Invalid, match="今天"):
        step(wang, fed, stages.ASK, on=TODAY + timedelta(days=1))
    step(wang, fed, stages.ASK)
    with pytest.raises(Invalid, match="早于上一步"):
        step(zhou, fed, stages.GRANT, on=YESTERDAY - timedelta(days=1))
    with pytest.raises(Invalid, match="需要填写理由"):
        step(zhou, fed, stages.DENY)
    stale = only(zhou, fed)
    step(zhou, fed, stages.GRANT)
    with pytest.raises(WrongState, match="已批准"):
        request_service.move(zhou, stale.id, stages.GRANT, on=TODAY, seen_version=stale.version)
    with pytest.raises(Conflict):
        request_service.move(wang, stale.id, stages.CONNECT, on=TODAY, seen_version=stale.version)


def test_an_ended_scenario_asks_for_nothing(cast: Cast, fed: int) -> None:
    move(cast.wang_anji, fed, "提交论证")
    move(cast.li_staff, fed, "不予立项", "重复建设")
    with pytest.raises(WrongState, match="不予立项"):
        step(cast.wang_anji, fed, stages.ASK)


# -- what is needed ------------------------------------------------------------------


def test_data_needed_is_added_changed_and_let_go(database: str, cast: Cast, fed: int, draft: int) -> None:
    wang = cast.wang_anji
    other = only(wang, draft)
    seen = detail(wang, fed).version
    link_id = request_service.add_link(
        wang, fed, DataLinkIn(resource_id=other.resource_id, purpose="核对等级", fields="房屋等级、房屋等级（旧）")
    )
    assert detail(wang, fed).version == seen + 1  # a form of the scenario that is open must not undo it
    view = next(view for view in detail(wang, fed).data if view.id == link_id)
    assert view.fields == ["房屋等级"]
    request_service.edit_link(
        wang,
        link_id,
        DataLinkIn(resource_id=view.resource_id, purpose="核对鉴定等级", fields="鉴定日期"),
        seen_version=view.version,
    )
    view = next(view for view in detail(wang, fed).data if view.id == link_id)
    assert (view.purpose, view.fields) == ("核对鉴定等级", ["鉴定日期"])
    request_service.remove_link(wang, link_id, seen_version=view.version)
    assert [view.purpose for view in detail(wang, fed).data] == ["核对对象"]
    with read() as session:
        assert set(session.exec(select(ScenarioField.name))) == {"姓名", "房屋等级"}


def test_what_was_asked_stands_until_it_is_taken_back(cast: Cast, fed: int) -> None:
    wang = cast.wang_anji
    step(wang, fed, stages.ASK)
    view = only(wang, fed)
    data = DataLinkIn(resource_id=view.resource_id, purpose="另作他用")
    with pytest.raises(WrongState, match="申请中"):
        request_service.edit_link(wang, view.id, data, seen_version=view.version)
    with pytest.raises(Invalid, match="写明理由"):
        request_service.remove_link(wang, view.id, seen_version=view.version)
    # Nor does the registration form drop it in passing.
    with pytest.raises(WrongState, match="城乡危房台账"):
        service.edit_scenario(wang, fed, scenario_in(wang, [1], data=[]), seen_version=detail(wang, fed).version)
    request_service.remove_link(wang, view.id, "改用核验接口", seen_version=view.version)
    assert detail(wang, fed).data == []
    kept = resource_detail.resource(cast.zhou_minzheng, view.resource_id)
    assert kept is not None
    assert [(s.do, s.reason) for s in kept.steps] == [("移除需求", "改用核验接口"), ("提出申请", "")]
    assert kept.steps[0].scenario is None  # who no longer feeds a draft no longer sees it


def test_the_registration_form_leaves_fields_alone_that_it_does_not_show(cast: Cast, fed: int) -> None:
    wang = cast.wang_anji
    kept = [{"resource_id": only(wang, fed).resource_id, "purpose": "改写的用途"}]
    service.edit_scenario(wang, fed, scenario_in(wang, [1], data=kept), seen_version=detail(wang, fed).version)
    assert (only(wang, fed).purpose, only(wang, fed).fields) == ("改写的用途", ["姓名", "房屋等级"])


def test_steps_are_for_good(database: str, cast: Cast, fed: int) -> None:
    step(cast.wang_anji, fed, stages.ASK)
    for statement in ("UPDATE data_request_step SET reason = 'x'", "DELETE FROM data_request_step"):
        with pytest.raises(DatabaseError, match="append-only"), engine().begin() as connection:
            connection.exec_driver_sql(statement)
    with read() as session:
        assert len(session.exec(select(DataRequestStep)).all()) == 1


def test_a_department_sees_what_it_is_asked_for_and_no_other_request(cast: Cast, fed: int, draft: int) -> None:
    assert [row.id for row in queries.scenarios(cast.zhou_minzheng)] == [fed]
    with read() as session:
        others = session.exec(select(ScenarioData.resource_id).where(ScenarioData.scenario_id == draft)).one()
    entry = resource_detail.resource(cast.zhou_minzheng, others)
    assert entry is not None
    assert entry.uses == []


# -- lists --------------------------------------------------------------------------------


def test_what_waits_for_whom(database: str, cast: Cast, fed: int, draft: int) -> None:
    wang, zhou, li = cast.wang_anji, cast.zhou_minzheng, cast.li_staff
    step(wang, fed, stages.ASK, on=TODAY - timedelta(days=40))
    step(wang, draft, stages.ASK, on=YESTERDAY)

    def found(actor: Actor) -> list[tuple[int, bool, bool, bool]]:
        return [
            (request.scenario.id, bool(request.answers), request.on_behalf, request.overdue)
            for request in request_queries.waiting(actor)
        ]

    assert found(zhou) == [(fed, True, False, True)]
    assert found(wang) == [(draft, True, False, False)]
    assert found(li) == [(fed, True, True, True), (draft, True, True, False)]
    for outsider in (cast.zhao_deqing, cast.sun_judge, cast.qian_bidder):
        assert found(outsider) == []
    (first, second) = request_queries.debtors(request_queries.waiting(li))
    assert (first.provider, first.pending, first.overdue) == ("浙江省民政厅", 1, 1)
    assert first.longest == first.middle > second.longest


def test_ones_own_requests_are_those_of_ones_scenarios(cast: Cast, fed: int, draft: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    step(wang, fed, stages.ASK)
    step(zhou, fed, stages.GRANT)
    assert [(request.scenario.id, request.view.status.label) for request in request_queries.own(wang)] == [
        (fed, "已批准"),
        (draft, "未申请"),
    ]
    step(wang, fed, stages.CONNECT)
    assert [request.scenario.id for request in request_queries.own(wang)] == [draft]
    for other in (zhou, cast.zhao_deqing, cast.li_staff, cast.sun_judge):
        assert request_queries.own(other) == []


def test_lists_ask_as_much_for_three_rows_as_for_one(cast: Cast, need: int) -> None:
    wang = cast.wang_anji

    def asked(count: int) -> list[int]:
        data = [
            {
                "new": resource_in(wang.organisation_id or 0, name=f"台账{count}-{n}", items=[{"name": "姓名"}]),
                "purpose": "核对",
            }
            for n in range(count)
        ]
        number = service.register_scenario(wang, scenario_in(wang, [need], data=data), nonce=f"n{count}")
        for view in detail(wang, number).data:
            request_service.move(wang, view.id, stages.ASK, on=YESTERDAY, seen_version=view.version)
        found = []
        for query in (
            lambda: request_queries.waiting(wang),
            lambda: request_queries.own(wang),
            lambda: resource_queries.resources(wang),
            lambda: resource_detail.resource(wang, view.resource_id),
            lambda: impact_queries.needing(wang),
        ):
            with count_queries() as statements:
                query()
            found.append(len(statements))
        return found

    first = asked(1)
    asked(2)
    assert asked(3) == first
