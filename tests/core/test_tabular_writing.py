"""Downloads: nothing runs as a formula, Chinese shows, numbers stay numbers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tabular import Block, Column, Shown, open_table, plain_text, safe_text, text_width, write_csv, write_xlsx

NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
EVIL = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    " =1+1",
    "\u3000=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    '=HYPERLINK("http://x","y")',
    "-5%，因停机",
]


@pytest.mark.parametrize("text", EVIL)
def test_text_like_a_formula_is_neutralised(text: str) -> None:
    assert safe_text(text) == "'" + text.replace("\0", "")
    if "\0" not in text:
        assert plain_text(safe_text(text)) == text


@pytest.mark.parametrize("text", ["按时办结", "a=b", "'quoted", "3-5", "", "“=1”", "x\n=1"])
def test_other_text_is_unchanged(text: str) -> None:
    assert safe_text(text) == text
    assert plain_text(text) == text


@pytest.mark.parametrize("value", [-2.5, -3, Decimal("-2.5"), 0, None, True, date(2026, 1, 1)])
def test_numbers_and_all_else_are_untouched(value: object) -> None:
    assert safe_text(value) is value


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=20))
def test_neutralising_can_be_undone(text: str) -> None:
    safe = safe_text(text)
    assert plain_text(safe) == text or (text.startswith("'") and safe == text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_has_a_bom_and_numbers_that_add_up() -> None:
    data = write_csv(
        ["名称", "=数"],
        [
            ["=cmd|x", -2.5],
            ["安吉", Decimal("0.10")],
            [None, float("nan")],
            [Fraction(1, 3), date(2026, 1, 2)],
            [NOW, True],
        ],
    )
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["名称", "'=数"],
        ["'=cmd|x", "-2.5"],
        ["安吉", "0.10"],
        ["", ""],
        ["0.333333", "2026-01-02"],
        ["2026-11-01 09:00", "是"],
    ]
    assert data.count(b"\r\n") == 6


@pytest.mark.parametrize("text", EVIL)
def test_a_workbook_holds_strings_not_formulas(text: str) -> None:
    data = write_xlsx([Block("表", ["说明", "数"], [[text, -2.5]])], made_at=NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["表"]
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("n", -2.5)


def test_a_workbook_is_neat_and_the_same_every_time() -> None:
    block = Block(
        "坏/名[字]" * 8,
        [Column("比率", number='0.00"%"'), "日期", "时间", "空"],
        [[Fraction(2, 3), date(2026, 1, 2), NOW, None], [Decimal("1.5"), None, None, float("inf")]],
    )
    first, second = (write_xlsx([block], made_at=NOW) for _ in range(2))
    assert first == second
    sheet = openpyxl.load_workbook(io.BytesIO(first)).worksheets[0]
    assert len(sheet.title) == 31
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D3")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet["A2"].value == pytest.approx(2 / 3)
    assert sheet["C2"].value == datetime(2026, 11, 1, 9, 0)  # noqa: DTZ001 (Excel has no zones)
    assert sheet["D3"].value is None


def test_text_longer_than_a_cell_is_cut_not_lost() -> None:
    data = write_xlsx([Block("表", ["说明"], [["长" * 40_000]])], made_at=NOW)
    assert len(open_table(data, "x.xlsx", limit_mb=5).sheets[0].cell(2, 1).text) == 32_767


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.integers(-(10**9), 10**9)), max_size=5))
def test_what_is_written_as_csv_is_read_back(rows: list[tuple[str, int]]) -> None:
    printable = [(("".join(c for c in text if c.isprintable())).strip(), number) for text, number in rows]
    book = open_table(write_csv(["名称", "数"], printable), "x.csv", limit_mb=1)
    found = [(plain_text(cells[0].text), int(cells[1].text)) for cells in book.sheets[0].cells() if cells[0].row > 1]
    assert found == printable


def test_width_counts_chinese_twice() -> None:
    assert text_width("按时ab") == 6
    assert text_width("短\n长一点") == 6
    assert text_width("") == 0


def test_columns_hold_numbers_with_their_units_and_rows_hold_wrapped_text() -> None:
    """A number that does not fit is shown as #### and says nothing."""
    rows: list[list[object]] = [
        [Shown(Decimal("1234.5"), '+#,##0.0"个百分点"'), "说明" * 60],
        [Shown(Decimal("0.5"), "0.0%"), "短"],
    ]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([Block("甲&乙", ["差距", "说明"], rows)], made_at=NOW)))
    sheet = book.worksheets[0]
    assert sheet.column_dimensions["A"].width >= len("+1,234.5") + 2 * len("个百分点") + 2
    assert 80 < (sheet.row_dimensions[2].height or 0) < 90 and sheet.row_dimensions[3].height is None
    assert (sheet["A1"].alignment.horizontal, sheet["B1"].alignment.horizontal) == ("right", None)
    head, foot = sheet.oddHeader, sheet.oddFooter
    assert head is not None and foot is not None and head.left is not None and foot.center is not None
    assert (head.left.text, foot.center.text) == ("甲&&乙", "第 &P 页，共 &N 页")
    assert sheet.print_title_rows == "$1:$1"
