"""Opening uploads by their content: refusals with their own words, cells with their own addresses."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from core.errors import Unreadable
from core.tabular import BadFile, Book, FileKind, address, open_table
from core.tabular.refusal import MB, REFUSALS
from core.tabular.worksheet import Facts, column_number, look_through

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HERE = Path(__file__).parent


def make(fill: Callable[[Any, Any], None], name: str = "表") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, book.add_worksheet(name))
    book.close()
    return out.getvalue()


def simple(_: Any, sheet: Any) -> None:
    sheet.write("A1", "代码")
    sheet.write("B1", 5)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return opened.read(name)


def opened(data: bytes, name: str = "报表.xlsx") -> Book:
    return open_table(data, name, limit_mb=20)


def refusal(data: bytes, name: str = "报表.xlsx", limit_mb: int = 20) -> BadFile:
    with pytest.raises(BadFile) as refused:
        open_table(data, name, limit_mb=limit_mb)
    assert isinstance(refused.value, Unreadable)
    assert refused.value.message
    assert refused.value.remedy
    return refused.value


def utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


@pytest.mark.parametrize(
    "data, rule",
    [
        (b"", "file.empty"),
        (b"  \r\n", "file.empty"),
        (b"%PDF-1.7\n...", "file.pdf"),
        (b"\x89PNG\r\n\x1a\n....", "file.image"),
        (b"\xff\xd8\xff\xe0....", "file.image"),
        (b"Rar!\x1a\x07....", "file.archive"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file.web"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file.web"),
        (b"PK\x03\x04 this is no archive", "file.damaged"),
        (b"\x00\x01\x02\x03binary", "file.kind"),
        (OLE + utf16("EncryptedPackage"), "file.password"),
        (OLE + utf16("WordDocument"), "file.word"),
        (OLE + utf16("Something"), "file.kind"),
        (OLE + utf16("Workbook") + utf16("_VBA_PROJECT_CUR"), "file.macros"),
        (OLE + utf16("Workbook") + b"but nothing else", "file.damaged"),
        (archive(word__document=b"<x/>"), "file.word"),
        (archive(ppt__presentation=b"<x/>"), "file.slides"),
        (archive(note=b"x"), "file.archive"),
        (b"\xef\xbb\xbf\xff\xfe\xfd", "file.encoding"),
        ("指标代码,分子\nA1,1\n".encode() + b"\xe6\x8c", "file.encoding"),  # UTF-8 cut in a character
        (b"\xff\xff\xff,\xff", "file.encoding"),
    ],
)
def test_what_is_not_a_table_is_told_apart_by_content(data: bytes, rule: str) -> None:
    assert refusal(data).rule == rule


def test_other_office_formats_have_their_own_words() -> None:
    assert refusal(with_part(archive(), "content.xml", b"<x/>")).rule == "file.ods"
    assert refusal(with_part(archive(), "xl/workbook.bin", b"x")).rule == "file.binary"
    assert refusal(with_part(make(simple), "xl/vbaProject.bin", b"x")).rule == "file.macros"
    types = part_of(make(simple), "[Content_Types].xml").replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert refusal(with_part(make(simple), "[Content_Types].xml", types)).rule == "file.macros"


def test_every_refusal_says_what_to_do_in_its_own_words() -> None:
    assert len({message for message, _ in REFUSALS.values()}) == len(REFUSALS)
    assert all(remedy.startswith(("请", "可能")) for _, remedy in REFUSALS.values())


def test_a_file_of_21_mb_is_over_a_limit_of_20() -> None:
    refused = refusal(b"PK\x03\x04" + b"x" * (21 * MB))
    assert refused.rule == "file.large"
    assert refused.message == "文件有 21.0 MB，超过上限 20 MB。"


def test_the_limit_itself_is_allowed() -> None:
    data = (b"a," + b"b" * 1021 + b"\n") * 1024
    assert len(data) == MB
    assert open_table(data, "x.csv", limit_mb=1).kind is FileKind.CSV


# -- bombs -----------------------------------------------------------------------


def test_a_bomb_that_tells_its_size() -> None:
    assert refusal(with_part(make(simple), "xl/media/zeros.bin", b"\0" * (60 * MB))).rule == "file.bomb"


def test_a_bomb_that_lies_about_its_size() -> None:
    data = bytearray(with_part(make(simple), "zeros.bin", b"\0" * MB))
    in_directory = data.rindex(b"zeros.bin") - 46
    assert struct.unpack_from("<I", data, in_directory + 24) == (MB,)
    struct.pack_into("<I", data, in_directory + 24, 1000)
    assert refusal(bytes(data)).rule == "file.bomb"


def test_a_bomb_of_many_parts() -> None:
    assert refusal(archive(**{f"p{number}": b"" for number in range(2001)})).rule == "file.bomb"


def test_a_bomb_of_entities() -> None:
    data = make(simple)
    xml = part_of(data, "xl/worksheets/sheet1.xml")
    evil = xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet', 1)
    assert refusal(with_part(data, "xl/worksheets/sheet1.xml", evil)).rule == "file.damaged"


def test_a_cell_far_away_is_refused_before_memory_is_taken_for_the_rectangle() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("A1", "代码")
        sheet.write("XFD1048576", " ")

    refused = refusal(make(fill))
    assert refused.rule == "file.sprawl"
    assert "XFD1048576" in refused.message
    assert "“表”" in refused.message


def test_a_far_away_colour_is_no_content() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", "代码")
        sheet.write_blank("XFD1048576", None, book.add_format({"bold": True}))

    assert opened(make(fill)).sheets[0].rows == {1: ["代码"]}


@pytest.mark.parametrize("cell", [b'<c s="0" r="XFD1048576" t="n"><v>1</v></c>', b"<c\n r='XFD1048576'><v>1</v></c>"])
def test_a_far_away_cell_cannot_hide_behind_unusual_xml(cell: bytes) -> None:
    data = make(simple)
    name = "xl/worksheets/sheet1.xml"
    padding = b"<!--" + b" " * (2 * MB) + b"-->"  # large sheets take the quick way
    xml = part_of(data, name).replace(b"</row>", b'</row><row r="1048576">' + cell + b"</row>" + padding, 1)
    assert refusal(with_part(data, name, xml)).rule == "file.sprawl"


@settings(deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_refused_or_read_but_never_breaks(position: int, noise: bytes) -> None:
    data = make(simple)
    cut = position % len(data)
    try:
        book = opened(data[:cut] + noise + data[cut + len(noise) :])
    except BadFile:
        return
    assert isinstance(book, Book)


# -- cells -----------------------------------------------------------------------


def test_cells_keep_their_place_after_blank_rows_and_columns() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("C5", "A1")
        sheet.write("D5", 96)
        sheet.write("C9", "A2")
        sheet.write("D9", 1.5)

    sheet = opened(make(fill)).sheets[0]
    assert list(sheet.rows) == [5, 9]
    cells = {cell.address: cell.value for row in sheet.cells() for cell in row if not cell.blank}
    assert cells == {"C5": "A1", "D5": 96.0, "C9": "A2", "D9": 1.5}


def test_text_stays_text_and_numbers_stay_numbers() -> None:
    def fill(book: Any, sheet: Any) -> None:
        for column, value in enumerate(["n/a", "NA", "", "  ", "00123", "=1+1", "\u200b 5 "]):
            sheet.write_string(0, column, value)
        sheet.write_number("A2", 0.1 + 0.2)
        sheet.write_boolean("B2", True)
        sheet.write_datetime("C2", date(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number("D2", 0)

    sheet = opened(make(fill)).sheets[0]
    assert [sheet.cell(1, column).text for column in range(1, 8)] == ["n/a", "NA", "", "", "00123", "=1+1", "5"]
    assert [sheet.cell(1, column).blank for column in range(1, 8)] == [False, False, True, True, False, False, False]
    number, truth, day, zero = (sheet.cell(2, column) for column in range(1, 5))
    assert number.number == Decimal("0.3")
    assert (truth.number, truth.text) == (None, "TRUE")
    assert (day.is_date, day.text, day.number) == (True, "2026-01-02", None)
    assert (zero.blank, zero.number, zero.text) == (False, Decimal(0), "0")
    assert sheet.cell(99, 99).blank


def test_formulas_give_their_result_and_errors_are_not_blank() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula("A1", "=1+1", None, 2)
        sheet.write_formula("B1", '="a"&"b"', None, "ab")
        sheet.write_formula("C1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D1", "=X", None, "#NAME?")
        sheet.write_formula("C7", "=1/0", None, "#REF!")

    sheet = opened(make(fill)).sheets[0]
    assert [sheet.cell(1, column).value for column in (1, 2, 3, 4)] == [2.0, "ab", None, None]
    assert [sheet.cell(1, column).error for column in (1, 2, 3, 4)] == ["", "", "#DIV/0!", "#NAME?"]
    assert sheet.cell(1, 3).blank is False
    assert (sheet.cell(7, 3).error, list(sheet.rows)) == ("#REF!", [1, 7])  # a row of nothing but an error


def test_a_formula_saved_without_a_result_is_not_blank() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"], sheet["D4"] = 5, "=A1*2", "=A1*3"
    out = io.BytesIO()
    book.save(out)
    found = opened(out.getvalue()).sheets[0]
    assert [(found.cell(1, c).uncalculated, found.cell(1, c).blank) for c in (1, 2, 3)] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert found.cell(4, 4).uncalculated


def test_percent_formats_hidden_rows_merges_and_links_are_known() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", 0.12, book.add_format({"num_format": "0.0%"}))
        sheet.write("B1", 12, book.add_format({"num_format": '0.0"%"'}))
        sheet.write("C1", 0.5, book.add_format({"num_format": 9}))
        sheet.write("A2", "x")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.merge_range("A4:B5", "both")

    sheet = opened(make(fill)).sheets[0]
    assert [sheet.cell(1, column).percent for column in (1, 2, 3)] == [True, False, True]
    assert sheet.facts.hidden_rows == {2}
    assert sheet.merge_over(5, 2) == (4, 1, 5, 2)
    assert sheet.merge_over(4, 1) is None
    linked = opened(with_part(make(simple), "xl/externalLinks/externalLink1.xml", b"<x/>"))
    assert linked.notes == ("文件里有指向其他文件的链接，已按保存时的结果读取",)


def test_hidden_sheets_are_read_and_known_as_hidden() -> None:
    def fill(book: Any, sheet: Any) -> None:
        simple(book, sheet)
        extra = book.add_worksheet("_meta")
        extra.write("A1", "x")
        extra.very_hidden()

    book = opened(make(fill))
    assert [(sheet.name, sheet.visible) for sheet in book.sheets] == [("表", True), ("_meta", False)]
    assert book.sheet("_meta") is book.sheets[1]
    assert book.sheet("无") is None


def test_quick_and_careful_look_agree() -> None:
    def fill(_: Any, sheet: Any) -> None:
        for row in range(1, 3000, 7):
            sheet.write_row(row, 2, [row, "文字", 1.5, None, "x" * 20])

    xml = part_of(make(fill), "xl/worksheets/sheet1.xml")
    padded = xml.replace(b"</worksheet>", b" " * (2 * MB) + b"</worksheet>")
    quick, careful = look_through(padded, frozenset()), look_through(xml, frozenset())
    assert quick == careful == Facts(last_row=2998, last_column=7)


@settings(deadline=None)
@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_addresses(row: int, column: int) -> None:
    assert address(row, column) == f"{get_column_letter(column)}{row}"
    assert column_number(get_column_letter(column)) == column


def test_an_old_xls_is_read_with_a_word_about_its_limits() -> None:
    book = open_table((HERE / "data" / "legacy.xls").read_bytes(), "旧表.xls", limit_mb=20)
    assert book.kind is FileKind.XLS
    rows = [[cell.text for cell in row] for row in book.sheets[0].cells()]
    assert rows == [["指标代码", "分子", "分母"], ["A1", "96", "100"], ["A3", "1234.5", ""]]
    assert book.notes == ("旧版 .xls 格式看不出公式错误，建议另存为 .xlsx 后再上传",)


# -- text ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding, note",
    [
        ("utf-8", "按 UTF-8 编码读取"),
        ("utf-8-sig", "按 UTF-8 编码读取"),
        ("utf-16", "按 UTF-16 编码读取"),
        ("gb18030", "按 GB18030 编码读取"),
        ("gbk", "按 GB18030 编码读取"),
    ],
)
def test_chinese_text_in_every_usual_encoding(encoding: str, note: str) -> None:
    rare = "龘" if encoding == "gbk" else "龘䶮"
    book = open_table(f"指标代码,说明\nA1,{rare}\n".encode(encoding), "x.csv", limit_mb=1)
    assert book.kind is FileKind.CSV
    assert book.notes == (note,)
    assert book.sheets[0].rows == {1: ["指标代码", "说明"], 2: ["A1", rare]}


@pytest.mark.parametrize("delimiter, word", [(";", "分号"), ("\t", "制表符"), ("|", "竖线")])
def test_other_delimiters_are_found_and_said(delimiter: str, word: str) -> None:
    text = f"代码{delimiter}数\nA1{delimiter}1,234\nA2{delimiter}5,678\n"
    book = open_table(text.encode(), "x.csv", limit_mb=1)
    assert book.sheets[0].rows == {1: ["代码", "数"], 2: ["A1", "1,234"], 3: ["A2", "5,678"]}
    assert book.notes[-1] == f"列之间以{word}分隔"


def test_rows_of_text_are_numbered_as_excel_shows_them() -> None:
    text = '代码,说明\n\n"A1","两\n行"\n,,\nA2,x\n'
    assert list(open_table(text.encode(), "x.csv", limit_mb=1).sheets[0].rows) == [1, 3, 5]
    hinted = open_table(f"sep=;\n{text.replace(',', ';')}".encode(), "x.csv", limit_mb=1)
    assert list(hinted.sheets[0].rows) == [2, 4, 6]


def test_the_extension_is_not_believed_but_mentioned() -> None:
    book = open_table("代码,数\nA1,1\n".encode(), "报表.xlsx", limit_mb=1)
    assert book.kind is FileKind.CSV
    assert book.notes[0] == "扩展名是 .xlsx，内容其实是CSV 文本，已按内容读取"
    assert open_table(make(simple), "报表.csv", limit_mb=1).kind is FileKind.XLSX


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_opener(data: bytes) -> None:
    try:
        book = open_table(data, "x", limit_mb=1)
    except BadFile:
        return
    assert book.kind is FileKind.CSV
