"""The workbench: what needs doing today, and where everything stands."""

import pandas as pd
import streamlit as st

from core.words import PilotState, Role
from pilots import queries
from web import guard, widgets
from web.keep import ask
from workbench.pages import asking, drawing, first_steps

actor = guard.current_actor()
widgets.header(f"{actor.name}，您好", "今天有什么要办，事情走到了哪一步？")

if actor.role in (Role.BIDDER, Role.JUDGE):
    if not drawing.tasks(asking.tasks(actor, [])):
        widgets.empty(
            "目前没有需要您办理的事项。揭榜和评审开始后，任务会出现在这里。",
            page="metrics/pages/indicators.py",
            label="先看看指标口径",
        )
    st.stop()

pilots = ask(queries.pilots, actor)
if not pilots:
    first_steps.draw(actor)
if not drawing.tasks(asking.tasks(actor, pilots)):
    st.subheader("待办", anchor=False)
    st.success("没有待办事项。")

st.subheader("试点", anchor=False)
if not pilots:
    if actor.is_staff:
        widgets.empty(
            "还没有试点。先登记需求和场景，立项后发起试点。", page="scenarios/pages/needs.py", label="去登记需求"
        )
    else:
        widgets.empty("本地区还没有参加试点。", page="scenarios/pages/scenarios.py", label="看看已立项的场景")
    st.stop()
with st.container(horizontal=True):
    for state in PilotState:
        if count := sum(pilot.state is state for pilot in pilots):
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
