"""The look: named colours, and what stands beside a colour so that nothing is said by colour alone.

Screen and paper share it. Groups and series differ by colour, by the shape of their points and
by the dash of their lines; states carry a word and a symbol. A black-and-white print therefore
still says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INK = "#1F2937"
MUTED = "#6B7280"
RULE = "#D1D5DB"
PAPER = "#FFFFFF"
SHADE = "#F7F8FA"
NO_VALUE = "#E5E7EB"
MAIN = "#1D4E89"
TINT = "#E8EFF7"
DEVELOPED = "#2B6CB0"
MOUNTAIN = "#D9731A"
GOOD = "#1B7F5C"
ATTENTION = "#B7791F"
BAD = "#B3261E"
NOT_YET = "#6B7280"

SEQUENTIAL = ("#E3EDF7", "#1D4E89")
DIVERGING = ("#D9731A", "#FFFFFF", "#2B6CB0")

# The first is embedded in every PDF; the others are what browsers in China have. The list must
# end in a generic family: without one the renderer drops the text when the first is unknown.
FONT = "Noto Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"


@dataclass(frozen=True)
class Look:
    """How one group or series is drawn: colour, point shape and line dash."""

    colour: str
    shape: str
    dash: tuple[int, ...]


_DEVELOPED = Look(DEVELOPED, "circle", (1, 0))
_MOUNTAIN = Look(MOUNTAIN, "triangle-up", (7, 3))
_OTHERS = (
    _DEVELOPED,
    Look(GOOD, "square", (2, 2)),
    Look("#6B4FA0", "diamond", (9, 3, 2, 3)),
    _MOUNTAIN,
    Look(INK, "triangle-down", (4, 2)),
    Look(ATTENTION, "cross", (12, 3)),
    Look(MUTED, "triangle-right", (1, 3)),
)


def looks(names: Sequence[str]) -> list[Look]:
    """One look for each name, in order. The two groups that the whole system compares always have
    theirs, whatever stands beside them; other names take the rest in turn."""
    fixed = {name: look for name in names if (look := _group(name))}
    rest = [look for look in _OTHERS if look not in fixed.values()]
    others = [name for name in dict.fromkeys(names) if name not in fixed]
    fixed |= {name: rest[place % len(rest)] for place, name in enumerate(others)}
    return [fixed[name] for name in names]


def _group(name: str) -> Look | None:
    if "山区" in name or "欠发达" in name:
        return _MOUNTAIN
    return _DEVELOPED if "发达" in name else None


@dataclass(frozen=True)
class Tone:
    """How a state is drawn: colour for words and edges, tint for areas, symbol for black-and-white."""

    colour: str
    tint: str
    symbol: str


TONES = {
    "good": Tone(GOOD, "#DCF1E8", "●"),
    "attention": Tone(ATTENTION, "#FBEED3", "▲"),
    "bad": Tone(BAD, "#F8DAD7", "×"),
    "not_yet": Tone(NOT_YET, "#EEF0F3", "○"),
}


def readable_on(background: str) -> str:
    """White or ink, whichever contrasts more with `background` (WCAG relative luminance)."""
    light = _luminance(background)
    return PAPER if 1.05 / (light + 0.05) > (light + 0.05) / (_luminance(INK) + 0.05) else INK


def blend(stops: Sequence[str], place: float) -> str:
    """The colour at `place` (0…1) of an even scale through `stops`, mixed as Vega's "rgb" does."""
    step = max(0.0, min(1.0, place)) * (len(stops) - 1)
    left = min(int(step), len(stops) - 2)
    pairs = zip(_channels(stops[left]), _channels(stops[left + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (step - left)):02X}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def config() -> dict[str, Any]:
    """The Vega-Lite configuration of every picture. Twelve pixels stay legible on a telephone and,
    at the width of a printed page, come out as a small but comfortable nine points."""
    text = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": MUTED, "titleFontWeight": 400}
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": text
        | {"labelAngle": 0, "labelLimit": 200, "gridColor": NO_VALUE, "domainColor": MUTED, "tickColor": MUTED},
        "legend": text | {"orient": "bottom", "labelLimit": 240, "symbolSize": 110},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 14,
            "fontWeight": 600,
            "subtitleColor": MUTED,
            "subtitleFontSize": 12,
            "offset": 10,
        },
    }
