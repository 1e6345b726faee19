"""Small reports, the frames that figures take, and a reader for what was printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

from reports.kit import Report

AS_OF = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)  # 14:05 in Beijing

MakeReport = Callable[..., Report]


@pytest.fixture(scope="module")
def make() -> MakeReport:
    """Makes a bare report: no cover, no contents, unless asked for."""

    def report(**given: Any) -> Report:
        plain: dict[str, Any] = {"title": "试点评估报告", "as_of": AS_OF, "cover": False, "contents": False}
        return Report(**plain | given)

    return report


@pytest.fixture(scope="module")
def read() -> Callable[[Report], PdfReader]:
    def reader(report: Report) -> PdfReader:
        return PdfReader(BytesIO(report.bytes()))

    return reader


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    """Six counties on a grid: both groups, a pilot, a comparison unit, one without a value."""
    return pd.DataFrame(
        {
            "code": ["330523", "330521", "330822", "331127", "330803", "330101"],
            "short_name": ["安吉", "德清", "常山", "景宁", "衢江", "上城"],
            "row": [1, 1, 6, 10, 5, 3],
            "col": [3, 4, 0, 2, 1, 6],
            "value": [91.8, 82.2, 67.8, float("nan"), 87.3, 96.3],
            "shown": ["91.8%", "82.2%", "67.8%", "–", "87.3%", "96.3%"],
            "note": ["459 / 500", "411 / 500", "339 / 500", "缺报", "873 / 1,000", "963 / 1,000"],
            "group": ["发达地区", "发达地区", "山区海岛县", "山区海岛县", "山区海岛县", "发达地区"],
            "mark": ["pilot", "comparison", "", "pilot", "", ""],
        }
    )


@pytest.fixture
def series() -> pd.DataFrame:
    """Two series over every month of 2026, with a gap and an incomplete point."""
    months = pd.date_range("2026-01-01", periods=12, freq="MS")
    rows = [
        {
            "period_start": month,
            "period_label": f"{month.year}年{month.month}月",
            "series": name,
            "value": float("nan") if name == "山区海岛县" and month.month == 5 else base + month.month,
            "shown": f"{base + month.month:.1f}%",
            "n": base + month.month,
            "d": 100,
            "incomplete": month.month == 12,
        }
        for name, base in (("发达地区", 80), ("山区海岛县", 70))
        for month in months
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["发达地区", "山区海岛县", "海岛县"],
            "estimate": [3.1, -5.4, float("nan")],
            "low": [1.0, -11.6, float("nan")],
            "high": [5.2, 0.8, float("nan")],
            "shown": ["+3.1（1.0 ～ 5.2）", "-5.4（-11.6 ～ 0.8）", "单位不足，尚不能判断"],
        }
    )


@pytest.fixture
def attained() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["安吉", "景宁", "常山", "德清"],
            "value": [104.0, 88.5, float("nan"), 131.0],
            "shown": ["104.0%", "88.5%", "–", "131.0%"],
            "group": ["发达地区", "山区海岛县", "山区海岛县", "发达地区"],
            "n": [52, 44, None, 65],
            "d": [50, 50, 50, 50],
        }
    )


@pytest.fixture
def returns() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": ["安吉", "安吉", "景宁", "景宁"],
            "period_start": pd.to_datetime(["2026-09-01", "2026-10-01"] * 2),
            "period_label": ["2026年9月", "2026年10月"] * 2,
            "status": ["已审核", "已提交", "缺报", "未到期"],
            "tone": ["good", "attention", "bad", "not_yet"],
            "note": ["", "", "系统故障", ""],
        }
    )


@pytest.fixture
def needed() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": ["民呼我为", "民呼我为", "五环智控"],
            "column": ["信访局", "政法委", "政法委"],
            "share": [2 / 3, 0.0, 1.0],
            "shown": ["2/3", "0/1×", "1/1"],
            "note": ["已接入 2 项，申请中 1 项", "被拒 1 项", "已接入 1 项"],
        }
    )
