"""Two layouts on the same paper: reports that are read, and official papers that are sent.

Official papers follow GB/T 9704-2012: 22 lines of 28 characters of 三号 fill the type area, the title is
二号 and centred, headings stand two characters in and are told apart by their numbering and, at the first
level, by a heavier face (the standard's 黑体; docs/decisions/010 says what stands for its other faces).
"""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.units import mm

from reports import theme
from reports.lines import Style
from reports.typefaces import BOLD

WIDTH, HEIGHT = 156 * mm, 225 * mm  # the type area

CHARACTERS, ROWS = 28, 22  # of an official page
_THREE = int(WIDTH / CHARACTERS * 100) / 100  # 三号, so that exactly 28 fill a line: 15.79 of its nominal 16 points
LINE = HEIGHT / ROWS


@dataclass(frozen=True)
class Layout:
    """How each kind of text is set. `running` says whether pages carry a head with title and number;
    `boxed` whether notes stand in a tinted box; `rule` is the colour of the main lines of tables."""

    title: Style
    subtitle: Style
    facts: Style
    body: Style
    headings: tuple[Style, Style, Style, Style]
    note: Style
    caption: Style
    table_size: float
    rule: str
    running: bool


_BODY = Style(12, 21, align="justify", indent=2, after=3)
REPORT = Layout(
    title=Style(22, 34, face=BOLD, colour=theme.MAIN, align="centre", after=4),
    subtitle=Style(13, 22, colour=theme.MUTED, align="centre", after=8),
    facts=Style(9.5, 16, colour=theme.MUTED, align="centre", after=12),
    body=_BODY,
    headings=(
        Style(16, 26, face=BOLD, colour=theme.MAIN, before=16, after=6),
        Style(14, 23, face=BOLD, before=10, after=4),
        Style(12.5, 21, face=BOLD, before=6, after=3),
        Style(12, 21, before=4, after=2),
    ),
    note=Style(10, 16, align="justify", panel=theme.TINT, before=6, after=10),
    caption=Style(10, 15, face=BOLD, align="centre", before=3, after=10, least=1),
    table_size=9.5,
    rule=theme.MAIN,
    running=True,
)

_OFFICIAL = Style(_THREE, LINE, align="justify", indent=2)
_HEAVY = Style(_THREE, LINE, face=BOLD, indent=2)
_LIGHT = Style(_THREE, LINE, indent=2)
OFFICIAL = Layout(
    title=Style(22, 36, face=BOLD, align="centre", after=LINE),
    subtitle=Style(_THREE, LINE, align="centre", after=LINE),
    facts=Style(9.5, 16, colour=theme.MUTED, align="centre", after=12),
    body=_OFFICIAL,
    headings=(_HEAVY, _LIGHT, _LIGHT, _LIGHT),
    note=_OFFICIAL,
    caption=Style(12, 20, face=BOLD, align="centre", before=3, after=8, least=1),
    table_size=12,
    rule=theme.INK,
    running=False,
)
