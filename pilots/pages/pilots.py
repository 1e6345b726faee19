"""All pilots: state, verdict, where and since when."""

import pandas as pd
import pyarrow as pa
import streamlit as st

from accounts.permissions import Permission, may
from core.words import PilotState
from pilots import queries
from web import guard, keep, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("试点", "有哪些试点，各走到哪一步、结论是什么？")
if may(actor, Permission.PILOT_DESIGN):
    st.page_link("pilots/pages/design.py", label="发起试点", icon=":material/add:")

pilots = ask(queries.pilots, actor)
if not pilots:
    widgets.empty(
        "还没有试点。场景立项后，可以从场景页发起试点。" if actor.is_staff else "本地区还没有参加试点。",
        page="scenarios/pages/scenarios.py",
        label="查看场景",
    )
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    search = st.text_input("搜索", placeholder="试点、场景或编号", key="pilots_search", bind="query-params")
    chosen = st.selectbox(
        "状态",
        ["全部", *(state.label for state in PilotState if any(pilot.state is state for pilot in pilots))],
        key="pilots_state",
        bind="query-params",
    )
shown = [
    pilot
    for pilot in pilots
    if (chosen in ("全部", pilot.state.label))
    and search.strip() in f"{pilot.name}{pilot.scenario}{pilot.code}{pilot.lead}"
]
if not shown:
    st.info("没有符合条件的试点，请放宽筛选。")
    st.stop()


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "编号": [pilot.code for pilot in shown],
            "试点": [pilot.name for pilot in shown],
            "状态": [widgets.shape(pilot.state, pilot.state.label) for pilot in shown],
            "结论": [pilot.verdict.verdict.label if pilot.verdict else "–" for pilot in shown],
            "场景": [f"{pilot.scenario} {pilot.scenario_version}" for pilot in shown],
            "牵头单位": [pilot.lead for pilot in shown],
            "试点 / 对照地区": [f"{pilot.pilots} / {pilot.comparisons}" for pilot in shown],
            "开始": [pilot.start_on for pilot in shown],
            "结束": [pilot.end_on for pilot in shown],
        }
    )


ids = [pilot.id for pilot in shown]
widgets.table(
    keep.kept(("pilots", *ids, keep.version()), lambda: pa.Table.from_pandas(table(), preserve_index=False)),
    "pilots_list",
    open_page="pilots/pages/pilot.py",
    ids=ids,
)
