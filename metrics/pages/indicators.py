"""The catalogue of indicators."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from metrics import compliance, defined
from printing.pages import parts as report_parts
from regions.imports import initials
from web import guard, widgets

actor = guard.current_actor()
widgets.header("指标", "有哪些指标，各是怎么算的？")

search = st.text_input(
    "查找", type="search", placeholder="名称、代码、含义或拼音首字母", key="indicators_q", bind="query-params"
)
sought = (search or "").strip().lower()
rows = [
    row
    for row in defined.indicators()
    if any(sought in text.lower() for text in (row.code, row.name, row.meaning, row.formula, initials(row.name)))
]
if rows:
    widgets.table(
        pd.DataFrame(
            {
                "代码": row.code,
                "指标": row.name,
                "合规": "◆ 疑似形式主义" if compliance.warning(row) else "",
                "怎么算": row.formula,
                "单位": row.unit or "–",
                "类型": row.kind.label,
                "方向": row.direction.label,
                "周期": row.cadence.label,
                "本期或累计": row.accumulation.label,
                "通常作": row.role.label,
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
if doubtful := [row for row in rows if compliance.warning(row)]:
    st.warning(
        f"**◆ 合规提醒**　{'、'.join(guard.plain(row.name) for row in doubtful)}：{guard.plain(compliance.REASON)}"
    )
with st.container(horizontal=True):
    if may(actor, Permission.INDICATOR_EDIT):
        st.page_link("metrics/pages/define.py", label="新建指标", icon=":material/add:")
    report_parts.downloads(actor, "catalogue", "all", "", name="下载指标目录", primary=False)
