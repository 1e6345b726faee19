"""The pages of the scenarios room, run through the whole app."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core.words import Asker, GovernanceLevel, NeedSource, ScenarioState
from scenarios import need_queries, need_service, queries, service
from tests.conftest import Page
from tests.scenarios.conftest import detail, move, need_in, scenario_in
from tests.support import Cast
from tests.support.screens import words


def widget(app: AppTest, key: str) -> Any:
    return app.get_by_key(key)


def add_rows(app: AppTest, key: str, *rows: dict[str, str]) -> None:
    app.session_state[key] = {"edited_rows": {}, "added_rows": list(rows), "deleted_rows": []}


def fill_in(app: AppTest, cast: Cast, need: int) -> None:
    """The registration form, as 王安吉 would fill it in."""
    widget(app, "register_new_name").set_value("危房智能巡查")
    widget(app, "register_new_domain").set_value("公共安全")
    widget(app, "register_new_level").set_value(GovernanceLevel.COUNTY)
    widget(app, "register_new_summary").set_value("以物联感知代替人工登记，隐患自动派单到村。")
    widget(app, "register_new_needs").set_value([need])
    add_rows(
        app,
        "register_new_new_data",
        {
            "数据资源名称": "城乡危房台账",
            "提供单位": "浙江省民政厅",
            "共享属性": "浙江省 · 受限共享",
            "更新周期": "每月",
            "安全级别": "L2",
            "个人信息": "敏感个人信息",
            "用途": "核对房屋等级",
        },
    )
    add_rows(
        app,
        "register_new_duties",
        {"业务": "危房治理", "环节": "巡查", "事项": "隐患核实", "责任单位": "安吉县社会治理中心"},
        {"事项": "腾空加固"},
    )


def test_a_scenario_is_registered_from_a_need(page: Page, cast: Cast, need: int) -> None:
    app = page("register", cast.wang_anji, need=need)
    assert widget(app, "register_new_needs").value == [need]
    fill_in(app, cast, need)
    widget(app, "register_new_submit").click().run()
    assert not app.exception
    found = queries.scenarios(cast.wang_anji)
    assert [(row.name, row.lead, row.region) for row in found] == [("危房智能巡查", "安吉县社会治理中心", "安吉县")]
    dossier = detail(cast.wang_anji, found[0].id)
    assert [(v.name, v.provider, v.sharing, v.purpose) for v in dossier.data] == [
        ("城乡危房台账", "浙江省民政厅", "受限共享", "核对房屋等级")
    ]
    assert [(d.path, d.organisation) for d in dossier.duties] == [
        (("危房治理", "巡查", "隐患核实"), "安吉县社会治理中心"),
        (("腾空加固",), ""),
    ]
    # It goes on to the dossier, which says what is still missing.
    assert app.title[0].value == "CJ-2026-0001　危房智能巡查".replace("2026", found[0].code[3:7])
    assert "缺责任单位" in words(app)
    assert "个人信息保护影响评估" in words(app)


def test_what_is_missing_is_said_and_what_was_typed_stays(page: Page, cast: Cast, need: int) -> None:
    app = page("register", cast.wang_anji)
    widget(app, "register_new_name").set_value("危房智能巡查")
    add_rows(app, "register_new_duties", {"业务": "危房治理"})
    widget(app, "register_new_submit").click().run()
    assert app.error[0].value.replace("\\", "") == "\n".join(
        [
            "- 领域：必填",
            "- 场景简介：至少 10 个字",
            "- 治理层级：请从列表中选择",
            "- 对应需求：至少选择 1 项",
            "- 责任清单 第 1 项 事项：至少 2 个字",
            "",
            "请按提示修改后再提交。",
        ]
    )
    assert widget(app, "register_new_name").value == "危房智能巡查"
    assert app.session_state["register_new_duties"]["added_rows"] == [{"业务": "危房治理"}]
    assert queries.scenarios(cast.li_staff) == []


def test_a_second_click_comes_from_the_same_form(page: Page, cast: Cast, need: int) -> None:
    app = page("register", cast.wang_anji)
    fill_in(app, cast, need)
    widget(app, "register_new_submit").click().run()
    nonce = app.session_state["_nonce_register_new"]
    # What a second click would send while the first is still being answered
    again = scenario_in(cast.wang_anji, [need], name="第二次点击")
    service.register_scenario(cast.wang_anji, again, nonce=nonce)
    assert [row.name for row in queries.scenarios(cast.wang_anji)] == ["危房智能巡查"]


def test_a_returned_scenario_is_changed_and_submitted_again(page: Page, cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    move(wang, draft, "提交论证")
    move(cast.li_staff, draft, "退回修改", "请修改名称")
    app = page("scenario", wang, id=draft)
    assert "请修改名称" in words(app)
    app = page("register", wang, id=draft)
    widget(app, f"register_{draft}_name").set_value("危房智能巡查二期")
    widget(app, f"register_{draft}_submit").click().run()
    assert detail(wang, draft).row.name == "危房智能巡查二期"
    assert len(detail(wang, draft).data) == len(detail(wang, draft).duties) == 1
    app = page("scenario", wang, id=draft)
    widget(app, "scenario_0").click().run()
    assert detail(wang, draft).row.state is ScenarioState.APPRAISAL


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(page: Page, cast: Cast, need: int, draft: int) -> None:
    wang = cast.wang_anji
    app = page("register", wang, id=draft)
    widget(app, f"register_{draft}_name").set_value("我的名称")
    service.edit_scenario(wang, draft, scenario_in(wang, [need], name="别人的名称", data=[]), seen_version=1)
    widget(app, f"register_{draft}_submit").click().run()
    assert "别人改过" in app.error[0].value
    assert widget(app, f"register_{draft}_name").value == "我的名称"
    assert detail(wang, draft).row.name == "别人的名称"


def test_who_registered_reads_why_he_cannot_appraise(page: Page, cast: Cast, need: int) -> None:
    li = cast.li_staff
    number = service.register_scenario(li, scenario_in(li, [need]), nonce="n")
    move(li, number, "提交论证")
    assert "自己登记" in words(page("scenario", li, id=number))
    assert "自己登记" in words(page("appraisal", li, id=number))


@pytest.mark.parametrize("url", ["scenario", "register", "need"])
def test_a_draft_of_others_is_not_found_by_its_address(page: Page, cast: Cast, need: int, draft: int, url: str) -> None:
    app = page(url, cast.zhao_deqing, id=need if url == "need" else draft)
    assert "没有找到" in app.warning[-1].value
    assert "危房" not in words(app)


def test_nonsense_in_the_address_is_not_found(page: Page, cast: Cast, draft: int) -> None:
    for number in ("abc", "0"):
        assert "没有找到" in page("scenario", cast.li_staff, id=number).warning[-1].value


def test_an_approved_scenario_offers_a_pilot_to_staff_only(page: Page, cast: Cast, approved: int) -> None:
    def links(actor: Actor) -> list[str]:
        return [link.proto.label for link in page("scenario", actor, id=approved).get("page_link")]

    assert "发起试点" in links(cast.li_staff)
    assert "发起试点" not in links(cast.zhao_deqing)
    assert "修改登记内容" not in links(cast.wang_anji)


def test_a_need_is_registered_and_opens(page: Page, cast: Cast) -> None:
    app = page("needs", cast.wang_anji)
    widget(app, "needs_form_title").set_value("山塘水位无人知晓")
    widget(app, "needs_form_description").set_value("汛期靠人工看水尺，夜间无人值守，险情发现晚。")
    widget(app, "needs_form_level").set_value(GovernanceLevel.VILLAGE)
    widget(app, "needs_form_asker").set_value(Asker.GRASSROOTS)
    widget(app, "needs_form_source").set_value(NeedSource.VISIT)
    widget(app, "needs_submit").click().run()
    found = need_queries.needs(cast.wang_anji)
    assert [(row.title, row.region, row.priority.total) for row in found] == [("山塘水位无人知晓", "安吉县", None)]
    assert "山塘水位无人知晓" in app.title[0].value
    assert "频次未填" in words(app)


def test_an_empty_need_is_refused_in_chinese(page: Page, cast: Cast) -> None:
    app = page("needs", cast.li_staff)
    widget(app, "needs_submit").click().run()
    said = app.error[0].value
    for label in ("需求名称", "问题与痛点", "提出方", "治理层级", "所在地区", "需求来源"):
        assert label in said
    assert need_queries.needs(cast.li_staff) == []


def test_a_need_is_changed_on_its_page(page: Page, cast: Cast, need: int) -> None:
    app = page("need", cast.wang_anji, id=need)
    widget(app, f"need_{need}_1_title").set_value("危房巡查三天才上报")
    widget(app, "need_submit").click().run()
    assert app.title[0].value.endswith("危房巡查三天才上报")


def test_a_row_opens_the_scenario(page: Page, cast: Cast, draft: int) -> None:
    app = page("scenarios", cast.li_staff)
    app.session_state["scenarios_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "危房智能巡查" in app.title[0].value


def test_filters_come_from_the_address(page: Page, cast: Cast, draft: int) -> None:
    app = page("scenarios", cast.li_staff, scenarios_q="wfzn")
    assert app.dataframe[0].value["场景"].tolist() == ["危房智能巡查"]
    app = page("scenarios", cast.li_staff, scenarios_q="不存在")
    assert "没有符合条件的场景" in words(app)


def test_what_people_write_is_never_markdown(page: Page, cast: Cast) -> None:
    number = need_service.register_need(
        cast.li_staff, need_in(title=":red[假] **粗体**", description="[链接](http://x) <b>标记</b>")
    )
    app = page("need", cast.li_staff, id=number)
    assert app.title[0].value.endswith("\\:red\\[假\\] \\*\\*粗体\\*\\*")
    assert "\\[链接\\](http\\://x) \\<b\\>标记\\</b\\>" in words(app)
