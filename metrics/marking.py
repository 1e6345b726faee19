"""The uploaded workbook handed back: bad cells coloured, the reason and the remedy in a comment, a linked list in front.

Everything else stays (hidden identity, drop-downs, locks, figures), so the corrected file can be
uploaded again. Marks of an earlier round are removed first.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from core.tabular import BadFile, Book, FileKind, open_table, safe_text, text_width
from core.tabular.refusal import MB
from core.tabular.writing import FONT
from metrics import workbook as layout
from metrics.model import Finding, Severity

# openpyxl needs some fifty times a file's unpacked size and visits every cell of a merged range or link:
# files beyond these limits get the list alone.
_UNPACKED_LIMIT = 20 * MB
_CELLS_LIMIT = 300_000
_RANGE = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref=["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")
_HEAD = "【校验】"
_RULE = "\n————————\n"  # between our words and the comment that was there before
_COLUMNS = (("级别", 8), ("位置", 16), ("指标代码", 11), ("问题", 62), ("怎么改", 56), ("看到的内容", 24))
_COLOURS = {Severity.ERROR: layout.ERROR_FILL, Severity.WARNING: layout.WARNING_FILL}
_LINE = Side(style="thin", color=layout.LINE.lstrip("#"))
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def mark(data: bytes, findings: Sequence[Finding], *, limit_mb: int = 20) -> bytes:
    """The upload as .xlsx with its findings marked. Never raises for what a user can do.

    A CSV or an old .xls comes back as a new workbook with its rows; a file that cannot be opened as a list alone.
    """
    book = _editable(data, limit_mb) or _empty()
    for sheet in book.worksheets:
        _clean(sheet)
    if layout.RESULT_SHEET in book.sheetnames:
        del book[layout.RESULT_SHEET]
    listed = [finding for severity in Severity for finding in findings if finding.severity is severity]
    _mark_cells(book, listed)
    _list(book, listed)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _editable(data: bytes, limit_mb: int) -> Workbook | None:
    try:
        opened = open_table(data, "", limit_mb=limit_mb)
    except BadFile:
        return None
    if opened.kind is not FileKind.XLSX:
        cells = sum(len(values) for sheet in opened.sheets for values in sheet.rows.values())
        return _copy(opened) if cells <= _CELLS_LIMIT else None
    try:
        return load_workbook(io.BytesIO(data), rich_text=True) if _bearable(data) else None
    except Exception:  # noqa: BLE001 (openpyxl fails in many ways where calamine did not; the list is still worth having)
        return None


def _bearable(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _UNPACKED_LIMIT:
            return False
        cells = 0
        for part in archive.namelist():
            for left, top, right, bottom in _RANGE.findall(archive.read(part)):
                across = column_index_from_string(right.decode()) - column_index_from_string(left.decode()) + 1
                cells += across * (int(bottom) - int(top) + 1)
    return cells <= _CELLS_LIMIT


def _empty() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _copy(opened: Book) -> Workbook:
    """The values of a file that cannot be marked itself, as text where they were text."""
    book = _empty()
    for source in opened.sheets:
        sheet = book.create_sheet(source.name)
        sheet.sheet_state = "visible" if source.visible else "veryHidden"
        for cells in source.cells():
            for cell in cells:
                if not cell.blank:
                    number = cell.number if opened.kind is FileKind.XLS else None
                    _write(sheet, cell.row, cell.column, float(number) if number is not None else cell.text)
        for column in range(1, sheet.max_column + 1):
            widest = max(text_width(str(row[0].value or "")) for row in sheet.iter_rows(min_col=column, max_col=column))
            sheet.column_dimensions[get_column_letter(column)].width = min(max(widest + 3, 10), 50)
    return book


def _write(sheet: Worksheet, row: int, column: int, value: float | str) -> Cell:
    """Write a number, or text that stays text: openpyxl takes a leading “=” for a formula."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # only sheets of our own making, without merged cells
    if isinstance(value, str):
        cell.value = _printable(value)
        cell.data_type = "s"
        cell.quotePrefix = safe_text(value) != value
    else:
        cell.value = value
    return cell


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c if c >= " " or c in "\n\t" else " " for c in text)


# -- cells -----------------------------------------------------------------------


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour.lstrip("#"))


def _clean(sheet: Worksheet) -> None:
    """Take back the marks of an earlier round; a cell is white or grey again as it is open or locked."""
    # Not iter_rows: it would create every cell up to the farthest one.
    for cell in list(sheet._cells.values()):  # noqa: SLF001
        if not isinstance(cell, Cell) or cell.comment is None:
            continue
        words = cell.comment.text
        if words.startswith(_HEAD):
            words = words.partition(_RULE)[2]
            grey = cell.protection.locked and sheet.protection.sheet
            cell.fill = _fill(layout.LOCKED_FILL if grey else layout.INPUT_FILL)
        _comment(cell, words)


def _comment(cell: Cell, words: str) -> None:
    """Set a comment with a box that shows all of it; loaded comments have lost their size."""
    if not words:
        cell.comment = None
        return
    words = _printable(words)
    lines = sum(max(1, -(-text_width(line) // 38)) for line in words.split("\n"))
    cell.comment = Comment(words, "智评", width=290, height=min(24 + 17 * lines, 420))


def _mark_cells(book: Workbook, findings: Sequence[Finding]) -> None:
    by_cell: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.cell and finding.sheet in book.sheetnames and finding.severity in _COLOURS:
            by_cell.setdefault((finding.sheet, _anchor(book[finding.sheet], finding.cell)), []).append(finding)
    for (name, place), here in by_cell.items():
        cell = book[name][place]
        words = "\n".join(f"{finding.message}{finding.remedy}" for finding in here)
        before = cell.comment.text if cell.comment else ""
        _comment(cell, f"{_HEAD}{here[0].severity.label}\n{words}" + (f"{_RULE}{before}" if before else ""))
        cell.fill = _fill(_COLOURS[here[0].severity])


def _anchor(sheet: Worksheet, place: str) -> str:
    """Only the first cell of a merged range can be coloured."""
    for merged in sheet.merged_cells.ranges:
        if place in merged:
            return str(merged.start_cell.coordinate)
    return place


# -- the list --------------------------------------------------------------------


def _list(book: Workbook, findings: Sequence[Finding]) -> None:
    sheet = book.create_sheet(layout.RESULT_SHEET, 0)
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    sheet.sheet_view.showGridLines = False
    summary = f"错误 {counts[Severity.ERROR]} 处，提醒 {counts[Severity.WARNING]} 处，说明 {counts[Severity.INFO]} 条。"
    advice = (
        "请改正红色的格子（点“位置”可直接跳过去），保存后重新上传这个文件。"
        if counts[Severity.ERROR]
        else "没有错误，可以提交；黄色的格子请核对，确实无误的写明原因。"
    )
    _line(sheet, 1, "校验结果", Font(name=FONT, size=16, bold=True, color=layout.BLUE.lstrip("#")), 30)
    _line(sheet, 2, summary + (advice if findings else "没有发现问题。"), Font(name=FONT, size=11, bold=True), 22)
    head_font = Font(name=FONT, size=10, bold=True)
    for column, (title, width) in enumerate(_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        _style(_write(sheet, 4, column, title), head_font, _fill(layout.BLUE_FILL))
    for row, finding in enumerate(findings, start=5):
        _finding(book, sheet, row, finding)
    sheet.freeze_panes = "A5"
    sheet.auto_filter.ref = f"A4:{get_column_letter(len(_COLUMNS))}{max(4 + len(findings), 5)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _line(sheet: Worksheet, row: int, text: str, font: Font, height: float) -> None:
    cell = _write(sheet, row, 1, text)
    cell.font, cell.alignment = font, Alignment(vertical="center")
    sheet.row_dimensions[row].height = height


def _style(cell: Cell, font: Font, fill: PatternFill | None = None) -> None:
    cell.font, cell.border = font, _BOX
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    if fill is not None:
        cell.fill = fill


def _finding(book: Workbook, sheet: Worksheet, row: int, finding: Finding) -> None:
    place = finding.cell or ("整个文件" if not finding.code else "整行")
    plain = Font(name=FONT, size=10)
    texts = (finding.severity.label, place, finding.code, finding.message, finding.remedy, finding.seen)
    for column, text in enumerate(texts, start=1):
        _style(_write(sheet, row, column, text), plain)
    if finding.severity in _COLOURS:
        sheet.cell(row, 1).fill = _fill(_COLOURS[finding.severity])
    if finding.cell and finding.sheet in book.sheetnames:
        quoted = finding.sheet.replace("'", "''")
        link = sheet.cell(row, 2)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{finding.cell}", display=place)
        link.font = Font(name=FONT, size=10, underline="single", color=layout.BLUE.lstrip("#"))
    need = max(-(-text_width(text) // (width - 1)) for text, (_, width) in zip(texts, _COLUMNS, strict=True))
    sheet.row_dimensions[row].height = 8 + 15 * max(1, need)
