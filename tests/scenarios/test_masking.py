"""What is covered in citizens' texts before they are stored, and what is left as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.masking import Masked, is_personal, mask, person

PLACES = frozenset({"安吉", "德清", "龙游", "常山"})


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("电话13805712345", "电话〔电话〕"),
        ("手机：138 0571 2345，急", "手机〔电话〕，急"),
        ("请联系138-0571-2345。", "请联系〔电话〕。"),
        ("电话１３８０５７１２３４５", "电话〔电话〕"),
        ("+86 13805712345来电", "〔电话〕来电"),
        ("打一三八零五七一二三四五", "打〔电话〕"),
        ("座机0572-5123456转801", "座机〔电话〕"),
        ("座机(0572)5123456", "座机〔电话〕"),
        ("短号665432", "短号〔电话〕"),
        ("身份证330523199001011234", "身份证〔证件号〕"),
        ("身份证号为33052319900101123X的", "身份证号为〔证件号〕的"),
        ("证号 330523 19900101 1234", "证号 〔证件号〕"),
        ("老身份证330523900101123", "老身份证〔证件号〕"),
        ("护照E12345678", "护照〔证件号〕"),
        ("卡号6222021234567890123", "卡号〔账号〕"),
        ("卡号6222 0212 3456 7890 123", "卡号〔账号〕"),
        ("邮箱zhang.san@example.com收", "邮箱〔账号〕收"),
        ("车牌浙E12345违停", "车牌〔车牌〕违停"),
        ("浙E·D12345占用充电位", "〔车牌〕占用充电位"),
        ("幸福家园3幢2单元501室漏水", "幸福家园3幢2单元〔门牌〕漏水"),
    ],
)
def test_numbers(text: str, covered: str) -> None:
    assert mask(text).text == covered


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("姓名：王五 男", "姓名：王某 男"),
        ("我叫李强，住在城北", "我叫李某，住在城北"),
        ("联系人沈佳怡，急", "联系人沈某，急"),
        ("王晓燕来电反映小区停车难", "王某来电反映小区停车难"),
        ("张建国和李秀英夫妇反映噪音", "张某和李某夫妇反映噪音"),
        ("村民胡志明家门口道路破损", "村民胡某家门口道路破损"),
        ("反映人吴国平家住河边", "反映人吴某家住河边"),
        ("包工头赵铁柱拖欠工资", "包工头赵某拖欠工资"),
        ("丈夫孙立军、儿子孙浩然、母亲何桂花", "丈夫孙某、儿子孙某、母亲何某"),
        ("段德民主任不作为", "段某主任不作为"),
        ("医院张华医生态度差", "医院张某医生态度差"),
        ("本人林小雨在永辉超市购买", "本人林某在永辉超市购买"),
        ("诸葛小明投诉", "诸葛某投诉"),
    ],
)
def test_names(text: str, covered: str) -> None:
    assert mask(text, (), PLACES).text == covered


@pytest.mark.parametrize(
    "text",
    [
        "市民高度关注路灯问题，安全隐患严重，温度过高，马路不平。",
        "居民任何时候、任由、何时、万一、时常、许多、应当、成为、方向、方案都可以。",
        "金属加工厂、石材厂、水管、管线、车位、单元楼、施工单位、文明施工、雷雨天气、阳光房。",
        "石桥路、万达广场、永辉超市、钱江新城、中山路、建国路、江南小区。",
        "安吉、德清、龙游、常山四地；安吉县鄣吴镇吴昌硕路。",
        "金女士、于先生、马师傅、市民张先生反映，李女士也说，陈某某称。",
        "村支部书记、社区书记、古镇镇长、和平街道主任。",
        "2025-11-22 13:45 工单202511220001，金额3500元，2025年11月22日，110国道，第12345号。",
        "路灯12盏不亮，面积120.5平方米，3幢到5幢，1楼至12楼，400元。",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert mask(text, (), PLACES) == Masked(text)


def test_names_of_the_rows_own_columns_are_covered_everywhere() -> None:
    found = mask("阿依古丽来电，称阿依古丽的丈夫丁一未领到补贴", ("阿依古丽", "丁一"))
    assert found == Masked("阿某来电，称阿某的丈夫丁某未领到补贴", names=3)


def test_what_was_covered_is_counted_by_kind() -> None:
    found = mask("王晓燕来电，电话13805712345、0572-5123456，身份证330523199001011234，车牌浙E12345")
    assert (found.names, found.phones, found.documents) == (1, 2, 2)


@given(st.text(alphabet="王李来电反映路0138-５ 年月日，.室号浙E", max_size=40), st.integers(10**8, 10**9 - 1))
def test_a_mobile_number_never_gets_through(text: str, number: int) -> None:
    assert f"13{number}" not in mask(f"{text}，13{number}，{text}").text


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (" 张三 ", "张三"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("王女士", ""),
        ("匿名", ""),
        ("13805712345", ""),
        ("", ""),
    ],
)
def test_a_name_column_holds_names_and_other_things(value: str, name: str) -> None:
    assert person(value) == name


@pytest.mark.parametrize(
    ("value", "personal"),
    [
        ("13805712345", True),
        ("110101199003070134", True),  # the check digit holds
        ("110101199003070135", False),  # it does not: a number that only looks like one
        ("202511220001234567", False),
        ("AJ20251122000131", False),
        ("20251122", False),
    ],
)
def test_a_ticket_number_is_told_from_a_persons(value: str, personal: bool) -> None:
    assert is_personal(value) is personal
