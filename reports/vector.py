"""Altair charts as ReportLab drawings: lines stay lines and text stays searchable text.

The way is Vega's SVG (vl-convert) → svglib → Drawing. All three libraries are imported inside the
functions, for they cost more than a second and documents without charts do without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

from reportlab.graphics.shapes import Drawing, Group, String

from reports import typefaces

if TYPE_CHECKING:
    import altair as alt

_BOLD_FROM = 600
_OPACITY = re.compile(r' opacity="([\d.]+)"')  # svglib knows it only of fills and strokes
_FAMILIES = re.compile(r' font-family="[^"]*"')


class _Faces:
    """Stands in for svglib's font map: whatever family a chart asks for, it gets one of our two
    faces, so no font of the machine and none of PDF's own can slip into a document."""

    @staticmethod
    def find_font(_family: str, weight: str = "normal", _style: str = "normal") -> tuple[str, bool]:
        bold = weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= _BOLD_FROM)
        return (typefaces.BOLD if bold else typefaces.REGULAR), True


def svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG, laid out with the embedded faces. Never loads anything from the network."""
    import altair as alt
    import vl_convert

    typefaces.register()
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=version, allowed_base_urls=[]))


def png(chart: alt.TopLevelMixin, scale: float = 2.5) -> bytes:
    """The chart as dots, for programs that draw no vectors of ours."""
    import altair as alt
    import vl_convert

    typefaces.register()
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    spec = chart.to_dict(validate=False)
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=version, scale=scale, allowed_base_urls=[]))


def drawing(chart: alt.TopLevelMixin, width_pt: float, max_height_pt: float = float("inf")) -> Drawing:
    """The chart as a platypus flowable, scaled to the width, or less where it would be too high."""
    from svglib.svglib import svg2rlg

    # Whatever the families, _Faces decides; and svglib takes long to read a list of them.
    source = _OPACITY.sub(r' fill-opacity="\1" stroke-opacity="\1"', _FAMILIES.sub("", svg(chart)))
    picture: Any = svg2rlg(StringIO(source), font_map=_Faces())
    picture.initialFontName = typefaces.REGULAR  # else every drawing begins by naming Helvetica
    scale = min(width_pt / picture.width, max_height_pt / picture.height)
    picture.scale(scale, scale)
    picture.width *= scale
    picture.height *= scale
    return picture


def texts(shape: Any) -> Iterator[str]:
    """Every text in a drawing."""
    if isinstance(shape, String):
        yield shape.text
    elif isinstance(shape, Group):
        for child in shape.contents:
            yield from texts(child)
