"""Versions, partners, reform items and domains on the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import PartnerRole
from db.session import write
from db.tables import ScenarioVersion
from scenarios import domain_queries, domain_service, history, queries, service, version_service
from scenarios.rules import DOMAINS, next_version
from scenarios.schemas import DomainIn, VersionIn
from tests.scenarios.conftest import detail, move, organisation_id, scenario_in
from tests.support import Cast

CHANGE = VersionIn(changes="增加到期前一天提醒", feedback="安吉县网格员来电：提醒太晚")
DUE = date(2027, 6, 30)


def reform(lead: int, **changes: Any) -> dict[str, Any]:
    values = {
        "barrier": "同一诉求多头登记、各办各的",
        "measure": "统一受理并由首接单位负责到底",
        "outcome": "群众诉求首接负责制办法",
        "lead_organisation_id": lead,
        "due_on": DUE,
    }
    return {**values, **changes}


def iterating(actor: Actor, scenario_id: int) -> None:
    """Through a pilot and its evaluation to 迭代中."""
    with write() as session:
        service.mark_piloting(session, actor, scenario_id)
        service.mark_evaluating(session, actor, scenario_id)
    move(actor, scenario_id, "转入迭代", "群众反映提醒太晚")


def opened(actor: Actor, scenario_id: int, data: VersionIn = CHANGE) -> str:
    return version_service.open_version(actor, scenario_id, data, seen_version=detail(actor, scenario_id).version)


# -- versions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "major", "after"),
    [("v1.0", False, "v1.1"), ("v1.9", False, "v1.10"), ("v1.3", True, "v2.0"), ("v9.1", True, "v10.0")],
)
def test_versions_count_on(label: str, major: bool, after: str) -> None:
    assert next_version(label, major=major) == after


def test_a_new_version_is_edited_and_the_old_one_stays(database: str, cast: Cast, need: int, approved: int) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    first = detail(wang, approved).versions[0]
    assert not first.open
    assert first.content is not None
    assert first.content["name"] == "危房智能巡查"
    iterating(li, approved)
    with pytest.raises(Forbidden, match="不可修改"):  # nothing is edited before a version says why
        service.edit_scenario(wang, approved, scenario_in(wang, [need]), seen_version=detail(wang, approved).version)
    assert opened(wang, approved) == "v1.1"
    service.edit_scenario(
        wang,
        approved,
        scenario_in(wang, [need], data=[], name="危房巡查二期"),
        seen_version=detail(wang, approved).version,
    )
    found = detail(wang, approved)
    assert [(v.label, v.open, v.feedback) for v in found.versions] == [
        ("v1.1", True, CHANGE.feedback),
        ("v1.0", False, ""),
    ]
    with write() as session:
        service.mark_piloting(session, li, approved)
    newest, oldest = detail(wang, approved).versions
    assert newest.content is not None
    assert oldest.content is not None
    assert (newest.content["name"], oldest.content["name"]) == ("危房巡查二期", "危房智能巡查")
    assert not newest.open
    with pytest.raises(Forbidden, match="不可修改"):
        service.edit_scenario(wang, approved, scenario_in(wang, [need]), seen_version=detail(wang, approved).version)


def test_a_pilot_keeps_naming_the_version_it_tries(cast: Cast, approved: int) -> None:
    with write() as session:
        tried = queries.current_version(session, cast.li_staff, approved)
    iterating(cast.li_staff, approved)
    opened(cast.wang_anji, approved)
    with write() as session:
        kept = session.get_one(ScenarioVersion, tried.id)
        assert (kept.label, kept.content is not None) == ("v1.0", True)
        assert queries.current_version(session, cast.li_staff, approved).label == "v1.1"


def test_only_one_version_is_open_and_only_in_iteration(cast: Cast, approved: int) -> None:
    with pytest.raises(WrongState, match="已立项"):
        opened(cast.wang_anji, approved)
    iterating(cast.li_staff, approved)
    seen = detail(cast.wang_anji, approved).version
    opened(cast.wang_anji, approved)
    with pytest.raises(Conflict):
        version_service.open_version(cast.wang_anji, approved, CHANGE, seen_version=seen)
    with pytest.raises(WrongState, match=r"v1\.1 还没有试点"):
        opened(cast.wang_anji, approved)


def test_outsiders_open_no_version(cast: Cast, approved: int) -> None:
    iterating(cast.li_staff, approved)
    for outsider in (cast.zhao_deqing, cast.zhou_minzheng):
        with pytest.raises(Forbidden, match="登记单位"):
            opened(outsider, approved)


def test_a_version_frozen_before_contents_were_kept_is_written_down_in_time(cast: Cast, approved: int) -> None:
    with write() as session:
        session.get_one(ScenarioVersion, detail(cast.li_staff, approved).versions[0].id).content = None
    iterating(cast.li_staff, approved)
    opened(cast.wang_anji, approved)
    assert (detail(cast.li_staff, approved).versions[1].content or {})["name"] == "危房智能巡查"


# -- what is recorded ---------------------------------------------------------------------


def test_an_edit_is_recorded_in_words(database: str, cast: Cast, need: int, draft: int) -> None:
    wang = cast.wang_anji
    civil = organisation_id(wang, "浙江省民政厅")
    changed = scenario_in(
        wang,
        [need],
        name="危房巡查",
        partners=[{"organisation_id": civil, "role": PartnerRole.DATA, "task": "提供低保数据"}],
        reforms=[reform(civil)],
        data=[],
    )
    service.edit_scenario(wang, draft, changed, seen_version=1)
    newest = history.history(cast.li_staff, draft)[0]
    assert (newest.who, newest.what) == ("王安吉", "修改场景")
    assert newest.lines == (
        "场景名称：危房智能巡查 → 危房巡查",
        "协同单位：增加 浙江省民政厅　数据支撑　提供低保数据",
        "重大改革：增加 同一诉求多头登记、各办各的 → 统一受理并由首接单位负责到底 → 群众诉求首接负责制办法（浙江省民政厅，2027-06-30）",
        "数据来源：删去 危房台账1（安吉县社会治理中心）：核对房屋等级",
    )


def test_partners_and_reforms_are_listed(database: str, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    civil = organisation_id(wang, "浙江省民政厅")
    number = service.register_scenario(
        wang,
        scenario_in(
            wang,
            [need],
            partners=[{"organisation_id": civil, "role": role} for role in (PartnerRole.GUIDE, PartnerRole.DATA)],
            reforms=[reform(civil), reform(civil, measure="限时办结", due_on=date(2026, 1, 1))],
        ),
        nonce="n",
    )
    found = detail(wang, number)
    assert [(v.organisation, v.role) for v in found.partners] == [
        ("浙江省民政厅", PartnerRole.GUIDE),
        ("浙江省民政厅", PartnerRole.DATA),
    ]
    assert [(v.measure, v.lead, v.progress) for v in found.reforms] == [
        ("统一受理并由首接单位负责到底", "浙江省民政厅", "推进中"),
        ("限时办结", "浙江省民政厅", "已超期"),
    ]
    assert (found.row.needs, found.row.reforms, found.row.untraced) == (1, 2, "")


def test_a_scenario_without_a_reform_item_says_so(cast: Cast, draft: int) -> None:
    assert detail(cast.wang_anji, draft).row.untraced == "改革事项"


def test_an_organisation_that_is_not_there_is_no_partner(cast: Cast, need: int) -> None:
    for part in ({"partners": [{"organisation_id": 999, "role": "data"}]}, {"reforms": [reform(999)]}):
        with pytest.raises(NotFound, match="所选单位"):
            service.register_scenario(cast.wang_anji, scenario_in(cast.wang_anji, [need], **part), nonce="n")


def test_a_reform_item_stays_done_through_an_edit(cast: Cast, need: int, approved: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    civil = zhou.organisation_id or 0
    iterating(cast.li_staff, approved)
    opened(wang, approved)

    def edit(**changes: Any) -> None:
        data = scenario_in(wang, [need], data=[], reforms=[reform(civil, **changes)])
        service.edit_scenario(wang, approved, data, seen_version=detail(wang, approved).version)

    edit()
    item = detail(wang, approved).reforms[0]
    version_service.complete_reform(  # by the department that leads the item, not the scenario
        zhou, item.id, on=clock.today(), document="浙民发〔2026〕8号", seen_version=item.version
    )
    edit(outcome="群众诉求首接负责制实施办法")
    (kept,) = detail(wang, approved).reforms
    assert (kept.id, kept.done_on, kept.document) == (item.id, clock.today(), "浙民发〔2026〕8号")
    edit(measure="换一种举措")
    assert detail(wang, approved).reforms[0].done_on is None


def test_a_result_needs_its_document_and_an_approved_scenario(cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    number = service.register_scenario(
        wang, scenario_in(wang, [need], reforms=[reform(wang.organisation_id or 0)]), nonce="n"
    )
    item = detail(wang, number).reforms[0]

    def complete(actor: Actor, **changes: Any) -> None:
        values: dict[str, Any] = {"on": clock.today(), "document": "安政发〔2026〕1号", "seen_version": 1}
        version_service.complete_reform(actor, item.id, **{**values, **changes})

    with pytest.raises(WrongState, match="草稿"):
        complete(wang)
    move(wang, number, "提交论证")
    move(cast.li_staff, number, "论证通过")
    with pytest.raises(Invalid, match=r"今天.*文号"):
        complete(wang, on=clock.today() + timedelta(days=1), document=" ")
    with pytest.raises(Forbidden):
        complete(cast.zhao_deqing)
    complete(wang)
    with pytest.raises(Conflict):
        complete(wang)


# -- domains ----------------------------------------------------------------------------------


def saved(actor: Actor, *wanted: DomainIn) -> None:
    domain_service.save_domains(actor, wanted, seen=[view.name for view in domain_queries.domain_list(actor)])


def test_the_list_of_domains_is_kept_by_staff(database: str, cast: Cast, draft: int) -> None:
    li = cast.li_staff
    assert domain_queries.domains(cast.li_staff) == list(DOMAINS)
    renamed = [
        DomainIn(name="社会公共安全" if name == "公共安全" else name, active=name != "经济生态") for name in DOMAINS
    ]
    renamed[0], renamed[1] = renamed[1], renamed[0]  # two exchange their names
    saved(li, *renamed, DomainIn(name="海上治理"))
    assert domain_queries.domains(cast.li_staff) == [
        *(
            "社会治安",
            "信访维稳",
            "社会公共安全",
            "矛盾调处",
            "综合执法",
            "民生服务",
            "生态环保",
            "防贫监测",
            "海上治理",
        ),
    ]
    assert detail(li, draft).row.domain == "社会公共安全"  # scenarios go along
    assert [view.scenarios for view in domain_queries.domain_list(li) if view.name == "社会公共安全"] == [1]
    with pytest.raises(Conflict):  # a page that was drawn before the renaming
        service.edit_scenario(cast.wang_anji, draft, scenario_in(cast.wang_anji, [1]), seen_version=1)


def test_only_staff_keep_the_list(cast: Cast) -> None:
    for outsider in (cast.wang_anji, cast.zhou_minzheng, cast.sun_judge):
        with pytest.raises(Forbidden):
            domain_service.save_domains(outsider, [], seen=[])


def test_a_list_that_does_not_add_up_is_refused(cast: Cast) -> None:
    li = cast.li_staff
    all_of_them = [DomainIn(name=name) for name in DOMAINS]
    with pytest.raises(Invalid, match="不能删除"):
        saved(li, *all_of_them[:-1])
    with pytest.raises(Invalid, match="重复"):
        saved(li, *all_of_them, DomainIn(name="公共安全"))
    with pytest.raises(Conflict):
        domain_service.save_domains(li, all_of_them, seen=["别的"])


def test_a_domain_no_longer_offered_stays_with_its_scenarios(cast: Cast, need: int, draft: int) -> None:
    li, wang = cast.li_staff, cast.wang_anji
    saved(li, *(DomainIn(name=name, active=name != "公共安全") for name in DOMAINS))
    service.edit_scenario(
        wang, draft, scenario_in(wang, [need], data=[], name="改名"), seen_version=detail(wang, draft).version
    )
    for actor in (wang, li):
        with pytest.raises(Invalid, match="已停用"):
            service.register_scenario(actor, scenario_in(wang, [need]), nonce=f"n{actor.name}")
    assert "公共安全" not in domain_queries.domains(cast.li_staff)
    assert domain_queries.domains(cast.li_staff, "公共安全")[-1] == "公共安全"


def test_a_county_chooses_from_the_list(cast: Cast, need: int) -> None:
    with pytest.raises(Invalid, match="不在可选范围"):
        service.register_scenario(cast.wang_anji, scenario_in(cast.wang_anji, [need], domain="新领域"), nonce="n")
