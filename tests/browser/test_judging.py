"""An evening of a judge in a real browser: steps aside once, marks with the keyboard, leaves, comes back, hands in."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.browser import PATIENCE, Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MARKS = (88, 76, 90, 82, 79, 100)


def fields(sun: Person) -> Locator:
    return sun.page.locator("[class*=st-key-sheet_][class*=_mark_] input")


def untouched(sun: Person) -> str:
    """To an entry without any mark, by the links that are there; its address."""
    sun.visit("judging")
    sun.press("继续评分")
    for _ in range(9):
        sun.page.wait_for_url("**/score?**", timeout=PATIENCE)
        expect(sun.page).to_have_title("评分 · 智评")
        heading = sun.page.get_by_role("heading").first
        heading.wait_for()
        if sun.page.get_by_text("填写后自动保存").count():
            expect(fields(sun)).to_have_count(len(MARKS))
            return sun.page.url
        before = heading.inner_text()
        sun.press("下一个未评完")
        expect(heading).not_to_have_text(before, timeout=PATIENCE)
        sun.settle()
    raise AssertionError("no entry without marks")


def test_a_judge_scores_with_the_keyboard_leaves_and_comes_back(browser: Browser, site: str, tmp_path: Path) -> None:
    with visitor(browser, site, "sunping") as sun:
        sun.sees("个项目等您评分")
        address = untouched(sun)
        fields(sun).first.focus()
        for place, mark in enumerate(MARKS):
            expect(fields(sun).nth(place)).to_be_focused(timeout=PATIENCE)
            sun.page.keyboard.type(str(mark))
            sun.page.keyboard.press("Tab")
            sun.settle()
        sun.sees("已保存 北京时间")
        # Away and back in a new visit: what was typed is there.
        sun.visit("judging")
        sun.page.goto(address)
        sun.settle()
        assert [int(float(fields(sun).nth(at).input_value())) for at in range(len(MARKS))] == list(MARKS)
        reason = sun.page.locator("[class*=_reason_] input")
        if reason.count():
            reason.first.fill("全省唯一通过验收的方案")
            reason.first.press("Tab")
            sun.settle()
        sun.sees("合成得分")
        sun.press("提交这一份…")
        sun.press("确认提交")
        sun.sees("提交于北京时间")
        expect(fields(sun)).to_have_count(0)
        # The receipt holds the marks as they were typed.
        sun.visit("judging")
        sun.press("评分回执")
        receipt = sun.download("下载回执（Excel）", tmp_path)
        assert re.fullmatch(r"评分回执_.*_孙评_\d{8}\.xlsx", receipt.name)
        sheet = openpyxl.load_workbook(receipt)["评分回执"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert list(MARKS) in [row[3 : 3 + len(MARKS)] for row in rows]
        # One more is not his to judge: it is said, not left blank.
        sun.visit("judging")
        untouched(sun)
        aside = sun.page.url
        sun.press("申报回避…")
        sun.page.get_by_label("与这个项目有什么关系（必填）").fill("配偶在申报单位任职")
        sun.page.keyboard.press("Tab")
        sun.settle()
        sun.press("确认申报")
        sun.page.goto(aside)
        sun.settle()
        sun.sees("您应当回避这个项目")


def test_on_a_phone(browser: Browser, site: str) -> None:
    with visitor(browser, site, "sunping", width=390, height=844) as sun:
        sun.visit("judging")
        sun.press("继续评分")
        sun.page.wait_for_url("**/score?**", timeout=PATIENCE)
        expect(sun.page).to_have_title("评分 · 智评")
        last = fields(sun).last
        last.wait_for()
        last.scroll_into_view_if_needed()
        box = last.bounding_box()
        assert box is not None and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 390
        last.fill("70")
        last.press("Tab")
        sun.settle()
        sun.sees("已保存 北京时间")
        expect(fields(sun).last).to_have_value("70")
        assert sun.page.evaluate("document.documentElement.scrollWidth") <= 390
