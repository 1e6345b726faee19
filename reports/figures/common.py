"""What the pictures share: the empty picture, encodings by look, tooltips, bounds, short labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd
from altair.utils import schemapi

from reports import theme

# Altair would check every part of a picture against the schema while it is put together, which is most of the work;
# `to_dict()` checks the whole, and tests ask it of every kind of picture.
schemapi.disable_debug_mode()

Figure = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart

_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")


def empty(title: str, width: int) -> Figure:
    """What every picture becomes when there is nothing to draw."""
    words = alt.Chart(pd.DataFrame({"words": ["暂无数据"]}), title=title, width=width, height=80, config=theme.config())
    chart: alt.Chart = words.mark_text(fontSize=14, color=theme.MUTED).encode(text=alt.Text("words", type="nominal"))
    return chart


def by(field: str, channel: Any, names: Sequence[str], looks: Sequence[Any], *, legend: bool = True) -> Any:
    """An encoding of names by their looks. Channels of one field share one legend without a title."""
    scale = alt.Scale(domain=list(names), range=list(looks))
    return channel(
        field, type="nominal", scale=scale, legend=alt.Legend(title=None, symbolStrokeWidth=0) if legend else None
    )


def tips(fields: Iterable[tuple[str, str]]) -> list[alt.Tooltip]:
    """Tooltips from (column, Chinese title) pairs, printed as they come."""
    return [alt.Tooltip(field, title=title, type="nominal") for field, title in fields]


def bounds(values: Iterable[float], margin: float) -> tuple[float, float]:
    """The range of the known values with room around it; 0…1 when none is known."""
    known = [float(value) for value in values if value == value] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = (high - low) * margin or abs(high) * margin or 1.0
    return low - room, high + room


def short(label: str) -> str:
    """2026年3月 → 2026-03, which fits under a tick; other labels as they are."""
    month = _MONTH.fullmatch(label)
    return f"{month[1]}-{int(month[2]):02d}" if month else label


def ems(word: str) -> float:
    """Rough width in font sizes: Chinese characters are one wide, others a little over half."""
    return sum(1.0 if character >= "\u2e80" else 0.58 for character in word)
