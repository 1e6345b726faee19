"""The register in a real browser: what citizens ask for becomes a scenario that its organisations agree on."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core import clock
from tests.browser.steps import appraise, register_scenario
from tests.scenarios.tickets_support import as_csv, ticket
from tests.support.browser import PATIENCE, Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

SCENARIO, DATA = "校车到站提醒", "低保和特困人员信息"
# One item each for 王安吉, 周民政 and 赵德清
DUTIES = (
    ("校车线路排定", "安吉县基层", ""),
    ("困难学生名单核对", "省民政厅", ""),
    ("跨县线路衔接", "德清县基层", ""),
)
TICKETS = 60  # more than any other topic of the county has


def hotline(folder: Path) -> Path:
    """Requests of 安吉 about one thing, in the newest month that the demo has."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    said = "校车取消站点，学生上学路远，家长接送困难。"
    rows = [
        ticket(f"XC{number}", f"{last:%Y-%m}-{1 + number % 27:02d} 08:{number % 60:02d}", text=said)
        for number in range(TICKETS)
    ]
    path = folder / "校车工单.csv"
    path.write_bytes(as_csv(rows, encoding="gb18030"))
    return path


def mine(li: Person, file: Path) -> None:
    """Import the file; its topic becomes a need with the tickets as evidence."""
    li.visit("tickets")
    li.press("导入工单")
    li.upload(file)
    li.sees(f"{TICKETS} 行")
    li.press("开始导入")
    li.sees("文件已交后台导入")
    # A process of its own stores the tickets and groups them afresh; both take some seconds.
    for _ in range(60):
        li.visit("topics?topics_scope=安吉县")
        if li.page.get_by_text(re.compile(f"主题[^件]*本月 {TICKETS} 件")).count():
            break
        li.page.wait_for_timeout(1500)
    else:
        raise AssertionError("the tickets came to no topic")
    grid = li.page.locator(".st-key-topics_table").get_by_test_id("stDataFrame")
    box = grid.bounding_box()
    assert box is not None
    li.page.mouse.click(box["x"] + 15, box["y"] + 52)
    li.settle()
    li.press("转为需求")
    li.sees(f"{TICKETS} 件")
    li.sees("校车取消站点")


def answer_the_request(li: Person, zhou: Person, scenario: str) -> None:
    li.visit(scenario)
    li.press("办理数据申请")
    li.sees("当前：未申请")
    li.page.locator(".st-key-scenario_request_save button").click()
    li.settle()
    li.sees("等待工作日")
    zhou.visit("requests")
    card = zhou.page.locator("[class*=st-key-request_]").filter(has_text=SCENARIO).filter(has_text=DATA)
    card.get_by_role("button", name="批准").first.click()
    zhou.settle()
    expect(card).to_have_count(0, timeout=PATIENCE)


def confirm(who: Person) -> None:
    """Confirm what the list says of one's own organisation."""
    who.visit("confirmations")
    box = who.page.locator("[class*=st-key-confirmations_scenario_]").first
    key = next(name for name in (box.get_attribute("class") or "").split() if name.startswith("st-key-"))
    who.choose(key.removeprefix("st-key-"), SCENARIO)
    who.press("确认所选事项")
    who.sees("这个场景的事项都已答复")


def test_from_citizens_requests_to_agreed_responsibilities(browser: Browser, site: str, tmp_path: Path) -> None:
    with visitor(browser, site, "liyan") as li, visitor(browser, site, "chenshen") as chen:
        mine(li, hotline(tmp_path))
        register_scenario(
            li,
            SCENARIO,
            region="安吉县",
            lead="省民政厅",
            summary="校车到站前十分钟提醒家长，站点调整先征求意见。",
            data=(DATA, "核对困难学生"),
            duties=DUTIES,
        )
        scenario = li.page.url.removeprefix(f"{site}/")
        appraise(chen, scenario)
        with visitor(browser, site, "zhouminzheng") as zhou:
            answer_the_request(li, zhou, scenario)
            confirm(zhou)
        for username in ("wanganji", "zhaodeqing"):
            with visitor(browser, site, username) as who:
                confirm(who)
        li.visit(scenario.replace("scenario?", "duties?"))
        agreed = li.page.get_by_test_id("stMetricValue").filter(has_text=f"{len(DUTIES)}/{len(DUTIES)}")
        expect(agreed).to_have_count(1, timeout=PATIENCE)  # organisation × item, all confirmed


def test_on_a_phone_the_list_comes_before_its_filters(browser: Browser, site: str) -> None:
    """A page's script cannot know how wide the screen is; all of this is the stylesheet's."""
    with visitor(browser, site, "liyan", width=390, height=844) as li:
        li.visit("needs")
        filters, region = li.page.locator(".st-key-filters_needs"), li.page.locator(".st-key-needs_region")
        expect(region).to_be_hidden()
        grid = li.page.locator(".st-key-needs_table").bounding_box()
        assert grid is not None and grid["y"] < 400
        filters.get_by_text("筛选", exact=True).click()
        li.choose("needs_region", "安吉")
        expect(filters.locator("summary")).to_have_text("筛选（已选 1 项）", timeout=PATIENCE)
        expect(region).to_be_hidden()
        li.visit("regions")
        expect(li.page.locator("[class*=st-key-broad_]")).to_be_hidden()
        drawn = li.page.locator("[class*=st-key-narrow_] svg.marks").bounding_box()
        assert drawn is not None and drawn["x"] + drawn["width"] <= 390
        first, second = (li.page.get_by_test_id("stMetric").nth(at).bounding_box() for at in (0, 1))
        assert first is not None and second is not None and first["y"] == second["y"]
        li.visit("rule?id=1")
        label = li.page.get_by_test_id("stTable").get_by_text("从何时起").bounding_box()
        assert label is not None and label["height"] < 30  # one line
    with visitor(browser, site, "liyan") as li:
        li.visit("needs")
        expect(li.page.locator(".st-key-needs_region")).to_be_visible()
        expect(li.page.locator(".st-key-filters_needs summary")).to_be_hidden()
