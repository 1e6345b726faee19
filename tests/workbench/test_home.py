"""The first page: what an empty installation is told to do, and what waits in the rooms."""

from __future__ import annotations

from accounts.permissions import Actor
from tests.conftest import Page
from tests.support.cast import Cast
from tests.support.screens import words


def test_a_new_installation_is_shown_the_way_and_where_it_stands(page: Page, cast: Cast) -> None:
    text = words(page("home", cast.li_staff))
    assert "▶　1. 登记基层提出的需求" in text
    assert "○　2. 由需求登记场景" in text
    assert "开通单位和账号" not in text  # an administrator's business
    assert "✓　1. 开通单位和账号" in words(page("home", cast.admin))
    assert "开始使用" not in words(page("home", cast.wang_anji))


def test_challenges_wait_on_the_workbench(page: Page, demo_cast: dict[str, Actor]) -> None:
    assert "项榜单正在征集，可以揭榜" in words(page("home", demo_cast["wujie"]))
    staff = words(page("home", demo_cast["liyan"]))
    assert "项榜单已截止，等待资格审查" in staff
    assert "“方案设计”待核查" in staff
