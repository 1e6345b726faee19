"""The end of a challenge on its page: acceptance by a panel, whether failing is tolerated, what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from challenges import acceptance_service, outcome_service, queries, rules, work_queries
from challenges.pages import panel_form
from challenges.views import BidView, ChallengeView
from challenges.work_queries import Work
from core.words import BidState, ChallengeState
from pilots.pages import tolerance_parts
from pilots.supervision_schemas import ToleranceIn
from web import guard, widgets

_FAILED = (BidState.FAILED, BidState.ELIMINATED, BidState.TERMINATED)


def acceptance(actor: Actor, view: ChallengeView, work: Work) -> None:
    """The panel that accepts: to be called together, or the way to it."""
    if work.acceptance:
        number, code, state = work.acceptance
        st.page_link(
            "panels/pages/review.py",
            label=f"验收评审 {code}（{state}）",
            icon=":material/how_to_vote:",
            query_params={"id": str(number)},
        )
    elif view.row.state is ChallengeState.ACCEPTING:
        panel_form.draw(
            "acceptance",
            "**组建验收评审**　在研单位的任务书、成果和佐证材料成为参评项目；聘请评委、回避、评分和定稿在“评审”里办理。",
            "组建验收评审",
            work_queries.rubrics(actor),
            lambda rubric, count, quorum: acceptance_service.open_panel(actor, view.row.id, rubric, count, quorum),
        )


def conclusions(actor: Actor, view: ChallengeView, bid: BidView, work: Work) -> None:
    """About one winner: accepted or not, tolerated or not, and what its work became."""
    if bid.id in work.scores:
        st.markdown(f"**验收评审平均分**　{work.scores[bid.id]}（{rules.PASS_MARK} 分及以上方可验收通过）")
    if view.runs and view.row.state is ChallengeState.ACCEPTING and bid.state is BidState.WORKING:
        _accept(actor, bid, work)
    contracted = bid.contract is not None and bid.contract[1] is not None
    stopping = view.row.state in (ChallengeState.RUNNING, ChallengeState.ACCEPTING) and bid.state is BidState.WORKING
    if contracted and (bid.state in _FAILED or bid.id in work.tolerances or (stopping and work.tolerates)):
        _tolerance(actor, view, bid, work)
    if view.runs and bid.state is BidState.PASSED:
        _outcome(actor, bid, work)


def _accept(actor: Actor, bid: BidView, work: Work) -> None:
    if bid.id not in work.scores:
        st.caption("验收评审定稿后，在这里作出验收结论。")
        return
    reason = st.text_area("验收意见（必填）", key=f"accept_{bid.id}_reason")
    with st.container(horizontal=True):
        for label, passed in (("验收通过", True), ("验收不通过", False)):
            if st.button(
                label,
                key=f"accept_{bid.id}_{passed}",
                type="primary" if passed == work.passes[bid.id] else "secondary",
                disabled=passed and not work.passes[bid.id],
            ):
                with guard.show_errors():
                    acceptance_service.accept(actor, bid.id, passed, reason, seen_version=bid.version)
                    widgets.flash(f"{bid.organisation}：{label}。")
                    st.rerun()


def _tolerance(actor: Actor, view: ChallengeView, bid: BidView, work: Work) -> None:
    found = work.tolerances.get(bid.id, ())
    for item in found[:1]:
        st.markdown("**容错认定**")
        tolerance_parts.show(item, lambda key: queries.file(sessions.fresh(actor), key), f"tolerance_{bid.id}")
    if not view.runs:
        return
    if not found and bid.state in _FAILED:
        st.markdown(f"{widgets.badge('pending', '待容错认定')}　由未参与本榜单的研究院人员逐项认定五个条件。")
    if not work.tolerates:
        st.caption(guard.plain(work.tolerates.reason))
        return

    def decide(data: ToleranceIn, given: Sequence[tuple[str, bytes]]) -> None:
        acceptance_service.decide_tolerance(actor, bid.id, data, given, seen=len(found))
        widgets.flash("容错认定已作出。")

    first = "作出容错认定" if bid.state in _FAILED else "拟终止本榜单的，先作容错认定"
    with st.expander("重新认定（原认定保留）" if found else first):
        tolerance_parts.form(f"tolerance_{bid.id}", "理由（会写入档案）", decide)


def _outcome(actor: Actor, bid: BidView, work: Work) -> None:
    made = next((item for item in work.outcomes if item.bid_id == bid.id), None)
    if made is None:
        if st.button(
            "登记为场景",
            key=f"become_{bid.id}",
            icon=":material/account_tree:",
            help="把榜单和成果的内容带入一个场景草稿；责任清单和数据来源在草稿里补充，论证后可以发起试点。",
        ):
            with guard.show_errors():
                scenario_id = outcome_service.become_scenario(actor, bid.id)
                widgets.flash("已登记为场景草稿，请补充责任清单和数据来源。")
                st.switch_page("scenarios/pages/scenario.py", query_params={"id": str(scenario_id)})
        return
    with st.container(horizontal=True):
        st.page_link(
            "scenarios/pages/scenario.py",
            label=f"成果场景 {guard.plain(made.scenario)}（{made.state}）",
            icon=":material/account_tree:",
            query_params={"id": str(made.scenario_id)},
            width="content",
        )
        if made.pilotable:
            st.page_link(
                "pilots/pages/design.py",
                label="由此场景发起试点",
                icon=":material/science:",
                query_params={"scenario": str(made.scenario_id)},
                width="content",
            )
        for number, name, state in made.pilots:
            st.page_link(
                "pilots/pages/pilot.py",
                label=f"试点 {guard.plain(name)}（{state}）",
                icon=":material/science:",
                query_params={"id": str(number)},
                width="content",
            )
