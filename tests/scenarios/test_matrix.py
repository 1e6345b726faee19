"""Readiness over all scenarios: counted in items, by scenario and by department, on screen and in Excel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from core import clock
from core.tabular import open_table
from core.words import DataStatus, ScenarioState
from reports import vector
from scenarios import matrix_queries, request_service, resource_exports, resource_pictures, service, stages
from tests.conftest import Page
from tests.scenarios.conftest import detail, move, organisation_id, resource_in, scenario_in
from tests.scenarios.test_pages import words
from tests.support import Cast, count_queries

YESTERDAY = clock.today() - timedelta(days=1)


@pytest.fixture
def known(cast: Cast, need: int) -> tuple[int, int]:
    """Two scenarios of 安吉: one with three items of 民政厅 connected and a refusal, one that only begins."""
    wang = cast.wang_anji
    civil, own = cast.zhou_minzheng.organisation_id or 0, wang.organisation_id or 0

    def data(name: str, provider: int, fields: str) -> dict[str, object]:
        return {"new": resource_in(provider, name=name), "purpose": "核对", "fields": fields}

    first = service.register_scenario(
        wang,
        scenario_in(
            wang,
            [need],
            data=[data("低保", civil, "姓名、证号、金额"), data("残疾", civil, "姓名"), data("危房", own, "")],
        ),
        nonce="first",
    )
    second = service.register_scenario(
        wang,
        scenario_in(wang, [need], name="山塘水位预警", domain="防贫监测", data=[data("水位", own, "水位、时间")]),
        nonce="b",
    )
    low, disabled, _ = detail(wang, first).data
    _go(wang, first, low.id, stages.ASK)
    _go(cast.zhou_minzheng, first, low.id, stages.GRANT)
    _go(wang, first, low.id, stages.CONNECT)
    _go(wang, first, disabled.id, stages.ASK)
    _go(cast.zhou_minzheng, first, disabled.id, stages.DENY, "范围过宽")
    return first, second


def _go(actor: Actor, scenario_id: int, link: int, do: str, reason: str = "") -> None:
    view = next(view for view in detail(actor, scenario_id).data if view.id == link)
    request_service.move(actor, link, do, reason, on=YESTERDAY, seen_version=view.version)


def test_cells_lines_and_totals_say_the_same(database: str, cast: Cast, known: tuple[int, int]) -> None:
    first, second = known
    found = matrix_queries.matrix(cast.li_staff)
    names = {provider.id: provider.name for provider in found.providers}
    assert {(row, names[column]): cell.words for (row, column), cell in found.cells.items()} == {
        (first, "民政厅"): "被拒 1 项，已接入 3 项",
        (first, "安吉县社会治理中心"): "未申请 1 项",
        (second, "安吉县社会治理中心"): "未申请 2 项",
    }
    assert [(line.link.id, line.total.readiness.label) for line in found.scenarios] == [
        (first, "3/5（60%）"),
        (second, "0/2（0%）"),
    ]
    assert [(provider.name, provider.total.readiness.label) for provider in found.providers] == [
        ("民政厅", "3/4（75%）"),
        ("安吉县社会治理中心", "0/3（0%）"),
    ]
    assert found.total.readiness.label == "3/7（43%）"
    # The dossier and the list compute the same.
    assert detail(cast.li_staff, first).row.readiness == found.scenarios[0].total.readiness


def test_everybody_sees_the_matrix_of_what_he_sees(cast: Cast, known: tuple[int, int]) -> None:
    first, second = known
    seen = {
        who: [line.link.id for line in matrix_queries.matrix(actor).scenarios]
        for who, actor in cast.everybody().items()
    }
    assert seen == {
        "admin": [first, second],
        "li_staff": [first, second],
        "chen_staff": [first, second],
        "wang_anji": [first, second],
        "zhao_deqing": [],
        "zhou_minzheng": [first],  # what it feeds
        "qian_bidder": [],
        "sun_judge": [],
    }


def test_filters_and_what_has_ended(cast: Cast, known: tuple[int, int]) -> None:
    first, second = known
    li = cast.li_staff

    def found(**wanted: object) -> list[int]:
        return [line.link.id for line in matrix_queries.matrix(li, **wanted).scenarios]  # type: ignore[arg-type]

    assert found(domain="防贫监测") == [second]
    assert found(search="危房") == [first]
    assert found(states=[ScenarioState.APPROVED]) == []
    move(cast.wang_anji, second, "提交论证")
    move(li, second, "不予立项", "重复建设")
    assert found() == [first]
    assert found(states=[ScenarioState.REFUSED]) == [second]


def test_other_departments_are_put_together(cast: Cast, known: tuple[int, int]) -> None:
    whole = matrix_queries.matrix(cast.li_staff)
    assert whole.narrowed(1) == whole  # one other is named
    assert whole.narrowed(0) != whole
    (other,) = whole.narrowed(0).providers
    assert (other.name, other.total.items) == ("其他2个单位", whole.total.items)
    assert {cell.readiness.total for cell in whole.narrowed(0).cells.values()} == {5, 2}
    assert sum(cell.readiness.total for cell in whole.narrowed(0).cells.values()) == whole.total.readiness.total


def test_the_picture_shows_cells_and_refusals(cast: Cast, known: tuple[int, int]) -> None:
    found = matrix_queries.matrix(cast.li_staff)
    svg = vector.svg(resource_pictures.heat_map(found, found.scenarios))
    for text in ("危房智能巡查", "山塘水位预警", "3/4×", "0/1", "0/2"):
        assert text in svg
    narrow = resource_pictures.heat_map(found.narrowed(6), found.scenarios).to_dict()
    assert narrow["width"] == {"step": 30}


def test_the_workbook_holds_matrix_readiness_and_each_need(cast: Cast, known: tuple[int, int]) -> None:
    book = open_table(resource_exports.matrix_xlsx(cast.li_staff), "x.xlsx", limit_mb=5)
    sheets = {sheet.name: [[cell.text for cell in row] for row in sheet.cells()] for sheet in book.sheets}
    assert [row[1:] for row in sheets["矩阵（已接入÷需要）"]] == [
        ["场景", "民政厅", "安吉县社会治理中心"],
        ["危房智能巡查", "3/4", "0/1"],
        ["山塘水位预警", "", "0/2"],
    ]
    readiness = sheets["就绪度（信息项）"]
    assert readiness[0][2:] == ["状态", "已接入", "需要", "未申请", "申请中", "已批准", "被拒"]
    assert readiness[1][2:] == ["草稿", "3", "5", "1", "0", "0", "1"]
    needs = sheets["明细"]
    assert [(row[2], row[5], row[6]) for row in needs[1:]] == [
        ("低保", "姓名、证号、金额", "已接入"),
        ("残疾", "姓名", "被拒"),
        ("危房", "", "未申请"),
        ("水位", "水位、时间", "未申请"),
    ]
    assert needs[2][11] == "范围过宽"
    assert len(open_table(resource_exports.matrix_xlsx(cast.sun_judge), "x.xlsx", limit_mb=5).sheets[2].rows) == 1


def test_the_page_shows_it_and_opens_the_worst_first(page: Page, cast: Cast, known: tuple[int, int]) -> None:
    app = page("matrix", cast.li_staff)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {"总体就绪度": "3/7（43%）", "申请中": "0 项", "被拒": "1 项", "未申请": "3 项"}
    table = app.dataframe[0].value
    assert table["就绪度"].tolist() == ["0/2（0%）", "3/5（60%）"]
    app.session_state["matrix_scenarios"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "山塘水位预警" in app.title[0].value
    assert "没有登记数据需求" in words(page("matrix", cast.zhao_deqing))


def test_the_matrix_asks_as_much_for_three_scenarios_as_for_one(cast: Cast, need: int) -> None:
    li = cast.li_staff
    provider = organisation_id(li, "浙江省民政厅")

    def asked(number: int) -> int:
        data = [{"new": resource_in(provider, name=f"台账{number}"), "purpose": "核对"}]
        service.register_scenario(li, scenario_in(li, [need], data=data), nonce=f"n{number}")
        with count_queries() as statements:
            found = matrix_queries.matrix(li)
        assert sum(found.total.items.values()) == number
        assert set(found.total.items) == {DataStatus.NOT_REQUESTED}
        return len(statements)

    first = asked(1)
    assert [asked(2), asked(3)] == [first, first]
