"""Pages of supervision in the demo province: what needs doing stands there for whom it concerns."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core.words import FindingVerdict, SupervisionMode, ToleranceCondition, ToleranceOutcome
from pilots import order_queries, supervision_queries
from tests.conftest import Page
from tests.support.screens import words


def widget(app: AppTest, key: str) -> Any:
    return app.get_by_key(key)


def test_a_plan_is_registered_in_its_form_and_safety_refuses_triggers(page: Page, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    app = page("supervision", li, id=6)
    assert "还没有登记监管方案" in words(app)
    widget(app, "plan_organisation").set_value(li.organisation_id)
    for name, text in (("area", "五个县"), ("people", "村社干部"), ("data", "报表底表"), ("reason", "补登监管方案")):
        widget(app, f"plan_{name}").set_value(text)
    label = "SX11 填报时间缩短率（%）"
    app.session_state["plan_triggers"] = {
        "edited_rows": {0: {"指标": label, "触发线": "−5"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    widget(app, "plan_save").click()
    app.run()
    found = supervision_queries.supervised(li, 6)
    assert found is not None
    assert found.plan is not None
    assert [item.words for item in found.plan.triggers] == ["填报时间缩短率 达到或低于 -5.0%"]
    assert "填报时间缩短率 达到或低于 -5.0%" in words(app).replace("\\", "")

    chemical = supervision_queries.supervised(li, 2)
    assert chemical is not None
    assert chemical.mode is SupervisionMode.FULL
    assert "不适用触发式监管，按全程监管办理" in words(page("supervision", li, id=2))


def test_the_workbench_names_what_supervision_waits_for(page: Page, demo_cast: dict[str, Actor]) -> None:
    counted = {
        "wanganji": ["份督办单等您回复，其中超期 1 份", "条反馈等待答复"],
        "zhouminzheng": ["份督办回复等待核实"],
        "liyan": ["条预警等待处置", "份督办回复等待核实", "份督办单超期未回复", "条反馈等待答复"],
    }
    for username, expected in counted.items():
        said = words(page("home", demo_cast[username]))
        assert [text for text in expected if text not in said] == []


def test_errors_of_a_stopped_pilot_stand_on_its_page_and_a_new_decision_is_taken(
    page: Page, demo_cast: dict[str, Actor]
) -> None:
    assert "容错认定" in words(page("pilot", demo_cast["liyan"], id=8))
    chen = demo_cast["chenshen"]
    app = page("supervision", chen, id=8)
    assert "予以容错" in words(app)
    for condition in ToleranceCondition:
        widget(app, f"tolerance_{condition}_verdict").set_value(FindingVerdict.PARTLY)
        widget(app, f"tolerance_{condition}_finding").set_value("复核发现仅部分符合")
        widget(app, f"tolerance_{condition}_evidence").set_value("复核意见")
    widget(app, "tolerance_outcome").set_value(ToleranceOutcome.TOLERATED)
    widget(app, "tolerance_reason").set_value("复核后重新认定的理由")
    widget(app, "tolerance_go").click()
    app.run()
    assert "五个条件全部符合，才能予以容错" in next(error.value for error in app.error)
    widget(app, "tolerance_outcome").set_value(ToleranceOutcome.PARTIAL)
    widget(app, "tolerance_go").click()
    app.run()
    assert [item.outcome for item in supervision_queries.decisions(chen, 8)] == [
        ToleranceOutcome.PARTIAL,
        ToleranceOutcome.TOLERATED,
    ]


def test_the_board_filters_by_its_address(page: Page, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    everything = page("orders", li, orders_state="全部")
    assert f"督办单（{len(order_queries.orders(li))}）" in [item.value for item in everything.subheader]
    late = page("orders", li, orders_state="超期")
    assert [item.value for item in late.subheader] == ["预警（0）", "督办单（1）", "检查（1）"]
