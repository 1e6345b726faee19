"""Every figure draws on screen and paper: Chinese text as text, no English months, nothing crashes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from reports import theme, vector
from reports.figures import (
    Reference,
    attainment,
    category_map,
    completeness,
    effects,
    matrix,
    tile_map,
    trend,
    trend_rows,
)
from reports.figures.labels import View, place
from tests.reports.test_svg import page_of

Figure = Callable[[pd.DataFrame], Any]

LINES = [
    Reference("基线 78.0%", 78.0, is_target=False),
    Reference("原目标 85%", 85.0, date(2026, 2, 1), date(2026, 6, 1), current=False),
    Reference("目标 90%", 90.0, date(2026, 6, 1)),
]


def _tiles(frame: pd.DataFrame) -> Any:
    return tile_map(frame, title="按时办结率", legend="按时办结率（%）")


def _categories(frame: pd.DataFrame) -> Any:
    return category_map(frame.assign(category=frame["mark"]), title="试点分布", legend="身份")


def _trend(frame: pd.DataFrame) -> Any:
    return trend(frame, unit="%", title="按时办结率走势", lines=LINES, began=date(2026, 2, 1))


FIGURES: dict[str, tuple[str, Figure, set[str]]] = {
    "tile_map": (
        "counties",
        _tiles,
        {"按时办结率", "安吉", "96.3%", "–", "试点", "对照", "山区海岛县", "灰色格为无数据"},
    ),
    "category_map": ("counties", _categories, {"试点分布", "景宁", "身份", "pilot"}),
    "trend": (
        "series",
        _trend,
        {
            "按时办结率走势",
            "基线 78.0%",
            "原目标 85%",
            "目标 90%",
            "试点开始",
            "发达地区",
            "2026-12",
            "空心点：数据不完整",
        },
    ),
    "effects": (
        "estimates",
        lambda frame: effects(frame, title="效果", unit="百分点"),
        {"效果", "无变化", "+3.1（1.0 ～ 5.2）", "单位不足，尚不能判断", "海岛县", "百分点"},
    ),
    "attainment": (
        "attained",
        lambda frame: attainment(frame, title="达成"),
        {"达成", "目标 100%", "安吉", "88.5%", "达成率（%）", "山区海岛县"},
    ),
    "attainment in columns": ("attained", lambda frame: attainment(frame, columns=2), {"德清", "景宁", "131.0%"}),
    "matrix": (
        "needed",
        lambda frame: matrix(frame, title="场景用数", legend="已接入", rows="场景", columns="提供单位"),
        {"场景用数", "民呼我为", "政", "委", "2/3", "0/1×", "已接入"},
    ),
    "completeness": (
        "returns",
        lambda frame: completeness(frame, title="报送"),
        {"报送", "安吉", "2026-09", "●已审核", "▲已提交", "×缺报", "○未到期"},
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_becomes_a_drawing_with_its_words_as_text(name: str, request: pytest.FixtureRequest) -> None:
    fixture, draw, words = FIGURES[name]
    drawing = vector.drawing(draw(request.getfixturevalue(fixture)), 440)
    printed = set(drawing.texts())
    assert words - printed == set()
    assert drawing.scale == 0.9 or drawing.width == pytest.approx(
        440
    )  # the page's width, but no text larger than its own
    assert not [text for text in printed if re.search(r"[A-Z][a-z]{2}", text)]  # “Jan”, “Invalid Date”


@pytest.mark.parametrize("name", FIGURES)
def test_an_empty_frame_says_so(name: str, request: pytest.FixtureRequest) -> None:
    fixture, draw, _ = FIGURES[name]
    assert "暂无数据" in vector.svg(draw(request.getfixturevalue(fixture).iloc[:0]))


@pytest.mark.parametrize("name", FIGURES)
def test_one_row_is_enough(name: str, request: pytest.FixtureRequest) -> None:
    fixture, draw, _ = FIGURES[name]
    frame = request.getfixturevalue(fixture).iloc[:1]
    spec = draw(frame).to_dict()  # validates against the Vega-Lite schema
    assert spec["config"]["font"] == theme.FONT
    assert "暂无数据" not in str(spec)


def test_values_that_are_all_missing_or_equal_still_draw(counties: pd.DataFrame, series: pd.DataFrame) -> None:
    for value in (float("nan"), 5.0, 0.0):
        for diverging in (False, True):
            chart = tile_map(counties.assign(value=value), title="t", legend="l", diverging=diverging)
            assert "安吉" in vector.svg(chart)
        assert "2026-12" in vector.svg(trend(series.assign(value=value), unit="%", title="t"))


def _layer_data(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return next(rows for rows in spec["datasets"].values() if "short_name" in rows[0])


def test_names_stay_legible_on_light_and_dark_tiles(counties: pd.DataFrame) -> None:
    inks = {row["short_name"]: row["ink"] for row in _layer_data(_tiles(counties).to_dict())}
    assert inks["上城"] == theme.PAPER  # the highest value: dark blue
    assert inks["常山"] == theme.INK  # the lowest
    assert inks["景宁"] == theme.MUTED  # none


def test_a_difference_scale_is_centred_on_zero(counties: pd.DataFrame) -> None:
    values = counties.assign(value=[-2.0, 1.0, 8.0, float("nan"), 0.0, 3.0])
    spec = tile_map(values, title="t", legend="l", diverging=True).to_dict()
    scales = [
        layer["encoding"]["color"]["scale"]
        for layer in spec["layer"]
        if layer["encoding"].get("color", {}).get("field") == "value"
    ]
    assert [scale["domain"] for scale in scales] == [[-8.0, 0, 8.0]]


def test_pilots_and_comparisons_differ_without_colour(counties: pd.DataFrame) -> None:
    text = vector.svg(_tiles(counties))
    assert 'stroke-dasharray="4,3"' in text
    plain = vector.svg(_tiles(counties.assign(mark="", group="发达地区")))
    assert 'stroke-dasharray="4,3"' not in plain
    assert "试点" not in plain


def test_a_clicked_tile_answers_with_its_code(counties: pd.DataFrame) -> None:
    chart = tile_map(counties, title="t", legend="l", select="tile")
    params = chart.to_dict()["params"]
    assert [(param["name"], param["select"]["fields"]) for param in params] == [("tile", ["code"])]


def _lines(chart: Any) -> list[dict[str, Any]]:
    """The rows behind the labels of all lines, in the order they were given."""
    found = [rows for rows in chart.to_dict()["datasets"].values() if "thick" in rows[0]]
    return max(found, key=len)


def test_old_targets_stay_but_recede(series: pd.DataFrame) -> None:
    assert [(row["label"], row["colour"]) for row in _lines(_trend(series))] == [
        ("基线 78.0%", theme.INK),
        ("原目标 85%", theme.MUTED),
        ("目标 90%", theme.INK),
    ]


def test_targets_and_baselines_are_told_apart_without_colour(series: pd.DataFrame) -> None:
    """The dash is the layer's own: browsers draw one that is read from a row as a solid line."""
    spec = _trend(series).to_dict()
    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule" and "x2" in layer["encoding"]]
    drawn = {
        tuple(layer["mark"]["strokeDash"]): {row["label"] for row in spec["datasets"][layer["data"]["name"]]}
        for layer in rules
    }
    assert drawn == {(10, 3): {"目标 90%"}, (9, 3, 2, 3): {"原目标 85%"}, (2, 3): {"基线 78.0%"}}
    svg = vector.svg(_trend(series))
    assert svg.count('stroke-dasharray="10,3"') == 1
    assert svg.count('stroke-dasharray="9,3,2,3"') == 1
    assert svg.count('stroke-dasharray="2,3"') == 1


def test_what_is_not_comparable_is_not_joined(series: pd.DataFrame) -> None:
    def strokes(frame: pd.DataFrame) -> int:
        paths = re.findall(
            r'aria-roledescription="line mark"[^>]* d="([^"]*)"', vector.svg(trend(frame, unit="", title=""))
        )
        return sum(path.count("M") for path in paths)

    whole = series.fillna({"value": 75.0})
    parted = whole.assign(segment=["1" if start < "2026-07" else "0" for start in whole.period_start.astype(str)])
    assert (strokes(whole), strokes(parted)) == (2, 4)
    spec = trend(whole, unit="", title="", breaks=[(date(2026, 7, 1), "第2版口径（与前不可比）")]).to_dict()
    assert "第2版口径（与前不可比）" in str(spec["datasets"])


def test_labels_of_close_lines_do_not_overlap(series: pd.DataFrame) -> None:
    close = [Reference(f"目标 {value}%", value) for value in (84.0, 84.2)]
    rows = _lines(trend(series, unit="", title="", lines=close))
    assert len({(row["align"], row["baseline"]) for row in rows}) == 2


def test_a_label_hides_no_point_on_a_phone_either() -> None:
    """Letters do not shrink with the picture: where the wide one has room, the narrow one may not."""
    line = [((0.0, 100.0), (520.0, 100.0))], [((0.0, 100.0), (300.0, 100.0))]
    # Left of the line free up to 80 px on a wide screen, 46 px on a narrow one; a label of 70 px.
    above, below = [(float(x), 92.0) for x in range(0, 521, 4)], [(80.0, 108.0), (400.0, 108.0)]
    wide = View(line[0], [*above, *below], 520)
    narrow = View(line[1], [(x * 300 / 520, y) for x, y in wide.drawn], 300)
    label = ["基线 70.00%"]
    assert [(spot.align, spot.baseline) for spot in place([wide], label, 11)] == [("left", "top")]
    assert [(spot.align, spot.baseline) for spot in place([wide, narrow], label, 11)] == [("center", "top")]


def test_labels_are_placed_for_the_height_at_which_a_picture_is_drawn() -> None:
    """Under a line is room for its label in the high picture, and none in the low one that a report prints."""
    days = pd.date_range("2025-01-01", periods=12, freq="MS")
    rows = [(day, f"{day:%Y-%m}", "甲", value, "", 1, 1, False) for day in days for value in (90.0,)]
    names = ["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete"]
    frame = pd.DataFrame(rows, columns=names)
    lines = [Reference("基线 84%", 84.0), Reference("目标 100%", 100.0), Reference("底 75%", 75.0)]

    def sides(height: int) -> list[str]:
        drawn = _lines(trend(frame, unit="", title="", lines=lines, height=height))
        return [row["baseline"] for row in drawn if row["label"] == "基线 84%"]

    assert (sides(260), sides(60)) == (["bottom"], ["top"])


def test_a_trend_is_a_table_too(series: pd.DataFrame) -> None:
    rows = trend_rows(series)
    assert list(rows.columns) == ["报送期", "对象", "数值", "分子", "分母", "是否完整"]
    assert len(rows) == len(series)
    assert rows["报送期"].iloc[0] == series.sort_values("period_start")["period_label"].iloc[-1]


def test_a_missing_period_breaks_the_line(series: pd.DataFrame) -> None:
    def strokes(frame: pd.DataFrame) -> int:
        lines = re.findall(
            r'aria-roledescription="line mark"[^>]* d="([^"]*)"', vector.svg(trend(frame, unit="", title=""))
        )
        return sum(path.count("M") for path in lines)

    assert strokes(series) == 3
    assert strokes(series.fillna({"value": 75.0})) == 2


def test_quarters_keep_their_names_and_zones_do_not_shift_them(series: pd.DataFrame) -> None:
    starts = pd.to_datetime(["2026-01-01T00:00+08:00"])
    quarter = series.iloc[:1].assign(period_label="2026年第1季度", period_start=starts)
    chart = trend(quarter, unit="", title="")
    rows = next(iter(chart.to_dict()["datasets"].values()))
    assert rows[0]["period_start"] == "2026-01-01T00:00:00"
    assert "2026年第1季度" in vector.svg(chart)


def test_attainment_is_sorted_and_leaves_out_what_is_unknown(attained: pd.DataFrame) -> None:
    spec = attainment(attained).to_dict()
    layer = next(
        layer for layer in spec["layer"][0]["layer"] if "y" in layer["encoding"] and "sort" in layer["encoding"]["y"]
    )
    assert layer["encoding"]["y"]["sort"] == ["德清", "安吉", "景宁"]


def test_bold_and_regular_are_the_embedded_faces(counties: pd.DataFrame) -> None:
    page = page_of(vector.drawing(_tiles(counties), 440))
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].split("+")[-1] for font in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_a_drawing_is_scaled_to_fit_the_height_too(counties: pd.DataFrame) -> None:
    drawing = vector.drawing(_tiles(counties), 440, 200)
    assert drawing.height == pytest.approx(200)
    assert drawing.width < 440


@pytest.mark.parametrize(("width", "words"), [(560, ["short_name", "shown"]), (340, ["short_name"])])
def test_letters_of_a_map_can_be_read_on_a_phone(counties: pd.DataFrame, width: int, words: list[str]) -> None:
    spec = tile_map(counties, title="t", legend="l", width=width).to_dict()
    texts = [layer for layer in spec["layer"] if layer["mark"].get("type") == "text"]
    assert [layer["encoding"]["text"]["field"] for layer in texts] == words
    assert min(layer["mark"]["fontSize"] for layer in texts) > 10
