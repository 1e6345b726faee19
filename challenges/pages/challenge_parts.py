"""What the page of a challenge is made of: the text, the argumentation, questions and eligibility."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from challenges import deadline_service, decision_service, queries, service
from challenges.pages import panel_form
from challenges.schemas import OpinionIn
from challenges.views import BidView, ChallengeView
from core import clock
from core.words import BidState, ChallengeState
from web import guard, widgets


def facts(items: Sequence[tuple[str, object]]) -> None:
    """Plain facts, one a line; empty ones read “–”."""
    lines = [f"**{name}**　{guard.plain(value) if value not in ('', None) else '–'}" for name, value in items]
    st.markdown("  \n".join(line.replace("\n", "  \n") for line in lines))


def text(view: ChallengeView) -> None:
    """What the challenge asks and offers."""
    row = view.row
    widgets.figures(
        [
            ("资金", row.funding, "中榜单位合计" if row.winners > 1 else ""),
            ("方式", row.mode, ""),
            ("承诺试点名额", f"{view.places} 个", ""),
            (
                "截止（北京时间）",
                f"{clock.beijing(row.deadline):%m-%d %H:%M:%S}",
                f"{clock.beijing(row.deadline):%Y} 年",
            ),
        ]
    )
    facts(
        [
            ("背景", view.background),
            ("难题", view.difficulties),
            ("要达到的指标", view.indicators),
            ("揭榜内容", view.content),
            ("提供的数据", view.data_offered),
            ("申报条件", view.eligibility),
            ("发榜单位", row.organisation),
            ("联系方式", view.contact),
            ("批次", row.round),
        ]
    )
    for item in view.extensions:
        st.markdown(
            f"{widgets.badge('changed', '延期')}　北京时间 {clock.show(item.at)} 公告：截止时间由 {clock.show(item.before)} "
            f"延至 **{clock.show(item.after)}**　理由：{guard.plain(item.reason)}"
        )
    for link, page in ((view.need, "scenarios/pages/need.py"), (view.scenario, "scenarios/pages/scenario.py")):
        if link and view.runs:
            st.page_link(page, label=guard.plain(link[1]), icon=":material/link:", query_params={"id": str(link[0])})
        elif link:
            st.caption(f"来自：{guard.plain(link[1])}")


def put_off(actor: Actor, view: ChallengeView) -> None:
    """Staff: a later deadline, while the present one has not come."""
    if not (view.runs and view.row.open):
        return
    now = clock.beijing(view.row.deadline)
    with st.popover("延长揭榜期限…", icon=":material/event_upcoming:"):
        st.caption(f"现在截止于北京时间 {now:%Y-%m-%d %H:%M:%S}。延期和理由对所有人公开，已提交的申请不受影响。")
        with st.container(horizontal=True):
            day = st.date_input(
                "延至（北京时间）", now.date() + timedelta(days=7), format="YYYY-MM-DD", key="extend_day"
            )
            at = st.time_input("时刻（不含该时刻）", now.time(), step=900, key="extend_time")
        reason = st.text_area("延期理由（必填，公开）", max_chars=500, key="extend_reason")
        if st.button("确认延期", key="extend_save", type="primary"):
            with guard.show_errors():
                until = datetime.combine(day, at, tzinfo=clock.BEIJING)
                deadline_service.extend(actor, view.row.id, until, reason, seen_version=view.version)
                widgets.flash(f"截止时间已延至北京时间 {clock.show(until)}。")
                st.rerun()


def argumentation(actor: Actor, view: ChallengeView) -> None:
    """Experts' opinions; who may invite, who may write, what was concluded."""
    if not (view.opinions or (view.runs and view.row.state is ChallengeState.ARGUING)):
        return
    st.subheader("需求论证", anchor=False)
    for item in view.opinions:
        verdict = {True: "建议发榜", False: "不建议发榜", None: "待写意见"}[item.support]
        tone = {True: "approved", False: "refused", None: "pending"}[item.support]
        st.markdown(
            f"{widgets.badge(tone, verdict)}　**{guard.plain(item.name)}**（{guard.plain(item.organisation)}）　"
            f"{guard.plain(item.opinion)}"
        )
    if view.conclusion:
        facts([("论证结论", f"{view.conclusion}（{view.concluded_by}）")])
    if view.argues:
        with st.form("argue", border=True):
            own = next(item for item in view.opinions if item.account_id == actor.account_id)
            support = st.radio("是否建议发榜", ["建议发榜", "不建议发榜"], horizontal=True, key="argue_support")
            words = st.text_area("论证意见", own.opinion, max_chars=2000, key="argue_text")
            if st.form_submit_button("提交意见", key="argue_save", type="primary"):
                with guard.show_errors(OpinionIn):
                    service.argue(actor, view.row.id, OpinionIn(support=support == "建议发榜", opinion=words))
                    widgets.flash("论证意见已提交，结论作出前可以修改。")
                    st.rerun()
    if view.runs and view.row.state is ChallengeState.ARGUING:
        known = {item.account_id for item in view.opinions}
        people = {key: name for key, name in queries.experts(actor).items() if key not in known}
        with st.popover("邀请论证专家…", icon=":material/person_add:"):
            chosen = st.selectbox(
                "专家", list(people), index=None, format_func=lambda key: people[key], key="argue_expert"
            )
            if st.button("邀请", key="argue_invite", type="primary", disabled=chosen is None) and chosen:
                with guard.show_errors():
                    service.ask_expert(actor, view.row.id, chosen)
                    st.rerun()
        st.caption("论证结论由起草人以外、没有写意见的人员作出。")


def questions(actor: Actor, view: ChallengeView) -> None:
    """Questions with their answers, for everybody alike."""
    if view.row.state in (ChallengeState.DRAFT, ChallengeState.ARGUING, ChallengeState.READY):
        return
    st.subheader("答疑", anchor=False)
    st.caption("答复对所有人同时可见，不显示提问单位。")
    for item in view.questions:
        with st.container(border=True, key=f"question_{item.id}"):
            st.markdown(f"**问**　{guard.plain(item.text)}")
            if item.answered_at:
                st.markdown(f"**答**　{guard.plain(item.answer)}　（北京时间 {clock.show(item.answered_at)}）")
            elif view.runs:
                words = st.text_area("答复", max_chars=2000, key=f"question_{item.id}_text")
                if st.button("答复所有人", key=f"question_{item.id}_save", type="primary"):
                    with guard.show_errors():
                        service.answer_question(actor, item.id, words, seen_version=item.version)
                        st.rerun()
            else:
                st.caption("您的提问，等待答复；答复后所有人可见。")
    if not view.questions:
        st.caption("还没有提问。")
    if view.row.open and not view.runs and not view.barred:
        with st.form("ask", border=False, clear_on_submit=True):
            words = st.text_area("提问", max_chars=500, key="ask_text")
            if st.form_submit_button("提问", key="ask_save"):
                with guard.show_errors():
                    service.ask_question(actor, view.row.id, words)
                    widgets.flash("提问已提交，答复后对所有人可见。")
                    st.rerun()


def bid_text(bid: BidView) -> None:
    facts(
        [
            ("方案", bid.title),
            ("技术方案", bid.plan),
            ("承诺的指标", bid.goals),
            ("团队", "、".join(bid.team)),
            ("联系方式", bid.contact),
        ]
    )


def bids(actor: Actor, view: ChallengeView) -> None:
    """Staff: the sealed bids, whether they may take part, and the panel."""
    if not view.runs or view.published_at is None:
        return
    st.subheader("揭榜申请", anchor=False)
    if not view.sealed:
        widgets.empty("截止前封存：现在任何人都看不到申请，也看不到有几份。")
        return
    if not view.bids:
        widgets.empty("没有单位揭榜。可以办理流标并写明理由。")
    for bid in view.bids:
        name = f"{bid.organisation}　{bid.state.label}" + (f"　评审第 {bid.rank} 名" if bid.rank else "")
        with st.expander(guard.plain(name), expanded=bid.state is BidState.SUBMITTED, key=f"bid_{bid.id}"):
            facts([("统一社会信用代码", bid.credit_code)])
            bid_text(bid)
            widgets.attachments(bid.files, lambda key: queries.file(sessions.fresh(actor), key), f"bid_{bid.id}_file")
            when = f"{clock.beijing(bid.submitted_at):%Y-%m-%d %H:%M:%S}" if bid.submitted_at else "–"
            st.caption(f"第 {bid.number} 次提交，北京时间 {when}；校验码 {bid.digest}")
            if bid.reason:
                facts([("最近的结论", f"{bid.reason}" + (f"（{bid.checked_by}）" if bid.checked_by else ""))])
            if view.row.state is ChallengeState.CHECKING and bid.state is BidState.SUBMITTED:
                _eligibility(actor, bid)
    if view.review:
        st.page_link(
            "panels/pages/review.py",
            label=f"评审 {view.review[1]}（{view.review[2]}）",
            icon=":material/how_to_vote:",
            query_params={"id": str(view.review[0])},
        )
    elif view.row.state is ChallengeState.CHECKING and any(bid.state is BidState.ELIGIBLE for bid in view.bids):
        _panel(actor, view)


def _eligibility(actor: Actor, bid: BidView) -> None:
    reason = st.text_area("审查理由（必填，揭榜单位可见）", key=f"bid_{bid.id}_reason")
    with st.container(horizontal=True):
        for label, eligible in (("资格合格", True), ("资格不合格", False)):
            if st.button(label, key=f"bid_{bid.id}_{eligible}", type="primary" if eligible else "secondary"):
                with guard.show_errors():
                    decision_service.check_eligibility(actor, bid.id, eligible, reason, seen_version=bid.version)
                    widgets.flash(f"{bid.organisation}：{label}。")
                    st.rerun()


def _panel(actor: Actor, view: ChallengeView) -> None:
    panel_form.draw(
        "review",
        "**组建评审**　资格合格的申请连同附件成为参评项目；聘请评委、回避、评分和定稿在“评审”里办理。",
        "进入评审",
        queries.rubrics(actor),
        lambda rubric, count, quorum: decision_service.open_review(actor, view.row.id, rubric, count, quorum),
    )
