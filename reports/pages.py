"""The paper: A4 with the type area of GB/T 9704-2012, cover, running head and foot, outline.

Type area 156 × 225 mm, 37 mm from the top and 28 mm from the left. The page number stands 7 mm
below it as “— 1 —”, one character in from the outer edge: right on odd pages, left on even ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from core.clock import beijing, show
from reports import theme
from reports.blocks import Heading
from reports.layouts import HEIGHT, WIDTH, Layout
from reports.lines import Lines, Style, shorten
from reports.tagging import Tags, artifact, tagged
from reports.typefaces import BOLD, REGULAR, text_width

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_LEFT = 28 * mm
_BOTTOM = _PAGE_HEIGHT - 37 * mm - HEIGHT
_RIGHT = _LEFT + WIDTH
_NUMBER_SIZE = 14  # 四号
_SMALL = 8
_WATERMARK = "#EEF1F4"

_COVER_TITLE = Style(26, 42, face=BOLD, align="centre")
_COVER_SUBTITLE = Style(16, 28, colour=theme.MUTED, align="centre")
_COVER_FOOT = Style(16, 30, align="centre")


@dataclass(frozen=True)
class Imprint:
    """What identifies a report: printed on the cover and every page, and kept in the file's properties."""

    title: str
    subtitle: str
    organisation: str
    number: str
    digest: str
    as_of: datetime
    demo: bool
    layout: Layout

    @property
    def stamp(self) -> str:
        """“校验 … · 数据截至 …（北京时间）”, which lets a printed page be traced to its figures."""
        check = f"校验 {self.digest[:12]} · " if self.digest else ""
        return f"{check}数据截至 {show(self.as_of)}（北京时间）"

    @property
    def facts(self) -> str:
        """The stamp with the report's number before it."""
        return f"编号 {self.number} · {self.stamp}" if self.number else self.stamp


class _AsOf(TimeStamp):
    """The file's dates: the report's own, so that equal reports are equal files."""

    def __init__(self, at: datetime) -> None:
        super().__init__(invariant=1)
        self.t = at.timestamp()
        self.lt = at.utctimetuple()
        self.YMDhms = tuple(self.lt)[:6]


class Pages(BaseDocTemplate):
    """Lays out a story. `numbers` receives the page number of every heading, by its key.

    When the headings are `listed` in a table of contents there are two passes. The first, the
    rehearsal, only finds the page numbers, and large pieces need not draw themselves in it.
    """

    def __init__(self, out: BytesIO, imprint: Imprint, first: str, numbers: dict[str, int], *, listed: bool) -> None:
        super().__init__(
            out,
            pagesize=A4,
            title=imprint.title,
            author=imprint.organisation,
            subject=imprint.subtitle or imprint.title,
            keywords=[word for word in (imprint.number, imprint.digest) if word],
            creator="智评",
            producer="智评",
            lang="zh-CN",
            displayDocTitle=True,
            invariant=1,
            initialFontName=REGULAR,
            initialFontSize=10,
        )
        self._imprint = imprint
        self._numbers = numbers
        self._listed = listed
        self.rehearsing = False
        self._before_body: int | None = None  # pages before the one numbered 1, once that is known
        self._outline_depth = 0
        makers = {"cover": self._cover, "front": self._front, "body": self._body}
        templates = [PageTemplate(name, [self._type_area(name)], onPage=maker) for name, maker in makers.items()]
        self.addPageTemplates(sorted(templates, key=lambda template: template.id != first))

    @staticmethod
    def _type_area(name: str) -> Frame:
        return Frame(
            _LEFT, _BOTTOM, WIDTH, HEIGHT, id=name, leftPadding=0, bottomPadding=0, rightPadding=0, topPadding=0
        )

    def beforeDocument(self) -> None:  # noqa: N802  ReportLab's name
        self._before_body = None
        self._outline_depth = 0
        self.rehearsing = self._listed and not self._numbers
        self.canv.tags = Tags()
        self.canv._doc._timeStamp = _AsOf(self._imprint.as_of)  # noqa: SLF001  there is no public way

    def _endBuild(self) -> None:  # noqa: N802  ReportLab's name; the last moment before the file is written
        super()._endBuild()
        if not self.rehearsing:
            self.canv.tags.write(self.canv)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  ReportLab's name
        if isinstance(flowable, Heading):
            # PDF allows an outline to go deeper only one level at a time.
            self._outline_depth = min(max(1, flowable.level), self._outline_depth + 1)
            self.canv.bookmarkHorizontal(flowable.key, 0, self.frame._y + flowable.height)  # noqa: SLF001
            self.canv.addOutlineEntry(
                flowable.text, flowable.key, self._outline_depth - 1, closed=self._outline_depth > 1
            )
            self._numbers[flowable.key] = self._number(self.page)

    def _cover(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        imprint = self._imprint
        canvas.addPageLabel(canvas.getPageNumber() - 1, prefix="封面")
        with artifact(canvas):
            self._watermark(canvas)
            canvas.setFillColor(theme.MAIN)
            canvas.rect(_LEFT, _PAGE_HEIGHT - 37 * mm, WIDTH, 3, stroke=0, fill=1)
        if imprint.number:
            with tagged(canvas, "P", "number"):
                canvas.setFont(REGULAR, 11)
                canvas.setFillColor(theme.INK)
                canvas.drawRightString(_RIGHT, _PAGE_HEIGHT - 37 * mm - 20, f"编号：{imprint.number}")
        top = self._put(canvas, imprint.title, _COVER_TITLE, _PAGE_HEIGHT - 95 * mm)
        self._put(canvas, imprint.subtitle, _COVER_SUBTITLE, top - 14)
        day = beijing(imprint.as_of)
        top = self._put(canvas, imprint.organisation, _COVER_FOOT, _BOTTOM + 95)
        self._put(canvas, f"{day.year}年{day.month}月{day.day}日", _COVER_FOOT, top)
        with tagged(canvas, "P", "stamp"):
            canvas.setFont(REGULAR, 9)
            canvas.setFillColor(theme.MUTED)
            canvas.drawCentredString(_LEFT + WIDTH / 2, _BOTTOM, imprint.stamp)
        with artifact(canvas):
            self._demo_mark(canvas)

    @staticmethod
    def _put(canvas: Any, text: str, style: Style, top: float) -> float:
        if not text:
            return top
        lines = Lines(text, style)
        _, height = lines.wrapOn(canvas, WIDTH, HEIGHT)
        lines.drawOn(canvas, _LEFT, top - height)
        return float(top - height)

    def _front(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        canvas.addPageLabel(canvas.getPageNumber() - 1, prefix="目录")
        with artifact(canvas):
            self._furnish(canvas)

    def _body(self, canvas: Any, _doc: BaseDocTemplate) -> None:
        if self._before_body is None:
            self._before_body = canvas.getPageNumber() - 1
            canvas.addPageLabel(canvas.getPageNumber() - 1, style="ARABIC", start=1)
        with artifact(canvas):
            self._furnish(canvas)
            self._page_number(canvas)

    def _page_number(self, canvas: Any) -> None:
        number = self._number(canvas.getPageNumber())
        canvas.setFont(REGULAR, _NUMBER_SIZE)
        canvas.setFillColor(theme.INK)
        y = _BOTTOM - 7 * mm - _NUMBER_SIZE * 0.76
        if number % 2:
            canvas.drawRightString(_RIGHT - _NUMBER_SIZE, y, f"— {number} —")
        else:
            canvas.drawString(_LEFT + _NUMBER_SIZE, y, f"— {number} —")

    def _number(self, page: int) -> int:
        return page - (self._before_body or 0)

    def _furnish(self, canvas: Any) -> None:
        """Running head, the report's identity at the inner foot, and the marks of a demonstration."""
        imprint = self._imprint
        self._watermark(canvas)
        if imprint.layout.running:
            self._head(canvas)
        canvas.setFont(REGULAR, _SMALL)
        canvas.setFillColor(theme.MUTED)
        stamp = imprint.stamp if imprint.layout.running else imprint.facts  # without a head the number stands here
        y = _BOTTOM - 7 * mm - _NUMBER_SIZE * 0.7
        if self._number(canvas.getPageNumber()) % 2:
            canvas.drawString(_LEFT, y, stamp)
        else:
            canvas.drawRightString(_RIGHT, y, stamp)
        self._demo_mark(canvas)

    def _head(self, canvas: Any) -> None:
        imprint = self._imprint
        head = _PAGE_HEIGHT - 29 * mm
        canvas.setFont(REGULAR, _SMALL)
        canvas.setFillColor(theme.MUTED)
        number = shorten(imprint.number, REGULAR, _SMALL, WIDTH * 0.35)
        room = WIDTH - text_width(number, REGULAR, _SMALL) - 20
        canvas.drawString(_LEFT, head, shorten(imprint.title, REGULAR, _SMALL, room))
        canvas.drawRightString(_RIGHT, head, number)
        canvas.setStrokeColor(theme.RULE)
        canvas.setLineWidth(0.5)
        canvas.line(_LEFT, head - 5, _RIGHT, head - 5)

    def _demo_mark(self, canvas: Any) -> None:
        if self._imprint.demo:
            canvas.setFont(BOLD, 9)
            canvas.setFillColor(theme.BAD)
            canvas.drawCentredString(_PAGE_WIDTH / 2, 14 * mm, "演示数据，不作决策依据")

    def _watermark(self, canvas: Any) -> None:
        """Drawn before the content and lighter than any of it."""
        if not self._imprint.demo:
            return
        canvas.saveState()
        canvas.setFont(BOLD, 110)
        canvas.setFillColor(_WATERMARK)
        canvas.translate(_PAGE_WIDTH / 2, _PAGE_HEIGHT / 2)
        canvas.rotate(52)
        canvas.drawCentredString(0, -40, "演示数据")
        canvas.restoreState()
