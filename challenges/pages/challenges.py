"""Challenges: what can be bid for, by when, and how far the others have come."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from challenges import queries, stages
from core import clock
from core.words import ChallengeState as C
from printing.pages import parts as report_parts
from web import guard, widgets

actor = guard.current_actor()
widgets.header("榜单", "哪些难题在张榜求解，现在走到哪一步？")
# Asked every time: whether bids are taken is a matter of seconds, and bids leave no event that a kept answer could go by.
found = queries.challenges(actor)
runs = may(actor, Permission.CHALLENGE_RUN)

if runs:
    st.page_link("challenges/pages/challenge_edit.py", label="起草榜单", icon=":material/add:")
if not found:
    widgets.empty("还没有发布的榜单。研究院发榜后会列在这里。")
    st.stop()

closed = stages.CHALLENGE.terminal | {C.PAID}
kinds = {
    "正在揭榜": [row for row in found if row.open],
    "评审与公示": [
        row
        for row in found
        if row.state in (C.CHECKING, C.REVIEWING, C.NOTICE, C.PAUSED) or (row.state is C.OPEN and not row.open)
    ],
    "签约与实施": [row for row in found if row.state in (C.SIGNING, C.RUNNING, C.ACCEPTING, C.ACCEPTED)],
    "已结束": [row for row in found if row.state in closed],
}
if actor.is_staff or any(row.state in (C.ARGUING, C.DRAFT, C.READY) for row in found):
    kinds = {"筹备": [row for row in found if row.state in (C.DRAFT, C.ARGUING, C.READY)]} | kinds
if any(row.mine for row in found):
    kinds["本单位的申请"] = [row for row in found if row.mine]
names = {f"{name}（{len(rows)}）": rows for name, rows in kinds.items()}
first = next((name for name, rows in names.items() if rows is kinds["正在揭榜"]))
chosen = st.segmented_control("看哪些", list(names), default=first, key="challenges_kind", label_visibility="collapsed")
shown = names.get(chosen or first, [])
search = st.text_input(
    "查找", type="search", placeholder="编号、名称或发榜单位", key="challenges_q", bind="query-params"
)
if search:
    shown = [row for row in shown if search.strip() in f"{row.code} {row.title} {row.organisation}"]
if shown:
    frame = pd.DataFrame(
        {
            "状态": widgets.shape(
                "running" if row.open else row.state,
                "已截止" if row.state is C.OPEN and not row.open else row.state.label,
            ),
            "编号": row.code,
            "榜单": row.title,
            "资金": row.funding,
            "方式": row.mode,
            "试点名额": row.places,
            "截止（北京时间）": f"{clock.beijing(row.deadline):%Y-%m-%d %H:%M:%S}",
            "发榜单位": row.organisation,
            "本单位": row.mine.label if row.mine else "–",
        }
        for row in shown
    )
    widgets.table(
        frame if any(row.mine for row in found) else frame.drop(columns=["本单位"]),
        "challenges_table",
        open_page="challenges/pages/challenge.py",
        ids=[row.id for row in shown],
    )
elif search:
    widgets.empty("没有符合条件的榜单。请换个词查找。")
else:
    widgets.empty("这一类现在没有。请看看其他类别。")


if kinds["正在揭榜"]:
    with st.container(horizontal=True):
        report_parts.downloads(actor, "challenge_list", "all", "", name="下载榜单", primary=False)
