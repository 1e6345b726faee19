"""Opening uploads: xlsx, old xls and delimited text become sheets of cells that know where they stand."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import PurePath

import python_calamine as calamine

from core.tabular.archive import BROKEN, open_archive
from core.tabular.refusal import MB, BadFile, refuse_by_magic, refuse_by_streams
from core.tabular.worksheet import Facts, look_through, parts_of_sheets, percent_styles

# calamine allocates the rectangle A1:last cell; three million cells are about 150 MB.
CELLS_LIMIT = 3_000_000
_ROWS_LIMIT, _COLUMNS_LIMIT = 1_048_576, 16_384
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线"}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
ERROR_TEXTS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)


class FileKind(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"

    @property
    def label(self) -> str:
        return {"xlsx": "Excel 工作簿", "xls": "旧版 Excel 工作簿 (.xls)", "csv": "CSV 文本"}[self.value]


_EXTENSIONS = {".xlsx": FileKind.XLSX, ".xls": FileKind.XLS, ".csv": FileKind.CSV, ".txt": FileKind.CSV}


def address(row: int, column: int) -> str:
    """A1 notation of a 1-based position."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `value` is None when blank, text as typed, numbers as float or int, or a date or bool.

    `error` is Excel's own error (#DIV/0!), which never looks like a blank; `uncalculated` a formula
    saved without a result; `percent` a number that Excel shows multiplied by 100.
    """

    row: int
    column: int
    value: object = None
    error: str = ""
    uncalculated: bool = False
    percent: bool = False

    @property
    def address(self) -> str:
        return address(self.row, self.column)

    @property
    def blank(self) -> bool:
        return not self.error and not self.uncalculated and not self.text

    @property
    def text(self) -> str:
        """As a person sees it, trimmed, without invisible characters; “” when blank."""
        match self.value:
            case None:
                return self.error
            case bool():
                return "TRUE" if self.value else "FALSE"
            case int() | float() | Decimal():
                return f"{self.number:f}"
            case datetime():
                return f"{self.value:%Y-%m-%d %H:%M}" if self.value.time() != time() else f"{self.value:%Y-%m-%d}"
            case _:
                return str(self.value).translate(_INVISIBLE).strip()

    @property
    def number(self) -> Decimal | None:
        """The number as Excel shows it: 15 significant digits, so 0.1+0.2 is 0.3; None for anything else."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | Decimal):
            return None
        return Decimal(f"{self.value:.15g}") if isinstance(self.value, float) else Decimal(self.value)

    @property
    def is_date(self) -> bool:
        return isinstance(self.value, date | time | timedelta)


@dataclass(frozen=True)
class Sheet:
    """One worksheet. `rows` maps row numbers as in Excel to values from column A on; blank rows are left out."""

    name: str
    rows: Mapping[int, Sequence[object]]
    visible: bool = True
    facts: Facts = field(default_factory=Facts)
    merged: Sequence[tuple[int, int, int, int]] = ()  # first row, first column, last row, last column

    def cell(self, row: int, column: int) -> Cell:
        values = self.rows.get(row, ())
        value = values[column - 1] if column <= len(values) else None
        error = self.facts.errors.get((row, column), "")
        if not error and isinstance(value, str) and value.strip().upper() in ERROR_TEXTS:
            error = value.strip().upper()
        return Cell(
            row,
            column,
            None if error or value == "" else value,
            error,
            (row, column) in self.facts.uncalculated,
            (row, column) in self.facts.percents,
        )

    def cells(self) -> Iterator[list[Cell]]:
        """Row after row, the cells up to the last one filled."""
        for row, values in self.rows.items():
            yield [self.cell(row, column) for column in range(1, len(values) + 1)]

    def merge_over(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """The merged range that covers a cell without being anchored there."""
        for first_row, first_column, last_row, last_column in self.merged:
            inside = first_row <= row <= last_row and first_column <= column <= last_column
            if inside and (row, column) != (first_row, first_column):
                return first_row, first_column, last_row, last_column
        return None


@dataclass(frozen=True)
class Book:
    """An opened upload: its sheets in order, its SHA-256, and how it was opened in words for the user."""

    kind: FileKind
    digest: str
    sheets: Sequence[Sheet]
    notes: Sequence[str] = ()

    def sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def open_table(data: bytes, name: str, *, limit_mb: int) -> Book:
    """Open an upload by its content; when the extension of `name` says something else, that is noted.

    Raises BadFile (an Unreadable) with the reason and the way out.
    """
    book = _open(data, limit_mb)
    extension = PurePath(name).suffix.lower()
    if extension in _EXTENSIONS and _EXTENSIONS[extension] is not book.kind:
        return replace(book, notes=(f"扩展名是 {extension}，内容其实是{book.kind.label}，已按内容读取", *book.notes))
    return book


def _open(data: bytes, limit_mb: int) -> Book:
    if not data.strip(b"\0 \t\r\n"):
        raise BadFile("file.empty")
    if len(data) > limit_mb * MB:
        raise BadFile("file.large", size=f"{len(data) / MB:.1f}", limit=str(limit_mb))
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        sheets, notes = _open_xlsx(data)
        return Book(FileKind.XLSX, digest, sheets, notes)
    if data.startswith(_OLE):
        refuse_by_streams(data)
        note = "旧版 .xls 格式看不出公式错误，建议另存为 .xlsx 后再上传"
        return Book(FileKind.XLS, digest, _values(data, {}), (note,))
    refuse_by_magic(data)
    sheet, notes = _open_text(data)
    return Book(FileKind.CSV, digest, (sheet,), notes)


def _open_xlsx(data: bytes) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    try:
        archive = open_archive(data)
        facts = _facts(archive)
    except BROKEN as broken:
        raise BadFile("file.damaged") from broken
    linked = any(part.startswith("xl/externalLinks/") for part in archive.namelist())
    note = "文件里有指向其他文件的链接，已按保存时的结果读取"
    return _values(data, facts), ((note,) if linked else ())


def _facts(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """The facts of every sheet by its name, and of every other part that looks like one by its part name."""
    names = {part: sheet for sheet, part in parts_of_sheets(archive).items()}
    percent = percent_styles(archive)
    facts: dict[str, Facts] = {}
    for part in archive.namelist():
        xml = archive.read(part) if part.lower().endswith((".xml", ".rels", ".vml")) else b""
        if b"<!DOCTYPE" in xml:  # workbooks have none; it only serves to blow up entities
            raise BadFile("file.damaged")
        if b"sheetData" not in xml:
            continue
        found = look_through(xml, percent)
        sheet = names.get(part, part)
        rows, columns = found.last_row, found.last_column
        if rows > _ROWS_LIMIT or columns > _COLUMNS_LIMIT or rows * columns > CELLS_LIMIT:
            raise BadFile("file.sprawl", sheet=sheet, cell=address(rows, columns))
        facts[sheet] = found
    return facts


def _values(data: bytes, facts: Mapping[str, Facts]) -> tuple[Sheet, ...]:
    """The sheets' values by calamine. A panic in its native code is a damaged file, not a fault of ours."""
    try:
        return tuple(_sheets(calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)), facts))
    except calamine.PasswordError as locked:
        raise BadFile("file.password") from locked
    except calamine.CalamineError as broken:
        raise BadFile("file.damaged") from broken
    except BaseException as broken:
        if type(broken).__name__ == "PanicException":
            raise BadFile("file.damaged") from broken
        raise


def _sheets(book: calamine.CalamineWorkbook, facts: Mapping[str, Facts]) -> Iterator[Sheet]:
    for about in book.sheets_metadata:
        if about.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        fact = facts.get(about.name, Facts())
        rows: dict[int, Sequence[object]] = {}
        if sheet.start is not None:
            top, left = sheet.start
            padding: list[object] = [""] * left
            for number, values in enumerate(sheet.to_python(), start=top + 1):
                if any(value != "" and not (isinstance(value, str) and value.isspace()) for value in values):
                    rows[number] = [*padding, *values] if padding else values
        # A row that holds nothing but a formula error is blank to calamine and must not be lost.
        for row, column in (*fact.errors, *fact.uncalculated):
            rows[row] = [*rows.get(row, ()), *[""] * (column - len(rows.get(row, ())))]
        merged = tuple((r1 + 1, c1 + 1, r2 + 1, c2 + 1) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ())
        visible = about.visible is calamine.SheetVisibleEnum.Visible
        yield Sheet(about.name, dict(sorted(rows.items())), visible, fact, merged)


def _open_text(data: bytes) -> tuple[Sheet, tuple[str, ...]]:
    text, encoding = _decode(data)
    delimiter = _delimiter(text)
    lines = io.StringIO(text, newline="")
    hint = text[:4].lower() == "sep="  # tells Excel the delimiter and is itself a row there
    if hint:
        lines.readline()
    try:
        read = enumerate(csv.reader(lines, delimiter=delimiter), start=1 + hint)
        rows: dict[int, Sequence[object]] = {number: values for number, values in read if _said(values)}
    except csv.Error as broken:
        raise BadFile("file.damaged") from broken
    notes = [f"按 {encoding} 编码读取"]
    if delimiter != ",":
        notes.append(f"列之间以{_DELIMITERS[delimiter]}分隔")
    return Sheet("CSV", rows), tuple(notes)


def _said(values: Sequence[str]) -> bool:
    return bool(values) and (bool(values[0].strip()) or any(value.strip() for value in values))


def _decode(data: bytes) -> tuple[str, str]:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else GB18030; strictly, never with replacement characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as broken:
            raise BadFile("file.encoding") from broken
    if b"\0" in data:
        raise BadFile("file.kind")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as not_utf8:
        # GB18030 accepts nearly any bytes: damaged UTF-8 would become plausible nonsense.
        loose = data.decode("utf-8", errors="replace")
        good = sum(1 for letter in loose if letter > "\x7f" and letter != "\ufffd")
        if data.startswith(b"\xef\xbb\xbf") or good > 5 * loose.count("\ufffd"):
            raise BadFile("file.encoding") from not_utf8
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as broken:
        raise BadFile("file.encoding") from broken


def _delimiter(text: str) -> str:
    """The candidate that splits the first lines most evenly into the most columns; a comma when none does."""
    if text[:5].lower().startswith("sep=") and text[4:5] in _DELIMITERS:
        return text[4]
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return (0, 0)
        width = widths[0] if widths else 1
        return (widths.count(width) * (width > 1), width)

    return max(_DELIMITERS, key=evenness)
