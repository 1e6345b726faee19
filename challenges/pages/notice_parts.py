"""Candidates, the public notice and objections on the page of a challenge."""

from __future__ import annotations

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from challenges import decision_service, objection_service, queries, report, rules
from challenges.pages.challenge_parts import facts
from challenges.schemas import AwardIn
from challenges.views import ChallengeView
from core import clock
from core.words import BidState, ChallengeState
from panels import noticing
from panels.pages import notice_parts
from printing.pages import parts as report_parts
from web import guard, widgets


def award(actor: Actor, view: ChallengeView) -> None:
    """Staff: from the panel's result to the notice."""
    if not view.runs or view.row.state is not ChallengeState.REVIEWING:
        return
    st.subheader("定榜公示", anchor=False)
    ranked = sorted((bid for bid in view.bids if bid.rank), key=lambda bid: bid.rank or 0)
    if not ranked:
        again = (
            "异议成立，已退回评审组：在“评审”里合议，或重开评分并解锁要改的评分表，重新定稿。" if view.notices else ""
        )
        widgets.empty(again or "评审定稿后，这里按名次列出候选单位。")
        return
    names = {bid.id: f"第 {bid.rank} 名　{bid.organisation}" for bid in ranked}
    st.caption(f"取前 {rules.MOST_CANDIDATES} 名为候选，前 {view.row.winners} 名拟中榜，其余依次候补。")
    with st.form("award"):
        order = st.multiselect(
            "候选顺序（只在名次并列时填写，按先后选择）",
            list(names),
            format_func=lambda key: names[key],
            key="award_order",
        )
        reason = st.text_area("理由（名次并列时必填）", key="award_reason")
        with st.container(horizontal=True):
            start = st.date_input("公示起始日", clock.today(), format="YYYY-MM-DD", key="award_start")
            days = st.number_input("工作日数", 1, 30, rules.NOTICE_DAYS, key="award_days")
        first = st.checkbox(
            "起始日计入公示期", True, key="award_first", help="不计入时从次日起算（民法典第二百零一条）"
        )
        people = queries.supervisors(actor, view.row.id)
        with st.container(horizontal=True):
            office = st.text_input("异议受理单位", view.row.organisation, max_chars=60, key="award_office")
            contact = st.text_input("联系电话、邮箱", view.contact, max_chars=100, key="award_contact")
        with st.container(horizontal=True):
            address = st.text_input("通讯地址", max_chars=100, key="award_address")
            answer_days = st.number_input("异议答复期限（日）", 1, 30, noticing.ANSWER_DAYS, key="award_answer_days")
            supervisor = notice_parts.supervisor(people, "award_supervisor")
        if st.form_submit_button("定榜并公示", key="award_save", type="primary"):
            with guard.show_errors(AwardIn):
                data = AwardIn.model_validate(
                    {
                        "order": order,
                        "reason": reason,
                        "starts_on": start,
                        "days": int(days),
                        "count_first": first,
                        "office": office,
                        "address": address,
                        "contact": contact,
                        "answer_days": int(answer_days),
                        "supervisor_id": supervisor,
                    }
                )
                number = decision_service.award(actor, view.row.id, data, seen_version=view.version)
                widgets.flash(f"第 {number} 号公示已发布。")
                st.rerun()


def notices(actor: Actor, view: ChallengeView) -> None:
    """Every notice, the newest first, each as paper too."""
    if not view.notices:
        return
    st.subheader("公示", anchor=False)
    for at, notice in enumerate(view.notices):
        with st.container(border=True, key=f"notice_{notice.number}"):
            notice_parts.standing(notice, newest=at == 0, paused=view.row.state is ChallengeState.PAUSED)
            st.table(
                {
                    "顺位": [item["place"] for item in notice.ranking],
                    "单位和统一社会信用代码": [
                        guard.plain(f"{item['organisation']} {item.get('code') or ''}") for item in notice.ranking
                    ],
                    "方案": [guard.plain(item["title"]) for item in notice.ranking],
                    "结果": ["拟中榜" if item["proposed"] else "候补" for item in notice.ranking],
                }
            )
            facts(report.notice_facts(view, notice))
            if notice.changes:
                facts([(f"与第 {notice.number - 1} 号的差别", "；".join(notice.changes))])
            subject, label = f"{view.row.id}:{notice.number}", f"{view.row.code}_第{notice.number}号"
            with st.container(horizontal=True):
                report_parts.downloads(actor, "challenge_notice", subject, label, name="下载公示", primary=False)


def objections(actor: Actor, view: ChallengeView) -> None:
    """File one, see one's own; staff handle them."""
    number = view.row.id
    answers: dict[str, tuple[bool, int | None]] = {
        "不成立：公示继续": (False, None),
        "成立：退回评审组重新合议": (True, None),
    }
    for bid in view.bids:
        if bid.state is BidState.CANDIDATE:
            answers[f"成立：取消{bid.organisation}的资格"] = (True, bid.id)
    desk = notice_parts.Desk(
        facts=facts,
        handles=view.runs,
        names={},
        file=lambda words, given, _, nonce: objection_service.file(actor, number, words, given, nonce=nonce),
        take_on=lambda key: objection_service.take_on(actor, key),
        choices=lambda _: list(answers),
        answer=lambda item, chosen, words: objection_service.answer(
            actor, item.id, answers[chosen][0], words, answers[chosen][1], seen_version=item.version
        ),
        people=lambda: queries.answerers(actor, number),
        reassign=lambda item, who, reason: objection_service.reassign(
            actor, item.id, who, reason, seen_version=item.version
        ),
        download=lambda key: queries.file(sessions.fresh(actor), key),
    )
    during = view.row.state in (ChallengeState.NOTICE, ChallengeState.PAUSED)
    files = during and bool(may(actor, Permission.OBJECTION_FILE))
    days = view.notices[0].answer_days if view.notices else noticing.ANSWER_DAYS
    notice_parts.objections(actor, view.objections, desk, files=files, answer_days=days)
