"""The pages of responsibility lists, run through the whole app."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core.words import DutyAnswer, Standing
from scenarios import duty_queries, duty_service, service
from scenarios.duty_rules import Where
from scenarios.pages import duty_forms as forms
from tests.conftest import Page
from tests.scenarios.conftest import detail, move, organisation_id, scenario_in
from tests.scenarios.lists import ANJI, CIVIL, PDF, as_typed, confirm, listed, node, outline, stands
from tests.support import Cast, screens


def widget(app: AppTest, key: str) -> Any:
    return app.get_by_key(key)


def type_new(app: AppTest, key: str, text: str) -> None:
    """Type what a select box does not offer; the harness only knows how to choose."""
    box = widget(app, key)
    box.options.append(text)
    box.set_value(text)


def words(app: AppTest) -> str:
    """What the page says, without the strokes that keep user text from being Markdown."""
    return screens.words(app).replace("\\", "")


def begin(app: AppTest, actor: Actor, scenario_id: int, name: str, verb: str) -> str:
    """Choose a verb from the menu of a node; the key of its panel's widgets."""
    found = node(actor, scenario_id, name)
    widget(app, f"duty_menu_{found.id}").set_value(verb).run()
    return f"duty_{found.id}_{found.version}"


# -- the list -----------------------------------------------------------------------------


def test_the_list_says_who_and_what_is_missing(page: Page, cast: Cast, listing: int) -> None:
    seen = node(cast.wang_anji, listing, "腾空加固")
    duty_service.edit_item(cast.wang_anji, seen, as_typed(seen, organisation_id=None, data=[{"name": "鉴定结果"}]))
    said = words(page("duties", cast.wang_anji, id=listing))
    assert "1.1.1　隐患核实" in said
    assert "■ 缺责任单位" in said
    assert "■ 数据“鉴定结果”缺提供单位" in said
    assert "◐ 未确认 1" in said


def test_an_empty_list_says_how_to_begin(page: Page, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    number = service.register_scenario(wang, scenario_in(wang, [need], responsibilities=None), nonce="n")
    app = page("duties", wang, id=number)
    assert "清单还是空的" in words(app)
    widget(app, "duty_quick_0_name").set_value("隐患核实")
    widget(app, "duty_quick_0_organisation_id").set_value(wang.organisation_id)
    widget(app, "duty_quick_0_data").set_value(["危房台账：民政厅"])
    type_new(app, "duty_quick_business", "危房治理")
    type_new(app, "duty_quick_stage", "巡查")
    widget(app, "duty_quick_0_save").click().run()
    assert outline(wang, number) == ["1 危房治理", "1.1 巡查", "1.1.1 隐患核实"]
    content = node(wang, number, "隐患核实").content
    assert content is not None
    assert content.data == (("危房台账", organisation_id(wang, CIVIL)),)
    # The branches stay chosen for the next one, which finds them.
    assert widget(app, "duty_quick_business").value == "危房治理"
    widget(app, "duty_quick_1_name").set_value("隐患上报")
    widget(app, "duty_quick_1_save").click().run()
    assert outline(wang, number)[-1] == "1.1.2 隐患上报"


def test_an_unknown_provider_is_answered_with_near_names(page: Page, cast: Cast, listing: int) -> None:
    app = page("duties", cast.wang_anji, id=listing)
    key = begin(app, cast.wang_anji, listing, "隐患核实", forms.EDIT)
    widget(app, f"{key}_data").set_value(["危房台账：民政局"])
    widget(app, f"{key}_save").click().run()
    assert f"没有单位“民政局”，是不是：{CIVIL}" in app.error[0].value


def test_an_item_is_changed_in_place(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    app = page("duties", wang, id=listing)
    key = begin(app, wang, listing, "腾空加固", forms.EDIT)
    assert widget(app, f"{key}_outputs").value == "加固方案"
    widget(app, f"{key}_time_limit").set_value("5 日")
    widget(app, f"{key}_save").click().run()
    assert [e.value for e in app.error] == []
    content = node(wang, listing, "腾空加固").content
    assert content is not None
    assert (content.time_limit, content.outputs, len(content.data)) == ("5 日", "加固方案", 1)


def test_what_somebody_else_changed_meanwhile_is_told_and_kept(page: Page, cast: Cast, listing: int) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    app = page("duties", wang, id=listing)
    key = begin(app, wang, listing, "隐患核实", forms.EDIT)
    seen = node(li, listing, "隐患核实")
    duty_service.edit_item(li, seen, as_typed(seen, time_limit="1 日"))
    widget(app, f"{key}_owner").set_value("村干部")
    widget(app, f"{key}_save").click().run()
    said = app.error[0].value.replace("\\", "")
    assert "已由李研于" in said
    assert "办理时限：2 个工作日 → 1 日" in said
    assert widget(app, f"{key}_owner").value == "村干部"
    content = node(wang, listing, "隐患核实").content
    assert content is not None
    assert content.owner == "网格员"


@pytest.mark.parametrize(("verb", "expected"), [("上移", ["隐患上报", "隐患核实"]), ("下移", ["隐患核实", "隐患上报"])])
def test_up_and_down_at_once(page: Page, cast: Cast, listing: int, verb: str, expected: list[str]) -> None:
    wang = cast.wang_anji
    app = page("duties", wang, id=listing)
    begin(app, wang, listing, "隐患上报", verb)
    found = listed(wang, listing)
    assert [n.name for n in found.below(node(wang, listing, "巡查").id)] == expected
    if verb == "下移":
        assert "最后一项" in app.error[0].value


def test_nodes_are_added_where_the_menu_says(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    app = page("duties", wang, id=listing)
    key = begin(app, wang, listing, "危房治理", forms.ADD_STAGE)
    widget(app, f"{key}_{Where.UNDER}_name").set_value("回访")
    widget(app, f"{key}_{Where.UNDER}_save").click().run()
    key = begin(app, wang, listing, "回访", forms.ADD_ITEM)
    widget(app, f"{key}_{Where.UNDER}_name").set_value("入住回访")
    widget(app, f"{key}_{Where.UNDER}_save").click().run()
    key = begin(app, wang, listing, "隐患上报", forms.ADD_BEFORE)
    widget(app, f"{key}_{Where.BEFORE}_name").set_value("拍照留痕")
    widget(app, f"{key}_{Where.BEFORE}_save").click().run()
    assert outline(wang, listing) == [
        "1 危房治理", "1.1 巡查", "1.1.1 隐患核实", "1.1.2 拍照留痕", "1.1.3 隐患上报", "1.2 处置", "1.2.1 腾空加固",
        "1.3 回访", "1.3.1 入住回访",
    ]  # fmt: skip


def test_rename_move_split_merge(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    app = page("duties", wang, id=listing)
    key = begin(app, wang, listing, "巡查", forms.RENAME)
    widget(app, f"{key}_name").set_value("日常巡查")
    widget(app, f"{key}_save").click().run()
    key = begin(app, wang, listing, "隐患核实", forms.MOVE)
    stage = node(wang, listing, "处置").id
    widget(app, f"{key}_anchor").set_value(stage).run()
    assert widget(app, f"{key}_where_{stage}").options == ["下面"]
    widget(app, f"{key}_save").click().run()
    key = begin(app, wang, listing, "腾空加固", forms.SPLIT)
    widget(app, f"{key}_names").set_value("腾空\n加固\n")
    widget(app, f"{key}_save").click().run()
    assert outline(wang, listing) == ["1 危房治理", "1.1 日常巡查", "1.1.1 隐患上报", "1.2 处置", "1.2.1 腾空", "1.2.2 加固", "1.2.3 隐患核实"]  # fmt: skip
    key = begin(app, wang, listing, "腾空", forms.MERGE)
    others = [node(wang, listing, "加固").id]
    widget(app, f"{key}_others").set_value(others).run()
    widget(app, f"{key}_{others[0]}_name").set_value("腾空并加固")
    widget(app, f"{key}_{others[0]}_save").click().run()
    assert outline(wang, listing)[-2:] == ["1.2.1 腾空并加固", "1.2.2 隐患核实"]


def test_a_removal_asks_and_can_be_undone(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    before = outline(wang, listing)
    app = page("duties", wang, id=listing)
    key = begin(app, wang, listing, "巡查", forms.REMOVE)
    assert "将移除“巡查”和它下面的 2 个事项" in words(app)
    assert outline(wang, listing) == before
    widget(app, f"{key}_save").click().run()
    assert outline(wang, listing) == ["1 危房治理", "1.1 处置", "1.1.1 腾空加固"]
    widget(app, "duty_undo_go").click().run()
    assert outline(wang, listing) == before
    key = begin(app, wang, listing, "隐患核实", forms.REMOVE)
    widget(app, f"{key}_cancel").click().run()
    key = begin(app, wang, listing, "隐患核实", forms.REMOVE)
    widget(app, f"{key}_save").click().run()
    gone = listed(wang, listing).removed[0].id
    widget(app, f"duty_restore_{gone}").click().run()
    assert outline(wang, listing) == before


def test_what_is_under_way_on_something_removed_ends(page: Page, cast: Cast, listing: int) -> None:
    app = page("duties", cast.wang_anji, id=listing)
    begin(app, cast.wang_anji, listing, "隐患核实", forms.EDIT)
    duty_service.remove(cast.li_staff, node(cast.li_staff, listing, "隐患核实"))
    app.run()
    assert "您正在办理的“隐患核实”已被移除" in words(app)


def test_those_who_only_read_have_no_verbs(page: Page, cast: Cast, listing: int) -> None:
    app = page("duties", cast.zhou_minzheng, id=listing)
    menus = app.menu_button
    assert {tuple(menu.options) for menu in menus} == {(forms.SHOW,)}
    assert "只能修改本单位登记或牵头" in words(app)
    widget(app, f"duty_menu_{node(cast.zhou_minzheng, listing, '腾空加固').id}").set_value(forms.SHOW).run()
    assert "**触发条件**　鉴定为 D 级" in words(app)
    assert "没有找到" in page("duties", cast.zhao_deqing, id=listing).warning[-1].value


def test_filters_keep_the_branches_above(page: Page, cast: Cast, listing: int) -> None:
    app = page("duties", cast.wang_anji, id=listing)
    widget(app, "duties_search").set_value("民政厅").run()
    said = words(app)
    assert "腾空加固" in said
    assert "处置" in said
    assert "隐患核实" not in said
    widget(app, "duties_search").set_value("没有的").run()
    assert "没有符合条件" in words(app)
    widget(app, "duties_search").set_value("").run()
    widget(app, "duties_only").set_value("有缺口").run()
    assert "没有符合条件" in words(app)


def test_a_long_list_has_pages_and_shows_what_was_added(page: Page, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    rows = [{"business": "业务", "stage": "环节", "name": f"事项{k:02d}"} for k in range(60)]
    data = scenario_in(wang, [need], data=[], responsibilities=rows)
    number = service.register_scenario(wang, data, nonce="n")
    app = page("duties", wang, id=number)
    assert len(app.get("menu_button")) == 25
    widget(app, f"duties_page_{number}").set_value(3).run()
    assert "业务 › 环节（续）" in words(app)
    widget(app, "duty_quick_business").set_value("业务").run()
    widget(app, "duty_quick_60_name").set_value("最后一项")
    widget(app, "duty_quick_60_save").click().run()
    key = begin(app, wang, number, "事项59", forms.MOVE)
    anchor = node(wang, number, "事项00").id
    widget(app, f"{key}_anchor").set_value(anchor).run()
    widget(app, f"{key}_where_{anchor}").set_value(Where.BEFORE).run()
    widget(app, f"{key}_save").click().run()
    assert widget(app, f"duties_page_{number}").value == 1
    assert "1.1.1　事项59" in words(app)


def test_a_draft_is_edited_without_its_list(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    before = listed(wang, listing).nodes
    app = page("register", wang, id=listing)
    assert [link.proto.label for link in app.get("page_link") if "责任清单" in link.proto.label] != []
    widget(app, f"register_{listing}_name").set_value("危房智能巡查二期")
    widget(app, f"register_{listing}_submit").click().run()
    assert detail(wang, listing).row.name == "危房智能巡查二期"
    assert listed(wang, listing).nodes == before


# -- agreement ----------------------------------------------------------------------------


def confirm_key(actor: Actor, scenario_id: int, organisation: int | None = None) -> str:
    return f"confirm_{organisation or actor.organisation_id}_{scenario_id}"


def test_an_organisation_confirms_what_it_sees(page: Page, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    app = page("confirmations", wang)
    assert [s.value for s in app.subheader] == ["等待答复（3）"]
    key = confirm_key(wang, listing)
    leave = node(wang, listing, "隐患上报")
    widget(app, f"{key}_{leave.id}_{leave.version}").set_value(False)
    widget(app, f"{key}_go").click().run()
    assert stands(wang, listing, "隐患核实") == {ANJI: Standing.CONFIRMED}
    assert stands(wang, listing, "隐患上报") == {ANJI: Standing.PENDING}
    assert [s.value for s in app.subheader] == ["等待答复（1）"]


def test_what_changed_since_the_last_answer_is_told_field_by_field(page: Page, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen, time_limit="5 日", outputs="验收单"))
    said = words(page("confirmations", zhou))
    assert "办理时限：~~（空）~~ → **5 日**" in said
    assert "输出：~~加固方案~~ → **验收单**" in said


def test_what_changed_under_the_reader_is_not_confirmed(page: Page, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    app = page("confirmations", zhou)
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen, time_limit="5 日"))
    widget(app, f"{confirm_key(zhou, listing)}_go").click().run()
    assert "办理时限：（空） → 5 日" in app.error[0].value.replace("\\", "")
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.PENDING
    widget(app, f"{confirm_key(zhou, listing)}_go").click().run()
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CONFIRMED


def test_an_objection_needs_its_reason_and_shows_on_the_list(page: Page, cast: Cast, listing: int) -> None:
    zhou = cast.zhou_minzheng
    app = page("confirmations", zhou)
    key = confirm_key(zhou, listing)
    widget(app, f"{key}_objected").set_value([node(zhou, listing, "腾空加固").id])
    widget(app, f"{key}_object_go").click().run()
    assert "要写明理由" in app.error[0].value
    widget(app, f"{key}_object_reason").set_value("加固由住建部门负责")
    widget(app, f"{key}_object_go").click().run()
    assert stands(zhou, listing, "腾空加固")[CIVIL] is Standing.OBJECTED
    said = words(page("duties", cast.wang_anji, id=listing, duties_view="确认情况"))
    assert "加固由住建部门负责" in said
    assert duty_queries.said(zhou, listing)[0].answer is DutyAnswer.OBJECT


def test_staff_answer_for_others_with_evidence(page: Page, cast: Cast, listing: int) -> None:
    li = cast.li_staff
    civil = organisation_id(li, CIVIL)
    app = page("confirmations", li)
    widget(app, "confirmations_organisation").set_value(civil).run()
    key = confirm_key(li, listing, civil)
    widget(app, f"{key}_go").click().run()
    assert "要附凭证" in app.error[0].value
    widget(app, f"{key}_behalf_reason").set_value("会上书面同意")
    widget(app, f"{key}_behalf_files").upload(*PDF)
    widget(app, f"{key}_go").click().run()
    assert [e.value for e in app.error] == []
    assert stands(li, listing, "腾空加固")[CIVIL] is Standing.CONFIRMED
    assert "研究院代办" in words(page("duties", li, id=listing, duties_view="确认情况"))


def test_those_without_items_read_why(page: Page, cast: Cast, listing: int) -> None:
    assert "还没有与“德清县社会治理中心”有关的事项" in words(page("confirmations", cast.zhao_deqing))


def test_staff_without_any_list_read_what_to_do(page: Page, cast: Cast) -> None:
    assert "还没有责任清单" in words(page("confirmations", cast.li_staff))


def test_the_dossier_leads_to_the_list(page: Page, cast: Cast, listing: int) -> None:
    move(cast.wang_anji, listing, "提交论证")
    links = [link.proto.label for link in page("scenario", cast.wang_anji, id=listing).get("page_link")]
    assert any("责任清单" in label for label in links)
