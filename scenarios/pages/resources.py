"""The catalogue of data resources: who provides what, on which terms, for how many scenarios."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Permission, Subject, may
from core.words import Opening, PersonalInformation, SecurityLevel, Sharing, sharing_label
from scenarios import resource_queries, resource_service
from scenarios.pages import parts, resource_exchange, resource_fields
from scenarios.resource_queries import Filter
from scenarios.resource_schemas import ResourceIn
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("数据资源", "哪些数据可用，由谁提供，能不能共享？")

organisations = {o.id: o.name for o in accounts.queries.organisations(actor)}
sharings = {
    word: " / ".join(dict.fromkeys(sharing_label(scheme, word) for scheme in ("national", "zhejiang")))
    for word in Sharing
}
search = st.text_input(
    "查找", type="search", placeholder="名称、编码、提供单位或拼音首字母", key="resources_q", bind="query-params"
)
with widgets.filters("resources"):
    first, second, third, fourth, fifth, sixth = st.columns(6, vertical_alignment="bottom")
    provider = first.selectbox(
        "提供单位",
        list(organisations),
        None,
        organisations.__getitem__,
        placeholder=parts.ALL,
        key="resources_provider",
        bind="query-params",
    )
    sharing = second.selectbox(
        "共享属性",
        list(Sharing),
        None,
        sharings.__getitem__,
        placeholder=parts.ALL,
        key="resources_sharing",
        bind="query-params",
    )
    opening = third.selectbox(
        "开放属性",
        list(Opening),
        None,
        resource_fields.OPENINGS.__getitem__,
        placeholder=parts.ALL,
        key="resources_opening",
        bind="query-params",
    )
    level = fourth.selectbox(
        "安全级别",
        list(SecurityLevel),
        None,
        parts.label,
        placeholder=parts.ALL,
        key="resources_level",
        bind="query-params",
    )
    personal = fifth.selectbox(
        "个人信息",
        list(PersonalInformation),
        None,
        parts.label,
        placeholder=parts.ALL,
        key="resources_personal",
        bind="query-params",
    )
    unfinished = sixth.toggle(
        "只看待完善", key="resources_unfinished", bind="query-params", help="核心元数据还有没填的，如分类码、信息项"
    )

wanted = Filter(search or "", provider, level, sharing, opening, personal, unfinished)
# A page number belongs to one set of filters.
key = f"resources_page_{abs(hash(wanted))}"
found = ask(resource_queries.resources, actor, wanted, page=int(st.session_state.get(key, 1)))
if found.rows:
    st.caption(f"共 {found.total:,} 项，按名称排序。")
    widgets.table(
        pd.DataFrame(
            {
                "数据资源": row.name,
                "提供单位": row.provider,
                "共享属性": row.sharing,
                "开放属性": row.opening or "–",
                "更新周期": row.update_cycle or "–",
                "安全级别": row.security.value,
                "个人信息": row.personal.label,
                "信息项": row.items,
                "使用场景": row.uses,
                "待完善": "、".join(gap.message.removeprefix("缺") for gap in row.gaps) or "–",
                "编码": row.code,
            }
            for row in found.rows
        ),
        "resources_table",
        open_page="scenarios/pages/resource.py",
        ids=[row.id for row in found.rows],
        help={"使用场景": "您能看到的、需要这项数据的场景数"},
    )
    if found.pages > 1:
        st.pagination(found.pages, key=key)
elif wanted != Filter():
    widgets.empty("没有符合条件的数据资源。请放宽筛选条件。")
else:
    widgets.empty("目录还是空的。请在下方新增，或在登记场景时一并登入。")

if may(actor, Permission.RESOURCE_CREATE):
    with (
        st.expander("新增数据资源", icon=":material/add:", key="resources_new"),
        st.form("resources_form", enter_to_submit=False, border=False),
    ):
        inputs = resource_fields.resource_inputs("resources_form", organisations)
        approval = {}
        if any(may(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=number)) for number in organisations):
            st.markdown("**开放批准**　L2 及以上的数据向社会开放时填写。")
            approval = resource_fields.approval_inputs("resources_approval")
        if st.form_submit_button("新增数据资源", key="resources_submit", type="primary"):
            with guard.show_errors(ResourceIn):
                data = ResourceIn(**inputs)
                made = resource_service.add_resource(actor, data, approval=resource_fields.approval(approval))
                widgets.flash("数据资源已登入目录。")
                st.switch_page("scenarios/pages/resource.py", query_params={"id": str(made)})

with st.expander("导入导出", icon=":material/sync_alt:", key="resources_exchange"):
    resource_exchange.draw(actor, wanted, found.total)
