"""Files from beginning to end: what a wrong workbook is told, what is kept of it, and that nothing is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from accounts.permissions import OPERATOR
from core.errors import Invalid, NotFound
from core.words import ReturnState
from metrics import exports, grid, imports, queries
from metrics.grid import GridRow
from metrics.model import ChangeKind, Entry
from metrics.workbook import RESULT_SHEET, RETURN_SHEET
from tests.metrics import stored
from tests.metrics.returns_support import edit, entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.support import Cast

CELLS = {"SX01": {"n": 96, "d": 100}, "SX04": {"n": 45, "d": 50}}


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value).removeprefix("zp:"): cell.column or 0 for cell in sheet[3] if cell.value}


def lines(sheet: Worksheet) -> dict[str, int]:
    at = columns(sheet)["code"]
    return {str(row[at - 1].value): row[0].row or 0 for row in sheet.iter_rows(min_row=6)}


def put(data: bytes, cells: dict[str, dict[str, Any]]) -> bytes:
    """The workbook with these cells, by indicator and column, filled in."""

    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        at, of = columns(sheet), lines(sheet)
        for code, values in cells.items():
            for name, value in values.items():
                sheet.cell(of[code], at[name]).value = value

    return edit(data, change)


@pytest.fixture
def number(house: Path, cast: Cast) -> int:
    """A return of 安吉县 that asks for 按时办结率 and 回访满意率."""
    return stored.collection().of(ANJI)


@pytest.fixture
def template(number: int, cast: Cast) -> bytes:
    return exports.template_xlsx(cast.wang_anji, number)


def rules(checked: imports.Preview) -> list[str]:
    return [finding.rule for finding in checked.findings if finding.severity != "info"]


# What is wrong with the file as a whole → the rule that says so.
FILES: dict[str, Callable[[bytes], bytes]] = {
    "file.large": lambda data: data + b"\0" * (21 * 1024 * 1024),
    "file.pdf": lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "file.image": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(60),
    "file.empty": lambda _: b"",
    "file.damaged": lambda data: data[: len(data) // 2],
    "identity.template": lambda _: book([["姓名", "年龄"], ["张三", 30]]),
    "identity.tampered": lambda data: edit(data, tamper),
}


def book(rows: list[list[Any]]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(out)
    return out.getvalue()


def tamper(_: Worksheet, made: openpyxl.Workbook) -> None:
    for row in made["_meta"].iter_rows():
        if row[0].value == "region_code":
            row[1].value = "330521"


@pytest.mark.parametrize("rule", FILES)
def test_a_file_that_is_not_this_return_is_refused_whole(number: int, template: bytes, cast: Cast, rule: str) -> None:
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100)})
    checked = imports.preview(cast.wang_anji, number, FILES[rule](put(template, CELLS)), "报送表.xlsx")
    assert checked.upload.refused
    assert rules(checked) == [rule]
    assert checked.to_save == []
    kept = imports.keep(cast.wang_anji, checked, seen_version=stored.row(number).version)
    assert (kept.written, kept.unchanged) == (0, 0)
    assert [row for _, _, row, _ in stored.revisions(number)] == [entry(90, 100)]


def test_another_countys_and_another_periods_return_are_told_apart(house: Path, cast: Cast) -> None:
    made, other = stored.collection(), stored.collection(name="另一项任务")
    before = str(stored.this_month().shift(-2))
    said = {}
    for name, source in (
        ("region", made.of(DEQING)),
        ("period", made.of(ANJI, before)),
        ("collection", other.of(ANJI)),
    ):
        data = put(exports.template_xlsx(OPERATOR, source), CELLS)
        checked = imports.preview(cast.wang_anji, made.of(ANJI), data, "报送表.xlsx")
        assert rules(checked) == [f"identity.{name}"]
        said[name] = checked.findings[0].message
    assert "德清县" in said["region"]
    assert "安吉县" in said["region"]
    assert "另一项任务" in said["collection"]
    assert len(set(said.values())) == 3


# One cell is wrong: SX01 is not stored, SX04 is.
BAD_CELLS: dict[str, dict[str, Any]] = {
    "cell.text": {"n": "约一百"},
    "share": {"n": 101},
    "cell.percent": {"n": "12%"},
    "cell.formula": {"n": "#DIV/0!"},
    "cell.uncalculated": {"n": "=95+1"},
    "cell.date": {"n": date(2026, 10, 1)},
    "cell.word": {"n": "缺报", "d": None},
    "n.negative": {"n": -3},
    "n.whole": {"n": 95.5},
    "d.zero": {"n": 0, "d": 0},
    "state.reason": {"n": None, "d": None, "state": "缺报"},
    "cell.state": {"state": "不知道"},
    "required.d": {"d": None},
}


@pytest.mark.parametrize("rule", BAD_CELLS)
def test_a_wrong_cell_costs_its_own_row_only(number: int, template: bytes, cast: Cast, rule: str) -> None:
    data = put(put(template, CELLS), {"SX01": BAD_CELLS[rule]})
    checked = imports.preview(cast.wang_anji, number, data, "报送表.xlsx")
    assert rules(checked) == [rule]
    finding = checked.errors[0]
    assert finding.message
    assert finding.remedy
    assert finding.cell
    assert [(change.code, change.kind) for change in checked.changes] == [
        ("SX01", ChangeKind.REJECTED),
        ("SX04", ChangeKind.NEW),
    ]
    with pytest.raises(Invalid):
        imports.keep(cast.wang_anji, checked, seen_version=1, submit=True)
    assert stored.revisions(number) == []
    kept = imports.keep(cast.wang_anji, checked, seen_version=1)
    assert (kept.written, kept.rejected, kept.state) == (1, 1, ReturnState.DRAFT)
    assert [row for _, _, row, _ in stored.revisions(number)] == [entry(45, 50)]


def test_each_wrong_thing_has_its_own_words(number: int, template: bytes, cast: Cast) -> None:
    good = put(template, CELLS)
    files = [change(good) for change in FILES.values()]
    files += [put(good, {"SX01": cells}) for cells in BAD_CELLS.values()]
    said = [imports.preview(cast.wang_anji, number, data, "报送表.xlsx").errors[0].message for data in files]
    assert len(set(said)) == len(said)


def test_blank_rows_spaces_and_full_width_digits_are_read(number: int, template: bytes, cast: Cast) -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        sheet.insert_rows(lines(sheet)["SX04"], 2)

    data = put(edit(template, change), {"SX01": {"n": "９６", "d": " 1,00 "}, "SX04": {"n": " 45 ", "d": "50"}})
    checked = imports.preview(cast.wang_anji, number, data, "报送表.xlsx")
    assert rules(checked) == ["cell.text"]  # 1,00 is no number anybody writes
    data = put(data, {"SX01": {"d": "１００"}})
    checked = imports.preview(cast.wang_anji, number, data, "报送表.xlsx")
    assert rules(checked) == []
    assert [finding.rule for finding in checked.findings] == ["cell.read", "cell.read"]
    assert imports.keep(cast.wang_anji, checked, seen_version=1, submit=True).state is ReturnState.SUBMITTED
    assert [row for _, _, row, _ in stored.revisions(number)] == list(GOOD.values())


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_csv_is_a_return_too(number: int, cast: Cast, encoding: str) -> None:
    text = f"地区代码,报送期,指标代码,分子,分母,状态,说明\n{ANJI},{stored.last_month()},SX01,96,100,,\n{ANJI},{stored.last_month()},SX04,,,缺报,系统停机\n"
    checked = imports.preview(cast.wang_anji, number, text.encode(encoding), "报送.csv")
    assert rules(checked) == []
    imports.keep(cast.wang_anji, checked, seen_version=1, submit=True)
    assert [row for _, _, row, _ in stored.revisions(number)] == [
        entry(96, 100),
        entry(state="missing", reason="系统停机"),
    ]
    found = queries.form(cast.wang_anji, number)
    assert found is not None
    assert found[0].state is ReturnState.SUBMITTED


def test_the_marked_workbook_is_corrected_and_comes_back(number: int, template: bytes, cast: Cast) -> None:
    data = put(template, {"SX01": {"n": "约一百", "d": 100}, "SX04": {"n": 60, "d": 50}})
    checked = imports.preview(cast.wang_anji, number, data, "报送表.xlsx")
    marked = imports.marked(data, checked)
    sheet = openpyxl.load_workbook(io.BytesIO(marked))
    assert sheet.sheetnames[0] == RESULT_SHEET
    comments = {
        cell.coordinate: cell.comment.text
        for row in sheet[RETURN_SHEET].iter_rows()
        for cell in row
        if cell.comment and cell.comment.text.startswith("【校验】")
    }
    assert set(comments) == {finding.cell for finding in checked.errors}
    again = imports.preview(cast.wang_anji, number, put(marked, CELLS), "报送表_校验结果.xlsx")
    assert rules(again) == []
    saved = imports.keep(cast.wang_anji, again, seen_version=1, submit=True)
    assert (saved.written, saved.state) == (2, ReturnState.SUBMITTED)


def test_the_difference_is_shown_before_anything_is_stored(number: int, template: bytes, cast: Cast) -> None:
    stored.save(cast.wang_anji, number, GOOD)
    checked = imports.preview(cast.wang_anji, number, put(template, {"SX01": {"n": 97, "d": 100}}), "报送表.xlsx")
    assert [(change.kind, change.old, change.new) for change in checked.changes] == [
        (ChangeKind.CHANGED, "96.00%（96 / 100）", "97.00%（97 / 100）"),
        (ChangeKind.BLANK, "90.00%（45 / 50）", "90.00%（45 / 50）"),
    ]
    assert checked.missing == []
    assert len(stored.revisions(number)) == 2


def test_what_goes_out_comes_back_unchanged(number: int, cast: Cast) -> None:
    stored.save(
        cast.wang_anji,
        number,
        {"SX01": entry(96, 100, note="含网格上报"), "SX04": entry(state="missing", reason="停机")},
    )
    data = exports.template_xlsx(cast.wang_anji, number)
    checked = imports.preview(cast.wang_anji, number, data, "报送表.xlsx")
    assert [change.kind for change in checked.changes] == [ChangeKind.UNCHANGED] * 2
    found = queries.form(cast.wang_anji, number)
    assert found is not None
    checked = imports.preview_grid(cast.wang_anji, number, grid.rows(found[1]))
    assert [change.kind for change in checked.changes] == [ChangeKind.UNCHANGED] * 2


def test_the_grid_is_read_as_a_file_is(number: int, cast: Cast) -> None:
    typed = [
        GridRow("SX01", "１，１５２", "1,200", "", '=1+1 ；"引号"，\t制表符'),
        GridRow("SX04", "", "—", "不适用", "本月没有回访"),
    ]
    checked = imports.preview_grid(cast.wang_anji, number, typed)
    assert [(finding.rule, finding.code) for finding in checked.errors] == [("cell.text", "SX04")]
    checked = imports.preview_grid(
        cast.wang_anji, number, [typed[0], GridRow("SX04", "", "", "不适用", "本月没有回访")]
    )
    assert checked.errors == []
    imports.keep(cast.wang_anji, checked, seen_version=1, submit=True)
    rows = [row for _, _, row, _ in stored.revisions(number)]
    assert (rows[0].n, rows[0].d, rows[0].note) == (1_152_000_000, 1_200_000_000, '=1+1 ；"引号"，\t制表符')
    assert rows[1] == Entry(state=rows[1].state, reason="本月没有回访")


def test_only_the_own_county_previews_and_downloads(number: int, template: bytes, cast: Cast) -> None:
    for actor in (cast.zhao_deqing, cast.sun_judge):
        with pytest.raises(NotFound):
            imports.preview(actor, number, template, "报送表.xlsx")
        with pytest.raises(NotFound):
            exports.template_xlsx(actor, number)
        assert exports.returns_csv(actor).decode("utf-8-sig").count("安吉县") == 0


def test_the_command_line_takes_a_workbook_in_once(number: int, template: bytes, cast: Cast) -> None:
    good = put(template, CELLS)
    bad = imports.take_in(OPERATOR, put(good, {"SX01": {"n": 101}}), "报送表.xlsx")
    assert not bad.ok
    assert bad.marked is not None
    assert bad.lines[-1] == "有错误，没有保存任何内容。"
    assert stored.revisions(number) == []
    part = imports.take_in(OPERATOR, put(template, {"SX01": CELLS["SX01"]}), "报送表.xlsx")
    assert part.ok
    assert part.lines[-2:] == ["SX04：未填", "写入 1 项，未变 0 项；报送状态：草稿。"]
    whole = imports.take_in(OPERATOR, good, "报送表.xlsx")
    assert whole.lines[-1] == "写入 1 项，未变 1 项；报送状态：已提交。"
    again = imports.take_in(OPERATOR, good, "报送表.xlsx")
    assert again.ok
    assert again.lines[-1] == "写入 0 项，未变 2 项；报送状态：已提交。"
    assert len(stored.revisions(number)) == 2
    stranger = imports.take_in(OPERATOR, b"%PDF-1.7", "报送表.xlsx")
    assert not stranger.ok


def test_the_list_of_returns_as_a_file(number: int, cast: Cast) -> None:
    text = exports.returns_csv(cast.wang_anji, period=stored.last_month()).decode("utf-8-sig").splitlines()
    assert text[0].startswith("报送任务,地区代码,地区,报送期,状态")
    assert text[1].startswith(f"按时办结月报,{ANJI},安吉县,{stored.last_month()},待报,0,2,")
    assert len(text) == 2
    assert exports.returns_csv(cast.wang_anji)[:3] == b"\xef\xbb\xbf"
