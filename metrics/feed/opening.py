"""Finding the table of a feed in what was sent: CSV, a workbook, or JSON; by headings, never by position."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.tabular import BadFile, Book, Cell, FileKind, Sheet, open_table
from core.tabular.refusal import MB
from metrics import workbook as layout
from metrics.locating import Table
from metrics.workbook import Stranger

ROWS_LIMIT = 100_000
CSV_SHEET, JSON_SHEET = "CSV", "JSON"
_HEADING_ROWS = 30
_COLLECTION = frozenset(("报送任务", "报送任务编号", "collection", "collection_id"))
_NEEDED = {"region": "地区代码", "period": "报送期", "code": "指标代码", "n": "分子"}
_FORMAT = "第一行请写：地区代码,报送期,指标代码,分子,分母,状态,说明。"


@dataclass(frozen=True)
class Delivery:
    """A table of returns' rows. `collection` is what it says it is for: a number, a name, or “”."""

    table: Table
    exported: bool  # text may carry the apostrophe of a safe export
    digest: str
    size: int
    collection: str = ""
    notes: Sequence[str] = ()

    @property
    def sheet(self) -> Sheet:
        return self.table.sheet

    @property
    def text(self) -> bool:
        """Every cell is text, as in a CSV."""
        return self.sheet.name == CSV_SHEET

    @cached_property
    def columns(self) -> tuple[list[int], list[Sequence[object]]]:
        """Row numbers, and the raw values below the heading column by column; short rows are blank at their end."""
        numbers = [number for number in self.sheet.rows if number > self.table.head]
        values: list[Sequence[object]] = [self.sheet.rows[number] for number in numbers]
        width = max(self.table.columns.values())
        if any(len(row) < width for row in values):
            values = [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in values]
        if not values:
            return [], [()] * width
        return numbers, [column for column, _ in zip(zip(*values, strict=False), range(width), strict=False)]

    @property
    def by_position(self) -> bool:
        """Cells have addresses that somebody sees; rows of JSON have numbers only."""
        return self.sheet.name != JSON_SHEET


def is_feed(book: Book) -> bool:
    """Whether an opened file is a table of many returns: each row says whose it is, and nothing is signed."""
    if book.sheet(layout.META_SHEET) is not None:
        return False
    return any(_headings(sheet) is not None for sheet in book.sheets)


def open_file(data: bytes, filename: str, *, limit_mb: int) -> Delivery:
    """The table in a CSV or a workbook. Raises BadFile with the reason and the way out."""
    book = open_table(data, filename, limit_mb=limit_mb)
    if book.sheet(layout.META_SHEET) is not None:
        raise Stranger(
            "identity.template",
            "这是某一个地区、某一期的报送表，不是批量送报的表。",
            "请在“报送”页打开那一份，在填报页上传。",
        )
    for sheet in book.sheets:
        found = _headings(sheet)
        if found is not None:
            head, columns = found
            _check_size(len(sheet.rows) - sum(row <= head for row in sheet.rows))
            collection = _collection(sheet, head, columns.pop("collection", 0))
            table = Table(sheet, columns, head)
            return Delivery(table, book.kind is FileKind.CSV, book.digest, len(data), collection, book.notes)
    raise Stranger("identity.columns", "文件里没有找到批量送报的表：缺少说明每一行是谁的列。", _FORMAT)


def open_json(data: bytes, *, limit_mb: int) -> Delivery:
    """The rows of {"collection": …, "rows": [{"region": …, "period": …, "indicator": …, "n": …, "d": …}, …]}, or
    of the bare list. Raises BadFile."""
    if len(data) > limit_mb * MB:
        raise BadFile("file.large", size=f"{len(data) / MB:.1f}", limit=str(limit_mb))
    rows, collection = _json_rows(data)
    _check_size(len(rows))
    columns: dict[str, int] = {}
    keys: dict[str, int] = {}  # as written → column
    table: dict[int, list[object]] = {}
    for number, row in enumerate(rows, start=1):
        for key in row.keys() - keys.keys():
            name = layout.heading_field(key)
            keys[key] = columns.setdefault(name, len(columns) + 1) if name else 0
        values: list[object] = [""] * len(columns)
        for key, value in row.items():
            if keys[key]:
                values[keys[key] - 1] = _plain(value)
        table[number] = values
    _check_columns(columns, "JSON")
    sheet = Sheet(JSON_SHEET, table)
    return Delivery(Table(sheet, columns, 0), False, hashlib.sha256(data).hexdigest(), len(data), collection)


def _json_rows(data: bytes) -> tuple[list[Mapping[str, Any]], str]:
    def refuse(message: str) -> Stranger:
        remedy = '请按接口说明组织内容：{"collection": 编号, "rows": [{"region": …, "period": …, "indicator": …, "n": …, "d": …}]}。'
        return Stranger("file.json", message, remedy)

    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise BadFile("file.encoding") from None
    except json.JSONDecodeError as error:
        raise refuse(f"内容不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 个字符处）。") from None
    except (ValueError, RecursionError):
        raise refuse("内容不是有效的 JSON。") from None
    collection: object = ""
    if isinstance(found, dict):
        collection, found = found.get("collection", ""), found.get("rows")
    if not isinstance(found, list):
        raise refuse("JSON 里没有 rows 列表。")
    wrong = next((place for place, row in enumerate(found, start=1) if not isinstance(row, dict)), 0)
    if wrong:
        raise refuse(f"rows 的第 {wrong} 项不是对象。")
    return found, "" if collection is None else str(collection).strip()


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _plain(value: object) -> object:
    """A value as a cell holds it; what is no single value becomes text that nobody takes for a number."""
    if value is None:
        return ""
    return (
        value if isinstance(value, str | bool | int | Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    )


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """(row, field → column) of the first row with all headings that a feed needs; None when there is none."""
    for number in [row for row in sheet.rows if row <= _HEADING_ROWS]:
        cells = [sheet.cell(number, column) for column in range(1, len(sheet.rows[number]) + 1)]
        named = [(_field(cell.text), cell.column) for cell in cells]
        columns = {name: column for name, column in reversed(named) if name}
        if _NEEDED.keys() <= columns.keys():
            fields = [name for name, _ in named if name]
            twice = next((name for name in fields if fields.count(name) > 1), "")
            if twice:
                label = layout.FIELD_LABELS.get(twice) or _NEEDED.get(twice, "报送任务")
                raise Stranger("identity.columns", f"工作表“{sheet.name}”有两列都是“{label}”。", "请只保留一列。")
            return number, columns
    return None


def _field(text: str) -> str:
    return "collection" if text.strip().lower() in _COLLECTION else layout.heading_field(text)


def _check_columns(columns: Mapping[str, int], where: str) -> None:
    lacking = [label for name, label in _NEEDED.items() if name not in columns]
    if lacking:
        raise Stranger("identity.columns", f"{where} 里缺少“{'”“'.join(lacking)}”。", _FORMAT)


def _check_size(rows: int) -> None:
    if rows > ROWS_LIMIT:
        raise Stranger(
            "file.rows", f"共有 {rows:,} 行，超过一次 {ROWS_LIMIT:,} 行的上限。", "请按报送期或地区拆成几份，分次送报。"
        )


def _collection(sheet: Sheet, head: int, column: int) -> str:
    """What the column 报送任务 says, the same in every row; “” when there is none."""
    if not column:
        return ""
    raw = {values[column - 1] for row, values in sheet.rows.items() if row > head and len(values) >= column}
    said = {Cell(0, column, value).text for value in raw} - {""}
    if len(said) > 1:
        shown = "”“".join(sorted(said)[:3])
        raise Stranger(
            "identity.collection", f"一个文件里有几项报送任务（“{shown}”）。", "请按报送任务拆成几份，分次送报。"
        )
    return next(iter(said), "")
