"""Where the label of a horizontal line can stand without hiding what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.figures.common import ems

Point = tuple[float, float]  # pixels, right and down
_GAP = 3  # pixels between a line and its label
_ROUND = 2  # pixels around a label that a point's dot reaches into
# how a label is set, and at which share of its line, the liked places first
_PLACES = (
    ("left", 0.0),
    ("center", 0.5),
    ("right", 1.0),
    ("center", 0.25),
    ("center", 0.75),
    ("center", 0.375),
    ("center", 0.625),
)
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}  # the share of a label that lies before its anchor


class Spot(NamedTuple):
    """A place for a label: `align` and `share` tell how it is set at which part of its line (0…1), `baseline` on
    which side."""

    align: str
    share: float
    baseline: str
    left: float
    top: float
    right: float
    bottom: float

    def _covers(self, point: Point) -> bool:
        across = self.left - _ROUND < point[0] < self.right + _ROUND
        return across and self.top - _ROUND < point[1] < self.bottom + _ROUND

    def _meets(self, other: Spot) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def cost(self, drawn: Sequence[Point], taken: Sequence[Spot], width: float) -> int:
        outside = round(max(0.0, -self.left) + max(0.0, self.right - width))
        return 100 * outside + 100 * sum(map(self._meets, taken)) + sum(map(self._covers, drawn))


class View(NamedTuple):
    """What is drawn at one width: the lines, the points that labels should not hide, the picture's width."""

    lines: Sequence[tuple[Point, Point]]
    drawn: Sequence[Point]
    width: float


def place(views: Sequence[View], labels: Sequence[str], size: float) -> list[Spot]:
    """For each line in turn the spot that hides least of what is drawn and, above all, no other label; inside the
    picture wherever a spot is. `views`: the same lines at every width that the picture is shown at, as letters do not
    shrink with it; the spots returned are those of the first."""
    taken: list[Sequence[Spot]] = []  # a label's spot in each view

    def cost(spots: Sequence[Spot]) -> int:
        return sum(
            spot.cost(view.drawn, [other[number] for other in taken], view.width)
            for number, (view, spot) in enumerate(zip(views, spots, strict=True))
        )

    for number, label in enumerate(labels):
        each = (_spots(view.lines[number], ems(label) * size, size) for view in views)
        taken.append(min(zip(*each, strict=True), key=cost))
    return [spots[0] for spots in taken]


def _spots(line: tuple[Point, Point], wide: float, size: float) -> list[Spot]:
    (start, y), (end, _) = line
    return [
        Spot(align, share, baseline, left, top, left + wide, top + size)
        for align, share in _PLACES
        for baseline, top in (("bottom", y - _GAP - size), ("top", y + _GAP))
        for left in (start + (end - start) * share - wide * _BEFORE[align],)
    ]


def along(start: Point, end: Point) -> Iterator[Point]:
    """Points on a straight piece, a few pixels apart."""
    steps = max(1, round(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / 4))
    for step in range(steps + 1):
        yield start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps
