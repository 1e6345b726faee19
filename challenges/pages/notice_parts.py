"""Candidates, the public notice and objections on the page of a challenge."""

from __future__ import annotations

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from challenges import decision_service, objection_service, queries, report, rules
from challenges.pages.challenge_parts import facts
from challenges.schemas import AwardIn
from challenges.views import ChallengeView, ObjectionView
from core import clock
from core.words import BidState, ChallengeState
from panels import noticing
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
            supervisor = st.selectbox(
                "监督人",
                list(people),
                index=None,
                format_func=lambda key: people[key],
                key="award_supervisor",
                placeholder="请选择",
                help="没有参与资格审查和定榜的研究院人员；异议逾期未答复的移交监督人处置。",
            )
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
            if at == 0 and view.row.state is ChallengeState.PAUSED:
                st.markdown(f"{widgets.badge('paused', '公示暂停')}　{notice.paused_on} 收到异议，答复后继续。")
            elif notice.left is not None:
                words = f"还有 {notice.left} 个工作日（含今天）" if notice.left else "公示期已满"
                st.markdown(f"{widgets.badge('running', '公示中')}　**{words}**")
            else:
                st.markdown(f"{widgets.badge('closed', f'第 {notice.number} 号公示')}")
            if notice.provisional:
                st.warning("暂算，须人工复核：公示期跨入的年度尚未公布放假安排。")
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
    """File one, see one's own; staff handle them without learning who it was."""
    during = view.row.state in (ChallengeState.NOTICE, ChallengeState.PAUSED)
    files = during and may(actor, Permission.OBJECTION_FILE)
    if not (view.objections or files):
        return
    st.subheader("异议", anchor=False)
    st.caption("实名书面提出并附证据；异议人的身份只有受理人和系统管理员看得到。")
    for item in view.objections:
        with st.container(border=True, key=f"objection_{item.id}"):
            _objection(actor, view, item)
    if files:
        with st.expander("提出异议", icon=":material/report:"), st.form("objection", border=False):
            words = st.text_area("事实和理由", max_chars=4000, key="objection_text")
            given = widgets.uploads("证据材料（必附）", "objection_files")
            st.caption(f"以您的实名（{guard.plain(actor.name)}）提出。提出后公示暂停，在公示写明的期限内答复。")
            if st.form_submit_button("提交异议", key="objection_save", type="primary"):
                with guard.show_errors():
                    objection_service.file(actor, view.row.id, words, given, nonce=widgets.nonce("objection"))
                    widgets.spend_nonce("objection")
                    widgets.flash("异议已收到，公示暂停。")
                    st.rerun()


def _objection(actor: Actor, view: ChallengeView, item: ObjectionView) -> None:
    state = {None: ("pending", "待答复"), True: ("approved", "成立"), False: ("closed", "不成立")}[item.upheld]
    words = f"已超期 {item.late} 日" if item.upheld is None else f"超期 {item.late} 日答复"
    st.markdown(
        f"{widgets.badge(*state)}　北京时间 {clock.show(item.filed_at)} 收到，应于 {item.due_on} 前（含当日）答复"
        + (f"　{widgets.badge('overdue', words)}" if item.late else "")
    )
    if item.late and item.supervisor:
        when = f"（{clock.show(item.escalated_at)} 移交）" if item.escalated_at else ""
        st.caption(
            guard.plain(
                f"逾期未答复，由监督人 {item.supervisor} 处置{when}；公示在答复前不恢复。"
                if item.upheld is None
                else f"逾期答复，监督人：{item.supervisor}{when}"
            )
        )
    facts([("异议人", item.name or "保密"), ("内容", item.text), ("受理人", item.handler)])
    if item.answered_at:
        facts([("答复", item.answer)])
    widgets.attachments(item.files, lambda key: queries.file(sessions.fresh(actor), key), f"objection_{item.id}_file")
    if item.supervises:
        _reassign(actor, view, item)
    if not view.runs or item.upheld is not None:
        return
    if not item.takes:
        st.caption(guard.plain(item.takes.reason))
    elif not item.handler:
        if st.button("受理", key=f"objection_{item.id}_take", help="受理后您可以看到异议人的身份，并由您答复"):
            with guard.show_errors():
                objection_service.take_on(actor, item.id)
                st.rerun()
    elif item.handles:
        _answer(actor, view, item)


def _reassign(actor: Actor, view: ChallengeView, item: ObjectionView) -> None:
    """The supervisor has somebody else answer what is late."""
    people = queries.answerers(actor, view.row.id)
    with st.popover("改派受理人…", key=f"objection_{item.id}_reassign_ask"):
        chosen = st.selectbox(
            "由谁答复",
            list(people),
            index=None,
            format_func=lambda key: people[key],
            placeholder="请选择",
            key=f"objection_{item.id}_handler",
        )
        reason = st.text_input("理由（必填，存入操作日志）", key=f"objection_{item.id}_reassign_reason")
        st.caption("改派后，新的受理人可以看到异议人的身份，原受理人不再看得到。")
        if (
            st.button("确认改派", key=f"objection_{item.id}_reassign", type="primary", disabled=chosen is None)
            and chosen
        ):
            with guard.show_errors():
                objection_service.reassign(actor, item.id, chosen, reason, seen_version=item.version)
                widgets.flash(f"已改派{people[chosen]}答复。")
                st.rerun()


def _answer(actor: Actor, view: ChallengeView, item: ObjectionView) -> None:
    choices: dict[str, tuple[bool, int | None]] = {
        "不成立：公示继续": (False, None),
        "成立：退回评审组重新合议": (True, None),
    }
    for bid in view.bids:
        if bid.state is BidState.CANDIDATE:
            choices[f"成立：取消{bid.organisation}的资格"] = (True, bid.id)
    with st.form(f"objection_{item.id}_answer", border=False):
        chosen = st.radio("结论", list(choices), key=f"objection_{item.id}_choice")
        words = st.text_area("答复（异议人可见）", max_chars=4000, key=f"objection_{item.id}_words")
        if st.form_submit_button("答复", key=f"objection_{item.id}_save", type="primary"):
            with guard.show_errors():
                upheld, bid_id = choices[chosen]
                objection_service.answer(actor, item.id, upheld, words, bid_id, seen_version=item.version)
                widgets.flash("异议已答复。")
                st.rerun()
