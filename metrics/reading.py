"""An uploaded return becomes entries: whose it is, which rows and columns it has, how each cell was read.

Nothing a user can do to a file raises here: every refusal is a finding. One bad cell costs one cell;
all other rows are read.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.tabular import BadFile, Cell, FileKind, address, open_table, plain_text
from core.words import ValueState
from metrics import workbook as layout
from metrics.figures import Refused, figure
from metrics.locating import Table, find_table, same_period, same_region
from metrics.model import Entry, Finding, Form, Indicator, Line, Severity
from metrics.rules import unknown_row
from metrics.workbook import Identity


@dataclass(frozen=True)
class Upload:
    """What a file said. Entries and addresses are keyed by indicator code; blank rows have no entry.

    A row whose figures could be mistaken (an unreadable state, a denominator where there is none, the
    same row twice) is left out of `entries` and has an error instead. `refused` means that the file as a whole
    is not this return and nothing was read.
    """

    kind: str  # workbook, csv, or unknown when it could not be opened
    digest: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    where: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sheet: str = ""
    notes: Sequence[str] = ()
    identity: Identity | None = None

    @property
    def refused(self) -> bool:
        return any(finding.refuses_file for finding in self.findings)


def read(data: bytes, filename: str, form: Form, *, secret: bytes, limit_mb: int = 20) -> Upload:
    """Read an upload (xlsx, old xls or CSV) as a return for `form`. Never raises for what a user can do."""
    digest = hashlib.sha256(data).hexdigest()
    kind = "unknown"
    try:
        book = open_table(data, filename, limit_mb=limit_mb)
        kind = "csv" if book.kind is FileKind.CSV else "workbook"
        identity = layout.identity_of(book, secret)
        strange = layout.differences(identity, form) if identity else []
        if strange:
            return Upload(kind, digest, findings=strange, notes=book.notes, identity=identity)
        table = find_table(book, form, signed=identity is not None)
    except BadFile as bad:
        finding = Finding(Severity.ERROR, bad.rule, bad.message, bad.remedy)
        return Upload(kind, digest, findings=(finding,))
    notes = [f"{book.kind.label}，工作表“{table.sheet.name}”", *book.notes]
    reader = Reader(form, table, exported=book.kind is FileKind.CSV)
    if book.kind is FileKind.XLS:
        reader.about_file(Severity.WARNING, "row.legacy", book.notes[0] + "。", "请用 WPS 或 Excel 另存为 .xlsx。")
    reader.read(signed=identity is not None)
    return Upload(
        kind, digest, reader.entries, reader.findings, reader.where, table.sheet.name, notes, identity
    )  # fmt: skip


class Reader:
    """Reads the rows below the heading of one table, collecting entries, addresses and findings."""

    def __init__(self, form: Form, table: Table, *, exported: bool) -> None:
        self.unquote = plain_text if exported else str  # CSV text may carry the apostrophe of a safe export
        self.form, self.table, self.sheet = form, table, table.sheet
        self.lines = {line.indicator.code.upper(): line for line in form.lines}
        self.entries: dict[str, Entry] = {}
        self.where: dict[tuple[str, str], str] = {}
        self.findings: list[Finding] = []
        self.rows_of: dict[str, int] = {}

    def tell(self, severity: Severity, rule: str, message: str, remedy: str, cell: Cell, code: str = "") -> None:
        seen = cell.text[:60]
        self.findings.append(Finding(severity, rule, message, remedy, self.sheet.name, cell.address, code, seen))

    def refuse(self, rule: str, message: str, remedy: str, cell: Cell, code: str = "") -> None:
        self.tell(Severity.ERROR, rule, message, remedy, cell, code)

    def about_file(self, severity: Severity, rule: str, message: str, remedy: str, code: str = "") -> None:
        self.findings.append(Finding(severity, rule, message, remedy, self.sheet.name, code=code))

    def read(self, *, signed: bool) -> None:
        if not signed and not {"region", "period"} <= set(self.table.columns):
            place = f"{self.form.region} {self.form.period.label}"
            message = f"文件里没有同时写明地区和报送期，已按当前打开的{place}读取。"
            self.about_file(Severity.WARNING, "row.unsigned", message, "请核对确是本地区、本期的数。")
        for number in self.sheet.rows:
            if number > self.table.head:
                self.row(number)
        for line in self.form.lines:
            code = line.indicator.code
            if code not in self.rows_of:
                message = f"{line.indicator.name}：表里没有这一行（{code}）。"
                remedy = "如果是误删，请重新下载模板；本次其他行照常读取。"
                self.about_file(Severity.WARNING, "row.absent", message, remedy, code)

    def _cell(self, row: int, name: str) -> Cell:
        column = self.table.columns.get(name)
        return self.sheet.cell(row, column) if column else Cell(row, 1)

    def row(self, number: int) -> None:
        cells = {name: self._cell(number, name) for name in ("region", "period", *layout.FIELDS)}
        code_cell = cells["code"]
        code = unicodedata.normalize("NFKC", code_cell.text)
        filled = [
            cell for name, cell in cells.items() if name in ("n", "d", "state", "reason", "link") and not cell.blank
        ]
        if not code:
            if filled:
                self.refuse("row.nokey", f"第 {number} 行填了内容，但没有指标代码，不知道是哪个指标。",
                            "请补上指标代码，或把内容移到对应的行。", code_cell)  # fmt: skip
            return
        if layout.heading_field(code) == "code" or layout.untag(code):
            return
        if not self._ours(cells):
            return
        line = self.lines.get(code.upper())
        if line is None:
            if filled:  # else a remark below the table
                self.findings.append(unknown_row(code, self.sheet.name, code_cell.address))
            return
        code = line.indicator.code
        if code in self.rows_of:
            first = address(self.rows_of[code], code_cell.column)
            self.entries.pop(code, None)
            self.refuse("row.duplicate", f"{line.indicator.name}：指标代码“{code}”出现了两次（另一处在 {first}），不知道以哪一行为准。",
                        "请只保留正确的一行，删去另一行。", code_cell, code)  # fmt: skip
        else:
            self.rows_of[code] = number
            for name in layout.FIELDS:
                if name in self.table.columns:
                    self.where[code, name] = cells[name].address
            self._entry(line, cells)

    def _ours(self, cells: Mapping[str, Cell]) -> bool:
        """Whether a row that names a region or a period names those of the form."""
        region, period = cells["region"], cells["period"]
        if region.text and not same_region(region.text, self.form):
            self.refuse("row.region", f"这一行是地区 {region.text} 的，不是{self.form.region}（{self.form.region_code}）的，没有读取。",
                        "请只上传本地区的行。", region)  # fmt: skip
            return False
        if period.text and not same_period(period.text, self.form):
            self.refuse("row.period", f"这一行的报送期是“{period.text}”，现在报送的是{self.form.period.label}，没有读取。",
                        f"请核对报送期，本期写作 {self.form.period}。", period)  # fmt: skip
            return False
        return True

    def _entry(self, line: Line, cells: Mapping[str, Cell]) -> None:
        indicator, before = line.indicator, len(self.findings)
        number = cells["code"].row
        if number in self.sheet.facts.hidden_rows:
            self.tell(Severity.INFO, "row.hidden", f"{indicator.name}：第 {number} 行是隐藏的，也已读取。",
                      "如不该报送，请清空这一行。", cells["code"], indicator.code)  # fmt: skip
        n = self._number(indicator, "n", cells["n"])
        d = self._number(indicator, "d", cells["d"]) if "d" in self.table.columns else None
        state = self._state(indicator, self._spread(cells["state"]))
        reason = self._spread(cells["reason"])
        text = "" if reason.error else self.unquote(_tidy(reason.text))
        link = self._link(indicator, cells["link"])
        errors = [f for f in self.findings[before:] if f.severity is Severity.ERROR]
        if state is None or any(f.rule == "d.unused" for f in errors):
            return
        if n is not None or d is not None or state is not ValueState.REPORTED or text or errors:
            entry = _with_words(Entry(n, d, state), text, line.current)
            # A blank cell leaves the link that is stored: nothing is deleted by uploading again.
            self.entries[indicator.code] = replace(entry, link=link or (line.current.link if line.current else ""))

    def _link(self, indicator: Indicator, cell: Cell) -> str:
        """The address of the evidence; what no browser would open is not taken, and said so."""
        text = self.unquote(_tidy(cell.text))
        if cell.blank or layout.is_link(text):
            return "" if cell.blank else text
        self.tell(Severity.WARNING, "cell.link", f"{indicator.name}：佐证链接“{text[:40]}”不是网址，没有读取。",
                  "请填以 http:// 或 https:// 开头的地址；文件请在填报页的“佐证材料”里上传。", cell, indicator.code)  # fmt: skip
        return ""

    def _spread(self, cell: Cell) -> Cell:
        """A state or reason merged over several rows holds for all of them."""
        merged = self.sheet.merge_over(cell.row, cell.column)
        return self.sheet.cell(merged[0], merged[1]) if merged and merged[1] == cell.column else cell

    def _state(self, indicator: Indicator, cell: Cell) -> ValueState | None:
        if cell.blank:
            return ValueState.REPORTED
        state = layout.STATE_WORDS.get(unicodedata.normalize("NFKC", cell.text).lower())
        if state is None:
            choices = "、".join(choice.label for choice in layout.STATE_CHOICES)
            self.refuse("cell.state", f"{indicator.name}：状态“{cell.text[:20]}”认不出来。",
                        f"请从下拉列表中选择：{choices}。", cell, indicator.code)  # fmt: skip
        return state

    def _number(self, indicator: Indicator, name: str, cell: Cell) -> int | None:
        """One figure in millionths; None when blank or refused (then there is a finding)."""
        try:
            value, note = figure(indicator, name, cell, self.sheet)
        except Refused as refused:
            self.refuse(refused.rule, f"{indicator.name}：{refused.message}", refused.remedy, cell, indicator.code)
            return None
        if note:
            self.tell(Severity.INFO, "cell.read", f"{indicator.name}：{note}。", "", cell, indicator.code)
        return value


def _tidy(text: str) -> str:
    """As a text comes back from a cell: one kind of line break, no invisible characters, trimmed."""
    return Cell(0, 0, re.sub(r"\r\n?", "\n", text)).text


def _with_words(entry: Entry, text: str, current: Entry | None) -> Entry:
    """The one text column as reason or note: a reason where one is owed, a stored text back where it was."""
    same = current is not None and (current.n, current.d, current.state) == (entry.n, entry.d, entry.state)
    if current is not None and same and text == _tidy(layout.remark(current)):
        return current
    owed = entry.state is not ValueState.REPORTED or (current is not None and not same)
    return Entry(entry.n, entry.d, entry.state, reason=text if owed else "", note="" if owed else text)
