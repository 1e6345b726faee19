"""Altair charts as pieces of a page: lines stay lines and text stays searchable text.

The way is Vega's SVG (vl-convert), drawn by `reports.svg`. Altair and the renderer are imported inside the
functions, for they cost more than a second and documents without charts do without them.
"""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from reports import typefaces
from reports.svg import Vector

if TYPE_CHECKING:
    import altair as alt

# Points a pixel: the twelve pixels of a picture's text stay a little smaller than the twelve points around it.
_LARGEST = 0.9
_starting = threading.Lock()


def _ready() -> None:
    typefaces.register()
    with _starting:
        _start_in_utc()


@cache
def _start_in_utc() -> None:
    """The renderer asks for the machine's time zone once, when it starts. Where clocks are put forward in spring, days
    would stand elsewhere in a picture, and the same figures would be another file."""
    import vl_convert

    kept = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    try:
        vl_convert.vega_to_svg({"width": 1, "height": 1, "signals": [{"name": "day", "update": "month(now())"}]})
    finally:
        os.environ.pop("TZ")
        if kept is not None:
            os.environ["TZ"] = kept
        if hasattr(time, "tzset"):
            time.tzset()


def svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG, laid out with the embedded faces. Never loads anything from the network."""
    import altair as alt
    import vl_convert

    _ready()
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=version, allowed_base_urls=[]))


def png(chart: alt.TopLevelMixin, scale: float = 2.5) -> bytes:
    """The chart as dots, for programs that draw no vectors of ours."""
    import altair as alt
    import vl_convert

    _ready()
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    spec = chart.to_dict(validate=False)
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=version, scale=scale, allowed_base_urls=[]))


def drawing(chart: alt.TopLevelMixin, width_pt: float, max_height_pt: float = float("inf")) -> Vector:
    """The chart as wide as asked for, or less where it would be too high or its text larger than the report's own."""
    picture = Vector(svg(chart))
    picture.scale = min(width_pt / picture.width, max_height_pt / picture.height, _LARGEST)
    return picture
