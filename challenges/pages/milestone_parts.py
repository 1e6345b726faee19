"""One milestone on the page of a challenge: delivery, figures beside its promises, checks, extension, payment."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, Subject, may
from challenges import contract_service, evidence, evidence_service, queries, rules, stages
from challenges.evidence import Source, Tied
from challenges.schemas import ValueIn
from challenges.views import BidView, ChallengeView, MilestoneView
from challenges.work_queries import Work
from core import clock
from core.periods import Period
from core.validation import checked
from core.words import Arm, BidMilestoneState, BidState, ChallengeState
from printing.pages import parts as report_parts
from web import guard, keep, widgets

_OPEN = (BidMilestoneState.PENDING, BidMilestoneState.RECTIFYING)
_HANDED_IN = (BidMilestoneState.SUBMITTED, BidMilestoneState.CHECKED)
_DONE = (BidMilestoneState.PASSED, BidMilestoneState.PAID)


def milestone(actor: Actor, view: ChallengeView, bid: BidView, item: MilestoneView, work: Work) -> None:
    late = f"　{widgets.badge('overdue', '已超期')}" if item.late and bid.state is BidState.WORKING else ""
    over = item.state in _OPEN and bid.state in (BidState.ELIMINATED, BidState.TERMINATED)
    plain = "草案" if bid.state is BidState.WON else "不再履行" if over else ""
    mark = widgets.badge("closed", plain) if plain else widgets.badge(item.state, item.state.label)
    st.markdown(
        f"{mark}　**{item.number}. {guard.plain(item.title)}**　"
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
    _figures(actor, item, work.figures.get(item.id, ()))
    if item.state in _DONE:
        with st.container(horizontal=True):
            label = f"{view.row.code}_{bid.organisation}_里程碑{item.number}"
            subject = f"{bid.id}:{item.number}"
            report_parts.downloads(actor, "challenge_milestone", subject, label, name="下载验收单", primary=False)
    if view.runs and item.state is BidMilestoneState.PASSED:
        _pay(actor, item, key)
    if view.row.state is not ChallengeState.RUNNING or bid.state is not BidState.WORKING:
        return
    if view.runs:
        if item.state in _HANDED_IN:
            _tie(actor, view, item, key)
        _checks(actor, item, key)
    elif item.state in _OPEN:
        _hand_in(actor, item, key)


def _figures(actor: Actor, item: MilestoneView, figures: Sequence[Tied]) -> None:
    """Every promise beside the figure that was tied to it."""
    if not figures:
        return
    by_promise = {figure.promise: figure for figure in figures}
    st.table(
        {
            "承诺的指标": [guard.plain(promise) for promise in rules.promises(item.indicators)],
            "报送的数值（核查时冻结）": [
                guard.plain(by_promise[promise].words) if promise in by_promise else "–"
                for promise in rules.promises(item.indicators)
            ],
        }
    )
    if not actor.is_staff:
        return
    for at, figure in enumerate(figures):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "metrics/pages/figure.py",
                label=f"{guard.plain(figure.content['name'])}的来历",
                icon=":material/account_tree:",
                query_params={
                    "collection": str(figure.collection_id),
                    "indicator": str(figure.indicator_id),
                    "region": figure.scope_code,
                    "period": figure.period,
                }
                | ({"arm": figure.arm.value} if figure.arm else {}),
                width="content",
            )
            changed = f"　:orange-badge[◐ 报送系统现为 {guard.plain(figure.now)}]" if figure.now else ""
            st.caption(f"{at + 1}. {guard.plain(figure.by)} 附　校验码 {figure.digest[:12]}{changed}")


def _tie(actor: Actor, view: ChallengeView, item: MilestoneView, key: str) -> None:
    promised = rules.promises(item.indicators)
    known = keep.ask(evidence.sources, actor, view.row.id) if promised else []
    if not known:
        return
    with st.expander("附上报送的指标值", icon=":material/monitoring:"):
        promise = st.selectbox("承诺的指标", promised, key=f"{key}_promise")
        left, right = st.columns(2)
        source: Source = left.selectbox("试点", known, format_func=lambda one: one.pilot, key=f"{key}_pilot")
        indicator = right.selectbox(
            "指标", list(source.indicators), format_func=source.indicators.__getitem__, key=f"{key}_indicator"
        )
        place = left.selectbox(
            "地区",
            ["", *source.counties],
            format_func=lambda code: source.counties.get(code, "试点地区合计"),
            key=f"{key}_place",
        )
        period = right.selectbox(
            "期别",
            source.periods[indicator],
            format_func=lambda one: Period.parse(one).label,
            key=f"{key}_period",
        )
        which = (source.collection_id, indicator, place or source.province_code, None if place else Arm.PILOT, period)
        if not (now := keep.ask(evidence.value, actor, view.row.id, *which)):
            st.caption("所选地区和期别没有数值，不能作为佐证。")
        elif st.button(f"附上并冻结：{now}", key=f"{key}_tie", type="primary"):
            with guard.show_errors(ValueIn):
                names = ("collection_id", "indicator_id", "scope_code", "arm", "period")
                data = checked(ValueIn, promise=promise, **dict(zip(names, which, strict=True)))
                value = evidence_service.tie(actor, item.id, data)
                widgets.flash(f"已附上 {value}，以后的更正不改变它。")
                st.rerun()


def _pay(actor: Actor, item: MilestoneView, key: str) -> None:
    if st.button("登记今日支付", key=f"{key}_pay", type="primary"):
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
    if item.state in _OPEN and item.extended_from is None:
        with st.popover("延期…", key=f"{key}_extend_ask"):
            day = st.date_input("延至（不超过一年，只能一次）", item.due_on, format="YYYY-MM-DD", key=f"{key}_day")
            reason = st.text_input("理由（必填）", key=f"{key}_why")
            if st.button("确认延期", key=f"{key}_extend", type="primary"):
                with guard.show_errors():
                    contract_service.extend(actor, item.id, day, reason, seen_version=item.version)
                    st.rerun()
