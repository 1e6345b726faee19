"""Vega's SVG on a page: every piece at its place, in its colour, and nothing unknown passed over in silence."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

import altair as alt
import pandas as pd
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream
from reportlab.pdfgen.canvas import Canvas

from reports import vector
from reports.svg import Vector
from reports.typefaces import BOLD, REGULAR, register, text_width

register()


def page_of(vector: Vector, scale: float = 1) -> Any:
    out = BytesIO()
    canvas = Canvas(out, initialFontName=REGULAR)
    vector.draw_on(canvas, 0, 0, scale)
    canvas.showPage()
    canvas.save()
    return PdfReader(out).pages[0]


def drawn(inside: str) -> list[tuple[str, list[Any]]]:
    """Operators and operands on a page of 100 × 100 with this in the SVG."""
    page = page_of(Vector(f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{inside}</svg>'))
    contents = ContentStream(page.get_contents(), page.pdf)
    return [
        (operator.decode(), [float(part) if isinstance(part, float | int) else str(part) for part in operands])
        for operands, operator in contents.operations
    ]


def only(inside: str, *operators: str) -> list[tuple[str, list[Any]]]:
    return [found for found in drawn(inside) if found[0] in operators]


def placed(inside: str) -> list[tuple[float, float]]:
    """Where texts begin: moved by all the matrices before them but the page's own, then by theirs."""
    found = only(inside, "cm", "Tm")[2:]
    moves = [place for name, place in found if name == "cm"]
    x, y = (sum(place[axis] for place in moves) for axis in (4, 5))
    return [(x + own[4], y + own[5]) for name, own in found if name == "Tm"]


def test_paths_stand_where_their_groups_moved_them_with_y_upwards() -> None:
    inside = '<g transform="translate(10,20)"><path d="M0,0h5v4L1,2H0Z" transform="translate(1,2)" fill="#1D4E89"/></g>'
    assert only(inside, "m", "l", "h", "rg", "f*", "f") == [
        ("rg", [pytest.approx(part, abs=1e-4) for part in (0x1D / 255, 0x4E / 255, 0x89 / 255)]),
        ("m", [11, -22]),
        *(("l", [16, -22]), ("l", [16, -26]), ("l", [12, -24]), ("l", [11, -24])),
        ("h", []),
        ("f*", []),
    ]


def test_a_circle_is_round_and_closed() -> None:
    curves = only('<path d="M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0" transform="translate(50,50)" fill="#000"/>', "c")
    assert len(curves) == 4
    here = (55.0, -50.0)
    for _, points in curves:
        for share in (0.25, 0.5, 0.75, 1.0):
            parts = [(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3]
            along = [sum(map(float.__mul__, parts, (here[axis], *points[axis::2]))) for axis in (0, 1)]
            assert math.dist(along, (50, -50)) == pytest.approx(5, abs=0.003)
        here = points[4], points[5]
    assert here == pytest.approx((55, -50))


def test_the_long_way_round_and_the_short_one() -> None:
    ends = {}
    for large in (0, 1):
        curves = only(f'<path d="M10,0A10,10,0,{large},1,0,10" fill="#000"/>', "c")
        ends[large] = len(curves)
        assert curves[-1][1][-2:] == pytest.approx([0, -10], abs=1e-3)
    assert ends == {0: 1, 1: 3}


def test_texts_begin_end_or_are_centred_at_their_point_in_their_face() -> None:
    wide = text_width("安吉", BOLD, 10)
    for anchor, left in (("start", 50.0), ("middle", 50 - wide / 2), ("end", 50 - wide)):
        text = (
            f'<text text-anchor="{anchor}" transform="translate(50,30)" font-size="10px" font-weight="600">安吉</text>'
        )
        assert placed(text) == [pytest.approx((left, -30), abs=1e-3)]
    lines = '<text transform="translate(5,5)" font-size="10px"><tspan>甲</tspan><tspan x="0" dy="13">乙</tspan></text>'
    assert placed(lines) == [(5, -5), (5, -18)]
    assert list(Vector(f'<svg width="1" height="1">{lines}</svg>').texts()) == ["甲", "乙"]


def test_a_turned_text_runs_upwards() -> None:
    text = '<text transform="translate(5,40) rotate(-90)" font-size="10px">比率</text>'
    turns = [place for name, place in only(text, "cm") if place[:4] != [1, 0, 0, 1]]
    assert turns[-1][:4] == pytest.approx([0, 1, -1, 0], abs=1e-6)


def test_dashes_widths_and_what_is_not_painted() -> None:
    line = '<line x2="10" y2="0" stroke="#000" stroke-width="2" stroke-dasharray="7,3"/>'
    assert only(line, "d")[-1] == ("d", ["[7, 3]", 0])
    assert only(line, "w", "S") == [("w", [2]), ("S", [])]
    bare = '<path d="M0,0h5v5Z" fill="#000" stroke="#000" stroke-width="0"/>'
    assert only(bare, "f", "f*", "B", "B*", "S") == [("f*", [])]
    hidden = '<path d="M0,0h5" fill="none"/><path d="M0,0h5" fill="#000" opacity="0"/><path d="" display="none"/>'
    assert only(hidden, "f", "f*", "S", "B", "B*") == []


def test_what_can_be_seen_through_stays_so() -> None:
    inside = '<path d="M0,0h5v5Z" fill="#2B6CB0" fill-opacity="0.16"/><path d="M0,0h5v5Z" fill="#000" opacity="0.5"/>'
    page = page_of(Vector(f'<svg width="9" height="9">{inside}</svg>'))
    states = [state.get_object() for state in page["/Resources"]["/ExtGState"].values()]
    assert sorted(float(state["/ca"]) for state in states if "/ca" in state and state["/ca"] < 1) == [0.16, 0.5]


def test_a_mark_that_only_carries_a_tooltip_does_not_cover_the_picture() -> None:
    chart = alt.Chart(pd.DataFrame({"x": [1], "y": [1]})).mark_rect(color="#4c78a8", opacity=0).encode(x="x:O", y="y:O")
    page = page_of(vector.drawing(chart, 300))
    colours = [operands for operands, name in ContentStream(page.get_contents(), page.pdf).operations if name == b"rg"]
    assert [part for part in colours if round(float(part[0]), 2) == 0.3] == []


def test_gradients_and_clips() -> None:
    stops = '<stop offset="0" stop-color="rgb(227, 237, 247)"/><stop offset="1" stop-color="#1D4E89"/>'
    inside = (
        f'<defs><linearGradient id="g" x1="0" x2="1" y1="0" y2="0">{stops}</linearGradient>'
        '<clipPath id="c"><rect x="0" y="0" width="20" height="10"/></clipPath></defs>'
        '<g clip-path="url(#c)"><path d="M0,0h40v5h-40Z" fill="url(#g)"/></g>'
    )
    assert [name for name, _ in only(inside, "W", "W*", "sh")] == ["W*", "W*", "sh"]


@pytest.mark.parametrize(
    "inside, unknown",
    [
        ("<circle r='5'/>", "<circle>"),
        ("<path d='M0,0Q1,1,2,2' fill='#000'/>", "path command Q"),
        ("<path d='M0,0A5,3,0,0,1,5,5' fill='#000'/>", "ellipse"),
        ("<g transform='translate(1,1) rotate(90)'/>", r"rotate\(90\)"),
    ],
)
def test_what_is_unknown_is_said(inside: str, unknown: str) -> None:
    with pytest.raises(ValueError, match=unknown):
        drawn(inside)


def test_a_picture_is_as_large_as_its_scale() -> None:
    vector = Vector('<svg width="200" height="100"/>')
    vector.scale = 0.5
    assert (vector.width, vector.height) == (100, 50)
