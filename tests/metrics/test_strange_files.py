"""Files that are not the return asked for, files that cannot be opened, and the CSV door."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from core.periods import Period
from core.tabular.refusal import MB
from metrics.marking import mark
from metrics.model import Line
from metrics.workbook import META_SHEET, Identity
from tests.metrics.returns_support import (
    CODES,
    GOOD,
    INDICATORS,
    PLACES,
    SECRET,
    check,
    edit,
    entry,
    form,
    put,
    refused,
    template,
    upload,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


# -- whose file ------------------------------------------------------------------


def test_a_workbook_that_is_no_return() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("会议通知").write_row("A1", ["时间", "地点"])
    book.close()
    refused(out.getvalue(), "identity.template", "没有找到报送表")


def test_the_return_sheet_copied_into_a_new_workbook() -> None:
    def change(_: Worksheet, book: openpyxl.Workbook) -> None:
        del book[META_SHEET]

    refused(edit(template(), change), "identity.template", "隐藏的标识没有了")


def test_another_county() -> None:
    other = template(form(region_code="330521", region="德清县"))
    refused(other, "identity.region", "德清县", "安吉县")


def test_another_period() -> None:
    refused(template(form(period=Period.parse("2026-09"))), "identity.period", "2026年9月", "2026年10月")


def test_another_collection() -> None:
    refused(template(form(collection_id=8, collection="年度考核")), "identity.collection", "年度考核")


def test_everything_about_a_strange_file_is_said_at_once() -> None:
    other = template(form(region_code="330521", region="德清县", period=Period.parse("2026-09")))
    assert [rule for rule, _ in check(other).rules] == ["identity.region", "identity.period"]


def test_an_old_set_of_definitions_says_what_changed() -> None:
    a1, a2, *rest = (Line(item) for item in INDICATORS)
    old = (a1, replace(a2, indicator=replace(a2.indicator, code="B9", name="旧指标", id=99)), *rest)
    new = (replace(a1, indicator=replace(a1.indicator, id=101, version=2)), a2, *rest)
    refused(
        template(form(lines=old)), "identity.definitions", "新增：A2 回访满意率", "取消：B9 旧指标", "口径有变：A1 按时办结率",
        lines=new,
    )  # fmt: skip


def test_the_same_definitions_in_another_order_are_the_same() -> None:
    backwards = form(lines=tuple(reversed(form().lines)))
    assert Identity.of(backwards).definitions == Identity.of(form()).definitions
    assert check(template(backwards)).upload.refused is False


def meta(field: str, value: str) -> bytes:
    def change(_: Worksheet, book: openpyxl.Workbook) -> None:
        for row in book[META_SHEET].iter_rows():
            if row[0].value == field:
                row[1].value = value

    return edit(template(), change)


def test_an_old_template() -> None:
    refused(meta("template", "0"), "identity.version", "版本 0", "现行版本 1")


@pytest.mark.parametrize(
    ("field", "value"),
    [("region_code", "330521"), ("period", "2026-09"), ("collection_id", "8"), ("row", "A9"), ("signature", "伪造")],
)
def test_an_altered_identity(field: str, value: str) -> None:
    refused(meta(field, value), "identity.tampered", "改动过")


def test_a_template_of_another_house() -> None:
    other = upload(template(), form())
    assert not other.refused
    stranger = check(template()).upload.identity
    assert stranger is not None
    assert stranger.cells(SECRET) != stranger.cells(b"another secret")


# -- what is no workbook ---------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "file.empty"),
        (b"%PDF-1.7 named .xlsx", "file.pdf"),
        (b"PK\x03\x04" + b"x" * (21 * MB), "file.large"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "file.password"),
        (b"\xef\xbb\xbf\xff", "file.encoding"),
    ],
)
def test_files_that_cannot_be_opened(data: bytes, rule: str) -> None:
    refused(data, rule)
    assert check(data).upload.kind == "unknown"


def test_a_zip_bomb() -> None:
    out = io.BytesIO(template())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (60 * MB))
    refused(out.getvalue(), "file.bomb")


# -- CSV -------------------------------------------------------------------------

HEAD = "地区代码,报送期,指标代码,分子,分母,状态,说明"


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows))


GOOD_ROWS = (
    "330523,2026-10,A1,1152,1200,,",
    "330523,2026年10月,A2,95,100,已报,",
    "330523000000,202610,A3,0,,,",
    ",,A4,12.5,10,,",
    "330523,2026/10,A5,88.8,,,",
    "330523,2026-10,A6,是,,,",
    "330523,2026-10,A7,96.5,100,,",
    '330523,2026-10,a8,"1,234,567.89",,,',
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_usual_encoding(encoding: str) -> None:
    checked = check(table(*GOOD_ROWS).encode(encoding), filename="报送.csv")
    assert checked.rules == []
    assert dict(checked.upload.entries) == GOOD
    assert checked.upload.kind == "csv"
    said = {"gb18030": "GB18030", "utf-16": "UTF-16"}.get(encoding, "UTF-8")
    assert f"按 {said} 编码读取" in checked.upload.notes
    assert checked.upload.where["A1", "n"] == "D2"


def test_csv_with_other_headings_and_a_bad_row() -> None:
    text = table("A1;1300;1200", "A2;95;100", "QQ;1;2", head="指标编码;Numerator;Denominator")
    checked = check(text.encode("gb18030"), filename="报送.csv")
    absent = [("row.absent", "")] * (len(CODES) - 2)
    assert checked.rules == [("row.unknown", "A4"), ("share", "B2"), ("row.unsigned", ""), *absent]
    assert checked.upload.entries["A2"] == entry(95, 100)


def test_csv_rows_of_other_places_and_times_are_left_out() -> None:
    text = table("330521,2026-10,A1,1,2,,", "330523,2026-09,A2,1,2,,", "330523,2026-10,A3,7,,,")
    checked = check(text.encode(), filename="报送.csv")
    assert checked.rules[:2] == [("row.region", "A2"), ("row.period", "B3")]
    assert dict(checked.upload.entries) == {"A3": entry(7)}


def test_csv_of_another_place_or_time_altogether() -> None:
    refused(table("330521,2026-10,A1,1,2,,").encode(), "identity.region", "330521", filename="x.csv")
    refused(table("330523,2026-09,A1,1,2,,").encode(), "identity.period", "2026-09", filename="x.csv")


def test_csv_without_known_headings() -> None:
    refused("姓名,电话\n王安吉,123".encode(), "identity.template", filename="x.csv")


def test_csv_with_too_many_rows() -> None:
    refused(table(*["330523,2026-10,A1,1,2,,"] * 20_001).encode(), "file.rows", "20,002", filename="x.csv")


def test_a_reason_that_was_neutralised_by_an_export_is_read_as_it_was() -> None:
    checked = check(table("330523,2026-10,A1,,,缺报,'-5%以上的工单未回传").encode(), filename="x.csv")
    assert checked.upload.entries["A1"] == entry(state="missing", reason="-5%以上的工单未回传")


def test_a_table_made_by_hand_is_read_with_a_warning() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("我的表")
    sheet.write_row("C4", ["指标代码", "分子", "分母"])
    sheet.write_row("C6", ["A1", 1152, 1200])
    book.close()
    checked = check(out.getvalue())
    assert checked.rules[0] == ("row.unsigned", "")
    assert dict(checked.upload.entries) == {"A1": GOOD["A1"]}
    assert checked.upload.where["A1", "d"] == "E6"


# -- what other programs make of it ------------------------------------------------


@pytest.mark.parametrize(("name", "said"), [("libreoffice.xlsx", []), ("libreoffice.xls", [("row.legacy", "")])])
def test_the_return_as_libreoffice_saves_it(name: str, said: list[tuple[str, str]]) -> None:
    """Opened in LibreOffice 7.4 with good figures and saved there; marked and uploaded again it is the same."""
    data = (Path(__file__).parent / "data" / name).read_bytes()
    checked = check(data, filename=name)
    assert checked.rules == said
    assert dict(checked.upload.entries) == GOOD
    again = check(mark(data, checked.findings))
    assert (again.rules, dict(again.upload.entries)) == ([], GOOD)


def as_wps(data: bytes) -> bytes:
    """What WPS does differently: words apart from the cells, in pieces with fonts of their own and readings beside
    them, and its own name in the workbook."""
    words: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        words.append(_in_pieces(unescape(found[1])))
        return f't="s"><v>{len(words) - 1}</v>'

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w") as made:
        for part in book.namelist():
            text = book.read(part).decode()
            if part.startswith("xl/worksheets/sheet"):
                text = re.sub(r't="inlineStr"><is><t[^>]*>(.*?)</t></is>', put_away, text, flags=re.DOTALL)
            elif part == "xl/workbook.xml":
                text = text.replace("<workbookPr/>", '<fileVersion appName="wps" lowestEdited="3"/><workbookPr/>')
            elif part == "xl/_rels/workbook.xml.rels":
                about = 'Id="rIdWords" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org'
                link = f'<Relationship {about}/officeDocument/2006/relationships/sharedStrings"/>'
                text = text.replace("</Relationships>", link + "</Relationships>")
            elif part == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                more = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'
                text = text.replace("</Types>", more + "</Types>")
            made.writestr(part, text)
        head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        made.writestr("xl/sharedStrings.xml", head + "".join(words) + "</sst>")
    assert words
    return out.getvalue()


def _in_pieces(word: str) -> str:
    head, tail = escape(word[:1]), escape(word[1:])
    font = '<rPr><rFont val="宋体"/><charset val="134"/></rPr>'
    rest = f'<r>{font}<t xml:space="preserve">{tail}</t></r>' if tail else ""
    return f'<si><r><t>{head}</t></r>{rest}<rPh sb="0" eb="1"><t>pin</t></rPh></si>'


def test_the_return_as_wps_saves_it() -> None:
    data = as_wps(put({("A1", "n"): "１，１５２", ("A2", "state"): "估计", ("A2", "reason"): "系统停机三天"}))
    checked = check(data)
    assert checked.rules == []
    assert checked.notes == [("cell.read", PLACES["A1", "n"])]
    assert dict(checked.upload.entries) == GOOD | {"A2": entry(95, 100, "estimated", reason="系统停机三天")}
    bad = as_wps(put({("A1", "n"): "一千", ("A3", "n"): "12%"}))
    wanted = [("cell.text", PLACES["A1", "n"]), ("cell.percent", PLACES["A3", "n"])]
    assert check(bad).rules == wanted
    assert check(mark(bad, check(bad).findings)).rules == wanted
