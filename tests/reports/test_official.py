"""Official papers by GB/T 9704-2012, measured on the printed page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from reports.kit import Report
from reports.layouts import CHARACTERS, HEIGHT, LINE, OFFICIAL, ROWS, WIDTH

Make = Callable[..., Report]
Read = Callable[[Report], PdfReader]
MM = 72 / 25.4
TEXT = "基层矛盾纠纷多元化解榜单已完成资格审查和专家评审，现将拟中榜单位公示如下，接受社会监督。"


def _pieces(page: PageObject) -> list[tuple[str, float, float, float]]:
    """Text, left and baseline in points from the page's lower left corner, and size, in the order of drawing."""
    found: list[tuple[str, float, float, float]] = []

    def visit(text: str, place: list[float], matrix: list[float], _font: Any, size: float) -> None:
        if text.strip():
            found.append((text.strip(), place[4] + matrix[4], place[5] + matrix[5], size))

    page.extract_text(visitor_text=visit)
    return found


def test_a_page_holds_22_lines_of_28_characters(make: Make, read: Read) -> None:
    paper = make(official=True)
    paper.text("字" * 2000)
    pages = read(paper).pages
    lines = [line for line in pages[1].extract_text().splitlines() if set(line) == {"字"}]
    assert [len(line) for line in lines] == [CHARACTERS] * ROWS
    pieces = [piece for piece in _pieces(pages[1]) if piece[0].startswith("字")]
    assert {round(left, 1) for _, left, _, _ in pieces} == {round(28 * MM, 1)}
    assert {round(size, 2) for *_, size in pieces} == {15.79}
    top, bottom = pieces[0][2] + 0.88 * 15.79, pieces[-1][2] - 0.12 * 15.79
    free = (LINE - 15.79) / 2
    assert (297 * MM - top - free, bottom - free) == pytest.approx((37 * MM, 35 * MM), abs=0.1)
    assert [round(side / MM, 3) for side in (WIDTH, HEIGHT)] == [156, 225]


def test_title_and_headings_stand_as_the_standard_says(make: Make, read: Read) -> None:
    paper = make(title="关于拟中榜名单的公示", official=True, number="ZP-GS-2026-0001")
    paper.addressee("各设区市党委社会工作部")
    for level, name in enumerate(("总体", "分项", "细目", "要点"), 1):
        paper.heading(name, level)
    page = read(paper).pages[0]
    at = {text: (round(left - 28 * MM), round(size, 1)) for text, left, _, size in _pieces(page)}
    middle = 28 * MM + WIDTH / 2
    title = next(piece for piece in _pieces(page) if piece[0] == "关于拟中榜名单的公示")
    assert title[1] + 10 * 22 / 2 == pytest.approx(middle, abs=0.5)
    assert title[3] == 22
    assert at["各设区市党委社会工作部："] == (0, 15.8)
    in_two = (round(2 * OFFICIAL.body.size), 15.8)
    assert {name: at[name] for name in ("一、总体", "（一）分项", "1. 细目", "（1）要点")} == dict.fromkeys(
        ("一、总体", "（一）分项", "1. 细目", "（1）要点"), in_two
    )
    foot = page.extract_text().splitlines()
    assert [line for line in foot if "ZP-GS-2026-0001" in line] == [
        "编号 ZP-GS-2026-0001 · 数据截至 2026-11-22 14:05（北京时间）"
    ]


def test_attachments_signature_and_annex(make: Make, read: Read) -> None:
    paper = make(official=True)
    paper.heading("事项")
    paper.text(TEXT)
    paper.attachments(["拟中榜单位名单及方案摘要和各单位承诺事项一览表以及评审意见", "异议受理办法"])
    paper.closing("省基层治理研究院", date(2026, 11, 8))
    paper.annex("拟中榜单位名单")
    paper.heading("说明")
    paper.text("如上。")
    reader = read(paper)
    pieces = {text: (left, size) for text, left, _, size in _pieces(reader.pages[0])}
    assert pieces["附件：1. 拟中榜单位名单及方案摘要和各单位承诺事项一"][0] == pytest.approx(
        28 * MM + 2 * 15.79, abs=0.1
    )
    assert pieces["2. 异议受理办法"][0] == pytest.approx(28 * MM + 5 * 15.79, abs=0.1)
    assert pieces["览表以及评审意见"][0] > pieces["2. 异议受理办法"][0] + 15
    day, organ = pieces["2026年11月8日"][0], pieces["省基层治理研究院"][0]
    end = 28 * MM + WIDTH - 4 * 15.79
    assert organ + 8 * 15.79 / 2 == pytest.approx((day + end) / 2, abs=0.1)
    assert [line.strip() for line in reader.pages[1].extract_text().splitlines()[2:]] == [
        "附件1",
        "拟中榜单位名单",
        "一、说明",
        "如上。",
    ]
    assert [entry.title for entry in reader.outline] == ["一、事项", "拟中榜单位名单", "一、说明"]  # type: ignore[union-attr]


def test_one_attachment_is_not_numbered_and_none_is_not_mentioned(make: Make, read: Read) -> None:
    one, none = make(official=True), make(official=True)
    one.attachments(["名单"])
    none.attachments([])
    none.text(TEXT)
    assert "附件：名单" in read(one).pages[0].extract_text()
    assert "附件" not in read(none).pages[0].extract_text()


def test_a_signature_never_stands_on_a_page_without_text(make: Make, read: Read) -> None:
    for paragraphs in range(6, 15):
        paper = make(official=True)
        for _ in range(paragraphs):
            paper.text(TEXT)
        paper.attachments(["名单"])
        paper.closing("省基层治理研究院", date(2026, 11, 8))
        signed = next(page.extract_text() for page in read(paper).pages if "2026年11月8日" in page.extract_text())
        assert "接受社会监督。" in signed
        assert "附件：名单" in signed


def test_a_long_organ_is_broken_and_stays_inside_the_type_area(make: Make, read: Read) -> None:
    paper = make(official=True)
    paper.text(TEXT)
    paper.closing("浙江省基层治理现代化与社会矛盾纠纷多元化解研究院评价中心", date(2026, 11, 8))
    pieces = [piece for piece in _pieces(read(paper).pages[0]) if piece[0].startswith(("浙江", "评价", "解", "院"))]
    assert "".join(text for text, *_ in pieces) == "浙江省基层治理现代化与社会矛盾纠纷多元化解研究院评价中心"
    assert all(left + len(text) * 15.79 <= 28 * MM + WIDTH + 0.1 for text, left, *_ in pieces)


def test_days_are_written_out_in_running_text_and_short_in_tables(make: Make, read: Read) -> None:
    paper = make(official=True)
    paper.text("公示期：2026-07-07 至 2026-07-13（5 个工作日）；榜单 JB-2026-0012 自 2026-12-11 17:00 起。")
    paper.table(["截止"], [["2026-12-11"]])
    said = read(paper).pages[0].extract_text().replace("\n", "")
    assert "公示期：2026年7月7日至2026年7月13日（5 个工作日）；榜单 JB-2026-0012 自2026年12月11日 17:00 起。" in said
    assert said.count("2026-12-11") == 1
