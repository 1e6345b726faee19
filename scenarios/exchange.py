"""What workbooks that go out, are changed by hand and come back have in common: findings, the difference that a
file makes, and where its table stands. Nothing here writes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.tabular import Book, Sheet

NEW, CHANGED, MOVED, REMOVED = "新增", "修改", "移动", "删除"
# Row above the headings that names the fields by code, so that headings may be reworded by hand.
TAG = "zp:"
META_SHEET, BASE_SHEET = "_meta", "_base"
KEY = "key"
_FIRST_ROWS = 12  # where headings are looked for


class FieldChange(Protocol):
    """One field that reads otherwise than before."""

    @property
    def label(self) -> str: ...
    @property
    def old(self) -> str: ...
    @property
    def new(self) -> str: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Issue:
    """What is wrong, and in which cell. Errors keep the file from being saved."""

    cell: str
    message: str
    error: bool = True


@dataclass(frozen=True)
class RowChange:
    """What saving does to one item."""

    kind: str
    name: str
    row: int
    changes: Sequence[FieldChange] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file would do. `unchanged` rows are as the system has them, `absent` ones the file does not have:
    both stay. `digest` tells one plan from another."""

    issues: Sequence[Issue] = ()
    changes: Sequence[RowChange] = ()
    unchanged: int = 0
    absent: int = 0

    @property
    def errors(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.error]

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.outcome).encode()).hexdigest()

    @property
    def outcome(self) -> object:
        """What the digest is of."""
        return self.changes

    def of(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)

    @property
    def counts(self) -> str:
        """How many of each kind, in words; "" when nothing changes."""
        return "，".join(f"{kind} {self.of(kind)} 项" for kind in (NEW, CHANGED, MOVED, REMOVED) if self.of(kind))


@dataclass(frozen=True)
class Table:
    """Where a file's table stands: its sheet, the row of its headings, field → column."""

    sheet: Sheet
    head: int
    columns: Mapping[str, int] = field(default_factory=dict)


def texts(sheet: Sheet | None) -> list[list[str]]:
    return [[cell.text for cell in row] for row in sheet.cells()] if sheet else []


def meta(source: Book) -> dict[str, str]:
    """What the hidden sheet says about a file of ours; empty for others."""
    return {row[0]: row[1] for row in texts(source.sheet(META_SHEET)) if len(row) > 1}


def base(source: Book) -> dict[int, dict[str, str]]:
    """Every row as it went out; empty for a file that is not ours."""
    rows = texts(source.sheet(BASE_SHEET))
    if not rows:
        return {}
    heads = rows[0]
    found = [dict(zip(heads, [*row, *[""] * len(heads)], strict=False)) for row in rows[1:]]
    return {int(row[KEY]): row for row in found if row[KEY].isdecimal()}


def table(source: Book, headings: Mapping[str, Collection[str]], needed: Collection[str]) -> Table | None:
    """The sheet that holds the table: by its row of field codes, else by headings that name all `needed` fields."""
    for sheet in source.sheets:
        if sheet.name in (META_SHEET, BASE_SHEET):
            continue
        top = {
            number: [sheet.cell(number, column) for column in range(1, len(values) + 1)]
            for number, values in sheet.rows.items()
            if number <= _FIRST_ROWS
        }
        for number, cells in top.items():
            tags = {c.text.removeprefix(TAG): c.column for c in cells if c.text.startswith(TAG)}
            if "name" in tags:
                return Table(sheet, number + 1, tags)
        for number, cells in top.items():
            named = {name: c.column for c in reversed(cells) if (name := field_of(c.text, headings))}
            if set(needed) <= set(named):
                return Table(sheet, number, named)
    return None


def field_of(heading: str, headings: Mapping[str, Collection[str]]) -> str:
    """The field a heading names, or “”; full-width letters and spaces do not matter."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading))
    return next((field for field, words in headings.items() if plain in words), "")


def same(one: str, other: str) -> bool:
    """Whether two cells read the same: spreadsheets trim, and know several line ends."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
