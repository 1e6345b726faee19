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
from core.tabular import Block, Column, Shown, write_xlsx
from reports.paper import Face

if TYPE_CHECKING:
    import altair as alt

_NUMBER = re.compile(
    r"^([+\-−]?)((?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?)(%| ?[\u4e00-\u9fff]{1,5}(?:/[\u4e00-\u9fff]{1,3})?|)$"
)
_EXACT = 15  # digits that a spreadsheet keeps
_WIDE = 90.0  # characters of a column of sentences
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
            ["怎么读", "“–”和空白是没有数据，不当作零；“不适用”不计入应报。数字的小数位和单位与报告相同。"],
            ["图", "报告里的图由这里各表的数画成。"],
        ] + ([["提示", "演示数据，不作决策依据"]] if demo else [])
        self._source = [row for row in self._source if row[1]]
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
        self._figures += [[self._place, item[0], number(item[1]), *item[2:], *[""] * (3 - len(item))] for item in items]

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
        name = f"{label} {caption or self._place}"[:_LONGEST_NAME]
        self._tables.append(Block(name, list(header), [[number(cell) for cell in row] for row in rows]))
        return label

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None:
        self._facts += [[self._place, name, number(value)] for name, value in pairs]

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str:
        self._pictures += 1
        return f"图{self._pictures}"

    def signatures(self, roles: Sequence[str]) -> None:
        """Nobody signs a workbook."""

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None:
        if number:
            if changes:
                self.table(["内容", "前一份", "本报告"], changes, caption=f"与 {number} 的差异")
            self._place = "与前一份报告的差异"
            self.text(f"本报告替代编号 {number} 的报告" + ("。" if changes else "；逐项比较的内容没有变化。"))
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
            blocks.append(Block("文字", ["章节", Column("内容", _WIDE)], self._texts))
        return write_xlsx([*blocks, Block("出处", ["项目", Column("内容", _WIDE)], self._source)], made_at=self._as_of)


def number(cell: object) -> object:
    """A cell as Excel should hold it: what is shown as a number, with its unit if it has one, is that number shown
    the same way; everything else as it is. A code with a leading zero is no number, nor is one too long to be exact."""
    match = _NUMBER.match(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return cell
    sign, digits, unit = match.groups()
    plain = digits.replace(",", "")
    if len(plain) > _EXACT:
        return cell
    percent = unit == "%"
    value = Decimal(plain) / (100 if percent else 1)
    places = len(plain.partition(".")[2])
    shape = ("#,##0" if "," in digits else "0") + ("." + "0" * places if places else "")
    shape += "%" if percent else f'"{unit}"' if unit else ""
    return Shown(-value if sign in ("-", "−") else value, f"+{shape};-{shape};{shape}" if sign == "+" else shape)
