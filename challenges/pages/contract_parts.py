"""Contracts on the page of a challenge: drafted, printed, signed in time, or the next in order steps up."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from challenges import contract_service, decision_service, queries, rules
from challenges.pages import closing_parts, milestone_parts
from challenges.pages.challenge_parts import facts
from challenges.schemas import ContractIn, MilestoneIn
from challenges.views import BidView, ChallengeView
from challenges.work_queries import Contract, Work
from core import clock
from core.words import BidState, ChallengeState
from printing.pages import parts as report_parts
from web import guard, widgets

_LATER = {
    BidState.WON, BidState.SIGNED, BidState.WORKING, BidState.PASSED, BidState.FAILED, BidState.ELIMINATED,
    BidState.TERMINATED,
}  # fmt: skip


def contracts(actor: Actor, view: ChallengeView, work: Work) -> None:
    """Staff: every winner's; a bidder: its own."""
    shown = [bid for bid in ([*view.bids] if view.runs else [view.mine] if view.mine else []) if bid.state in _LATER]
    if not shown:
        return
    st.subheader("任务书与里程碑", anchor=False)
    if view.row.state is ChallengeState.SIGNING and view.runs:
        waiting = [bid.organisation for bid in view.bids if bid.state is BidState.CANDIDATE]
        st.caption(guard.plain(f"中榜后 {rules.SIGNING_DAYS} 日内签订。候补：{'、'.join(waiting) or '无'}。"))
    if view.runs:
        closing_parts.acceptance(actor, view, work)
    for bid in shown:
        with st.container(border=True, key=f"contract_{bid.id}"):
            _one(actor, view, bid, work)


def _one(actor: Actor, view: ChallengeView, bid: BidView, work: Work) -> None:
    contract = work.contracts.get(bid.id)
    st.markdown(
        f"{widgets.badge(bid.state, bid.state.label)}　**{guard.plain(bid.organisation)}**　{guard.plain(bid.title)}"
    )
    if bid.state in (BidState.ELIMINATED, BidState.TERMINATED, BidState.FAILED) and bid.reason:
        facts([("理由", bid.reason)])
    if contract and bid.state is BidState.WON:
        _deadline(view, contract)
    if bid.contract:
        amount, day, content = bid.contract
        facts([("合同金额", rules.money(amount)), ("签订日期", day or "草案，尚未签订"), ("任务内容", content)])
        with st.container(horizontal=True):
            report_parts.downloads(
                actor,
                "challenge_contract",
                str(bid.id),
                f"{view.row.code}_{bid.organisation}",
                name="下载任务书" if day else "下载任务书草案",
                primary=False,
            )
    if contract and contract.files:
        widgets.attachments(
            contract.files, lambda key: queries.file(sessions.fresh(actor), key), f"contract_{bid.id}_file"
        )
    for milestone in bid.milestones:
        milestone_parts.milestone(actor, view, bid, milestone, work)
    if view.runs and view.row.state is ChallengeState.SIGNING and bid.state is BidState.WON:
        _to_sign(actor, bid, contract)
    closing_parts.conclusions(actor, view, bid, work)


def _deadline(view: ChallengeView, contract: Contract) -> None:
    if not contract.late:
        left = (contract.sign_due_on - clock.today()).days if contract.sign_due_on else 0
        st.caption(f"签订期限 {contract.sign_due_on}，还有 {left} 日。")
        return
    waiting = any(bid.state is BidState.CANDIDATE for bid in view.bids)
    offer = "可以由下一顺位递补" if waiting else "没有候补单位，可以办理流标，或只与其他中榜单位实施"
    words = f"；{offer}，确有理由的先延长期限。" if view.runs else "。请联系榜单联系人。"
    st.markdown(f"{widgets.badge('overdue', '逾期未签')}　签订期限 {contract.sign_due_on} 已过{words}")


def _to_sign(actor: Actor, bid: BidView, contract: Contract | None) -> None:
    late = contract is not None and contract.late
    with st.expander("修改任务书草案" if bid.contract else "起草任务书", expanded=not bid.contract and not late):
        _draft(actor, bid)
    with st.container(horizontal=True, key=f"signing_{bid.id}"):
        if bid.contract and not late:
            _signed(actor, bid)
        with st.popover("延长签订期限…"):
            day = st.date_input("延至", rules.sign_due(clock.today()), format="YYYY-MM-DD", key=f"put_off_{bid.id}_day")
            reason = st.text_input("理由（必填）", key=f"put_off_{bid.id}_reason")
            if st.button("确认延长", key=f"put_off_{bid.id}", type="primary"):
                with guard.show_errors():
                    contract_service.put_off_signing(actor, bid.id, day, reason, seen_version=bid.version)
                    widgets.flash(f"签订期限延至 {day}。")
                    st.rerun()
        with st.popover("逾期递补…" if late else "放弃或取消资格…"):
            reason = st.text_area("理由" + ("（逾期的事实会自动写入）" if late else ""), key=f"give_up_{bid.id}_reason")
            st.warning("办理后不能恢复，由下一顺位递补。")
            if st.button("确认递补" if late else "确认", key=f"give_up_{bid.id}", type="primary"):
                with guard.show_errors():
                    name = decision_service.give_up(actor, bid.id, reason, seen_version=bid.version)
                    widgets.flash(f"已由{name}递补。" if name else "已办理，没有可以递补的单位。")
                    st.rerun()


def _signed(actor: Actor, bid: BidView) -> None:
    with st.popover("登记签订…", icon=":material/signature:"):
        day = st.date_input("签订日期", clock.today(), format="YYYY-MM-DD", key=f"sign_{bid.id}_day")
        given = widgets.uploads("签字盖章的扫描件（可不传）", f"sign_{bid.id}_files")
        st.warning("登记后任务书和里程碑不能再改。")
        if st.button("确认已签订", key=f"sign_{bid.id}", type="primary"):
            with guard.show_errors():
                contract_service.sign(actor, bid.id, day, given, seen_version=bid.version)
                widgets.flash("任务书已签订。")
                st.rerun()


def _draft(actor: Actor, bid: BidView) -> None:
    today = clock.today()
    rows = [(item.title, item.indicators, item.due_on, item.share / 100) for item in bid.milestones] or [
        ("方案设计", "", today + pd.Timedelta(days=60), 30.0),
        ("试运行", "", today + pd.Timedelta(days=150), 40.0),
        ("验收", "", today + pd.Timedelta(days=240), 30.0),
    ]
    usual = pd.DataFrame(rows, columns=["里程碑", "考核指标", "完成期限", "付款比例（%）"])
    fen, _, content = bid.contract or (0, None, f"{bid.plan}\n指标：{bid.goals}"[:4000])
    with st.form(f"draft_{bid.id}", border=False, enter_to_submit=False):
        amount = st.number_input(
            "合同金额（万元）",
            min_value=0.0,
            value=fen / 1_000_000,
            step=10.0,
            format="%.2f",
            key=f"draft_{bid.id}_amount",
        )
        content = st.text_area("任务内容", content, max_chars=4000, key=f"draft_{bid.id}_content")
        edited = st.data_editor(usual, num_rows="dynamic", hide_index=True, key=f"draft_{bid.id}_rows")
        st.caption(
            "考核指标之间用分号隔开，核查时可以逐个附上报送的数值。付款比例合计须正好为 100%；里程碑通过前不支付。"
        )
        if st.form_submit_button("保存草案", key=f"draft_{bid.id}_save", type="primary"):
            with guard.show_errors(ContractIn):
                given = [
                    MilestoneIn(
                        title=str(row["里程碑"] or ""),
                        indicators=str(row["考核指标"] or ""),
                        due_on=pd.Timestamp(row["完成期限"]).date(),
                        share=Decimal(str(row["付款比例（%）"])),
                    )
                    for row in edited.to_dict("records")
                ]
                data = ContractIn(amount=Decimal(str(amount)), content=content, milestones=given)
                contract_service.draft(actor, bid.id, data, seen_version=bid.version)
                widgets.flash("任务书草案已保存，可以下载后签字盖章。")
                st.rerun()
