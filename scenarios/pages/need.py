"""One need: how urgent it is and why, and which scenarios answer it."""

import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.numbers import format_number
from scenarios import need_queries, need_service, resource_queries, rules
from scenarios.pages.parts import facts, need_fields, prose
from scenarios.schemas import NeedIn
from web import guard, widgets

actor = guard.current_actor()
need = guard.found(need_queries.need(actor, guard.parameter("id")), "需求")
row, priority = need.row, need.row.priority
widgets.header(
    f"{row.code}　{row.title}", "这项需求有多急，有没有场景回应它？", back=("scenarios/pages/needs.py", "全部需求")
)

if may(actor, Permission.SCENARIO_CREATE):
    st.page_link(
        "scenarios/pages/register.py",
        label="由此需求登记场景",
        icon=":material/add_circle:",
        query_params={"need": str(row.id)},
    )

widgets.figures(
    [
        ("优先级", format_number(priority.total), "满分 75"),
        ("同类地区排名", f"第 {row.place}" if row.place else "–", f"{row.group} 共 {row.peers} 项"),
        ("频次", format_number(priority.frequency), f"每 30 天 {format_number(priority.per_month, 1)} 件"),
        ("严重程度", str(priority.severity), rules.SEVERITY[priority.severity]),
        ("波及范围", str(priority.spread), row.level.label),
    ]
)
st.caption(f"优先级 = {guard.plain(priority.explained)}")

left, right = st.columns([3, 2])
with left:
    st.subheader("问题与痛点", anchor=False)
    prose(need.description)
    st.subheader("对应场景", anchor=False)
    if not need.scenarios:
        st.markdown("还没有场景回应这项需求。")
    for link in need.scenarios:
        st.page_link(
            "scenarios/pages/scenario.py",
            label=guard.plain(f"{link.code} {link.name}（{link.state.label if link.state else ''}）"),
            query_params={"id": str(link.id)},
        )
with right:
    st.subheader("来源", anchor=False)
    period = f"{need.events_from} 至 {need.events_to}" if need.events is not None else ""
    facts(
        [
            ("地区", row.region),
            ("治理层级", row.level.label),
            ("提出方", row.asker.label),
            ("涉及人群", need.people),
            ("需求来源", row.source.label),
            ("发生次数", f"{format_number(need.events)} 件" if need.events is not None else ""),
            ("统计期间", period),
            ("登记", f"{need.created_by}　{clock.show(need.created_at)}"),
        ]
    )

if may(actor, Permission.NEED_EDIT, need.subject):
    with (
        st.expander("修改需求", icon=":material/edit:", key="need_edit"),
        st.form("need_form", enter_to_submit=False, border=False),
    ):
        prefix = f"need_{row.id}_{need.version}"
        values = need_fields(prefix, resource_queries.regions_for(actor), need)
        if st.form_submit_button("保存修改", key="need_submit", type="primary"):
            with guard.show_errors(NeedIn):
                need_service.edit_need(actor, row.id, NeedIn(**values), seen_version=need.version)
                widgets.flash("需求已更新。")
                st.rerun()
