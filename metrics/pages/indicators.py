"""The catalogue of indicators."""

import pandas as pd
import streamlit as st

from metrics import queries
from regions.imports import initials
from web import guard, keep, widgets

actor = guard.current_actor()
widgets.header("指标", "有哪些指标，各是怎么算的？")

search = st.text_input(
    "查找", type="search", placeholder="名称、代码、含义或拼音首字母", key="indicators_q", bind="query-params"
)
sought = (search or "").strip().lower()
rows = [
    row
    for row in keep.kept(("indicators", keep.version()), queries.indicators)
    if any(sought in text.lower() for text in (row.code, row.name, row.meaning, row.formula, initials(row.name)))
]
if rows:
    widgets.table(
        pd.DataFrame(
            {
                "代码": row.code,
                "指标": row.name,
                "怎么算": row.formula,
                "单位": row.unit or "–",
                "类型": row.kind.label,
                "方向": row.direction.label,
                "周期": row.cadence.label,
                "口径版本": f"第 {row.version} 版",
            }
            for row in rows
        ),
        "indicators_table",
        open_page="metrics/pages/indicator.py",
        ids=[row.id for row in rows],
    )
    st.caption(f"共 {len(rows)} 个指标。比率一律存分子和分母，由系统计算，不收现成的百分数。")
elif sought:
    widgets.empty("没有符合条件的指标。请换一个词查找。")
else:
    widgets.empty("还没有载入指标口径。请系统管理员运行 zhiping init。")
