"""Rows of a workbook against the catalogue: what each asks for and what is wrong with it. No I/O.

As with responsibility lists, three readings of a cell decide: as it went out, as it came back, as the
catalogue has it now. What came back as it went out was not touched and stays as it is now; what was
touched on both sides is a finding. Rows that are missing stay: nothing is removed by a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from accounts.permissions import Answer
from core.tabular import Cell
from core.validation import located
from core.words import Opening
from scenarios import exchange, resource_rules
from scenarios import resource_workbook as book
from scenarios.duty_names import Directory
from scenarios.exchange import CHANGED, KEY, NEW, Issue, RowChange, Table, same
from scenarios.resource_schemas import ResourceIn
from scenarios.resource_workbook import Change, Entry


@dataclass(frozen=True)
class Wanted:
    """What one entry shall say; `entry` None for a new one."""

    entry: Entry | None
    data: ResourceIn


@dataclass(frozen=True, kw_only=True)
class Plan(exchange.Plan):
    """What a file would do to the catalogue. `wanted` are the entries that change and the new ones."""

    wanted: Sequence[Wanted] = ()

    @property
    def outcome(self) -> object:
        return [(w.entry.id if w.entry else 0, w.entry.version if w.entry else 0, w.data) for w in self.wanted]


@dataclass(eq=False)
class _Row:
    number: int
    cells: Mapping[str, Cell]
    entry: Entry | None = None

    def text(self, name: str) -> str:
        return self.cells[name].text if name in self.cells else ""

    def at(self, name: str) -> str:
        return self.cells[name].address if name in self.cells else f"第 {self.number} 行"


@dataclass
class Reader:
    """One file against one catalogue. `may_edit` says of a provider whether the actor may write for it."""

    entries: Sequence[Entry]
    directory: Directory
    base: Mapping[int, Mapping[str, str]]
    may_edit: Callable[[int], Answer]
    issues: list[Issue] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_id = {entry.id: entry for entry in self.entries}
        self.by_code = {entry.data.code: entry for entry in self.entries}
        self.now = {entry.id: book.texts(entry.data, self.directory.names) for entry in self.entries}

    def plan(self, table: Table) -> Plan:
        rows = self._rows(table)
        changes, wanted = [], []
        for row in rows:
            found = self._wanted(row)
            if found is None:
                continue
            if row.entry is None:
                changes.append(RowChange(NEW, found.name, row.number))
            else:
                old, new = self.now[row.entry.id], book.texts(found, self.directory.names)
                altered = [Change(name, old[name], new[name]) for name in book.CELLS if old[name] != new[name]]
                if not altered:
                    continue
                changes.append(RowChange(CHANGED, row.entry.data.name, row.number, altered))
            wanted.append(Wanted(row.entry, found))
        self._doubles(rows, wanted)
        here = {row.entry.id for row in rows if row.entry}
        return Plan(
            issues=self.issues,
            changes=changes,
            wanted=wanted,
            unchanged=len(here) - sum(w.entry is not None for w in wanted),
            absent=len(self.by_id) - len(here),
        )

    def _rows(self, table: Table) -> list[_Row]:
        found = []
        claimed: dict[int, int] = {}
        for number in table.sheet.rows:
            if number <= table.head:
                continue
            cells = {name: table.sheet.cell(number, column) for name, column in table.columns.items()}
            read = [cells[name] for name in book.CELLS if name in cells]
            if all(cell.blank for cell in read):
                continue
            for cell in read:
                if cell.error or cell.uncalculated:
                    what = f"公式出错（{cell.error}）" if cell.error else "公式没有结果"
                    self.issues.append(Issue(cell.address, f"{what}，请改成文字"))
            row = _Row(number, cells)
            row.entry = self._entry(row)
            if row.entry is not None:
                if row.entry.id in claimed:
                    where = claimed[row.entry.id]
                    self.issues.append(
                        Issue(row.at("name"), f"与第 {where} 行是同一项；要新增请清空本行的“行标识”和“目录编码”")
                    )
                    continue
                claimed[row.entry.id] = number
            found.append(row)
        return found

    def _entry(self, row: _Row) -> Entry | None:
        """By the hidden number, else by the code, which a table of one's own may have."""
        key = row.text(KEY)
        if not key:
            return self.by_code.get(row.text("code"))
        if key.isdecimal() and int(key) in self.by_id:
            return self.by_id[int(key)]
        self.issues.append(Issue(row.at(KEY), f"第 {row.number} 行的行标识“{key}”不在目录里，请清空它（按新增处理）"))
        return None

    def _wanted(self, row: _Row) -> ResourceIn | None:
        """What the row asks for; None when nothing, or when it cannot be understood."""
        entry = row.entry
        now = self.now[entry.id] if entry else dict.fromkeys(book.CELLS, "")
        went = self.base.get(entry.id, now) if entry else now
        touched = []
        for name, (heading, _) in book.CELLS.items():
            text = row.text(name)
            if name not in row.cells or same(text, went[name]) or same(text, now[name]):
                continue
            touched.append(name)
            if not same(went[name], now[name]):
                said, is_ = text or "（空）", now[name] or "（空）"
                self.issues.append(
                    Issue(
                        row.at(name),
                        f"“{heading}”在导出后已由系统改为“{is_}”，表里改成了“{said}”：请改成其中一个再导入",
                    )
                )
        if not touched:
            return None
        before = len(self.issues)
        values = {name: getattr(entry.data, name) for name in ResourceIn.model_fields} if entry else {}
        values["items"] = [item.model_dump() for item in entry.data.items] if entry else []
        for name in touched:
            values |= self._value(row, name, row.text(name))
        if len(self.issues) > before:
            return None
        try:
            data = ResourceIn(**values)
        except ValidationError as error:
            for name, said in located(error, ResourceIn):
                self.issues.append(Issue(row.at(name or "name"), said))
            return None
        return data if self._allowed(row, data) else None

    def _value(self, row: _Row, name: str, text: str) -> dict[str, Any]:
        """What `ResourceIn` takes for one cell."""
        if name == "provider_id":
            found = self.directory.find(text)
            if found is None:
                self.issues.append(Issue(row.at(name), self.directory.unknown(text) if text else "请填写提供单位"))
            return {name: found}
        if name == "sharing":
            pair = self._word(row, name, text, book.SHARING)
            return {"sharing_scheme": pair[0], "sharing": pair[1]} if pair else {}
        words: Mapping[str, Mapping[str, Any]] = {
            "opening": book.OPENING,
            "security_level": book.LEVELS,
            "personal_information": book.PERSONAL,
        }
        if name in words:
            if not text and name == "opening":
                return {name: None}
            return {name: self._word(row, name, text, words[name])}
        if name == "items":
            return {name: book.items_in(text)}
        if name == "released_on":
            return {name: book.day_in(text) if text else None}
        if name == "code" and not text and row.entry:  # a code is not given up
            return {name: row.entry.data.code}
        return {name: text}

    def _word(self, row: _Row, name: str, text: str, words: Mapping[str, Any]) -> Any:
        found = words.get(text)
        if found is None:
            said = f"不认得“{text}”" if text else "不能为空"
            self.issues.append(Issue(row.at(name), f"{book.CELLS[name][0]}{said}，可以填：{'、'.join(words)}"))
        return found

    def _allowed(self, row: _Row, data: ResourceIn) -> bool:
        """Whose entry it is, and what its terms need; the command asks the same again."""
        entry = row.entry
        for provider in dict.fromkeys([entry.data.provider_id] if entry else []) | {data.provider_id: None}:
            answer = self.may_edit(provider)
            if entry is not None and not answer:
                self.issues.append(Issue(row.at("provider_id"), f"“{entry.data.name}”：{answer.reason}"))
                return False
            if entry is None and not answer and data.opening in (Opening.OPEN, Opening.CONDITIONAL):
                self.issues.append(Issue(row.at("opening"), "是否向社会开放由提供单位决定，请把开放属性留空"))
                return False
        wrong = resource_rules.errors(data, approved=bool(entry and entry.approved))
        for finding in wrong:
            self.issues.append(Issue(row.at(finding.field), f"{finding.message}。{finding.remedy}"))
        return not wrong

    def _doubles(self, rows: Sequence[_Row], wanted: Sequence[Wanted]) -> None:
        """One name a provider, one code in all, as the catalogue will be."""
        after = {entry.id: entry.data for entry in self.entries}
        after |= {w.entry.id: w.data for w in wanted if w.entry}
        fresh = [w.data for w in wanted if w.entry is None]
        everything = [*after.values(), *fresh]
        names = Counter((data.provider_id, data.name) for data in everything)
        codes = Counter(data.code for data in everything if data.code)
        asked = {id(w.data) for w in wanted}
        for data in everything:
            if id(data) not in asked:
                continue
            row = next((row for row in rows if row.text("name") == data.name), None)
            if names[data.provider_id, data.name] > 1:
                self.issues.append(
                    Issue(row.at("name") if row else "", f"提供单位已有一项“{data.name}”，请换一个名称或改原来那一项")
                )
            if data.code and codes[data.code] > 1:
                self.issues.append(Issue(row.at("code") if row else "", f"目录编码“{data.code}”已被占用"))
