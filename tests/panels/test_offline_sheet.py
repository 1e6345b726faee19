"""The offline sheet: out, marked by hand, in again; strange files; two places at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from core import clock
from core.errors import Conflict
from core.settings import settings
from core.words import SheetDoor, SheetState
from panels import recusal_service, sheet_book, sheet_queries, sheet_reading, sheet_service
from panels.sheet_reading import Preview
from tests.panels.support import Panel, prepare
from tests.support import Cast

Edit = Callable[[Any], None]


@pytest.fixture
def panel(cast: Cast) -> Panel:
    made = prepare(cast)
    made.open()
    return made


def who(panel: Panel, place: int = 0) -> Any:
    return list(panel.judges.values())[place]


def workbook(panel: Panel, place: int = 0) -> bytes:
    own = sheet_queries.own(who(panel, place), panel.review_id)
    return sheet_book.build(own, made_at=clock.now(), secret=settings().secret())


def edited(data: bytes, edit: Edit) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(**cells: object) -> Edit:
    """Write cells of the marking sheet: entry and place, such as A1=90 for entry A, the first criterion."""

    def edit(book: Any) -> None:
        sheet = book[sheet_book.SHEET]
        rows = {sheet.cell(row, 1).value: row for row in range(5, sheet.max_row + 1)}
        for name, value in cells.items():
            sheet.cell(rows[name[0]], 3 + int(name[1:])).value = value

    return edit


def read(panel: Panel, data: bytes, place: int = 0) -> Preview:
    own = sheet_queries.own(who(panel, place), panel.review_id)
    return sheet_reading.read(data, "离线评分表.xlsx", own, secret=settings().secret())


def keep(panel: Panel, found: Preview) -> int:
    drafts = {line.sheet.entry.id: (line.data, line.sheet.number) for line in found.lines if line.changes}
    return sheet_service.save_many(who(panel), panel.review_id, drafts, door=SheetDoor.WORKBOOK)


def marks(panel: Panel, code: str) -> dict[str, int]:
    sheet = sheet_queries.own(who(panel), panel.review_id).of(panel.entries[code])
    assert sheet is not None
    return dict(sheet.marks)


def test_marks_come_back_and_the_same_file_again_changes_nothing(panel: Panel) -> None:
    data = edited(workbook(panel), put(A1=90, A2=0, A3="８５", A4="77.0", B1=60))
    found = read(panel, data)
    assert [(line.sheet.entry.code, line.words) for line in found.lines] == [
        ("A", "新增"),
        ("B", "新增"),
        ("C", "相同"),
    ]
    assert found.findings == ()
    assert keep(panel, found) == 2
    assert marks(panel, "A") == {"need": 9000, "design": 0, "effect": 8500, "spread": 7700}  # a blank is not a zero
    assert marks(panel, "C") == {}
    again = read(panel, data)
    assert [line.changes for line in again.lines] == [(), (), ()]
    assert keep(panel, again) == 0
    sheet = sheet_queries.own(who(panel), panel.review_id).of(panel.entries["A"])
    assert sheet is not None and sheet.state is SheetState.DRAFT
    assert [row.door for row in sheet_queries.savings(who(panel), panel.review_id, panel.entries["A"])] == [
        SheetDoor.WORKBOOK
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("九十", "A：“需求”：“九十”不是数字。"),
        (101, "A：“需求”应在 0 到 100 之间，不能是 101。"),
        (-1, "A：“需求”应在 0 到 100 之间，不能是 -1。"),
        (80.555, "A：“需求”最多两位小数。"),
        ("90%", "A：“需求”是百分数，请填分数。"),
        ("=1/0", "A：“需求”是公式错误 （没有结果）。"),
    ],
)
def test_a_wrong_mark_costs_its_own_row(panel: Panel, value: object, words: str) -> None:
    found = read(panel, edited(workbook(panel), put(A1=value, B1=60)))
    assert [(finding.message, finding.cell) for finding in found.findings] == [(words, "D5")]
    assert [line.sheet.entry.code for line in found.lines] == ["B", "C"]


def tampered(book: Any) -> None:
    book[sheet_book.META].cell(3, 2).value = "2"


def headless(book: Any) -> None:
    book[sheet_book.SHEET].delete_rows(3)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (tampered, "表里的身份信息（隐藏表）被改动过，或者不是本系统生成的。"),
        (headless, "找不到“评分表”的标识行，可能被删除了。"),
        (lambda book: book.remove(book[sheet_book.META]), "这不是从“我的评审”页下载的离线评分表。"),
    ],
)
def test_a_strange_file_is_refused_with_its_remedy(panel: Panel, edit: Edit, words: str) -> None:
    found = read(panel, edited(workbook(panel), edit))
    assert found.refused
    assert [(finding.message, finding.remedy) for finding in found.findings] == [(words, sheet_reading.FRESH)]


def test_another_judges_sheet_is_refused(panel: Panel) -> None:
    found = read(panel, workbook(panel, 1))
    assert [finding.message for finding in found.findings] == ["这是另一位评委的离线评分表。"]


def test_no_file_at_all(panel: Panel) -> None:
    assert read(panel, b"%PDF-1.7").refused


def test_rows_sorted_doubled_and_made_up(panel: Panel) -> None:
    def mess(book: Any) -> None:
        sheet = book[sheet_book.SHEET]
        first, last = ([cell.value for cell in sheet[row]] for row in (5, 7))
        for column, (one, other) in enumerate(zip(first, last, strict=True), start=1):
            sheet.cell(5, column).value, sheet.cell(7, column).value = other, one
        sheet.cell(9, 1).value, sheet.cell(9, 4).value = "B", 10
        sheet.cell(10, 1).value, sheet.cell(10, 4).value = "Z", 10
        sheet.cell(5, 4).value = 33

    found = read(panel, edited(workbook(panel), mess))
    assert [(finding.rule, finding.cell) for finding in found.findings] == [("row.twice", "A9"), ("row.unknown", "A10")]
    assert [(line.sheet.entry.code, line.data.in_hundredths()) for line in found.lines] == [
        ("C", {"need": 3300}),
        ("A", {}),
    ]


def test_what_was_saved_elsewhere_meanwhile_is_said_and_kept_unless_chosen(panel: Panel) -> None:
    data = edited(workbook(panel), put(A1=90, B1=60))
    panel.mark(who(panel).name, "A", 50, submit=False)
    found = read(panel, data)
    lines = {line.sheet.entry.code: line for line in found.lines}
    assert (lines["A"].words, lines["B"].words) == ("两处都改过", "新增")
    assert lines["A"].changes[0] == ("需求", "50", "90")
    # Between looking and saving somebody saves again: nothing of the file goes in.
    panel.mark(who(panel).name, "B", 40, submit=False)
    with pytest.raises(Conflict):
        keep(panel, found)
    assert marks(panel, "A")["need"] == 5000


def test_entries_to_step_aside_from_and_those_handed_in_are_not_in_it(panel: Panel) -> None:
    data = workbook(panel)
    panel.mark(who(panel).name, "A", 50)
    recusal_service.declare(who(panel), panel.review_id, panel.entries["B"], "配偶在该单位任职")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(panel)))[sheet_book.SHEET]
    assert [sheet.cell(row, 1).value for row in range(5, sheet.max_row + 1)] == ["C"]
    found = read(panel, edited(data, put(A1=90, B1=60, C1=70)))
    assert [line.sheet.entry.code for line in found.lines] == ["C"]
    assert [finding.message for finding in found.findings] == [
        "A 已提交，表里的分数不读取。",
        "没有编号为“B”的项目，或不归您评。",
    ]
