"""What changed in an item, where an organisation stands to it, and the order of the tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import DutyAnswer, DutyKind, DutyPart, Standing
from scenarios import duty_rules, rules
from scenarios.duty_rules import Content

NAMES = {1: "省信访局", 2: "安吉县专班", 3: "省数据局"}
ITEM = Content(
    path=("诉求办理", "受理", "去重派单"),
    organisation_id=1,
    owner="受理处",
    supporting=(2,),
    trigger="收到诉求",
    inputs="诉求登记表",
    outputs="派单",
    data=(("12345热线工单库", 1), ("网格事件库", None)),
    time_limit="1 个工作日",
    legal_basis="信访工作条例",
)


def test_an_item_comes_back_from_json_as_it_was() -> None:
    assert Content.from_json(ITEM.as_json()) == ITEM


def test_every_field_that_changed_is_named_old_and_new() -> None:
    after = replace(
        ITEM,
        path=("诉求办理", "办理", "派单"),
        organisation_id=None,
        supporting=(2, 3),
        data=(("12345热线工单库", 3),),
        time_limit="",
    )
    assert [change.words for change in duty_rules.changes(ITEM, after, NAMES)] == [
        "所属环节：诉求办理 › 受理 → 诉求办理 › 办理",
        "事项：去重派单 → 派单",
        "责任单位：省信访局 → （空）",
        "配合单位：安吉县专班 → 安吉县专班；省数据局",
        "数据及提供单位：12345热线工单库：省信访局；网格事件库 → 12345热线工单库：省数据局",
        "办理时限：1 个工作日 → （空）",
    ]


@pytest.mark.parametrize("field", list(duty_rules.FIELDS))
def test_no_field_can_change_unseen(field: str) -> None:
    others: dict[str, dict[str, Any]] = {
        "place": {"path": ("x", "去重派单")},
        "name": {"path": ("诉求办理", "受理", "x")},
        "organisation_id": {"organisation_id": 3},
        "supporting": {"supporting": ()},
        "data": {"data": ()},
    }
    after = replace(ITEM, **others.get(field, {field: "x"}))
    assert [change.field for change in duty_rules.changes(ITEM, after, NAMES)] == [field]
    assert duty_rules.standing(after, DutyAnswer.CONFIRM, ITEM) is Standing.CHANGED


def test_all_that_content_holds_is_among_the_fields() -> None:
    held = set(Content.__dataclass_fields__) - {"path"} | {"place", "name"}
    assert held == set(duty_rules.FIELDS)


def test_where_an_organisation_stands() -> None:
    assert duty_rules.standing(ITEM, None, None) is Standing.PENDING
    assert duty_rules.standing(ITEM, DutyAnswer.CONFIRM, ITEM) is Standing.CONFIRMED
    assert duty_rules.standing(ITEM, DutyAnswer.OBJECT, ITEM) is Standing.OBJECTED
    changed = replace(ITEM, owner="办理处")
    assert duty_rules.standing(changed, DutyAnswer.OBJECT, ITEM) is Standing.CHANGED
    assert duty_rules.standing(replace(changed, owner=ITEM.owner), DutyAnswer.CONFIRM, ITEM) is Standing.CONFIRMED


def test_everybody_an_item_concerns_with_their_parts() -> None:
    assert ITEM.parties == {1: (DutyPart.RESPONSIBLE, DutyPart.PROVIDER), 2: (DutyPart.SUPPORTING,)}


# -- data as text -------------------------------------------------------------------------


def test_data_are_written_and_read() -> None:
    text = duty_rules.data_text(ITEM.data, NAMES)
    assert text == "12345热线工单库：省信访局；网格事件库"
    assert duty_rules.data_parts(text) == [("12345热线工单库", "省信访局"), ("网格事件库", "")]
    assert duty_rules.data_parts("a: 甲 ;b\n c：乙；；") == [("a", "甲"), ("b", ""), ("c", "乙")]


@given(st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_names_that_pass_come_back_whole(names: list[str]) -> None:
    names = [name.strip() for name in names if name.strip() and not duty_rules.unsplittable(name.strip())]
    assert [name for name, _ in duty_rules.data_parts(duty_rules.data_text([(n, 1) for n in names], NAMES))] == names


# -- the tree -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    id: int
    parent_id: int | None
    kind: DutyKind
    name: str
    position: int = 0


B, S, L = DutyKind.BUSINESS, DutyKind.STAGE, DutyKind.ITEM


def test_the_tree_is_walked_in_order_and_numbered() -> None:
    rows = [
        Row(5, 2, L, "甲一一", 1),
        Row(4, 2, L, "甲一零", 0),
        Row(1, None, B, "甲", 1),
        Row(3, None, B, "乙", 0),
        Row(2, 1, S, "甲一", 0),
        Row(9, 8, L, "无根"),
    ]
    assert [(node.id, step.number, step.path) for node, step in duty_rules.walk(rows)] == [
        (3, "1", ("乙",)),
        (1, "2", ("甲",)),
        (2, "2.1", ("甲", "甲一")),
        (4, "2.1.1", ("甲", "甲一", "甲一零")),
        (5, "2.1.2", ("甲", "甲一", "甲一一")),
    ]


def test_what_has_items_below_it_is_no_item() -> None:
    rows = [Row(1, None, L, "甲"), Row(2, 1, L, "甲一"), Row(3, 2, L, "事")]
    assert [step.kind for _, step in duty_rules.walk(rows)] == [B, S, L]


def test_where_nodes_may_stand() -> None:
    allowed = {(k, p) for k in DutyKind for p in (None, *DutyKind) if duty_rules.belongs_under(k, p)}
    assert allowed == {(B, None), (S, B), (L, S), (L, B), (L, None)}


@pytest.mark.parametrize("size", [0, 1, 4, 5])
def test_as_few_as_possible_move(size: int) -> None:
    before = list(range(size))
    for after in permutations(before):
        moved = duty_rules.out_of_order(before, after)
        assert [n for n in after if n not in moved] == [n for n in before if n not in moved]
        fewer = [set(c) for k in range(len(moved)) for c in combinations(before, k)]
        assert not any([n for n in after if n not in c] == [n for n in before if n not in c] for c in fewer)


# -- checks -------------------------------------------------------------------------------


def duty(*path: str, organisation_id: int | None = 1, **more: object) -> rules.Duty:
    return rules.Duty(path, organisation_id, "网格员", "2 日", "条例", **more)  # type: ignore[arg-type]


def test_a_data_item_without_provider_is_an_error() -> None:
    found = rules.check_responsibilities([duty("a", "c", data=(("工单", 1), ("事件", None)))])
    assert found == [rules.Finding("a › c", "数据“事件”缺提供单位", True)]


def test_an_organisation_that_never_confirmed_is_named_once() -> None:
    found = rules.check_responsibilities(
        [
            duty("a", confirmed=(("甲局", True), ("乙局", False))),
            duty("b", confirmed=(("甲局", False), ("乙局", False))),
            duty("c", confirmed=(("丙局", False),)),
        ]
    )
    assert found == [
        rules.Finding("乙局", "从未确认本单位的事项", False),
        rules.Finding("丙局", "从未确认本单位的事项", False),
    ]
