"""A report that staff edit before they send it: the story that is printed, as .docx in the layout of official documents.

python-docx is loaded where a document is made; pages that only offer one do without.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core import clock
from core.numbers import MISSING
from reports.kit import WITHOUT_REASON, numbering
from reports.lines import clean
from reports.paper import Face

if TYPE_CHECKING:
    import altair as alt

# GB/T 9704-2012: A4, type area 156 × 225 mm; in millimetres and points.
_MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
_WIDTH = 156
_TITLE, _BODY, _SMALL, _LEADING = 22, 16, 10.5, 29
# Faces that Word and WPS bring along in China; elsewhere the program substitutes its own.
_SONG, _FANG, _HEI, _KAI = "宋体", "仿宋", "黑体", "楷体"
_HEADS = ((_HEI, False), (_KAI, False), (_FANG, True), (_FANG, False))
_AS_OLD = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same story gives the same bytes


class Word:
    """A paper (`reports.paper.Paper`) that can be edited. Pictures are dots here: Word draws no vectors of ours."""

    whole = False

    def __init__(self, face: Face, *, number: str, digest: str, check: str, as_of: datetime, demo: bool) -> None:
        from docx import Document
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        self._doc: Any = Document()
        self._align = WD_ALIGN_PARAGRAPH
        self._face, self._number, self._digest, self._check = face, number, digest, check
        self._as_of, self._counts, self._tables, self._pictures = as_of, [0] * 4, 0, 0
        self._annexes = 0
        self._page()
        self._line(face.title, _TITLE, _SONG, bold=True, align="CENTER")
        if face.subtitle:
            self._line(face.subtitle, _BODY, _KAI, align="CENTER")
        about = [face.organisation, number, f"数据截至北京时间 {clock.show(as_of)}"]
        self._line("　".join(part for part in about if part), _SMALL, _SONG, align="CENTER")
        if demo:
            self._line("演示数据，不作决策依据", _SMALL, _HEI, align="CENTER")

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        mark = ""
        if numbered:
            self._counts[level - 1] += 1
            self._counts[level:] = [0] * (len(self._counts) - level)
            mark = numbering(self._counts[level - 1], level)
        paragraph = self._doc.add_heading(level=level)
        face, bold = _HEADS[level - 1]
        self._run(paragraph, mark + clean(text).replace("\n", " "), _BODY, face, bold=bold)
        self._shape(paragraph, keep=True)

    def text(self, text: str) -> None:
        for line in clean(text).split("\n"):
            if line.strip():
                self._line(line.strip(), _BODY, _FANG, indent=True)

    def note(self, text: str, title: str = "说明") -> None:
        self.text(f"（{title}：{text}）" if title else f"（{text}）")

    def figures(self, items: Sequence[tuple[str, ...]]) -> None:
        for item in items:
            label, value, *more = item
            self.text(f"{label}：{value}" + (f"（{more[0]}）" if more and more[0] else ""))

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
        self._line(f"{label}　{clean(caption)}".rstrip("　"), _SMALL, _HEI, align="CENTER", keep=True)
        if rows:
            self._grid([list(header), *rows], head=True)
        else:
            self._line("暂无数据", _SMALL, _SONG, align="CENTER")
        return label

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None:
        if pairs:
            self._grid([list(pair) for pair in pairs], head=False)

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str:
        from docx.shared import Mm

        from reports import vector

        self._pictures += 1
        label = f"图{self._pictures}"
        self._doc.add_picture(io.BytesIO(vector.png(chart)), width=Mm(_WIDTH))
        self._line(f"{label}　{clean(caption)}".rstrip("　"), _SMALL, _HEI, align="CENTER")
        return label

    def signatures(self, roles: Sequence[str]) -> None:
        for role in roles:
            self._line(f"{clean(role)}：________________　　日期：____年__月__日", _BODY, _FANG)

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None:
        if not number:
            return
        self.heading("与前一份报告的差异")
        self.text(
            f"本报告替代编号 {number} 的报告"
            + ("，下列内容有变化。" if changes else "；逐项比较的内容没有变化，变化在文字说明或版式中。")
        )
        if changes:
            self.table(["内容", "前一份", "本报告"], changes, caption=f"与 {number} 的差异")
        self.heading("变化的原因", 2)
        self.text("\n".join(f"{at}. {reason}" for at, reason in enumerate(why, 1)) or WITHOUT_REASON)

    def addressee(self, text: str) -> None:
        self._line(clean(text).rstrip("：:") + "：", _BODY, _FANG)

    def attachments(self, names: Sequence[str]) -> None:
        for at, name in enumerate(names, 1):
            mark = f"{at}. " if len(names) > 1 else ""
            self._line(("附件：" if at == 1 else "　　　") + mark + clean(name), _BODY, _FANG, indent=True)

    def closing(self, organ: str, day: date) -> None:
        self._line("", _BODY, _FANG)
        for words in (clean(organ), f"{day.year}年{day.month}月{day.day}日"):
            self._line(words + "　　　　", _BODY, _FANG, align="RIGHT")

    def annex(self, title: str) -> None:
        self._annexes += 1
        self._counts = [0] * len(self._counts)
        self.page_break()
        self._line(f"附件{self._annexes}", _BODY, _HEI)
        self._line(clean(title), _TITLE, _SONG, bold=True, align="CENTER")

    def page_break(self) -> None:
        self._doc.add_page_break()

    def bytes(self) -> bytes:
        """The .docx. What it says at its end holds only for the figures: it can be edited."""
        if self._number:
            words = f"报告编号：{self._number}　数据指纹：{self._digest[:12]}　核对：{self._check}"
            self._line(words, _SMALL, _SONG)
            self._line("本文件可以编辑；数字以同一编号的 PDF 为准。", _SMALL, _SONG)
        properties = self._doc.core_properties
        properties.title = self._face.title + (f"　{self._face.subtitle}" if self._face.subtitle else "")
        properties.author, properties.identifier = self._face.organisation, self._number
        properties.language, properties.comments = "zh-CN", ""
        properties.created = properties.modified = self._as_of
        out = io.BytesIO()
        self._doc.save(out)
        return _dated(out.getvalue())

    def _page(self) -> None:
        from docx.shared import Mm

        section = self._doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, size in _MARGINS.items():
            setattr(section, name, Mm(size))
        foot = section.footer.paragraphs[0]
        foot.alignment = self._align.CENTER
        self._run(foot, "— ", 14, _SONG)
        _field(self._run(foot, "", 14, _SONG), "PAGE")
        self._run(foot, " —", 14, _SONG)

    def _line(
        self,
        text: str,
        size: float,
        face: str,
        *,
        bold: bool = False,
        align: str = "JUSTIFY",
        indent: bool = False,
        keep: bool = False,
    ) -> None:
        paragraph = self._doc.add_paragraph()
        paragraph.alignment = getattr(self._align, align)
        self._run(paragraph, text, size, face, bold=bold)
        self._shape(paragraph, indent=indent, keep=keep, tight=size < _BODY)

    def _shape(self, paragraph: Any, *, indent: bool = False, keep: bool = False, tight: bool = False) -> None:
        from docx.shared import Pt

        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(4 if tight else 0)
        if not tight:
            form.line_spacing = Pt(_LEADING)
        if indent:
            form.first_line_indent = Pt(2 * _BODY)
        form.keep_with_next = keep

    @staticmethod
    def _run(paragraph: Any, text: str, size: float, face: str, *, bold: bool = False) -> Any:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(text)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, face
        run.font.color.rgb = RGBColor(0x1F, 0x29, 0x37)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), face)  # noqa: SLF001  the library has no name for it
        return run

    def _grid(self, rows: Sequence[Sequence[object]], *, head: bool) -> None:
        table = self._doc.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for number, row in enumerate(rows):
            cells = table.add_row().cells
            for at, (cell, value) in enumerate(zip(cells, row, strict=True)):
                strong = number == 0 if head else at == 0
                text = MISSING if value is None else clean(value)
                self._run(cell.paragraphs[0], text, _SMALL, _HEI if strong else _SONG)
        if head:
            _repeated(table.rows[0])


def _field(run: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", code), ("end", "")):
        made = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            made.set(qn("w:fldCharType"), kind)
        else:
            made.text = text
        run._element.append(made)  # noqa: SLF001


def _repeated(row: Any) -> None:
    """A heading row that stands on every page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def _dated(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _AS_OLD), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
