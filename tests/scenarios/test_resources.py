"""The catalogue on the database: entries, their approvals, what is found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import accounts.queries
from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import ItemType, Opening, PersonalInformation, SecurityLevel, Sharing
from scenarios import resource_detail, resource_queries, resource_service
from scenarios.resource_queries import Filter
from scenarios.resource_schemas import ApprovalIn, ResourceIn
from tests.scenarios.conftest import organisation_id, resource_in
from tests.scenarios.test_resource_rules import WHOLE
from tests.support import Cast

LETTER = [("批复.txt", "同意开放".encode())]


def approval_in(**changes: Any) -> ApprovalIn:
    values: dict[str, Any] = {
        "number": "浙数发〔2026〕3号",
        "authority": "省数据局",
        "approved_on": clock.today(),
        "files": LETTER,
    }
    return ApprovalIn(**{**values, **changes})


def entry(actor: Actor, resource_id: int) -> resource_detail.ResourceDetail:
    found = resource_detail.resource(actor, resource_id)
    assert found is not None
    return found


@pytest.fixture
def civil(cast: Cast) -> int:
    """An entry of 民政厅."""
    items = [{"name": "姓名"}, {"name": "身份证号"}, {"name": "起保日期", "type": ItemType.DATE}]
    return resource_service.add_resource(
        cast.zhou_minzheng, resource_in(cast.zhou_minzheng.organisation_id or 0, name="低保对象信息", items=items)
    )


# -- entries ----------------------------------------------------------------------


def test_an_entry_keeps_all_of_its_metadata(database: str, cast: Cast) -> None:
    zhou = cast.zhou_minzheng
    data = resource_in(
        zhou.organisation_id or 0,
        name="低保对象信息",
        code="305020/000001",
        class_code="305020",
        summary="全省在册低保对象。",
        format="接口",
        sharing=Sharing.CONDITIONAL,
        sharing_condition="限救助使用",
        sharing_method="接口调用",
        opening=Opening.REFUSED,
        opening_condition="",
        update_cycle="每月",
        released_on=date(2026, 1, 4),
        related_code="305020/000002",
        items=[{"name": "姓名"}, {"name": "起保日期", "type": ItemType.DATE}],
    )
    found = entry(zhou, resource_service.add_resource(zhou, data))
    assert found.data.model_dump() == data.model_dump()
    assert [(item.name, item.key, item.type) for item in found.items] == [
        ("姓名", "姓名", ItemType.TEXT),
        ("起保日期", "起保日期", ItemType.DATE),
    ]
    assert (found.row.gaps, found.errors) == ([], [])


def test_a_code_is_drawn_when_none_is_given(cast: Cast, civil: int) -> None:
    assert entry(cast.li_staff, civil).row.code == f"SJ-{clock.today().year}-0001"


def test_a_resource_is_listed_once_per_provider(database: str, cast: Cast) -> None:
    own = cast.wang_anji.organisation_id or 0
    resource_service.add_resource(cast.wang_anji, resource_in(own))
    with pytest.raises(Duplicate, match="同名数据资源"):
        resource_service.add_resource(cast.li_staff, resource_in(own))
    with pytest.raises(Duplicate, match="目录编码"):
        resource_service.add_resource(
            cast.li_staff, resource_in(own, name="另一项", code=f"SJ-{clock.today().year}-0001")
        )
    resource_service.add_resource(cast.li_staff, resource_in(organisation_id(cast.li_staff, "浙江省民政厅")))


def test_the_provider_and_staff_edit_and_nobody_else(cast: Cast, civil: int) -> None:
    zhou = cast.zhou_minzheng
    changed = resource_in(zhou.organisation_id or 0, name="低保对象名册")
    for outsider in (cast.wang_anji, cast.zhao_deqing, cast.qian_bidder, cast.sun_judge):
        with pytest.raises(Forbidden):
            resource_service.edit_resource(outsider, civil, changed, seen_version=1)
        with pytest.raises(Forbidden):
            resource_service.approve_opening(outsider, civil, approval_in())
    resource_service.edit_resource(zhou, civil, changed, seen_version=1)
    again = changed.model_copy(update={"summary": "全省在册低保对象"})
    resource_service.edit_resource(cast.li_staff, civil, again, seen_version=2)
    with pytest.raises(Conflict):
        resource_service.edit_resource(zhou, civil, changed, seen_version=2)
    with pytest.raises(NotFound):
        resource_service.edit_resource(zhou, 999, changed, seen_version=1)


def test_a_provider_gives_nothing_of_its_own_away(cast: Cast, civil: int) -> None:
    theirs = resource_in(cast.wang_anji.organisation_id or 0, name="低保对象信息")
    with pytest.raises(Forbidden):
        resource_service.edit_resource(cast.zhou_minzheng, civil, theirs, seen_version=1)
    resource_service.edit_resource(cast.li_staff, civil, theirs, seen_version=1)
    assert entry(cast.li_staff, civil).row.provider == "安吉县社会治理中心"


def test_an_edit_keeps_items_that_stay_and_is_recorded(database: str, cast: Cast, civil: int) -> None:
    zhou = cast.zhou_minzheng
    before = {item.key: item.id for item in entry(zhou, civil).items}
    items = [{"name": "公民身份号码"}, {"name": "姓名"}, {"name": "保障金额", "type": ItemType.MONEY}]
    data = resource_in(zhou.organisation_id or 0, name="低保对象信息", summary="新摘要", items=items)
    resource_service.edit_resource(zhou, civil, data, seen_version=1)
    after = entry(zhou, civil)
    assert [item.name for item in after.items] == ["公民身份号码", "姓名", "保障金额"]
    assert [item.id for item in after.items][:2] == [before["公民身份号码"], before["姓名"]]
    assert after.row.code == f"SJ-{clock.today().year}-0001"
    event = accounts.queries.history(zhou, "data_resource", civil)[0]
    assert (event.words, event.changes) == (
        "修改数据资源",
        {
            "summary": ["", "新摘要"],
            "items": ["删除“起保日期”", "“身份证号”（字符型）改为“公民身份号码”（字符型）", "新增“保障金额”"],
        },
    )


def test_only_items_changed_still_counts(cast: Cast, civil: int) -> None:
    zhou = cast.zhou_minzheng
    data = resource_in(zhou.organisation_id or 0, name="低保对象信息", items=[])
    resource_service.edit_resource(zhou, civil, data, seen_version=1)
    assert entry(zhou, civil).version == 2


# -- opening -----------------------------------------------------------------------


def opened(provider_id: int, **changes: Any) -> ResourceIn:
    return resource_in(provider_id, **{"opening": Opening.CONDITIONAL, "security_level": SecurityLevel.L2, **changes})


def test_opening_takes_an_approval_on_record(database: str, cast: Cast, civil: int) -> None:
    zhou = cast.zhou_minzheng
    own = zhou.organisation_id or 0
    with pytest.raises(Invalid, match="开放批准记录"):
        resource_service.edit_resource(zhou, civil, opened(own, name="低保对象信息"), seen_version=1)
    with pytest.raises(Invalid, match="开放批准记录"):
        resource_service.add_resource(zhou, opened(own))
    resource_service.approve_opening(zhou, civil, approval_in())
    resource_service.edit_resource(zhou, civil, opened(own, name="低保对象信息"), seen_version=1)
    found = entry(zhou, civil)
    assert (found.row.opening, found.errors) == ("受限开放", [])
    (approval,) = found.approvals
    assert (approval.number, approval.authority, [file.name for file in approval.files]) == (
        "浙数发〔2026〕3号",
        "省数据局",
        ["批复.txt"],
    )
    assert resource_detail.load_file(cast.zhao_deqing, approval.files[0].id).decode() == "同意开放"
    with pytest.raises(NotFound):
        resource_detail.load_file(cast.sun_judge, approval.files[0].id)


def test_an_entry_and_its_approval_come_together_or_not_at_all(database: str, cast: Cast) -> None:
    zhou = cast.zhou_minzheng
    own = zhou.organisation_id or 0
    with pytest.raises(Invalid, match="不能上传"):
        resource_service.add_resource(zhou, opened(own), approval=approval_in(files=[("批复.exe", b"MZ")]))
    assert resource_queries.resources(zhou).total == 0
    made = resource_service.add_resource(zhou, opened(own), approval=approval_in())
    assert len(entry(zhou, made).approvals) == 1


def test_an_approval_that_is_needed_is_not_withdrawn(database: str, cast: Cast) -> None:
    zhou = cast.zhou_minzheng
    own = zhou.organisation_id or 0
    made = resource_service.add_resource(zhou, opened(own), approval=approval_in())
    first = entry(zhou, made).approvals[0].id
    with pytest.raises(WrongState, match="受限开放"):
        resource_service.withdraw_approval(zhou, first, "文件已废止")
    assert entry(zhou, made).approvals[0].withdrawn_at is None
    resource_service.approve_opening(zhou, made, approval_in(number="浙数发〔2026〕9号"))
    with pytest.raises(Invalid, match="写明理由"):
        resource_service.withdraw_approval(zhou, first, " ")
    resource_service.withdraw_approval(zhou, first, "文件已废止")
    with pytest.raises(WrongState, match="已经撤销"):
        resource_service.withdraw_approval(zhou, first, "文件已废止")
    with pytest.raises(Forbidden):
        resource_service.withdraw_approval(cast.wang_anji, first, "文件已废止")
    assert [a.withdrawn_because for a in entry(zhou, made).approvals] == ["", "文件已废止"]


def test_what_the_public_may_have_is_for_the_provider_to_say(cast: Cast) -> None:
    civil = cast.zhou_minzheng.organisation_id or 0
    for opening in (Opening.OPEN, Opening.CONDITIONAL):
        with pytest.raises(Forbidden, match="提供单位决定"):
            resource_service.add_resource(
                cast.wang_anji, opened(civil, opening=opening, security_level=SecurityLevel.L1)
            )
    with pytest.raises(Forbidden):
        resource_service.add_resource(cast.wang_anji, opened(civil), approval=approval_in())
    resource_service.add_resource(cast.wang_anji, resource_in(civil))


def test_an_approval_is_of_the_past_and_has_a_file() -> None:
    with pytest.raises(ValueError, match="今天"):
        approval_in(approved_on=clock.today() + timedelta(days=1))
    with pytest.raises(ValueError, match="at least 1"):
        approval_in(files=[])


# -- finding ------------------------------------------------------------------------


def test_search_finds_names_codes_providers_and_initials(database: str, cast: Cast, civil: int) -> None:
    own = cast.wang_anji.organisation_id or 0
    houses = resource_service.add_resource(cast.wang_anji, resource_in(own, code="AB_1"))

    def found(search: str) -> list[int]:
        return [row.id for row in resource_queries.resources(cast.li_staff, Filter(search)).rows]

    assert found("") == [houses, civil]  # 城 before 低
    for search in ("低保", "dbdx", "DBDX", "民政", "mzt", " 对象 "):
        assert found(search) == [civil], search
    for search in ("危房", "安吉", "ab_", "ＡＢ"):
        assert found(search) == [houses], search
    for search in ("%", "不存在"):
        assert found(search) == [], search
    assert resource_queries.options(cast.li_staff, "低保") == {civil: "低保对象信息（浙江省民政厅）"}
    assert resource_queries.options(cast.li_staff, "", limit=1) == {houses: "城乡危房台账（安吉县社会治理中心）"}


def test_filters_narrow_the_list(cast: Cast, civil: int) -> None:
    li = cast.li_staff
    own = cast.wang_anji.organisation_id or 0
    terms = {"sharing": Sharing.OPEN, "security_level": SecurityLevel.L1, "opening": Opening.OPEN}
    houses = resource_service.add_resource(li, resource_in(own, personal_information=PersonalInformation.NONE, **terms))

    def found(**wanted: Any) -> list[int]:
        return [row.id for row in resource_queries.resources(li, Filter(**wanted)).rows]

    assert found(provider_id=own) == [houses]
    assert found(level=SecurityLevel.L2) == [civil]
    assert found(sharing=Sharing.OPEN) == [houses]
    assert found(opening=Opening.OPEN) == [houses]
    assert found(personal=PersonalInformation.PERSONAL) == [civil]


def test_unfinished_entries_are_those_with_gaps(database: str, cast: Cast) -> None:
    """The database's condition and the rule say the same of every entry."""
    zhou = cast.zhou_minzheng
    own = zhou.organisation_id or 0
    variants: list[dict[str, Any]] = [{}, {"items": []}]
    variants += [{name: ""} for name in ("class_code", "summary", "format", "update_cycle", "sharing_condition")]
    variants += [{name: None} for name in ("released_on", "opening")]
    variants += [
        {"sharing": Sharing.OPEN, "sharing_condition": ""},
        {"sharing": Sharing.REFUSED, "sharing_condition": ""},
        {"opening": Opening.CONDITIONAL, "security_level": SecurityLevel.L1},
        {"opening": Opening.CONDITIONAL, "opening_condition": "脱敏", "security_level": SecurityLevel.L1},
        {
            "opening": Opening.OPEN,
            "security_level": SecurityLevel.L1,
            "personal_information": PersonalInformation.SENSITIVE,
        },
    ]
    for number, changes in enumerate(variants):
        values = {**WHOLE, "items": [{"name": "姓名"}], **changes}
        resource_service.add_resource(zhou, resource_in(own, name=f"资源{number:02d}", **values))
    rows = resource_queries.resources(zhou).rows
    assert len(rows) == len(variants)
    with_gaps = [row.id for row in rows if row.gaps]
    assert 0 < len(with_gaps) < len(rows)
    assert [row.id for row in resource_queries.resources(zhou, Filter(unfinished=True)).rows] == with_gaps


def test_pages_of_the_list_make_up_the_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_queries, "PAGE", 2)
    own = cast.wang_anji.organisation_id or 0
    made = [resource_service.add_resource(cast.wang_anji, resource_in(own, name=f"台账{n}")) for n in range(5)]
    found = [resource_queries.resources(cast.li_staff, page=page) for page in (1, 2, 3, 4)]
    assert [(part.total, part.pages) for part in found] == [(5, 3)] * 4
    assert [[row.id for row in part.rows] for part in found] == [made[:2], made[2:4], made[4:], []]


def test_those_who_do_not_work_with_scenarios_see_no_catalogue(cast: Cast, civil: int) -> None:
    for outsider in (cast.sun_judge, cast.qian_bidder):
        assert resource_queries.resources(outsider).total == 0
        assert resource_detail.resource(outsider, civil) is None
        assert resource_queries.options(outsider, "") == {}
        assert resource_queries.item_names(outsider, civil) == []
    assert resource_queries.item_names(cast.zhao_deqing, civil) == ["姓名", "身份证号", "起保日期"]
