"""The part of a dossier about data: what is needed, how far each request has come, the next step."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import DataStatus
from scenarios import service, stages
from scenarios.queries import DataView, ScenarioDetail
from web import guard, widgets


def draw(actor: Actor, scenario: ScenarioDetail) -> None:
    if not scenario.data:
        st.markdown("没有登记数据需求。")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "数据资源": view.name,
                "提供单位": view.provider,
                "用途": view.purpose,
                "状态": widgets.shape(view.status, view.status.label),
                "共享属性": view.sharing,
                "安全级别": view.security.value,
                "个人信息": view.personal.label,
                "申请 → 答复": f"{view.requested_on} → {view.answered_on or '–'}" if view.requested_on else "–",
            }
            for view in scenario.data
        ),
        key="scenario_data",
        hide_index=True,
        width="stretch",
    )
    open_links = [
        view
        for view in scenario.data
        if stages.DATA_LINK.steps_from(view.status)
        and may(actor, Permission.DATA_EDIT, Subject(scenario.row.region_code, view.provider_id))
    ]
    if open_links:
        with st.popover("更新数据申请", icon=":material/edit_note:", key="scenario_request"):
            _update(actor, {view.id: view for view in open_links})


def _update(actor: Actor, links: dict[int, DataView]) -> None:
    """One link, one step on a day. No form: the steps offered depend on the link chosen."""
    link = links[st.selectbox("数据资源", list(links), 0, lambda key: links[key].name, key="scenario_request_link")]
    choices = {step.do: step for step in stages.DATA_LINK.steps_from(link.status)}
    do = st.selectbox(f"办理（当前：{link.status.label}）", list(choices), key=f"scenario_request_{link.id}_do")
    on = st.date_input("日期", clock.today(), format="YYYY-MM-DD", key="scenario_request_on")
    wants = choices[do].needs_reason
    reason = st.text_input("理由" + ("（必填）" if wants else "（可不填）"), key="scenario_request_reason")
    if st.button("保存", key="scenario_request_save", type="primary"):
        with guard.show_errors():
            target = DataStatus(choices[do].target)
            service.set_data_status(actor, link.id, target, on=on, seen_version=link.version, reason=reason)
            widgets.flash(f"“{link.name}”现为“{target.label}”。")
            st.rerun()
