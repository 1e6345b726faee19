"""What a worksheet's XML says and calamine does not: its true extent, formula errors, percent formats, hidden rows."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from core.tabular.refusal import MB, BadFile

_BUILT_IN_PERCENT = {9, 10}
# Sheets above this size are looked through with patterns when every cell is written the usual way and
# nothing in them needs parsing; counting and finding bytes costs next to nothing.
_LARGE = 2 * MB
_SPACES = (b" ", b"\t", b"\r", b"\n", b">", b"/")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*?(/>|></c>|>)')
_NEEDS_PARSING = (b't="e"', b"<f>", b"<f ", b"<f/", b' hidden="')


@dataclass
class Facts:
    """One worksheet. Positions are 1-based (row, column); `last_*` cover cells with content only."""

    last_row: int = 0
    last_column: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part name, as the workbook's relationships say."""
    book = _tree(archive, "xl/workbook.xml")
    targets: dict[str, str] = {}
    for link in _tree(archive, "xl/_rels/workbook.xml.rels"):
        target = link.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        targets[link.get("Id", "")] = path
    found: dict[str, str] = {}
    for sheet in book.iter():
        if _local(sheet.tag) == "sheet":
            link_id = next((value for key, value in sheet.attrib.items() if _local(key) == "id" and key != "id"), "")
            if targets.get(link_id) in archive.namelist():
                found[sheet.get("name", "")] = targets[link_id]
    return found


def percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The style numbers (as written in a cell's `s`) whose number format shows a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    custom: set[int] = set()
    styles: list[int] = []
    for element in _tree(archive, "xl/styles.xml").iter():
        tag = _local(element.tag)
        if tag == "numFmt":
            # A quoted or escaped % is only text: 0.00"%" does not multiply by 100.
            code = re.sub(r'"[^"]*"|\\.', "", element.get("formatCode", ""))
            if "%" in code:
                custom.add(int(element.get("numFmtId", "0")))
        elif tag == "cellXfs":
            styles = [int(style.get("numFmtId", "0")) for style in element]
    percent = _BUILT_IN_PERCENT | custom
    return frozenset(str(index) for index, number_format in enumerate(styles) if number_format in percent)


def look_through(xml: bytes, percent: frozenset[str]) -> Facts:
    """The facts of one worksheet part. Raises one of archive.BROKEN for XML that is none."""
    if len(xml) > _LARGE and not percent and not any(mark in xml for mark in _NEEDS_PARSING):
        cells = _CELL.findall(xml)
        if len(cells) == sum(xml.count(b"<c" + space) + xml.count(b":c" + space) for space in _SPACES):
            filled = [(letters, row) for letters, row, end in cells if end == b">"]
            return Facts(
                last_row=max(map(int, {row for _, row in filled}), default=0),
                last_column=max((column_number(letters.decode()) for letters in {c for c, _ in filled}), default=0),
            )
    return _Listener(percent).listen(xml)


class _Listener:
    """Follows the XML events of a worksheet; cells and rows without a reference come one after the other."""

    def __init__(self, percent: frozenset[str]) -> None:
        self.facts = Facts()
        self.percent = percent
        self.row = self.column = 0
        self.attributes: Mapping[str, str] = {}
        self.inside = ""
        self.text = ""
        self.formula = False

    def listen(self, xml: bytes) -> Facts:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.Parse(xml, True)
        return self.facts

    def _start(self, tag: str, attributes: Any) -> None:
        match _local(tag):
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = 0
                if attributes.get("hidden") in ("1", "true"):
                    self.facts.hidden_rows.add(self.row)
            case "c":
                found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", attributes.get("r", ""))
                if found:
                    self.row, self.column = int(found[2]), column_number(found[1])
                else:
                    self.column += 1
                self.attributes, self.text, self.formula = attributes, "", False
            case "f":
                self.inside, self.formula = "f", True
            case "v" | "t":
                self.inside = "v"

    def _data(self, text: str) -> None:
        if self.inside == "v":
            self.text += text

    def _end(self, tag: str) -> None:
        match _local(tag):
            case "v" | "t" | "f":
                self.inside = ""
            case "c" if self.text or self.formula:
                at = (self.row, self.column)
                self.facts.last_row = max(self.facts.last_row, self.row)
                self.facts.last_column = max(self.facts.last_column, self.column)
                if self.attributes.get("t") == "e":
                    self.facts.errors[at] = self.text
                # A formula whose result is the empty text has t="str"; one never calculated has no type.
                elif self.formula and not self.text and self.attributes.get("t") != "str":
                    self.facts.uncalculated.add(at)
                if self.attributes.get("s") in self.percent:
                    self.facts.percents.add(at)


def _refuse_doctype(*_: object) -> None:
    """A workbook never declares document types; they only serve to blow up entities."""
    raise BadFile("file.damaged")


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    xml = archive.read(name)
    if b"<!DOCTYPE" in xml:
        _refuse_doctype()
    return ElementTree.fromstring(xml)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
