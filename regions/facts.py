"""Figures about places as staff enter them: the Excel file that is filled in, and how it is read.

Built in from the divisions' own list and the terrain column of `china_counties.csv`; population, area and
whatever else a province has come by this file, each with its day and source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.numbers import MICRO_PLACES, parse_number
from core.tabular import Block, Book, Cell, Column, write_xlsx

HEADS = ("地区代码", "地区", "名称", "单位", "截至日期", "数值", "来源")
_HEAD_ROWS = 12  # where headings are looked for


@dataclass(frozen=True)
class FactIn:
    """One figure of a file, at the row it stands in."""

    row: int
    region_code: str
    name: str
    unit: str
    as_of: date
    value: Decimal
    source: str


def template(places: Sequence[tuple[str, str]], *, made_at: datetime) -> bytes:
    """The workbook to fill in: a row a county (code, name), with population as the example to overwrite."""
    rows = [[code, name, "常住人口", "万人", None, None, ""] for code, name in places]
    columns = [Column(head, number="0.00####" if head == "数值" else "") for head in HEADS]
    return write_xlsx([Block("县情数据", columns, rows)], made_at=made_at)


def read(book: Book, names: Mapping[str, str], today: date) -> tuple[list[FactIn], list[str]]:
    """The figures of a file and everything that is wrong with it, each with its cell. `names`: the counties
    that are known. A row without a number is skipped: what is not known is not entered."""
    sheet = next((sheet for sheet in book.sheets if sheet.visible), None)
    rows = [] if sheet is None else list(sheet.cells())
    at = next((number for number, row in enumerate(rows[:_HEAD_ROWS]) if _places(row)), None)
    if at is None:
        return [], [f"没有找到标题行。需要这些列：{'、'.join(HEADS)}；请下载模板填写"]
    places = _places(rows[at])
    found: list[FactIn] = []
    problems: list[str] = []
    seen: dict[tuple[str, str, date], int] = {}
    for row in rows[at + 1 :]:
        cells = {head: row[column] for head, column in places.items() if column < len(row)}
        if "数值" not in cells or cells["数值"].blank:
            continue
        fact, wrong = _fact(cells, names, today)
        problems += wrong
        if fact is None:
            continue
        key = (fact.region_code, fact.name, fact.as_of)
        if key in seen:
            problems.append(f"第 {fact.row} 行与第 {seen[key]} 行是同一地区、同一名称、同一日期，请删去一行")
        seen.setdefault(key, fact.row)
        found.append(fact)
    units: dict[str, set[str]] = {}
    for fact in found:
        units.setdefault(fact.name, set()).add(fact.unit)
    problems += [
        f"“{name}”用了不同的单位：{'、'.join(sorted(used))}，请统一" for name, used in units.items() if len(used) > 1
    ]
    if not found and not problems:
        problems.append("没有一行填了数值")
    return found, problems


def _places(row: Sequence[Cell]) -> dict[str, int]:
    """Column of each heading; empty when this is not the row of headings."""
    found = {cell.text: place for place, cell in enumerate(row) if cell.text in HEADS}
    return found if set(HEADS) - {"地区"} <= set(found) else {}


def _fact(cells: Mapping[str, Cell], names: Mapping[str, str], today: date) -> tuple[FactIn | None, list[str]]:
    number = cells["数值"]
    wrong = []
    text = {head: cells[head].text if head in cells else "" for head in HEADS}
    if text["地区代码"] not in names:
        wrong.append(f"第 {number.row} 行：没有代码为“{text['地区代码']}”的县（市、区）")
    elif text["地区"] and text["地区"] != names[text["地区代码"]]:
        wrong.append(f"第 {number.row} 行：代码 {text['地区代码']} 是{names[text['地区代码']]}，不是“{text['地区']}”")
    wrong += [f"第 {number.row} 行：没有填写{head}" for head in ("名称", "来源") if not text[head]]
    day = _day(cells.get("截至日期"))
    if day is None:
        wrong.append(f"第 {number.row} 行：截至日期“{text['截至日期']}”不是日期，例如 2025-12-31")
    elif day > today:
        wrong.append(f"第 {number.row} 行：截至日期 {day} 在今天之后")
    reading = parse_number(number.number if number.number is not None else number.text)
    value = reading.value
    if number.error or number.uncalculated or reading.error or value is None:
        wrong.append(f"{number.address}：{reading.error or '公式没有算出结果，请粘贴为数值'}")
    elif value != round(value, MICRO_PLACES):
        value = round(value, MICRO_PLACES)  # an index of many digits informs only
    if wrong or day is None or value is None:
        return None, wrong
    return FactIn(number.row, text["地区代码"], text["名称"], text["单位"], day, value, text["来源"]), []


def _day(cell: Cell | None) -> date | None:
    if cell is None:
        return None
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, date):
        return cell.value
    try:
        return date.fromisoformat(cell.text.replace("/", "-").replace(".", "-"))
    except ValueError:
        return None
