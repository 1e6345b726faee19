"""Every rule that returns are checked by, in code or written here, and who is excused."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from metrics import rule_queries
from metrics.model import Severity
from metrics.pages import ruling
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
edits = bool(may(actor, Permission.RULE_EDIT))
widgets.header("校验规则", "报送时会核对什么，从什么时候起，谁可以例外？")

found = ask(rule_queries.rules, actor)
search = st.text_input("查找", type="search", placeholder="名称、代码、条件", key="rules_q", bind="query-params")
with widgets.filters("rules"):
    first, second = st.columns(2)
    severity = first.selectbox(
        "严重程度",
        [Severity.ERROR, Severity.WARNING],
        None,
        lambda item: item.label,
        placeholder="全部",
        key="rules_severity",
        bind="query-params",
    )
    origin = second.selectbox(
        "来源", ["内置", "自定"], None, placeholder="全部", key="rules_origin", bind="query-params"
    )
sought = (search or "").strip().lower()
rows = [
    row
    for row in found
    if any(sought in text.lower() for text in (row.code, row.name, row.condition, row.message))
    and severity in (None, row.severity)
    and origin in (None, "内置" if row.built_in else "自定")
]
if rows:
    widgets.table(
        pd.DataFrame(
            {
                "代码": "–" if row.built_in else row.code,
                "规则": row.name,
                "严重程度": ruling.SEVERITIES[row.severity],
                "适用范围": row.scope,
                "应当成立的条件": row.condition,
                "从何时起": row.valid_from,
                "状态": widgets.shape(ruling.TONES[row.state], row.state.label),
                "来源": "内置" if row.built_in else "自定",
            }
            for row in rows
        ),
        "rules_table",
        open_page="metrics/pages/rule.py",
        addresses=[{"code": row.code} if row.built_in else {"id": str(row.id)} for row in rows],
    )
    written = sum(not row.built_in for row in rows)
    st.caption(
        f"共 {len(rows)} 条：内置 {len(rows) - written} 条，自定 {written} 条。有“错误”的行不能保存，“提醒”说明原因后可以保存。"
    )
else:
    widgets.empty("没有符合条件的规则。请换一个词，或放宽筛选。")
with st.container(horizontal=True):
    if edits:
        st.page_link("metrics/pages/rule.py", label="新建规则", icon=":material/add:")
    st.page_link("metrics/pages/rule_findings.py", label="校验统计：哪条规则发现得最多", icon=":material/bar_chart:")

st.subheader("豁免", anchor=False)
ruling.waivers(actor, ask(rule_queries.waivers, actor), {row.code: row.name for row in found})
if edits:
    ruling.waive(actor, [row for row in found if row.waivable])
