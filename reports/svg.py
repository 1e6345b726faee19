"""Vega's SVG drawn on a page: lines stay lines, text stays searchable text in one of the two embedded faces.

Vega writes a small and steady part of SVG: groups that are moved, paths, lines, texts, clips and gradients. This reads
that part and nothing else, and says so where it meets something new; a general reader costs five times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from reportlab.lib.colors import Color, toColor

from reports.typefaces import BOLD, REGULAR, text_width

_BOLD_FROM = 600
_MOVED = re.compile(r"translate\((-?[\d.e-]+)[ ,]+(-?[\d.e-]+)\)")
_STEP = re.compile(r"(translate|rotate)\((-?[\d.e-]+)(?:[ ,]+(-?[\d.e-]+))?\) ?")
_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d*\.\d+|\d+\.?)(?:e-?\d+)?")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}
_SHAPES = {"path", "line", "rect"}
_SILENT = {"defs", "title", "desc"}  # what is not drawn where it stands


@dataclass(frozen=True)
class _Pen:
    """What groups hand down to what stands in them; None: not painted."""

    x: float = 0
    y: float = 0
    fill: str | None = "#000000"
    stroke: str | None = None
    width: float = 1
    opacity: float = 1
    miter: float = 4


class Vector:
    """A picture `width` × `height` points. Its own unit is the pixel; `scale` is how large one is."""

    def __init__(self, source: str) -> None:
        self._root = fromstring(source)
        self._kept = {found.get("id"): found for found in self._root.iter() if found.get("id")}
        self._pixels = float(self._root.get("width", 0)), float(self._root.get("height", 0))
        self.scale = 1.0

    @property
    def width(self) -> float:
        return self._pixels[0] * self.scale

    @property
    def height(self) -> float:
        return self._pixels[1] * self.scale

    def texts(self) -> Iterator[str]:
        """Every text in it, line by line."""
        for found in self._root.iter():
            if _name(found) == "text":
                yield from (line for _, _, line in _lines(found))

    def draw_on(self, canvas: Any, x: float, y: float, scale: float = 1) -> None:
        """Draw it with its lower left corner at x, y."""
        canvas.saveState()
        canvas.translate(x, y + self.height * scale)
        canvas.scale(self.scale * scale, self.scale * scale)
        self._children(canvas, self._root, _Pen())
        canvas.restoreState()

    def _children(self, canvas: Any, element: Element, pen: _Pen) -> None:
        for child in element:
            if child.get("display") == "none" or (name := _name(child)) in _SILENT:
                continue
            if name == "g":
                self._group(canvas, child, _inherit(child, pen))
            elif name == "text":
                _text(canvas, child, _inherit(child, pen))
            elif name in _SHAPES:
                self._shape(canvas, name, child, _inherit(child, pen))
            else:
                raise ValueError(f"cannot draw <{name}>")

    def _group(self, canvas: Any, element: Element, pen: _Pen) -> None:
        clip = self._referred(element.get("clip-path"))
        if clip is None:
            self._children(canvas, element, pen)
            return
        canvas.saveState()
        (area,) = clip
        canvas.clipPath(_path(canvas, _outline(_name(area), area.attrib), pen)[0], stroke=0, fill=0)
        self._children(canvas, element, pen)
        canvas.restoreState()

    def _shape(self, canvas: Any, name: str, element: Element, pen: _Pen) -> None:
        gradient = self._referred(pen.fill)
        fill = None if name == "line" or gradient is not None else pen.fill
        if pen.opacity == 0 or (fill is None and pen.stroke is None and gradient is None):
            return
        path, box = _path(canvas, _outline(name, element.attrib), pen)
        if gradient is not None:
            _graded(canvas, path, box, gradient)
        if fill is None and pen.stroke is None:
            return
        filled = pen.opacity * float(element.get("fill-opacity", 1))
        stroked = pen.opacity * float(element.get("stroke-opacity", 1))
        canvas.saveState()
        if fill is not None:
            canvas.setFillColor(_colour(fill, filled))
        if pen.stroke is not None:
            canvas.setStrokeColor(_colour(pen.stroke, stroked))
            canvas.setLineWidth(pen.width)
            canvas.setMiterLimit(pen.miter)
            dashes = [float(part) for part in re.split(r"[ ,]+", element.get("stroke-dasharray", "")) if part]
            if (
                dashes and dashes != [1, 0] and fill != pen.stroke
            ):  # dashes around an area of the same colour only fray it
                canvas.setDash(dashes)
        canvas.drawPath(path, stroke=int(pen.stroke is not None), fill=int(fill is not None))
        canvas.restoreState()

    def _referred(self, link: str | None) -> Element | None:
        return self._kept[link[5:-1]] if link and link.startswith("url(#") else None


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _inherit(element: Element, pen: _Pen) -> _Pen:
    given = element.attrib
    # A text may be turned, which happens where it is drawn.
    x, y = (0.0, 0.0) if _name(element) == "text" else _moved(given.get("transform"))
    width = float(given.get("stroke-width", pen.width))
    return replace(
        pen,
        x=pen.x + x,
        y=pen.y + y,
        fill=_paint(given.get("fill"), pen.fill),
        stroke=_paint(given.get("stroke"), pen.stroke) if width else None,  # PDF draws a line of no width as a hair
        width=width,
        opacity=pen.opacity * float(given.get("opacity", 1)),
        miter=float(given.get("stroke-miterlimit", pen.miter)),
    )


def _moved(transform: str | None) -> tuple[float, float]:
    if not transform:
        return 0, 0
    found = _MOVED.fullmatch(transform)
    if found is None:
        raise ValueError(f"cannot follow {transform}")
    return float(found[1]), float(found[2])


def _paint(given: str | None, inherited: str | None) -> str | None:
    return inherited if given is None else None if given in ("none", "transparent") else given


@cache
def _colour(name: str, opacity: float) -> Color:
    if name.startswith("rgb("):
        red, green, blue = (int(part) / 255 for part in name[4:-1].split(","))
        return Color(red, green, blue, alpha=opacity)
    found = toColor(name)
    return Color(found.red, found.green, found.blue, alpha=opacity)


def _lines(element: Element) -> Iterator[tuple[float, float, str]]:
    """Where each line of a text begins, in pixels from the text's own point, and what it says."""
    x = y = 0.0
    if element.text:
        yield x, y, element.text
    for part in element:
        y += float(part.get("dy", 0))
        if part.text:
            yield x, y, part.text


def _text(canvas: Any, element: Element, pen: _Pen) -> None:
    if pen.opacity == 0 or pen.fill is None:
        return
    weight = element.get("font-weight", "400")
    face = BOLD if weight.startswith("bold") or (weight.isdigit() and int(weight) >= _BOLD_FROM) else REGULAR
    size = float(element.get("font-size", "12").removesuffix("px"))
    share = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", "start"), 0)
    canvas.saveState()
    canvas.setFillColor(_colour(pen.fill, pen.opacity))
    canvas.setFont(face, size)
    canvas.translate(pen.x, -pen.y)
    if _STEP.sub("", element.get("transform", "")):
        raise ValueError(f"cannot follow {element.get('transform')}")
    for kind, first, second in _STEP.findall(element.get("transform", "")):
        if kind == "rotate":
            canvas.rotate(-float(first))
        else:
            canvas.translate(float(first), -float(second or 0))
    for x, y, line in _lines(element):
        canvas.drawString(x - text_width(line, face, size) * share, -y, line)
    canvas.restoreState()


def _outline(name: str, given: Mapping[str, str]) -> str:
    if name == "line":
        ends = [given.get(side, "0") for side in ("x1", "y1", "x2", "y2")]
        return "M{},{}L{},{}".format(*ends)
    if name == "rect":
        wide, high = given["width"], given["height"]
        return f"M{given.get('x', 0)},{given.get('y', 0)}h{wide}v{high}h-{wide}Z"
    return given.get("d", "")


def _path(canvas: Any, outline: str, pen: _Pen) -> tuple[Any, tuple[float, float, float, float]]:
    """The path on the page, y upwards, and the box around its points."""
    path = canvas.beginPath()
    points: list[tuple[float, float]] = []
    x = y = 0.0  # where the pen stands, in the shape's own pixels

    def at(px: float, py: float) -> tuple[float, float]:
        points.append((pen.x + px, -(pen.y + py)))
        return points[-1]

    for command, values in _commands(outline):
        kind, relative = command.upper(), command.islower()
        dx, dy = (x, y) if relative else (0.0, 0.0)
        if kind == "Z":
            path.close()
        elif kind in "ML":
            x, y = values[0] + dx, values[1] + dy
            (path.moveTo if kind == "M" else path.lineTo)(*at(x, y))
        elif kind in "HV":
            x, y = (values[0] + dx, y) if kind == "H" else (x, values[0] + dy)
            path.lineTo(*at(x, y))
        elif kind == "C":
            first, second, end = ((values[n] + dx, values[n + 1] + dy) for n in (0, 2, 4))
            path.curveTo(*at(*first), *at(*second), *at(*end))
            x, y = end
        else:
            end = values[5] + dx, values[6] + dy
            for curve in _arc((x, y), end, values):
                path.curveTo(*(part for point in curve for part in at(*point)))
            x, y = end
    across, up = [point[0] for point in points] or [0], [point[1] for point in points] or [0]
    return path, (min(across), min(up), max(across), max(up))


def _commands(outline: str) -> Iterator[tuple[str, list[float]]]:
    tokens = _TOKEN.findall(outline)
    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
            if command.upper() not in _TAKES:
                raise ValueError(f"cannot draw the path command {command}")
        count = _TAKES[command.upper()]
        yield command, [float(token) for token in tokens[at : at + count]]
        at += count
        if count == 0 and at < len(tokens) and not tokens[at].isalpha():
            raise ValueError(f"a number after {command}")


Point = tuple[float, float]


def _arc(start: Point, end: Point, values: list[float]) -> Iterator[tuple[Point, Point, Point]]:
    """A circular arc as Bézier curves of at most a quarter (SVG 1.1, F.6.5)."""
    radius, other, _, large, sweep = values[:5]
    if radius != other:
        raise ValueError("cannot draw an arc of an ellipse")
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    half = math.dist(start, end) / 2
    if half == 0:
        return
    radius = max(radius, half)
    rise = math.sqrt(radius * radius - half * half) * (1 if large == sweep else -1)
    centre = (
        middle[0] + rise * (end[1] - start[1]) / (2 * half),
        middle[1] - rise * (end[0] - start[0]) / (2 * half),
    )
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    turn = math.atan2(end[1] - centre[1], end[0] - centre[0]) - first
    if sweep and turn <= 0:
        turn += 2 * math.pi
    elif not sweep and turn >= 0:
        turn -= 2 * math.pi
    count = math.ceil(abs(turn) / (math.pi / 2) - 1e-9)
    step = turn / count
    reach = radius * 4 / 3 * math.tan(step / 4)
    for number in range(count):
        a, b = first + number * step, first + (number + 1) * step
        here = centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)
        there = centre[0] + radius * math.cos(b), centre[1] + radius * math.sin(b)
        yield (
            (here[0] - reach * math.sin(a), here[1] + reach * math.cos(a)),
            (there[0] + reach * math.sin(b), there[1] - reach * math.cos(b)),
            there,
        )


def _graded(canvas: Any, path: Any, box: tuple[float, float, float, float], gradient: Element) -> None:
    """A path filled with a gradient, whose ends are given in shares of the path's box."""
    left, bottom, right, top = box
    ends = [float(gradient.get(side, 0)) for side in ("x1", "y1", "x2", "y2")]
    xs = [left + (right - left) * share for share in ends[::2]]
    ys = [top - (top - bottom) * share for share in ends[1::2]]
    stops = [(float(stop.get("offset", 0)), _colour(stop.get("stop-color", "#000000"), 1)) for stop in gradient]
    canvas.saveState()
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.linearGradient(xs[0], ys[0], xs[1], ys[1], [colour for _, colour in stops], [place for place, _ in stops])
    canvas.restoreState()
