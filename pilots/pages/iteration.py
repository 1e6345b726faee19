"""The iterations of one pilot: which feedback was answered, what changed, from when on it is measured anew."""

import datetime

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.validation import checked
from core.words import PilotState
from pilots import feedback_queries, feedback_service, phases, queries
from pilots.pages import parts
from pilots.supervision_schemas import IterationIn
from web import guard, widgets
from web.keep import ask

HERE = "pilots/pages/iteration.py"
GOING = (PilotState.RUNNING, PilotState.PAUSED, PilotState.EVALUATING)

actor = guard.current_actor()
pilot_id = guard.found(guard.parameter("id"), "试点")
pilot = guard.found(ask(queries.pilot, actor, pilot_id), "试点")
parts.header(pilot, "听了什么、改了什么、改了以后从哪天起另算？", HERE, actor)
known = ask(queries.phases, actor, pilot_id)
found = ask(feedback_queries.iterations, actor, pilot_id)

st.subheader("阶段", anchor=False)
breaks = phases.breaks(known)
st.dataframe(
    pd.DataFrame(
        {
            "阶段": [phase.name for phase in known],
            "场景版本": [phase.scenario_version for phase in known],
            "开始": [phase.start_on for phase in known],
            "结束": [phase.end_on for phase in known],
            "与上一阶段": ["版本不同，分开评估" if phase.start_on in breaks else "–" for phase in known],
            "目标": [phase.goal or "–" for phase in known],
        }
    ),
    hide_index=True,
    width="stretch",
    key="iteration_phases",
)
if breaks:
    st.caption("版本变了，前后就不是同一件事：图上断开，结果不合并计算。")

for item in reversed(found):
    with st.container(border=True, key=f"iteration_{item.id}"):
        st.markdown(f"**{item.name}**　{item.version_before} → {item.scenario_version}　自 {item.phase_start_on} 起")
        st.markdown(
            f"**改了什么**　{guard.plain(item.changes)}  \n**为什么**　{guard.plain(item.reason)}  \n"
            f"**新阶段**　{guard.plain(item.phase)}　{item.phase_start_on} 至 {item.phase_end_on}"
        )
        if item.feedback:
            st.markdown(
                "**回应的反馈**\n"
                + "\n".join(
                    f"- {view.kind.label}　{guard.plain(view.source)}：{guard.plain(view.text)}"
                    for view in item.feedback
                )
            )
        with st.container(horizontal=True):
            st.page_link(
                "scenarios/pages/scenario.py",
                label=f"场景版本 {item.scenario_version}",
                icon=":material/account_tree:",
                query_params={"id": str(item.scenario_id)},
            )
            st.page_link(
                "pilots/pages/feedback.py",
                label="全部反馈",
                icon=":material/forum:",
                query_params={"id": str(pilot_id)},
            )
        st.caption(guard.plain(f"{clock.show(item.at)}　{item.by}"))
if not found:
    widgets.empty(
        "还没有迭代。登记反馈后，可以把几条反馈合起来开启一次迭代。"
        if pilot.state in GOING
        else "这个试点没有迭代过。",
        page="pilots/pages/feedback.py",
        label="查看反馈",
    )

if not may(actor, Permission.PILOT_ITERATE) or pilot.state not in GOING:
    st.stop()
st.subheader("开启迭代", anchor=False)
waiting = [view for view in ask(feedback_queries.feedback, actor, pilot_id=pilot_id) if view.iteration_id is None]
if not waiting:
    st.caption("没有尚未回应的反馈。迭代须依据反馈，请先登记。")
    st.stop()
today = clock.today()
next_month = (today.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
with st.form("iteration_form", border=False, enter_to_submit=False):
    chosen = st.multiselect(
        "回应哪些反馈",
        waiting,
        format_func=lambda view: f"{view.kind.label}·{view.source}：{view.text[:40]}",
        key="iteration_feedback",
        placeholder="可多选",
    )
    changes = st.text_area("改了什么", key="iteration_changes")
    reason = st.text_area("为什么", key="iteration_reason", placeholder="反馈说明了什么问题，为什么这样改")
    left, middle, right = st.columns([1, 2, 1], vertical_alignment="bottom")
    start = left.date_input("新阶段开始（某月 1 日）", value=next_month, format="YYYY-MM-DD", key="iteration_start")
    goal = middle.text_input("新阶段的目标（可不填）", key="iteration_goal")
    major = right.checkbox("重大调整（升大版本）", key="iteration_major")
    st.warning(
        "开启后：场景产生新版本，试点进入新阶段，所选反馈记为已回应。前后两个阶段分开评估，不合并计算，不能撤销。"
    )
    if st.form_submit_button("开启迭代", key="iteration_go", type="primary"):
        with guard.show_errors(IterationIn):
            data = checked(
                IterationIn,
                feedback=[view.id for view in chosen],
                changes=changes,
                reason=reason,
                goal=goal,
                start_on=start,
                major=major,
            )
            feedback_service.iterate(actor, pilot_id, data, nonce=widgets.nonce("iteration"))
            widgets.spend_nonce("iteration")
            for field in ("feedback", "changes", "reason", "goal", "start", "major"):
                st.session_state.pop(f"iteration_{field}", None)
            widgets.flash("迭代已开启：新版本、新阶段已建立，反馈已回应。")
            st.rerun()
