"""What a printed report says, read back from the file as others read it: a PDF by its tags with poppler, a workbook
with the formats its numbers are shown in, a letter's paragraphs and tables."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl

Rows = list[list[str]]
_CAPTION = re.compile(r"表\d+　")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class Read:
    """Texts without blanks: where a line was broken nobody can tell whether there was one. `said` are those outside of
    tables in reading order; `tables` (caption, rows with the header); `facts` names and values of tables without."""

    said: list[str] = field(default_factory=list)
    tables: list[tuple[str, Rows]] = field(default_factory=list)
    facts: Rows = field(default_factory=list)

    @property
    def text(self) -> str:
        cells = (cell for rows in [*(rows for _, rows in self.tables), self.facts] for row in rows for cell in row)
        return "\n".join([*self.said, *cells])

    def table(self, caption: str) -> list[Rows]:
        """Every table with this caption."""
        return [rows for name, rows in self.tables if name == squeezed(caption)]


def squeezed(text: object) -> str:
    return re.sub(r"\s", "", str(text))


def poppler(tool: str, data: bytes, *options: str, to: str = "") -> str:
    """What one of its tools says of a PDF; `to` is the file it writes to, “-” for what it says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(data)
        return subprocess.run(
            [tool, *options, path, *([to] if to else [])], check=True, capture_output=True, text=True
        ).stdout


def pdf(data: bytes) -> Read:
    """By the tags alone: what is not tagged, or tagged as something else, is not found."""
    found, rows, last = Read(), [], ""  # type: tuple[Read, Rows, str]
    within = False
    for line in [*poppler("pdfinfo", data, "-struct-text").splitlines(), "  End"]:
        depth, words = (len(line) - len(line.lstrip())) // 2, line.strip()
        if depth == 1:
            if within and _CAPTION.match(last):
                found.tables.append((squeezed(_CAPTION.sub("", last)), rows))
            elif within:
                found.facts += rows
            if within:
                last = ""
            within, rows = words.startswith("Table"), []
        elif within and words == "TR":
            rows.append([])
        elif within and re.match(r"T[HD]\b", words):
            rows[-1].append("")
        elif words.startswith('"'):
            if within:
                rows[-1][-1] += squeezed(words[1:-1])
            else:
                last = words[1:-1]
                found.said.append(squeezed(last))
    return found


def fonts(data: bytes) -> set[tuple[str, str, str]]:
    """(name, embedded, subset) of each."""
    lines = poppler("pdffonts", data).splitlines()[2:]
    return {(cells[0].partition("+")[2], cells[-5], cells[-4]) for cells in map(str.split, lines)}


def workbook(data: bytes) -> dict[str, Rows]:
    """Every sheet as a reader sees it: numbers in the format they are shown in."""
    sheets = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return {
        sheet.title: [
            ["" if cell.value is None else squeezed(_shown(cell.value, cell.number_format)) for cell in row]
            for row in sheet.iter_rows()
        ]
        for sheet in sheets
    }


def _shown(value: object, shape: str) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    if isinstance(value, str):
        return re.sub(r"^'(?=[=+\-@])", "", value)  # what keeps a text from being read as a formula
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    plain, _, unit = shape.split(";", maxsplit=1)[0].partition('"')
    number = Decimal(str(value)) * (100 if plain.endswith("%") else 1)
    places = len(plain.rstrip("%").partition(".")[2])
    comma = "," if "," in plain else ""
    text = f"{number:{'+' if plain.startswith('+') else ''}{comma}.{places}f}" if shape != "General" else str(value)
    return text + ("%" if plain.endswith("%") else unit.rstrip('"'))


def letter(data: bytes) -> Read:
    """A Word file; captions are not looked for."""
    found = Read()
    for block in docx.Document(io.BytesIO(data)).element.body:
        if block.tag == f"{_W}p":
            found.said.append(_text(block))
        elif block.tag == f"{_W}tbl":
            rows = [[_text(cell) for cell in row.iter(f"{_W}tc")] for row in block.iter(f"{_W}tr")]
            found.tables.append(("", rows))
    return found


def _text(element: Iterator[object]) -> str:
    return squeezed("".join(node.text or "" for node in element.iter(f"{_W}t")))  # type: ignore[attr-defined]
