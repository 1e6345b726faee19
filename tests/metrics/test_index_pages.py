"""The pages about index systems, as staff use them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core.words import Aggregation, Weighting
from metrics import composite_queries as queries
from metrics.pages import index_forms
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import INDICATORS
from tests.metrics.test_composite_service import NAME, VALUES, collection, create, detail, hand_in
from tests.support import Cast


def edit(app: AppTest, key: str, cells: dict[int, dict[str, Any]]) -> None:
    app.session_state[key] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}


def grid(app: AppTest, start: str) -> str:
    """The key of the editable table that begins so."""
    return next(table.key for table in app.data_editor if table.key and table.key.startswith(start))


def said(app: AppTest) -> str:
    kinds = ("warning", "info", "error", "caption")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in app.get(kind))


def test_versions_of_one_indicator_are_told_apart() -> None:
    first = INDICATORS[0]
    later = replace(first, id=99, version=2)
    assert index_forms.titles([first, later, INDICATORS[1]]) == [
        "A1（第 1 版） 按时办结率（%）", "A1（第 2 版） 按时办结率（%）", "A2 回访满意率（%）",
    ]  # fmt: skip


@pytest.fixture
def made(house: Path) -> stored.Stored:
    found = collection()
    for code in VALUES:
        hand_in(found, code)
    return found


def test_a_system_is_designed_judged_tried_out_and_kept(page: Page, made: stored.Stored, cast: Cast) -> None:
    app = page("index_design", cast.li_staff)
    app.text_input(key="index_name_0").input(NAME.name).run()
    app.selectbox(key="index_weighting_weighted_sum_0").select(Weighting.AHP_EIGENVECTOR).run()
    assert "先勾选指标" in said(app)
    app.button(key="index_take").click().run()
    assert "请至少选用一个指标" in app.error[0].value
    edit(app, f"index_table_0_{made.id}_weighted_sum", {place: {"选用": True} for place in range(3)})
    app.button(key="index_take").click().run()
    assert "最上一层还没有比较：SX01 比 SX04、SX01 比 SX07、SX04 比 SX07" in app.error[0].value
    assert not [button for button in app.button if button.key == "index_save"]
    pairs = grid(app, "index_pairs_")
    edit(app, pairs, {0: {"SX04": "2", "SX07": "1/5"}, 1: {"SX07": "4"}})
    app.button(key="index_judge_check").click().run()
    assert not app.error
    assert "前后不一致" in said(app)
    edit(app, pairs, {0: {"SX04": "2", "SX07": "5"}, 1: {"SX07": "3"}})
    app.button(key="index_judge_check").click().run()
    assert "前后不一致" not in said(app)
    app.button(key="index_save").click().run()
    (row,) = queries.systems(cast.li_staff)
    assert (row.name, row.number, row.design.weighting) == (NAME.name, 1, Weighting.AHP_EIGENVECTOR)
    assert [(item.first, item.second, item.value) for item in row.design.judgements] == [
        ("SX01", "SX04", "2"), ("SX01", "SX07", "5"), ("SX04", "SX07", "3"),
    ]  # fmt: skip


def test_given_weights_and_rules_are_typed_in(page: Page, made: stored.Stored, cast: Cast) -> None:
    app = page("index_design", cast.li_staff)
    app.text_input(key="index_name_0").input("扣分").run()
    app.selectbox(key="index_aggregation_0").select(Aggregation.THRESHOLD).run()
    table = f"index_table_0_{made.id}_threshold"
    edit(app, table, {0: {"选用": True, "满分": "很多", "起扣线": "95", "每差一个单位扣分": "2"}})
    app.button(key="index_take").click().run()
    assert "SX01 的满分" in app.error[0].value
    edit(
        app,
        table,
        {
            0: {"选用": True, "满分": "60", "起扣线": "９５", "每差一个单位扣分": "2", "维度": "快"},
            1: {"选用": True, "维度": "好", "满分": "40"},
        },
    )
    app.button(key="index_take").click().run()
    assert "SX04 还缺起扣线、每差一个单位扣分" in app.error[0].value
    edit(app, table, {
        0: {"选用": True, "满分": "60", "起扣线": "９５", "每差一个单位扣分": "2", "维度": "快"},
        1: {"选用": True, "满分": "40", "起扣线": "90", "每差一个单位扣分": "1", "维度": "好"},
    })  # fmt: skip
    app.button(key="index_take").click().run()
    weights = grid(app, "index_given_")
    edit(app, weights, {0: {"权重（%）": "70"}, 1: {"权重（%）": "20"}})
    app.button(key="index_weigh").click().run()
    assert "最上一层的权重合计 90%，还差 10%" in app.error[0].value
    edit(app, weights, {0: {"权重（%）": "70%"}, 1: {"权重（%）": "30"}})
    app.button(key="index_weigh").click().run()
    app.button(key="index_save").click().run()
    (row,) = queries.systems(cast.li_staff)
    assert {node: int(weight) for node, weight in row.design.weights.items()} == {"快": 70, "好": 30}
    assert (
        str(row.design.criteria[0].rule)
        == "full=Decimal('60') base=Decimal('95') slope=Decimal('2') floor=Decimal('0')"
    )


def test_a_revision_starts_from_what_is_there_and_needs_a_reason(page: Page, made: stored.Stored, cast: Cast) -> None:
    system = create(cast, made, weighting=Weighting.ENTROPY)
    app = page("index_design", cast.chen_staff, id=system.id)
    assert app.title[0].value == f"修订“{NAME.name}”"
    app.selectbox(key=f"index_aggregation_{system.id}").select(Aggregation.TOPSIS).run()
    app.button(key="index_save").click().run()
    assert "为什么修订" in app.error[0].value
    app.text_input(key=f"index_reason_{system.id}").input("改用优劣解距离法")
    app.button(key="index_save").click().run()
    assert not app.error
    found = detail(cast, system.id)
    assert [(version.number, version.design.aggregation) for version in found.versions] == [
        (2, Aggregation.TOPSIS), (1, Aggregation.WEIGHTED_SUM),
    ]  # fmt: skip


def test_a_result_is_frozen_and_opened_again(page: Page, made: stored.Stored, cast: Cast) -> None:
    system = create(cast, made)
    app = page("index", cast.li_staff, id=system.id)
    table = app.dataframe[0].value
    assert list(table["单位"]) == ["德清县", "安吉县", "长兴县"]
    assert list(table["名次"]) == [1, 2, 3]
    app.text_input(key="index_freeze_note").input("年度评价").run()
    app.button(key="index_freeze").click().run()
    (result,) = detail(cast, system.id).results
    assert result.note == "年度评价"
    stored.move(cast.li_staff, made.of("330521"), "退回", "请核对应办结件数")
    app = page("index", cast.li_staff, id=system.id, result=result.id)
    assert list(app.dataframe[0].value["单位"]) == ["德清县", "安吉县", "长兴县"]
    assert "德清县：第 1 名 → 未参加" in said(app)
    assert not [button for button in app.button if button.key == "index_freeze"]
    app = page("indicator", cast.li_staff, id=made.indicators["SX01"])
    assert [link.label for link in app.page_link if "指标体系" in link.label] == [f"指标体系：{NAME.name}（第 1 版）"]
    assert [title.label for title in app.expander] == ["第 1 版　最初"]


def test_whoever_is_not_staff_does_not_get_there(page: Page, demo_cast: dict[str, Actor]) -> None:
    for url in ("indexes", "index", "index_design"):
        app = page(url, demo_cast["wanganji"], id=1)
        assert app.title[0].value == f"{demo_cast['wanganji'].name}，您好"


def test_the_demo_shows_a_result_with_its_versions(page: Page, demo_cast: dict[str, Actor]) -> None:
    app = page("index", demo_cast["liyan"], id=1)
    assert [heading.value for heading in app.subheader] == [
        "发达地区", "山区海岛县", "没有参加计算的单位", "权重", "已冻结的结果", "版本",
    ]  # fmt: skip
