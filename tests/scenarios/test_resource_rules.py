"""What a catalogue entry must say, how waiting is counted, what counts as the same item: on plain values."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.validation import problems
from core.words import DataStatus, ImpactConclusion, Opening, PersonalInformation, SecurityLevel, Sharing
from scenarios import impact_rules
from scenarios import resource_rules as rules
from scenarios.resource_schemas import ApprovalIn, DataLinkIn, ImpactIn, ItemIn, PrivacyIn, ResourceIn, SourceIn
from tests.scenarios.conftest import resource_in

WHOLE: dict[str, Any] = {
    "class_code": "305020",
    "summary": "低保对象",
    "format": "接口",
    "update_cycle": "每月",
    "released_on": date(2026, 1, 1),
    "opening": Opening.REFUSED,
    "sharing": Sharing.CONDITIONAL,
    "sharing_condition": "限救助使用",
}


# -- levels -----------------------------------------------------------------------


@pytest.mark.parametrize("opening", [None, *Opening])
@pytest.mark.parametrize("sharing", list(Sharing))
@pytest.mark.parametrize("level", list(SecurityLevel))
def test_levels_against_sharing_and_opening(level: SecurityLevel, sharing: Sharing, opening: Opening | None) -> None:
    terms = ResourceIn.model_construct(
        **{**WHOLE, "security_level": level, "sharing": sharing, "opening": opening, "personal_information": "none"}
    )
    opened = opening in (Opening.OPEN, Opening.CONDITIONAL)
    most = level is SecurityLevel.L4
    without = {finding.field for finding in rules.errors(terms, approved=False)}
    with_approval = {finding.field for finding in rules.errors(terms, approved=True)}
    never = {name for name, value in (("sharing", sharing), ("opening", opening)) if most and value == "open"}
    assert with_approval == never
    assert without == never | ({"opening"} if opened and level is not SecurityLevel.L1 else set())
    assert all(finding.error and finding.remedy for finding in rules.errors(terms, approved=False))


def test_the_most_sensitive_data_is_never_open() -> None:
    for changes in ({"sharing": Sharing.OPEN}, {"opening": Opening.OPEN}):
        with pytest.raises(ValidationError, match="L4"):
            resource_in(1, security_level=SecurityLevel.L4, **changes)


def test_a_whole_entry_has_no_gaps_and_each_missing_part_is_one() -> None:
    whole = resource_in(1, **WHOLE)
    assert rules.gaps(whole, items=3) == []
    assert [gap.field for gap in rules.gaps(whole, items=0)] == ["items"]
    for name in ("class_code", "summary", "format", "update_cycle", "sharing_condition"):
        assert [gap.field for gap in rules.gaps(resource_in(1, **{**WHOLE, name: ""}), items=1)] == [name]
    for name in ("released_on", "opening"):
        assert [gap.field for gap in rules.gaps(resource_in(1, **{**WHOLE, name: None}), items=1)] == [name]
    refused = resource_in(1, **{**WHOLE, "sharing": Sharing.REFUSED, "sharing_condition": ""})
    assert [gap.message for gap in rules.gaps(refused, items=1)] == ["缺不共享的依据"]
    conditional = resource_in(1, **{**WHOLE, "opening": Opening.CONDITIONAL})
    assert [gap.field for gap in rules.gaps(conditional, items=1)] == ["opening_condition"]
    sensitive = {"opening": Opening.OPEN, "personal_information": PersonalInformation.SENSITIVE}
    assert [gap.field for gap in rules.gaps(resource_in(1, **{**WHOLE, **sensitive}), items=1)] == ["opening"]


@pytest.mark.parametrize("code", ["3", "307", "307010", "30701001", "3 07 010", "a07010"])
def test_class_codes_stop_at_a_level(code: str) -> None:
    assert rules.CLASS_CODE.fullmatch(resource_in(1, class_code=code).class_code)


@pytest.mark.parametrize("code", ["30", "3070", "30701", "307-010", "类"])
def test_class_codes_that_stop_between_levels_are_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="类1位"):
        resource_in(1, class_code=code)


def test_an_item_is_listed_once_under_whatever_name() -> None:
    with pytest.raises(ValidationError, match="身份证号、公民身份号码"):
        resource_in(1, items=[{"name": "身份证号"}, {"name": "公民身份号码"}, {"name": "姓名"}])


def test_every_field_has_a_chinese_name() -> None:
    for schema in (ItemIn, ResourceIn, ApprovalIn, DataLinkIn, SourceIn, ImpactIn, PrivacyIn):
        assert [name for name, field in schema.model_fields.items() if not field.title] == []


# -- requests ----------------------------------------------------------------------


def test_readiness_is_the_share_of_items_connected() -> None:
    S = DataStatus
    found = rules.readiness([(S.CONNECTED, 3), (S.GRANTED, 2), (S.CONNECTED, 0), (S.REFUSED, 0)])
    assert (found.connected, found.total, found.share) == (4, 7, Fraction(4, 7))
    assert found.label == "4/7（57%）"
    assert rules.readiness([]).label == "不适用"


@given(st.lists(st.tuples(st.sampled_from(list(DataStatus)), st.integers(0, 50))))
def test_readiness_is_between_nothing_and_all(links: list[tuple[DataStatus, int]]) -> None:
    found = rules.readiness(links)
    assert 0 <= found.connected <= found.total
    assert found.total >= len(links)
    assert (found.share is None) is (links == [])


@pytest.mark.parametrize(
    ("asked", "until", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (date(2026, 3, 2), date(2026, 3, 9), 5),  # Monday to Monday
        (date(2024, 9, 30), date(2024, 10, 8), 1),  # the national holiday
        (date(2024, 2, 9), date(2024, 2, 18), 1),  # spring festival, and the Sunday that made up for it
    ],
)
def test_waiting_counts_working_days_without_the_day_of_asking(asked: date, until: date, days: int) -> None:
    assert rules.waited(asked, until) == days


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("姓名、身份证号，联系电话;住址", ["姓名", "身份证号", "联系电话", "住址"]),
        ("姓名、 姓 名 、公民身份号码、身份证号", ["姓名", "公民身份号码"]),
        ("", []),
        (["姓名", "", "姓名"], ["姓名"]),
    ],
)
def test_fields_are_named_once_however_they_are_typed(text: object, names: list[str]) -> None:
    assert DataLinkIn(resource_id=1, purpose="核对", fields=text).fields == names


def test_an_overlong_field_says_how_to_separate() -> None:
    with pytest.raises(ValidationError) as caught:
        DataLinkIn(resource_id=1, purpose="核对", fields=["长" * 61])
    assert problems(caught.value, DataLinkIn) == ["所需信息项：每个信息项的名称最多 60 个字，多项之间用顿号分开"]


# -- the same item -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("身份证号（必填）", "公民 身份证号码"),
        ("手机号码", "联系电话"),
        ("ＩＤ", "id"),
        ("企业名称[全称]", "单位名称"),
        ("家庭住址", "现住址"),
    ],
)
def test_names_of_one_thing_are_one(one: str, other: str) -> None:
    assert rules.item_key(one) == rules.item_key(other)


@pytest.mark.parametrize(("one", "other"), [("起保日期", "登记日期"), ("姓名", "当事人姓名"), ("（）", "【】")])
def test_names_of_different_things_stay_apart(one: str, other: str) -> None:
    assert rules.item_key(one) != rules.item_key(other)


@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_key_is_its_own_key(name: str) -> None:
    key = rules.item_key(name)
    assert key
    assert rules.item_key(key) == key


def holder(number: int, cycle: str = "每月", connected: int = 0, asked: int = 0) -> rules.Holder:
    return rules.Holder(number, f"资源{number}", number, f"单位{number}", cycle, connected, asked)


def test_the_proposed_source_and_why() -> None:
    one, other = holder(1), holder(2)
    assert rules.proposed_source([other, one]) == (one, "最早登入目录")
    daily = holder(3, "每日")
    assert rules.proposed_source([one, daily]) == (daily, "更新最勤（每日）")
    asked = holder(4, "每年", asked=2)
    assert rules.proposed_source([daily, asked]) == (asked, "有 2 个场景向它申请")
    connected = holder(5, "", connected=1)
    assert rules.proposed_source([daily, asked, connected]) == (connected, "已有 1 个场景从这里接入")


# -- impact assessments ----------------------------------------------------------------


def assessed(**changes: Any) -> impact_rules.Assessed:
    values: dict[str, Any] = {
        "done_on": date(2026, 1, 5),
        "conclusion": ImpactConclusion.CONDITIONAL,
        "resources": frozenset({7}),
        "collection": True,
        "decisions": True,
        "has_file": True,
    }
    return impact_rules.Assessed(**{**values, **changes})


ALL = impact_rules.Grounds({7: "低保名单"}, collection=True, decisions=True)


def test_without_grounds_nothing_is_missing() -> None:
    assert impact_rules.missing(impact_rules.Grounds({}), None) == []
    assert impact_rules.missing(impact_rules.Grounds({}), assessed(conclusion=ImpactConclusion.FAIL)) == []


@pytest.mark.parametrize(
    ("grounds", "newest", "message"),
    [
        (ALL, None, "还没有个人信息保护影响评估"),
        (impact_rules.Grounds({}, decisions=True), None, "自动化决策"),
        (ALL, assessed(conclusion=ImpactConclusion.FAIL), "不可以开展"),
        (ALL, assessed(has_file=False), "没有上传评估报告"),
        (ALL, assessed(resources=frozenset()), "没有评估：低保名单"),
        (ALL, assessed(collection=False), "没有评估直接采集"),
        (ALL, assessed(decisions=False), "没有评估自动化决策"),
    ],
)
def test_what_is_missing_is_said(
    grounds: impact_rules.Grounds, newest: impact_rules.Assessed | None, message: str
) -> None:
    (line,) = impact_rules.missing(grounds, newest)
    assert message in line


@pytest.mark.parametrize("conclusion", [ImpactConclusion.PASS, ImpactConclusion.CONDITIONAL])
def test_an_assessment_that_covers_it_all_is_enough(conclusion: ImpactConclusion) -> None:
    assert impact_rules.missing(ALL, assessed(conclusion=conclusion)) == []


def test_it_is_kept_three_years_from_the_later_day() -> None:
    assert impact_rules.keep_until(date(2026, 1, 5), date(2026, 3, 1)) == date(2029, 3, 1)
    assert impact_rules.keep_until(date(2024, 2, 29), date(2024, 2, 29)) == date(2027, 3, 1)
