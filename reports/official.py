"""What only official papers have: dates in full, the list of attachments, and who issues the paper and when
(GB/T 9704-2012, 7.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlab.platypus import Flowable

from reports.lines import ASCENT, Line, Style, break_lines
from reports.tagging import tagged
from reports.typefaces import text_width

_INDENT = 2  # characters before 附件
_RIGHT = 4  # characters after 成文日期, which the seal covers
_DAY = re.compile(r"(?<![0-9A-Za-z-])(\d{4})-(\d\d)-(\d\d)(?![0-9A-Za-z-])")
_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d{4}年\d+月\d+日)|(?<=日) (?=[\u4e00-\u9fff])")


def long_dates(text: str) -> str:
    """公示期：2026年7月7日至2026年7月13日: days in running text as offices write them; tables keep the short form."""
    written = _DAY.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", text)
    return _APART.sub("", written) if written != text else text


class Attachments(Flowable):
    """附件：1. …, a line below the text; the names stand below each other, and so do the lines of a long one."""

    def __init__(self, names: Sequence[str], style: Style) -> None:
        super().__init__()
        self.spaceBefore = style.leading
        self._style = style
        marks = [f"{number}. " if len(names) > 1 else "" for number in range(1, len(names) + 1)]
        self._items = list(zip(marks, names, strict=True))

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        style = self._style
        self._left = (_INDENT + len("附件：")) * style.size
        self._hang = max(text_width(mark, style.face, style.size) for mark, _ in self._items)
        room = width - self._left - self._hang
        self._lines = [(mark, break_lines(name, style.face, style.size, room)) for mark, name in self._items]
        self.width, self.height = width, sum(len(lines) for _, lines in self._lines) * style.leading
        return width, self.height

    def draw(self) -> None:
        style = self._style
        y = self.height - (style.leading - style.size) / 2 - ASCENT * style.size
        pen = self.canv.beginText()
        pen.setFont(style.face, style.size)
        pen.setFillColor(style.colour)
        pen.setTextOrigin(_INDENT * style.size, y)
        pen.textOut("附件：")
        for mark, lines in self._lines:
            for number, line in enumerate(lines):
                left = self._left if mark and not number else self._left + self._hang
                pen.setTextOrigin(left, y)
                pen.textOut(line.text if number else mark + line.text)
                y -= style.leading
        with tagged(self.canv, "P", self):
            self.canv.drawText(pen)


class Closing(Flowable):
    """The issuing organ above the middle of the date, which ends four characters before the edge; both lines
    stay on one page, with two free lines above them for the seal."""

    _FREE = 2

    def __init__(self, organ: str, day: str, style: Style) -> None:
        super().__init__()
        self._organ, self._day, self._style = organ, day, style

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        style = self._style
        self._lines = break_lines(self._organ, style.face, style.size, width - 2 * _RIGHT * style.size)
        self.width, self.height = width, (self._FREE + len(self._lines) + 1) * style.leading
        return width, self.height

    def draw(self) -> None:
        style = self._style
        day = text_width(self._day, style.face, style.size)
        right = self.width - _RIGHT * style.size
        y = self.height - self._FREE * style.leading - (style.leading - style.size) / 2 - ASCENT * style.size
        with tagged(self.canv, "P", self):
            self.canv.setFont(style.face, style.size)
            self.canv.setFillColor(style.colour)
            for line in [*self._lines, Line(self._day, 0, last=True)]:
                half = text_width(line.text, style.face, style.size) / 2
                middle = min(right - day / 2, self.width - half)  # a long name would run over the edge
                self.canv.drawCentredString(middle, y, line.text)
                y -= style.leading
