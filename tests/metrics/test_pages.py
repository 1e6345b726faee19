"""The pages of this room without a browser: what each says to whom, and what its buttons do."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core import clock
from core.words import ReturnState
from metrics import catalogue, exports, queries
from metrics.pages.lists import due
from metrics.stages import APPROVE, LOCK, SEND_BACK, SUBMIT
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.metrics.test_imports import CELLS, put
from tests.metrics.test_panel import FILE, take_in
from tests.support import Cast
from tests.support.screens import words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def links(app: AppTest) -> list[str]:
    return [link.label for link in app.page_link]


def table(app: AppTest, name: str) -> list[list[object]]:
    """The rows of the table whose key begins so, or (one that is only looked at has no key) with this column."""
    return next(
        frame.value.values.tolist()
        for frame in app.dataframe
        if (frame.key or "").startswith(name) or name in frame.value.columns
    )


def press(app: AppTest, label: str) -> AppTest:
    button = next(button for button in app.button if button.label == label)
    return button.click().run()


def ways_in(app: AppTest) -> tuple[int, int]:
    return sum((box.key or "").startswith("return_file") for box in app.file_uploader), len(app.data_editor)


# -- the list -------------------------------------------------------------------


def test_a_county_sees_what_it_has_to_do_first(page: Page, cast: Cast) -> None:
    made = stored.collection()
    late = stored.collection(
        name="逾期的任务", due_on=clock.today() - timedelta(days=2), last=stored.this_month().shift(-3)
    )
    stored.save(cast.wang_anji, made.of(ANJI), GOOD, submit=True)
    stored.move(cast.li_staff, made.of(ANJI), SEND_BACK, "*应办结件数*与上月相差较大")
    app = page("returns", cast.wang_anji)
    said = words(app)
    assert "我要报什么，什么时候截止？" in said
    first, second = said.index("退回理由：\\*应办结件数\\*与上月相差较大"), said.index("逾期 2 天")
    assert first < second
    assert links(app).count("去填报") == 4
    assert {row[2] for row in table(app, "returns_table")} == {"按时办结月报", "逾期的任务"}
    assert "德清" not in said
    assert late.id != made.id


def test_a_county_with_nothing_to_do_is_told_when_it_goes_on(page: Page, cast: Cast) -> None:
    stored.collection(first=stored.this_month())
    assert f"没有待填报的报送。下一次从 {stored.this_month().shift(1).start} 开始，共 1 份。" in words(
        page("returns", cast.wang_anji)
    )


def test_the_institute_approves_what_it_ticked(page: Page, cast: Cast) -> None:
    made = stored.collection()
    for region, actor in ((ANJI, cast.wang_anji), (DEQING, cast.zhao_deqing)):
        stored.save(actor, made.of(region), GOOD, submit=True)
    app = page("returns", cast.li_staff)
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("待审核", "2 份"),
        ("退回待改", "0 份"),
        ("逾期未报", "0 份"),
    ]
    frame = next(frame for frame in app.dataframe if (frame.key or "").startswith("returns_queue"))
    assert [row[2] for row in frame.value.values.tolist()] == ["德清县", "安吉县"]
    assert frame.key is not None
    app.session_state[frame.key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    press(app, "确认审核通过 1 份")
    assert "已审核通过 1 份。" in words(app)
    assert stored.row(made.of(ANJI)).state is ReturnState.APPROVED
    assert stored.row(made.of(DEQING)).state is ReturnState.SUBMITTED


def test_the_list_is_narrowed_in_the_address(page: Page, cast: Cast) -> None:
    made = stored.collection()
    stored.hand_in(made.of(ANJI))
    before = str(stored.this_month().shift(-2))
    app = page("returns", cast.li_staff, returns_view="已开始报送", returns_period=before)
    assert [row[:3] for row in table(app, "returns_table")] == [
        [queries.returns(cast.li_staff, ids=[made.of(region, before)])[0].label, "◐ 待报", name]
        for region, name in ((DEQING, "德清县"), (ANJI, "安吉县"))
    ]
    assert "没有“已锁定”的报送" in words(page("returns", cast.li_staff, returns_view="已锁定"))


def test_a_provisional_deadline_says_so(page: Page, cast: Cast) -> None:
    made = stored.collection(first=stored.this_month().shift(-1), last=stored.this_month().shift(-1))
    view = queries.returns(cast.wang_anji, ids=[made.of(ANJI)])[0]
    assert due(view) == str(view.due_on)
    assert due(replace(view, due_provisional=True)) == f"{view.due_on}（暂算）"


# -- one return -------------------------------------------------------------------


def test_a_workbook_is_checked_marked_corrected_and_handed_in(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    template = exports.template_xlsx(cast.wang_anji, number)
    app = page("return", cast.wang_anji, id=number)
    assert ways_in(app) == (1, 1)
    assert "④ 提交" in words(app)
    wrong = put(template, {"SX01": {"n": "约一百", "d": 100}, "SX04": {"n": 45, "d": 50}})
    app.file_uploader[0].upload("报送表.xlsx", wrong, XLSX)
    app.run()
    said = words(app)
    assert "错误 1 处" in said
    assert "“约一百”不是数字" in said
    assert [row[:2] for row in table(app, "类别")] == [["按时办结率", "■ 未通过"], ["回访满意率", "＋ 新增"]]
    assert [button.label for button in app.download_button] == ["下载报送表", "下载标注好的报送表"]
    hand_in = next(button for button in app.button if button.label == "确认保存并提交")
    assert hand_in.disabled
    assert "改正后才能提交" in hand_in.help
    press(app, "确认保存")
    assert "已保存 1 项，未变 0 项，1 项有误没有保存；报送现为“草稿”。" in words(app)
    assert "错误 1 处" in words(app)  # the file and what is wrong with it are still there
    app.file_uploader[0].set_value(("报送表.xlsx", put(template, CELLS), XLSX))
    app.run()
    press(app, "确认保存并提交")
    assert "报送现为“已提交”" in words(app)
    assert ways_in(app) == (0, 0)
    assert "如需修改，请先“撤回修改”" in words(app)
    assert [button.label for button in app.button if button.label == "撤回修改"] == ["撤回修改"]
    assert [row[:4] for row in table(app, "return_values")] == [
        ["SX01", "按时办结率", "96.00%（96 / 100）", "● 已报"],
        ["SX04", "回访满意率", "90.00%（45 / 50）", "● 已报"],
    ]


def test_a_file_that_is_none_is_refused_and_nothing_changes(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    app.file_uploader[0].upload("报送表.xlsx", b"%PDF-1.7 not a workbook", XLSX)
    app.run()
    assert "这是 PDF 文件，不是表格" in app.error[0].value
    assert "已经保存的数没有变化" in words(app)
    assert not [button for button in app.button if button.label.startswith("确认保存")]


def test_a_save_from_an_old_page_shows_both_and_loses_nothing(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    app.file_uploader[0].upload("报送表.xlsx", put(exports.template_xlsx(cast.wang_anji, number), CELLS), XLSX)
    app.run()
    stored.save(cast.wang_anji, number, {"SX01": entry(80, 100)})
    press(app, "确认保存")
    assert "这份报送刚被别人改过，您的内容还没有保存" in app.error[0].value
    changes = table(app, "类别")
    assert changes[0] == ["按时办结率", "△ 更改", "80.00%（80 / 100）", "96.00%（96 / 100）"]
    press(app, "确认保存")
    assert [row.n for _, _, row, _ in stored.revisions(number)] == [80_000_000, 96_000_000, 45_000_000]


def type_in(app: AppTest, number: int, cells: dict[int, dict[str, str]]) -> None:
    app.session_state[f"return_cells_{number}"] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}


def test_what_is_typed_into_the_grid_is_read_and_kept(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    assert app.data_editor[0].value["填什么"].tolist() == [
        "按时办结件数（件） ÷ 应办结件数（件）",
        "满意和基本满意人数（人） ÷ 有效回访人数（人）",
    ]
    type_in(app, number, {0: {"分子": "１，１５２", "分母": "1,200"}, 1: {"分子": "四十五", "分母": "50"}})
    press(app, "保存草稿")
    said = words(app)
    assert "已保存 1 项，未变 0 项，1 项有误没有保存" in said
    assert "“四十五”不是数字" in said
    assert "这些格子是这样读的（2 处）" in [expander.label for expander in app.expander]
    assert app.data_editor[0].value["分子"].tolist() == ["1,152", ""]
    type_in(app, number, {1: {"状态": "不适用", "说明/理由": "本月没有回访"}})
    press(app, "保存并提交")
    assert "报送现为“已提交”" in words(app)
    assert stored.row(number).state is ReturnState.SUBMITTED


def test_who_says_why_is_not_asked_again(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    type_in(
        app, number, {0: {"分子": "30", "分母": "100", "说明/理由": "系统停机三天"}, 1: {"分子": "20", "分母": "50"}}
    )
    press(app, "保存草稿")
    explained, doubted = (item.value for item in app.markdown if "◐ 提醒" in item.value)
    assert explained.endswith("通常不应低于 40.00%。已写明原因，保存后由研究院核查。")
    assert doubted.endswith("通常不应低于 50.00%。请核对数字和单位；确实如此的，请在说明里写明原因。")


def test_a_grid_from_an_old_page_shows_both_and_loses_nothing(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    stored.save(cast.wang_anji, number, {"SX01": entry(80, 100), "SX04": entry(45, 50)})
    typed = {0: {"分子": "96", "分母": "100"}}
    type_in(app, number, typed)
    press(app, "保存草稿")
    assert "这份报送刚被别人改过，您的内容还没有保存" in app.error[0].value
    assert table(app, "类别") == [["按时办结率", "△ 更改", "80.00%（80 / 100）", "96.00%（96 / 100）"]]
    type_in(app, number, typed)
    press(app, "保存草稿")
    assert [row.n for _, _, row, _ in stored.revisions(number)] == [80_000_000, 45_000_000, 96_000_000]


def test_handing_in_an_unfinished_grid_says_what_is_missing(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    app = page("return", cast.wang_anji, id=number)
    type_in(app, number, {0: {"分子": "96", "分母": "100"}})
    press(app, "保存并提交")
    assert "SX04 回访满意率 尚未填报" in app.error[0].value
    assert stored.revisions(number) == []


def test_the_last_step_hands_in_what_is_stored(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    assert "还有 2 项没有填" in words(page("return", cast.wang_anji, id=number))
    stored.save(cast.wang_anji, number, GOOD)
    app = press(page("return", cast.wang_anji, id=number), SUBMIT)
    assert "已办理“提交报送”，报送现为“已提交”。" in words(app)


def test_the_institute_reviews_on_the_same_page(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    app = page("return", cast.li_staff, id=number)
    assert ways_in(app) == (0, 0)
    app.text_area[0].input("应办结件数请核对").run()
    press(app, f"确认{SEND_BACK}")
    assert "报送现为“退回”" in words(app)
    assert "**退回理由**　应办结件数请核对" in words(app)
    assert "**退回理由**　应办结件数请核对" in words(page("return", cast.wang_anji, id=number))
    stored.save(cast.wang_anji, number, {}, submit=True)
    app = press(page("return", cast.li_staff, id=number), APPROVE)
    press(app, f"确认{LOCK}")
    assert stored.row(number).state is ReturnState.LOCKED
    assert "发现有误时，请联系研究院解锁更正" in words(page("return", cast.wang_anji, id=number))


def test_a_period_that_is_not_over_cannot_be_filled_in(page: Page, cast: Cast) -> None:
    number = stored.collection().of(ANJI, str(stored.this_month()))
    app = page("return", cast.wang_anji, id=number)
    assert f"本期从 {stored.this_month().shift(1).start} 开始报送" in words(app)
    assert ways_in(app) == (0, 0)
    assert not [button for button in app.button if button.label == SUBMIT]


@pytest.mark.parametrize("number", ["1", "999", "x", ""])
def test_another_countys_return_and_none_look_alike(page: Page, cast: Cast, number: str) -> None:
    made = stored.collection(regions=[ANJI])
    assert made.of(ANJI) != 999
    app = page("return", cast.zhao_deqing, id=number)
    assert [warning.value for warning in app.warning] == ["没有找到这项报送，或您无权查看。"]
    assert not app.title
    assert "安吉" not in words(app)


# -- where figures come from -------------------------------------------------------------


def test_a_figure_is_followed_to_its_source(page: Page, cast: Cast) -> None:
    made = stored.collection()
    number, period = made.of(ANJI), stored.last_month()
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    stored.move(cast.li_staff, number, SEND_BACK, "请核对")
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计六件")}, submit=True)
    where = {"collection": made.id, "indicator": made.indicators["SX01"], "region": ANJI, "period": period}
    app = page("figure", cast.wang_anji, **where)
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("数值", "90.00%"),
        ("分子　按时办结件数", "90"),
        ("分母　应办结件数", "100"),
    ]
    said = words(app)
    assert "按时办结件数 ÷ 应办结件数 × 100% = 90 ÷ 100 × 100 = 90.00%" in said
    assert "**数据来源**　12345热线与基层治理平台工单库" in said
    rows = table(app, "原值")
    assert [row[:3] for row in rows] == [
        [1, "–", "96.00%（96 / 100）"],
        [2, "96.00%（96 / 100）", "90.00%（90 / 100）"],
    ]
    assert rows[1][4:6] == ["漏统计六件", "王安吉"]
    assert [row[:5] for row in table(app, "从哪一期起")] == [
        [kind, value, queries.Period.parse(str(stored.this_month().shift(-3))).label, "全部地区", "● 现行"]
        for kind, value in (("基线值", "80.00%"), ("目标值", "90.00%"))
    ]
    assert links(app) == ["安吉县的全部情况", "这份报送", "口径（第 1 版）"]
    assert "湖州市合计" in links(page("figure", cast.li_staff, **where))
    for actor in (cast.zhao_deqing, cast.zhou_minzheng):
        assert "没有找到这项数字，或您无权查看。" in words(page("figure", actor, **where))


def test_a_sum_names_who_is_in_it_and_who_is_not(page: Page, cast: Cast) -> None:
    made = stored.collection(regions=[ANJI, DEQING, "330522"], indicators=("SX01",))
    stored.hand_in(made.of(ANJI), {"SX01": entry(96, 100)})
    stored.hand_in(made.of(DEQING), {"SX01": entry(state="missing", reason="系统停机")})
    where = {
        "collection": made.id,
        "indicator": made.indicators["SX01"],
        "region": "330500",
        "period": stored.last_month(),
    }
    app = page("figure", cast.li_staff, **where)
    assert [(metric.label, metric.value) for metric in app.metric][-1] == ("已报 / 应报", "1 / 3")
    assert "报送率低于 80%，这个合计不完整" in words(app)
    assert [row[1] for row in table(app, "sum_counted")] == ["安吉县"]
    assert [row[1:] for row in table(app, "sum_left_out")] == [["德清县", "缺报（系统停机）"], ["长兴县", "尚未提交"]]
    group = page("figure", cast.li_staff, **where, group="发达地区")
    assert "湖州市发达地区" in group.title[0].value
    assert "没有找到" in words(page("figure", cast.wang_anji, **where))


@pytest.mark.parametrize("wrong", [{"period": "never"}, {"region": "110000"}, {"indicator": "999"}, {"collection": ""}])
def test_an_address_that_leads_nowhere(page: Page, cast: Cast, wrong: dict[str, str]) -> None:
    made = stored.collection()
    where: dict[str, object] = {
        "collection": made.id,
        "indicator": made.indicators["SX01"],
        "region": "330000",
        "period": stored.last_month(),
    }
    assert "没有找到这项数字" in words(page("figure", cast.li_staff, **where | wrong))


# -- definitions ---------------------------------------------------------------------------


def test_the_catalogue_is_searched_and_a_definition_explained(page: Page, cast: Cast) -> None:
    made = stored.collection()
    app = page("indicators", cast.sun_judge, indicators_q="asbjl")
    assert [row[1] for row in table(app, "indicators_table")] == ["按时办结率"]
    assert "没有符合条件的指标" in words(page("indicators", cast.sun_judge, indicators_q="没有这样的"))
    app = page("indicator", cast.wang_anji, id=made.indicators["SX01"])
    facts = {name: row["value"] for name, row in app.table[0].value.to_dict("index").items()}
    assert facts["填什么"] == "分子：按时办结件数（件）；分母：应办结件数（件）"
    assert facts["必须在什么范围"] == "不低于 0.00%，不高于 100.00%；超出的不能保存"
    assert facts["局限与偏差"]
    assert links(app)[1:] == ["按时办结月报（目标指标，第 1 版）"]
    app = page("indicator", cast.sun_judge, id=made.indicators["SX01"])
    assert "没有您可以查看的报送任务在用这个指标" in words(app)
    assert "没有找到这项指标" in words(page("indicator", cast.sun_judge, id=999))


# -- assessments ---------------------------------------------------------------------------


def test_before_the_first_table_the_page_says_what_to_bring(page: Page, cast: Cast) -> None:
    catalogue.load()
    app = page("assessment", cast.li_staff)
    assert "请在上面导入公开发布的考核通报" in words(app)
    assert app.dataframe[0].value.columns.tolist() == [
        "月份",
        "组别",
        "满分",
        "单位",
        "工单量",
        "得分",
        "组内名次",
        "来源",
    ]
    assert not app.selectbox
    july = "\n".join(FILE.read_text(encoding="utf-8").splitlines()[:10])
    app.file_uploader[0].upload(FILE.name, july.encode(), "text/csv")
    app.run()
    press(app, "导入")
    assert "组内名次与通报一致 9/9。" in app.success[0].value
    assert [row[2] for row in table(app, "assessment_table_1")] == ["灌南县", "东海县", "灌云县", "赣榆区"]
    county = page("assessment", cast.wang_anji)
    assert "没有您可以查看的月度考核" in words(county)
    assert not county.file_uploader


def test_each_group_is_ranked_by_itself(page: Page, cast: Cast) -> None:
    rows = [row for row in csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8"))) if row["month"] < "2022"]
    take_in(rows)
    app = page("assessment", cast.li_staff, assessment_month="2021年8月")
    assert [header.value for header in app.subheader] == ["各区、功能板块", "各县、赣榆区"]
    assert "满分不同的组不放进同一个排名" in words(app)
    assert [row[:6] for row in table(app, "assessment_table_1")] == [
        [1, "＝ 持平", "灌南县", "141.15", "150", "94.10%"],
        [2, "▲ 升 1 位", "灌云县", "139.15", "150", "92.77%"],
        [3, "▲ 升 1 位", "赣榆区", "138.98", "150", "92.65%"],
        [4, "▼ 降 2 位", "东海县", "135.75", "150", "90.50%"],
    ]
    assert {row[4] for row in table(app, "assessment_table_0")} == {"100"}
    assert len(app.get("vega_lite_chart")) == 4
