"""Dots with intervals, and bands that stay pale on paper."""

from __future__ import annotations

import pandas as pd

from reports import vector
from reports.figures import Reference, courses, dots
from tests.reports.test_svg import page_of


def items() -> pd.DataFrame:
    columns = ["name", "estimate", "low", "high", "shown", "printed", "group", "note"]
    rows = [
        ["甲县", 90.0, 85.0, 95.0, "90%", "第 1 名（1–2）", "发达地区", ""],
        ["乙县", 80.0, float("nan"), float("nan"), "80%", "第 2 名", "发达地区", ""],
        ["丙县", float("nan"), float("nan"), float("nan"), "–", "未排名", "发达地区", ""],
    ]
    return pd.DataFrame(rows, columns=columns)


def test_what_has_no_estimate_is_left_out_and_the_order_stays() -> None:
    words = list(vector.drawing(dots(items(), title="名次", lines=[Reference("目标", 85.0)]), 400).texts())
    assert [word for word in words if word in ("甲县", "乙县", "丙县")] == ["甲县", "乙县"]
    assert {"第 1 名（1–2）", "第 2 名", "目标", "名次"} <= set(words)
    assert "暂无数据" in list(vector.drawing(dots(items().iloc[2:]), 400).texts())


def test_a_band_is_pale_on_paper_too() -> None:
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
    page = page_of(vector.drawing(courses(frame, title="差距", unit="个百分点", zero_label="持平"), 400))
    states = [state.get_object() for state in page["/Resources"]["/ExtGState"].values()]
    assert 0.16 in [float(state["/ca"]) for state in states if "/ca" in state]
