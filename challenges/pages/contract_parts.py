"""Contracts, milestones, payments and acceptance on the page of a challenge."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, Subject, may
from challenges import contract_service, decision_service, queries, rules, stages
from challenges.pages.challenge_parts import facts
from challenges.schemas import ContractIn, MilestoneIn
from challenges.views import BidView, ChallengeView, MilestoneView
from core import clock
from core.words import BidMilestoneState, BidState, ChallengeState
from web import guard, widgets

_LATER = {
    BidState.WON, BidState.SIGNED, BidState.WORKING, BidState.PASSED, BidState.FAILED, BidState.ELIMINATED,
    BidState.TERMINATED,
}  # fmt: skip


def contracts(actor: Actor, view: ChallengeView) -> None:
    """Staff: every winner's; a bidder: its own."""
    shown = [bid for bid in ([*view.bids] if view.runs else [view.mine] if view.mine else []) if bid.state in _LATER]
    waiting = [bid for bid in view.bids if bid.state is BidState.CANDIDATE]
    if not shown:
        return
    st.subheader("任务书与里程碑", anchor=False)
    if view.row.state is ChallengeState.SIGNING and view.runs:
        st.caption(
            f"公示结束后 {rules.SIGNING_DAYS} 日内签订。候补：{'、'.join(bid.organisation for bid in waiting) or '无'}。"
        )
    for bid in shown:
        with st.container(border=True, key=f"contract_{bid.id}"):
            st.markdown(
                f"{widgets.badge(bid.state, bid.state.label)}　**{guard.plain(bid.organisation)}**　{guard.plain(bid.title)}"
            )
            if bid.contract:
                amount, day, content = bid.contract
                facts([("合同金额", rules.money(amount)), ("签订日期", day), ("任务内容", content)])
            for milestone in bid.milestones:
                _milestone(actor, view, bid, milestone)
            if view.runs:
                _decisions(actor, view, bid)


def _decisions(actor: Actor, view: ChallengeView, bid: BidView) -> None:
    if view.row.state is ChallengeState.SIGNING and bid.state is BidState.WON:
        with st.expander("登记任务书"):
            _sign(actor, bid)
        with st.popover("放弃或取消资格…"):
            reason = st.text_area("理由", key=f"give_up_{bid.id}_reason")
            st.warning("办理后不能恢复，由下一顺位递补。")
            if st.button("确认", key=f"give_up_{bid.id}", type="primary"):
                with guard.show_errors():
                    name = decision_service.give_up(actor, bid.id, reason, seen_version=bid.version)
                    widgets.flash(f"已由{name}递补。" if name else "已办理，没有可以递补的单位。")
                    st.rerun()
    if view.row.state is ChallengeState.ACCEPTING and bid.state is BidState.WORKING:
        reason = st.text_area("验收意见（必填）", key=f"accept_{bid.id}_reason")
        with st.container(horizontal=True):
            for label, passed in (("验收通过", True), ("验收不通过", False)):
                if st.button(label, key=f"accept_{bid.id}_{passed}", type="primary" if passed else "secondary"):
                    with guard.show_errors():
                        contract_service.accept(actor, bid.id, passed, reason, seen_version=bid.version)
                        st.rerun()


def _sign(actor: Actor, bid: BidView) -> None:
    today = clock.today()
    usual = pd.DataFrame(
        {
            "里程碑": ["方案设计", "试运行", "验收"],
            "考核指标": ["", "", ""],
            "完成期限": [today + pd.Timedelta(days=days) for days in (60, 150, 240)],
            "付款比例（%）": [30.0, 40.0, 30.0],
        }
    )
    with st.form(f"sign_{bid.id}", border=False):
        amount = st.number_input(
            "合同金额（万元）", min_value=0.0, step=10.0, format="%.2f", key=f"sign_{bid.id}_amount"
        )
        day = st.date_input("签订日期", today, format="YYYY-MM-DD", key=f"sign_{bid.id}_day")
        content = st.text_area(
            "任务内容", f"{bid.plan}\n指标：{bid.goals}"[:4000], max_chars=4000, key=f"sign_{bid.id}_content"
        )
        rows = st.data_editor(usual, num_rows="dynamic", hide_index=True, key=f"sign_{bid.id}_rows")
        st.caption("付款比例合计须正好为 100%；里程碑通过前不支付。")
        if st.form_submit_button("登记任务书", key=f"sign_{bid.id}_save", type="primary"):
            with guard.show_errors(ContractIn):
                given = [
                    MilestoneIn(
                        title=str(row["里程碑"] or ""),
                        indicators=str(row["考核指标"] or ""),
                        due_on=pd.Timestamp(row["完成期限"]).date(),
                        share=Decimal(str(row["付款比例（%）"])),
                    )
                    for row in rows.to_dict("records")
                ]
                data = ContractIn(amount=Decimal(str(amount)), signed_on=day, content=content, milestones=given)
                contract_service.sign(actor, bid.id, data, seen_version=bid.version)
                widgets.flash("任务书已登记。")
                st.rerun()


def _milestone(actor: Actor, view: ChallengeView, bid: BidView, item: MilestoneView) -> None:
    late = f"　{widgets.badge('overdue', '已超期')}" if item.late else ""
    st.markdown(
        f"{widgets.badge(item.state, item.state.label)}　**{item.number}. {guard.plain(item.title)}**　"
        f"期限 {item.due_on}　{item.share / 100:g}%　{rules.money(item.amount) if item.amount else '0 万元'}{late}"
    )
    notes = [
        item.indicators and f"指标：{item.indicators}",
        item.extended_from and f"由 {item.extended_from} 延期",
        item.rectified and "已用整改机会",
        item.evidence and f"成果：{item.evidence}",
        item.reason and f"意见：{item.reason}",
        item.first_by and f"初核 {item.first_by}",
        item.second_by and f"复核 {item.second_by}",
        item.paid_on and f"{item.paid_on} 支付",
    ]
    if said := "；".join(note.rstrip("。") for note in notes if note):
        st.caption(guard.plain(said))
    key = f"milestone_{item.id}"
    widgets.attachments(item.files, lambda number: queries.file(sessions.fresh(actor), number), f"{key}_file")
    if view.row.state is not ChallengeState.RUNNING and item.state is not BidMilestoneState.PASSED:
        return
    if not view.runs:
        if item.state in (BidMilestoneState.PENDING, BidMilestoneState.RECTIFYING) and bid.state is BidState.WORKING:
            _hand_in(actor, item, key)
        return
    if bid.state is BidState.WORKING:
        _checks(actor, item, key)
    if item.state is BidMilestoneState.PASSED and st.button("登记今日支付", key=f"{key}_pay", type="primary"):
        with guard.show_errors():
            fen = contract_service.pay(actor, item.id, clock.today(), seen_version=item.version)
            widgets.flash(f"已登记支付 {rules.money(fen)}。")
            st.rerun()


def _hand_in(actor: Actor, item: MilestoneView, key: str) -> None:
    with st.expander("提交成果"), st.form(key, border=False):
        words = st.text_area("完成情况和指标", max_chars=2000, key=f"{key}_text")
        given = widgets.uploads("佐证材料", f"{key}_uploads")
        if st.form_submit_button("提交成果", key=f"{key}_save", type="primary"):
            with guard.show_errors():
                contract_service.hand_in(actor, item.id, words, given, seen_version=item.version)
                widgets.flash("成果已提交，等待核查。")
                st.rerun()


def _checks(actor: Actor, item: MilestoneView, key: str) -> None:
    choices = [
        step
        for step in stages.MILESTONE.steps_from(item.state)
        if step.do not in (stages.PAY, stages.HAND_IN)
        and (step.do != stages.RECTIFY or not item.rectified)
        and (step.do != stages.FAIL_MILESTONE or item.rectified)
        and may(actor, Permission(step.permission), Subject())
        and not (step.do == stages.PASS_MILESTONE and item.first_by == actor.name)
    ]

    def act(do: str, reason: str) -> None:
        with guard.show_errors():
            state = contract_service.check(actor, item.id, do, reason, seen_version=item.version)
            widgets.flash(f"里程碑现为“{state.label}”。")
            st.rerun()

    widgets.steps(key, choices, act)
    if item.state in (BidMilestoneState.PENDING, BidMilestoneState.RECTIFYING) and item.extended_from is None:
        with st.popover("延期…", key=f"{key}_extend_ask"):
            day = st.date_input("延至（不超过一年，只能一次）", item.due_on, format="YYYY-MM-DD", key=f"{key}_day")
            reason = st.text_input("理由（必填）", key=f"{key}_why")
            if st.button("确认延期", key=f"{key}_extend", type="primary"):
                with guard.show_errors():
                    contract_service.extend(actor, item.id, day, reason, seen_version=item.version)
                    st.rerun()
