"""Responsibility lists on the database: changing the tree, what stays, and who agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

import accounts.queries
from accounts.permissions import OPERATOR
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import DutyAnswer, DutyKind, DutyPart, Standing
from db import audit
from db.engine import engine
from db.session import read
from scenarios import agreement_service, duty_queries, duty_service, service
from scenarios.duty_rules import Place, Where
from scenarios.schemas import BranchIn
from tests.scenarios.conftest import detail, move, organisation_id, scenario_in
from tests.scenarios.lists import ANJI, CIVIL, PDF, as_typed, confirm, item, listed, node, outline, stands
from tests.support import Cast, count_queries

# -- the tree -----------------------------------------------------------------------------


def test_a_list_is_built_branch_by_branch(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    assert outline(wang, listing) == [
        "1 危房治理",
        "1.1 巡查",
        "1.1.1 隐患核实",
        "1.1.2 隐患上报",
        "1.2 处置",
        "1.2.1 腾空加固",
    ]
    found = node(wang, listing, "腾空加固")
    assert found.content is not None
    civil = organisation_id(wang, CIVIL)
    assert (found.path, found.content.organisation_id) == (("危房治理", "处置", "腾空加固"), civil)
    assert (found.content.trigger, found.content.inputs, found.content.outputs) == (
        "鉴定为 D 级",
        "鉴定报告",
        "加固方案",
    )
    assert found.content.data == (("危房鉴定结果", civil),)
    assert found.content.parties == {
        civil: (DutyPart.RESPONSIBLE, DutyPart.PROVIDER),
        wang.organisation_id: (DutyPart.SUPPORTING,),
    }
    actions = [event.action for event in accounts.queries.history(wang, "scenario", listing)]
    assert actions == ["duty:add", "duty:add", "duty:add", "scenario:create"]
    with read() as session:
        assert audit.broken_links(session) == []


@pytest.mark.parametrize(
    ("where", "at", "expected"),
    [
        (Where.BEFORE, "隐患核实", ["新事项", "隐患核实", "隐患上报"]),
        (Where.AFTER, "隐患核实", ["隐患核实", "新事项", "隐患上报"]),
        (Where.UNDER, "巡查", ["隐患核实", "隐患上报", "新事项"]),
    ],
)
def test_an_item_is_added_before_after_or_under(
    database: str, cast: Cast, listing: int, where: Where, at: str, expected: list[str]
) -> None:
    wang = cast.wang_anji
    duty_service.add_item(wang, listing, item("新事项"), Place(where, node(wang, listing, at).id))
    found = listed(wang, listing)
    assert [n.name for n in found.below(node(wang, listing, "巡查").id)] == expected


def test_a_business_is_added_at_the_end(cast: Cast, listing: int) -> None:
    duty_service.add_branch(cast.wang_anji, listing, BranchIn(name="回访"), Place())
    assert outline(cast.wang_anji, listing)[-1] == "2 回访"
    assert [f.message for f in listed(cast.wang_anji, listing).gaps["回访"]] == ["下面还没有事项"]


def test_what_stands_where_it_may_not_is_refused(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    leaf, stage = node(wang, listing, "隐患核实"), node(wang, listing, "巡查")
    with pytest.raises(Invalid, match="环节不能放在“巡查”（环节）下面"):
        duty_service.add_branch(wang, listing, BranchIn(name="小环节"), Place(Where.UNDER, stage.id))
    with pytest.raises(Invalid, match="最小颗粒不能放在“隐患核实”（最小颗粒）下面"):
        duty_service.add_item(wang, listing, item("小事"), Place(Where.UNDER, leaf.id))
    with pytest.raises(Invalid, match="环节不能放在最上层"):
        duty_service.move(wang, stage, Place())
    with pytest.raises(Invalid, match="移到它自己或它下面"):
        duty_service.move(wang, stage, Place(Where.UNDER, leaf.id))
    with pytest.raises(Duplicate, match="同一处已有“隐患上报”"):
        duty_service.add_item(wang, listing, item("隐患上报"), Place(Where.AFTER, leaf.id))


def test_up_and_down(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    duty_service.shift(wang, node(wang, listing, "隐患上报"), -1)
    assert outline(wang, listing)[2:4] == ["1.1.1 隐患上报", "1.1.2 隐患核实"]
    with pytest.raises(Invalid, match="已经是同级的第一项"):
        duty_service.shift(wang, node(wang, listing, "隐患上报"), -1)
    duty_service.shift(wang, node(wang, listing, "巡查"), 1)
    assert [line.split()[1] for line in outline(wang, listing)] == [
        "危房治理", "处置", "腾空加固", "巡查", "隐患上报", "隐患核实"
    ]  # fmt: skip


def test_a_second_click_does_not_move_twice(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    seen = node(wang, listing, "隐患上报")
    duty_service.shift(wang, seen, -1)
    with pytest.raises(Conflict, match=r"王安吉.*1\.1\.2 → 1\.1\.1"):
        duty_service.shift(wang, seen, -1)


def test_an_item_moves_under_another_stage_and_a_stage_takes_its_items_along(
    database: str, cast: Cast, listing: int
) -> None:
    wang = cast.wang_anji
    stage = node(wang, listing, "处置")
    duty_service.move(wang, node(wang, listing, "隐患核实"), Place(Where.UNDER, stage.id))
    assert outline(wang, listing) == [
        "1 危房治理",
        "1.1 巡查",
        "1.1.1 隐患上报",
        "1.2 处置",
        "1.2.1 腾空加固",
        "1.2.2 隐患核实",
    ]
    duty_service.move(wang, node(wang, listing, "隐患核实"), Place(Where.BEFORE, node(wang, listing, "腾空加固").id))
    other = duty_service.add_branch(wang, listing, BranchIn(name="应急"), Place())
    duty_service.move(wang, node(wang, listing, "处置"), Place(Where.UNDER, other))
    assert outline(wang, listing) == [
        "1 危房治理",
        "1.1 巡查",
        "1.1.1 隐患上报",
        "2 应急",
        "2.1 处置",
        "2.1.1 隐患核实",
        "2.1.2 腾空加固",
    ]
    assert node(wang, listing, "腾空加固").path == ("应急", "处置", "腾空加固")


def test_a_branch_is_renamed(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    duty_service.rename(wang, node(wang, listing, "巡查"), BranchIn(name="日常巡查"))
    assert node(wang, listing, "隐患核实").path == ("危房治理", "日常巡查", "隐患核实")
    with pytest.raises(Duplicate):
        duty_service.rename(wang, node(wang, listing, "日常巡查"), BranchIn(name="处置"))


def test_an_item_is_split_into_copies_behind_it(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    before = node(wang, listing, "腾空加固")
    ids = duty_service.split(wang, before, ["人员腾空", " 房屋加固 ", "", "复核销号"])
    found = listed(wang, listing)
    parts = [found.node(number) for number in ids]
    assert [part.name for part in parts if part] == ["人员腾空", "房屋加固", "复核销号"]
    assert ids[0] == before.id
    assert [n.id for n in found.below(before.parent_id)] == ids
    for part in parts:
        assert part is not None
        assert part.content is not None
        assert before.content is not None
        assert part.content.data == before.content.data
        assert part.content.supporting == before.content.supporting
        assert part.content.trigger == before.content.trigger
    with pytest.raises(Invalid, match="至少要写两个"):
        duty_service.split(wang, node(wang, listing, "人员腾空"), ["一个名称"])
    with pytest.raises(Duplicate):
        duty_service.split(wang, node(wang, listing, "人员腾空"), ["房屋加固", "撤离"])


def test_items_are_merged_into_the_first(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    both = [node(wang, listing, "隐患核实"), node(wang, listing, "腾空加固")]
    merged = duty_service.merge(
        wang, listing, both, as_typed(both[0], name="核实加固", supporting=[organisation_id(wang, CIVIL)])
    )
    assert merged == both[0].id
    # The stage that lost its only item stays, and says that it is empty.
    assert outline(wang, listing) == ["1 危房治理", "1.1 巡查", "1.1.1 核实加固", "1.1.2 隐患上报", "1.2 处置"]
    assert [(gone.name, gone.by) for gone in listed(wang, listing).removed] == [("腾空加固", "王安吉")]
    with pytest.raises(Invalid, match="至少要选两个"):
        duty_service.merge(wang, listing, [both[0]], item("独自"))
    with pytest.raises(Invalid, match="是环节，不是事项"):
        duty_service.merge(wang, listing, [node(wang, listing, "核实加固"), node(wang, listing, "处置")], item("合并"))


def test_what_is_removed_comes_back_as_it_was(database: str, cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    before = listed(wang, listing)
    alone, stage = node(wang, listing, "隐患核实"), node(wang, listing, "巡查")
    duty_service.remove(wang, alone)
    duty_service.remove(wang, stage)
    found = listed(wang, listing)
    assert outline(wang, listing) == ["1 危房治理", "1.1 处置", "1.1.1 腾空加固"]
    # The item taken away alone stands below a stage that went later.
    assert [(gone.name, gone.items) for gone in found.removed] == [("巡查", 2), ("隐患核实", 1)]
    with pytest.raises(WrongState, match="上一级也已移除"):
        duty_service.restore(wang, listing, alone.id)
    duty_service.restore(wang, listing, stage.id)
    assert [n.name for n in listed(wang, listing).below(stage.id)] == ["隐患上报"]
    duty_service.restore(wang, listing, alone.id)
    after = listed(wang, listing)
    assert [(n.id, n.path, n.content) for n in after.nodes] == [(n.id, n.path, n.content) for n in before.nodes]
    with pytest.raises(NotFound, match="可能已经恢复"):
        duty_service.restore(wang, listing, alone.id)


def test_a_name_that_was_taken_meanwhile_keeps_it_from_coming_back(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    gone = node(wang, listing, "隐患核实")
    duty_service.remove(wang, gone)
    duty_service.add_item(wang, listing, item("隐患核实"), Place(Where.UNDER, gone.parent_id))
    with pytest.raises(Duplicate):
        duty_service.restore(wang, listing, gone.id)


# -- stale pages --------------------------------------------------------------------------


def test_a_stale_page_is_told_what_changed_and_by_whom(database: str, cast: Cast, listing: int) -> None:
    wang, li = cast.wang_anji, cast.li_staff
    seen = node(wang, listing, "隐患核实")
    duty_service.edit_item(li, seen, as_typed(seen, time_limit="1 日", supporting=[organisation_id(li, CIVIL)]))
    with pytest.raises(Conflict) as caught:
        duty_service.edit_item(wang, seen, as_typed(seen, owner="村干部"))
    assert "“隐患核实”已由李研于" in caught.value.message
    assert "配合单位：（空） → 浙江省民政厅；办理时限：2 个工作日 → 1 日。" in caught.value.message
    found = node(wang, listing, "隐患核实").content
    assert found is not None
    assert (found.owner, found.time_limit) == ("网格员", "1 日")


@pytest.mark.parametrize("do", ["rename", "edit", "shift", "move", "split", "remove"])
def test_nothing_is_done_to_what_is_gone(cast: Cast, listing: int, do: str) -> None:
    wang = cast.wang_anji
    leaf, stage = node(wang, listing, "隐患核实"), node(wang, listing, "巡查")
    duty_service.remove(cast.li_staff, stage)
    attempts: dict[str, Callable[[], Any]] = {
        "rename": lambda: duty_service.rename(wang, stage, BranchIn(name="新名")),
        "edit": lambda: duty_service.edit_item(wang, leaf, as_typed(leaf, owner="x")),
        "shift": lambda: duty_service.shift(wang, leaf, 1),
        "move": lambda: duty_service.move(wang, leaf, Place(Where.UNDER, node(wang, listing, "处置").id)),
        "split": lambda: duty_service.split(wang, leaf, ["一一", "二二"]),
        "remove": lambda: duty_service.remove(wang, leaf),
    }
    with pytest.raises(Conflict, match=r"已由李研于 .* 移除"):
        attempts[do]()


def test_an_edit_that_changes_nothing_changes_nothing(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen))
    assert node(wang, listing, "腾空加固") == seen


# -- who may, and when --------------------------------------------------------------------


def test_only_its_owner_and_staff_change_a_list(cast: Cast, listing: int) -> None:
    leaf = node(cast.li_staff, listing, "隐患核实")
    move(cast.wang_anji, listing, "提交论证")
    for who in (cast.wang_anji, cast.li_staff):
        with pytest.raises(Forbidden, match="责任清单不能修改"):
            duty_service.remove(who, leaf)
    move(cast.li_staff, listing, "论证通过")
    for outsider in (cast.zhao_deqing, cast.zhou_minzheng):
        with pytest.raises(Forbidden, match="本单位登记或牵头"):
            duty_service.remove(outsider, leaf)
        assert not listed(outsider, listing).editable
    for hidden in (cast.qian_bidder, cast.sun_judge):
        with pytest.raises(NotFound):
            duty_service.remove(hidden, leaf)
    duty_service.edit_item(cast.wang_anji, leaf, as_typed(leaf, owner="组长"))
    duty_service.remove(cast.li_staff, node(cast.li_staff, listing, "隐患核实"))


def test_an_outsider_does_not_see_a_draft_list(cast: Cast, draft: int) -> None:
    assert duty_queries.duty_list(cast.zhao_deqing, draft) is None
    assert duty_queries.said(cast.zhao_deqing, draft) == []


# -- a registration says the list again ---------------------------------------------------


def test_saving_a_registration_again_keeps_items_and_confirmations(
    database: str, cast: Cast, need: int, listing: int
) -> None:
    wang = cast.wang_anji
    before = {n.path: n for n in listed(wang, listing).nodes}
    confirm(wang, listing, wang.organisation_id, "隐患核实")
    rows = [
        {"business": n.path[0], "stage": n.path[1], "name": n.name, "organisation_id": n.content.organisation_id}
        for n in before.values()
        if n.content
    ]
    rows[1]["organisation_id"] = organisation_id(wang, CIVIL)
    rows.append({"business": "危房治理", "stage": "回访", "name": "入住回访", "organisation_id": wang.organisation_id})
    data = scenario_in(wang, [need], data=[], responsibilities=rows)
    service.edit_scenario(wang, listing, data, seen_version=detail(wang, listing).version)
    after = {n.path: n for n in listed(wang, listing).nodes}
    assert {path: n.id for path, n in before.items()} == {path: after[path].id for path in before}
    assert set(after) - set(before) == {("危房治理", "回访"), ("危房治理", "回访", "入住回访")}
    kept = after["危房治理", "处置", "腾空加固"]
    assert kept == before["危房治理", "处置", "腾空加固"]  # trigger, data and all that the form does not ask
    changed = after["危房治理", "巡查", "隐患上报"]
    assert changed.content is not None
    assert changed.content.organisation_id == organisation_id(wang, CIVIL)
    assert listed(wang, listing).standings[after["危房治理", "巡查", "隐患核实"].id] == {
        wang.organisation_id: Standing.CONFIRMED
    }


def test_a_registration_without_a_list_leaves_it_alone(cast: Cast, need: int, listing: int) -> None:
    wang = cast.wang_anji
    before = listed(wang, listing).nodes
    data = scenario_in(wang, [need], data=[], responsibilities=None, name="新的名称")
    service.edit_scenario(wang, listing, data, seen_version=detail(wang, listing).version)
    assert listed(wang, listing).nodes == before


def test_a_registration_orders_drops_and_doubles(database: str, cast: Cast, need: int, listing: int) -> None:
    wang = cast.wang_anji
    own = wang.organisation_id
    rows = [
        {"business": "危房治理", "stage": "巡查", "name": "隐患上报", "organisation_id": own},
        {"business": "危房治理", "stage": "巡查", "name": "隐患核实", "organisation_id": own},
        {"business": "危房治理", "stage": "巡查", "name": "隐患核实", "organisation_id": organisation_id(wang, CIVIL)},
    ]
    data = scenario_in(wang, [need], data=[], responsibilities=rows)
    service.edit_scenario(wang, listing, data, seen_version=detail(wang, listing).version)
    found = listed(wang, listing)
    assert outline(wang, listing) == ["1 危房治理", "1.1 巡查", "1.1.1 隐患上报", "1.1.2 隐患核实", "1.1.3 隐患核实"]
    assert [f.message for f in found.findings if f.error] == ["有两个以上责任单位"]
    assert [(gone.name, gone.items) for gone in found.removed] == [("处置", 1)]
    with pytest.raises(Invalid, match="有两个以上责任单位"):
        move(wang, listing, "提交论证")


def test_a_list_is_complete_before_it_is_submitted(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen, data=[{"name": "危房鉴定结果"}]))
    duty_service.add_branch(wang, listing, BranchIn(name="回访"), Place())
    with pytest.raises(Invalid) as caught:
        move(wang, listing, "提交论证")
    assert caught.value.problems == ["危房治理 › 处置 › 腾空加固：数据“危房鉴定结果”缺提供单位", "回访：下面还没有事项"]


# -- agreement ----------------------------------------------------------------------------


def test_everybody_confirms_his_own(database: str, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    assert stands(wang, listing, "腾空加固") == {CIVIL: Standing.PENDING, ANJI: Standing.PENDING}
    assert confirm(zhou, listing, zhou.organisation_id, "腾空加固") == 1
    assert confirm(zhou, listing, zhou.organisation_id, "腾空加固") == 0  # said already
    assert confirm(wang, listing, wang.organisation_id, "腾空加固", "隐患核实") == 2
    assert stands(wang, listing, "腾空加固") == {CIVIL: Standing.CONFIRMED, ANJI: Standing.CONFIRMED}
    (concerns,) = duty_queries.concerns(zhou, zhou.organisation_id or 0)
    assert [(c.node.name, c.standing, c.changes) for c in concerns.items] == [("腾空加固", Standing.CONFIRMED, [])]
    assert [f.item for f in listed(wang, listing).findings if "从未确认" in f.message] == []
    newest = accounts.queries.history(wang, "scenario", listing)[0]
    assert (newest.action, newest.words) == ("duty:confirm", f"确认责任事项：{ANJI} 2 项")


def test_a_changed_item_needs_confirming_again_and_says_what_changed(database: str, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen, time_limit="5 日", outputs="加固方案和验收单"))
    (concerns,) = duty_queries.concerns(zhou, zhou.organisation_id or 0)
    assert concerns.waiting == 1
    assert [change.words for change in concerns.items[0].changes] == [
        "输出：加固方案 → 加固方案和验收单",
        "办理时限：（空） → 5 日",
    ]
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CHANGED
    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CONFIRMED
    # A stage by another name is another promise; its old name is the old one.
    duty_service.rename(wang, node(wang, listing, "处置"), BranchIn(name="处置加固"))
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CHANGED
    duty_service.rename(wang, node(wang, listing, "处置加固"), BranchIn(name="处置"))
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CONFIRMED
    # A place among neighbours is none.
    duty_service.shift(wang, node(wang, listing, "处置"), -1)
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.CONFIRMED


def test_what_changed_under_the_reader_is_not_confirmed(database: str, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    shown = node(zhou, listing, "腾空加固")
    duty_service.edit_item(wang, shown, as_typed(shown, time_limit="5 日"))
    with pytest.raises(Conflict, match="办理时限：（空） → 5 日"):
        agreement_service.answer(zhou, listing, zhou.organisation_id or 0, [shown], DutyAnswer.CONFIRM)
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.PENDING
    duty_service.remove(wang, node(wang, listing, "腾空加固"))
    with pytest.raises(Conflict, match="已被移除"):
        agreement_service.answer(
            cast.li_staff, listing, cast.li_staff.organisation_id or 0, [shown], DutyAnswer.CONFIRM
        )


def test_an_objection_has_a_reason_and_is_answered_by_a_change(database: str, cast: Cast, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    with pytest.raises(Invalid, match="提出异议要写明理由"):
        confirm(zhou, listing, zhou.organisation_id, "腾空加固", said=DutyAnswer.OBJECT, reason=" 无 ")
    confirm(zhou, listing, zhou.organisation_id, "腾空加固", said=DutyAnswer.OBJECT, reason="加固由住建部门负责")
    assert stands(wang, listing, "腾空加固")[CIVIL] is Standing.OBJECTED
    found = listed(wang, listing)
    assert found.given[node(wang, listing, "腾空加固").id, zhou.organisation_id or 0].reason == "加固由住建部门负责"
    # To object is no confirmation.
    assert [f.item for f in found.findings if "从未确认" in f.message] == [ANJI, CIVIL]
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(
        wang, seen, as_typed(seen, organisation_id=wang.organisation_id, supporting=[zhou.organisation_id])
    )
    assert stands(wang, listing, "腾空加固") == {ANJI: Standing.PENDING, CIVIL: Standing.CHANGED}
    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    assert [(s.answer, s.reason, s.items) for s in duty_queries.said(zhou, listing)] == [
        (DutyAnswer.CONFIRM, "", ["危房治理 › 处置 › 腾空加固"]),
        (DutyAnswer.OBJECT, "加固由住建部门负责", ["危房治理 › 处置 › 腾空加固"]),
    ]


def test_nobody_answers_for_others_but_staff_with_evidence(database: str, cast: Cast, listing: int) -> None:
    civil = cast.zhou_minzheng.organisation_id
    with pytest.raises(Forbidden, match="只能确认本单位"):
        confirm(cast.wang_anji, listing, civil, "腾空加固")
    li = cast.li_staff
    with pytest.raises(Invalid) as caught:
        confirm(li, listing, civil, "腾空加固")
    assert len(caught.value.problems) == 2
    with pytest.raises(Invalid, match="与扩展名"):
        confirm(li, listing, civil, "腾空加固", reason="会上口头同意", evidence=[("假.pdf", b"text")])
    confirm(li, listing, civil, "腾空加固", reason="会上口头同意", evidence=[PDF])
    (said,) = duty_queries.said(cast.zhou_minzheng, listing)
    assert (said.organisation, said.by, said.on_behalf, said.reason) == (CIVIL, "李研", True, "会上口头同意")
    (file,) = said.evidence
    assert duty_queries.evidence(cast.zhou_minzheng, said.id, file.id) == PDF[1]
    with pytest.raises(NotFound):
        duty_queries.evidence(cast.zhao_deqing, said.id, file.id)
    with pytest.raises(Forbidden, match="登录账号"):
        confirm(OPERATOR, listing, civil, "腾空加固", reason="会上口头同意", said=DutyAnswer.OBJECT, evidence=[PDF])


def test_an_organisation_answers_only_to_what_concerns_it(cast: Cast, listing: int) -> None:
    zhou = cast.zhou_minzheng
    with pytest.raises(Invalid, match="无关"):
        confirm(zhou, listing, zhou.organisation_id, "隐患核实")
    with pytest.raises(Invalid, match="请先选择事项"):
        confirm(zhou, listing, zhou.organisation_id)


def test_after_the_end_nothing_is_confirmed(cast: Cast, listing: int) -> None:
    shown = node(cast.zhou_minzheng, listing, "腾空加固")
    move(cast.wang_anji, listing, "提交论证")
    move(cast.li_staff, listing, "不予立项", "重复建设，不予立项")
    with pytest.raises(Forbidden, match="流程已结束"):
        agreement_service.answer(
            cast.zhou_minzheng, listing, cast.zhou_minzheng.organisation_id or 0, [shown], DutyAnswer.CONFIRM
        )
    assert duty_queries.concerns(cast.zhou_minzheng, cast.zhou_minzheng.organisation_id or 0) == []


@pytest.mark.parametrize("table", ["responsibility_confirmation", "responsibility_confirmation_item"])
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "UPDATE {} SET responsibility_id = 1", "UPDATE {} SET reason = ''"]
)
def test_what_was_said_stays_said(database: str, cast: Cast, listing: int, table: str, change: str) -> None:
    if ("responsibility_id" in change) != table.endswith("item") and "UPDATE" in change:
        return
    confirm(cast.wang_anji, listing, cast.wang_anji.organisation_id, "隐患核实")
    with pytest.raises(DatabaseError, match="append-only"), engine().execution_options(write=True).begin() as on:
        on.execute(text(change.format(table)))


# -- reads --------------------------------------------------------------------------------


def test_an_organisation_sees_its_items_across_scenarios(cast: Cast, need: int, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    rows = [{"business": "救助", "stage": "受理", "name": "临时救助", "organisation_id": zhou.organisation_id}]
    other = service.register_scenario(wang, scenario_in(wang, [need], data=[], responsibilities=rows), nonce="b")
    # A draft of somebody else's: seen for the part it has in it.
    assert [c.about.id for c in duty_queries.concerns(zhou, zhou.organisation_id or 0)] == [listing, other]
    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    assert [(c.about.id, c.waiting) for c in duty_queries.concerns(zhou, zhou.organisation_id or 0)] == [
        (other, 1),
        (listing, 0),
    ]
    assert duty_queries.waiting(zhou) == 1
    assert duty_queries.waiting(cast.sun_judge) == 0
    with pytest.raises(Forbidden):
        duty_queries.concerns(wang, zhou.organisation_id or 0)
    with pytest.raises(Forbidden):
        duty_queries.progress(wang)
    rows_ = {p.organisation: (p.scenarios, dict(p.standings)) for p in duty_queries.progress(cast.li_staff)}
    assert rows_ == {
        ANJI: (1, {Standing.PENDING: 3}),
        CIVIL: (2, {Standing.CONFIRMED: 1, Standing.PENDING: 1}),
    }


def test_reading_takes_as_many_statements_for_three_as_for_one(cast: Cast, need: int, listing: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng

    def statements() -> list[int]:
        found = []
        for ask in (
            lambda: duty_queries.duty_list(wang, listing),
            lambda: duty_queries.concerns(zhou, zhou.organisation_id or 0),
            lambda: duty_queries.progress(cast.li_staff),
            lambda: duty_queries.said(wang, listing),
        ):
            with count_queries() as sent:
                ask()
            found.append(len(sent))
        return found

    confirm(zhou, listing, zhou.organisation_id, "腾空加固")
    before = statements()
    for number in range(2):
        rows = [{"name": f"救助{k}", "organisation_id": zhou.organisation_id} for k in range(3)]
        data = scenario_in(wang, [need], data=[], responsibilities=rows, name=f"另一场景{number}")
        made = service.register_scenario(wang, data, nonce=str(number))
        confirm(zhou, made, zhou.organisation_id, "救助0")
        duty_service.add_item(wang, listing, item(f"新增{number}", supporting=[zhou.organisation_id]), Place())
        confirm(zhou, listing, zhou.organisation_id, f"新增{number}")
    assert statements() == before


def test_five_hundred_items_are_a_handful_of_statements(database: str, cast: Cast, need: int) -> None:
    wang = cast.wang_anji

    def rows(count: int) -> list[dict[str, Any]]:
        return [
            {
                "business": f"业务{k % 3}",
                "stage": f"环节{k % 5}",
                "name": f"事项{k}",
                "organisation_id": wang.organisation_id,
                "data": [{"name": "工单", "provider_id": wang.organisation_id}],
            }
            for k in range(count)
        ]

    def register(count: int) -> int:
        data = scenario_in(wang, [need], data=[], responsibilities=rows(count))
        with count_queries() as sent:
            service.register_scenario(wang, data, nonce=f"n{count}")
        return len(sent)

    assert register(500) <= register(15) + 10
    assert DutyKind.ITEM in {n.kind for n in listed(wang, 2).nodes}
