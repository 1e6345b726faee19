"""The part of a dossier about personal information: why an assessment is needed, which there are, a new one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import ImpactConclusion
from scenarios import impact_queries, impact_rules, impact_service
from scenarios.impact_queries import AssessmentView, PrivacyView
from scenarios.pages import parts
from scenarios.resource_schemas import ImpactIn, PrivacyIn
from web import guard, widgets


def draw(actor: Actor, view: PrivacyView, subject: Subject) -> None:
    """`subject` is the scenario's: who may record something about it."""
    if not view.grounds:
        st.markdown("不使用敏感个人信息，也不作自动化决策，不需要个人信息保护影响评估。")
    elif view.missing:
        st.markdown(":red-badge[■ 缺影响评估]　试点启动前须完成个人信息保护影响评估：")
        st.markdown("\n".join(f"- {guard.plain(line)}" for line in view.missing))
    else:
        st.markdown(f":green-badge[● 已评估]　{guard.plain('；'.join(view.grounds.words))}")
    for assessment in view.assessments:
        _assessment(actor, assessment)
    if may(actor, Permission.IMPACT_RECORD, subject):
        with st.container(horizontal=True, key="privacy_actions"):
            if view.grounds:
                with st.popover("登记影响评估", icon=":material/verified_user:", key="privacy_record"):
                    _record(actor, view)
            with st.popover("个人信息处理情况", icon=":material/tune:", key="privacy_declare"):
                _declare(actor, view)


def _assessment(actor: Actor, assessment: AssessmentView) -> None:
    with st.container(border=True, key=f"privacy_{assessment.id}"):
        st.markdown(
            f"**{assessment.done_on}　{assessment.conclusion.label}**　{guard.plain(assessment.recorded_by)}"
            f"　{clock.show(assessment.recorded_at)}　保存至 {assessment.keep_until}"
        )
        parts.prose(assessment.summary)
        widgets.attachments(assessment.files, _loader(actor), f"privacy_{assessment.id}_file")
        if may(actor, Permission.IMPACT_REMOVE) and clock.today() >= assessment.keep_until:
            with st.popover("移除…", key=f"privacy_{assessment.id}_ask"):
                reason = st.text_input("移除的理由（必填）", key=f"privacy_{assessment.id}_reason")
                if st.button("确认移除", key=f"privacy_{assessment.id}_remove"):
                    with guard.show_errors():
                        impact_service.remove(actor, assessment.id, reason)
                        widgets.flash("影响评估已移除。")
                        st.rerun()


def _loader(actor: Actor) -> Callable[[int], bytes]:
    """A download runs without the page: it asks again who is there."""
    return lambda number: impact_queries.load_file(sessions.fresh(actor), number)


def _record(actor: Actor, view: PrivacyView) -> None:
    st.caption("评估范围：" + guard.plain("；".join(view.grounds.words)))
    with st.form("privacy_form", border=False, enter_to_submit=False):
        done_on = st.date_input("评估日期", clock.today(), format="YYYY-MM-DD", key="privacy_done_on")
        conclusion = st.selectbox(
            "评估结论", list(ImpactConclusion), None, parts.label, placeholder="选择结论", key="privacy_conclusion"
        )
        summary = st.text_area(
            "评估要点",
            max_chars=2000,
            placeholder="处理目的和方式是否合法正当必要，对个人权益的影响和风险，保护措施是否有效",
            key="privacy_summary",
        )
        files = widgets.uploads("评估报告", "privacy_files")
        st.caption(f"评估报告和处理情况记录至少保存 {impact_rules.KEPT_YEARS} 年，期间不能移除。")
        if st.form_submit_button("登记", key="privacy_save", type="primary"):
            with guard.show_errors(ImpactIn):
                data = ImpactIn(done_on=done_on, conclusion=conclusion, summary=summary, files=files)
                impact_service.record(actor, view.scenario_id, data)
                widgets.flash("影响评估已登记。")
                st.rerun()


def _declare(actor: Actor, view: PrivacyView) -> None:
    st.caption("数据资源目录里的敏感个人信息会自动计入；这里说明目录之外的情况。")
    with st.form(f"privacy_declare_{view.version}", border=False):
        collects = st.toggle(
            "场景直接采集敏感个人信息", view.grounds.collection, key=f"privacy_{view.version}_collects"
        )
        decides = st.toggle(
            "利用个人信息进行自动化决策",
            view.grounds.decisions,
            help="由程序直接作出对个人有影响的决定，如自动评级、自动派送名单",
            key=f"privacy_{view.version}_decides",
        )
        if st.form_submit_button("保存", key="privacy_declare_save"):
            with guard.show_errors():
                data = PrivacyIn(sensitive_information=collects, automated_decisions=decides)
                impact_service.declare(actor, view.scenario_id, data, seen_version=view.version)
                widgets.flash("个人信息处理情况已保存。")
                st.rerun()
