"""The pages about data, run through the whole app."""

from __future__ import annotations

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core import clock
from core.words import DataStatus, ImpactConclusion, Opening, SecurityLevel
from scenarios import impact_queries, impact_service, request_service, resource_queries, resource_service, stages
from scenarios.resource_schemas import DataLinkIn, PrivacyIn
from tests.conftest import Page
from tests.scenarios.conftest import detail, resource_in
from tests.scenarios.test_pages import add_rows, widget, words
from tests.scenarios.test_resources import LETTER, approval_in, entry
from tests.support import Cast


def shown(app: AppTest, key: str) -> bool:
    try:
        app.get_by_key(key)
    except KeyError:
        return False
    return True


def test_a_resource_is_added_to_the_catalogue(page: Page, cast: Cast) -> None:
    app = page("resources", cast.li_staff)
    widget(app, "resources_form_name").set_value("低保对象信息")
    widget(app, "resources_form_provider").set_value(cast.zhou_minzheng.organisation_id)
    widget(app, "resources_form_sharing").set_value("浙江省 · 无条件共享")
    widget(app, "resources_form_level").set_value(SecurityLevel.L4)
    add_rows(app, "resources_form_items", {"信息项名称": "姓名"}, {"信息项名称": "起保日期", "数据类型": "日期型"})
    widget(app, "resources_submit").click().run()
    assert "L4" in app.error[0].value
    widget(app, "resources_form_sharing").set_value("浙江省 · 受限共享")
    widget(app, "resources_submit").click().run()
    (row,) = resource_queries.resources(cast.li_staff).rows
    assert (row.name, row.sharing, row.items, row.code[:3]) == ("低保对象信息", "受限共享", 2, "SJ-")
    assert app.title[0].value == f"{row.code}　低保对象信息"
    assert "缺分类码" in words(app)


def test_opening_above_l1_asks_for_its_approval(page: Page, cast: Cast) -> None:
    app = page("resources", cast.zhou_minzheng)
    widget(app, "resources_form_name").set_value("低保对象信息")
    widget(app, "resources_form_provider").set_value(cast.zhou_minzheng.organisation_id)
    widget(app, "resources_form_sharing").set_value("国家 · 有条件共享")
    widget(app, "resources_form_level").set_value(SecurityLevel.L3)
    widget(app, "resources_form_opening").set_value(Opening.CONDITIONAL)
    widget(app, "resources_submit").click().run()
    assert "开放批准记录" in app.error[0].value
    widget(app, "resources_approval_number").set_value("民函〔2026〕1号")
    widget(app, "resources_submit").click().run()
    assert "批准文件" in app.error[0].value
    widget(app, "resources_approval_authority").set_value("省数据局")
    widget(app, "resources_approval_files").upload("批复.txt", LETTER[0][1])
    widget(app, "resources_submit").click().run()
    (row,) = resource_queries.resources(cast.li_staff).rows
    assert row.opening == "有条件开放"
    assert "民函〔2026〕1号" in words(app)


def test_the_provider_changes_its_entry_and_others_read_it(page: Page, cast: Cast) -> None:
    zhou = cast.zhou_minzheng
    number = resource_service.add_resource(zhou, resource_in(zhou.organisation_id or 0, items=[{"name": "姓名"}]))
    app = page("resource", cast.wang_anji, id=number)
    assert not shown(app, "resource_save")
    assert "只有数据的提供单位和研究院可以办理" in words(app)
    app = page("resource", zhou, id=number)
    widget(app, f"resource_{number}_1_class").set_value("30")
    widget(app, "resource_save").click().run()
    assert "类1位" in app.error[0].value
    widget(app, f"resource_{number}_1_class").set_value("305020")
    widget(app, "resource_save").click().run()
    found = entry(zhou, number)
    assert (found.data.class_code, found.version, [item.name for item in found.items]) == ("305020", 2, ["姓名"])


def test_an_approval_is_put_on_record_and_withdrawn(page: Page, cast: Cast) -> None:
    zhou = cast.zhou_minzheng
    number = resource_service.add_resource(zhou, resource_in(zhou.organisation_id or 0))
    resource_service.approve_opening(zhou, number, approval_in())
    app = page("resource", zhou, id=number)
    approval = entry(zhou, number).approvals[0].id
    widget(app, f"resource_withdraw_{approval}_reason").set_value("文件已废止")
    widget(app, f"resource_withdraw_{approval}_go").click().run()
    assert "撤销：文件已废止" in words(app)


def test_a_row_opens_the_resource_and_filters_come_from_the_address(page: Page, cast: Cast) -> None:
    own = cast.wang_anji.organisation_id or 0
    resource_service.add_resource(cast.wang_anji, resource_in(own))
    app = page("resources", cast.li_staff, resources_q="不存在")
    assert "没有符合条件" in words(app)
    app = page("resources", cast.li_staff, resources_q="wftz")
    assert app.dataframe[0].value["数据资源"].tolist() == ["城乡危房台账"]
    app.session_state["resources_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "城乡危房台账" in app.title[0].value


def test_nobody_is_shown_a_resource_that_is_not_there(page: Page, cast: Cast) -> None:
    for number in ("0", "abc", "999"):
        assert "没有找到" in page("resource", cast.li_staff, id=number).warning[-1].value


# -- in the dossier ----------------------------------------------------------------------


def test_a_request_is_made_from_the_dossier(page: Page, cast: Cast, draft: int) -> None:
    app = page("scenario", cast.wang_anji, id=draft)
    widget(app, "scenario_request_save").click().run()
    assert detail(cast.wang_anji, draft).data[0].status is DataStatus.REQUESTED
    # Now 安吉, which provides it, may answer; a refusal needs its reason.
    link = detail(cast.wang_anji, draft).data[0].id
    widget(app, f"scenario_request_{link}_do").set_value(stages.DENY).run()
    widget(app, "scenario_request_save").click().run()
    assert "需要填写理由" in app.error[0].value
    widget(app, "scenario_request_reason").set_value("数据正在整理")
    widget(app, "scenario_request_save").click().run()
    assert detail(cast.wang_anji, draft).data[0].refused_because == "数据正在整理"


def test_data_is_added_and_let_go_in_the_dossier(page: Page, cast: Cast, draft: int) -> None:
    civil = cast.zhou_minzheng.organisation_id or 0
    number = resource_service.add_resource(
        cast.zhou_minzheng, resource_in(civil, name="低保对象信息", items=[{"name": "姓名"}, {"name": "身份证号"}])
    )
    wang = cast.wang_anji
    app = page("scenario", wang, id=draft)
    widget(app, "scenario_link_q").set_value("dbdx").run()
    assert widget(app, "scenario_link_resource").value == number
    version = detail(wang, draft).version
    assert widget(app, f"scenario_link_{version}_{number}_fields").options == ["姓名", "身份证号"]
    widget(app, f"scenario_link_{version}_{number}_fields").set_value(["身份证号"])
    widget(app, "scenario_link_save").click().run()
    assert "用途" in app.error[0].value
    widget(app, f"scenario_link_{version}_purpose").set_value("核对对象")
    widget(app, "scenario_link_save").click().run()
    added = detail(wang, draft).data[1]
    assert (added.name, added.fields, added.purpose) == ("低保对象信息", ["身份证号"], "核对对象")
    widget(app, "scenario_unlink_link").set_value(added.id).run()
    key = f"scenario_unlink_{added.id}_{added.version}"
    widget(app, f"{key}_fields").set_value("姓名、身份证号")
    widget(app, f"{key}_save").click().run()
    added = detail(wang, draft).data[1]
    assert added.fields == ["姓名", "身份证号"]
    widget(app, "scenario_unlink_link").set_value(added.id).run()
    widget(app, f"scenario_unlink_{added.id}_{added.version}_remove").click().run()
    assert len(detail(wang, draft).data) == 1


def test_a_stranger_has_no_buttons_for_data(page: Page, cast: Cast, approved: int) -> None:
    app = page("scenario", cast.zhao_deqing, id=approved)
    for key in ("scenario_request_save", "scenario_link_save", "scenario_unlink_link", "privacy_declare_save"):
        assert not shown(app, key), key


# -- personal information ----------------------------------------------------------------------


def test_an_assessment_is_recorded_in_the_dossier(page: Page, cast: Cast, draft: int) -> None:
    wang = cast.wang_anji
    app = page("scenario", wang, id=draft)
    version = detail(wang, draft).version
    assert not shown(app, "privacy_save")  # nothing asks for one
    widget(app, f"privacy_{version}_decides").set_value(True)
    widget(app, "privacy_declare_save").click().run()
    assert "还没有个人信息保护影响评估" in words(app)
    widget(app, "privacy_save").click().run()
    said = app.error[0].value
    for label in ("评估结论", "评估要点", "评估报告"):
        assert label in said
    widget(app, "privacy_done_on").set_value(clock.today() - timedelta(days=1))
    widget(app, "privacy_conclusion").set_value(ImpactConclusion.CONDITIONAL)
    widget(app, "privacy_summary").set_value("评级结果由人工复核后生效。")
    widget(app, "privacy_files").upload("评估报告.txt", b"report")
    widget(app, "privacy_save").click().run()
    assert not app.exception
    assert impact_queries.missing_for(wang, draft) == []
    assert "落实措施后可以开展" in words(app)


def test_the_pilot_says_what_is_missing_before_its_start(page: Page, cast: Cast) -> None:
    from pilots import service as pilots
    from tests.pilots import support

    scenario_id = support.approved_scenario(cast)
    data = PrivacyIn(sensitive_information=True, automated_decisions=False)
    impact_service.declare(cast.li_staff, scenario_id, data, seen_version=detail(cast.li_staff, scenario_id).version)
    pilot_id = pilots.design(cast.li_staff, support.pilot_in(scenario_id, cast))
    app = page("pilot", cast.li_staff, id=pilot_id)
    assert "启动前还差 3 项" in words(app)
    assert "还没有个人信息保护影响评估（直接采集敏感个人信息）" in words(app)


def test_refused_data_says_why(page: Page, cast: Cast, draft: int) -> None:
    view = detail(cast.wang_anji, draft).data[0]
    for do, reason in ((stages.ASK, ""), (stages.DENY, "范围过宽")):
        version = detail(cast.wang_anji, draft).data[0].version
        request_service.move(cast.wang_anji, view.id, do, reason, on=clock.today(), seen_version=version)
    app = page("scenario", cast.wang_anji, id=draft)
    table = next(frame.value for frame in app.dataframe if "拒绝理由" in frame.value.columns)
    assert table["拒绝理由"].tolist() == ["范围过宽"]


# -- the work list ----------------------------------------------------------------------------


def ask(actor: Actor, scenario_id: int, provider: Actor, days: int) -> int:
    """A request for data of a provider, some days ago; returns the link."""
    resource = resource_in(provider.organisation_id or 0, name=f"台账{days}")
    link = request_service.add_link(actor, scenario_id, DataLinkIn(new=resource, purpose="核对", fields="姓名"))
    view = next(view for view in detail(actor, scenario_id).data if view.id == link)
    day = clock.today() - timedelta(days=days)
    request_service.move(actor, link, stages.ASK, on=day, seen_version=view.version)
    return link


def test_a_department_answers_from_its_work_list(page: Page, cast: Cast, draft: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    late, fresh = ask(wang, draft, zhou, 60), ask(wang, draft, zhou, 1)
    app = page("requests", zhou)
    assert widget(app, "requests_tab").options == ["待我答复（2）", "我们的申请（0）"]
    assert "超期" in words(app)
    assert words(app).index("台账60") < words(app).index("台账1**")
    widget(app, f"request_{late}_1").click().run()
    assert "需要填写理由" in app.error[0].value
    widget(app, f"request_{late}_1_reason").set_value("请改用核验接口")
    widget(app, f"request_{late}_1").click().run()
    widget(app, f"request_{fresh}_0").click().run()
    found = {view.id: (view.status, view.refused_because) for view in detail(wang, draft).data}
    assert found[late] == (DataStatus.REFUSED, "请改用核验接口")
    assert found[fresh] == (DataStatus.GRANTED, "")
    assert "没有等待本单位答复" in words(app)
    # The other side reads what became of it, and what is to do.
    app = page("requests", wang)
    widget(app, "requests_tab").set_value("我们的申请（3）").run()
    table = next(frame.value for frame in app.dataframe if "下一步" in frame.value.columns)
    assert table["状态"].tolist() == ["● 已批准", "■ 被拒", "○ 未申请"]
    assert table["拒绝理由"].tolist() == ["–", "请改用核验接口", "–"]
    app.session_state["requests_own"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "危房智能巡查" in app.title[0].value


def test_staff_see_who_owes_answers_and_write_down_letters(page: Page, cast: Cast, draft: int) -> None:
    link = ask(cast.wang_anji, draft, cast.zhou_minzheng, 60)
    app = page("requests", cast.li_staff)
    owing = next(frame.value for frame in app.dataframe if "超过期限" in frame.value.columns)
    assert owing[["提供单位", "待答复", "超过期限"]].to_numpy().tolist() == [["浙江省民政厅", 1, 1]]
    widget(app, f"request_{link}_0").click().run()
    assert "依据" in app.error[0].value
    widget(app, f"request_{link}_0_reason").set_value("浙民函〔2026〕12号")
    widget(app, f"request_{link}_0").click().run()
    view = next(view for view in detail(cast.li_staff, draft).data if view.id == link)
    assert view.status is DataStatus.GRANTED


def test_who_asked_reads_why_he_cannot_answer(page: Page, cast: Cast, draft: int) -> None:
    link = ask(cast.li_staff, draft, cast.zhou_minzheng, 3)
    app = page("requests", cast.chen_staff)
    assert "本单位提出的申请" in words(app)
    assert not shown(app, f"request_{link}_0")


def test_the_workbench_counts_what_waits(page: Page, cast: Cast, draft: int) -> None:
    ask(cast.wang_anji, draft, cast.zhou_minzheng, 60)
    assert "份数据申请待我答复" in words(page("home", cast.zhou_minzheng))
    assert "份数据申请超过答复期限" in words(page("home", cast.li_staff))
    assert "数据申请" not in words(page("home", cast.zhao_deqing))
