"""The document kit: a report is built piece by piece in reading order and ends as PDF bytes.

    report = Report(title="…试点评估报告", organisation="…", number="ZP-2026-001", as_of=now())
    report.heading("试点概况")
    report.text("本次试点……")
    report.table(["地区", "达标率"], [["安吉县", "96.0%"]], caption="各地达标率")
    data = report.bytes()

Texts are plain: nothing in them is read as markup. The same calls give the same bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from reportlab.platypus import CondPageBreak, Flowable, NextPageTemplate, PageBreak

from core.errors import Invalid
from core.memory import no_collection
from core.numbers import MISSING
from reports import typefaces, vector
from reports.blocks import CheckMark, Contents, Heading, KeyFigure, KeyFigures, Picture, SignatureLines
from reports.grid import Grid, Table
from reports.layouts import HEIGHT, LINE, OFFICIAL, REPORT, WIDTH
from reports.lines import Lines, clean
from reports.official import Attachments, Closing, long_dates
from reports.pages import Imprint, Pages

_TALLEST = HEIGHT - 110  # of a picture: leaves room for a heading above and the caption below
_CONTENTS_LEVELS = 2
DIFFERENCES = "与前一份报告的差异"
_CHECKED = "扫码可核对本报告是否为最新、是否与系统登记一致。"
# Where the installation has no address of its own the code says number and letters, and opens no page.
_CHECKED_BY_HAND = "在系统的“报告核对”页（/verify）填编号和校验码，可核对是否为最新、是否一致。"
_UNDECIDED = "两份报告之间没有登记更正、调整或新的决定；"
_REPORTED = "变化来自这段时间新报送、新登记的内容，见操作记录。"
_REWORDED = "所列内容没有变化，变化在文字说明或版式中。"

if TYPE_CHECKING:
    import altair as alt

# A face's subset is cut by seeking in the one open font file, so documents are built one at a
# time. Nothing is lost: building is Python from end to end and threads would only take turns.
_building = threading.Lock()


def reasons_in_order(changes: Sequence[tuple[str, str, str]], why: Sequence[str]) -> str:
    """Why a report differs from the one before it, numbered, or what is known when nothing was recorded."""
    numbered = "\n".join(f"{at}. {reason}" for at, reason in enumerate(why, 1))
    return numbered or _UNDECIDED + (_REPORTED if changes else _REWORDED)


class Report:
    """One document. `digest` is the hash of the figures it prints; `as_of` is when they were true; `check` is
    what the QR code at its end says, for whoever wants to know whether it is genuine. An `official` paper is set
    by GB/T 9704-2012 and begins with its title; other reports have a cover and a table of contents unless told
    otherwise. `restates`: it will be told what it changes in the one before."""

    whole = False  # on paper the newest or first rows do; the workbook (`sheets.Sheets`) has all

    def __init__(
        self,
        *,
        title: str,
        as_of: datetime,
        subtitle: str = "",
        organisation: str = "",
        number: str = "",
        digest: str = "",
        check: str = "",
        demo: bool = False,
        cover: bool | None = None,
        contents: bool | None = None,
        official: bool = False,
        restates: bool = False,
    ) -> None:
        if as_of.tzinfo is None:
            raise ValueError("as_of needs a time zone")
        typefaces.register()
        self._layout = OFFICIAL if official else REPORT
        self._problems: dict[str, list[str]] = {}
        self._imprint = Imprint(
            self._seen(title, "标题"),
            self._seen(subtitle, "副标题"),
            self._seen(organisation, "编制单位"),
            self._seen(number, "报告编号"),
            self._seen(digest, "校验码"),
            as_of,
            demo,
            self._layout,
        )
        self._check = check
        self._cover = not official if cover is None else cover
        self._contents = not official if contents is None else contents
        self._story: list[Flowable] = []
        self._headings: list[Heading] = []
        self._counts = [0] * len(self._layout.headings)
        self._annexes = 0
        self._annexed = restates and official  # what it changes in the paper before it is an annex, to be announced
        self._pictures = 0
        self._tables = 0
        self._place = "正文"  # where texts stand, for the message about characters
        self._built: bytes | None = None

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        """A heading, numbered 一、（一）1.（1）by its level; `level` is 1 to 4."""
        styles = self._layout.headings
        if not 1 <= level <= len(styles):
            raise ValueError(f"no heading level {level}")
        mark = ""
        if numbered:
            self._counts[level - 1] += 1
            self._counts[level:] = [0] * (len(styles) - level)
            mark = numbering(self._counts[level - 1], level)
        text = mark + self._seen(text, "标题").replace("\n", " ")
        self._place = f"“{text}”一节"
        self._headings.append(Heading(text, level, f"h{len(self._headings)}", styles[level - 1]))
        self._add(self._headings[-1])

    def text(self, text: str) -> None:
        """Paragraphs, one a line of `text`, justified, the first line of each indented by two characters."""
        for paragraph in self._dated(self._seen(text, self._place)).split("\n"):
            if paragraph.strip():
                self._add(Lines(paragraph.strip(), self._layout.body))

    def note(self, text: str, title: str = "说明") -> None:
        """A tinted box for limits, sources and how something was computed."""
        label = f"{title}：" if title else ""
        self._add(Lines(self._dated(self._seen(label + text, self._place)), self._layout.note))

    def figures(self, items: Sequence[tuple[str, ...]]) -> None:
        """Key figures as (label, value) or (label, value, change), up to four in a row; official papers list them."""
        if not self._layout.running:
            self.facts([(label, f"{value}（{more[0]}）" if any(more) else value) for label, value, *more in items], 2)
            return
        cards = [KeyFigure(*(self._seen(part, self._place) for part in item)) for item in items]
        lines = -(-len(cards) // KeyFigures.MOST)
        each = -(-len(cards) // max(1, lines))  # six are three and three, not four and two
        for start in range(0, len(cards), each or 1):
            self._add(KeyFigures(cards[start : start + each]))

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        align: str = "",
        caption: str = "",
    ) -> str:
        """A table over as many pages as it needs; returns its number (表1) for the text to refer to.

        None is printed as “–”, everything else as its text. `widths` are shares; without them
        columns follow their contents. `align` has a letter l, c or r a column; without it
        columns of numbers go right. No rows print “暂无数据”.
        """
        self._tables += 1
        label = f"表{self._tables}"
        caption = f"{label}　{self._seen(caption, f'{label}的标题')}".rstrip("　")
        titles = [self._seen(title, f"{label}的表头") for title in header]
        cells = self._cells(titles, rows, label)
        shape = Table(titles, cells, widths=widths, align=align, caption=caption, layout=self._layout)
        self._add(Grid(shape, HEIGHT))
        return label

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None:
        """Names and values in `columns` pairs side by side, for basic information."""
        if not pairs:
            return
        padded = [*pairs, *([("", "")] * (-len(pairs) % columns))]
        flat = [part for pair in padded for part in pair]
        wide = 2 * columns
        rows = [flat[start : start + wide] for start in range(0, len(flat), wide)]
        cells = self._cells([""] * wide, rows, "信息表")
        shares = [1, 4 / columns] * columns
        shape = Table([], cells, widths=shares, align="l" * wide, labels=range(0, wide, 2), layout=self._layout)
        self._add(Grid(shape, HEIGHT, whole=True))

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str:
        """A chart as vector graphics, as wide as the page; returns its number (图1)."""
        self._pictures += 1
        label = f"图{self._pictures}"
        drawing = vector.drawing(chart, WIDTH, _TALLEST)
        for text in drawing.texts():
            self._seen(text, label)
        caption = f"{label}　{self._seen(caption, f'{label}的标题')}".rstrip("　")
        self._add(Picture(drawing, caption, self._layout.caption))
        return label

    def signatures(self, roles: Sequence[str]) -> None:
        """A line to sign on for every role, kept on one page as far as possible."""
        if roles:
            self._add(SignatureLines([self._seen(role, self._place) for role in roles], self._layout.body.size))

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None:
        """What this report changes in the one with `number`, line by line: (label, before, after), and why."""
        if not number:
            return
        if self._layout.running:
            self.heading(DIFFERENCES)
        else:
            self.annex(DIFFERENCES)
        if changes:
            self.text(f"本报告替代编号 {number} 的报告，下列内容有变化。")
            self.table(["内容", "前一份", "本报告"], changes, align="lll", caption=f"与 {number} 的差异")
        else:
            self.text(f"本报告替代编号 {number} 的报告；逐项比较的内容没有变化，变化在文字说明或版式中。")
        self.heading("变化的原因", 2 if self._layout.running else 1)
        self.text(reasons_in_order(changes, why))

    def addressee(self, text: str) -> None:
        """主送机关, flush left above the text, with its colon."""
        style = replace(self._layout.body, indent=0)
        self._add(Lines(self._seen(text, "主送机关").rstrip("：:") + "：", style))

    def attachments(self, names: Sequence[str]) -> None:
        """The list of what is attached, a line below the text: 附件：1. …"""
        names = [*names, DIFFERENCES] if self._annexed else names
        self._annexed = False
        if names:
            self._add(Attachments([self._seen(name, "附件说明") for name in names], self._layout.body))

    def closing(self, organ: str, day: date) -> None:
        """Who issues the paper and when: 发文机关署名 above the middle of 成文日期, room for the seal over both."""
        if self._annexed:
            self.attachments(())
        self._add(Closing(self._seen(organ, "发文机关"), f"{day.year}年{day.month}月{day.day}日", self._layout.body))

    def annex(self, title: str) -> None:
        """An annex: a page of its own with 附件 at its head, its title, and headings counted anew."""
        self._annexes += 1
        self._counts = [0] * len(self._counts)
        self._place = f"附件{self._annexes}"
        label = replace(self._layout.headings[0], indent=0)
        self._add(PageBreak())
        self._add(Lines(self._place, replace(label, after=LINE)))
        key = f"h{len(self._headings)}"
        self._headings.append(Heading(self._seen(title, self._place), 0, key, self._layout.title))
        self._add(self._headings[-1])

    def page_break(self) -> None:
        self._add(PageBreak())

    def _build(self) -> bytes:
        out = BytesIO()
        numbers: dict[str, int] = {}
        front: list[Flowable] = []
        if self._cover:
            front += [NextPageTemplate("front" if self._listed() else "body"), PageBreak()]
        if self._listed():
            listed = [heading for heading in self._headings if heading.level <= _CONTENTS_LEVELS]
            front += [
                Lines("目　录", self._layout.title),
                Contents(listed, numbers, HEIGHT - 40),
                NextPageTemplate("body"),
                PageBreak(),
            ]
        if not self._cover:
            front += self._title()
        closing: list[Flowable] = []
        if self._check:
            lines = [
                f"报告编号：{self._imprint.number}",
                f"校验码：{self._imprint.digest[:12]}",
                _CHECKED if self._check.startswith("http") else _CHECKED_BY_HAND,
            ]
            closing = [CheckMark(self._check, lines)]
            if self._story:  # a space below the last piece would push even the smallest code to another page
                self._story[-1].spaceAfter = 0
        first = "cover" if self._cover else "front" if self._listed() else "body"
        pages = Pages(out, self._imprint, first, numbers, listed=self._listed())
        pages.multiBuild([*front, *_kept_with_next(self._filled()), *closing])
        return out.getvalue()

    def _filled(self) -> list[Flowable]:
        """The story; a section without anything in it says so."""
        filled: list[Flowable] = []
        for place, flowable in enumerate(self._story):
            filled.append(flowable)
            rest = (item for item in self._story[place + 1 :] if not isinstance(item, PageBreak))
            if isinstance(flowable, Heading) and flowable.level:
                following = next(rest, None)
                if following is None or (isinstance(following, Heading) and following.level <= flowable.level):
                    filled.append(Lines("本节没有内容。", self._layout.body))
        return filled

    def _title(self) -> list[Flowable]:
        """What stands at the head of the first page when there is no cover."""
        layout, imprint = self._layout, self._imprint
        title = replace(layout.title, after=0) if imprint.subtitle and not layout.running else layout.title
        lines: list[Flowable] = [Lines(imprint.title, title)]
        if imprint.subtitle:
            lines.append(Lines(imprint.subtitle, layout.subtitle))
        return [*lines, Lines(imprint.facts, layout.facts)] if layout.running else lines

    def bytes(self) -> bytes:
        """The PDF. Raises Invalid naming every character that cannot be printed and where it stands."""
        if self._problems:
            raise Invalid(
                [
                    f"字库中没有“{mark}”（U+{ord(mark):04X}），见{'、'.join(where)}"
                    for mark, where in self._problems.items()
                ],
                "请换用通用字，或请管理员扩充字库后重新生成。",
            )
        if self._built is None:
            with _building, no_collection():
                self._built = self._build()
        return self._built

    def _listed(self) -> bool:
        return self._contents and bool(self._headings)

    def _add(self, flowable: Flowable) -> None:
        if self._built is not None:
            raise RuntimeError("the report has been built; nothing can be added")
        self._story.append(flowable)

    def _cells(self, titles: Sequence[str], rows: Sequence[Sequence[object]], label: str) -> list[list[str]]:
        """Cells as clean text. A whole table is searched at once for characters that cannot be
        printed, and cell by cell only when there are some."""
        cells = [[MISSING if cell is None else clean(cell) for cell in row] for row in rows]
        if any(len(row) != len(titles) for row in cells):
            raise ValueError(f"{label}: every row needs {len(titles)} cells")
        if typefaces.missing_glyphs("".join({"".join(row) for row in cells})):
            for number, row in enumerate(cells, 1):
                for title, cell in zip(titles, row, strict=True):
                    self._seen(cell, f"{label}第{number}行“{title}”" if title else f"{label}第{number}行")
        return cells

    def _dated(self, text: str) -> str:
        return text if self._layout.running else long_dates(text)

    def _seen(self, text: object, where: str) -> str:
        """Clean text, its unprintable characters noted with where they stand."""
        cleaned = clean(text)
        for mark in typefaces.missing_glyphs(cleaned):
            places = self._problems.setdefault(mark, [])
            if where not in places:
                places.append(where)
        return cleaned


def numbering(count: int, level: int) -> str:
    """The mark of the count-th heading of a level by GB/T 9704-2012: 一、（一）1.（1）."""
    return (f"{chinese(count)}、", f"（{chinese(count)}）", f"{count}. ", f"（{count}）")[level - 1]


def chinese(number: int) -> str:
    """1…99 in Chinese numerals: 一, 十, 十一, 二十, 九十九; more, which no report should have, in digits."""
    if number > 99:
        return str(number)
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return ten + (digits[ones] if ones else "")


def _kept_with_next(story: Sequence[Flowable]) -> list[Flowable]:
    """Breaks before headings that would be left alone at the foot of a page, and before the last paragraph
    of a paper whose signature would otherwise stand on a page without text.

    Platypus' own KeepTogether moves a heading with the whole of what follows, so that a long
    table would always begin on a new page; here only the table's beginning has to fit.
    """
    kept: list[Flowable] = []
    needed, closing = 0.0, False
    for flowable in reversed(story):
        height = flowable.wrap(WIDTH, HEIGHT)[1]
        whole = height + flowable.getSpaceBefore() + flowable.getSpaceAfter()
        if isinstance(flowable, Heading) or (closing and whole + needed < HEIGHT / 2):
            needed += whole
            kept += [flowable, CondPageBreak(min(needed, HEIGHT - 1))]
            closing = isinstance(flowable, Attachments)
            continue
        needed = flowable.head_height() if isinstance(flowable, Lines | Grid | Picture) else height
        closing = isinstance(flowable, Closing | SignatureLines)
        kept.append(flowable)
    kept.reverse()
    return kept
