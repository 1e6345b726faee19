"""The part of the origin page that tells a figure over several periods."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from core.numbers import format_number
from core.periods import Period
from metrics import pictures
from metrics.pages.values import FIGURE, address
from metrics.stretches import Stretch
from web import guard, widgets


def draw(collection_id: int, found: Stretch) -> None:
    """The figure, how it is put together, and every period in it; a row leads to that period's own origin."""
    indicator = found.indicator
    first, last = (Period.parse(period).label for period in (found.since, found.until))
    widgets.header(f"{indicator.name}　{found.region}　{first}至{last}", "这几期合起来的数，是由哪些期的数算成的？")
    unit = "" if math.isnan(found.value) else indicator.unit
    widgets.figures(
        [
            (
                "离合理区间的距离（负号表示在外）" if found.distance else "这几期合起来",
                f"{format_number(found.value, indicator.decimals)}{unit}",
                f"{len(found.steps)} 期",
            )
        ]
    )
    what = "各期新增的" if indicator.accumulation.cumulative else "各期的"
    how = f"{what}分子之和 ÷ 分母之和" if found.pooled else f"{what}数值的平均"
    st.markdown(guard.plain(f"算法：{how}。没有数的期不计入，也不当作零。"))
    with st.container(horizontal=True):
        widgets.county(found.region_code, found.region)
        st.page_link(
            "metrics/pages/indicator.py",
            label=f"口径（第 {indicator.version} 版）",
            icon=":material/straighten:",
            query_params={"id": str(indicator.id)},
        )
    if not found.steps:
        widgets.empty("这几期都没有可以计入的数。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "报送期": Period.parse(step.period).label,
                "计入的数": indicator.show(step.added),
                "分子": pictures.amount(step.n),
                "分母": pictures.amount(step.d),
            }
            for step in reversed(found.steps)
        ),
        "stretch_steps",
        open_page=FIGURE,
        addresses=[
            address(collection_id, step.indicator_id, found.region_code, step.period) for step in reversed(found.steps)
        ],
    )
