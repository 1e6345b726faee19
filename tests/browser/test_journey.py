"""The main job in a real browser: from a need to a printed evaluation, as four people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from metrics.workbook import RETURN_SHEET, tag
from tests.browser.steps import appraise, register_scenario
from tests.support.browser import PATIENCE, Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

NEED, SCENARIO, PILOT = "独居老人紧急求助响应慢", "一键呼应", "一键呼应试点"


def fill_in(path: Path, figures: Mapping[str, tuple[Any, Any]], saved: Path) -> Path:
    """Fill a downloaded return as a clerk would, by what stands in its columns."""
    book = openpyxl.load_workbook(path)
    sheet = book[RETURN_SHEET]
    tags = {cell.value: (cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.value}
    code, n, d = (tags[tag(field)][1] for field in ("code", "n", "d"))
    for row in range(1, sheet.max_row + 1):
        wanted = figures.get(str(sheet.cell(row, code).value))
        if wanted:
            sheet.cell(row, n).value, sheet.cell(row, d).value = wanted
    book.save(saved)
    return saved


def register(li: Person) -> None:
    li.visit("needs")
    li.press("登记需求")
    li.fill("needs_form_title", NEED)
    li.choose("needs_form_region", "安吉县")
    li.choose("needs_form_level", "村（社区）")
    li.choose("needs_form_asker", "群众")
    li.choose("needs_form_source", "走访")
    li.fill("needs_form_description", "独居老人夜间突发疾病无人知晓，家属和村社平均四小时后才得知。")
    li.page.locator(".st-key-needs_submit button").click()
    li.settle()
    li.sees(NEED)
    register_scenario(
        li,
        SCENARIO,
        region="安吉县",
        lead="省民政厅",
        summary="老人一键呼叫，网格员十分钟内上门，家属同步收到消息。",
        data=("12345热线", "确定服务对象"),
        duties=[("接到呼叫后上门", "安吉县基层", "网格员")],
    )


def design(li: Person) -> str:
    li.press("发起试点")
    li.fill("design_promise", "让独居老人求助在十分钟内得到上门响应。")
    li.choose("design_pilots_330000", "安吉县", "德清县", "长兴县")
    li.choose("design_against_330000", "海宁市", "桐乡市", "义乌市")
    for across, text in ((0.2, "SX01"), (0.64, "82"), (0.76, "90"), (0.91, "2")):
        li.cell("design_indicators", across, 0, text)
    li.press("保存设计")
    li.sees("设计中")
    li.press("提交启动")
    li.sees("待启动")
    return li.page.url


def plan(li: Person) -> None:
    """Who leads the pilot and what comes first."""
    li.sees("启动前还差 3 项")
    li.press("去登记负责人")
    li.press("增加成员")
    li.fill("member_new_0_name", "方禾")
    li.page.locator(".st-key-member_new_0_save button").click()
    li.settle()
    li.page.locator(".st-key-plan_part").get_by_text("里程碑", exact=True).click()
    li.settle()
    li.press("增加里程碑")
    li.fill("milestone_new_0_content", "完成设备安装和培训")
    li.fill("milestone_new_0_owner", "方禾")
    li.page.locator(".st-key-milestone_new_0_save button").click()
    li.settle()
    li.sees("启动前还差 1 项")


def agree(wang: Person) -> None:
    """The county that answers for the scenario's item confirms it."""
    wang.visit("confirmations")
    box = wang.page.locator("[class*=st-key-confirmations_scenario_] input").first
    box.fill(SCENARIO)
    wang.page.get_by_role("option").filter(has_text=SCENARIO).first.click()
    wang.settle()
    wang.press("确认所选事项")
    wang.sees("这个场景的事项都已答复")


# Before the new pilot, whose own overdue returns would fill 安吉's workbench.
def test_a_county_hands_in_a_return(browser: Browser, site: str, tmp_path: Path) -> None:
    with visitor(browser, site, "wanganji") as wang:
        wang.sees("民呼我为全省试点")
        wang.page.locator("[class*=st-key-todo_owed_]").filter(has_text="民呼我为全省试点").get_by_role(
            "link"
        ).first.click()
        wang.settle()
        template = wang.download("下载报送表", tmp_path)
        assert re.fullmatch(r".*安吉县.*\d{8}\.xlsx", template.name)
        wrong = fill_in(
            template,
            {"SX01": (520, 480), "SX04": ("约四百", 460), "SX09": ("３１", "1,020"), "SX07": (2210.5, 610)},
            tmp_path / "填错的.xlsx",
        )
        wang.upload(wrong)
        wang.sees("错误 2 处")
        marked = wang.download("下载标注好的报送表", tmp_path)
        book = openpyxl.load_workbook(marked)
        assert book.sheetnames[0] == "校验结果"
        comments = [cell.comment.text for row in book[RETURN_SHEET].iter_rows() for cell in row if cell.comment]
        assert any("约四百" in text for text in comments)
        right = fill_in(marked, {"SX01": (432, 480), "SX04": (405, 460)}, tmp_path / "改好的.xlsx")
        wang.visit(wang.page.url.removeprefix(f"{site}/"))
        wang.upload(right)
        wang.sees("错误 0 处")
        wang.press("确认保存并提交")
        wang.sees("已提交")
        # Another county's return is not there for this one.

        wang.visit("return?id=1")
        wang.sees("没有找到这项报送，或您无权查看")


def test_a_block_copied_from_a_spreadsheet_is_pasted_into_the_grid(browser: Browser, site: str) -> None:
    with visitor(browser, site, "wanganji") as wang:
        wang.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        wang.page.locator("[class*=st-key-todo_owed_]").filter(has_text="一表通减负试点").get_by_role(
            "link"
        ).first.click()
        wang.settle()
        wang.page.evaluate("navigator.clipboard.writeText('432\\t480\\n４０５\\t四百六十')")
        grid = wang.page.get_by_test_id("stDataFrame").first
        grid.scroll_into_view_if_needed()
        wide, narrow = 295, 90  # the columns before 分子, and that one
        wang.page.wait_for_timeout(500)
        grid.click(position={"x": wide + narrow / 2, "y": 35 + 33})
        wang.page.keyboard.press("Control+v")
        wang.page.wait_for_timeout(500)
        wang.press("保存草稿")
        wang.sees("→ 90.0%（432 / 480）），没有写理由")
        wang.sees("“四百六十”不是数字")


def test_from_a_need_to_a_running_pilot(browser: Browser, site: str) -> None:
    with (
        visitor(browser, site, "liyan") as li,
        visitor(browser, site, "chenshen") as chen,
        visitor(browser, site, "wanganji") as wang,
    ):
        register(li)
        scenario = li.page.url.removeprefix(f"{site}/")
        # Nobody approves what he registered himself.
        li.press("论证情况")
        li.sees("不能审批自己登记的事项")
        expect(li.page.get_by_role("button", name="指派")).to_have_count(0)
        appraise(chen, scenario)
        li.visit(scenario)
        pilot = design(li).removeprefix(f"{site}/")
        expect(li.page.get_by_role("button", name="批准启动")).to_have_count(0)
        plan(li)
        agree(wang)
        chen.visit(pilot)
        chen.sees("启动条件已齐")
        chen.press("批准启动")
        chen.page.get_by_role("button", name="确认批准启动").click()
        chen.settle()
        chen.sees("试点中")
        chen.visit(scenario)
        chen.sees("试点中")


def test_the_institute_reads_follows_and_prints(browser: Browser, site: str, tmp_path: Path) -> None:
    with visitor(browser, site, "liyan") as li:
        li.visit("pilot?id=1")
        li.sees("这个试点有没有用？")
        assert li.page.locator("canvas, svg").count() > 2
        value = li.page.get_by_test_id("stMetricValue").first.inner_text()
        assert re.fullmatch(r"\d+\.\d\d%", value)
        report = li.download("下载评估报告（PDF）", tmp_path)
        printed = re.sub(r"\s", "", "".join(p.extract_text() for p in PdfReader(BytesIO(report.read_bytes())).pages))
        assert value in printed
        grid = li.page.locator("[class*=st-key-counties_]")
        grid.scroll_into_view_if_needed()
        box = grid.locator("canvas").first.bounding_box()
        assert box is not None
        li.page.mouse.click(box["x"] + 15, box["y"] + 52)
        li.page.wait_for_url("**/figure**", timeout=PATIENCE)
        li.settle()
        li.sees("分子")
        li.sees("数据来源")


def test_a_session_survives_a_reload_and_ends_everywhere(browser: Browser, site: str) -> None:
    with visitor(browser, site, "zhouminzheng") as zhou, visitor(browser, site, "zhouminzheng") as elsewhere:
        zhou.page.reload()
        zhou.settle()
        zhou.sees("周民政")
        tab = zhou.page.context.new_page()
        tab.goto(f"{site}/pilots")
        tab.get_by_test_id("stApp").wait_for()
        tab.close()
        other = elsewhere.page.context.request  # another browser, asked without racing its own redirect
        assert other.get(f"{site}/pilots", max_redirects=0).status == 200
        zhou.page.get_by_role("button", name="退出登录").click()
        zhou.page.wait_for_url("**/login**", timeout=PATIENCE)
        refused = other.get(f"{site}/pilots", max_redirects=0)
        assert refused.status == 303
        assert refused.headers["location"].startswith("/login")
