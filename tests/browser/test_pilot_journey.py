"""The life of a pilot in a real browser: a value trips a trigger, an order is issued and answered, feedback
becomes an iteration, and what was tried is evaluated, judged and spread, as three people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.test_journey import fill_in
from tests.support.browser import Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PILOT = "民呼我为全省试点"


def first_row(person: Person, key: str) -> None:
    """Open what the first row of a table is about."""
    grid = person.page.locator(f".st-key-{key}")
    grid.scroll_into_view_if_needed()
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    person.page.mouse.click(box["x"] + 15, box["y"] + 52)
    person.page.wait_for_timeout(500)
    person.settle()


def hand_in(wang: Person, folder: Path) -> None:
    """安吉 hands in a month that is far below what the supervision plan tolerates."""
    wang.page.locator("[class*=st-key-todo_owed_]").filter(has_text=PILOT).get_by_role("link").first.click()
    wang.settle()
    template = wang.download("下载报送表", folder)
    figures = {"SX01": (300, 480), "SX04": (405, 460), "SX09": (31, 1020), "SX07": (2210.5, 610)}
    wang.upload(fill_in(template, figures, folder / "填好的.xlsx"))
    wang.sees("错误 0 处")
    wang.press("确认保存并提交")
    wang.sees("已提交")


def supervise(li: Person, wang: Person, chen: Person, folder: Path) -> None:
    """Alert → order → reply with evidence → closed by somebody else."""
    li.visit("orders?orders_search=安吉县")
    first_row(li, "orders_alerts")
    li.sees("按时办结率 达到或低于 76.00%")
    li.sees("62.50%")
    li.page.locator("[class*=st-key-issue_][class*=_demand] textarea").fill("逐件列出超期原因，提出整改措施。")
    li.press("下达督办单")
    li.sees("办理过程")
    order = re.sub(r"^.*/order", "order", li.page.url)
    li.visit("orders?orders_search=安吉县")

    wang.visit("")
    wang.sees("份督办单等您回复")
    wang.visit(order)
    evidence = folder / "整改报告.txt"
    evidence.write_text("超期 180 件，已补派人手。\n", encoding="utf-8")
    wang.page.locator(".st-key-order_reply_text textarea").fill("超期件已逐件列明，已补派人手，下月恢复。")
    wang.upload(evidence)
    wang.press("提交回复")
    wang.sees("已回复")
    wang.sees("整改报告.txt")

    chen.visit(order)
    chen.press("办结…")
    chen.page.locator("[class*=st-key-order_step_][class*=_text] textarea").first.fill("抽查属实，同意办结。")
    chen.press("确认办结")
    chen.sees("已办结")
    chen.visit("orders?orders_state=已办结&orders_search=安吉县")
    chen.sees("预警（1）")


def iterate(wang: Person, li: Person) -> None:
    """What a citizen said becomes the next version and the next phase."""
    wang.visit("feedback")
    wang.press("登记反馈")
    wang.choose("feedback_pilot", PILOT)
    wang.page.locator(".st-key-feedback_source input").fill("入户走访的村民王晓燕")
    wang.page.locator(".st-key-feedback_text textarea").fill("我叫王晓燕，电话13812345678，办结了没人告诉我。")
    wang.page.locator(".st-key-feedback_go button").click()
    wang.settle()
    wang.sees("我叫王某，电话〔电话〕，办结了没人告诉我。")

    li.visit("iteration?id=1")
    li.choose("iteration_feedback", "入户走访的村民王某")
    li.page.locator(".st-key-iteration_changes textarea").fill("办结后三日内由网格员回访，结果短信告知。")
    li.page.locator(".st-key-iteration_reason textarea").fill("群众不知道办理结果")
    li.press("开启迭代")
    li.sees("v1.0 → v1.1")
    li.sees("图上断开，结果不合并计算")


def spread(li: Person) -> None:
    """Evaluated, judged with a reason, promoted, and the first county put on the plan."""
    li.visit("evaluation?id=1&evaluation_phase=第一阶段")
    li.sees("是不是试点带来的")
    li.visit("pilot?id=1")
    li.press("进入评估")
    li.sees("评估中")
    li.press("人工改变结论…")
    li.choose("overrule_verdict", "推广")
    li.page.locator(".st-key-overrule_reason textarea").fill("首轮达到承诺，专家组建议先行推广。")
    li.press("确认记录人工结论")
    li.sees("首轮达到承诺，专家组建议先行推广。")
    li.press("转入推广…")
    li.page.locator("[class*=st-key-pilot_][class*=_reason] textarea").first.fill("达到承诺，先在条件具备的县推广。")
    li.press("确认转入推广")
    li.visit("promotion?id=1")
    li.press("列入推广计划")
    li.choose("promotion_codes", "1.")
    li.press("列入计划")
    li.sees("登记进展")  # stands there once a county is on the plan


def test_from_an_alert_to_the_next_county(browser: Browser, site: str, tmp_path: Path) -> None:
    with (
        visitor(browser, site, "wanganji") as wang,
        visitor(browser, site, "liyan") as li,
        visitor(browser, site, "chenshen") as chen,
    ):
        hand_in(wang, tmp_path)
        supervise(li, wang, chen, tmp_path)
        iterate(wang, li)
        spread(li)
