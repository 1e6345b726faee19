"""What a .docx needs that its library has no name for: faces by script, fields, rows that stay whole, borders."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

# Faces that Word and WPS bring along in China; elsewhere the program substitutes its own.
SONG, FANG, HEI, KAI = "宋体", "仿宋", "黑体", "楷体"
INK = RGBColor(0x1F, 0x29, 0x37)
_AS_OLD = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same story gives the same bytes


def font(owner: Any, size: float, face: str, *, bold: bool = False, colour: RGBColor = INK) -> None:
    """Size and face of a run or a style, for Chinese and for Latin letters alike."""
    owner.font.size, owner.font.bold, owner.font.name = Pt(size), bold, face
    owner.font.italic, owner.font.color.rgb = False, colour
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # they would win over the face
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), face)


def chinese(document: Any) -> None:
    """The language of Chinese text, which decides how its punctuation stands; Latin words and numbers have theirs, or
    they would be broken like Chinese ones."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def field(run: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        made = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            made.set(qn("w:fldCharType"), kind)
        else:
            made.text = text
        run._element.append(made)  # noqa: SLF001


def repeated(row: Any) -> None:
    """A heading row that stands on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def unbroken(row: Any) -> None:
    """A row that is not parted by a page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def fixed(table: Any, widths: list[float]) -> None:
    """Columns as wide as given, in points, from margin to margin whatever the cells hold."""
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    properties = table._tbl.tblPr  # noqa: SLF001
    whole = properties.find(qn("w:tblW"))
    whole.set(qn("w:w"), str(round(sum(widths) * 20)))
    whole.set(qn("w:type"), "dxa")
    edges = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "90")
        edge.set(qn("w:type"), "dxa")
        edges.append(edge)
    properties.append(edges)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Pt(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Pt(width)


def tinted(cell: Any, colour: str = "E8EFF7") -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def signing(paragraph: Any, line: float, end: float) -> None:
    """A line to sign on up to `line` millimetres, the date up to `end`."""
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(line), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
    stops.add_tab_stop(Mm(end), WD_TAB_ALIGNMENT.RIGHT)


def dated(data: bytes) -> bytes:
    """The file with all its parts of one old day."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _AS_OLD), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
