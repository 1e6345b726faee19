"""The workbench: what needs doing today, and where everything stands."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.words import (
    AlertState,
    DataStatus,
    FollowUpState,
    PilotState,
    ReturnState,
    ReviewState,
    Role,
    ScenarioState,
    SupervisionState,
)
from metrics import follow_ups, reminder_queries
from metrics import queries as returns
from panels import sheet_queries
from panels.pages.judging_parts import deadline as own_deadline
from pilots import feedback_queries, order_queries, queries
from pilots.pages import plan_parts
from scenarios import appraisal_queries as appraisals
from scenarios import duty_queries, opening_queries, request_queries
from scenarios import queries as scenarios
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
today = clock.today()
widgets.header(f"{actor.name}，您好", "今天有什么要办，事情走到了哪一步？")


def todo(count: int, words: str, page: str, label: str, **parameters: str) -> bool:
    """One thing to do with the way to it; nothing when there is none."""
    if count:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"todo_{label}"):
            st.markdown(f"**{count}**　{words}", width="stretch")
            st.page_link(
                page, label=label, icon=":material/arrow_forward:", query_params=parameters or None, width="content"
            )
    return bool(count)


partners = ask(opening_queries.openings_list, actor)
invited = sum(view.invites for view in partners)


def cooperation() -> bool:
    """What scenarios open to one's organisation, and who offers to take part in one's own."""
    found = todo(invited, "项场景开放可以应答", "scenarios/pages/openings.py", "去看看")
    offered = sum(view.waiting for view in partners)
    return todo(offered, "份合作应答等待答复", "scenarios/pages/openings.py", "去答复合作应答") or found


def judging() -> bool:
    """What reviews ask of a judge. Not kept: his own drafts are no version of the data."""
    found = False
    for own in sheet_queries.calls(actor) if may(actor, Permission.REVIEW_READ) else ():
        viewer = own.review.standing.viewer
        if own.review.state is ReviewState.RECUSING and own.review.standing.declared_at is None:
            found |= todo(1, f"次回避申报：{guard.plain(own.review.name)}", "panels/pages/judging.py", "去申报回避")
        elif own.review.state in (ReviewState.SCORING, ReviewState.MODERATING) and viewer.open_sheets:
            words = f"个项目等您评分：{guard.plain(own.review.name)}　{own_deadline(own)}"
            found |= todo(viewer.open_sheets, words, "panels/pages/judging.py", "去评分")
    return found


if actor.role in (Role.BIDDER, Role.JUDGE):
    if not judging() | cooperation():
        widgets.empty(
            "目前没有需要您办理的事项。揭榜和评审开始后，任务会出现在这里。",
            page="metrics/pages/indicators.py",
            label="先看看指标口径",
        )
    st.stop()

pilots = ask(queries.pilots, actor)
st.subheader("待办", anchor=False)
any_todo = False
if actor.role is Role.COUNTY:
    owed = sorted(
        ask(returns.returns, actor, open_by=today, states=(ReturnState.DRAFT, ReturnState.RETURNED)),
        key=lambda view: (view.state is not ReturnState.RETURNED, view.due_on),
    )
    reminded = ask(reminder_queries.standing, actor)
    for view in owed[:6]:
        tone, words = view.status
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"owed_{view.id}"):
            note = f"　{guard.plain(view.comment)}" if view.comment else ""
            st.markdown(
                f"{widgets.badge(tone, words)}　**{guard.plain(view.collection)}**　{view.label}"
                f"　已填 {view.filled}/{view.asked}　截止 {view.due_on}{note}",
                width="stretch",
            )
            st.page_link(
                "metrics/pages/return_form.py",
                label="去填报",
                icon=":material/edit:",
                query_params={"id": str(view.id)},
                width="content",
            )
        if (reminder := reminded.get((view.collection_id, view.region_code, view.period))) is not None:
            st.caption(guard.plain(f"◔ {reminder.kind}　{clock.show(reminder.at)}　{reminder.by}：{reminder.words}"))
    any_todo = todo(max(0, len(owed) - 6), "份其他应报报送", "metrics/pages/returns.py", "查看全部报送") or bool(owed)
    doubts = ask(follow_ups.counts, actor)
    any_todo |= todo(doubts.get(FollowUpState.OPEN, 0), "条疑点等您说明或更正", "metrics/pages/doubts.py", "去答复")
else:
    submitted = ask(returns.returns, actor, states=(ReturnState.SUBMITTED,))
    pending = [pilot for pilot in pilots if pilot.state is PilotState.PENDING]
    unjudged = [pilot for pilot in pilots if pilot.state is PilotState.EVALUATING]
    waiting = ask(appraisals.waiting, actor)
    mine = [row for row in waiting if row.mine == appraisals.MINE]
    overdue = [
        view
        for view in ask(returns.returns, actor, open_by=today, states=(ReturnState.DRAFT, ReturnState.RETURNED))
        if view.due_on < today
    ]
    any_todo |= todo(len(mine), "个场景请您论证", "scenarios/pages/appraisals.py", "去论证")
    any_todo |= todo(len(waiting) - len(mine), "个场景正在论证", "scenarios/pages/appraisals.py", "看进展")
    any_todo |= todo(len(pending), "个试点等待批准启动", "pilots/pages/pilots.py", "去审批")
    any_todo |= plan_parts.blocked(actor, pilots)
    any_todo |= todo(len(unjudged), "个试点在评估中，等待结论", "pilots/pages/pilots.py", "去评估")
    doubts = ask(follow_ups.counts, actor)
    any_todo |= todo(len(submitted), "份报送等待审核", "metrics/pages/returns.py", "去审核")
    any_todo |= todo(
        doubts.get(FollowUpState.EXPLAINED, 0), "条疑点县里已说明，等待采信", "metrics/pages/doubts.py", "去核查"
    )
    any_todo |= todo(len(overdue), "份报送已逾期", "metrics/pages/rounds.py", "去催报")
    any_todo |= todo(
        len(ask(reminder_queries.pending, actor)),
        "份报送到了提醒的日子，还没有提醒",
        "metrics/pages/rounds.py",
        "去提醒",
    )
if not actor.is_staff:
    returned = ask(scenarios.scenarios, actor, states=(ScenarioState.RETURNED,))
    any_todo |= todo(
        len(returned),
        "个场景被退回，请按理由修改后重新提交论证",
        "scenarios/pages/scenarios.py",
        "去修改",
        scenarios_state=ScenarioState.RETURNED.label,
    )
requests = ask(request_queries.waiting, actor)
if actor.is_staff:
    late = sum(request.overdue for request in requests)
    any_todo |= todo(late, "份数据申请超过答复期限", "scenarios/pages/data_requests.py", "去催办")
else:
    any_todo |= todo(len(requests), "份数据申请待我答复", "scenarios/pages/data_requests.py", "去答复数据申请")
    any_todo |= todo(
        ask(duty_queries.waiting, actor),
        "项责任事项等待本单位确认",
        "scenarios/pages/confirmations.py",
        "去确认",
    )
    granted = [request for request in ask(request_queries.own, actor) if request.view.status is DataStatus.GRANTED]
    any_todo |= todo(len(granted), "项数据已批准，等待接入", "scenarios/pages/data_requests.py", "去登记接入")
any_todo |= cooperation()
any_todo |= judging()
orders = ask(order_queries.orders, actor)
asked = [order for order in orders if order.mine and order.state.waits_for_reply]
late = sum(bool(order.overdue) for order in asked)
any_todo |= todo(
    len(asked), f"份督办单等您回复{f'，其中超期 {late} 份' if late else ''}", "pilots/pages/orders.py", "去回复督办"
)
if actor.role is not Role.COUNTY:
    alerts = [alert for alert in ask(order_queries.alerts, actor) if alert.state is AlertState.OPEN]
    replied = [order for order in orders if order.state is SupervisionState.REPLIED and not order.mine]
    any_todo |= todo(len(alerts), "条预警等待处置", "pilots/pages/orders.py", "去处置")
    any_todo |= todo(len(replied), "份督办回复等待核实", "pilots/pages/orders.py", "去核实")
if actor.is_staff:
    late = sum(bool(order.overdue) for order in orders)
    any_todo |= todo(late, "份督办单超期未回复", "pilots/pages/orders.py", "去督促")
unheard = [view for view in ask(feedback_queries.feedback, actor) if view.open and view.answers]
any_todo |= todo(len(unheard), "条反馈等待答复", "pilots/pages/feedback.py", "去答复反馈", feedback_state="待答复")
any_todo |= plan_parts.attention(actor)
if not any_todo:
    st.success("没有待办事项。")

st.subheader("试点", anchor=False)
if not pilots:
    if actor.is_staff:
        widgets.empty(
            "还没有试点。先登记需求和场景，立项后发起试点。", page="scenarios/pages/needs.py", label="去登记需求"
        )
    else:
        widgets.empty("本地区还没有参加试点。", page="scenarios/pages/scenarios.py", label="看看已立项的场景")
else:
    states = [(state, sum(pilot.state is state for pilot in pilots)) for state in PilotState]
    with st.container(horizontal=True):
        for state, count in states:
            if count:
                st.markdown(f"{widgets.badge(state, state.label)} **{count}**", width="content")
    widgets.table(
        pd.DataFrame(
            {
                "试点": [pilot.name for pilot in pilots],
                "状态": [widgets.shape(pilot.state, pilot.state.label) for pilot in pilots],
                "结论": [pilot.verdict.verdict.label if pilot.verdict else "–" for pilot in pilots],
                "试点 / 对照地区": [f"{pilot.pilots} / {pilot.comparisons}" for pilot in pilots],
                "起止": [f"{pilot.start_on:%Y-%m} 至 {pilot.end_on:%Y-%m}" for pilot in pilots],
            }
        ),
        "home_pilots",
        open_page="pilots/pages/pilot.py",
        ids=[pilot.id for pilot in pilots],
    )
