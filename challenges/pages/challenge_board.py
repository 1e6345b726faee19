"""The round dashboard: every challenge, its next deadline and who has to act."""

import pandas as pd
import streamlit as st

from challenges import board
from core import clock
from core.words import ChallengeState as C
from web import guard, widgets

actor = guard.current_actor()
widgets.header("揭榜总览", "这一批榜单走到哪一步，下一个期限是什么，该谁办？")
# Asked every time: what is late is a matter of seconds, and bids leave no event that a kept answer could go by.
found = board.board(actor)
if not found:
    widgets.empty("还没有榜单。", page="challenges/pages/challenge_edit.py", label="起草第一个榜单")
    st.stop()

rounds = sorted({item.row.round for item in found if item.row.round}, reverse=True)
every, none = "全部批次", "未分批次"
options = [every, *rounds, *([none] if any(not item.row.round for item in found) else [])]
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = st.selectbox("批次", options, key="board_round", bind="query-params")
    pending = st.toggle("只看未结束的", True, key="board_open")
shown = [
    item
    for item in found
    if (chosen == every or item.row.round == ("" if chosen == none else chosen)) and (item.who or not pending)
]
late = [item for item in shown if item.late]
widgets.figures(
    [
        ("榜单", f"{len(shown)} 个", ""),
        ("正在揭榜", f"{sum(item.row.open for item in shown)} 个", ""),
        (
            "评审与公示",
            f"{sum(item.row.state in (C.CHECKING, C.REVIEWING, C.NOTICE, C.PAUSED) for item in shown)} 个",
            "",
        ),
        ("有超期事项", f"{len(late)} 个", ""),
    ]
)
for item in late:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"late_{item.row.id}"):
        st.markdown(
            f"{widgets.badge('overdue', '已超期')}　**{guard.plain(item.row.title)}**　"
            f"{guard.plain(f'{item.what}　由{item.who}办理')}",
            width="stretch",
        )
        st.page_link(
            "challenges/pages/challenge.py",
            label="去处理",
            icon=":material/arrow_forward:",
            query_params={"id": str(item.row.id)},
            width="content",
        )
if shown:
    widgets.table(
        pd.DataFrame(
            {
                "状态": widgets.shape(
                    "running" if item.row.open else item.row.state,
                    "已截止" if item.row.state is C.OPEN and not item.row.open else item.row.state.label,
                ),
                "榜单": item.row.title,
                "该谁办": item.who or "–",
                "办什么": ("超期：" if item.late else "") + item.what,
                "下一个期限（北京时间）": f"{item.next.what} {item.next.shown}" if item.next else "–",
                "申请": "截止前不可见"
                if item.bids is None and item.row.open
                else "–"
                if item.bids is None
                else f"{item.bids} 份",
                "批次": item.row.round or "–",
                "编号": item.row.code,
            }
            for item in shown
        ),
        "board_table",
        open_page="challenges/pages/challenge.py",
        ids=[item.row.id for item in shown],
        help={"申请": "截止时刻之前任何人都不知道有几份申请"},
    )
else:
    widgets.empty("这一批没有未结束的榜单。可以关掉“只看未结束的”。")
st.caption(f"截至北京时间 {clock.show(clock.now())}。申请数在截止封存后才显示；撤榜的不启封、不计数。")
st.page_link("challenges/pages/challenge_calendar.py", label="看全部期限的日程", icon=":material/calendar_month:")
