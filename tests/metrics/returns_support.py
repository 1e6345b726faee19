"""A small return to try things on: one indicator of each kind, and hands to fill the workbook in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from core.numbers import to_micro
from core.periods import Period
from core.words import Direction, Kind, ValueState
from metrics.model import ChangeKind, Entry, Finding, Form, Indicator, Line
from metrics.reading import Upload, read
from metrics.rules import diff, validate
from metrics.template import build
from metrics.workbook import RETURN_SHEET

SECRET = b"a secret of this house"
NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
PERIOD = Period.parse("2026-10")


def entry(n: str | int | None = None, d: str | int | None = None, state: str = "reported", **words: str) -> Entry:
    return Entry(
        None if n is None else to_micro(n), None if d is None else to_micro(d), ValueState(state), **words
    )  # fmt: skip


def indicator(number: int, code: str, kind: Kind, name: str, **more: Any) -> Indicator:
    defaults: dict[str, Any] = {
        "unit": "",
        "n_label": f"{name}数",
        "meaning": f"{name}的含义",
        "formula": f"{name}怎样算",
    }
    return Indicator(id=number, code=code, version=1, name=name, kind=kind, **(defaults | more))


INDICATORS = (
    indicator(
        1, "A1", Kind.RATIO, "按时办结率", unit="%", n_label="按时办结件数", d_label="应办结件数", n_unit="件", d_unit="件",
        factor=100, hard_min=Decimal(0), hard_max=Decimal(100), plausible_min=Decimal(40),
    ),
    indicator(
        2, "A2", Kind.RATIO, "回访满意率", unit="%", n_label="满意人数", d_label="回访人数", n_unit="人", d_unit="人",
        factor=100, hard_min=Decimal(0), hard_max=Decimal(100),
    ),
    indicator(3, "A3", Kind.COUNT, "事件数", unit="件", n_unit="件", decimals=0, direction=Direction.LOWER),
    indicator(
        4, "A4", Kind.MEAN, "平均办结时长", unit="天", n_label="用时合计", d_label="办结件数", n_unit="工作日", d_unit="件",
        direction=Direction.LOWER, hard_max=Decimal(400), plausible_max=Decimal(30),
    ),
    indicator(5, "A5", Kind.INDEX, "自动取数率", unit="%", decimals=1, hard_min=Decimal(-50), hard_max=Decimal(100)),
    indicator(6, "A6", Kind.YES_NO, "是否建立专班", decimals=0),
    indicator(7, "A7", Kind.SCORE, "考核得分率", unit="%", n_label="得分", d_label="满分", n_unit="分", d_unit="分", factor=100),
    indicator(8, "A8", Kind.MONEY, "投入经费", unit="万元", n_unit="万元"),
)  # fmt: skip
CODES = tuple(item.code for item in INDICATORS)

GOOD: dict[str, Entry] = {
    "A1": entry(1152, 1200),
    "A2": entry(95, 100),
    "A3": entry(0),
    "A4": entry("12.5", 10),
    "A5": entry("88.8"),
    "A6": entry(1),
    "A7": entry("96.5", 100),
    "A8": entry("1234567.89"),
}


def form(current: dict[str, Entry] | None = None, **more: Any) -> Form:
    lines = tuple(Line(item, (current or {}).get(item.code)) for item in INDICATORS)
    defaults: dict[str, Any] = {
        "collection_id": 7,
        "collection": "基层智治月度报送",
        "region_code": "330523",
        "region": "安吉县",
        "period": PERIOD,
        "due_on": date(2026, 11, 6),
        "contact": "李研 0571-0000",
        "lines": lines,
    }
    return Form(**(defaults | more))


def template(asked: Form | None = None) -> bytes:
    return build(asked, made_at=NOW, secret=SECRET) if asked else _plain_template()


@cache
def _plain_template() -> bytes:
    return build(form(), made_at=NOW, secret=SECRET)


def upload(data: bytes, asked: Form | None = None, filename: str = "报送.xlsx") -> Upload:
    return read(data, filename, asked or form(), secret=SECRET)


PLACES = upload(template()).where


def edit(data: bytes, change: Callable[[Worksheet, openpyxl.Workbook], object]) -> bytes:
    """The workbook as another program saves it after somebody worked on the return sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[RETURN_SHEET]
    assert isinstance(sheet, Worksheet)
    change(sheet, book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fill(sheet: Worksheet, entries: dict[str, Entry]) -> None:
    for code, given in entries.items():
        for field, micro in (("n", given.n), ("d", given.d)):
            if micro is not None:
                sheet[PLACES[code, field]] = micro / 1_000_000
        if given.state is not ValueState.REPORTED:
            sheet[PLACES[code, "state"]] = given.state.label
        if given.reason or given.note:
            sheet[PLACES[code, "reason"]] = given.reason or given.note


def put(cells: dict[tuple[str, str], Any], data: bytes | None = None) -> bytes:
    """The template with good figures, and then these cells written over."""

    def change(sheet: Worksheet, _: openpyxl.Workbook) -> None:
        fill(sheet, GOOD)
        for place, value in cells.items():
            sheet[PLACES[place]] = value

    return edit(data or template(), change)


@dataclass(frozen=True)
class Checked:
    """An upload with everything there is to say about it."""

    upload: Upload
    findings: list[Finding]

    @property
    def rules(self) -> list[tuple[str, str]]:
        """(rule, cell) of errors and warnings, in the order shown."""
        return [(finding.rule, finding.cell) for finding in self.findings if finding.severity != "info"]

    @property
    def notes(self) -> list[tuple[str, str]]:
        return [(finding.rule, finding.cell) for finding in self.findings if finding.severity == "info"]


def check(data: bytes, asked: Form | None = None, filename: str = "报送.xlsx") -> Checked:
    wanted = asked or form()
    found = upload(data, wanted, filename)
    return Checked(found, validate(wanted, found.entries, where=found.where, sheet=found.sheet, known=found.findings))


def refused(data: bytes, rule: str, *words: str, filename: str = "报送.xlsx", **asked: Any) -> None:
    """The file as a whole is refused by exactly this rule, saying these words, and nothing is saved."""
    wanted = form(**asked)
    checked = check(data, wanted, filename)
    assert checked.rules == [(rule, "")]
    assert checked.upload.refused
    assert dict(checked.upload.entries) == {}
    finding = checked.findings[0]
    assert finding.remedy.startswith("请")
    for word in words:
        assert word in finding.message
    changes = diff(wanted, checked.upload.entries, checked.findings)
    assert {change.kind for change in changes} == {ChangeKind.REJECTED}
