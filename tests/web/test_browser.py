"""What only a browser can tell: sign-in by clicking, the policy, and no English left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import SETTLED, launch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# Material icons are words to the page's text and pictures to its reader
LABELS = """() => [...document.querySelectorAll('[aria-label],[title],[placeholder]')].flatMap(
    e => [e.ariaLabel, e.title, e.placeholder]).filter(Boolean)"""

expect.set_options(timeout=30_000)  # a loaded machine answers late


@pytest.fixture(scope="module")
def tab(chromium: str, stub_server: str) -> Iterator[Page]:
    """A tab of an English browser, signed in; anything it complains about fails the test."""
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = launch(play, chromium)
        context = browser.new_context(locale="en-US", timezone_id="Asia/Shanghai", reduced_motion="reduce")
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if _local(request.url, stub_server) else complaints.append(request.url))
        page.goto(f"{stub_server}/?q=1")
        page.get_by_role("button", name="王安吉").click()
        _settle(page)
        yield page
        browser.close()
    assert complaints == []


def _local(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


def _settle(page: Page) -> None:
    page.wait_for_selector(SETTLED)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def _english(texts: list[str]) -> list[str]:
    known = re.compile(r"\d+MB|XLSX|CSV|PNG|AAPL|YYYY|MM|DD")
    return [text for text in texts if re.search("[A-Za-z]{2,}", known.sub("", text))]


def test_one_click_signs_in_and_returns_to_the_page(tab: Page, stub_server: str) -> None:
    assert tab.url == f"{stub_server}/?q=1"
    assert tab.title() == "智评"
    assert tab.locator("html").get_attribute("lang") == "zh-CN"
    expect(tab.get_by_text(re.compile(r"会话 \d+"))).to_be_visible()


def test_the_cookie_is_out_of_reach_of_scripts(tab: Page) -> None:
    (cookie,) = (cookie for cookie in tab.context.cookies() if cookie["name"] == "zhiping_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert "zhiping_session" not in tab.evaluate("document.cookie")


def test_widgets_speak_chinese(tab: Page) -> None:
    uploader = tab.locator(".st-key-file")
    expect(uploader).to_contain_text("选择文件")
    expect(uploader).to_contain_text("每个文件不超过 20MB")
    expect(tab.locator(".st-key-one input")).to_have_attribute("placeholder", "请选择")
    tab.locator(".st-key-many input").click()
    expect(tab.get_by_role("option", name="全选")).to_be_visible()
    tab.locator(".st-key-many input").fill("丙")
    expect(tab.get_by_text("没有匹配的选项")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.locator(".st-key-day").get_by_test_id("stDateInputCalendarButton").click()
    expect(tab.get_by_text("十一月").first).to_be_visible()
    tab.keyboard.press("Escape")
    tab.locator(".st-key-words input").fill("字")
    expect(tab.get_by_text("按回车应用")).to_be_visible()
    tab.keyboard.press("Enter")
    _settle(tab)


def test_the_grid_speaks_chinese(tab: Page) -> None:
    grid = tab.locator(".st-key-grid")
    grid.hover()
    for label in ("添加行", "显示或隐藏列", "下载 CSV", "搜索", "全屏"):
        expect(grid.get_by_label(label)).to_be_visible()
    grid.get_by_label("搜索").click()
    expect(grid.get_by_text("输入要搜索的文字")).to_be_visible()
    tab.keyboard.press("Escape")


def test_a_refused_file_is_explained(tab: Page, tmp_path: Path) -> None:
    big = tmp_path / "大.csv"
    big.write_bytes(b"x" * (21 * 1024 * 1024))
    tab.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(big)
    expect(tab.get_by_test_id("stFileChip")).to_contain_text("文件过大，应不超过 20.0MB。")
    tab.get_by_test_id("stFileChip").get_by_role("button").click()


def test_no_label_is_left_in_english(tab: Page) -> None:
    assert _english(tab.evaluate(LABELS)) == []


def test_a_dialog_can_be_closed_in_chinese(tab: Page) -> None:
    tab.locator(".st-key-open button").click()
    tab.get_by_role("dialog").get_by_label("关闭").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)


def test_an_unexpected_error_gives_a_number_and_no_details(tab: Page) -> None:
    tab.locator(".st-key-fail button").click()
    expect(tab.get_by_test_id("stAlert")).to_contain_text("编号")
    assert "secret detail" not in tab.content()
