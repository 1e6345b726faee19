"""The other pieces of a document: headings, key figures, pictures, signatures, the contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reportlab.platypus import Flowable
from reportlab.platypus.doctemplate import IndexingFlowable

from reports import codes, theme
from reports.lines import Lines, Style, balanced_lines, break_lines, shorten
from reports.svg import Vector
from reports.tagging import END, artifact, tagged
from reports.typefaces import BOLD, REGULAR, text_width


class Heading(Lines):
    """A heading; the page template bookmarks it and tells the contents its page. Level 0 is the title of an annex."""

    def __init__(self, text: str, level: int, key: str, style: Style) -> None:
        super().__init__(text, style)
        self.level = level
        self.key = key
        self.role = f"H{max(1, level)}"

    def split(self, _width: float, _height: float) -> list[Flowable]:
        return []


class Contents(IndexingFlowable):
    """目录. The headings are known beforehand, so only the page numbers take a second pass."""

    _LOOSE, _TIGHT = 23.0, 18.0  # between lines; a list that is a little too long for its page is set tighter
    _SIZE = 12.0

    def __init__(self, headings: Sequence[Heading], pages: dict[str, int], room: float) -> None:
        super().__init__()
        leading = room / len(headings)
        self._leading = self._LOOSE if leading < self._TIGHT else min(self._LOOSE, leading)
        self._room = room
        self._headings = headings
        self._pages = pages  # filled by the page template while it builds
        self._printed: dict[str, int] = {}

    def isIndexing(self) -> int:  # noqa: N802  ReportLab's name
        return 1

    def isSatisfied(self) -> bool:  # noqa: N802  ReportLab's name
        return self._printed == self._pages

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width, self.height = width, len(self._headings) * self._leading
        return width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        fit = int(height / self._leading)
        return (
            [Contents(part, self._pages, self._room) for part in (self._headings[:fit], self._headings[fit:])]
            if fit
            else []
        )

    def beforeBuild(self) -> None:  # noqa: N802  ReportLab's name
        self._printed = dict(self._pages)

    def draw(self) -> None:
        canvas, y = self.canv, self.height
        canvas.setFillColor(theme.INK)
        for heading in self._headings:
            y -= self._leading
            face = BOLD if heading.level <= 1 else REGULAR
            left = max(0, heading.level - 1) * 2 * self._SIZE
            page = str(self._pages.get(heading.key, ""))
            text = shorten(heading.text, face, self._SIZE, self.width - left - 50)
            end = self.width - text_width(page, REGULAR, self._SIZE)
            tags = canvas.tags
            item = tags.element(("TOC", heading.key), "TOCI", tags.element("TOC", "TOC"))
            link = tags.element(("link", heading.key), "Link", item)
            canvas.addLiteral(tags.begin(canvas, link))
            canvas.setFont(face, self._SIZE)
            canvas.drawString(left, y, text)
            canvas.setFont(REGULAR, self._SIZE)
            canvas.drawString(end, y, page)
            canvas.addLiteral(END)
            start = left + text_width(text, face, self._SIZE)
            with artifact(canvas):
                canvas.setStrokeColor(theme.MUTED)
                canvas.setLineWidth(0.6)
                canvas.setDash(0.8, 3)
                canvas.line(start + 6, y + 3, end - 6, y + 3)
                canvas.setDash()
            words = f"{heading.text}，第 {page} 页"
            tags.link(canvas, link, heading.key, words, (left, y - 4, self.width, y + self._SIZE))


class KeyFigure(NamedTuple):
    label: str
    value: str
    change: str = ""


class KeyFigures(Flowable):
    """Up to four large figures side by side, each with its label and its change."""

    MOST = 4
    _HEIGHT = 76.0
    _GAP = 8.0
    _LABEL = 9.0  # points

    def __init__(self, figures: Sequence[KeyFigure]) -> None:
        super().__init__()
        self.spaceBefore, self.spaceAfter = 6, 10
        self._figures = figures

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width, self.height = width, self._HEIGHT
        return width, self.height

    def draw(self) -> None:
        count = len(self._figures)
        wide = (self.width - self._GAP * (count - 1)) / count
        for place, figure in enumerate(self._figures):
            self._card(figure, place * (wide + self._GAP), wide)

    def _card(self, figure: KeyFigure, left: float, wide: float) -> None:
        canvas, room = self.canv, wide - 20
        with artifact(canvas):
            canvas.setFillColor(theme.TINT)
            canvas.rect(left, 0, wide, self._HEIGHT, stroke=0, fill=1)
            canvas.setFillColor(theme.MAIN)
            canvas.rect(left, self._HEIGHT - 2, wide, 2, stroke=0, fill=1)
        size = min(20.0, 20 * room / max(room, text_width(figure.value, BOLD, 20)))
        label = break_lines(figure.label, REGULAR, self._LABEL, room)
        top = 59 if len(label) == 1 else 64
        change = break_lines(figure.change, REGULAR, 9, room)
        lines = [
            (label[0].text, REGULAR, self._LABEL, top, theme.MUTED),
            ("".join(line.text for line in label[1:]), REGULAR, self._LABEL, top - 11, theme.MUTED),
            (figure.value, BOLD, size, 35 if len(label) == 1 else 32, theme.MAIN),
            (change[0].text, REGULAR, 9, 20, theme.INK),
            ("".join(line.text for line in change[1:]), REGULAR, 9, 8, theme.INK),
        ]
        with tagged(canvas, "P", (self, figure)):
            for text, face, points, y, colour in lines:
                canvas.setFont(face, points)
                canvas.setFillColor(colour)
                canvas.drawString(left + 10, y, shorten(text, face, points, room))


class Picture(Flowable):
    """A drawing with its caption below, never apart; a little smaller where it then fits on the page."""

    _SMALLEST = 0.8  # of its size: nine points of text come out as seven

    def __init__(self, drawing: Vector, caption: str, style: Style) -> None:
        super().__init__()
        self.spaceBefore, self.spaceAfter = 6, 12
        self._drawing = drawing
        self._caption = caption
        self._style = style

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        style, whole = self._style, self._drawing.height
        self._lines = balanced_lines(self._caption, style.face, style.size, width)
        self._foot = 6 + len(self._lines) * style.leading
        fits = (height - self._foot) / whole
        self._scale = fits if self._SMALLEST <= fits < 1 else 1.0
        self.width, self.height = width, whole * self._scale + self._foot
        return width, self.height

    def head_height(self) -> float:
        """Height of the smallest that may stand at the foot of a page. After `wrap`."""
        return float(self._drawing.height * self._SMALLEST + self._foot + 1)

    def draw(self) -> None:
        if self._doctemplateAttr("rehearsing"):
            return
        canvas, style = self.canv, self._style
        with tagged(canvas, "Figure", self, alt=self._caption or "图"):
            wide, high = self._drawing.width * self._scale, self._drawing.height * self._scale
            self._drawing.draw_on(canvas, (self.width - wide) / 2, self.height - high, self._scale)
        y = (len(self._lines) - 1) * style.leading + 4
        with tagged(canvas, "P", (self, "caption")):
            canvas.setFont(style.face, style.size)
            canvas.setFillColor(theme.INK)
            for line in self._lines:
                canvas.drawCentredString(self.width / 2, y, line.text)
                y -= style.leading


class CheckMark(Flowable):
    """Where a report can be checked: its QR code, and beside it what identifies it. Where the last page is full it
    stands, smaller, in the margin below the type area: no page is begun for it."""

    _SIDE, _SMALL = 68.0, 48.0
    _SIZE = 9.0
    _GAP = 14.0  # above it
    _FOOT = 16.0  # from the paper's edge where it stands in the margin: printers leave up to 5 mm white
    _ZEROSIZE = 1  # ReportLab's name: may be placed where nothing is left

    def __init__(self, text: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._text, self._lines = text, lines
        self._modules = codes.modules(text)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        whole = self._GAP + self._SIDE
        self.width, self.height = width, whole if height >= whole else 0.0
        return width, self.height

    def draw(self) -> None:
        if self.height:
            self._place(0, 0, self._SIDE)
            return
        _, below = self.canv.absolutePosition(0, 0)
        self._place(0, self._FOOT - below, self._SMALL)

    def _place(self, x: float, y: float, side: float) -> None:
        canvas = self.canv
        # Squares by hand: as a drawing it would bring a font of its own along, unembedded.
        unit = side / len(self._modules)
        canvas.setFillColor(theme.INK)
        path = canvas.beginPath()
        for row, modules in enumerate(self._modules, 1):
            for column, dark in enumerate(modules):
                if dark:
                    path.rect(x + column * unit, y + side - row * unit, unit, unit)
        with tagged(canvas, "Figure", (self, "code"), alt=f"二维码：{self._text}"):
            canvas.drawPath(path, stroke=0, fill=1)
        leading = side / (len(self._lines) + 1)
        with tagged(canvas, "P", self):
            canvas.setFillColor(theme.MUTED)
            canvas.setFont(REGULAR, self._SIZE)
            for at, line in enumerate(self._lines, 1):
                words = shorten(line, REGULAR, self._SIZE, self.width - side - 8)
                canvas.drawString(x + side + 8, y + side - at * leading, words)


class SignatureLines(Flowable):
    """For every role a line to sign on and a place for the date. Roles of one list stay with what they sign: the
    first lines go to the next page together with what stands before them."""

    _LARGE = 14  # points from which the date leaves more of the line to sign on

    _DATE, _SHORT_DATE = "年　　　月　　　日", "年　　月　　日"

    def __init__(self, roles: Sequence[str], size: float) -> None:
        super().__init__()
        self._roles, self._size = roles, size
        self._high = size + 22

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width, self.height = width, self._high * len(self._roles)
        return width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        fit = int(height / self._high)
        parts = self._roles[:fit], self._roles[fit:]
        return [SignatureLines(part, self._size) for part in parts] if fit else []

    def draw(self) -> None:
        for number, role in enumerate(self._roles, 1):
            self._line(f"{role}（签字）：", self.height - number * self._high)

    def _line(self, role: str, y: float) -> None:
        canvas, size = self.canv, self._size
        words = self._DATE if size < self._LARGE else self._SHORT_DATE
        date = self.width - text_width(words, REGULAR, size)
        role = shorten(role, REGULAR, size, date - 100)
        with tagged(canvas, "P", (self, role, y)):
            canvas.setFont(REGULAR, size)
            canvas.setFillColor(theme.INK)
            canvas.drawString(0, y + 8, role)
            canvas.drawString(date, y + 8, words)
        with artifact(canvas):
            canvas.setStrokeColor(theme.INK)
            canvas.setLineWidth(0.6)
            canvas.line(text_width(role, REGULAR, size) + 4, y + 6, date - 40, y + 6)
