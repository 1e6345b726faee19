"""An offline sheet that comes back: what it says, what is wrong with it, and how it differs from what is stored.

Nothing a judge can do to the file raises: every refusal is a finding. Nothing is stored here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.numbers import parse_number
from core.tabular import BadFile, Cell, Sheet, open_table, plain_text, signing
from metrics.model import Finding, Severity
from panels import sheet_book as layout
from panels.rubric import Rubric, hundredths, points
from panels.sheet_queries import OwnSheet, OwnSheets
from panels.sheet_schemas import SheetIn

FRESH = "请在“我的评审”页重新下载离线评分表，把分数填到新表后上传。"


@dataclass(frozen=True)
class Line:
    """One entry of the workbook. `changes`: (what, stored, in the file). `clash`: it was saved elsewhere since the
    file was made, and differs from the file."""

    sheet: OwnSheet
    data: SheetIn
    changes: tuple[tuple[str, str, str], ...]
    clash: bool
    moved_on: bool  # the entry has another version than when the file was made

    @property
    def words(self) -> str:
        if not self.changes:
            return "相同"
        if self.clash:
            return "两处都改过"
        return "修改" if self.sheet.number else "新增"


@dataclass(frozen=True)
class Preview:
    """What a file would do. `refused`: it is not this judge's sheet and nothing was read."""

    digest: str
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: bool = False

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass
class _Reader:
    own: OwnSheets
    sheet: Sheet
    made: Mapping[int, tuple[int, int]]  # entry id → version of the entry, number of the sheet, when it was made
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def say(
        self, severity: Severity, rule: str, message: str, remedy: str, cell: Cell | None = None, code: str = ""
    ) -> None:
        seen = cell.text if cell else ""
        at = cell.address if cell else ""
        self.findings.append(Finding(severity, rule, message, remedy, self.sheet.name, at, code, seen))


def read(data: bytes, filename: str, own: OwnSheets, *, secret: bytes, limit_mb: int = 20) -> Preview:
    """Read an upload as the offline sheet of this judge and review."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        book = open_table(data, filename, limit_mb=limit_mb)
    except BadFile as bad:
        return Preview(digest, findings=(Finding(Severity.ERROR, bad.rule, bad.message, bad.remedy),), refused=True)
    meta = book.sheet(layout.META)
    problem, made = _whose(meta, own, secret)
    if problem:
        return Preview(digest, findings=(Finding(Severity.ERROR, "identity.sheet", problem, FRESH),), refused=True)
    page, tags = next(((sheet, found) for sheet in book.sheets if (found := _tags(sheet))), (None, None))
    if page is None or tags is None:
        lost = Finding(Severity.ERROR, "identity.columns", "找不到“评分表”的标识行，可能被删除了。", FRESH)
        return Preview(digest, findings=(lost,), refused=True)
    reader = _Reader(own, page, made)
    _rows(reader, *tags)
    return Preview(digest, tuple(reader.lines), tuple(reader.findings))


def _whose(meta: Sheet | None, own: OwnSheets, secret: bytes) -> tuple[str, dict[int, tuple[int, int]]]:
    """What keeps the file from being this judge's sheet, “” for nothing; and what its rows were made from."""
    if meta is None:
        return "这不是从“我的评审”页下载的离线评分表。", {}
    rows = signing.unsigned(meta)
    named = {row[0]: row[1] for row in rows if len(row) == 2}
    if named.get("template") != layout.VERSION:
        return "这是旧版的离线评分表。", {}
    if not signing.genuine(meta, secret):
        return "表里的身份信息（隐藏表）被改动过，或者不是本系统生成的。", {}
    review = own.review
    if named.get("review") != str(review.id):
        return f"这是另一次评审的离线评分表，不是“{review.name}”的。", {}
    if named.get("member") != str(review.standing.member_id):
        return "这是另一位评委的离线评分表。", {}
    if named.get("rubric") != str(review.rubric_version_id):
        return "下载之后评分标准有改动。", {}
    return "", {int(row[1]): (int(row[2]), int(row[3])) for row in rows if row[0] == "row" and len(row) >= 4}


def _tags(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of tags and the column of each; None where there is none."""
    for cells in sheet.cells():
        found = {cell.text: cell.column for cell in cells if cell.text.startswith(layout.TAG)}
        if layout.ENTRY_TAG in found:
            return cells[0].row, found
    return None


def _rows(reader: _Reader, top: int, at: Mapping[str, int]) -> None:
    rubric = reader.own.review.rubric
    by_code = {sheet.entry.code: sheet for sheet in reader.own.sheets}
    seen: set[str] = set()
    for number in sorted(row for row in reader.sheet.rows if row > top + 1):
        key = reader.sheet.cell(number, at[layout.ENTRY_TAG])
        code = plain_text(key.text)
        others = [reader.sheet.cell(number, column) for tag, column in at.items() if tag != layout.ENTRY_TAG]
        if not code:
            if any(not cell.blank for cell in others):
                reader.say(
                    Severity.ERROR, "row.code", f"第 {number} 行没有项目编号。", "请从原表复制编号，或清空这一行。", key
                )
            continue
        sheet = by_code.get(code)
        if sheet is None:
            reader.say(
                Severity.ERROR, "row.unknown", f"没有编号为“{code}”的项目，或不归您评。", "请删去这一行。", key, code
            )
        elif code in seen:
            reader.say(Severity.ERROR, "row.twice", f"{code} 出现了两次，都没有读取。", "请只留一行。", key, code)
            reader.lines = [line for line in reader.lines if line.sheet.entry.code != code]
        elif not sheet.open:
            reader.say(
                Severity.WARNING,
                "row.closed",
                f"{code} {sheet.words}，表里的分数不读取。",
                "需要修改时请先申请解锁。",
                key,
                code,
            )
        else:
            _row(reader, rubric, sheet, number, at)
        seen.add(code)
    missing = [sheet.entry.code for sheet in reader.own.asked if sheet.open and sheet.entry.code not in seen]
    if missing:
        shown = "、".join(missing[:8])
        reader.say(Severity.INFO, "row.missing", f"表里没有 {shown} 等 {len(missing)} 个项目，它们不受影响。", "")


def _row(reader: _Reader, rubric: Rubric, sheet: OwnSheet, number: int, at: Mapping[str, int]) -> None:
    code, bad = sheet.entry.code, False
    marks: dict[str, Decimal] = {}
    reasons: dict[str, str] = {}
    for item in rubric.criteria:
        column = at.get(layout.mark_tag(item.code))
        if column is None:
            reader.say(Severity.ERROR, "column.missing", f"缺少“{item.name}”这一列。", FRESH, code=code)
            return
        cell = reader.sheet.cell(number, column)
        if (wrong := _mark(item.name, cell, marks, item.code)) or (
            item.code in marks and (wrong := item.wrong(hundredths(marks[item.code]) or 0))
        ):
            reader.say(
                Severity.ERROR, "mark.value", f"{code}：{wrong}。", "请改成范围内的数；没有想好的留空。", cell, code
            )
            bad = True
        text = at.get(layout.reason_tag(item.code))
        if text is not None and (words := reader.sheet.cell(number, text).text):
            reasons[item.code] = words[:500]
        elif text is None and sheet.reasons.get(item.code):
            reasons[item.code] = sheet.reasons[item.code]  # there is no column for it, so the file says nothing of it
    comment = at.get(layout.COMMENT_TAG)
    words = reader.sheet.cell(number, comment).text if comment else sheet.comment
    if bad:
        return
    data = SheetIn(marks=marks, reasons=reasons, comment=words[:2000])
    version, saved = reader.made.get(sheet.entry.id, (sheet.entry.number, sheet.number))
    changes = _changes(rubric, sheet, data)
    moved_on = version != sheet.entry.number
    if moved_on:
        reader.say(
            Severity.WARNING,
            "entry.changed",
            f"{code} 的材料在下载之后改过（第 {version} 版 → 第 {sheet.entry.number} 版）。",
            "请打开项目核对改动后再提交。",
            code=code,
        )
    clash = bool(changes) and saved != sheet.number
    reader.lines.append(Line(sheet, data, changes, clash, moved_on))


def _mark(name: str, cell: Cell, marks: dict[str, Decimal], code: str) -> str:
    """Read a mark into `marks`; what is wrong with it, in words."""
    if cell.error or cell.uncalculated:
        return f"“{name}”是公式错误 {cell.error or '（没有结果）'}"
    if cell.is_date:
        return f"“{name}”是日期，不是分数"
    reading = parse_number(cell.number if cell.number is not None else cell.value)
    if reading.error:
        return f"“{name}”：{reading.error}"
    if cell.percent or (isinstance(cell.value, str) and "%" in cell.text):
        return f"“{name}”是百分数，请填分数"
    if reading.value is not None:
        if hundredths(reading.value) is None:
            return f"“{name}”最多两位小数"
        marks[code] = reading.value
    return ""


def _changes(rubric: Rubric, sheet: OwnSheet, data: SheetIn) -> tuple[tuple[str, str, str], ...]:
    marks = data.in_hundredths()
    found = []
    for item in rubric.criteria:
        before, after = sheet.marks.get(item.code), marks.get(item.code)
        if before != after:
            found.append((item.name, _said(before), _said(after)))
        if sheet.reasons.get(item.code, "") != data.reasons.get(item.code, ""):
            found.append(
                (f"{item.name}的理由", sheet.reasons.get(item.code) or "–", data.reasons.get(item.code) or "–")
            )
    if sheet.comment != data.comment:
        found.append(("总评", sheet.comment or "–", data.comment or "–"))
    return tuple(found)


def _said(mark: int | None) -> str:
    return "–" if mark is None else points(mark)
