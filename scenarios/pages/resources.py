"""The catalogue of data resources: who provides what, on which terms, for which scenarios."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Permission, may
from core.words import PersonalInformation, SecurityLevel
from scenarios import resource_queries, rules, service
from scenarios.pages import parts
from scenarios.schemas import ResourceIn
from web import guard, widgets

actor = guard.current_actor()
widgets.header("数据资源", "哪些数据可用，由谁提供，能不能共享？")

organisations = {o.id: o.name for o in accounts.queries.organisations(actor)}
first, second = st.columns([2, 1])
search = first.text_input(
    "查找", type="search", placeholder="名称、编码、提供单位或拼音首字母", key="resources_q", bind="query-params"
)
provider = second.selectbox(
    "提供单位",
    list(organisations),
    None,
    organisations.__getitem__,
    placeholder=parts.ALL,
    key="resources_provider",
    bind="query-params",
)
rows = resource_queries.resources(actor, search=search or "", provider_id=provider)
if rows:
    event = st.dataframe(
        pd.DataFrame(
            {
                "编码": row.code,
                "数据资源": row.name,
                "提供单位": row.provider,
                "共享属性": row.sharing,
                "更新周期": row.update_cycle or "–",
                "安全级别": row.security.value,
                "个人信息": row.personal.label,
                "使用场景": len(row.scenarios),
                "摘要": row.summary,
            }
            for row in rows
        ),
        key="resources_table",
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption("点选一行左侧的方框，查看哪些场景在使用。")
    for row in (rows[position] for position in event.selection.rows if position < len(rows)):
        with st.container(border=True):
            st.markdown(f"**{guard.plain(row.label)}**　{len(row.scenarios)} 个场景使用")
            for link in row.scenarios:
                st.page_link(
                    "scenarios/pages/scenario.py",
                    label=guard.plain(f"{link.code} {link.name}"),
                    query_params={"id": str(link.id)},
                )
elif search or provider:
    widgets.empty("没有符合条件的数据资源。请放宽筛选条件。")
else:
    widgets.empty("目录还是空的。请在下方新增，或在登记场景时一并登入。")

if may(actor, Permission.SCENARIO_CREATE):
    with (
        st.expander("新增数据资源", icon=":material/add:", key="resources_new"),
        st.form("resources_form", enter_to_submit=False, border=False),
    ):
        left, right = st.columns(2)
        name = left.text_input("数据资源名称", max_chars=80, key="resources_name")
        provided_by = right.selectbox(
            "提供单位",
            list(organisations),
            None,
            organisations.__getitem__,
            placeholder="选择提供单位",
            key="resources_provider_id",
        )
        sharing = left.selectbox(
            "共享属性", list(parts.SHARING), None, placeholder="按国家或浙江省的分类选择", key="resources_sharing"
        )
        cycle = right.selectbox(
            "更新周期", rules.UPDATE_CYCLES, None, placeholder="选择更新周期", key="resources_cycle"
        )
        level = left.selectbox(
            "安全级别", list(SecurityLevel), None, parts.label, placeholder="L1 最低，L4 最敏感", key="resources_level"
        )
        personal = right.selectbox("个人信息", list(PersonalInformation), 0, parts.label, key="resources_personal")
        code = left.text_input("目录编码（可不填）", max_chars=60, key="resources_code", help="不填则自动编号")
        summary = right.text_input("摘要（可不填）", max_chars=500, key="resources_summary")
        if st.form_submit_button("新增数据资源", key="resources_submit", type="primary"):
            scheme, attribute = parts.SHARING.get(sharing or "", (None, None))
            with guard.show_errors(ResourceIn):
                service.add_resource(
                    actor,
                    ResourceIn(
                        name=name,
                        provider_id=provided_by,
                        code=code,
                        summary=summary,
                        sharing_scheme=scheme,
                        sharing=attribute,
                        update_cycle=cycle or "",
                        security_level=level,
                        personal_information=personal,
                    ),
                )
                widgets.flash("数据资源已登入目录。")
                st.rerun()
