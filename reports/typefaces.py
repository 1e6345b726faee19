"""The two embedded faces: registered once a process, and asked which characters they lack.

Every document and picture uses these and nothing else, so a PDF looks the same on every
machine and no reader has to guess a substitute for a Chinese character.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).with_name("fonts")
REGULAR = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"

_lock = threading.Lock()  # `cache` alone would let two threads register at once

_CODE = re.compile(r"^<([0-9A-F]{2})> <([0-9A-F]{4,6})>$", re.MULTILINE)
_CODES = re.compile(r"\d+ beginbfchar\n.*endbfchar", re.DOTALL)
_LARGEST_BLOCK = 100  # Adobe Technical Note 5014 allows no more entries in one block


class _Face(TTFont):
    """A TrueType face whose text can be searched and copied beyond U+FFFF.

    ReportLab writes such a character into the ToUnicode map as five hexadecimal digits, where
    PDF wants UTF-16: a reader then finds another character, or none. It also writes all codes
    as one block, longer than the format allows. Both are mended after it has written the map.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802  ReportLab's name
        super().addObjects(doc)
        for key, stored in doc.idToObject.items():
            if key.startswith("toUnicodeCMap:") and key.endswith(self.fontName):
                blocks = "\n".join(_blocks(stored.content))
                stored.content = _CODES.sub(blocks, stored.content)


def _blocks(cmap: str) -> Iterator[str]:
    codes = [
        f"<{code}> <{chr(int(point, 16)).encode('utf-16-be').hex().upper()}>" for code, point in _CODE.findall(cmap)
    ]
    for start in range(0, len(codes), _LARGEST_BLOCK):
        block = codes[start : start + _LARGEST_BLOCK]
        yield "\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"])


def register() -> None:
    """Make both faces known to ReportLab and to the chart renderer. Cheap after the first call."""
    with _lock:
        _register_once()


@cache
def _register_once() -> None:
    import vl_convert

    rl_config.useA85 = 0  # streams as they are: a fifth smaller, and faster, than spelt out in letters
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(_Face(name, str(FOLDER / f"{name}-sub.ttf")))
    vl_convert.register_font_directory(str(FOLDER))


@cache
def characters() -> frozenset[str]:
    """Every character that can be printed. Both faces hold the same ones."""
    register()
    return frozenset(map(chr, pdfmetrics.getFont(REGULAR).face.charToGlyph))


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that the faces cannot print, each once, in order of appearance."""
    known = characters()
    return [character for character in dict.fromkeys(text) if character not in known and character != "\n"]


@lru_cache(maxsize=1 << 15)
def text_width(text: str, face: str, size: float) -> float:
    """Width in points. Remembered: a document measures the same characters and cells again and again."""
    return float(pdfmetrics.stringWidth(text, face, size))
