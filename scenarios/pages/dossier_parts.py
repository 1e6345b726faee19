"""Sections of a scenario's page: organisations, the three lists, versions, history."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import ScenarioState
from scenarios import content, stages, version_service
from scenarios.history import Entry
from scenarios.pages import parts
from scenarios.queries import ScenarioDetail
from scenarios.schemas import VersionIn
from web import guard, widgets


def organisations(scenario: ScenarioDetail) -> None:
    st.subheader("参与单位", anchor=False)
    rows = [(scenario.row.lead, "牵头单位", "")]
    rows += [(view.organisation, view.role.label, view.task) for view in scenario.partners]
    st.dataframe(
        pd.DataFrame(rows, columns=["单位", "角色", "承担任务"]).replace({"承担任务": {"": "–"}}),
        key="scenario_organisations",
        hide_index=True,
        width="stretch",
    )


def three_lists(actor: Actor, scenario: ScenarioDetail) -> None:
    """From the need, through the scenario, to the reform: what is missing is said."""
    st.subheader("三张清单", anchor=False)
    st.markdown("**重大需求**")
    for link in scenario.needs:
        st.page_link(
            "scenarios/pages/need.py", label=guard.plain(f"{link.code} {link.name}"), query_params={"id": str(link.id)}
        )
    if not scenario.needs:
        st.markdown(":red-badge[■ 没有对应需求]　请在登记内容中选择要回应的需求。")
    st.markdown("**重大改革**")
    if not scenario.reforms:
        st.markdown(":orange-badge[◐ 没有改革事项]　请在登记内容中写明：现行规定或堵点 → 改革举措 → 制度成果。")
        return
    frame = parts.reform_frame(scenario.reforms).assign(
        完成时限=[str(item.due_on) for item in scenario.reforms],
        进展=[item.progress for item in scenario.reforms],
        制度文件=[item.document or "–" for item in scenario.reforms],
    )
    st.dataframe(frame, key="scenario_reforms", hide_index=True, width="stretch")
    owner = may(actor, Permission.SCENARIO_ITERATE, scenario.subject)
    mine = [item for item in scenario.reforms if owner or item.lead_id == actor.organisation_id]
    if mine and scenario.row.state in stages.PAST_APPROVAL:
        with st.popover("登记制度成果…", icon=":material/gavel:"), st.form("scenario_reform", border=False):
            named = {item.id: item for item in mine}
            chosen = st.selectbox(
                "改革举措", list(named), format_func=lambda key: named[key].measure, key="scenario_reform_item"
            )
            on = st.date_input("完成日期", clock.today(), max_value=clock.today(), key="scenario_reform_on")
            document = st.text_input("形成的制度文件名称和文号", max_chars=200, key="scenario_reform_document")
            if st.form_submit_button("保存", key="scenario_reform_save", type="primary"):
                with guard.show_errors():
                    version_service.complete_reform(
                        actor,
                        chosen,
                        on=on if isinstance(on, date) else clock.today(),
                        document=document,
                        seen_version=named[chosen].version,
                    )
                    widgets.flash("制度成果已登记。")
                    st.rerun()


def versions(actor: Actor, scenario: ScenarioDetail) -> None:
    """Every version with what changed and why; what differs between two; the next one while 迭代中."""
    st.subheader("版本", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                (
                    view.label,
                    "◐ 修改中" if view.open else "● 已定稿",
                    view.changes,
                    view.feedback or "–",
                    view.created_by,
                    clock.show(view.created_at),
                )
                for view in scenario.versions
            ],
            columns=["版本", "状态", "变化内容", "依据的反馈", "登记人", "时间（北京）"],
        ),
        key="scenario_versions",
        hide_index=True,
        width="stretch",
    )
    for newer, older in zip(scenario.versions, scenario.versions[1:], strict=False):
        with st.expander(f"{older.label} → {newer.label} 改了什么", key=f"scenario_versions_{newer.id}"):
            after = scenario.content if newer is scenario.versions[0] else newer.content
            if older.content is None or after is None:
                st.caption("当时没有留存内容，无法比较。")
                continue
            lines = [line for change in content.differences(older.content, after) for line in change.lines]
            st.markdown("\n".join(f"- {guard.plain(line)}" for line in lines) or "登记内容没有变化。")
    if scenario.row.state is not ScenarioState.ITERATING or scenario.versions[0].open:
        return
    if not may(actor, Permission.SCENARIO_ITERATE, scenario.subject):
        return
    with st.popover("开启新版本…", icon=":material/upgrade:"), st.form("scenario_version", border=False):
        st.caption("开启后可修改登记内容；已有试点仍注明所试的版本，原内容保留。")
        changes = st.text_area("变化内容", max_chars=1000, key="scenario_version_changes")
        feedback = st.text_area(
            "依据的反馈", max_chars=1000, placeholder="谁在什么时候反馈了什么", key="scenario_version_feedback"
        )
        major = st.checkbox("重大调整（主版本号加一）", key="scenario_version_major")
        if st.form_submit_button("开启新版本", key="scenario_version_open", type="primary"):
            with guard.show_errors(VersionIn):
                label = version_service.open_version(
                    actor,
                    scenario.row.id,
                    VersionIn(changes=changes, feedback=feedback, major=major),
                    seen_version=scenario.version,
                )
                widgets.flash(f"已开启版本 {label}，请修改登记内容。")
                st.rerun()


def history(entries: list[Entry]) -> None:
    """Who changed what, when and why."""
    st.subheader("办理与修改记录", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                (clock.show(entry.at), entry.who, entry.what, "；".join(entry.lines) or "–", entry.reason or "–")
                for entry in entries
            ],
            columns=["时间（北京）", "人员", "事项", "改了什么", "理由"],
        ),
        key="scenario_events",
        hide_index=True,
        width="stretch",
        row_height=35,
        column_config={"改了什么": st.column_config.TextColumn("改了什么", width="large")},
    )
