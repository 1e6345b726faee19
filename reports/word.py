"""A report that staff edit before they send it: the story that is printed, as .docx in the layout of official documents.

python-docx is loaded where a document is made; pages that only offer one do without.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core import clock
from core.numbers import MISSING
from reports import typefaces
from reports.grid import Table
from reports.kit import DIFFERENCES, numbering, reasons_in_order
from reports.layouts import HEIGHT, OFFICIAL, REPORT, WIDTH
from reports.lines import balanced_lines, clean
from reports.official import long_dates
from reports.paper import Face

if TYPE_CHECKING:
    import altair as alt

# GB/T 9704-2012: A4, type area 156 × 225 mm; in millimetres and points.
_MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
_FOOT = 23  # millimetres from the edge, so that the page number stands 7 mm below the type area
_WIDTH = 156
_TITLE, _BODY, _SMALL, _LEADING = 22, 16, 10.5, 28.95  # 22 lines fill a page
_ALIGN = {"l": "LEFT", "c": "CENTER", "r": "RIGHT"}
_SHORT = 12  # rows of a table that stays on one page
_TALL = 8  # lines from which a row may go on over a page


class Word:
    """A paper (`reports.paper.Paper`) that can be edited. Pictures are dots here: Word draws no vectors of ours."""

    whole = False

    def __init__(
        self,
        face: Face,
        *,
        number: str,
        digest: str,
        check: str,
        as_of: datetime,
        demo: bool,
        restates: bool = False,
    ) -> None:
        from docx import Document
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        from reports import word_parts

        typefaces.register()  # tables are measured with them
        self._doc: Any = Document()
        self._align, self._parts = WD_ALIGN_PARAGRAPH, word_parts
        self._heads = (
            (word_parts.HEI, False),
            (word_parts.KAI, False),
            (word_parts.FANG, True),
            (word_parts.FANG, False),
        )
        self._face, self._number, self._digest, self._check = face, number, digest, check
        self._layout = OFFICIAL if face.official else REPORT
        self._as_of, self._counts, self._tables, self._pictures = as_of, [0] * 4, 0, 0
        self._annexes = self._named = 0
        self._annexed = restates and face.official
        self._styles()
        self._page(demo=demo)
        self._title(face.title)
        if face.subtitle:
            self._line(face.subtitle, _BODY, word_parts.KAI, align="CENTER")
        if face.official:
            self._line("", _BODY, word_parts.FANG)
        else:
            about = [face.organisation, number, f"数据截至北京时间 {clock.show(as_of)}"]
            self._line("　".join(part for part in about if part), _SMALL, word_parts.SONG, align="CENTER")

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        mark = ""
        if numbered:
            self._counts[level - 1] += 1
            self._counts[level:] = [0] * (len(self._counts) - level)
            mark = numbering(self._counts[level - 1], level)
        self._doc.add_heading(mark + clean(text).replace("\n", " "), level=level)

    def text(self, text: str) -> None:
        for line in (long_dates(clean(text)) if self._face.official else clean(text)).split("\n"):
            if line.strip():
                self._line(line.strip(), _BODY, self._parts.FANG, indent=True)

    def note(self, text: str, title: str = "说明") -> None:
        self.text(f"{title}：{text}" if title else text)

    def figures(self, items: Sequence[tuple[str, ...]]) -> None:
        self.facts([(label, f"{value}（{more[0]}）" if any(more) else value) for label, value, *more in items])

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        align: str = "",
        caption: str = "",
    ) -> str:
        self._tables += 1
        label = f"表{self._tables}"
        self._line(
            f"{label}　{clean(caption)}".rstrip("　"), 12, self._parts.HEI, align="CENTER", keep=True, tight=True
        )
        if rows:
            cells = [[MISSING if cell is None else clean(cell) for cell in row] for row in rows]
            titles = [clean(title) for title in header]
            shape = Table(titles, cells, widths=widths, align=align, layout=self._layout)
            self._grid(shape, [titles, *cells], head=True)
        else:
            self._line("暂无数据", _SMALL, self._parts.SONG, align="CENTER", tight=True)
        return label

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None:
        if pairs:
            cells = [[clean(name), MISSING if value is None else clean(value)] for name, value in pairs]
            shape = Table([], cells, widths=(1, 3), align="ll", labels=[0], layout=self._layout)
            self._grid(shape, cells, head=False)

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str:
        from docx.shared import Mm

        from reports import vector

        self._pictures += 1
        label = f"图{self._pictures}"
        self._doc.add_picture(io.BytesIO(vector.png(chart)), width=Mm(_WIDTH))
        picture = self._doc.paragraphs[-1].paragraph_format
        picture.keep_with_next, picture.line_spacing, picture.first_line_indent = True, 1.0, 0
        self._line(f"{label}　{clean(caption)}".rstrip("　"), 12, self._parts.HEI, align="CENTER", tight=True)
        return label

    def signatures(self, roles: Sequence[str]) -> None:
        for at, role in enumerate(roles, 1):
            words = f"{clean(role)}（签字）：\t\t年　　月　　日"
            paragraph = self._line(words, _BODY, self._parts.FANG, align="LEFT", keep=at < len(roles))
            self._parts.signing(paragraph, 105, _WIDTH)

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None:
        if not number:
            return
        official = self._face.official
        self.annex(DIFFERENCES) if official else self.heading(DIFFERENCES)
        same = "；逐项比较的内容没有变化，变化在文字说明或版式中。"
        self.text(f"本报告替代编号 {number} 的报告" + ("，下列内容有变化。" if changes else same))
        if changes:
            widths = (2, 2, 2)
            self.table(["内容", "前一份", "本报告"], changes, widths=widths, align="lll", caption=f"与 {number} 的差异")
        self.heading("变化的原因", 1 if official else 2)
        self.text(reasons_in_order(changes, why))

    def addressee(self, text: str) -> None:
        self._line(clean(text).rstrip("：:") + "：", _BODY, self._parts.FANG)

    def attachments(self, names: Sequence[str]) -> None:
        from docx.shared import Pt

        names = [*names, DIFFERENCES] if self._annexed else names
        self._annexed, self._named = False, len(names)
        for at, name in enumerate(names, 1):
            mark = f"{at}. " if len(names) > 1 else ""
            paragraph = self._line(
                ("附件：" if at == 1 else "") + mark + clean(name), _BODY, self._parts.FANG, align="LEFT"
            )
            form = paragraph.paragraph_format
            hanging = (3 + (1.2 if mark else 0)) * _BODY  # lines of a long name stand below its first
            form.left_indent = Pt(2 * _BODY + hanging)
            form.first_line_indent = Pt(-hanging if at == 1 else -1.2 * _BODY)
            form.space_before = Pt(_LEADING if at == 1 else 0)

    def closing(self, organ: str, day: date) -> None:
        """The date ends four characters before the edge, the organ stands above its middle."""
        from docx.shared import Pt

        if self._annexed:
            self.attachments(())
        for paragraph in self._doc.paragraphs[-1 - self._named :]:  # no signature on a page without text
            paragraph.paragraph_format.keep_with_next = True
        said = f"{day.year}年{day.month}月{day.day}日"
        for at, words in enumerate((clean(organ), said)):
            paragraph = self._line(words, _BODY, self._parts.FANG, align="RIGHT", keep=not at)
            aside = (typefaces.text_width(said, typefaces.REGULAR, 1) - len(words)) / 2 if not at else 0
            form = paragraph.paragraph_format
            form.right_indent = Pt(max(0.0, 4 + aside) * _BODY)
            form.space_before = Pt(0 if at else 2 * _LEADING)

    def annex(self, title: str) -> None:
        self._annexes += 1
        self._counts = [0] * len(self._counts)
        paragraph = self._line(f"附件{self._annexes}", _BODY, self._parts.HEI)
        paragraph.paragraph_format.page_break_before = True
        self._line("", _BODY, self._parts.FANG)
        self._title(clean(title))
        self._line("", _BODY, self._parts.FANG)

    def page_break(self) -> None:
        self._doc.add_page_break()

    def bytes(self) -> bytes:
        """The .docx. What it says at its end holds only for the figures: it can be edited."""
        if self._number:
            words = (
                f"报告编号：{self._number}　数据指纹：{self._digest[:12]}　数据截至北京时间 {clock.show(self._as_of)}"
            )
            self._line(words, _SMALL, self._parts.SONG, align="LEFT", tight=True)
            self._line(f"核对：{self._check}", _SMALL, self._parts.SONG, align="LEFT", tight=True)
            self._line("本文件可以编辑；数字以同一编号的 PDF 为准。", _SMALL, self._parts.SONG, tight=True)
        properties = self._doc.core_properties
        properties.title = self._face.title + (f"　{self._face.subtitle}" if self._face.subtitle else "")
        properties.author, properties.identifier = self._face.organisation, self._number
        properties.language, properties.comments = "zh-CN", ""
        properties.created = properties.modified = self._as_of
        out = io.BytesIO()
        self._doc.save(out)
        return self._parts.dated(out.getvalue())

    def _styles(self) -> None:
        """What is typed in later looks like what was printed: faces and spacing are the styles', not the runs'."""
        from docx.oxml.ns import qn
        from docx.shared import Pt

        parts, styles = self._parts, self._doc.styles
        parts.chinese(self._doc)
        parts.font(styles["Normal"], _BODY, parts.FANG)
        parts.font(styles["Title"], _TITLE, parts.SONG, bold=True)
        for border in styles["Title"].element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
        styles["Title"].paragraph_format.alignment = self._align.CENTER
        for level, (face, bold) in enumerate(self._heads, 1):
            style = styles[f"Heading {level}"]
            parts.font(style, _BODY, face, bold=bold)
            style.paragraph_format.first_line_indent = Pt(2 * _BODY)
            style.paragraph_format.keep_with_next = True
        for name in ("Normal", "Title", *(f"Heading {level}" for level in range(1, 5))):
            form = styles[name].paragraph_format
            form.space_before = form.space_after = Pt(0)
            form.line_spacing = Pt(36 if name == "Title" else _LEADING)

    def _page(self, *, demo: bool) -> None:
        from docx.shared import Mm, Pt

        parts, section = self._parts, self._doc.sections[0]
        section.page_width, section.page_height, section.footer_distance = Mm(210), Mm(297), Mm(_FOOT)
        for name, size in _MARGINS.items():
            setattr(section, name, Mm(size))
        self._doc.settings.odd_and_even_pages_header_footer = True
        for footer, align in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
            foot = footer.paragraphs[0]
            foot.alignment = getattr(self._align, align)
            form = foot.paragraph_format
            form.line_spacing, form.left_indent, form.right_indent = 1.0, Pt(14), Pt(14)  # one character in
            self._run(foot, "— ", 14, parts.SONG)
            parts.field(self._run(foot, "", 14, parts.SONG), "PAGE")
            self._run(foot, " —", 14, parts.SONG)
        for header in (section.header, section.even_page_header) if demo else ():
            head = header.paragraphs[0]
            head.alignment, head.paragraph_format.line_spacing = self._align.CENTER, 1.0
            self._run(head, "演示数据，不作决策依据", _SMALL, parts.HEI)

    def _title(self, text: str) -> None:
        # A character less than in print: the office's own face may be a little wider.
        lines = balanced_lines(clean(text), typefaces.BOLD, _TITLE, WIDTH - _TITLE)
        self._doc.add_paragraph("\n".join(line.text for line in lines), style="Title")

    def _line(
        self,
        text: str,
        size: float,
        face: str,
        *,
        align: str = "JUSTIFY",
        indent: bool = False,
        keep: bool = False,
        tight: bool = False,
    ) -> Any:
        from docx.shared import Pt

        paragraph = self._doc.add_paragraph()
        paragraph.alignment = getattr(self._align, align)
        self._run(paragraph, text, size, face)
        form = paragraph.paragraph_format
        if tight:
            form.space_before, form.space_after, form.line_spacing = Pt(6), Pt(3), 1.0
        if indent:
            form.first_line_indent = Pt(2 * _BODY)
        form.keep_with_next = keep
        return paragraph

    def _run(self, paragraph: Any, text: str, size: float, face: str) -> Any:
        run = paragraph.add_run(text)
        self._parts.font(run, size, face)
        return run

    def _grid(self, shape: Table, rows: Sequence[Sequence[str]], *, head: bool) -> None:
        """A table with the columns, size and alignment that it has in print."""
        from docx.shared import Pt

        parts = self._parts
        shape.measure(WIDTH, HEIGHT)
        size = round(shape.size * 2) / 2 if self._layout.running is False else _SMALL
        table = self._doc.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for number, row in enumerate(rows):
            made = table.add_row()
            for at, (cell, text) in enumerate(zip(made.cells, row, strict=True)):
                strong = number == 0 if head else at == 0
                paragraph = cell.paragraphs[0]
                paragraph.alignment = getattr(self._align, "CENTER" if head and not number else _ALIGN[shape.align[at]])
                form = paragraph.paragraph_format
                form.line_spacing, form.space_before, form.space_after = 1.0, Pt(2), Pt(2)
                form.keep_with_next = (head and not number) or (len(rows) < _SHORT and number < len(rows) - 1)
                self._run(paragraph, text, size, parts.HEI if strong else parts.SONG)
                if strong:
                    parts.tinted(cell)
            lines = (
                len(shape.body[number - head].cells[0]) if number >= head and len(shape.body) == len(rows) - head else 1
            )
            if lines < _TALL:
                parts.unbroken(made)
        parts.fixed(table, [float(width) for width in shape.columns])
        if head:
            parts.repeated(table.rows[0])
        after = self._doc.add_paragraph().paragraph_format
        after.line_spacing, after.space_after = Pt(8), Pt(0)
