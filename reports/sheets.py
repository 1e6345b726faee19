"""The figures behind a report as a workbook: the story that is printed, with every table a sheet of its own.

What is shown as a number becomes one, with as many decimals as it is shown with, so that it can be reckoned with
and reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core import clock
from core.tabular import Block, Column, write_xlsx
from reports.paper import Face

if TYPE_CHECKING:
    import altair as alt

_NUMBER = re.compile(r"^([+\-−]?)((?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?)(%?)$")
_BLANK = ("", "–", "—")
_LONGEST_NAME = 31  # of a sheet


class Sheets:
    """A paper (`reports.paper.Paper`) of which only figures are left: pictures draw what stands in the tables."""

    whole = True

    def __init__(self, face: Face, *, number: str, digest: str, as_of: datetime, demo: bool) -> None:
        self._as_of = as_of
        self._source = [
            ["报告", face.title],
            ["内容", face.subtitle],
            ["编制单位", face.organisation],
            ["编号", number],
            ["数据指纹（SHA-256）", digest],
            ["数据截至（北京时间）", clock.show(as_of)],
        ] + ([["提示", "演示数据，不作决策依据"]] if demo else [])
        self._place = ""
        self._figures: list[list[object]] = []
        self._facts: list[list[object]] = []
        self._texts: list[list[object]] = []
        self._tables: list[Block] = []
        self._pictures = 0

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        self._place = text

    def text(self, text: str) -> None:
        self._texts += [[self._place, line.strip()] for line in text.split("\n") if line.strip()]

    def note(self, text: str, title: str = "说明") -> None:
        self.text(f"{title}：{text}" if title else text)

    def figures(self, items: Sequence[tuple[str, ...]]) -> None:
        self._figures += [[self._place, *item, *[""] * (3 - len(item))] for item in items]

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        align: str = "",
        caption: str = "",
    ) -> str:
        label = f"表{len(self._tables) + 1}"
        columns = [numbers(title, [row[at] for row in rows]) for at, title in enumerate(header)]
        name = f"{label} {caption or self._place}"[:_LONGEST_NAME]
        values = [values for _, values in columns]
        self._tables.append(Block(name, [column for column, _ in columns], list(zip(*values, strict=True))))
        return label

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None:
        self._facts += [[self._place, name, value] for name, value in pairs]

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str:
        self._pictures += 1
        return f"图{self._pictures}"

    def signatures(self, roles: Sequence[str]) -> None:
        """Nobody signs a workbook."""

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None:
        if number:
            self.table(["内容", "前一份", "本报告"], changes, caption=f"与 {number} 的差异")
            self.text("\n".join(f"变化的原因：{reason}" for reason in why))

    def addressee(self, text: str) -> None:
        self.text(f"主送：{text}")

    def attachments(self, names: Sequence[str]) -> None:
        self.text("\n".join(f"附件：{name}" for name in names))

    def closing(self, organ: str, day: date) -> None:
        self.text(f"发文：{organ}，{day}")

    def annex(self, title: str) -> None:
        self.heading(title)

    def page_break(self) -> None:
        """Sheets are pages."""

    def bytes(self) -> bytes:
        """The workbook: key figures, tables in their order, then what was said and where it comes from."""
        blocks = [Block("主要数字", ["章节", "项目", "数值", "说明"], self._figures)] if self._figures else []
        if self._facts:
            blocks.append(Block("基本信息", ["章节", "项目", "内容"], self._facts))
        blocks += self._tables
        if self._texts:
            blocks.append(Block("文字", ["章节", "内容"], self._texts))
        return write_xlsx([*blocks, Block("出处", ["项目", "内容"], self._source)], made_at=self._as_of)


def numbers(title: str, cells: Sequence[object]) -> tuple[Column, list[object]]:
    """A column as Excel should hold it: numbers where every cell is one, shown alike, or is missing."""
    shown = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip() not in _BLANK]
    found = [_NUMBER.match(text) for text in shown]
    parts = [match.groups() for match in found if match]
    kinds = {(_places(number), percent) for _, number, percent in parts}
    if not parts or len(parts) < len(shown) or len(kinds) > 1:
        return Column(title), list(cells)
    ((places, percent),) = kinds
    whole = "#,##0" if any("," in number for _, number, _ in parts) else "0"
    shape = whole + ("." + "0" * places if places else "") + percent
    signed = any(sign == "+" for sign, _, _ in parts)
    return Column(title, number=f"+{shape};-{shape};{shape}" if signed else shape), [_value(cell) for cell in cells]


def _places(number: str) -> int:
    return len(number.partition(".")[2])


def _value(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    match = _NUMBER.match(cell.strip())
    if match is None:
        return cell
    sign, number, percent = match.groups()
    value = Decimal(number.replace(",", "")) / (100 if percent else 1)
    return -value if sign in ("-", "−") else value
