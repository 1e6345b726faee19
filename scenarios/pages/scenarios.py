"""Scenarios: which there are and how far each has come."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Permission, may
from core import clock
from core.words import GovernanceLevel, ScenarioState
from scenarios import domain_queries, queries, resource_queries
from scenarios.pages.parts import ALL, label
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("场景", "有哪些场景，各走到哪一步？")
with st.container(horizontal=True, vertical_alignment="center"):
    if may(actor, Permission.SCENARIO_CREATE) and st.button(
        "登记场景", key="scenarios_new", type="primary", icon=":material/add:"
    ):
        st.switch_page("scenarios/pages/register.py")
    if may(actor, Permission.DOMAIN_EDIT):
        st.page_link("scenarios/pages/domains.py", label="领域", icon=":material/category:")

places = {place.code: place.label for place in resource_queries.regions()}
leads = {body.id: body.name for body in ask(accounts.queries.organisations, actor)}
search = st.text_input(
    "查找",
    type="search",
    placeholder="名称、简介、编码或拼音",
    help="可输入拼音或首字母，如 minhu、mhww；几个词之间用空格隔开",
    key="scenarios_q",
    bind="query-params",
)
with widgets.filters("scenarios"):
    first, second, third, fourth, fifth, sixth = st.columns(6)
    domain = first.selectbox(
        "领域", ask(domain_queries.domains, actor), None, key="scenarios_domain", placeholder=ALL, bind="query-params"
    )
    state = second.selectbox(
        "状态", list(ScenarioState), None, label, key="scenarios_state", placeholder=ALL, bind="query-params"
    )
    level = third.selectbox(
        "治理层级", list(GovernanceLevel), None, label, key="scenarios_level", placeholder=ALL, bind="query-params"
    )
    region = fourth.selectbox(
        "地区", list(places), None, places.__getitem__, key="scenarios_region", placeholder=ALL, bind="query-params"
    )
    group = fifth.selectbox(
        "地区类型",
        ask(queries.groups_of_scenarios, actor),
        None,
        key="scenarios_group",
        placeholder=ALL,
        bind="query-params",
    )
    lead = sixth.selectbox(
        "牵头单位", list(leads), None, leads.__getitem__, key="scenarios_lead", placeholder=ALL, bind="query-params"
    )

rows = ask(
    queries.scenarios,
    actor,
    search=search or "",
    domain=domain,
    states=[state] if state else (),
    level=level,
    region_code=region,
    group=group,
    lead_id=lead,
)
if rows:
    st.caption(f"共 {len(rows)} 个场景；等待办理的在前，同一状态中新登记的在前。")
    widgets.table(
        pd.DataFrame(
            [
                (
                    row.code,
                    row.name,
                    widgets.shape(row.state, row.state.label),
                    row.domain,
                    row.region,
                    row.lead,
                    row.version_label,
                    row.readiness.label,
                    f"缺{row.untraced}" if row.untraced else "可追溯",
                    "● 开放" if row.openings else "–",
                    clock.show(row.created_at)[:10],
                )
                for row in rows
            ],
            columns=[
                *("编码", "场景", "状态", "领域", "地区", "牵头单位", "版本"),
                *("数据就绪度", "三张清单", "场景开放", "登记日期"),
            ],
        ),
        "scenarios_table",
        open_page="scenarios/pages/scenario.py",
        ids=[row.id for row in rows],
        height=min(36 * (len(rows) + 1), 720),
        help={
            "数据就绪度": "已接入的数据项 ÷ 需要的数据项",
            "三张清单": "能否上溯到需求、下接改革事项",
            "场景开放": "正在向部门、企业征集合作",
        },
    )
elif search or domain or state or level or region or group or lead:
    widgets.empty("没有符合条件的场景。请放宽筛选条件。")
elif may(actor, Permission.SCENARIO_CREATE):
    widgets.empty("还没有场景。请从需求出发登记第一个场景。", page="scenarios/pages/register.py", label="登记场景")
else:
    widgets.empty("还没有您可以查看的场景。")
