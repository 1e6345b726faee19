"""Dots with intervals, and bands that stay pale on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from reportlab.graphics.shapes import Group, Path

from reports import vector
from reports.figures import Reference, courses, dots


def shapes(item: Any) -> Iterator[Any]:
    if isinstance(item, Group):
        for child in item.contents:
            yield from shapes(child)
    else:
        yield item


def items() -> pd.DataFrame:
    columns = ["name", "estimate", "low", "high", "shown", "printed", "group", "note"]
    rows = [
        ["甲县", 90.0, 85.0, 95.0, "90%", "第 1 名（1–2）", "发达地区", ""],
        ["乙县", 80.0, float("nan"), float("nan"), "80%", "第 2 名", "发达地区", ""],
        ["丙县", float("nan"), float("nan"), float("nan"), "–", "未排名", "发达地区", ""],
    ]
    return pd.DataFrame(rows, columns=columns)


def test_what_has_no_estimate_is_left_out_and_the_order_stays() -> None:
    words = list(vector.texts(vector.drawing(dots(items(), title="名次", lines=[Reference("目标", 85.0)]), 400)))
    assert [word for word in words if word in ("甲县", "乙县", "丙县")] == ["甲县", "乙县"]
    assert {"第 1 名（1–2）", "第 2 名", "目标", "名次"} <= set(words)
    assert "暂无数据" in list(vector.texts(vector.drawing(dots(items().iloc[2:]), 400)))


def test_a_band_is_pale_on_paper_too() -> None:
    """The converter for paper knows the opacity of a fill and not that of a whole mark."""
    frame = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2026-01-01", "2026-02-01"]),
            "period_label": ["2026年1月", "2026年2月"],
            "series": "差距",
            "estimate": [4.0, 5.0],
            "low": [3.0, 4.0],
            "high": [5.0, 6.0],
            "shown": "",
        }
    )
    picture = vector.drawing(courses(frame, title="差距", unit="个百分点", zero_label="持平"), 400)
    fills = [shape.fillOpacity for shape in shapes(picture) if isinstance(shape, Path) and shape.fillColor is not None]
    assert pytest.approx(0.16) in fills
