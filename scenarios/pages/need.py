"""One need: how urgent it is and why, what it rests on, which scenarios answer it, which needs are the same."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from core.numbers import format_number
from scenarios import need_queries, need_service, rules, ticket_queries
from scenarios.pages import need_merging
from scenarios.pages.need_parts import HOW, need_fields
from scenarios.pages.parts import facts, history_table, prose
from scenarios.schemas import NeedIn
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
need = guard.found(ask(need_queries.need, actor, guard.parameter("id")), "需求")
row, priority = need.row, need.row.priority
editable = bool(may(actor, Permission.NEED_EDIT, need.subject))
widgets.header(
    f"{row.code}　{row.title}", "这项需求有多急，有没有场景回应它？", back=("scenarios/pages/needs.py", "全部需求")
)

if need.merged_into:
    need_merging.pointer(need.merged_into)
elif may(actor, Permission.SCENARIO_CREATE):
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
    ],
    help={"同类地区排名": f"按 {row.as_of} 的地区类型名单比较"},
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
            ("业务领域", row.domain),
            ("治理层级", row.level.label),
            ("具体单位", need.unit),
            ("提出方", row.asker.label),
            ("涉及人群", need.people),
            ("需求来源", row.source.label),
            ("发生次数", f"{format_number(need.events)} 件" if need.events is not None else ""),
            ("统计期间", period),
            ("跟进单位", need.owner),
            ("登记", f"{need.created_by}　{clock.show(need.created_at)}"),
        ]
    )


def take_away(attachment_id: int, reason: str) -> None:
    with guard.show_errors():
        need_service.remove_evidence(actor, row.id, attachment_id, reason)
        widgets.flash("文件已移除，操作日志里留有记录。")
        st.rerun()


st.subheader("证据材料", anchor=False)
if need.files:
    widgets.attachments(
        need.files,
        lambda number: need_queries.file_content(sessions.fresh(actor), number),
        "need_files",
        remove=take_away if editable else None,
    )
elif editable:
    st.markdown("还没有证据材料。走访记录、问卷、截图、统计表都可以传。")
else:
    st.markdown("还没有证据材料。")
if editable:
    with st.expander("上传证据材料", icon=":material/upload_file:", key="need_upload"):
        form = f"need_files_{row.id}"
        what = st.text_input(
            "证明什么（可不填）", max_chars=40, placeholder="如：走访记录", key=f"need_label_{widgets.nonce(form)}"
        )
        given = widgets.uploads("选择文件，可多选", f"need_given_{widgets.nonce(form)}")
        if st.button("上传", key="need_attach", disabled=not given):
            with guard.show_errors():
                count = need_service.attach_evidence(actor, row.id, given, what)
                widgets.spend_nonce(form)
                widgets.flash(f"已上传 {count} 份材料。")
                st.rerun()

if need.tickets:
    with st.expander(f"工单证据 {need.tickets} 件", icon=":material/support_agent:", key="need_tickets"):
        st.dataframe(
            pd.DataFrame(
                {
                    "时间": f"{clock.beijing(ticket.at):%Y-%m-%d %H:%M}",
                    "编号": ticket.number,
                    "地区": ticket.region,
                    "类别": ticket.category,
                    "内容": ticket.text,
                }
                for ticket in ticket_queries.evidence(actor, row.id)
            ),
            key="need_tickets_table",
            hide_index=True,
            width="stretch",
        )
        st.caption("最近 50 件；姓名、电话、证件号在导入时已遮盖。")
need_merging.absorbed(actor, need, undo=editable)
if editable:
    with (
        st.expander("修改需求", icon=":material/edit:", key="need_edit"),
        st.form("need_form", enter_to_submit=False, border=False),
    ):
        values = need_fields(f"need_{row.id}_{need.version}", actor, need)
        if st.form_submit_button("保存修改", key="need_submit", type="primary"):
            with guard.show_errors(NeedIn):
                need_service.edit_need(actor, row.id, NeedIn(**values), seen_version=need.version)
                widgets.flash("需求已更新。")
                st.rerun()
    need_merging.form(actor, need)
with st.expander("优先级是怎样计算的", icon=":material/calculate:", key="need_how"):
    st.markdown(HOW)
with st.expander("办理记录", icon=":material/history:", key="need_history"):
    history_table(accounts.queries.history(actor, need_queries.ENTITY, row.id), "need_events")
