"""Chinese lines: where they may break, how they are justified, and a flowable that draws them.

ReportLab's own CJK wrapping lets an opening bracket end a line, cuts quoted text and numbers in
two, and cannot justify; its paragraphs also read markup, so that every user's “<” has to be
escaped. These lines take plain text and follow 避头尾: no closing mark begins a line, no opening
mark ends one, numbers and Latin words stay whole, and the space left over is spread evenly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

from reportlab.platypus import Flowable

from reports import theme
from reports.tagging import artifact, tagged
from reports.typefaces import REGULAR, text_width

_OPENING = "（《〈【〔「『“‘［｛"
_CLOSING = "，。、；：？！）》〉】〕」』”’］｝…—％%℃‰"
_LATIN = "!-~¡-ɏ‐-–−"
# What a line never breaks inside: opening marks, a Latin word or number or one character, closing marks.
_UNIT = re.compile(rf"[{_OPENING}]*(?:[{_LATIN}]+|\S)[{_CLOSING}]*[ \u3000]*|\s+")
# What a table's cell does not break inside either, as long as it fits: an interval in its brackets, a month, a number
# with its unit, “第 4 名”.
_NUMERAL = r"[+\-−]?\d[\d,]*(?:\.\d+)?"
_MEASURE = r"个?百分点|个?工作日|万元|元/[^\W\d_]|[个项名分件份家人天元县期处次]"
_PHRASE = re.compile(
    rf"(?:（{_NUMERAL}[%％]? ?(?:至|[–-]) ?{_NUMERAL}[%％]?(?:{_MEASURE})?）"
    rf"|[{_OPENING}]*(?:\d{{4}}年(?:第\d季度|\d{{1,2}}月(?:\d{{1,2}}日)?)?"
    rf"|第 ?\d+ ?[名号版期位]|{_NUMERAL} ?(?:{_MEASURE})))[{_CLOSING}]*[ \u3000]*|{_UNIT.pattern}"
)
# What a title is broken between, if it can be: after a mark, before an opening one.
_CLAUSE = re.compile(rf"[{_OPENING}]*[^{_OPENING}{_CLOSING}\u3000]*[{_CLOSING}]*[ \u3000]*")
_SHORTEST = 0.35  # of the longest line, for lines that are broken so
ASCENT = 0.88  # of the faces, in ems; with the descent it fills the em exactly
# Letters with another letter of the same word behind them: justification does not part the two.
_INNER = re.compile(rf"([{_LATIN}]+(?=[{_LATIN}]))")
_WIDEST_GAP = 0.25  # ems between letters; a line that needs more is left ragged
_INVISIBLE = {"Cf", "Cc", "Cs", "Zl", "Zp"}  # Unicode categories
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def clean(text: object) -> str:
    """Text as it is printed: no control, zero-width or variation characters, plain spaces, `\\n` kept.

    These come with text pasted from web pages and word processors; none is visible, and the
    faces hold none of them.
    """
    seen = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if seen.isascii() and seen.isprintable():
        return seen
    seen = _VARIATION.sub("", unicodedata.normalize("NFC", seen))
    kept = (c for c in seen if c == "\n" or unicodedata.category(c) not in _INVISIBLE)
    return "".join(" " if c != "\u3000" and unicodedata.category(c) == "Zs" else c for c in kept)


class Line(NamedTuple):
    text: str
    spare: float  # points left over
    last: bool  # of its paragraph: not justified


def break_lines(
    text: str,
    face: str,
    size: float,
    width: float,
    indent: float = 0,
    pieces: Callable[[str], list[str]] = _UNIT.findall,
) -> list[Line]:
    """Lines no wider than `width` points, broken between `pieces`; `indent` shortens the first of every paragraph."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        room = width - indent
        line, used = "", 0.0
        whole = text_width(paragraph, face, size) <= room
        for unit in [paragraph] if whole else _small(pieces(paragraph), face, size, width):
            if line and used + text_width(unit.rstrip(), face, size) > room:
                lines.append(_line(line, face, size, room, last=False))
                line, used, room = "", 0.0, width
            rest = unit
            while text_width(rest.rstrip(), face, size) > room:  # wider than a whole line: cut it somewhere
                head = _fitting(rest, face, size, room)
                lines.append(_line(head, face, size, room, last=False))
                rest, room = rest[len(head) :], width
            line, used = line + rest, used + text_width(rest, face, size)
        lines.append(_line(line, face, size, room, last=True))
    return lines


def _small(units: list[str], face: str, size: float, width: float) -> list[str]:
    """The pieces; one wider than a whole line in the smaller ones that it consists of."""
    if all(text_width(unit.rstrip(), face, size) <= width for unit in units):
        return units
    parted = ([unit] if text_width(unit.rstrip(), face, size) <= width else _UNIT.findall(unit) for unit in units)
    return [part for parts in parted for part in parts]


def balanced_lines(text: str, face: str, size: float, width: float, indent: float = 0) -> list[Line]:
    """As many lines as `break_lines` makes, but of like length and broken at punctuation or at least between words:
    a title does not end in one character, and no word of it is cut in two."""
    plain = break_lines(text, face, size, width, indent)
    if len(plain) == 1:
        return plain
    widest = max((text_width(part.rstrip(), face, size) for part in _clauses(text)), default=0.0)
    for pieces, least, narrowest in ((_clauses, _SHORTEST, widest + indent), (_words, 0.0, 2 * size)):
        best = _balanced(text, face, size, width, indent, pieces, len(plain), narrowest)
        lengths = [text_width(line.text, face, size) for line in best]
        if len(best) == len(plain) and min(lengths) >= least * max(lengths):
            return best
    return plain


def _balanced(
    text: str,
    face: str,
    size: float,
    width: float,
    indent: float,
    pieces: Callable[[str], list[str]],
    most: int,
    narrowest: float,
) -> list[Line]:
    """The narrowest block of `most` lines broken between `pieces`, not narrower than `narrowest`."""
    best: list[Line] = []
    room = width
    while room >= narrowest:
        tried = break_lines(text, face, size, room, indent, pieces)
        if len(tried) > most:
            break
        best = [line._replace(spare=line.spare + width - room) for line in tried]
        room -= size / 2
    return best


def cell_pieces(text: str) -> list[str]:
    """What the cells of a table are broken between: figures stay with their unit and intervals in one piece."""
    return _PHRASE.findall(text)


def _clauses(text: str) -> list[str]:
    return [clause for part in text.split("\n") for clause in _CLAUSE.findall(part) if clause]


def _words(text: str) -> list[str]:
    """Units joined to words, as a dictionary knows them."""
    import rjieba

    ends = set(accumulate(map(len, rjieba.cut(text)), initial=0))
    words, at = [""], 0
    for unit in _UNIT.findall(text):
        words += [""] if at in ends and words[-1] else []
        words[-1] += unit
        at += len(unit)
    return words


def _line(text: str, face: str, size: float, room: float, *, last: bool) -> Line:
    text = text.rstrip()
    return Line(text, room - text_width(text, face, size), last)


def _fitting(text: str, face: str, size: float, room: float) -> str:
    used, count = 0.0, 0
    for character in text:
        used += text_width(character, face, size)
        if used > room and count:
            break
        count += 1
    return text[:count]


def widest_unit(text: str, face: str, size: float) -> float:
    """Width of the longest piece that a cell is not broken inside: a column narrower than this cuts numbers."""
    return max((text_width(unit.rstrip(), face, size) for unit in _PHRASE.findall(text)), default=0.0)


def shorten(text: str, face: str, size: float, width: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if text_width(text, face, size) <= width:
        return text
    return _fitting(text, face, size, width - text_width("…", face, size)) + "…"


@dataclass(frozen=True)
class Style:
    """How lines look. Lengths in points; `indent` in ems, for the first line of a paragraph."""

    size: float
    leading: float
    face: str = REGULAR
    colour: str = theme.INK
    align: str = "left"  # left, right, centre, justify
    indent: float = 0
    left: float = 0
    before: float = 0
    after: float = 0
    panel: str = ""  # background colour, with a bar at the left
    least: int = 2  # lines that stay together at the end and at the beginning of a page


class Lines(Flowable):
    """Text in one style, breaking over pages between its lines."""

    role = "P"  # in the structure of the document

    def __init__(self, text: str, style: Style, *, lines: list[Line] | None = None) -> None:
        super().__init__()
        self.text = text
        self.style = style
        self._lines = lines
        self._indented = True  # begins a paragraph
        self._key: object = self  # parts of one text are one element
        self.spaceBefore, self.spaceAfter = style.before, style.after

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        style = self.style
        self.width = width
        if self._lines is None:
            indent = style.indent * style.size
            breaking = balanced_lines if style.align == "centre" else break_lines
            self._lines = breaking(self.text, style.face, style.size, width - self._sides(), indent)
        self.height = len(self._lines) * style.leading + 2 * self._pad()
        return width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        lines, least = self._lines or [], self.style.least
        fit = int((height - 2 * self._pad()) / self.style.leading)
        fit = min(fit, len(lines) - least)
        if fit < least:
            return []
        head = Lines(self.text, replace(self.style, after=0), lines=lines[:fit])
        tail = Lines(self.text, replace(self.style, before=0), lines=lines[fit:])
        head._indented, tail._indented = self._indented, False
        head._key = tail._key = self._key
        tail.spaceAfter = self.spaceAfter
        return [head, tail]

    def head_height(self) -> float:
        """Height of the smallest part that may stand at the foot of a page. After `wrap`."""
        lines, least = len(self._lines or ()), self.style.least
        least = lines if lines < 2 * least else least  # too few to be parted
        return float(least * self.style.leading + 2 * self._pad())

    def draw(self) -> None:
        style, canvas = self.style, self.canv
        if style.panel:
            with artifact(canvas):
                canvas.setFillColor(style.panel)
                canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
                canvas.setFillColor(theme.MAIN)
                canvas.rect(0, 0, 3, self.height, stroke=0, fill=1)
        y = self.height - self._pad() - (style.leading - style.size) / 2 - ASCENT * style.size
        pen = canvas.beginText()
        pen.setFont(style.face, style.size)
        pen.setFillColor(style.colour)
        starts_paragraph = self._indented
        for line in self._lines or ():
            indent = style.indent * style.size if starts_paragraph else 0
            self._write(pen, line, style.left + self._pad() + indent, y)
            starts_paragraph = line.last
            y -= style.leading
        with tagged(canvas, self.role, self._key):
            canvas.drawText(pen)

    def _write(self, pen: Any, line: Line, x: float, y: float) -> None:
        style = self.style
        x += {"right": line.spare, "centre": line.spare / 2}.get(style.align, 0)
        pen.setTextOrigin(x, y)
        pieces = _INNER.split(line.text)  # every second one is the inside of a word
        gap = line.spare / max(1, sum(map(len, pieces[::2])) - 1)
        if style.align != "justify" or line.last or gap > _WIDEST_GAP * style.size:
            pen.textOut(line.text)
            return
        for place, piece in enumerate(pieces):
            pen.setCharSpace(0 if place % 2 else gap)
            pen.textOut(piece)
        pen.setCharSpace(0)

    def _pad(self) -> float:
        return self.style.size * 0.7 if self.style.panel else 0

    def _sides(self) -> float:
        return self.style.left + 2 * self._pad()
