"""Downloads: text that cannot turn into a formula, CSV that Excel opens in Chinese, plain neat workbooks."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import xlsxwriter

from core.clock import beijing
from core.numbers import round_half_up

FONT = "微软雅黑"  # present with Office and WPS in China; elsewhere the program substitutes its own
INK, LINE, HEAD = "#1F2937", "#D1D5DB", "#E8EEF5"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_WIDEST, _NARROWEST = 48.0, 8.0
_TITLE = 18  # of a column; longer ones are wrapped
_MEASURED = 2000  # rows up to which heights are set; of longer sheets the program sees to it
_LINE, _HIGHEST = 14.0, 400.0  # points of a line; Excel's rows end at 409
_HEADING = {"font_name": FONT, "font_size": 10, "bold": True, "bg_color": HEAD, "font_color": INK} | {
    "border": 1,
    "border_color": LINE,
    "text_wrap": True,
    "valign": "vcenter",
}
_LONGEST = 32_767  # characters a cell can hold; xlsxwriter drops longer text without a word
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def safe_text(value: Any) -> Any:
    """Text that a spreadsheet could take for a formula gets a leading apostrophe; all else is unchanged.

    Only text is touched: the number −2.5 stays a number. Leading spaces do not protect (“ =1+1” runs
    in some programs), so they are looked through.
    """
    if not isinstance(value, str):
        return value
    risky = value.startswith(_RISKY) or value.lstrip(" \u3000\xa0").startswith(_RISKY)
    return ("'" if risky else "") + value.replace("\0", "")


def plain_text(text: str) -> str:
    """The text that `safe_text` was given; text that never went through it is unchanged."""
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text


def text_width(text: str) -> int:
    """Width in columns of half-width characters; Chinese characters count two. The widest line decides."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in text.split("\n"))


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV with a byte order mark (so Excel shows Chinese), CRLF lines and neutralised text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(header) for header in headers])
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _csv_value(value: object) -> object:
    match value:
        case None:
            return ""
        case float() if not math.isfinite(value):
            return ""
        case Decimal() | Shown():
            return f"{value}" if isinstance(value, Shown) else f"{value:f}"
        case Fraction():
            return f"{round_half_up(value, 6):f}"
        case datetime():
            return f"{beijing(value) if value.tzinfo else value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case bool():
            return "是" if value else "否"
        case int() | float():
            return value
        case _:
            return safe_text(str(value))


@dataclass(frozen=True)
class Column:
    """A column of a download. `number` is an Excel number format; the width is measured when not given."""

    title: str
    width: float | None = None
    number: str = ""


@dataclass(frozen=True)
class Shown:
    """A number in a cell of its own making: its value, and the Excel format that it is shown with."""

    value: Decimal
    number: str

    def __str__(self) -> str:
        return f"{self.value:f}"


@dataclass(frozen=True)
class Block:
    """One sheet of a download."""

    name: str
    columns: Sequence[Column | str]
    rows: Sequence[Sequence[object]]


def write_xlsx(blocks: Sequence[Block], *, made_at: datetime) -> bytes:
    """A plain workbook: styled heading, frozen, filterable and repeated in print; columns wide enough for every number
    with its unit, rows high enough for wrapped text; A4 landscape one page wide, named and numbered.

    Text is neutralised and stays text, None, NaN and infinities are blank, Decimals and Fractions are numbers,
    times are Beijing times. Equal input gives equal bytes.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {**WORKBOOK_OPTIONS, "remove_timezone": True})
    book.set_properties({"created": made_at})
    head = book.add_format(_HEADING)
    head_right = book.add_format(_HEADING | {"align": "right"})
    own: dict[str, Any] = {}  # formats of single cells
    for block in blocks:
        sheet = book.add_worksheet(_sheet_name(block.name))
        columns = [column if isinstance(column, Column) else Column(column) for column in block.columns]
        heights, top = [1] * len(block.rows), 1
        for index, column in enumerate(columns):
            look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top", "text_wrap": True}
            base = book.add_format(look | ({"num_format": column.number} if column.number else {}))
            day = book.add_format(look | {"num_format": "yyyy-mm-dd"})
            moment = book.add_format(look | {"num_format": "yyyy-mm-dd hh:mm"})
            values = [row[index] for row in block.rows]
            widest = max(
                [min(text_width(column.title) + 3, _TITLE), *(text_width(_seen(value)) + 2 for value in values[:500])]
            )
            wide = column.width or min(max(float(widest), _NARROWEST), _WIDEST)
            sheet.set_column(index, index, wide)
            if len(values) <= _MEASURED:
                heights = [max(pair) for pair in zip(heights, (_lines(value, wide) for value in values), strict=True)]
            top = max(top, _lines(column.title, wide - 2))  # the filter's button needs room
            sheet.write_string(0, index, safe_text(column.title), head_right if _numeric(values) else head)
            for row, value in enumerate(values, start=1):
                if isinstance(value, Shown):
                    if value.number not in own:
                        own[value.number] = book.add_format(look | {"num_format": value.number, "align": "right"})
                    sheet.write_number(row, index, float(value.value), own[value.number])
                    continue
                _write(sheet, row, index, value, base, day, moment)
        for row, lines in enumerate([top, *heights]):
            if lines > 1:
                sheet.set_row(row, min(_HIGHEST, 2 + _LINE * lines))
        sheet.freeze_panes(1, 0)
        if columns:
            sheet.autofilter(0, 0, max(len(block.rows), 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L&9{block.name.replace('&', '&&')}")
        sheet.set_footer("&C&9第 &P 页，共 &N 页")
    book.close()
    return out.getvalue()


def _seen(value: object) -> str:
    """A cell as it is read: a number with the decimals and the unit that it is shown with."""
    if not isinstance(value, Shown):
        return str(value)
    plain, _, unit = value.number.split(";", maxsplit=1)[0].partition('"')
    places = len(plain.rstrip("%").partition(".")[2])
    percent = plain.endswith("%")
    sign = "+" if plain.startswith("+") else ""
    return f"{value.value * (100 if percent else 1):{sign},.{places}f}{'%' if percent else ''}{unit.rstrip(chr(34))}"


def _lines(value: object, width: float) -> int:
    """Lines that a cell takes in a column of this width."""
    if value is None or isinstance(value, Shown | Real | Decimal):
        return 1
    return sum(max(1, math.ceil((text_width(line) + 1) / width)) for line in str(value).split("\n"))


def _numeric(values: Sequence[object]) -> bool:
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, Shown | Decimal | Real) for value in found)


def _write(sheet: Any, row: int, column: int, value: object, base: Any, day: Any, moment: Any) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_string(row, column, "是" if value else "否", base)
        case Real() | Decimal():
            if math.isfinite(value):
                sheet.write_number(row, column, float(value), base)
        case datetime():
            at = beijing(value).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, at, moment)
        case date():
            sheet.write_datetime(row, column, value, day)
        case _:
            sheet.write_string(row, column, safe_text(str(value))[:_LONGEST], base)


def _sheet_name(name: str) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at the ends."""
    return "".join("_" if c in "[]:*?/\\" else c for c in name)[:31].strip("'") or "数据"
