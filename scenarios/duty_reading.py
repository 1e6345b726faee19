"""Rows of a workbook against a list: what each asks for, in what order, and what is wrong with it. No I/O.

Three readings of each cell decide: as it went out (the hidden sheet), as it came back, as the system
has it now. What came back as it went out was not touched and stays as it is now; what was touched on
both sides is a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from core.tabular import Cell, Sheet
from core.validation import located
from scenarios import duty_rules, exchange
from scenarios import duty_workbook as book
from scenarios.duty_names import Directory
from scenarios.duty_rules import Content, Wanted
from scenarios.duty_tree import Node, content_of
from scenarios.exchange import CHANGED, KEY, MOVED, NEW, REMOVED, Issue, RowChange, same
from scenarios.schemas import DutyIn

_BETWEEN = re.compile(r"[、，,]")


@dataclass(frozen=True, kw_only=True)
class Plan(exchange.Plan):
    """What a file would do to a list. `wanted` and `removed` together are every item there will be and was."""

    wanted: Sequence[Wanted] = ()
    removed: Sequence[int] = ()

    @property
    def outcome(self) -> object:
        return self.changes, self.wanted, self.removed


@dataclass(eq=False)
class _Row:
    """A row of the file on its way to an item."""

    number: int
    cells: Mapping[str, Cell]
    node: Node | None = None
    delete: bool = False
    content: Content | None = None

    def text(self, name: str) -> str:
        return self.cells[name].text if name in self.cells else ""

    def at(self, name: str) -> str:
        """The address of a field's cell, for a finding; of the row when the file has no such column."""
        return self.cells[name].address if name in self.cells else f"第 {self.number} 行"


@dataclass
class Reader:
    """One file against one list."""

    nodes: Sequence[Node]
    directory: Directory
    base: Mapping[int, Mapping[str, str]]
    issues: list[Issue] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.items = {node.id: node for node in self.nodes if node.content is not None}
        self.now = {key: book.texts(content_of(node), self.directory.names) for key, node in self.items.items()}

    def plan(self, sheet: Sheet, head: int, columns: Mapping[str, int]) -> Plan:
        rows = self._rows(sheet, head, columns)
        (self._by_key if KEY in columns else self._by_path)(rows)
        for row in rows:
            self._action(row)
            if not row.delete:
                self._content(row)
        here = {row.node.id for row in rows if row.node}
        rows = [row for row in rows if row.delete or row.content is not None]
        order, moved = self._order(rows)
        self._doubles(rows, order)
        contents = {key: content_of(node) for key, node in self.items.items()}
        contents |= {row.node.id: row.content for row in rows if row.node and row.content}
        removed = [row.node.id for row in rows if row.delete and row.node]
        wanted = [
            Wanted(None, ref.content or Content(("",))) if isinstance(ref, _Row) else Wanted(ref, contents[ref])
            for ref in order
        ]
        changes = [change for row in rows if (change := self._change(row, moved))]
        untouched = len(here) - sum(change.kind != NEW for change in changes)
        return Plan(
            issues=self.issues,
            changes=changes,
            wanted=wanted,
            removed=removed,
            unchanged=untouched,
            absent=len(self.items) - len(here),
        )

    # -- rows of the file ---------------------------------------------------------------

    def _rows(self, sheet: Sheet, head: int, columns: Mapping[str, int]) -> list[_Row]:
        found = []
        for number in sheet.rows:
            if number <= head:
                continue
            cells = {name: self._cell(sheet, number, column, name) for name, column in columns.items()}
            read = [cells[name] for name in (book.ACTION, *book.CELLS) if name in cells]
            if all(cell.blank for cell in read):
                continue
            for cell in read:
                if cell.error or cell.uncalculated:
                    what = f"公式出错（{cell.error}）" if cell.error else "公式没有结果"
                    self.issues.append(Issue(cell.address, f"{what}，请改成文字"))
            found.append(_Row(number, cells))
        return found

    @staticmethod
    def _cell(sheet: Sheet, row: int, column: int, name: str) -> Cell:
        """A cell; in merged branches each row has what is written in the first."""
        merged = sheet.merge_over(row, column) if name in ("business", "stage") else None
        if merged is None:
            return sheet.cell(row, column)
        return replace(sheet.cell(merged[0], merged[1]), row=row, column=column)

    def _by_key(self, rows: Sequence[_Row]) -> None:
        """Rows to items by the hidden number. A copied row brings its number along: the one that reads most
        like the item is it, the others are new."""
        claims: dict[int, list[_Row]] = {}
        for row in rows:
            key = row.text(KEY)
            if not key:
                continue
            if not key.isdecimal() or (int(key) not in self.items and int(key) not in self.base):
                self.issues.append(
                    Issue(row.at(KEY), f"第 {row.number} 行的行标识“{key}”不属于这份清单，请清空它（按新增处理）")
                )
                continue
            claims.setdefault(int(key), []).append(row)
        for number, claimed in claims.items():
            known = self.base.get(number) or self.now[number]
            first, *copies = sorted(
                claimed, key=lambda row: sum(not same(row.text(name), known[name]) for name in book.CELLS)
            )
            for copy in copies:
                self.issues.append(Issue(copy.at("name"), f"与第 {first.number} 行是复制关系，按新增处理", error=False))
            if number in self.items:
                first.node = self.items[number]
            elif any(not same(first.text(name), known[name]) for name in book.CELLS):
                self.issues.append(
                    Issue(first.at("name"), f"“{known['name']}”已在系统里移除；要保留请先在“已移除”里恢复，再导入")
                )
                first.delete = True  # of nothing: the row is left alone
            else:
                first.delete = True

    def _by_path(self, rows: Sequence[_Row]) -> None:
        """A table that somebody made himself has no numbers: rows are told by 业务, 环节 and 事项."""
        self.issues.append(Issue("", "表里没有行标识，按“业务、环节、事项”三列对应已有事项", error=False))
        left: dict[tuple[str, ...], list[Node]] = {}
        for node in self.items.values():
            left.setdefault(node.path, []).append(node)
        for row in rows:
            alike = left.get(_path(row.text("business"), row.text("stage"), row.text("name")), [])
            row.node = alike.pop(0) if alike else None

    def _action(self, row: _Row) -> None:
        said = row.text(book.ACTION)
        if not said:
            return
        if said != book.DELETE:
            self.issues.append(Issue(row.at(book.ACTION), f"“操作”只能留空或填“{book.DELETE}”，不认得“{said}”"))
        elif row.node is None and not row.delete:
            self.issues.append(Issue(row.at(book.ACTION), "新增的行不能标“删除”，请清空操作或删掉这一行"))
        else:
            row.delete = True

    # -- cells --------------------------------------------------------------------------

    def _content(self, row: _Row) -> None:
        """The item that a row asks for: cells touched by hand from the file, the others as they are now."""
        now = self.now[row.node.id] if row.node else dict.fromkeys(book.CELLS, "")
        went = self.base.get(row.node.id, now) if row.node else now
        touched = set()
        for name in book.CELLS:
            text = row.text(name)
            if name not in row.cells or same(text, went[name]) or same(text, now[name]):
                continue
            touched.add(name)
            if not same(went[name], now[name]):
                self.issues.append(
                    Issue(
                        row.at(name),
                        f"“{book.CELLS[name][0]}”在导出后已由系统改为“{now[name] or '（空）'}”，表里改成了"
                        f"“{text or '（空）'}”：请改成其中一个再导入",
                    )
                )
        before = content_of(row.node) if row.node else Content(("",))
        if row.node and not touched:
            row.content = before
            return
        texts = {name: row.text(name) if name in touched else now[name] for name in book.CELLS}
        values = self._values(row, texts, before, touched)
        self._place(row, texts, touched)
        try:
            data = DutyIn(**values)
        except ValidationError as error:
            for name, said in located(error, DutyIn):
                self.issues.append(Issue(row.at(name or "supporting"), said))
            return
        stages = texts["stage"] if row.node is None or "stage" in touched else None
        above = (
            row.node.path[1:-1] if row.node and stages is None else tuple(part for part in (texts["stage"],) if part)
        )
        row.content = data.content(tuple(part for part in (texts["business"],) if part) + above)

    def _values(self, row: _Row, texts: Mapping[str, str], before: Content, touched: set[str]) -> dict[str, Any]:
        """What `DutyIn` takes; cells that nobody touched need not be understood."""
        values: dict[str, Any] = {
            "name": texts["name"],
            "organisation_id": before.organisation_id,
            "supporting": list(before.supporting),
            "data": [{"name": name, "provider_id": provider} for name, provider in before.data],
            **{name: texts[name] for name in ("owner", "trigger", "inputs", "outputs", "time_limit", "legal_basis")},
        }
        readers: dict[str, Callable[[_Row, str], Any]] = {
            "organisation_id": self._responsible,
            "supporting": self._supporting,
            "data": self._data,
        }
        for name in touched & set(readers):
            values[name] = readers[name](row, texts[name])
        return values

    def _responsible(self, row: _Row, text: str) -> int | None:
        found = self.directory.find(text) if text else None
        if text and found is None:
            several = [part for part in _BETWEEN.split(text.replace("；", "、").replace(";", "、")) if part.strip()]
            if len(several) > 1 and all(self.directory.find(part) for part in several):
                message = "责任单位只能有一个，其余的请填到“配合单位”"
            else:
                message = self.directory.unknown(text)
            self.issues.append(Issue(row.at("organisation_id"), message))
        return found

    def _supporting(self, row: _Row, text: str) -> list[int]:
        found = []
        for entry in duty_rules.parts(text):
            entries = [entry] if self.directory.find(entry) else [p.strip() for p in _BETWEEN.split(entry) if p.strip()]
            for name in entries:
                number = self.directory.find(name)
                if number is None:
                    self.issues.append(Issue(row.at("supporting"), self.directory.unknown(name)))
                else:
                    found.append(number)
        return found

    def _data(self, row: _Row, text: str) -> list[dict[str, Any]]:
        found = []
        for name, provider in duty_rules.data_parts(text):
            number = self.directory.find(provider) if provider else None
            if provider and number is None:
                self.issues.append(Issue(row.at("data"), f"数据“{name}”的提供单位：{self.directory.unknown(provider)}"))
            found.append({"name": name, "provider_id": number})
        return found

    def _place(self, row: _Row, texts: Mapping[str, str], touched: set[str]) -> None:
        if texts["stage"] and not texts["business"]:
            self.issues.append(Issue(row.at("business"), "填了环节就要填它所属的业务"))
        if row.node is None and not texts["business"]:
            self.issues.append(Issue(row.at("business"), "请填写业务；没有分环节的可以只填业务"))
        for name in ("business", "stage"):
            if name in touched and not 2 <= len(texts[name] or "占位") <= 60:
                self.issues.append(Issue(row.at(name), f"{book.CELLS[name][0]}名称应为 2–60 个字"))

    # -- order --------------------------------------------------------------------------

    def _order(self, rows: Sequence[_Row]) -> tuple[list[int | _Row], set[int]]:
        """All items there will be, in their order: the list's own order, except that rows moved by hand, and
        new ones, follow the row they follow in the file; and the items that were moved."""
        kept = [row for row in rows if not row.delete]
        gone = {row.node.id for row in rows if row.delete and row.node}
        listed = [row.node.id for row in kept if row.node]
        went = [number for number in (self.base or self.items) if number in set(listed)]
        went += [number for number in listed if number not in set(went)]
        moved = duty_rules.out_of_order(went, listed)
        order: list[int | _Row] = [number for number in self.items if number not in moved | gone]
        settled = set(order)  # stand where they stood, and so hold the place of their branch
        place = {number: self.items[number].path[:-1] for number in self.items}
        place |= {row.node.id: row.content.path[:-1] for row in kept if row.node and row.content}
        rehomed = {row.node.id for row in kept if row.node and place[row.node.id] != row.node.path[:-1]}
        order = [ref for ref in order if ref not in rehomed]
        settled -= rehomed
        previous: int | _Row | None = None
        for row in kept:
            ref: int | _Row = row.node.id if row.node else row
            if ref not in settled:
                path = row.content.path[:-1] if row.content else ()
                order.insert(self._index(order, previous, path, place, settled), ref)
            previous = ref
        return order, moved

    @staticmethod
    def _index(
        order: Sequence[int | _Row],
        previous: int | _Row | None,
        path: tuple[str, ...],
        place: Mapping[int, tuple[str, ...]],
        settled: set[int | _Row],
    ) -> int:
        """Behind the row before it; but where its branch already stands elsewhere, at the near end of that."""
        at = order.index(previous) + 1 if previous is not None else 0
        branch = [
            index
            for index, ref in enumerate(order)
            if not isinstance(ref, _Row) and ref in settled and place[ref] == path
        ]
        if not branch:
            return at
        return min(max(at, branch[0]), branch[-1] + 1)

    def _doubles(self, rows: Sequence[_Row], order: Sequence[int | _Row]) -> None:
        """Two items of one name below one branch, when this file makes them so."""
        paths = {row.node.id: row.content.path for row in rows if row.node and row.content}
        count = Counter(
            (ref.content.path if ref.content else ()) if isinstance(ref, _Row) else paths.get(ref, self.items[ref].path)
            for ref in order
        )
        for row in rows:
            if row.content is None or row.delete or count[row.content.path] < 2:
                continue
            if row.node is None or row.content.path != row.node.path:
                self.issues.append(Issue(row.at("name"), f"同一处已有“{row.content.name}”，请换一个名称"))

    def _change(self, row: _Row, moved: set[int]) -> RowChange | None:
        if row.node is None:
            return RowChange(NEW, row.content.name, row.number) if row.content else None
        if row.delete:
            return RowChange(REMOVED, row.node.name, row.number)
        assert row.content is not None
        changes = duty_rules.changes(content_of(row.node), row.content, self.directory.names)
        if changes:
            return RowChange(CHANGED, row.node.name, row.number, changes)
        return RowChange(MOVED, row.node.name, row.number) if row.node.id in moved else None


def _path(*names: str) -> tuple[str, ...]:
    return tuple(name for name in names if name)
