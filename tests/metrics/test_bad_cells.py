"""Bad cells, rows and columns: the rule that fires, the cell it names, and that all the rest is read."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from metrics.model import Entry
from metrics.rules import diff
from metrics.workbook import RETURN_SHEET
from tests.metrics.returns_support import (
    CODES,
    GOOD,
    PLACES,
    check,
    edit,
    entry,
    fill,
    form,
    put,
    refused,
    template,
)


def others(*codes: str) -> dict[str, Entry]:
    return {code: given for code, given in GOOD.items() if code not in codes}


# -- one bad cell ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "rule", "at", "words"),
    [
        ({("A1", "n"): "一千"}, "cell.text", ("A1", "n"), "“一千”不是数字"),
        ({("A1", "n"): "1152件"}, "cell.text", ("A1", "n"), "按时办结件数"),
        ({("A1", "n"): 1201}, "share", ("A1", "n"), "分子 1,201 大于分母 1,200"),
        ({("A1", "n"): "12%"}, "cell.percent", ("A1", "n"), "填的是百分数 12%"),
        ({("A8", "n"): "12%"}, "cell.percent", ("A8", "n"), "万元"),
        ({("A1", "n"): "#DIV/0!"}, "cell.formula", ("A1", "n"), "#DIV/0!"),
        ({("A1", "n"): "=1/0"}, "cell.uncalculated", ("A1", "n"), "还没有算出结果"),
        ({("A1", "d"): 0, ("A1", "n"): 0}, "d.zero", ("A1", "d"), "是 0"),
        ({("A1", "n"): -5}, "n.negative", ("A1", "n"), "-5"),
        ({("A4", "d"): -10}, "d.negative", ("A4", "d"), "-10"),
        ({("A1", "n"): 1100.5}, "n.whole", ("A1", "n"), "1,100.5"),
        ({("A4", "d"): 9.5}, "d.whole", ("A4", "d"), "9.5"),
        ({("A3", "n"): 1.5}, "n.whole", ("A3", "n"), "1.5"),
        ({("A6", "n"): 2}, "n.yes_no", ("A6", "n"), "2"),
        ({("A5", "n"): 101}, "bounds.hard", ("A5", "n"), "不应高于 100.0%"),
        ({("A1", "n"): "n/a"}, "cell.word", ("A1", "n"), "n/a"),
        ({("A1", "n"): "不适用"}, "cell.word", ("A1", "n"), "不适用"),
        ({("A3", "d"): 5}, "d.unused", ("A3", "d"), "没有分母"),
        ({("A1", "state"): "报了"}, "cell.state", ("A1", "state"), "报了"),
        ({("A1", "state"): "缺报"}, "state.contradiction", ("A1", "state"), "缺报"),
        ({("A1", "state"): "估计"}, "state.reason", ("A1", "reason"), "没有写理由"),
        ({("A1", "d"): None}, "required.d", ("A1", "d"), "应办结件数"),
        ({("A1", "n"): None}, "required.n", ("A1", "n"), "按时办结件数"),
        ({("A8", "n"): "99999999999999999"}, "cell.large", ("A8", "n"), "太大"),
        ({("A8", "n"): True}, "cell.text", ("A8", "n"), "应填数字"),
    ],
)
def test_a_bad_cell_costs_one_row(
    cells: dict[tuple[str, str], Any], rule: str, at: tuple[str, str], words: str
) -> None:
    checked = check(put(cells))
    assert checked.rules == [(rule, PLACES[at])]
    finding = checked.findings[0]
    assert (finding.severity, finding.sheet, finding.code) == ("error", RETURN_SHEET, at[0])
    assert words in finding.message
    assert finding.remedy
    entries = dict(checked.upload.entries)
    entries.pop(at[0], None)
    assert entries == others(at[0])
    kinds = {change.code: change.kind for change in diff(form(), checked.upload.entries, checked.findings)}
    assert kinds == {code: "rejected" if code == at[0] else "new" for code in CODES}


def test_a_date_in_a_number_cell() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        cell = sheet[PLACES["A1", "n"]]
        cell.value, cell.number_format = 46024, "yyyy-mm-dd"

    checked = check(edit(template(), change))
    assert checked.rules == [("cell.date", PLACES["A1", "n"])]
    assert "2026-01-02" in checked.findings[0].message


def test_a_number_that_excel_shows_as_a_percentage() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        for code in ("A1", "A5"):
            cell = sheet[PLACES[code, "n"]]
            cell.value, cell.number_format = 0.12, "0%"

    checked = check(edit(template(), change))
    assert checked.rules == [("cell.percent", PLACES["A1", "n"])]
    assert checked.upload.entries["A5"] == entry(12)
    assert checked.notes == [("cell.read", PLACES["A5", "n"])]


def test_a_percentage_where_the_value_itself_is_in_per_cent() -> None:
    checked = check(put({("A5", "n"): "12.5%"}))
    assert checked.rules == []
    assert checked.upload.entries["A5"] == entry("12.5")
    assert "“12.5%”读作 12.5%" in checked.findings[0].message


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("１１５２", 1152),
        ("1,152", 1152),
        ("1 152", 1152),
        (" 1152 ", 1152),
        ("\u200b1152", 1152),
        ("1.152e3", 1152),
    ],
)
def test_numbers_as_people_type_them(typed: str, value: int) -> None:
    checked = check(put({("A1", "n"): typed}))
    assert checked.rules == []
    assert dict(checked.upload.entries) == GOOD | {"A1": entry(value, 1200)}
    said = [finding.message for finding in checked.findings]
    assert said == ([f"按时办结率：“{typed}”读作 1152（{_how(typed)}）。"] if _how(typed) else [])


def _how(typed: str) -> str:
    return {"１": "全角字符", "1,": "千分位", "1 ": "空格分组"}.get(typed[: 1 if typed[0] == "１" else 2], "")


def test_more_decimals_than_are_kept_are_rounded_and_said() -> None:
    checked = check(put({("A8", "n"): 10 / 3}))
    assert checked.rules == []
    assert checked.upload.entries["A8"] == entry("3.333333")
    assert "四舍五入" in checked.findings[0].message


@pytest.mark.parametrize("typed", ["1" + "0" * 40, "0." + "1" * 60, "9" * 25 + "." + "9" * 25, "1e99"])
def test_absurd_numbers_break_nothing(typed: str) -> None:
    checked = check(put({("A8", "n"): typed}))
    assert checked.rules in ([], [("cell.large", PLACES["A8", "n"])])
    assert {code: checked.upload.entries[code] for code in others("A8")} == others("A8")


@pytest.mark.parametrize("word", ["是", "有", "TRUE", "1", 1, True])
def test_yes_in_many_words(word: object) -> None:
    assert check(put({("A6", "n"): word})).upload.entries["A6"] == entry(1)


def test_several_errors_in_one_row_are_all_said_but_none_follows_from_another() -> None:
    checked = check(put({("A1", "n"): "一千", ("A1", "d"): "两千", ("A1", "state"): "估计"}))
    assert checked.rules == [
        ("cell.text", PLACES["A1", "n"]),
        ("cell.text", PLACES["A1", "d"]),
        ("state.reason", PLACES["A1", "reason"]),
    ]


# -- rows and columns ------------------------------------------------------------


def test_a_blank_row_is_not_zero() -> None:
    checked = check(put({("A1", "n"): None, ("A1", "d"): None}))
    assert checked.rules == [("blank", PLACES["A1", "n"])]
    assert checked.findings[0].severity == "warning"
    assert dict(checked.upload.entries) == others("A1")
    kinds = {change.code: change.kind for change in diff(form(), checked.upload.entries, checked.findings)}
    assert kinds["A1"] == "blank"


def moved(sheet: Worksheet, order: list[int]) -> None:
    """Rewrite the data rows in another order; 0 leaves a blank row."""
    first = sheet[PLACES["A1", "code"]].row
    rows = [[cell.value for cell in sheet[first + number]] for number in range(len(CODES))]
    for row in range(first, first + len(order)):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(row, column).value = None
    for place, number in enumerate(order):
        if number:
            for column, value in enumerate(rows[number - 1], start=1):
                sheet.cell(first + place, column).value = value


def test_blank_rows_in_between_do_not_shift_addresses() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD | {"A2": entry(101, 100)})
        moved(sheet, [1, 0, 0, 2, 3, 0, 4, 5, 6, 7, 8])

    checked = check(edit(template(), change))
    row = int(PLACES["A1", "n"][1:]) + 3
    assert checked.rules == [("share", f"{PLACES['A1', 'n'][0]}{row}")]
    assert dict(checked.upload.entries) == GOOD | {"A2": entry(101, 100)}


def test_sorted_rows() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        moved(sheet, [8, 3, 1, 2, 7, 6, 5, 4])

    checked = check(edit(template(), change))
    assert checked.rules == []
    assert dict(checked.upload.entries) == GOOD
    assert checked.upload.where["A8", "n"] == PLACES["A1", "n"]


def swapped(sheet: Worksheet, one: str, two: str) -> None:
    for row in range(1, sheet.max_row + 1):
        a, b = sheet[f"{one}{row}"], sheet[f"{two}{row}"]
        if row != 4:  # the merged band above the headings
            a.value, b.value = b.value, a.value


def test_swapped_columns() -> None:
    n, d = PLACES["A1", "n"][0], PLACES["A1", "d"][0]

    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD | {"A1": entry(1300, 1200)})
        swapped(sheet, n, d)

    checked = check(edit(template(), change))
    assert checked.rules == [("share", f"{d}{PLACES['A1', 'n'][1:]}")]
    assert dict(checked.upload.entries) == GOOD | {"A1": entry(1300, 1200)}


def test_columns_are_found_by_their_headings_when_the_tag_row_is_gone() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        for cell in sheet[3]:
            cell.value = None

    checked = check(edit(template(), change))
    assert checked.rules == []
    assert dict(checked.upload.entries) == GOOD


def test_a_column_that_is_gone_or_there_twice() -> None:
    def gone(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        sheet[f"{PLACES['A1', 'd'][0]}3"].value = None

    def twice(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        sheet["P3"] = "zp:n"

    refused(edit(template(), gone), "identity.columns", "缺少“分母”列")
    refused(edit(template(), twice), "identity.columns", "有两列都是“分子”")


def test_a_renamed_sheet() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD | {"A1": entry(1300, 1200)})
        sheet.title = "安吉十月(定稿)"

    checked = check(edit(template(), change))
    assert checked.rules == [("share", PLACES["A1", "n"])]
    assert checked.findings[0].sheet == "安吉十月(定稿)"
    assert dict(checked.upload.entries) == GOOD | {"A1": entry(1300, 1200)}


def test_hidden_rows_are_read_and_said() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        sheet.row_dimensions[sheet[PLACES["A2", "n"]].row].hidden = True

    checked = check(edit(template(), change))
    assert checked.rules == []
    assert checked.notes == [("row.hidden", PLACES["A2", "code"])]
    assert dict(checked.upload.entries) == GOOD


def test_merged_number_cells() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        sheet.merge_cells(f"{PLACES['A1', 'n']}:{PLACES['A2', 'n']}")

    checked = check(edit(template(), change))
    assert checked.rules == [("cell.merged", PLACES["A2", "n"])]
    assert f"与 {PLACES['A1', 'n']} 合并" in checked.findings[0].message
    assert dict(checked.upload.entries) == GOOD | {"A2": entry(None, 100)}


def test_a_reason_merged_over_rows_holds_for_all_of_them() -> None:
    given = GOOD | {"A1": entry(state="missing", reason="系统停机"), "A2": entry(state="missing", reason="系统停机")}

    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, given)
        sheet.merge_cells(f"{PLACES['A1', 'reason']}:{PLACES['A2', 'reason']}")

    checked = check(edit(template(), change))
    assert checked.rules == []
    assert dict(checked.upload.entries) == given


def test_a_row_there_twice_is_not_read() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        last = sheet.max_row + 3
        for column in range(1, sheet.max_column + 1):
            sheet.cell(last, column).value = sheet.cell(sheet[PLACES["A1", "n"]].row, column).value

    checked = check(edit(template(), change))
    second = f"A{int(PLACES['A8', 'n'][1:]) + 3}"
    assert checked.rules == [("row.duplicate", second)]
    assert f"另一处在 {PLACES['A1', 'code']}" in checked.findings[0].message
    assert dict(checked.upload.entries) == others("A1")


def test_an_unknown_row_and_a_row_without_a_code() -> None:
    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        sheet[PLACES["A1", "code"]] = "ZZ99"
        sheet[PLACES["A2", "code"]] = None
        sheet["A30"] = "填表人：王安吉"  # a remark below is nobody's row

    checked = check(edit(template(), change))
    assert checked.rules == [
        ("row.nokey", PLACES["A2", "code"]),
        ("row.unknown", PLACES["A1", "code"]),
        ("row.absent", ""),
        ("row.absent", ""),
    ]
    assert [finding.code for finding in checked.findings] == ["", "ZZ99", "A1", "A2"]
    assert dict(checked.upload.entries) == others("A1", "A2")
