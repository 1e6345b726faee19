"""一数一源: items that several providers hold are found, and who is their source is decided once and kept."""

from __future__ import annotations

import pytest

from accounts.permissions import Actor
from core.errors import Conflict, Forbidden, Invalid, WrongState
from core.words import SourceOutcome
from scenarios import resource_service, service, source_queries, source_service
from scenarios.resource_schemas import SourceIn
from scenarios.source_queries import SharedItem
from tests.conftest import Page
from tests.scenarios.conftest import organisation_id, resource_in, scenario_in
from tests.scenarios.lists import ANJI, CIVIL
from tests.support import Cast, count_queries

ID = "公民身份号码"


@pytest.fixture
def held(cast: Cast) -> tuple[int, int]:
    """民政厅 and 安吉 both hold 身份证号, under different names; only 民政厅 a second time, and a 备注 each."""
    li = cast.li_staff
    civil, anji = organisation_id(li, CIVIL), organisation_id(li, ANJI)
    first = resource_in(civil, name="低保对象", items=[{"name": "身份证号"}, {"name": "备注"}, {"name": "低保金"}])
    second = resource_in(civil, name="低保金发放", items=[{"name": "低保金"}], update_cycle="每日")
    third = resource_in(anji, name="走访台账", items=[{"name": "公民身份号码（必填）"}, {"name": "备注"}])
    numbers = [resource_service.add_resource(li, data) for data in (first, second, third)]
    return numbers[0], numbers[2]


def shared(actor: Actor, **wanted: object) -> list[SharedItem]:
    return list(source_queries.shared_items(actor, **wanted).rows)  # type: ignore[arg-type]


def decide(actor: Actor, resource_id: int | None, outcome: SourceOutcome = SourceOutcome.SOURCE, seen: int = 0) -> int:
    data = SourceIn(key=ID, outcome=outcome, resource_id=resource_id, reason="以民政为准，不再重复采集")
    return source_service.decide(actor, data, seen=seen)


def test_what_several_providers_hold_is_found(database: str, cast: Cast, held: tuple[int, int], need: int) -> None:
    [item] = shared(cast.wang_anji)  # neither what one provider has twice nor what every table has
    assert (item.key, item.providers, item.scenarios, item.status) == (ID, 2, 0, ("open", "待明确"))
    assert {holder.resource_id for holder in item.holders} == set(held)
    link = {"resource_id": held[0], "purpose": "核对身份", "fields": ["居民身份证号码", "救助金额"]}
    made = scenario_in(cast.wang_anji, [need], data=[link])
    service.register_scenario(cast.wang_anji, made, nonce="uses")
    [item] = shared(cast.wang_anji)
    assert [(h.resource_id, h.connected, h.asked) for h in item.holders] == [(held[0], 0, 1), (held[1], 0, 0)]
    assert item.scenarios == 1
    assert shared(cast.wang_anji, search="手机") == []
    assert [found.key for found in shared(cast.wang_anji, search="身份证号")] == [ID]
    assert shared(cast.qian_bidder) == []


def test_a_decision_is_kept_and_grows_stale(database: str, cast: Cast, held: tuple[int, int]) -> None:
    decide(cast.li_staff, held[0])
    [item] = shared(cast.zhou_minzheng)
    assert item.decision is not None
    assert (item.decision.words, item.decision.by, item.status) == (
        "明确唯一来源：低保对象",
        "李研",
        ("confirmed", "明确唯一来源"),
    )
    assert shared(cast.li_staff, undecided=True) == []
    with pytest.raises(Conflict):  # somebody who had not seen it
        decide(cast.chen_staff, held[1])
    more = resource_in(organisation_id(cast.li_staff, ANJI), name="网格台账", items=[{"name": "身份证号"}])
    resource_service.add_resource(cast.li_staff, more)
    assert shared(cast.li_staff)[0].status == ("changed", "提供单位有变")
    decide(cast.chen_staff, None, SourceOutcome.SEPARATE, seen=1)
    [item] = shared(cast.li_staff)
    assert [(found.words, found.stale) for found in item.decisions] == [
        ("确需各自采集", False),
        ("明确唯一来源：低保对象", True),
    ]


def test_who_decides_and_about_what(cast: Cast, held: tuple[int, int]) -> None:
    for who in (cast.wang_anji, cast.zhou_minzheng, cast.qian_bidder, cast.sun_judge):
        with pytest.raises(Forbidden, match="研究院"):
            decide(who, held[0])
    with pytest.raises(Invalid, match="没有这个信息项"):
        decide(cast.li_staff, held[0] + 1)
    with pytest.raises(WrongState, match="没有多家单位"):
        source_service.decide(
            cast.li_staff,
            SourceIn(key="低保金", outcome=SourceOutcome.SOURCE, resource_id=held[0], reason="只有一家"),
            seen=0,
        )


def test_the_reads_do_not_grow_with_the_items(cast: Cast, held: tuple[int, int]) -> None:
    with count_queries() as few:
        shared(cast.li_staff)
    items = [{"name": name} for name in ("联系电话", "住址", "生日")]
    for name in (CIVIL, ANJI):
        data = resource_in(organisation_id(cast.li_staff, name), name="人员名册", items=items)
        resource_service.add_resource(cast.li_staff, data)
    with count_queries() as many:
        assert len(shared(cast.li_staff)) == 4
    assert len(many) == len(few)


def test_staff_decide_on_the_page(page: Page, cast: Cast, held: tuple[int, int]) -> None:
    app = page("sources", cast.li_staff)
    app.session_state["sources_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    app.text_input(key="sources_0_reason").set_value("以民政为准，不再重复采集")
    app.button(key="sources_save").click().run()
    assert [error.value for error in app.error] == []
    assert shared(cast.li_staff)[0].status == ("confirmed", "明确唯一来源")
