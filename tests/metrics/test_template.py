"""The workbook a clerk is given: what stands in it, what is locked, and that it comes back unchanged."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from core.numbers import MICRO, MICRO_LIMIT
from core.periods import Period
from core.tabular import BadFile
from core.words import Kind, ValueState
from metrics.model import Entry, Form, Line
from metrics.rules import ChangeKind, diff
from metrics.template import build
from metrics.workbook import Identity, identify
from tests.metrics.returns_support import (
    CODES,
    GOOD,
    INDICATORS,
    NOW,
    PLACES,
    SECRET,
    check,
    edit,
    entry,
    fill,
    form,
    indicator,
    template,
    upload,
)


def sheets(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def return_sheet(data: bytes) -> Worksheet:
    sheet = sheets(data)["报送表"]
    assert isinstance(sheet, Worksheet)
    return sheet


def row_texts(data: bytes, code: str) -> dict[str, Any]:
    """Tag → what stands in that column of a row."""
    sheet = return_sheet(data)
    values = sheet[sheet[PLACES[code, "n"]].row]
    return {str(tag.value).removeprefix("zp:"): cell.value for tag, cell in zip(sheet[3], values, strict=True)}


def test_four_sheets_of_which_one_is_out_of_sight() -> None:
    book = sheets(template())
    assert {sheet.title: sheet.sheet_state for sheet in book.worksheets} == {
        "填报说明": "visible",
        "报送表": "visible",
        "字典": "visible",
        "_meta": "veryHidden",
    }
    assert book.active is book["填报说明"]


def test_the_guide_says_whose_when_and_whom_to_ask_on_one_screen() -> None:
    sheet = sheets(template())["填报说明"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"基层智治月度报送", "安吉县（330523）", "2026年10月", "李研 0571-0000"} <= set(texts)
    assert "2026-11-06（当天 24:00 前，北京时间）" in texts
    assert {"白色", "灰色", "红色", "黄色", "已报", "估计", "缺报", "不适用"} <= set(texts)
    height = sum(sheet.row_dimensions[row].height or 15 for row in range(1, sheet.max_row + 1))
    assert height < 620  # points: a small office screen


def test_a_row_shows_what_helps() -> None:
    history = [
        ("2026-07", entry(90, 100)),
        ("2026-08", entry(state="missing", reason="停机")),
        ("2026-09", entry(96, 100)),
    ]
    line = Line(INDICATORS[0], entry(1152, 1200, note="含预警件"), history, target=Decimal(95))
    texts = row_texts(template(replace(form(), lines=(line, *form().lines[1:]))), "A1")
    assert texts == {
        "code": "A1",
        "name": "按时办结率",
        "brief": "按时办结率怎样算",
        "past3": "90.00%",
        "past2": "缺报",
        "past1": "96.00%",
        "target": "≥ 95.00%",
        "n_label": "按时办结件数（件）",
        "n": 1152,
        "d_label": "应办结件数（件）",
        "d": 1200,
        "value": texts["value"],
        "state": "已报",
        "reason": "含预警件",
        "link": None,
    }
    assert texts["value"].startswith("=IF(AND(ISNUMBER(")
    heads = [cell.value for cell in return_sheet(template())[5]]
    assert heads[3:6] == ["2026年7月", "2026年8月", "2026年9月"]


def test_another_rhythm_names_its_periods() -> None:
    line = Line(INDICATORS[0], history=[("2026Q2", entry(90, 100)), ("2026Q3", entry(96, 100))])
    texts = row_texts(template(replace(form(), lines=(line, *form().lines[1:]))), "A1")
    assert [texts[f"past{n}"] for n in (3, 2, 1)] == ["", "2026Q2\n90.00%", "2026Q3\n96.00%"]


def test_only_white_cells_are_open() -> None:
    sheet = return_sheet(template())
    assert sheet.protection.sheet
    assert not sheet.protection.password
    wide = {place for (code, field), place in PLACES.items() if field in ("n", "d", "state", "reason", "link")}
    no_denominator = {PLACES[i.code, "d"] for i in INDICATORS if not i.kind.has_denominator}
    opened = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert opened == wide - no_denominator
    assert {sheet[place].fill.fgColor.rgb for place in opened} == {"FFFFFFFF"}
    assert sheet["A6"].fill.fgColor.rgb == "FFF1F3F6"
    assert all(sheet[PLACES[code, "n"]].comment for code in CODES)
    assert "单位：件\n例：1152" in sheet[PLACES["A1", "n"]].comment.text


def test_the_count_of_filled_rows_sees_blank_cells() -> None:
    sheet = return_sheet(template(form({"A1": entry(1152, 1200)})))
    blank = [sheet[PLACES[code, field]].value for code in CODES[1:] for field in ("n", "state", "reason")]
    assert blank == [None] * len(blank)
    assert "ISBLANK" in str(sheet["N2"].value)
    shown = openpyxl.load_workbook(io.BytesIO(template(form({"A1": entry(1152, 1200)}))), data_only=True)["报送表"]
    assert shown["N2"].value == "已填 1 / 8 项"


def test_choices_are_kept_in_the_cell_itself() -> None:
    # A list on another sheet is moved by Excel to an extension that openpyxl drops.
    lists = {rule.formula1: str(rule.sqref) for rule in return_sheet(template()).data_validations.dataValidation}
    assert lists['"已报,估计,缺报,不适用"'] == "M6:M13"
    assert lists['"是,否"'] == PLACES["A6", "n"]


def test_it_prints_on_one_page_across() -> None:
    sheet = return_sheet(template())
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    fit = sheet.sheet_properties.pageSetUpPr
    assert fit is not None
    assert fit.fitToPage
    assert sheet.print_title_rows == "$4:$5"
    assert sheet.freeze_panes == "C6"


def test_the_same_form_makes_the_same_bytes() -> None:
    assert template() == template()
    assert build(form(), made_at=NOW + timedelta(days=1), secret=SECRET) != template()


def test_the_identity_is_found_without_a_form() -> None:
    identity = identify(template(), "x.xlsx", SECRET)
    assert identity == Identity.of(form(), "2026-11-01 09:00")
    assert (identity.collection_id, identity.region_code, identity.period) == (7, "330523", Period.parse("2026-10"))
    with pytest.raises(BadFile) as unknown:
        identify("指标代码,分子\nA1,1\n".encode(), "x.csv", SECRET)
    assert unknown.value.rule == "identity.template"


def test_the_result_is_computed_as_excel_will() -> None:
    data = template(form(GOOD))
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    sheet = book["报送表"]
    column = next(cell.column for cell in sheet[3] if cell.value == "zp:value")
    shown = {code: sheet.cell(sheet[PLACES[code, "n"]].row, column).value for code in CODES}
    assert shown == {"A1": 96, "A2": 95, "A3": 0, "A4": 1.25, "A5": 88.8, "A6": "是", "A7": 96.5, "A8": 1234567.89}


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-5%，因停机", "@x", '=HYPERLINK("http://x")'])
def test_nothing_in_it_runs(evil: str) -> None:
    asked = form({"A1": entry(1, 2, note=evil)}, contact=evil, collection=evil, region=evil)
    asked = replace(asked, lines=(replace(asked.lines[0], indicator=replace(INDICATORS[0], name=evil, formula=evil)),))
    data = template(asked)
    ours = 0
    for sheet in sheets(data).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ours += 1
                    assert str(cell.value).startswith(("=IF(", '="已填 "&'))
    assert ours == 2
    assert dict(upload(data, asked).entries) == {"A1": entry(1, 2, note=evil)}
    assert return_sheet(data)[PLACES["A1", "reason"]].quotePrefix


# -- there and back --------------------------------------------------------------


def test_build_fill_read_check_compare() -> None:
    asked = form({"A1": entry(1000, 1200), "A2": entry(95, 100)})
    given_back = GOOD | {"A1": entry(1152, 1200, reason="补录 152 件"), "A8": entry(state="missing", reason="决算未出")}
    data = edit(template(asked), lambda sheet, _: fill(sheet, given_back))
    data = edit(data, lambda sheet, _: sheet.__setitem__(PLACES["A8", "n"], None))
    checked = check(data, asked)
    assert checked.findings == []
    kinds = {change.code: change.kind for change in diff(asked, checked.upload.entries, [])}
    assert kinds == dict.fromkeys(CODES, ChangeKind.NEW) | {"A1": ChangeKind.CHANGED, "A2": ChangeKind.UNCHANGED}
    assert dict(checked.upload.entries) == given_back
    assert checked.upload.notes == ["Excel 工作簿，工作表“报送表”"]


def test_the_same_file_twice_is_the_same_digest() -> None:
    assert upload(template()).digest == upload(template()).digest


def test_twenty_digits_come_back_exactly() -> None:
    asked = form({"A8": Entry(123_456_789_012_345_678)})
    assert dict(upload(template(asked), asked).entries) == {"A8": Entry(123_456_789_012_345_678)}


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n=+-@'_"), max_size=12)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Forms with any indicators and any stored values that the rules would have let in."""
    lines = []
    codes = draw(st.lists(st.from_regex(r"[A-Z]{1,2}[0-9]{1,3}", fullmatch=True), unique=True, min_size=1, max_size=5))
    for number, code in enumerate(codes, start=1):
        kind = draw(st.sampled_from(Kind))
        item = indicator(
            number, code, kind, draw(WORDS) or "名", d_label=draw(WORDS), unit=draw(st.sampled_from(["", "%", "件", '"'])),
            factor=draw(st.sampled_from([1, 100, 100_000])), decimals=draw(st.integers(0, 4)),
        )  # fmt: skip
        lines.append(
            Line(item, draw(st.none() | entries(kind)), target=draw(st.none() | st.decimals(0, 100, places=2)))
        )
    return form(lines=tuple(lines), collection=draw(WORDS), region=draw(WORDS), contact=draw(WORDS))


def entries(kind: Kind) -> st.SearchStrategy[Entry]:
    micro = st.integers(-MICRO_LIMIT, MICRO_LIMIT) if kind is not Kind.YES_NO else st.sampled_from([0, MICRO])
    d = micro if kind.has_denominator else st.none()
    with_value = st.builds(Entry, micro, d, st.sampled_from([ValueState.REPORTED, ValueState.ESTIMATED]), WORDS, WORDS)
    without = [state for state in ValueState if not state.has_value]
    return with_value | st.builds(Entry, st.none(), st.none(), st.sampled_from(without), WORDS, WORDS)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forms())
def test_a_return_that_nobody_touched_changes_nothing(asked: Form) -> None:
    found = upload(template(asked), asked)
    assert [finding for finding in found.findings if finding.severity != "info"] == []
    stored = {line.indicator.code: line.current for line in asked.lines if line.current}
    assert dict(found.entries) == stored
    for change in diff(asked, found.entries, found.findings):
        assert change.kind == ("unchanged" if change.code in stored else "blank")
