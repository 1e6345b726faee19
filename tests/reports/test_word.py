"""Reports that are edited before they are sent: laid out as official papers are, in styles that stay when text is added."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from reports.paper import Face
from reports.word import Word
from tests.reports.conftest import AS_OF

_POINT = 12_700  # English metric units


def made(*, restates: bool = False) -> Any:
    paper = Word(
        Face("关于“信访件智能转办与期限提醒”榜单拟中榜单位名单的公示", organisation="省发展研究院", official=True),
        number="ZP-GS-2026-0001",
        digest="9f86d081884c7d65",
        check="https://x.example",
        as_of=AS_OF,
        demo=True,
        restates=restates,
    )
    paper.addressee("各设区市")
    paper.heading("名单")
    paper.text("现公示如下。")
    paper.table(["顺位", "单位", "得分"], [["1", "安吉县矛调中心", "93.25"]] * 30, caption="名单")
    paper.facts([("公示期", "5 个工作日")])
    paper.signatures(["组长"])
    paper.attachments(["名单"])
    paper.closing("省发展研究院", date(2026, 11, 8))
    if restates:
        paper.restated("ZP-GS-2025-0009", [("第 1 顺位", "甲", "乙")], ["异议成立。"])
    return docx.Document(io.BytesIO(paper.bytes()))


@pytest.fixture(scope="module")
def paper() -> Any:
    return made()


def test_faces_and_spacing_are_the_styles(paper: Any) -> None:
    found = {}
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = paper.styles[name]
        fonts = style.element.rPr.rFonts
        assert not [key for key in fonts.attrib if "Theme" in key]
        found[name] = (fonts.get(qn("w:eastAsia")), style.font.size.pt, style.paragraph_format.line_spacing.pt)
    assert found == {
        "Normal": ("仿宋", 16, 28.95),
        "Title": ("宋体", 22, 36),
        "Heading 1": ("黑体", 16, 28.95),
        "Heading 2": ("楷体", 16, 28.95),
    }
    languages = {node.get(qn("w:eastAsia")) for node in paper.styles.element.iter(qn("w:lang"))}
    assert languages == {"zh-CN"}


def test_the_page_is_the_standards_and_its_number_stands_outside(paper: Any) -> None:
    section = paper.sections[0]
    sides = (section.top_margin, section.left_margin, section.page_width, section.page_height)
    assert [round(side.mm) for side in sides] == [37, 28, 210, 297]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    assert paper.settings.odd_and_even_pages_header_footer
    feet = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert [str(foot.alignment).split()[0] for foot in feet] == ["RIGHT", "LEFT"]
    assert all("PAGE" in foot._p.xml for foot in feet)
    assert section.header.paragraphs[0].text == "演示数据，不作决策依据"


def test_tables_fill_the_type_area_repeat_their_header_and_keep_rows_whole(paper: Any) -> None:
    table, facts = paper.tables
    for shape in (table, facts):
        assert abs(sum(column.width for column in shape.columns) / _POINT - 156 / 25.4 * 72) < 1
        assert not shape.autofit
    rows = [row._tr.trPr for row in table.rows]
    assert [row.find(qn("w:tblHeader")) is not None for row in rows] == [True, *[False] * 30]
    assert all(row.find(qn("w:cantSplit")) is not None for row in rows)
    aligned = [str(cell.paragraphs[0].alignment).split()[0] for cell in table.rows[1].cells]
    assert aligned == ["RIGHT", "LEFT", "RIGHT"]


def test_the_signature_keeps_its_text_and_what_changed_is_announced(paper: Any) -> None:
    said = [paragraph.text for paragraph in paper.paragraphs]
    at = said.index("2026年11月8日")
    assert said[at - 2 : at] == ["附件：名单", "省发展研究院"]
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in paper.paragraphs[at - 3 : at])
    assert said[0].replace("\n", "") == "关于“信访件智能转办与期限提醒”榜单拟中榜单位名单的公示" and "\n" in said[0]
    later = [paragraph.text for paragraph in made(restates=True).paragraphs]
    assert [text for text in later if "差异" in text or "附件：" in text][:2] == [
        "附件：1. 名单",
        "2. 与前一份报告的差异",
    ]
    assert "1. 异议成立。" in later and "附件1" in later
