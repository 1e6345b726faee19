"""Finding the table of a return in an opened file: by its tags, else by its headings, never by position."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.periods import Period
from core.tabular import Book, Cell, Sheet
from metrics import workbook as layout
from metrics.model import Form

ROWS_LIMIT = 20_000
_HEADING_ROWS = 30  # headings are looked for this far down


@dataclass(frozen=True)
class Table:
    sheet: Sheet
    columns: Mapping[str, int]  # field → 1-based column
    head: int  # the row of tags or headings; data come below


def find_table(book: Book, form: Form, *, signed: bool) -> Table:
    """The sheet with the tag row, else the first with known headings. Raises Stranger when there is none."""
    ours = (layout.META_SHEET, layout.RESULT_SHEET, layout.LISTS_SHEET)
    sheets = [sheet for sheet in book.sheets if sheet.name not in ours]
    for name_of in (layout.untag, layout.heading_field):
        for sheet in sheets:
            for number in [row for row in sheet.rows if row <= _HEADING_ROWS]:
                named = [(name_of(cell.text), cell) for cell in _row_cells(sheet, number)]
                fields = [name for name, _ in named if name in layout.HEADINGS]
                if "code" in fields and {"n", "d"} & set(fields):
                    if name_of is layout.untag and not signed:
                        raise layout.Stranger(
                            "identity.template",
                            "这是报送模板里的表，但隐藏的标识没有了（可能是把表复制到了新文件）。",
                            "请重新下载本期模板，把数字粘贴过去再上传，不要复制整张工作表。",
                        )
                    _check_columns(fields, sheet, form)
                    table = Table(sheet, {name: cell.column for name, cell in named if name}, number)
                    _check_rows(table, form)
                    return table
    raise layout.Stranger(
        "identity.template",
        "文件里没有找到报送表：既没有模板标识，也没有“指标代码、分子、分母”这些列名。",
        "请上传从“报送”页下载并填好的模板；CSV 的第一行请写：指标代码,分子,分母,状态,说明。",
    )


def _check_columns(fields: Sequence[str], sheet: Sheet, form: Form) -> None:
    needed = ["code", "n"] + ["d"] * any(line.indicator.kind.has_denominator for line in form.lines)
    twice = [layout.FIELD_LABELS[name] for name in layout.FIELDS if fields.count(name) > 1]
    lacking = [layout.FIELD_LABELS[name] for name in needed if name not in fields]
    if twice or lacking:
        what = f"有两列都是“{twice[0]}”" if twice else f"缺少“{'”“'.join(lacking)}”列"
        raise layout.Stranger(
            "identity.columns", f"工作表“{sheet.name}”{what}。", "请恢复模板原来的列，或重新下载模板。"
        )


def _check_rows(table: Table, form: Form) -> None:
    """Refuse a table that is too long, or of which no row is for this region or this period."""
    sheet = table.sheet
    if len(sheet.rows) > ROWS_LIMIT:
        raise layout.Stranger(
            "file.rows",
            f"工作表“{sheet.name}”有 {len(sheet.rows):,} 行，超过 {ROWS_LIMIT:,} 行。",
            "请删去与报送无关的行。",
        )
    rows = [row for row in sheet.rows if row > table.head and not sheet.cell(row, table.columns["code"]).blank]
    for name, is_ours, ours in (
        ("region", same_region, f"{form.region}（{form.region_code}）"),
        ("period", same_period, form.period.label),
    ):
        named = [sheet.cell(row, table.columns[name]).text for row in rows if name in table.columns]
        if named and not any(text == "" or is_ours(text, form) for text in named):
            raise layout.Stranger(
                f"identity.{name}",
                f"文件里都是“{named[0]}”的数，不是{ours}的。",
                "请核对文件，或换到对应的地区和报送期上传。",
            )


def same_region(text: str, form: Form) -> bool:
    """Six-digit and twelve-digit codes of the same place are the same."""
    return text.ljust(12, "0") == form.region_code.ljust(12, "0")


def same_period(text: str, form: Form) -> bool:
    return read_period(text) == form.period


def _row_cells(sheet: Sheet, row: int) -> list[Cell]:
    return [sheet.cell(row, column) for column in range(1, len(sheet.rows.get(row, ())) + 1)]


def read_period(text: str) -> Period | None:
    """A period as people write it: 2026-10, 2026年10月, 202610, 2026/10, 2026Q3, 2026年第3季度, 2026年上半年."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    for pattern, key in (
        (
            r"(\d{4})(?:[-/.年](?=\d{1,2}))?(0[1-9]|1[0-2]|(?<=\D)[1-9])月?(?:[-/.]0?1日?)?",
            lambda m: f"{m[1]}-{int(m[2]):02d}",
        ),
        (r"(\d{4})(?:年第?|-?Q)([1-4一二三四])(?:季度)?", lambda m: f"{m[1]}Q{'一二三四'.find(m[2]) + 1 or m[2]}"),
        (r"(\d{4})(?:年?([上下])半年|-?H([12]))", lambda m: f"{m[1]}H{m[3] or ('1' if m[2] == '上' else '2')}"),
        (r"(\d{4})年?", lambda m: m[1]),
    ):
        found = re.fullmatch(pattern, plain)
        if found:
            return Period.parse(key(found))
    return None
