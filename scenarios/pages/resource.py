"""One data resource: what it holds, on which terms, who uses it, what became of the requests for it."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts import sessions
from accounts.permissions import Permission, Subject, may
from core import clock
from core.words import sharing_label
from scenarios import resource_detail, resource_service
from scenarios.pages import parts, resource_fields
from scenarios.pages.data_needs import TERMS
from scenarios.resource_schemas import ApprovalIn, ResourceIn
from web import guard, widgets

actor = guard.current_actor()
found = guard.found(resource_detail.resource(actor, guard.parameter("id")), "数据资源")
row, data = found.row, found.data
owns = may(actor, Permission.RESOURCE_EDIT, found.subject)
widgets.header(
    f"{row.code}　{row.name}",
    "这项数据里有什么，谁在用，能不能给？",
    back=("scenarios/pages/resources.py", "数据资源目录"),
)

for finding in found.errors:
    st.error(f"{guard.plain(finding.message)}。{guard.plain(finding.remedy)}")
if row.gaps:
    with st.container(border=True):
        st.markdown(
            ":orange-badge[◐ 待完善]　"
            + "；".join(f"{guard.plain(g.message)}：{guard.plain(g.remedy)}" for g in row.gaps)
        )
        if not owns:
            st.caption(guard.plain(owns.reason))

connected = sum(view.status == "connected" for _, view in found.uses)
pending = sum(view.status == "requested" for _, view in found.uses)
widgets.figures(
    [
        ("信息项", f"{row.items} 项", ""),
        ("使用场景", f"{row.uses} 个", f"已接入 {connected} 个"),
        ("待答复申请", f"{pending} 份", ""),
        ("安全级别", row.security.label, row.personal.label),
    ]
)

left, right = st.columns(2)
with left:
    st.subheader("核心元数据", anchor=False)
    parts.facts(
        [
            ("提供单位", row.provider),
            ("提供单位代码", found.provider_code),
            ("分类码", data.class_code),
            ("摘要", row.summary),
            ("资源格式", data.format),
            ("更新周期", row.update_cycle),
            ("发布日期", data.released_on),
            ("关联资源代码", data.related_code),
        ]
    )
with right:
    st.subheader("共享与开放", anchor=False)
    parts.facts(
        [
            ("共享属性", f"{data.sharing_scheme.label} · {sharing_label(data.sharing_scheme, data.sharing)}"),
            ("共享条件或依据", data.sharing_condition),
            ("共享方式", data.sharing_method),
            ("开放属性", row.opening),
            ("开放条件", data.opening_condition),
        ]
    )
    for approval in found.approvals:
        state = f"（已于 {clock.show(approval.withdrawn_at)[:10]} 撤销：{approval.withdrawn_because}）"
        st.markdown(
            f"**开放批准**　{guard.plain(approval.number)}　{guard.plain(approval.authority)}　{approval.approved_on}"
            + (guard.plain(state) if approval.withdrawn_at else "")
        )
        widgets.attachments(
            approval.files,
            lambda number: resource_detail.load_file(sessions.fresh(actor), number),
            f"resource_approval_{approval.id}",
        )
        if owns and approval.withdrawn_at is None:
            with st.popover("撤销批准…", key=f"resource_withdraw_{approval.id}"):
                reason = st.text_input("理由（必填）", key=f"resource_withdraw_{approval.id}_reason")
                if st.button("确认撤销", key=f"resource_withdraw_{approval.id}_go"):
                    with guard.show_errors():
                        resource_service.withdraw_approval(actor, approval.id, reason)
                        widgets.flash("批准记录已撤销。")
                        st.rerun()

st.subheader("信息项", anchor=False)
if found.items:
    st.dataframe(
        pd.DataFrame([(item.name, item.type.label) for item in found.items], columns=["信息项名称", "数据类型"]),
        key="resource_items",
        hide_index=True,
        width="stretch",
    )
else:
    st.markdown("还没有列出信息项。")

st.subheader("谁在用", anchor=False)
if found.uses:
    widgets.table(
        pd.DataFrame(
            {
                "场景": f"{link.code} {link.name}",
                "状态": widgets.shape(view.status, view.status.label),
                "用途": view.purpose,
                "所需信息项": "、".join(view.fields) or "–",
                "申请单位": view.asking or "–",
                TERMS: view.dates,
                "等待工作日": view.waited,
                "拒绝理由": view.refused_because or "–",
            }
            for link, view in found.uses
        ),
        "resource_uses",
        open_page="scenarios/pages/scenario.py",
        ids=[link.id for link, _ in found.uses],
    )
else:
    st.markdown("您能看到的场景都没有用到这项数据。")

if owns:
    organisations = {
        o.id: o.name
        for o in accounts.queries.organisations(actor)
        if may(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=o.id))
    }
    with (
        st.expander("修改数据资源", icon=":material/edit:", key="resource_edit"),
        st.form(f"resource_form_{found.version}", enter_to_submit=False, border=False),
    ):
        inputs = resource_fields.resource_inputs(f"resource_{row.id}_{found.version}", organisations, data)
        if st.form_submit_button("保存修改", key="resource_save", type="primary"):
            with guard.show_errors(ResourceIn):
                resource_service.edit_resource(actor, row.id, ResourceIn(**inputs), seen_version=found.version)
                widgets.flash("修改已保存。")
                st.rerun()
    with (
        st.expander("登记开放批准", icon=":material/approval:", key="resource_approve"),
        st.form("resource_approval", enter_to_submit=False, border=False),
    ):
        st.caption("L2 及以上的数据向社会开放，须先登记批准文号、日期和文件，再修改开放属性。")
        approval_inputs = resource_fields.approval_inputs("resource_approval")
        if st.form_submit_button("登记批准", key="resource_approval_save", type="primary"):
            with guard.show_errors(ApprovalIn):
                resource_service.approve_opening(actor, row.id, ApprovalIn(**approval_inputs))
                widgets.flash("开放批准已登记。")
                st.rerun()

with st.expander("申请与修改记录", icon=":material/history:", key="resource_history"):
    if found.steps:
        st.dataframe(
            pd.DataFrame(
                {
                    "日期": step.day,
                    "事项": step.do,
                    "场景": f"{step.scenario.code} {step.scenario.name}" if step.scenario else "（您无权查看的场景）",
                    "办理": step.by or "–",
                    "理由": step.reason or "–",
                }
                for step in found.steps
            ),
            key="resource_steps",
            hide_index=True,
            width="stretch",
        )
    parts.history_table(accounts.queries.history(actor, "data_resource", row.id), "resource_events")
