"""The pages about oneself, the people and the log, as those who may and those who may not."""

from __future__ import annotations

import pytest

from accounts import queries, sessions
from tests.conftest import Page
from tests.support import PASSWORD, Cast

NEW = "quite another sentence"


def test_me_shows_who_one_is_and_where(page: Page, cast: Cast) -> None:
    sessions.sign_in("wang_anji", PASSWORD, "192.0.2.99")
    app = page("me", cast.wang_anji)
    assert not app.exception
    assert app.title[0].value == "我的账号"
    assert "安吉县社会治理中心（安吉县）" in app.markdown[0].value
    table = app.dataframe[0].value
    assert table["浏览器"].tolist() == ["其他浏览器", "本浏览器"]
    assert table["网络地址"].tolist() == ["192.0.2.99", "192.0.2.1"]


def test_me_changes_the_password_and_leaves(page: Page, cast: Cast) -> None:
    app = page("me", cast.wang_anji)
    app.text_input(key="me_old").input(PASSWORD)
    app.text_input(key="me_new").input(NEW)
    app.text_input(key="me_again").input(NEW)
    app.button(key="me_submit").click().run()
    assert [note.value for note in app.info] == ["您已退出登录，正在返回登录页。"]
    assert sessions.sign_in("wang_anji", NEW, "192.0.2.1")


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        (PASSWORD, NEW, NEW + "!", "两次输入的新密码不一致，请重新输入。"),
        ("wrong", NEW, NEW, "原密码不正确\n\n请重新输入原密码。"),
        (PASSWORD, "wang\\_anji 1", "wang\\_anji 1", "密码不能"),
    ],
)
def test_me_says_what_is_wrong(page: Page, cast: Cast, old: str, new: str, again: str, message: str) -> None:
    app = page("me", cast.wang_anji)
    app.text_input(key="me_old").input(old)
    app.text_input(key="me_new").input(new.replace("\\", ""))
    app.text_input(key="me_again").input(again.replace("\\", ""))
    app.button(key="me_submit").click().run()
    assert [error.value[: len(message)] for error in app.error] == [message]
    assert sessions.sign_in("wang_anji", PASSWORD, "192.0.2.1")


@pytest.mark.parametrize("who", ["li_staff", "wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_people_is_for_the_administrator(page: Page, cast: Cast, who: str) -> None:
    app = page("people", cast.everybody()[who])
    assert "人员与单位" not in [title.value for title in app.title]


def test_people_lists_and_finds(page: Page, cast: Cast) -> None:
    app = page("people", cast.admin)
    assert not app.exception
    assert len(app.dataframe[0].value) == 8
    app.text_input(key="people_q").input("德清").run()
    assert app.dataframe[0].value["用户名"].tolist() == ["zhao_deqing"]
    app.text_input(key="people_q").input("没有这样的人").run()
    assert "没有符合条件的账号。请换一个词查找。" in app.markdown[0].value


def test_people_adds_an_organisation_and_an_account(page: Page, cast: Cast) -> None:
    app = page("people", cast.admin)
    app.text_input(key="people_body_name").input("长兴县社会治理中心")
    app.selectbox(key="people_body_kind").select_index(1)
    app.selectbox(key="people_body_region").set_value("330522")
    app.button(key="people_body_submit").click().run()
    assert not app.error
    added = queries.organisations(cast.admin)[-1]
    body = next(b for b in queries.organisations(cast.admin) if b.name == "长兴县社会治理中心")
    assert (body.region, added.id > 0) == ("长兴县", True)
    app.text_input(key="people_username").input("zhu_changxing")
    app.text_input(key="people_name").input("朱长兴")
    app.selectbox(key="people_role").select_index(2)
    app.selectbox(key="people_organisation").set_value(body.id)
    app.text_input(key="people_password").input(PASSWORD)
    app.button(key="people_submit").click().run()
    assert not app.error
    assert [toast.value for toast in app.toast] == ["已新增 朱长兴 的账号。"]
    session_id = sessions.resolve(sessions.sign_in("zhu_changxing", PASSWORD, "192.0.2.1"))
    assert session_id is not None
    found = sessions.actor(session_id)
    assert found is not None
    assert found.region_code == "330522"


def test_people_names_every_missing_field(page: Page, cast: Cast) -> None:
    app = page("people", cast.admin)
    app.button(key="people_submit").click().run()
    assert app.error[0].value.split("\n") == [
        "- 用户名：请用 2–32 位小写字母、数字或 . \\_ -",
        "- 姓名：至少 1 个字",
        "- 角色：请从列表中选择",
        "- 单位：必填",
        "",
        "请按提示修改后再提交。",
    ]


def choose(app: object, row: int) -> None:
    app.session_state["people_accounts"] = {"selection": {"rows": [row], "columns": [], "cells": []}}  # type: ignore[attr-defined]


def test_people_closes_reopens_and_resets(page: Page, cast: Cast) -> None:
    app = page("people", cast.admin)
    choose(app, 3)
    app.run()
    assert "王安吉" in app.markdown[0].value
    app.button(key="people_close").click().run()
    assert not app.error
    assert cast.wang_anji.session_id is not None
    assert sessions.actor(cast.wang_anji.session_id) is None
    assert app.dataframe[0].value["状态"].tolist()[3] == "■ 已停用"
    choose(app, 3)
    app.run()
    app.button(key="people_reopen").click().run()
    choose(app, 3)
    app.run()
    app.text_input(key="people_new").input("short")
    app.button(key="people_reset").click().run()
    assert "密码至少 10 位" in app.error[0].value
    app.text_input(key="people_new").input(NEW)
    app.button(key="people_reset").click().run()
    assert sessions.sign_in("wang_anji", NEW, "192.0.2.1")


def test_nobody_closes_themselves(page: Page, cast: Cast) -> None:
    app = page("people", cast.admin)
    choose(app, 0)
    app.run()
    app.button(key="people_close").click().run()
    assert app.error[0].value == "不能停用自己的账号\n\n请由另一位系统管理员办理。"


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_the_log_is_for_staff(page: Page, cast: Cast, who: str) -> None:
    app = page("audit", cast.everybody()[who])
    assert "操作记录" not in [title.value for title in app.title]


@pytest.mark.parametrize("who", ["admin", "li_staff"])
def test_the_log_is_searched(page: Page, cast: Cast, who: str) -> None:
    app = page("audit", cast.everybody()[who])
    assert not app.exception
    table = app.dataframe[0].value
    assert table["操作"].value_counts().to_dict() == {"登录": 8, "新增账号": 8, "新增单位": 6, "载入行政区划": 1}
    app.selectbox(key="audit_entity").set_value("organisation").run()
    assert app.dataframe[0].value["操作"].unique().tolist() == ["新增单位"]
    app.text_input(key="audit_q").input("民政").run()
    assert app.dataframe[0].value["编号"].tolist() == ["2"]
    app.text_input(key="audit_q").input("100%").run()
    assert "没有符合条件的记录" in app.markdown[0].value


def test_the_log_opens_filtered_from_an_address(page: Page, cast: Cast) -> None:
    app = page("audit", cast.li_staff, audit_q="登录", audit_actor="王安吉")
    table = app.dataframe[0].value
    assert table[["操作", "操作人"]].to_numpy().tolist() == [["登录", "王安吉"]]
