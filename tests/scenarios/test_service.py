"""Commands of the scenarios room on the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import select

import accounts.queries
from accounts.permissions import OPERATOR, Actor
from core import clock
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.validation import problems
from core.words import DataStatus, ScenarioState
from db import audit
from db.session import read, write
from db.tables import Responsibility
from scenarios import need_service, queries, request_service, resource_queries, resource_service, service
from scenarios.schemas import NeedIn, ScenarioIn
from tests.scenarios.conftest import detail, move, need_in, resource_in, scenario_in
from tests.support import Cast

YESTERDAY = clock.today() - timedelta(days=1)


def actions(actor: Actor, entity: str, number: int) -> list[str]:
    return [event.action for event in reversed(accounts.queries.history(actor, entity, number))]


# -- registering ---------------------------------------------------------------------


def test_a_scenario_is_registered_whole(database: str, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    number = service.register_scenario(wang, scenario_in(wang, [need]), nonce="n")
    found = detail(wang, number)
    assert found.row.code == f"CJ-{clock.today().year}-0001"
    assert found.row.state is ScenarioState.DRAFT
    assert (found.row.version_label, found.row.readiness.label, found.row.needs) == ("v1.0", "0/1（0%）", 1)
    assert [link.id for link in found.needs] == [need]
    assert [(view.provider, view.sharing, view.status) for view in found.data] == [
        ("安吉县社会治理中心", "受限共享", DataStatus.NOT_REQUESTED)
    ]
    assert [(duty.path, duty.organisation) for duty in found.duties] == [
        (("危房治理", "巡查", "隐患核实"), "安吉县社会治理中心")
    ]
    assert actions(wang, "scenario", number) == ["scenario:create"]
    with read() as session:
        assert audit.broken_links(session) == []


def test_one_form_sent_twice_makes_one_scenario(database: str, cast: Cast, need: int) -> None:
    data = scenario_in(cast.wang_anji, [need])
    first = service.register_scenario(cast.wang_anji, data, nonce="same")
    assert service.register_scenario(cast.wang_anji, data, nonce="same") == first
    assert len(queries.scenarios(cast.li_staff)) == 1


def test_a_form_of_somebody_else_is_not_answered(cast: Cast, need: int, draft: int) -> None:
    with pytest.raises(Duplicate):
        service.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need]), nonce="draft")


def test_nothing_is_kept_of_a_registration_that_fails(cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    resource_service.add_resource(wang, resource_in(wang.organisation_id or 0, name="已有台账"))
    twice = [
        {"new": resource_in(wang.organisation_id or 0, name=name), "purpose": "核对"} for name in ("新台账", "已有台账")
    ]
    with pytest.raises(Duplicate, match="同名数据资源"):
        service.register_scenario(wang, scenario_in(wang, [need], data=twice), nonce="n")
    assert queries.scenarios(cast.li_staff) == []
    assert [row.name for row in resource_queries.resources(cast.li_staff).rows] == ["已有台账"]


def test_shared_branches_of_the_list_become_one_node(cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    leaves = [
        {"business": "危房治理", "stage": stage, "name": name, "organisation_id": wang.organisation_id}
        for stage, name in (("巡查", "隐患核实"), ("处置", "腾空加固"), ("巡查", "隐患上报"))
    ]
    number = service.register_scenario(wang, scenario_in(wang, [need], responsibilities=leaves), nonce="n")
    with read() as session:
        names = sorted(session.exec(select(Responsibility.name)).all())
    assert names == sorted(["危房治理", "巡查", "处置", "隐患核实", "腾空加固", "隐患上报"])
    assert [duty.path[-1] for duty in detail(wang, number).duties] == ["隐患核实", "隐患上报", "腾空加固"]


def test_a_need_of_the_same_name_in_the_same_region_is_refused(cast: Cast, need: int) -> None:
    with pytest.raises(Duplicate, match="XQ-"):
        need_service.register_need(cast.li_staff, need_in())
    need_service.register_need(cast.li_staff, need_in(region_code="330521"))


def test_the_command_line_registers_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="登录账号"):
        need_service.register_need(OPERATOR, need_in())


# -- who may ------------------------------------------------------------------------------


def test_a_county_team_registers_only_at_home(cast: Cast, need: int) -> None:
    zhao = cast.zhao_deqing
    with pytest.raises(Forbidden, match="本地区"):
        need_service.register_need(zhao, need_in(region_code="330523"))
    with pytest.raises(Forbidden, match="本地区"):
        service.register_scenario(zhao, scenario_in(zhao, [need], region_code="330523"), nonce="n")


def test_a_need_one_cannot_see_cannot_be_used(cast: Cast, need: int) -> None:
    zhao = cast.zhao_deqing
    with pytest.raises(NotFound):
        service.register_scenario(zhao, scenario_in(zhao, [need], region_code="330521"), nonce="n")


def test_outsiders_find_nothing_to_change(cast: Cast, need: int, draft: int) -> None:
    link = detail(cast.wang_anji, draft).data[0]
    data = scenario_in(cast.wang_anji, [need])
    attempts: list[Callable[[Actor], Any]] = [
        lambda who: service.edit_scenario(who, draft, data, seen_version=1),
        lambda who: service.move(who, draft, "提交论证", seen_version=1),
        lambda who: need_service.edit_need(who, need, need_in(), seen_version=1),
        lambda who: request_service.move(who, link.id, "提出申请", on=YESTERDAY, seen_version=1),
    ]
    for outsider in (cast.zhao_deqing, cast.zhou_minzheng, cast.qian_bidder, cast.sun_judge):
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt(outsider)


def test_bidders_and_judges_register_nothing(cast: Cast, need: int) -> None:
    attempts: list[Callable[[Actor], Any]] = [
        lambda who: need_service.register_need(who, need_in(title="另一项需求")),
        lambda who: service.register_scenario(who, scenario_in(cast.wang_anji, [need]), nonce="n"),
    ]
    for outsider in (cast.qian_bidder, cast.sun_judge):
        for attempt in attempts:
            with pytest.raises(Forbidden):
                attempt(outsider)


def test_another_county_sees_an_approved_scenario_but_moves_nothing(cast: Cast, need: int, approved: int) -> None:
    zhao = cast.zhao_deqing
    found = detail(zhao, approved)
    with pytest.raises(Forbidden):
        service.edit_scenario(zhao, approved, scenario_in(zhao, [need]), seen_version=found.version)
    with write() as session, pytest.raises(Forbidden):
        service.mark_piloting(session, zhao, approved)
    with pytest.raises(Forbidden):
        request_service.move(zhao, found.data[0].id, "提出申请", on=YESTERDAY, seen_version=1)


def test_the_lead_organisation_may_edit_what_staff_registered_for_it(cast: Cast, need: int) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    data = scenario_in(li, [need], lead_organisation_id=wang.organisation_id, data=[])
    number = service.register_scenario(li, data, nonce="n")
    service.edit_scenario(wang, number, data.model_copy(update={"name": "危房智能巡查二期"}), seen_version=1)
    assert detail(li, number).row.name == "危房智能巡查二期"


def test_nobody_appraises_what_he_registered(cast: Cast, need: int) -> None:
    li = cast.li_staff
    number = service.register_scenario(li, scenario_in(li, [need]), nonce="n")
    move(li, number, "提交论证")
    for do in ("论证通过", "退回修改", "不予立项"):
        with pytest.raises(Forbidden, match="自己登记"):
            move(li, number, do, "理由")
    move(cast.chen_staff, number, "论证通过")
    assert detail(li, number).row.state is ScenarioState.APPROVED


def test_a_county_team_does_not_appraise(cast: Cast, draft: int) -> None:
    move(cast.wang_anji, draft, "提交论证")
    with pytest.raises(Forbidden, match="研究院"):
        move(cast.wang_anji, draft, "论证通过")


# -- states and versions --------------------------------------------------------------------


def test_every_move_is_recorded_with_its_reason(database: str, cast: Cast, draft: int) -> None:
    move(cast.wang_anji, draft, "提交论证")
    move(cast.li_staff, draft, "退回修改", "请补充法律依据")
    newest = accounts.queries.history(cast.wang_anji, "scenario", draft)[0]
    assert (newest.actor, newest.reason) == ("李研", "请补充法律依据")
    assert newest.changes == {"do": "退回修改", "from": "appraisal", "to": "returned"}
    assert actions(cast.li_staff, "scenario", draft) == ["scenario:create", "scenario:move", "scenario:move"]


def test_a_step_from_the_wrong_state_says_what_is_possible(cast: Cast, approved: int) -> None:
    with pytest.raises(WrongState, match="已立项"):
        move(cast.wang_anji, approved, "提交论证")


def test_a_return_needs_a_reason(cast: Cast, draft: int) -> None:
    move(cast.wang_anji, draft, "提交论证")
    with pytest.raises(ValidationError, match="reason"):
        move(cast.li_staff, draft, "退回修改", "  ")


def test_a_stale_page_changes_nothing(database: str, cast: Cast, need: int, draft: int) -> None:
    wang = cast.wang_anji
    seen = detail(wang, draft).version
    # Only a part changes, no column of the scenario itself: the version must still count it.
    fewer = scenario_in(wang, [need], data=[])
    service.edit_scenario(wang, draft, fewer, seen_version=seen)
    assert detail(wang, draft).version == seen + 1
    with pytest.raises(Conflict):
        service.edit_scenario(wang, draft, fewer, seen_version=seen)
    with pytest.raises(Conflict):
        service.move(wang, draft, "提交论证", seen_version=seen)
    with pytest.raises(Conflict):
        need_service.edit_need(wang, need, need_in(), seen_version=0)


def test_an_approved_scenario_cannot_be_edited(cast: Cast, need: int, approved: int) -> None:
    with pytest.raises(Forbidden, match="不可修改"):
        service.edit_scenario(
            cast.li_staff,
            approved,
            scenario_in(cast.wang_anji, [need]),
            seen_version=detail(cast.li_staff, approved).version,
        )


def test_a_list_with_gaps_is_not_submitted(cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    number = service.register_scenario(
        wang, scenario_in(wang, [need], responsibilities=[{"name": "隐患核实"}]), nonce="n"
    )
    with pytest.raises(Invalid, match="隐患核实：缺责任单位"):
        move(wang, number, "提交论证")
    assert detail(wang, number).row.state is ScenarioState.DRAFT


def test_an_edit_keeps_the_status_of_data_that_stays(cast: Cast, need: int, draft: int) -> None:
    wang = cast.wang_anji
    link = detail(wang, draft).data[0]
    request_service.move(wang, link.id, "提出申请", on=YESTERDAY, seen_version=link.version)
    kept = [{"resource_id": link.resource_id, "purpose": "改写的用途"}]
    service.edit_scenario(wang, draft, scenario_in(wang, [need], data=kept), seen_version=detail(wang, draft).version)
    after = detail(wang, draft).data
    assert [(view.id, view.purpose, view.status) for view in after] == [(link.id, "改写的用途", DataStatus.REQUESTED)]


# -- what pilots do ---------------------------------------------------------------------------


def test_a_pilot_takes_the_scenario_along(database: str, cast: Cast, approved: int) -> None:
    li = cast.li_staff

    def state() -> ScenarioState:
        return detail(li, approved).row.state

    with write() as session:
        service.mark_piloting(session, li, approved)
        service.mark_piloting(session, li, approved)  # a second pilot of the same scenario
    assert state() is ScenarioState.PILOTING
    with write() as session:
        service.mark_evaluating(session, li, approved)
        service.mark_evaluating(session, li, approved)
    assert state() is ScenarioState.EVALUATING
    move(li, approved, "转入迭代", "群众反映提醒太晚")
    with write() as session:
        service.mark_piloting(session, li, approved)
    assert state() is ScenarioState.PILOTING
    moves = [e.changes["do"] for e in accounts.queries.history(li, "scenario", approved) if e.action == "scenario:move"]
    assert moves == ["再次试点", "转入迭代", "进入评估", "启动试点", "论证通过", "提交论证"]


def test_a_pilot_that_fails_leaves_the_scenario_alone(cast: Cast, approved: int) -> None:
    def start_and_fail() -> None:
        with write() as session:
            service.mark_piloting(session, cast.li_staff, approved)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        start_and_fail()
    assert detail(cast.li_staff, approved).row.state is ScenarioState.APPROVED


def test_no_pilot_of_a_draft(cast: Cast, draft: int) -> None:
    with write() as session, pytest.raises(WrongState, match="草稿"):
        service.mark_piloting(session, cast.li_staff, draft)
    with read() as session, pytest.raises(WrongState):
        queries.current_version(session, cast.li_staff, draft)


def test_starting_a_pilot_is_not_a_button(cast: Cast, approved: int) -> None:
    with pytest.raises(WrongState, match="发起试点"):
        move(cast.li_staff, approved, "启动试点")
    assert [step.do for step in queries.steps(cast.li_staff, detail(cast.li_staff, approved))] == ["退出"]


# -- what may be entered --------------------------------------------------------------------


def test_every_complaint_names_its_field_in_chinese() -> None:
    with pytest.raises(ValidationError) as caught:
        ScenarioIn(
            name="",
            domain=None,
            summary="短",
            level=None,
            lead_organisation_id=None,
            region_code=None,
            needs=[],
            data=[
                {"new": {"name": "台账", "provider_id": None, "sharing_scheme": None, "sharing": None}, "purpose": ""}
            ],
            responsibilities=[],
        )
    assert problems(caught.value, ScenarioIn) == [
        "场景名称：至少 2 个字",
        "领域：必填",
        "场景简介：至少 10 个字",
        "治理层级：请从列表中选择",
        "牵头单位：必填",
        "所在地区：必填",
        "对应需求：至少选择 1 项",
        "数据来源 第 1 项 新增数据资源 提供单位：必填",
        "数据来源 第 1 项 新增数据资源 共享属性体系：请从列表中选择",
        "数据来源 第 1 项 新增数据资源 共享属性：请从列表中选择",
        "数据来源 第 1 项 新增数据资源 安全级别：必填",
        "数据来源 第 1 项 用途：至少 2 个字",
        "责任清单：至少列出 1 个事项",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": None}, "要么都填，要么都不填"),
        ({"events_to": date(2025, 1, 1)}, "不能早于统计起日"),
        ({"events_to": clock.today() + timedelta(days=1)}, "不能晚于今天"),
    ],
)
def test_a_frequency_needs_a_true_period(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        need_in(**changes)


def test_every_field_has_a_chinese_name() -> None:
    for schema in (NeedIn, ScenarioIn):
        assert [name for name, field in schema.model_fields.items() if not field.title] == []
