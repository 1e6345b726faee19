"""The people and the risks of a pilot's plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Actor
from core import clock
from core.words import RiskState, TeamRole
from pilots import plan, plan_queries, plan_service
from pilots.pages import parts
from pilots.plan import Member, Risk
from pilots.plan_queries import Plan
from pilots.plan_schemas import MemberIn, RiskIn
from web import guard, keep, widgets

_RISK_TONES = {
    RiskState.WATCHED: "submitted",
    RiskState.TREATED: "pending",
    RiskState.OCCURRED: "overdue",
    RiskState.CLOSED: "approved",
}
_LEADING = "牵头团队"


def team(actor: Actor, found: Plan) -> None:
    """Who works on it: the leading team, then the counties' teams."""
    if found.members:
        st.dataframe(
            pd.DataFrame(
                {
                    "姓名": member.name,
                    "账号": "● 已关联" if member.account_id else "–",
                    "角色": member.role.label,
                    "团队": member.region or _LEADING,
                    "单位": member.organisation or "–",
                    "分工": member.duty or "–",
                    "联系方式": member.contact or "–",
                    "情况": f"{member.left_on} 退出" if member.left_on else "在岗",
                }
                for member in found.members
            ),
            key="plan_team",
            hide_index=True,
            width="stretch",
        )
        if found.budget is None:
            st.caption("这里列出牵头团队和本地区团队。")
    else:
        widgets.empty("还没有登记团队。请先登记负责人，启动试点时会检查。")
    if not found.editable:
        return
    organisations = {view.id: view.name for view in keep.ask(accounts.queries.organisations, actor)}
    stamp = parts.stamp(found.members)
    with st.container(horizontal=True, key="plan_team_actions"):
        with st.popover("增加成员", icon=":material/person_add:", key=f"member_add_{stamp}"):
            _member_form(actor, found, None, organisations, f"member_new_{len(found.members)}")
        present = {member.id: member for member in found.members if member.left_on is None}
        if present:
            with st.popover("修改", icon=":material/edit:", key=f"member_edit_{stamp}"):
                member = present[st.selectbox("成员", list(present), 0, _name(present), key="member_edit_which")]
                _member_form(actor, found, member, organisations, f"member_{member.id}_{member.version}")
            with st.popover("退出团队", icon=":material/person_remove:", key=f"member_leave_{stamp}"):
                leaving = present[st.selectbox("成员", list(present), 0, _name(present), key="member_leave_which")]
                reason = st.text_input("理由（必填）", key=f"member_leave_{leaving.id}_reason")
                if st.button("确认退出", key="member_leave_go", type="primary"):
                    with guard.show_errors():
                        plan_service.leave_team(actor, leaving.id, reason, seen_version=leaving.version)
                        widgets.flash(f"{leaving.name} 已退出团队。")
                        st.rerun()


def risks(actor: Actor, found: Plan) -> None:
    """What could go wrong, the worst first."""
    if found.risks:
        st.dataframe(
            pd.DataFrame(
                {
                    "风险": risk.content,
                    "等级": f"{risk.level}（{risk.likelihood}×{risk.consequence}={risk.score}）",
                    "状态": widgets.shape(_RISK_TONES[risk.state], risk.state.label),
                    "应对措施": risk.response,
                    "责任人": risk.owner,
                    "最近复核": risk.reviewed_on,
                }
                for risk in found.risks
            ),
            key="plan_risks",
            hide_index=True,
            width="stretch",
        )
        st.caption(f"等级 = 可能性 × 后果（各 1–5）：不低于 {plan.HIGH} 为高，不低于 {plan.MIDDLE} 为中，其余为低。")
    else:
        widgets.empty("还没有登记风险。想一想：什么会让这个试点失败，谁来盯？")
    if not found.editable:
        return
    stamp = parts.stamp(found.risks)
    with st.container(horizontal=True, key="plan_risk_actions"):
        with st.popover("增加风险", icon=":material/add:", key=f"risk_add_{stamp}"):
            _risk_form(actor, found.pilot.id, None, f"risk_new_{len(found.risks)}")
        if found.risks:
            with st.popover("复核或修改", icon=":material/edit:", key=f"risk_edit_{stamp}"):
                by_id = {risk.id: risk for risk in found.risks}
                chosen = st.selectbox("风险", list(by_id), 0, lambda number: by_id[number].content, key="risk_which")
                _risk_form(actor, found.pilot.id, by_id[chosen], f"risk_{chosen}_{by_id[chosen].version}")


def _name(members: Mapping[int, Member]) -> Callable[[int], str]:
    return lambda number: f"{members[number].name}（{members[number].role.label}）"


def _member_form(actor: Actor, found: Plan, old: Member | None, organisations: Mapping[int, str], key: str) -> None:
    roles, regions = list(TeamRole), ["", *found.regions]
    units = [None, *organisations]
    with st.form(key, border=False):
        people: dict[int | None, str] = {None: "没有账号"} | dict(keep.ask(plan_queries.people, actor, found.pilot.id))
        account = st.selectbox(
            "账号（关联后姓名和单位以账号为准）",
            list(people),
            list(people).index(old.account_id) if old and old.account_id in people else 0,
            people.__getitem__,
            key=f"{key}_account",
        )
        name = st.text_input("姓名", old.name if old else "", max_chars=30, key=f"{key}_name")
        role = st.selectbox(
            "角色", roles, roles.index(old.role) if old else 0, lambda item: item.label, key=f"{key}_role"
        )
        region = st.selectbox(
            "团队",
            regions,
            regions.index(old.region_code) if old and old.region_code in regions else 0,
            lambda code: found.regions.get(code, _LEADING),
            key=f"{key}_region",
        )
        unit = st.selectbox(
            "单位（可不填）",
            units,
            units.index(old.organisation_id) if old and old.organisation_id in units else 0,
            lambda number: "–" if number is None else organisations[number],
            key=f"{key}_unit",
        )
        duty = st.text_input("分工（可不填）", old.duty if old else "", max_chars=200, key=f"{key}_duty")
        contact = st.text_input("联系方式（可不填）", old.contact if old else "", max_chars=80, key=f"{key}_contact")
        if st.form_submit_button("保存", key=f"{key}_save", type="primary"):
            with guard.show_errors(MemberIn):
                data = MemberIn(
                    account_id=account,
                    name=name or (people[account].partition("（")[0] if account else ""),
                    role=role,
                    region_code=region or None,
                    organisation_id=unit,
                    duty=duty,
                    contact=contact,
                )
                if old is None:
                    plan_service.add_member(actor, found.pilot.id, data)
                else:
                    plan_service.edit_member(actor, old.id, data, seen_version=old.version)
                widgets.flash("团队成员已保存。")
                st.rerun()


def _risk_form(actor: Actor, pilot_id: int, old: Risk | None, key: str) -> None:
    states = list(RiskState)
    with st.form(key, border=False):
        content = st.text_input("风险", old.content if old else "", max_chars=200, key=f"{key}_content")
        likelihood = st.selectbox(
            "可能性",
            list(plan.LIKELIHOOD),
            (old.likelihood if old else 3) - 1,
            lambda number: f"{number} {plan.LIKELIHOOD[number]}",
            key=f"{key}_likelihood",
        )
        consequence = st.selectbox(
            "后果",
            list(plan.CONSEQUENCE),
            (old.consequence if old else 3) - 1,
            lambda number: f"{number} {plan.CONSEQUENCE[number]}",
            key=f"{key}_consequence",
        )
        response = st.text_area("应对措施", old.response if old else "", max_chars=500, key=f"{key}_response")
        owner = st.text_input("责任人", old.owner if old else "", max_chars=60, key=f"{key}_owner")
        state = st.selectbox(
            "状态", states, states.index(old.state) if old else 0, lambda item: item.label, key=f"{key}_state"
        )
        reviewed_on = st.date_input("复核日期", clock.today(), format="YYYY-MM-DD", key=f"{key}_on")
        if st.form_submit_button("保存", key=f"{key}_save", type="primary"):
            with guard.show_errors(RiskIn):
                data = RiskIn(
                    content=content,
                    likelihood=likelihood,
                    consequence=consequence,
                    response=response,
                    owner=owner,
                    state=state,
                    reviewed_on=reviewed_on,
                )
                if old is None:
                    plan_service.add_risk(actor, pilot_id, data)
                else:
                    plan_service.edit_risk(actor, old.id, data, seen_version=old.version)
                widgets.flash("风险已保存。")
                st.rerun()
