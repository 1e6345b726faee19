"""The list out to a workbook, changed by hand, and back: exactly those changes, and every finding with its cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

import accounts.queries
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.tabular import open_table
from core.words import Standing
from scenarios import duty_exports, duty_imports, duty_queries, duty_rules, duty_service, service
from scenarios import duty_workbook as book
from scenarios.duty_names import Directory
from scenarios.duty_queries import DutyList
from scenarios.duty_reading import CHANGED, MOVED, NEW, REMOVED, Plan
from scenarios.duty_rules import Content
from scenarios.duty_tree import Node
from tests.conftest import Page
from tests.scenarios.conftest import organisation_id, scenario_in
from tests.scenarios.lists import ANJI, CIVIL, as_typed, confirm, listed, node, outline, stands
from tests.support import Cast

FIRST = 5  # row of the first item in the sheet
AT = {name: number for number, name in enumerate(book.COLUMNS, start=1)}
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


def cells(sheet: Worksheet, row: int) -> list[Any]:
    return [sheet.cell(row, column).value for column in range(1, len(AT) + 1)]


def write(sheet: Worksheet, row: int, values: list[Any]) -> None:
    for column, value in enumerate(values, start=1):
        sheet.cell(row, column).value = value


def add(after: int, **values: Any) -> Edit:
    """Insert a row behind the item in this row (-1: before the first)."""

    def edit(sheet: Worksheet) -> None:
        sheet.insert_rows(FIRST + after + 1)
        for name, value in values.items():
            sheet.cell(FIRST + after + 1, AT[name], value)

    return edit


def carry(row: int, to: int) -> Edit:
    """Cut a row and insert it so that it becomes the row `to`."""

    def edit(sheet: Worksheet) -> None:
        kept = cells(sheet, FIRST + row)
        sheet.delete_rows(FIRST + row)
        sheet.insert_rows(FIRST + to)
        write(sheet, FIRST + to, kept)

    return edit


def address(row: int, name: str) -> str:
    return openpyxl.utils.get_column_letter(AT[name]) + str(FIRST + row)


@pytest.fixture
def sheet(cast: Cast, listing: int) -> bytes:
    return duty_exports.workbook(cast.wang_anji, listing)


def preview(cast: Cast, scenario_id: int, data: bytes, name: str = "清单.xlsx") -> Plan:
    return duty_imports.preview(cast.wang_anji, scenario_id, data, name)


def save(cast: Cast, scenario_id: int, data: bytes) -> Plan:
    plan = preview(cast, scenario_id, data)
    assert [issue for issue in plan.issues if issue.error] == []
    return duty_service.take_in(cast.wang_anji, scenario_id, data, "清单.xlsx", plan.digest)


def told(plan: Plan) -> list[tuple[str, str, list[str]]]:
    return [(change.kind, change.name, [c.words for c in change.changes]) for change in plan.changes]


# -- there and back -----------------------------------------------------------------------


def test_what_nobody_changed_changes_nothing(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    before = listed(cast.wang_anji, listing).nodes
    plan = preview(cast, listing, sheet)
    assert (plan.issues, told(plan), plan.unchanged, plan.absent) == ([], [], 3, 0)
    save(cast, listing, edited(sheet))
    assert listed(cast.wang_anji, listing).nodes == before


def test_row_keys_and_what_went_out_are_hidden(sheet: bytes) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(sheet))
    assert [s.title for s in opened if s.sheet_state == "visible"] == ["填写说明", "责任清单", "单位"]
    assert [s.sheet_state for s in (opened["_meta"], opened["_base"])] == ["veryHidden", "veryHidden"]
    listing = opened["责任清单"]
    assert listing.column_dimensions["A"].hidden
    assert listing.row_dimensions[3].hidden
    assert not any(listing.column_dimensions[letter].hidden for letter in "BCDEFG")
    assert [listing.cell(4, column).value for column in range(1, len(AT) + 1)] == [h for h, _ in book.COLUMNS.values()]


def test_the_same_list_gives_the_same_bytes(cast: Cast, listing: int) -> None:
    found = listed(cast.wang_anji, listing)
    now = clock.now()
    assert duty_exports.build(found, made_at=now) == duty_exports.build(found, made_at=now)


def test_exactly_what_was_changed_by_hand_is_shown_and_saved(
    database: str, cast: Cast, listing: int, sheet: bytes
) -> None:
    wang = cast.wang_anji
    confirm(wang, listing, wang.organisation_id, "隐患核实", "隐患上报")
    ids = {n.name: n.id for n in listed(wang, listing).nodes}
    data = edited(
        sheet,
        put(0, "time_limit", "1 日"),
        put(0, "supporting", "民政厅"),
        put(2, "action", "删除"),
        add(1, business="危房治理", stage="巡查", name="拍照留痕", organisation_id="民政厅", data="照片：民政厅；定位"),
        add(3, business="危房治理", stage="回访", name="入住回访", organisation_id=ANJI),
    )
    plan = preview(cast, listing, data)
    assert plan.issues == []
    assert told(plan) == [
        (CHANGED, "隐患核实", [f"配合单位：（空） → {CIVIL}", "办理时限：2 个工作日 → 1 日"]),
        (NEW, "拍照留痕", []),
        (REMOVED, "腾空加固", []),
        (NEW, "入住回访", []),
    ]
    assert (plan.unchanged, plan.absent) == (1, 0)
    # Nothing is saved by looking.
    assert outline(wang, listing)[-1] == "1.2.1 腾空加固"
    save(cast, listing, data)
    assert outline(wang, listing) == [
        "1 危房治理", "1.1 巡查", "1.1.1 隐患核实", "1.1.2 隐患上报", "1.1.3 拍照留痕", "1.2 回访", "1.2.1 入住回访",
    ]  # fmt: skip
    assert {n.name: n.id for n in listed(wang, listing).nodes if n.name in ids} == {
        name: number for name, number in ids.items() if name not in ("处置", "腾空加固")
    }
    content = node(wang, listing, "拍照留痕").content
    assert content is not None
    assert content.data == (("照片", organisation_id(wang, CIVIL)), ("定位", None))
    assert stands(wang, listing, "隐患上报") == {ANJI: Standing.CONFIRMED}
    assert stands(wang, listing, "隐患核实")[ANJI] is Standing.CHANGED
    newest = accounts.queries.history(wang, "scenario", listing)[0]
    assert newest.words == "导入责任清单：新增 2 项，修改 1 项，删除 1 项"
    # The same file again: its rows without number would be new once more, under names that are taken.
    assert {issue.message for issue in preview(cast, listing, data).errors} >= {"同一处已有“拍照留痕”，请换一个名称"}


def test_rows_missing_from_the_file_stay(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    before = listed(cast.wang_anji, listing).nodes
    data = edited(sheet, lambda s: s.delete_rows(FIRST), put(0, "owner", "村干部"))
    plan = save(cast, listing, data)
    assert (told(plan), plan.absent) == ([(CHANGED, "隐患上报", ["责任人（岗位）：（空） → 村干部"])], 1)
    assert [n.path for n in listed(cast.wang_anji, listing).nodes] == [n.path for n in before]


def test_a_moved_row_is_one_move(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    wang = cast.wang_anji
    data = edited(sheet, carry(1, 0))
    plan = save(cast, listing, data)
    assert len(told(plan)) == 1
    assert told(plan)[0][0] == MOVED
    assert outline(wang, listing)[2:4] == ["1.1.1 隐患上报", "1.1.2 隐患核实"]
    # A whole stage cut and put on top goes with its place.
    again = duty_exports.workbook(wang, listing)
    save(cast, listing, edited(again, carry(2, 0)))
    assert outline(wang, listing) == ["1 危房治理", "1.1 处置", "1.1.1 腾空加固", "1.2 巡查", "1.2.1 隐患上报", "1.2.2 隐患核实"]  # fmt: skip


def test_a_row_changes_its_stage_and_keeps_its_number(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    wang = cast.wang_anji
    before = node(wang, listing, "隐患核实")
    plan = save(cast, listing, edited(sheet, put(0, "stage", "处置")))
    assert told(plan) == [(CHANGED, "隐患核实", ["所属环节：危房治理 › 巡查 → 危房治理 › 处置"])]
    # The stage it joins keeps its place; in it the item stands first, as in the file.
    assert outline(wang, listing) == ["1 危房治理", "1.1 巡查", "1.1.1 隐患上报", "1.2 处置", "1.2.1 隐患核实", "1.2.2 腾空加固"]  # fmt: skip
    assert node(wang, listing, "隐患核实").id == before.id


def test_a_stage_renamed_in_all_its_rows(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    wang = cast.wang_anji
    save(cast, listing, edited(sheet, put(0, "stage", "日常巡查"), put(1, "stage", "日常巡查")))
    assert outline(wang, listing)[1] == "1.1 日常巡查"
    assert [gone.name for gone in listed(wang, listing).removed] == ["巡查"]


def test_a_copied_row_is_a_new_item(cast: Cast, listing: int, sheet: bytes) -> None:
    def copy(opened: Worksheet) -> None:
        opened.insert_rows(FIRST + 1)
        write(opened, FIRST + 1, cells(opened, FIRST))
        opened.cell(FIRST + 1, AT["name"], "隐患复核")

    data = edited(sheet, copy)
    plan = preview(cast, listing, data)
    assert [(issue.message, issue.error) for issue in plan.issues] == [("与第 5 行是复制关系，按新增处理", False)]
    assert told(save(cast, listing, data)) == [(NEW, "隐患复核", [])]
    assert outline(cast.wang_anji, listing)[2:5] == ["1.1.1 隐患核实", "1.1.2 隐患复核", "1.1.3 隐患上报"]
    copied, original = (
        node(cast.wang_anji, listing, "隐患复核").content,
        node(cast.wang_anji, listing, "隐患核实").content,
    )
    assert copied is not None
    assert original is not None
    assert copied.legal_basis == original.legal_basis


def test_a_list_is_begun_in_the_template(database: str, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    number = service.register_scenario(wang, scenario_in(wang, [need], responsibilities=None), nonce="n")
    template = duty_exports.workbook(wang, number)
    rows = [
        {"business": "救助", "stage": "受理", "name": "申请登记", "organisation_id": "民政厅"},
        {"business": "救助", "stage": "受理", "name": "材料核对", "organisation_id": ANJI},
        {"business": "救助", "stage": "发放", "name": "资金发放", "organisation_id": CIVIL},
    ]
    data = edited(template, *(put(at, name, value) for at, row in enumerate(rows) for name, value in row.items()))
    save(cast, number, data)
    assert outline(wang, number) == [
        "1 救助",
        "1.1 受理",
        "1.1.1 申请登记",
        "1.1.2 材料核对",
        "1.2 发放",
        "1.2.1 资金发放",
    ]


# -- two hands at once --------------------------------------------------------------------


def test_what_others_changed_meanwhile_is_not_undone(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    seen = node(li, listing, "隐患核实")
    duty_service.edit_item(li, seen, as_typed(seen, time_limit="1 日", owner="组长"))
    duty_service.shift(li, node(li, listing, "隐患上报"), -1)
    data = edited(sheet, put(0, "legal_basis", "新的条例"))
    assert told(save(cast, listing, data)) == [(CHANGED, "隐患核实", ["依据：浙江省房屋使用安全管理条例 → 新的条例"])]
    content = node(wang, listing, "隐患核实").content
    assert content is not None
    assert (content.time_limit, content.owner, content.legal_basis) == ("1 日", "组长", "新的条例")
    assert outline(wang, listing)[2:4] == ["1.1.1 隐患上报", "1.1.2 隐患核实"]


def test_one_cell_changed_by_both_is_a_finding(cast: Cast, listing: int, sheet: bytes) -> None:
    li = cast.li_staff
    seen = node(li, listing, "隐患核实")
    duty_service.edit_item(li, seen, as_typed(seen, time_limit="1 日"))
    plan = preview(cast, listing, edited(sheet, put(0, "time_limit", "3 日")))
    (issue,) = plan.errors
    assert issue.cell == address(0, "time_limit")
    assert "已由系统改为“1 日”，表里改成了“3 日”" in issue.message
    assert preview(cast, listing, edited(sheet, put(0, "time_limit", "1 日"))).issues == []


def test_what_was_removed_meanwhile(cast: Cast, listing: int, sheet: bytes) -> None:
    duty_service.remove(cast.li_staff, node(cast.li_staff, listing, "隐患核实"))
    assert (preview(cast, listing, sheet).issues, told(preview(cast, listing, sheet))) == ([], [])
    (issue,) = preview(cast, listing, edited(sheet, put(0, "owner", "组长"))).errors
    assert (issue.cell, "已在系统里移除" in issue.message) == (address(0, "name"), True)


def test_a_plan_that_became_another_is_not_saved(database: str, cast: Cast, listing: int, sheet: bytes) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    data = edited(sheet, put(0, "owner", "组长"))
    shown = preview(cast, listing, data)
    duty_service.remove(li, node(li, listing, "隐患上报"))
    with pytest.raises(Conflict, match="清单刚有变动"):
        duty_service.take_in(wang, listing, data, "清单.xlsx", shown.digest)
    duty_service.take_in(wang, listing, data, "清单.xlsx", preview(cast, listing, data).digest)


# -- findings -----------------------------------------------------------------------------


def test_all_findings_come_at_once_with_their_cells(cast: Cast, listing: int, sheet: bytes) -> None:
    data = edited(
        sheet,
        put(0, "organisation_id", "民政局"),
        put(0, "supporting", "省民政厅；没有的局"),
        put(0, "data", "台账：省民政局"),
        put(1, "organisation_id", f"{ANJI}、{CIVIL}"),
        put(1, "action", "移除"),
        put(1, "name", "隐"),
        put(2, "supporting", CIVIL),
        add(2, stage="回访", name="入住回访"),
        add(3, business="危房治理", stage="巡查", name="隐患核实", action="删除"),
    )
    plan = preview(cast, listing, data)
    found = {(issue.cell, issue.message) for issue in plan.errors}
    assert found == {
        (address(0, "organisation_id"), f"没有单位“民政局”，是不是：{CIVIL}？"),
        (address(0, "supporting"), f"没有单位“省民政厅”，是不是：{CIVIL}？"),
        (address(0, "supporting"), "没有单位“没有的局”，请联系系统管理员添加"),
        (address(0, "data"), f"数据“台账”的提供单位：没有单位“省民政局”，是不是：{CIVIL}？"),
        (address(1, "organisation_id"), "责任单位只能有一个，其余的请填到“配合单位”"),
        (address(1, "action"), "“操作”只能留空或填“删除”，不认得“移除”"),
        (address(1, "name"), "事项：至少 2 个字"),
        (address(2, "supporting"), "责任单位不必再列为配合单位"),
        (address(3, "business"), "填了环节就要填它所属的业务"),
        (address(3, "business"), "请填写业务；没有分环节的可以只填业务"),
        (address(4, "action"), "新增的行不能标“删除”，请清空操作或删掉这一行"),
        (address(4, "name"), "同一处已有“隐患核实”，请换一个名称"),
    }
    with pytest.raises(Invalid, match="只能有一个"):
        duty_service.take_in(cast.wang_anji, listing, data, "清单.xlsx", plan.digest)
    assert [n.name for n in listed(cast.wang_anji, listing).items] == ["隐患核实", "隐患上报", "腾空加固"]


def test_formula_errors_are_findings(cast: Cast, listing: int, sheet: bytes) -> None:
    (issue,) = preview(cast, listing, edited(sheet, put(0, "owner", "#N/A"))).errors
    assert (issue.cell, issue.message) == (address(0, "owner"), "公式出错（#N/A），请改成文字")


def test_a_list_of_another_scenario_or_age_is_refused(cast: Cast, need: int, listing: int, sheet: bytes) -> None:
    wang = cast.wang_anji
    other = service.register_scenario(wang, scenario_in(wang, [need], data=[]), nonce="b")
    assert "不能导入到" in preview(cast, other, sheet).errors[0].message
    opened = openpyxl.load_workbook(io.BytesIO(sheet))
    opened["_meta"]["B1"] = "0"
    out = io.BytesIO()
    opened.save(out)
    assert "旧版式" in preview(cast, listing, out.getvalue()).errors[0].message


def test_a_number_from_elsewhere_is_not_taken(cast: Cast, listing: int, sheet: bytes) -> None:
    (issue,) = preview(cast, listing, edited(sheet, put(0, "key", "99999"), put(0, "name", "隐患核查"))).errors
    assert "行标识“99999”不属于这份清单" in issue.message


def test_a_table_somebody_made_himself(database: str, cast: Cast, listing: int) -> None:
    text = (
        f"业务,环节,事项,责任单位,时限\r\n危房治理,巡查,隐患核实,{ANJI},1 日\r\n危房治理,回访,入住回访,民政厅,30 日\r\n"
    )
    plan = preview(cast, listing, text.encode("gb18030"), "自建.csv")
    assert [issue.error for issue in plan.issues] == [False]
    assert told(plan) == [(CHANGED, "隐患核实", ["办理时限：2 个工作日 → 1 日"]), (NEW, "入住回访", [])]
    assert plan.absent == 2
    assert "没有找到“事项”一列" in preview(cast, listing, b"a,b\r\n1,2\r\n", "x.csv").errors[0].message


def test_who_may_not_change_the_list_does_not_import(cast: Cast, listing: int, sheet: bytes) -> None:
    with pytest.raises(Forbidden):
        duty_service.take_in(cast.zhou_minzheng, listing, sheet, "清单.xlsx", "")
    for outsider in (cast.zhao_deqing, cast.sun_judge):
        with pytest.raises(NotFound):
            duty_service.take_in(outsider, listing, sheet, "清单.xlsx", "")
        with pytest.raises(NotFound):
            duty_exports.workbook(outsider, listing)


# -- any text at all ----------------------------------------------------------------------

# What a cell can hold and a clerk can type; a workbook is XML, which has no other control characters.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\u200b\u200c\u200d\u2060\ufeff"),
    max_size=20,
).map(str.strip)  # fmt: skip
NAMES = {1: "=省信访局", 2: "安吉县；专班", 3: "省数据局"}
DIRECTORY = Directory(NAMES, NAMES)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_comes_back_as_it_was(rows: list[tuple[str, str, str, str]]) -> None:
    nodes = [
        Node(
            number, 1, None, duty_rules.DutyKind.ITEM, str(number), (f"业务{stage}", stage or "环节", f"{name}{number}"), 1, None, None,
            Content((f"业务{stage}", stage or "环节", f"{name}{number}"), 1, owner, (2, 3), text, text + "\n" + owner, name, ((f"数据{number}", 2),)),
        )
        for number, (stage, name, owner, text) in enumerate(rows, start=1)
    ]  # fmt: skip
    about = duty_queries.About(1, "CJ-1", "场景", next(iter(duty_queries.ScenarioState)), "")
    duties = DutyList(about, nodes, {}, DIRECTORY, [], [], duty_queries.Answer(True))
    data = duty_exports.build(duties, made_at=clock.now())
    plan = duty_imports.plan(open_table(data, "清单.xlsx", limit_mb=5), nodes, DIRECTORY, "CJ-1")
    assert (list(plan.issues), list(plan.changes), plan.unchanged) == ([], [], len(nodes))


# -- the page -----------------------------------------------------------------------------


def test_the_difference_is_shown_before_it_is_saved(page: Page, cast: Cast, listing: int, sheet: bytes) -> None:
    wang = cast.wang_anji
    app = page("duties", wang, id=listing, duties_view="导入导出")
    uploader: Any = next(iter(app.get("file_uploader")))
    uploader.upload("清单.xlsx", edited(sheet, put(0, "time_limit", "1 日"))).run()
    shown = app.dataframe[0].value
    assert shown[["类别", "表中行号", "事项", "内容", "原来", "改为"]].to_numpy().tolist() == [
        ["△ 修改", 5, "隐患核实", "办理时限", "2 个工作日", "1 日"]
    ]
    content = node(wang, listing, "隐患核实").content
    assert content is not None
    assert content.time_limit == "2 个工作日"
    button: Any = app.get_by_key(f"duty_import_{listing}_go")
    button.click().run()
    content = node(wang, listing, "隐患核实").content
    assert content is not None
    assert content.time_limit == "1 日"


def test_a_file_with_errors_offers_no_save(page: Page, cast: Cast, listing: int, sheet: bytes) -> None:
    app = page("duties", cast.wang_anji, id=listing, duties_view="导入导出")
    uploader: Any = next(iter(app.get("file_uploader")))
    uploader.upload("清单.xlsx", edited(sheet, put(0, "organisation_id", "民政局"))).run()
    assert any("是不是" in m.value for m in app.markdown)
    assert [b.key for b in app.button if b.key == f"duty_import_{listing}_go"] == []
