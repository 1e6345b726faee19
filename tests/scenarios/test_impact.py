"""个人信息保护影响评估 on the database: recorded, kept, asked for before a pilot starts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import ImpactConclusion, PersonalInformation, PilotState
from db import files
from db.session import read, write
from db.tables import Pilot
from pilots import service as pilots
from pilots import stages as pilot_stages
from scenarios import impact_queries, impact_service, request_service, resource_service, stages
from scenarios.resource_schemas import DataLinkIn, ImpactIn, PrivacyIn
from tests.pilots import support
from tests.scenarios.conftest import detail, resource_in
from tests.support import Cast

REPORT = [("评估报告.txt", "评估报告".encode())]


def impact_in(**changes: Any) -> ImpactIn:
    values: dict[str, Any] = {
        "done_on": clock.today(),
        "conclusion": ImpactConclusion.PASS,
        "summary": "只核验是否在册，不落地明细。",
        "files": REPORT,
    }
    return ImpactIn(**{**values, **changes})


def declare(actor: Actor, scenario_id: int, *, collects: bool = False, decides: bool = False) -> None:
    data = PrivacyIn(sensitive_information=collects, automated_decisions=decides)
    impact_service.declare(actor, scenario_id, data, seen_version=detail(actor, scenario_id).version)


def need_sensitive(actor: Actor, scenario_id: int, name: str = "低保对象信息") -> int:
    resource = resource_in(actor.organisation_id or 0, name=name, personal_information=PersonalInformation.SENSITIVE)
    return request_service.add_link(actor, scenario_id, DataLinkIn(new=resource, purpose="核对对象"))


def missing(actor: Actor, scenario_id: int) -> list[str]:
    return impact_queries.missing_for(actor, scenario_id)


# -- what asks for one ------------------------------------------------------------------


def test_sensitive_data_and_the_flags_ask_for_one(database: str, cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    assert missing(wang, draft) == []
    declare(wang, draft, decides=True)
    assert missing(wang, draft) == ["还没有个人信息保护影响评估（利用个人信息进行自动化决策）"]
    declare(wang, draft, collects=True)
    need_sensitive(wang, draft)
    assert missing(wang, draft) == [
        "还没有个人信息保护影响评估（使用敏感个人信息：低保对象信息；直接采集敏感个人信息）"
    ]
    impact_service.record(wang, draft, impact_in())
    assert missing(wang, draft) == []


def test_what_comes_later_asks_for_another(cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    need_sensitive(wang, draft)
    impact_service.record(wang, draft, impact_in())
    need_sensitive(wang, draft, "残疾人信息")
    today = clock.today()
    assert missing(wang, draft) == [f"{today} 的个人信息保护影响评估没有评估：残疾人信息"]
    declare(wang, draft, decides=True)
    assert missing(wang, draft)[1:] == [f"{today} 的个人信息保护影响评估没有评估自动化决策"]
    impact_service.record(wang, draft, impact_in())
    assert missing(wang, draft) == []


def test_a_refused_resource_is_not_used(cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    link_id = need_sensitive(wang, draft)
    for do in (stages.ASK, stages.DENY):
        version = next(view.version for view in detail(wang, draft).data if view.id == link_id)
        request_service.move(wang, link_id, do, "没有依据", on=clock.today(), seen_version=version)
    assert missing(wang, draft) == []


def test_the_newest_assessment_decides(cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    declare(wang, draft, decides=True)
    impact_service.record(wang, draft, impact_in(conclusion=ImpactConclusion.FAIL))
    older = clock.today() - timedelta(days=9)
    impact_service.record(wang, draft, impact_in(done_on=older))  # written down late
    assert missing(wang, draft) == [f"{clock.today()} 的个人信息保护影响评估结论为“不可以开展”"]
    impact_service.record(wang, draft, impact_in(conclusion=ImpactConclusion.CONDITIONAL))
    assert missing(wang, draft) == []


# -- who may, and what is kept ---------------------------------------------------------------


def test_its_own_team_and_staff_record(cast: Cast, approved: int) -> None:
    for outsider in (cast.zhao_deqing, cast.zhou_minzheng):
        with pytest.raises(Forbidden):
            impact_service.record(outsider, approved, impact_in())
        with pytest.raises(Forbidden):
            declare(outsider, approved, decides=True)
    declare(cast.li_staff, approved, decides=True)
    impact_service.record(cast.wang_anji, approved, impact_in())
    view = impact_queries.privacy(cast.zhao_deqing, approved)
    assert view is not None
    assert view.newest is not None
    number = view.newest.files[0].id
    assert impact_queries.load_file(cast.zhao_deqing, number).decode() == "评估报告"
    with pytest.raises(NotFound):
        impact_queries.load_file(cast.sun_judge, number)


def test_the_file_of_a_draft_is_its_readers_only(cast: Cast, draft: int) -> None:
    declare(cast.wang_anji, draft, decides=True)
    impact_service.record(cast.wang_anji, draft, impact_in())
    view = impact_queries.privacy(cast.wang_anji, draft)
    assert view is not None
    assert view.newest is not None
    with pytest.raises(NotFound):
        impact_queries.load_file(cast.zhao_deqing, view.newest.files[0].id)
    assert impact_queries.privacy(cast.zhao_deqing, draft) is None
    assert [found.scenario_id for found in impact_queries.needing(cast.wang_anji)] == [draft]
    assert impact_queries.needing(cast.zhao_deqing) == []


def test_a_stale_page_declares_nothing(cast: Cast, draft: int) -> None:
    data = PrivacyIn(sensitive_information=True, automated_decisions=False)
    impact_service.declare(cast.wang_anji, draft, data, seen_version=detail(cast.wang_anji, draft).version)
    with pytest.raises(Conflict):
        impact_service.declare(cast.wang_anji, draft, data, seen_version=1)


def test_an_assessment_is_of_the_past_has_a_file_and_says_something() -> None:
    wrong: dict[str, Any] = {"done_on": clock.today() + timedelta(days=1), "files": [], "summary": "没问题"}
    for field, value in wrong.items():
        with pytest.raises(ValueError, match=field):
            impact_in(**{field: value})


def test_it_is_not_removed_before_three_years(database: str, cast: Cast, draft: int) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    declare(wang, draft, decides=True)
    number = impact_service.record(wang, draft, impact_in())
    with pytest.raises(Forbidden):
        impact_service.remove(wang, number, "内容有误")
    with pytest.raises(WrongState, match="至少保存 3 年"):
        impact_service.remove(li, number, "内容有误")
    today = clock.today()
    almost = datetime(today.year + 3, today.month, today.day, tzinfo=clock.BEIJING) - timedelta(minutes=1)
    with time_machine.travel(almost, tick=False), pytest.raises(WrongState):
        impact_service.remove(li, number, "保存期满")
    with time_machine.travel(almost + timedelta(minutes=2), tick=False):
        with pytest.raises(Invalid, match="理由"):
            impact_service.remove(li, number, " ")
        impact_service.remove(li, number, "保存期满")
        with pytest.raises(NotFound):
            impact_service.remove(li, number, "保存期满")
    assert missing(wang, draft) == ["还没有个人信息保护影响评估（利用个人信息进行自动化决策）"]
    with read() as session:
        assert files.attached(session, "impact_assessment", [number]) == []


# -- the gate --------------------------------------------------------------------------------


def test_a_pilot_does_not_start_without_it(database: str, cast: Cast) -> None:
    li, chen = cast.li_staff, cast.chen_staff
    scenario_id = support.approved_scenario(cast)
    declare(li, scenario_id, decides=True)
    pilot_id = pilots.design(li, support.pilot_in(scenario_id, cast))
    support.ready(cast, pilot_id)
    support.move(li, pilot_id, pilot_stages.PROPOSE)
    with pytest.raises(Invalid) as refused:
        support.move(chen, pilot_id, pilot_stages.START)
    assert str(refused.value) == (
        "还没有个人信息保护影响评估（利用个人信息进行自动化决策）。请在场景页的“个人信息保护”中登记影响评估。 "
        "补齐以上 1 项后，再“批准启动”；试点页列有每一项的办理入口。"
    )
    with read() as session:
        assert session.get_one(Pilot, pilot_id).state is PilotState.PENDING
    impact_service.record(li, scenario_id, impact_in())
    support.move(chen, pilot_id, pilot_stages.START)
    with read() as session:
        assert session.get_one(Pilot, pilot_id).state is PilotState.RUNNING


def test_the_gate_does_not_tell_strangers_what_is_missing(cast: Cast, draft: int) -> None:
    declare(cast.wang_anji, draft, decides=True)
    with write() as session, pytest.raises(NotFound):
        impact_service.require_assessed(session, cast.zhao_deqing, draft)


def test_a_resource_marked_sensitive_later_counts(cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    link = detail(wang, draft).data[0]
    marked = resource_in(wang.organisation_id or 0, name=link.name, personal_information=PersonalInformation.SENSITIVE)
    resource_service.edit_resource(wang, link.resource_id, marked, seen_version=1)
    assert missing(wang, draft) != []
