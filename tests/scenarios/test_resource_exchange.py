"""The catalogue out to Excel, changed by hand and in again: exactly the changes made, and no others."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl.worksheet.worksheet import Worksheet

from accounts.permissions import Actor, Answer
from core import clock
from core.errors import Conflict, Forbidden
from core.tabular import open_table
from core.words import ItemType, Opening, PersonalInformation, SecurityLevel, Sharing, SharingScheme
from scenarios import exchange, resource_detail, resource_imports, resource_listing, resource_service
from scenarios import resource_workbook as book
from scenarios.duty_names import Directory
from scenarios.exchange import CHANGED, NEW
from scenarios.resource_queries import Filter
from scenarios.resource_reading import Plan, Reader
from scenarios.resource_schemas import ItemIn, ResourceIn
from scenarios.resource_workbook import Entry
from tests.conftest import Page
from tests.scenarios.conftest import resource_in
from tests.scenarios.lists import CIVIL
from tests.support import Cast

FIRST = 5  # row of the first entry in the sheet
AT = {name: number for number, name in enumerate((exchange.KEY, *book.CELLS), start=1)}
ITEMS = "姓名（字符型）\n起保日期（年月）（日期型）"
Edit = Callable[[Worksheet], Any]


def edited(data: bytes, *edits: Edit) -> bytes:
    """The workbook as somebody hands it back who changed these things in a spreadsheet program."""
    opened = openpyxl.load_workbook(io.BytesIO(data))
    for edit in edits:
        edit(opened[book.LIST_SHEET])
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def put(row: int, name: str, value: Any) -> Edit:
    return lambda sheet: sheet.cell(FIRST + row, AT[name], value)


def preview(actor: Actor, data: bytes) -> Plan:
    return resource_imports.preview(actor, data, "目录.xlsx")


def save(actor: Actor, data: bytes) -> Plan:
    plan = preview(actor, data)
    assert plan.errors == []
    return resource_service.take_in(actor, data, "目录.xlsx", plan.digest)


def told(plan: Plan) -> list[tuple[str, str, list[str]]]:
    return [(change.kind, change.name, [c.words for c in change.changes]) for change in plan.changes]


def dumps(actor: Actor, *ids: int) -> list[dict[str, Any]]:
    found = [resource_detail.resource(actor, number) for number in ids]
    return [view.data.model_dump() for view in found if view]


@pytest.fixture
def two(cast: Cast) -> tuple[int, int]:
    """危房台账 (安吉's, with items) and 低保对象 (民政厅's, whole); in this order: pinyin D before W."""
    civil = resource_in(
        cast.zhou_minzheng.organisation_id or 0,
        name="低保对象信息",
        sharing_condition="限救助使用",
        opening=Opening.REFUSED,
        released_on=date(2026, 1, 4),
        items=[{"name": "姓名"}, {"name": "起保日期（年月）", "type": ItemType.DATE}],
    )
    return (
        resource_service.add_resource(cast.zhou_minzheng, civil),
        resource_service.add_resource(
            cast.wang_anji, resource_in(cast.wang_anji.organisation_id or 0, name="危房台账")
        ),
    )


def test_what_nobody_changed_changes_nothing(database: str, cast: Cast, two: tuple[int, int]) -> None:
    before = dumps(cast.li_staff, *two)
    data = resource_listing.workbook(cast.li_staff)
    for handed in (data, edited(data)):
        plan = preview(cast.li_staff, handed)
        assert (plan.issues, plan.changes, plan.unchanged, plan.absent) == ([], [], 2, 0)
        save(cast.li_staff, handed)
    assert dumps(cast.li_staff, *two) == before
    one = preview(cast.li_staff, resource_listing.workbook(cast.li_staff, Filter(search="低保")))
    assert (one.changes, one.unchanged, one.absent) == ([], 1, 1)


def test_exactly_the_changes_made(database: str, cast: Cast, two: tuple[int, int]) -> None:
    before, other = dumps(cast.li_staff, *two)
    data = edited(
        resource_listing.workbook(cast.li_staff),
        put(0, "update_cycle", "每日"),
        put(0, "released_on", "2026/3/1"),
        put(0, "sharing", "国家 · 有条件共享"),
        put(0, "items", "姓名\n起保日期（年月）（日期型）\n救助金额（货币型）"),
        put(2, "name", "养老机构名录"),
        put(2, "provider_id", "民政厅"),
        put(2, "sharing", "浙江省 · 无条件共享"),
        put(2, "security_level", "L1"),
        put(2, "personal_information", PersonalInformation.NONE.label),
    )
    plan = save(cast.li_staff, data)
    assert told(plan) == [
        (
            CHANGED,
            "低保对象信息",
            [
                "共享属性：浙江省 · 受限共享 → 国家 · 有条件共享",
                "开放属性：不开放 → 不予开放",  # the words of the other scheme for the same thing
                "更新周期：每月 → 每日",
                "发布日期：2026-01-04 → 2026-03-01",
                f"信息项（每行一项）：{ITEMS} → {ITEMS}\n救助金额（货币型）",
            ],
        ),
        (NEW, "养老机构名录", []),
    ]
    after, same, fresh = dumps(cast.li_staff, *two, max(two) + 1)
    assert after == before | {
        "update_cycle": "每日",
        "released_on": date(2026, 3, 1),
        "sharing_scheme": SharingScheme.NATIONAL,
        "items": [*before["items"], {"name": "救助金额", "type": ItemType.MONEY}],
    }
    assert same == other
    assert (fresh["name"], fresh["sharing"], fresh["security_level"]) == (
        "养老机构名录",
        Sharing.OPEN,
        SecurityLevel.L1,
    )
    assert preview(cast.li_staff, resource_listing.workbook(cast.li_staff)).changes == []


def test_two_entries_may_exchange_their_names(cast: Cast, two: tuple[int, int]) -> None:
    own = cast.wang_anji.organisation_id or 0
    third = resource_service.add_resource(cast.wang_anji, resource_in(own, name="危房照片"))
    data = edited(
        resource_listing.workbook(cast.wang_anji, Filter(provider_id=own)),
        put(0, "name", "危房照片"),
        put(1, "name", "危房台账"),
    )
    save(cast.wang_anji, data)
    assert [found["name"] for found in dumps(cast.wang_anji, two[1], third)] == ["危房照片", "危房台账"]


def test_what_others_changed_meanwhile_stays(cast: Cast, two: tuple[int, int]) -> None:
    data = resource_listing.workbook(cast.li_staff)
    found = resource_detail.resource(cast.zhou_minzheng, two[0])
    assert found is not None
    changed = ResourceIn(**(found.data.model_dump() | {"summary": "全省在册", "update_cycle": "每周"}))
    resource_service.edit_resource(cast.zhou_minzheng, two[0], changed, seen_version=found.version)
    assert preview(cast.li_staff, data).changes == []  # the file knows less, but nobody touched it
    mine = edited(data, put(0, "format", "接口"))
    assert told(save(cast.li_staff, mine)) == [(CHANGED, "低保对象信息", ["资源格式：（空） → 接口"])]
    assert dumps(cast.li_staff, two[0])[0] == changed.model_dump() | {"format": "接口"}
    both = preview(cast.li_staff, edited(data, put(0, "update_cycle", "每日")))
    assert [issue.message for issue in both.errors] == [
        "“更新周期”在导出后已由系统改为“每周”，表里改成了“每日”：请改成其中一个再导入"
    ]


def test_a_plan_that_no_longer_holds_is_not_saved(cast: Cast, two: tuple[int, int]) -> None:
    data = edited(resource_listing.workbook(cast.li_staff), put(0, "format", "接口"))
    seen = preview(cast.li_staff, data).digest
    save(cast.li_staff, edited(resource_listing.workbook(cast.li_staff), put(0, "summary", "全省在册低保对象")))
    with pytest.raises(Conflict, match="刚有变动"):
        resource_service.take_in(cast.li_staff, data, "目录.xlsx", seen)
    assert dumps(cast.li_staff, two[0])[0]["format"] == ""


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("provider_id", "民政局", "没有单位“民政局”，是不是：浙江省民政厅？"),
        ("sharing", "随便共享", "共享属性不认得“随便共享”"),
        ("security_level", "L9", "安全级别不认得“L9”"),
        ("released_on", "去年", "发布日期：请选择日期"),
        ("class_code", "3-5", "分类码应为"),
        ("items", "姓名\n姓名", "同一信息项只能列一次"),
        ("opening", "受限开放", "须有开放批准记录"),
        ("name", "危房台账", "提供单位已有一项"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    cast: Cast, two: tuple[int, int], name: str, value: str, message: str
) -> None:
    edits = [put(0, name, value)]
    if name == "name":
        edits.append(put(0, "provider_id", "安吉县社会治理中心"))
    plan = preview(cast.li_staff, edited(resource_listing.workbook(cast.li_staff), *edits))
    cell = openpyxl.utils.get_column_letter(AT[name]) + str(FIRST)
    assert [(issue.cell, message in issue.message) for issue in plan.errors] == [(cell, True)]


def test_others_entries_are_not_changed(cast: Cast, two: tuple[int, int]) -> None:
    data = edited(resource_listing.workbook(cast.wang_anji), put(0, "format", "接口"), put(1, "format", "接口"))
    plan = preview(cast.wang_anji, data)
    assert [issue.message for issue in plan.errors] == ["“低保对象信息”：只有数据的提供单位和研究院可以办理。"]
    assert [change.name for change in plan.changes] == ["危房台账"]
    with pytest.raises(Forbidden):
        preview(cast.qian_bidder, data)


WORDS = some.text(some.characters(exclude_categories=["C", "Z"]), min_size=2, max_size=8)
NAMES = {1: "省民政厅", 2: "省信访局"}


@given(
    some.lists(
        some.tuples(WORDS, WORDS, some.sampled_from(list(SharingScheme)), some.sampled_from(list(Sharing)),
                    some.lists(WORDS, max_size=4, unique=True)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_any_text_comes_back_as_it_went(rows: list[tuple[str, str, SharingScheme, Sharing, list[str]]]) -> None:
    entries = []
    for number, (name, summary, scheme, sharing, items) in enumerate(rows, start=1):
        values: dict[str, Any] = {
            **dict.fromkeys(ResourceIn.model_fields, ""),
            "name": f"{name}{number}",
            "code": f"SJ-{number}",
            "provider_id": 1 + number % 2,
            "summary": summary,
            "sharing_scheme": scheme,
            "sharing": sharing,
            "opening": Opening.REFUSED,
            "released_on": None,
            "security_level": SecurityLevel.L2,
            "personal_information": PersonalInformation.NONE,
            "items": [ItemIn.model_construct(name=item, type=ItemType.DATE) for item in items],
        }
        entries.append(Entry(number, ResourceIn.model_construct(**values), False, 1))
    source = open_table(resource_listing.build(entries, NAMES, made_at=clock.now()), "目录.xlsx", limit_mb=5)
    table = exchange.table(source, book.HEADINGS, ("name",))
    assert table is not None
    reader = Reader(entries, Directory(NAMES, NAMES), exchange.base(source), lambda _: Answer(True))
    plan = reader.plan(table)
    assert (list(plan.issues), list(plan.changes), plan.unchanged) == ([], [], len(entries))


def test_a_table_of_ones_own_is_read_by_its_headings(cast: Cast, two: tuple[int, int]) -> None:
    heads = ["信息资源名称", "数源单位", "共享属性", "安全级别", "个人信息", "信息项"]
    rows = [
        ["养老机构名录", CIVIL, "国家 · 无条件共享", "L1", PersonalInformation.NONE.label, "机构名称；床位数（整型）"]
    ]
    csv = "\n".join(",".join(row) for row in [heads, *rows]).encode("gb18030")
    plan = resource_imports.preview(cast.zhou_minzheng, csv, "目录.csv")
    assert (plan.errors, told(plan), plan.absent) == ([], [(NEW, "养老机构名录", [])], 2)
    resource_service.take_in(cast.zhou_minzheng, csv, "目录.csv", plan.digest)
    [made] = dumps(cast.zhou_minzheng, max(two) + 1)
    assert made["items"] == [
        {"name": "机构名称", "type": ItemType.TEXT},
        {"name": "床位数", "type": ItemType.INTEGER},
    ]


def test_the_difference_is_shown_before_it_is_saved(page: Page, cast: Cast, two: tuple[int, int]) -> None:
    app = page("resources", cast.zhou_minzheng)
    uploader: Any = next(found for found in app.get("file_uploader") if str(found.key).startswith("resources_import"))
    data = resource_listing.workbook(cast.zhou_minzheng)
    uploader.upload("目录.xlsx", edited(data, put(0, "format", "接口"))).run()
    shown = next(frame.value for frame in app.dataframe if "改为" in frame.value.columns)
    assert shown[["类别", "事项", "内容", "原来", "改为"]].to_numpy().tolist() == [
        ["△ 修改", "低保对象信息", "资源格式", "", "接口"]
    ]
    assert dumps(cast.zhou_minzheng, two[0])[0]["format"] == ""
    app.button(key="resources_import_go").click().run()
    assert dumps(cast.zhou_minzheng, two[0])[0]["format"] == "接口"
