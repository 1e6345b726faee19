"""A judge's desk: which reviews wait for me, and how far am I?"""

import streamlit as st

from core.words import ReviewState
from panels import sheet_queries
from panels.pages import judging_parts as parts
from panels.pages import offline
from panels.visibility import Sight
from web import guard, widgets

actor = guard.current_actor()
widgets.header("我的评审", "哪些项目等我评，还来得及吗？")

calls = sheet_queries.calls(actor)
if not calls:
    widgets.empty(
        "目前没有请您参加的评审。受聘后，评审会出现在这里。", page="workbench/pages/home.py", label="回到工作台"
    )
    st.stop()

for own in calls:
    with st.container(border=True, key=f"call_{own.review.id}"):
        parts.head(own)
        if own.review.state in (ReviewState.RECUSING, ReviewState.ASSIGNING):
            parts.declaring(own)
        else:
            parts.progress(actor, own)
            if own.review.standing.sight is Sight.MARKS:
                st.page_link(
                    "panels/pages/panel_result.py",
                    label="看评审组的评分、合议与结果",
                    icon=":material/leaderboard:",
                    query_params={"review": str(own.review.id)},
                )
            if parts.scoring(own) and any(sheet.open for sheet in own.asked):
                offline.draw(actor, own)

# The one that waits is open, the others are folded.
for place, own in enumerate(own for own in calls if own.sheets):
    with st.expander(
        f"{guard.plain(own.review.name)}：{len(own.sheets)} 个项目", icon=":material/list:", expanded=not place
    ):
        parts.listing(own)
        parts.spread(own)
