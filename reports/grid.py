"""Tables over many pages: header repeated, numbers to the right, long cells wrapped or continued.

Drawn directly, not with platypus tables: those measure the rest of the table again on every
page, so that ten thousand rows take minutes. Here every row is measured once and a page looks
up, by its height, how many rows it takes; time grows with the number of rows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from reportlab.lib.colors import toColor
from reportlab.platypus import Flowable

from reports import theme
from reports.layouts import REPORT, Layout
from reports.lines import ASCENT, break_lines, cell_pieces, shorten, widest_unit
from reports.tagging import ARTIFACT, END, Element, artifact, tagged
from reports.typefaces import BOLD, REGULAR, text_width

_SMALLEST = 7.5  # points; official papers have nothing smaller than nine
_SMALLEST_OFFICIAL = 9.0
_TAGGED = 1500  # cells up to which each is told apart in the structure; every one costs a hundred bytes
_TALL = 5  # font sizes from which a row may begin a table on a page by itself
_WHOLE = 0.6  # of a page: what a table of name and value may take to stay on one
_TOGETHER = 2  # rows that stay together where a table begins on a page or ends on one
# The rest in font sizes, so that a table set smaller keeps its proportions.
_LEADING = 1.42
_PAD_X = 0.42
_PAD_Y = 0.37
_SAMPLE = 300  # rows that decide the widths, with the longest text of every column
_CRAMPED = 8  # lines of a cell from which the shares that were asked for no longer suit what the columns hold
_FUZZ = 1e-6  # heights are sums of floats
_CUT = 16  # ems from which an unbroken piece (a hash, an address) is cut: the whole table is not set smaller for it
_SHORT = 5.2  # ems up to which a cell is better not wrapped
_NATURAL_LIMIT = 0.45  # share of the width beyond which a column's text is expected to wrap
_NUMBER = re.compile(r"^[+\-−]?[\d,]*\.?\d+\s*[%％‰]?(?:个?百分点)?(?:\s*/\s*[\d,]*\.?\d+)?$|^[–—]$|^不适用$|^$")


_paint = cache(toColor)  # ReportLab reads a colour's name anew for every rule


class Row(NamedTuple):
    cells: list[list[str]]  # lines of each cell
    height: float
    shaded: bool = False


class Table:
    """What a table says and, after `measure`, where each of its rows lies. `align` has one letter a
    column: l, c or r; columns in `labels` are set bold on a tint, for tables of name and value."""

    def __init__(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[float] = (),
        align: str = "",
        caption: str = "",
        labels: Sequence[int] = (),
        layout: Layout = REPORT,
    ) -> None:
        self._header, self._rows, self._shares, self.align = header, rows, widths, align
        self.caption, self.labels, self.layout = caption, labels, layout
        self.title_height = layout.caption.leading + 4 if caption else 0.0
        self.body: list[Row] = []

    def measure(self, width: float, tallest: float) -> None:
        """Wrap every cell once; `tallest` is the height of a page."""
        if self.body:
            return
        columns = [[row[at] for row in self._rows] for at in range(len(self._header) or len(self._rows[0]))]
        self.size, self.columns = _fit(self._header, columns, width, self._shares, self.layout)
        self.align = self.align or "".join(
            "r" if any(column) and all(map(_NUMBER.match, column)) else "l" for column in columns
        )
        self.faces = [BOLD if at in self.labels else REGULAR for at in range(len(columns))]
        self.head = self._row(self._wrapped(self._header, [BOLD] * len(columns))) if self._header else None
        self.lead = (self.head.height if self.head else 0.0) + self.title_height
        most = int((tallest - self.lead - 2 * _PAD_Y * self.size) / (_LEADING * self.size))
        self.body = [] if self._rows else [self._row([["暂无数据"]])]
        for number, texts in enumerate(self._rows):
            cells = self._wrapped(texts, self.faces)
            shaded = number % 2 == 1 and not self.labels
            # A row higher than a page continues on the next.
            for first in range(0, max(map(len, cells)), most):
                self.body.append(self._row([cell[first : first + most] for cell in cells], shaded=shaded))
        self.ends = list(accumulate((row.height for row in self.body), initial=0.0))

    def _wrapped(self, texts: Sequence[str], faces: Sequence[str]) -> list[list[str]]:
        rooms = (width - 2 * _PAD_X * self.size for width in self.columns)
        parts = zip(texts, faces, rooms, strict=True)
        return [
            [line.text for line in break_lines(text, face, self.size, room, pieces=cell_pieces)]
            for text, face, room in parts
        ]

    def _row(self, cells: list[list[str]], *, shaded: bool = False) -> Row:
        return Row(cells, (max(map(len, cells)) * _LEADING + 2 * _PAD_Y) * self.size, shaded)


class Grid(Flowable):
    """The rows `start` to `stop` of a table, as wide as the page, with its header above them. A `whole` one is not
    parted while it takes no more than a good half of a page."""

    def __init__(
        self, table: Table, tallest: float, start: int = 0, stop: int | None = None, *, whole: bool = False
    ) -> None:
        super().__init__()
        self._whole = whole
        self.spaceBefore, self.spaceAfter = 0 if start else 6, 12
        self._table = table
        self._tallest = tallest
        self._start = start
        self._stop = stop

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self._table.measure(width, self._tallest)
        self.width, self.height = width, self._height_to(len(self._table.body) if self._stop is None else self._stop)
        return width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        if self._kept():
            return []
        ends, last = self._table.ends, len(self._table.body) if self._stop is None else self._stop
        fit = bisect_right(ends, ends[self._start] + height - self._table.lead + _FUZZ) - 1
        if fit == last - 1 and fit - self._start > _TOGETHER:
            fit -= 1  # no last row alone on a page of its own
        if fit - self._start < (self._least() if height < self._tallest - 1 else 1):
            return []
        head, tail = (
            Grid(self._table, self._tallest, start, stop) for start, stop in ((self._start, fit), (fit, self._stop))
        )
        tail.spaceAfter = self.spaceAfter
        return [head, tail]

    def head_height(self) -> float:
        """Height of the smallest part that may stand at the foot of a page. After `wrap`."""
        return self.height if self._kept() else self._height_to(min(self._start + self._least(), len(self._table.body)))

    def _kept(self) -> bool:
        return self._whole and self.height <= _WHOLE * self._tallest

    def _least(self) -> int:
        """Rows that may stand at the foot of a page."""
        return 1 if self._table.body[self._start].height > _TALL * self._table.size else _TOGETHER

    def _height_to(self, stop: int) -> float:
        return self._table.lead + self._table.ends[stop] - self._table.ends[self._start]

    def draw(self) -> None:
        if self._doctemplateAttr("rehearsing"):
            return
        canvas, table, top = self.canv, self._table, self.height - self._table.title_height
        rows = table.body[self._start : self._stop]
        if table.caption:
            self._caption()
        with artifact(canvas):
            self._areas(rows, top)  # all areas before the first rule, which they would half cover
            self._rules(rows, top)
        pen = canvas.beginText()
        pen.setFillColor(theme.INK)
        if table.head:
            self._write(pen, -1, table.head, top, [BOLD] * len(table.columns))
            top -= table.head.height
        for number, row in enumerate(rows, self._start):
            self._write(pen, number, row, top, table.faces)
            top -= row.height
        canvas.drawText(pen)

    def _caption(self) -> None:
        canvas, table = self.canv, self._table
        style = table.layout.caption
        text = shorten(f"续{table.caption}" if self._start else table.caption, style.face, style.size, self.width)
        with artifact(canvas) if self._start else tagged(canvas, "P", (table, "caption")):
            canvas.setFillColor(theme.INK)
            canvas.setFont(style.face, style.size)
            canvas.drawCentredString(self.width / 2, self.height - style.size, text)

    def _rules(self, rows: Sequence[Row], top: float) -> None:
        table = self._table
        self._rule(top, 1, table.layout.rule)
        if table.head:
            top -= table.head.height
            self._rule(top, 0.6, table.layout.rule)
        for row in rows:
            top -= row.height
            self._rule(top, 0.4, theme.RULE)
        self._rule(top, 1, table.layout.rule)

    def _areas(self, rows: Sequence[Row], top: float) -> None:
        table = self._table
        if table.head:
            self._area(0, top - table.head.height, self.width, table.head.height, theme.TINT)
            top -= table.head.height
        for at in table.labels:
            self._area(sum(table.columns[:at]), 0, table.columns[at], top, theme.TINT)
        for row in rows:
            top -= row.height
            if row.shaded:
                self._area(0, top, self.width, row.height, theme.SHADE)

    def _area(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.canv.setFillColor(_paint(colour))
        self.canv.rect(x, y, width, height, stroke=0, fill=1)

    def _rule(self, y: float, thickness: float, colour: str) -> None:
        self.canv.setStrokeColor(_paint(colour))
        self.canv.setLineWidth(thickness)
        self.canv.line(0, y, self.width, y)

    def _write(self, pen: Any, number: int, row: Row, top: float, faces: Sequence[str]) -> None:
        """The texts of a row, the header's being number -1."""
        table, size, code = self._table, self._table.size, pen._code  # noqa: SLF001  there is no public way
        marks = self._marks(number, row)
        first = top - (_PAD_Y + (_LEADING - 1) / 2 + ASCENT) * size
        columns = list(zip(table.columns, table.align, faces, strict=True))
        if len(row.cells) < len(columns):  # one message instead of cells
            columns = [(self.width, "c", REGULAR)]
        left, current = 0.0, ""
        for place, (lines, (width, align, face)) in enumerate(zip(row.cells, columns, strict=True)):
            if place < len(marks):
                code += [END, marks[place]] if place else [marks[place]]
            if face != current:
                pen.setFont(face, size)
                current = face
            for at, line in enumerate(lines):
                spare = 0.0 if align == "l" else width - 2 * _PAD_X * size - text_width(line, face, size)
                x = left + _PAD_X * size + (spare / 2 if align == "c" else spare)
                pen.setTextOrigin(x, first - at * _LEADING * size)
                pen.textOut(line)
            left += width
        code.append(END)

    def _marks(self, number: int, row: Row) -> list[str]:
        """What begins each cell of a row, its place in the structure; of a very large table only what begins the row.
        The header is content where the table begins, and an artifact where it is repeated."""
        table, tags = self._table, self.canv.tags
        if number < 0 < self._start:
            return [ARTIFACT]
        if len(table.body) * len(table.columns) > _TAGGED:
            return [tags.begin(self.canv, Element("LI", tags.element(table, "L")))]
        line = tags.element((table, number), "TR", tags.element(table, "Table"))
        cells = (
            Element("TH", line, scope="Column" if number < 0 else "Row")
            if number < 0 or at in table.labels
            else Element("TD", line)
            for at in range(len(row.cells))
        )
        return [tags.begin(self.canv, cell) for cell in cells]


def _fit(
    header: Sequence[str], columns: Sequence[Sequence[str]], width: float, shares: Sequence[float], layout: Layout
) -> tuple[float, list[float]]:
    """Font size and column widths that fill the page: from the shares asked for, or from what the columns hold.

    There are three widths: the longest number or word; short texts on one line; everything on one
    line. Columns stand between the widest of these that all can have and the next. Where not even
    the longest numbers fit side by side the table is set smaller, and only then are they cut.
    """
    size = layout.table_size
    smallest = _SMALLEST if layout.running else _SMALLEST_OFFICIAL
    titles = header or [""] * len(columns)
    if shares and not _unsuited(columns, shares, width, size):
        rooms = [width * share / sum(shares) for share in shares]
        least = (_tiers(title, column, width, size)[0] for title, column in zip(titles, columns, strict=True))
        fits = min((room / need for room, need in zip(rooms, least, strict=True) if need < _CUT * size), default=1.0)
        return max(smallest, size * min(1.0, fits)), rooms
    tiers = [_tiers(title, column, width, size) for title, column in zip(titles, columns, strict=True)]
    levels = [list(level) for level in zip(*tiers, strict=True)]
    for lower, upper in pairwise(levels):
        if sum(lower) <= width < sum(upper):
            spare = (width - sum(lower)) / (sum(upper) - sum(lower))
            return size, [least + (most - least) * spare for least, most in zip(lower, upper, strict=True)]
    chosen = levels[0] if sum(levels[0]) > width else _eased(levels[-1], columns, width, size)
    smaller = max(smallest, size * min(1.0, width / sum(chosen)))
    return smaller, [part * width / sum(chosen) for part in chosen]


def _eased(rooms: Sequence[float], columns: Sequence[Sequence[str]], width: float, size: float) -> list[float]:
    """What is left over goes to the columns whose text still wraps."""
    longest = (text_width(max(column, key=len, default=""), REGULAR, size) + 2 * size for column in columns)
    wants = [max(0.0, most - room) for most, room in zip(longest, rooms, strict=True)]
    given = min(1.0, (width - sum(rooms)) / sum(wants)) if any(wants) else 0.0
    return [room + want * given for room, want in zip(rooms, wants, strict=True)]


def _unsuited(columns: Sequence[Sequence[str]], shares: Sequence[float], width: float, size: float) -> bool:
    """Whether one cell is so long for its column that it alone makes its row high, while others have room to spare."""
    lengths = [text_width(max(column, key=len, default=""), REGULAR, size) for column in columns]
    lines = sorted(length / (width * share / sum(shares)) for length, share in zip(lengths, shares, strict=True))
    return lines[-1] > _CRAMPED and lines[-1] > 2 * sum(lengths) / width


def _tiers(title: str, column: Sequence[str], width: float, size: float) -> tuple[float, float, float]:
    seen = [*column[:_SAMPLE], max(column, key=len, default="")]
    pieces = [*((text, REGULAR) for text in seen), (title, BOLD)]
    natural = max(text_width(line, face, size) for text, face in pieces for line in text.split("\n"))
    longest = max(2 * size, *(widest_unit(text, face, size) for text, face in pieces))
    short = max(longest, min(natural, _SHORT * size))
    edges = 2 * _PAD_X * size + 0.5  # sums of floats may come out a little wider than they were measured
    return longest + edges, short + edges, max(short, min(natural, width * _NATURAL_LIMIT)) + edges
