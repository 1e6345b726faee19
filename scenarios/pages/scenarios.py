"""Scenarios: which there are and how far each has come."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.words import ScenarioState
from scenarios import queries, resource_queries
from scenarios.pages.parts import ALL, label
from web import guard, widgets

actor = guard.current_actor()
widgets.header("场景", "有哪些场景，各走到哪一步？")
if may(actor, Permission.SCENARIO_CREATE) and st.button(
    "登记场景", key="scenarios_new", type="primary", icon=":material/add:"
):
    st.switch_page("scenarios/pages/register.py")

names = {place.code: place.label for place in resource_queries.regions()}
first, second, third, fourth = st.columns([2, 1, 1, 1])
search = first.text_input(
    "查找", type="search", placeholder="名称、编码或拼音首字母", key="scenarios_q", bind="query-params"
)
domain = second.selectbox(
    "领域", resource_queries.domains(), None, placeholder=ALL, key="scenarios_domain", bind="query-params"
)
state = third.selectbox(
    "状态", list(ScenarioState), None, label, placeholder=ALL, key="scenarios_state", bind="query-params"
)
region = fourth.selectbox(
    "地区", list(names), None, names.__getitem__, placeholder=ALL, key="scenarios_region", bind="query-params"
)

rows = queries.scenarios(actor, search=search or "", domain=domain, states=[state] if state else (), region_code=region)
if rows:
    widgets.table(
        pd.DataFrame(
            {
                "编码": row.code,
                "场景": row.name,
                "状态": widgets.shape(row.state, row.state.label),
                "领域": row.domain,
                "地区": row.region,
                "牵头单位": row.lead,
                "版本": row.version_label,
                "数据就绪度": row.readiness.label,
                "对应需求": row.needs,
                "登记日期": clock.show(row.created_at)[:10],
            }
            for row in rows
        ),
        "scenarios_table",
        open_page="scenarios/pages/scenario.py",
        ids=[row.id for row in rows],
        help={"数据就绪度": "已接入的数据项 ÷ 需要的数据项"},
    )
elif search or domain or state or region:
    widgets.empty("没有符合条件的场景。请放宽筛选条件。")
elif may(actor, Permission.SCENARIO_CREATE):
    widgets.empty("还没有场景。请从需求出发登记第一个场景。", page="scenarios/pages/register.py", label="登记场景")
else:
    widgets.empty("还没有您可以查看的场景。")
