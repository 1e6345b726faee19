"""Needs: what is asked for, most urgent first; registering a new one."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core.words import Asker, NeedSource
from scenarios import need_queries, need_service, resource_queries
from scenarios.pages.need_parts import HOW, need_fields
from scenarios.pages.parts import ALL, label
from scenarios.schemas import NeedIn
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("需求", "群众、企业和基层最急的问题是什么？")

names = {place.code: place.label for place in resource_queries.regions()}
# Every choice stays in the address, so that a filtered list can be sent to somebody.
search = st.text_input("查找", type="search", placeholder="名称、编码或拼音首字母", key="needs_q", bind="query-params")
with widgets.filters("needs"):
    first, second, third, fourth, fifth, sixth = st.columns(6, vertical_alignment="bottom")
    region = first.selectbox(
        "地区", list(names), None, names.__getitem__, placeholder=ALL, key="needs_region", bind="query-params"
    )
    group = second.selectbox(
        "地区类型", need_queries.group_names(), None, placeholder=ALL, key="needs_group", bind="query-params"
    )
    domain = third.selectbox(
        "业务领域", ask(need_queries.domains, actor), None, placeholder=ALL, key="needs_domain", bind="query-params"
    )
    source = fourth.selectbox(
        "来源", list(NeedSource), None, label, placeholder=ALL, key="needs_source", bind="query-params"
    )
    asker = fifth.selectbox("提出方", list(Asker), None, label, placeholder=ALL, key="needs_asker", bind="query-params")
    merged = sixth.toggle("含已合并的", key="needs_merged", bind="query-params")

rows = ask(
    need_queries.needs,
    actor,
    search=search or "",
    region_code=region,
    group=group,
    domain=domain,
    source=source,
    asker=asker,
    merged=merged,
)
if rows:
    frame = pd.DataFrame(
        {
            "编码": row.code,
            "需求": f"{row.title}（已合并）" if row.merged else row.title,
            "地区": row.region,
            "地区类型": row.group,
            "业务领域": row.domain or "–",
            "优先级": row.priority.total,
            "同类排名": f"{row.place} / {row.peers}" if row.place else "–",
            "来源": row.source.label,
            "提出方": row.asker.label,
            "场景": row.scenarios,
        }
        for row in rows
    )
    widgets.table(
        frame.astype({"优先级": "Int64"}),
        "needs_table",
        open_page="scenarios/pages/need.py",
        ids=[row.id for row in rows],
        help={
            "地区类型": "需求统计止日（没有的按登记日）当天，所在地区属于哪一类",
            "优先级": "频次 × 严重程度 × 波及范围，满分 75；没有填写发生次数的不计算",
            "同类排名": "在同一地区类型的需求中排第几 / 共几项；已合并的不排",
            "场景": "已登记的对应场景数",
        },
    )
elif search or region or group or domain or source or asker:
    widgets.empty("没有符合条件的需求。请放宽筛选条件。")
else:
    widgets.empty("还没有登记需求。请在下方登记第一项，之后可由需求登记场景。")

if may(actor, Permission.NEED_CREATE):
    with (
        st.expander("登记需求", icon=":material/add:", key="needs_new"),
        st.form("needs_form", enter_to_submit=False, border=False),
    ):
        values = need_fields("needs_form", actor)
        if st.form_submit_button("登记需求", key="needs_submit", type="primary"):
            with guard.show_errors(NeedIn):
                made = need_service.register_need(actor, NeedIn(**values))
                widgets.flash("需求已登记。")
                st.switch_page("scenarios/pages/need.py", query_params={"id": str(made)})

with st.expander("优先级是怎样计算的", icon=":material/calculate:", key="needs_how"):
    st.markdown(HOW)
