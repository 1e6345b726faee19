"""The workbook handed back: marked where it is wrong, whole everywhere else, and good for another round."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.words import Kind
from metrics.marking import mark
from metrics.model import Entry, Finding, Severity
from metrics.workbook import ERROR_FILL, WARNING_FILL
from tests.metrics.returns_support import (
    CODES,
    GOOD,
    PLACES,
    Checked,
    check,
    edit,
    entry,
    fill,
    form,
    put,
    template,
)

RED, YELLOW = (f"00{colour.lstrip('#')}" for colour in (ERROR_FILL, WARNING_FILL))
BAD: dict[tuple[str, str], Any] = {("A1", "n"): 1300, ("A2", "n"): "好", ("A4", "n"): 400, ("A3", "n"): None}


def book_of(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet_of(data: bytes, name: str = "报送表") -> Worksheet:
    sheet = book_of(data)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def marked(cells: dict[tuple[str, str], Any]) -> tuple[bytes, Checked]:
    data = put(cells)
    checked = check(data)
    return mark(data, checked.findings), checked


@cache
def marked_bad() -> tuple[bytes, Checked]:
    return marked(BAD)


def coloured(data: bytes) -> dict[str, str]:
    found = {}
    for row in sheet_of(data).iter_rows():
        for cell in row:
            if cell.fill.fgColor.rgb in (RED, YELLOW):
                found[cell.coordinate] = "red" if cell.fill.fgColor.rgb == RED else "yellow"
    return found


def test_bad_cells_are_coloured_and_say_why() -> None:
    data, checked = marked_bad()
    assert checked.rules == [
        ("share", PLACES["A1", "n"]),
        ("cell.text", PLACES["A2", "n"]),
        ("blank", PLACES["A3", "n"]),
        ("bounds.plausible", PLACES["A4", "n"]),
    ]
    assert coloured(data) == {
        PLACES["A1", "n"]: "red",
        PLACES["A2", "n"]: "red",
        PLACES["A3", "n"]: "yellow",
        PLACES["A4", "n"]: "yellow",
    }
    comment = sheet_of(data)[PLACES["A1", "n"]].comment
    assert comment is not None
    assert comment.text.startswith("【校验】错误\n按时办结率：分子 1,300 大于分母 1,200。")
    assert "是否填反了" in comment.text
    assert "单位：件" in comment.text  # what stood there before is still there
    untouched = sheet_of(data)[PLACES["A7", "n"]].comment
    assert untouched is not None
    assert untouched.text.startswith("得分")


def test_the_first_sheet_lists_everything_with_links() -> None:
    data, checked = marked_bad()
    book = book_of(data)
    assert book.sheetnames == ["校验结果", "填报说明", "报送表", "字典", "_meta"]
    assert book.active.title == "校验结果"  # type: ignore[union-attr]
    sheet = sheet_of(data, "校验结果")
    assert sheet["A2"].value == (
        "错误 2 处，提醒 2 处，说明 0 条。请改正红色的格子（点“位置”可直接跳过去），保存后重新上传这个文件。"
    )
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("错误", PLACES["A1", "n"], "A1"),
        ("错误", PLACES["A2", "n"], "A2"),
        ("提醒", PLACES["A3", "n"], "A3"),
        ("提醒", PLACES["A4", "n"], "A4"),
    ]
    assert [row[3:5] for row in rows] == [[finding.message, finding.remedy] for finding in checked.findings]
    link = sheet["B5"].hyperlink
    assert link is not None
    assert link.location == f"'报送表'!{PLACES['A1', 'n']}"


def test_everything_else_stays() -> None:
    before, after = sheet_of(put(BAD)), sheet_of(marked_bad()[0])
    for row in before.iter_rows():
        for cell in row:
            other = after[cell.coordinate]
            assert (cell.value, cell.protection.locked, cell.number_format) == (
                other.value,
                other.protection.locked,
                other.number_format,
            )
    assert after.protection.sheet
    assert after.freeze_panes == before.freeze_panes
    assert [(str(r.sqref), r.formula1) for r in after.data_validations.dataValidation] == [
        (str(r.sqref), r.formula1) for r in before.data_validations.dataValidation
    ]
    assert after.row_dimensions[3].hidden
    assert {name: dim.width for name, dim in after.column_dimensions.items()} == {
        name: dim.width for name, dim in before.column_dimensions.items()
    }
    assert book_of(marked_bad()[0])["_meta"].sheet_state == "veryHidden"


def test_a_marked_file_reads_as_before() -> None:
    data, checked = marked_bad()
    again = check(data)
    assert again.findings == checked.findings
    assert dict(again.upload.entries) == dict(checked.upload.entries)


def test_corrected_and_handed_in_again() -> None:
    data, _ = marked_bad()

    def correct(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, {"A1": entry(1152), "A2": entry(95), "A3": entry(0)})

    corrected = edit(data, correct)
    checked = check(corrected)
    assert checked.rules == [("bounds.plausible", PLACES["A4", "n"])]
    second = mark(corrected, checked.findings)
    assert coloured(second) == {PLACES["A4", "n"]: "yellow"}
    assert book_of(second).sheetnames.count("校验结果") == 1
    fresh, now = sheet_of(template()), sheet_of(second)
    for code in CODES:
        for field in ("n", "d", "state", "reason"):
            if (code, field) != ("A4", "n"):
                old, new = fresh[PLACES[code, field]], now[PLACES[code, field]]
                assert new.fill.fgColor.rgb[2:] == old.fill.fgColor.rgb[2:]
                assert (new.comment.text if new.comment else "") == (old.comment.text if old.comment else "")


def test_marking_twice_is_marking_once() -> None:
    data, checked = marked_bad()
    twice = mark(data, checked.findings)
    assert coloured(twice) == coloured(data)
    place = PLACES["A1", "n"]
    first, second = sheet_of(data)[place].comment, sheet_of(twice)[place].comment
    assert first is not None
    assert second is not None
    assert first.text == second.text


def test_a_locked_cell_is_grey_again() -> None:
    data, _ = marked({("A3", "d"): 5})
    assert coloured(data) == {PLACES["A3", "d"]: "red"}
    clean = edit(data, lambda sheet, _: sheet.__setitem__(PLACES["A3", "d"], "—"))
    again = mark(clean, check(clean).findings)
    assert sheet_of(again)[PLACES["A3", "d"]].fill.fgColor.rgb == "00F1F3F6"


def test_merged_cells_are_marked_at_their_first_cell() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        sheet.merge_cells(f"{PLACES['A1', 'n']}:{PLACES['A2', 'n']}")

    data = edit(template(), change)
    assert coloured(mark(data, check(data).findings)) == {PLACES["A1", "n"]: "red"}


def test_a_good_return_says_so() -> None:
    data = mark(put({}), [])
    assert sheet_of(data, "校验结果")["A2"].value == "错误 0 处，提醒 0 处，说明 0 条。没有发现问题。"
    assert coloured(data) == {}


def test_a_csv_comes_back_as_a_workbook_with_its_rows() -> None:
    text = "指标代码,分子,分母,说明\nA1,1300,1200,=cmd|x\n\nA2,95,100,\n"
    data = text.encode("gb18030")
    result = mark(data, check(data, filename="报送.csv").findings)
    book = book_of(result)
    assert book.sheetnames == ["校验结果", "CSV"]
    sheet = sheet_of(result, "CSV")
    assert [cell.value for cell in sheet[2]] == ["A1", "1300", "1200", "=cmd|x"]
    assert (sheet["D2"].data_type, sheet["D2"].quotePrefix) == ("s", True)
    assert sheet["B2"].fill.fgColor.rgb == RED
    assert sheet["A4"].value == "A2"
    assert check(result).rules == check(data, filename="报送.csv").rules


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"", b"PK\x03\x04 broken"])
def test_what_cannot_be_opened_comes_back_as_a_list(data: bytes) -> None:
    result = mark(data, check(data).findings)
    assert book_of(result).sheetnames == ["校验结果"]
    assert sheet_of(result, "校验结果")["B5"].value == "整个文件"


@pytest.mark.parametrize(
    "ref",
    [
        b'<mergeCells><mergeCell ref="A20:XFD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>',
    ],
)
def test_a_range_over_the_whole_sheet_does_not_fill_the_memory(ref: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(put(BAD))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet2.xml":
                content = content.replace(b"</sheetData>", b"</sheetData>" + ref)
            new.writestr(part, content)
    checked = check(out.getvalue())
    assert ("share", PLACES["A1", "n"]) in checked.rules
    assert book_of(mark(out.getvalue(), checked.findings)).sheetnames == ["校验结果"]


def test_evil_and_unprintable_text_is_shown_as_text() -> None:
    finding = Finding(Severity.ERROR, "cell.text", "=坏\x01话", "+请改", "报送表", PLACES["A1", "n"], "A1", "@看\x02到")
    sheet = sheet_of(mark(put({}), [finding]), "校验结果")
    cells = [sheet.cell(5, column) for column in (4, 5, 6)]
    assert [cell.value for cell in cells] == ["=坏 话", "+请改", "@看 到"]
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_stored_values_survive_the_round() -> None:
    asked = form({"A1": entry(1000, 1200), "A6": Entry(0), "A8": Entry(123_456_789_012_345_678)})
    checked = check(template(asked), asked)
    again = check(mark(template(asked), checked.findings), asked)
    assert dict(again.upload.entries) == dict(checked.upload.entries)
    assert again.upload.entries["A8"] == Entry(123_456_789_012_345_678)
    assert asked.lines[5].indicator.kind is Kind.YES_NO
