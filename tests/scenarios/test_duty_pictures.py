"""The process drawn and printed: every step and organisation is there as text, gaps are named."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from reports import vector
from reports.figures import Step, lanes
from reports.figures.lanes import NOBODY, wrap
from scenarios import duty_pictures, duty_report, duty_service
from tests.scenarios.lists import as_typed, confirm, listed, node
from tests.support import Cast


def said(steps: list[Step]) -> str:
    return "".join(vector.drawing(lanes(steps), 440).texts())


def test_every_step_lane_and_gap_is_text() -> None:
    steps = [
        Step("1.1", "受理登记", "受理", "信访局", ("专班",), ("数据局",)),
        Step("1.2", "会商", "办理", "", (), (), ("缺责任单位",)),
    ]
    found = said(steps)
    for word in (
        "受理登记",
        "会商",
        "受理",
        "办理",
        "信访局",
        "专班",
        "数据局",
        "1.1",
        "责",
        "配",
        "数",
        "缺",
        "× 缺责任单位",
    ):
        assert word in found
    assert NOBODY not in said(steps[:1])
    assert "暂无数据" in said([])


def test_words_are_wrapped_and_cut() -> None:
    assert wrap("人力资源和社会保障厅", 4, 4) == ["人力资源", "和社会保", "障厅"]
    assert wrap("甲" * 20, 4, 2) == ["甲甲甲甲", "甲甲甲…"]


def test_a_picture_a_business_with_its_gaps(cast: Cast, listing: int) -> None:
    wang = cast.wang_anji
    seen = node(wang, listing, "腾空加固")
    duty_service.edit_item(wang, seen, as_typed(seen, organisation_id=None, data=[{"name": "鉴定结果"}]))
    (picture,) = duty_pictures.pictures(listed(wang, listing))
    assert [(s.number, s.name, s.band) for s in picture.steps] == [
        ("1.1.1", "隐患核实", "巡查"),
        ("1.1.2", "隐患上报", "巡查"),
        ("1.2.1", "腾空加固", "处置"),
    ]
    assert picture.steps[2].gaps == ("缺责任单位", "数据“鉴定结果”缺提供单位")
    assert picture.gaps == 1


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng"])
def test_the_printed_list_holds_all_and_is_the_same_again(cast: Cast, listing: int, who: str) -> None:
    actor = cast.everybody()[who]
    first = duty_report.issue(actor, listing)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first.data)).pages).replace("\n", "")
    for word in ("颗粒匹配清单", "隐患核实", "腾空加固", "鉴定为 D 级", "危房鉴定结果", "浙江省民政厅", first.number):
        assert word in text
    assert duty_report.issue(actor, listing) == first
    confirm(cast.wang_anji, listing, cast.wang_anji.organisation_id, "隐患核实")
    assert duty_report.issue(actor, listing).number != first.number
