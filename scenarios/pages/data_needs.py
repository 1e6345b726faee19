"""The part of a dossier about data: what is needed, how far each request has come, the next step."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import DataStatus
from core.workflow import Step
from scenarios import request_service, resource_queries, stages
from scenarios.data_views import DataView
from scenarios.queries import ScenarioDetail
from scenarios.resource_schemas import DataLinkIn
from web import guard, widgets
from web.keep import ask

TERMS = "申请 → 答复 → 接入"


def draw(actor: Actor, scenario: ScenarioDetail) -> None:
    if scenario.data:
        st.dataframe(
            pd.DataFrame(
                {
                    "数据资源": view.name,
                    "提供单位": view.provider,
                    "用途": view.purpose,
                    "所需信息项": "、".join(view.fields) or "–",
                    "状态": widgets.shape(view.status, view.status.label),
                    TERMS: view.dates,
                    "等待工作日": view.waited,
                    "拒绝理由": view.refused_because or "–",
                    "共享属性": view.sharing,
                    "安全级别": view.security.value,
                    "个人信息": view.personal.label,
                }
                for view in scenario.data
            ),
            key="scenario_data",
            hide_index=True,
            width="stretch",
        )
        st.caption("等待工作日：从申请次日算到答复（未答复的算到今天），按国家节假日和调休日历。")
    else:
        st.markdown("没有登记数据需求。")
    asks = bool(may(actor, Permission.DATA_REQUEST, scenario.subject))
    with st.container(horizontal=True, key="scenario_data_actions"):
        if moving := {view.id: view for view in scenario.data if steps(actor, view, scenario.subject)}:
            with st.popover("办理数据申请", icon=":material/edit_note:", key="scenario_request"):
                _move(actor, moving, scenario.subject)
        if asks:
            with st.popover("增加数据需求", icon=":material/add:", key="scenario_link"):
                _add(actor, scenario.row.id, scenario.version)
        if asks and scenario.data:
            with st.popover("修改或移除", icon=":material/tune:", key="scenario_unlink"):
                _change(actor, {view.id: view for view in scenario.data})


def steps(actor: Actor, view: DataView, scenario: Subject) -> list[Step]:
    """The steps this person may take with a request now."""
    answering = Subject(organisation_id=view.provider_id, asked_by=view.asking_id)
    return [
        step
        for step in stages.DATA_LINK.steps_from(view.status)
        if may(actor, Permission(step.permission), answering if step.do in stages.ANSWERS else scenario)
    ]


def _move(actor: Actor, links: Mapping[int, DataView], scenario: Subject) -> None:
    """One link, one step on a day. No form: the steps offered depend on the link chosen."""
    link = links[st.selectbox("数据资源", list(links), 0, lambda key: links[key].name, key="scenario_request_link")]
    choices = {step.do: step for step in steps(actor, link, scenario)}
    do = st.selectbox(f"办理（当前：{link.status.label}）", list(choices), key=f"scenario_request_{link.id}_do")
    on = st.date_input("日期", clock.today(), format="YYYY-MM-DD", key="scenario_request_on")
    paper = do in stages.ANSWERS and actor.organisation_id != link.provider_id
    if paper:
        st.caption("代提供单位登记书面答复时，请在理由中写明依据（如复函文号）。")
    wants = choices[do].needs_reason or paper
    reason = st.text_input("理由" + ("（必填）" if wants else "（可不填）"), key="scenario_request_reason")
    if st.button("保存", key="scenario_request_save", type="primary"):
        with guard.show_errors():
            target = request_service.move(actor, link.id, do, reason, on=on, seen_version=link.version)
            widgets.flash(f"“{link.name}”现为“{target.label}”。")
            st.rerun()


def _add(actor: Actor, scenario_id: int, version: int) -> None:
    """`version` counts what was added: the next form starts empty."""
    search = st.text_input(
        "查找数据资源", type="search", placeholder="名称、编码、提供单位或拼音首字母", key="scenario_link_q"
    )
    found = ask(resource_queries.options, actor, search or "")
    if not found:
        st.markdown("目录中没有找到。请换一个词，或先在“数据资源”页登记。")
        return
    chosen = st.selectbox("数据资源", list(found), 0, found.__getitem__, key="scenario_link_resource")
    listed = ask(resource_queries.item_names, actor, chosen)
    with st.form("scenario_link_form", border=False):
        fields = st.multiselect(
            "所需信息项",
            listed,
            accept_new_options=True,
            placeholder="从目录中选，或直接输入" if listed else "目录没有列出信息项，请直接输入",
            key=f"scenario_link_{version}_{chosen}_fields",
        )
        purpose = st.text_input("用途", max_chars=300, key=f"scenario_link_{version}_purpose")
        if st.form_submit_button("增加", key="scenario_link_save", type="primary"):
            with guard.show_errors(DataLinkIn):
                request_service.add_link(
                    actor, scenario_id, DataLinkIn(resource_id=chosen, purpose=purpose, fields=fields)
                )
                widgets.flash(f"已增加“{found[chosen]}”，接下来请提出申请。")
                st.rerun()


def _change(actor: Actor, links: Mapping[int, DataView]) -> None:
    link = links[st.selectbox("数据资源", list(links), 0, lambda key: links[key].name, key="scenario_unlink_link")]
    key = f"scenario_unlink_{link.id}_{link.version}"
    if link.status in (DataStatus.NOT_REQUESTED, DataStatus.REFUSED):
        with st.form(f"{key}_form", border=False):
            purpose = st.text_input("用途", link.purpose, max_chars=300, key=f"{key}_purpose")
            fields = st.text_area("所需信息项（用顿号分开）", "、".join(link.fields), key=f"{key}_fields")
            if st.form_submit_button("保存修改", key=f"{key}_save"):
                with guard.show_errors(DataLinkIn):
                    data = DataLinkIn(resource_id=link.resource_id, purpose=purpose, fields=fields)
                    request_service.edit_link(actor, link.id, data, seen_version=link.version)
                    widgets.flash("用途和信息项已保存。")
                    st.rerun()
    else:
        st.caption(f"{link.status.label}，用途和信息项不能再改；如有变化，请撤回申请，或移除后重新申请。")
    wants = "（可不填）" if link.status is DataStatus.NOT_REQUESTED else "（必填）"
    reason = st.text_input("移除理由" + wants, key=f"{key}_reason")
    if st.button("移除这项数据需求", key=f"{key}_remove"):
        with guard.show_errors():
            request_service.remove_link(actor, link.id, reason, seen_version=link.version)
            widgets.flash(f"已移除“{link.name}”，办理记录仍保留在数据资源页。")
            st.rerun()
