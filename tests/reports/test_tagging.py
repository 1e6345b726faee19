"""The structure of a document: every mark on its pages has its place in the tree, nothing is drawn outside one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from reports.figures import tile_map
from reports.kit import Report

Make = Callable[..., Report]
Read = Callable[[Report], PdfReader]
_DRAWING = {b"Tj", b"TJ", b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh"}


def _tree(element: Any) -> list[Any]:
    """Role, then what stands below it; marks are left out."""
    node = element.get_object()
    kids = [kid.get_object() for kid in node["/K"]]
    return [str(node["/S"])[1:], *(_tree(kid) for kid in kids if isinstance(kid, dict) and "/S" in kid)]


def _marks(element: Any) -> Iterator[tuple[int, int, str]]:
    """Object number of the page, number of the mark on it, role."""
    node = element.get_object()
    for kid in node["/K"]:
        found = kid.get_object()
        if isinstance(found, int):
            yield node.raw_get("/Pg").idnum, found, str(node["/S"])
        elif "/S" in found:
            yield from _marks(kid)
        elif "/MCID" in found:
            yield found.raw_get("/Pg").idnum, found["/MCID"], str(node["/S"])


@pytest.fixture(scope="module")
def reader(make: Make, read: Read, counties: pd.DataFrame) -> PdfReader:
    report = make(cover=True, contents=True, check="https://x.example", number="ZP-1", organisation="院", demo=True)
    report.heading("概况")
    report.text("正文很长。" * 400)
    report.heading("分项", 2)
    report.figures([("比率", "84%", "+6"), ("净效果", "+3")])
    report.facts([("牵头", "院")])
    report.chart(tile_map(counties, title="t", legend="l"), "各地")
    report.table(["地区", "比率"], [["安吉", "91%"]], caption="明细")
    report.note("区间。")
    report.table(["序号", "值"], [[number, number] for number in range(900)])
    report.signatures(["组长"])
    report.attachments(["名单"])
    report.closing("院", date(2026, 11, 8))
    return read(report)


def test_the_tree_says_what_each_piece_is(reader: PdfReader) -> None:
    catalog: Any = reader.root_object
    tree = _tree(catalog["/StructTreeRoot"]["/K"])
    cell = ["TR", ["TH"], ["TD"]]
    head = ["TR", ["TH"], ["TH"]]
    items = [["LI"]] * 901
    assert tree == [
        "Document",
        *([["P"]] * 5),  # the cover: number, title, organisation, day, stamp
        ["P"],
        ["TOC", ["TOCI", ["Link"]], ["TOCI", ["Link"]]],
        *(["H1"], ["P"], ["H2"], ["P"], ["P"]),
        ["Table", cell],
        *(["Figure"], ["P"], ["P"]),
        ["Table", head, ["TR", ["TD"], ["TD"]]],
        *(["P"], ["P"]),
        ["L", *items],
        *(["P"], ["P"], ["P"]),
        *(["Figure"], ["P"]),
    ]
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF boolean
    assert str(catalog["/Lang"]) == "zh-CN"


def test_every_mark_has_its_element_and_pages_know_the_way_back(reader: PdfReader) -> None:
    root: Any = reader.root_object["/StructTreeRoot"]
    found = sorted((page, number) for page, number, _ in _marks(root["/K"]))
    on_pages: list[tuple[int, int]] = []
    nums = root["/ParentTree"]["/Nums"]
    pages: list[Any] = list(reader.pages)
    for at, page in enumerate(pages):
        assert page["/StructParents"] == at
        on_pages += [(page.indirect_reference.idnum, number) for number in range(len(nums[2 * at + 1]))]
    assert found == sorted(on_pages)


def test_what_can_be_clicked_is_a_link_of_the_tree_and_says_where_it_leads(reader: PdfReader) -> None:
    root: Any = reader.root_object["/StructTreeRoot"]
    nums = root["/ParentTree"]["/Nums"]
    way_back = {nums[at]: nums[at + 1].get_object() for at in range(0, len(nums), 2)}
    assert list(way_back) == list(range(root["/ParentTreeNextKey"]))
    areas = [area.get_object() for page in reader.pages for area in page.get("/Annots", ())]
    assert [area["/Contents"] for area in areas] == ["一、概况，第 1 页", "（一）分项，第 3 页"]
    for area in areas:
        link = way_back[area["/StructParent"]]
        [found] = [kid.get_object() for kid in link["/K"] if isinstance(kid.get_object(), dict)]
        assert (link["/S"], found["/Type"], found["/Obj"].get_object()) == ("/Link", "/OBJR", area)
        assert area["/F"] == 4
    assert {str(page["/Tabs"]) for page in reader.pages} == {"/S"}
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"] == True  # type: ignore[index]  # noqa: E712


def test_nothing_is_drawn_outside_a_mark(reader: PdfReader) -> None:
    for page in reader.pages:
        depth, numbers = 0, []
        contents: Any = page.get_contents()
        for operands, operator in ContentStream(contents, reader).operations:
            if operator in (b"BMC", b"BDC"):
                assert depth == 0
                depth += 1
                if operator == b"BDC":
                    numbers.append(operands[1]["/MCID"])
            elif operator == b"EMC":
                depth -= 1
            elif operator in _DRAWING:
                assert depth == 1, (operator, operands)
        assert depth == 0
        assert sorted(numbers) == list(range(len(numbers)))


def test_a_picture_says_what_it_shows(reader: PdfReader) -> None:
    root: Any = reader.root_object["/StructTreeRoot"]
    figures = [kid for kid in root["/K"]["/K"] if kid.get_object()["/S"] == "/Figure"]
    assert [figure.get_object()["/Alt"] for figure in figures] == ["图1　各地", "二维码：https://x.example"]
