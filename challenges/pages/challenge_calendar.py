"""All deadlines of challenges in their order, with their zone; also as a file for one's own calendar."""

import pandas as pd
import streamlit as st

from accounts import sessions
from challenges import dates
from core import clock
from web import guard, widgets

actor = guard.current_actor()
widgets.header("揭榜日程", "接下来有哪些期限，到什么时刻为止？")
# Asked every time: whether something is late is a matter of seconds.
found = dates.deadlines(actor)
if not found:
    widgets.empty(
        "现在没有等着的期限。发榜后，截止时间、公示期满日会列在这里。",
        page="challenges/pages/challenges.py",
        label="看看榜单",
    )
    st.stop()
st.caption("全部是北京时间（东八区）。写明时刻的，该时刻及以后不再受理；只写日期的，当日全天有效。")


def calendar() -> bytes:
    return dates.as_calendar(dates.deadlines(sessions.fresh(actor)), clock.now())


def left(item: dates.Deadline) -> str:
    days = (item.day - clock.today()).days
    return f"还有 {days} 天" if days > 0 else "今天"


widgets.table(
    pd.DataFrame(
        {
            "状态": widgets.shape("overdue", "已过") if item.late else widgets.shape("pending", left(item)),
            "期限（北京时间）": item.shown,
            "事项": item.what,
            "榜单": item.title,
            "编号": item.code,
        }
        for item in found
    ),
    "calendar_table",
    open_page="challenges/pages/challenge.py",
    ids=[item.challenge_id for item in found],
)
if any(item.provisional for item in found):
    st.warning("标“暂算”的日期跨入放假安排尚未公布的年度，须人工复核。")
st.download_button(
    "下载到我的日历（ICS）",
    calendar,
    file_name=f"揭榜日程_{clock.today():%Y%m%d}.ics",
    mime="text/calendar",
    key="calendar_ics",
    icon=":material/event:",
    on_click="ignore",
    help="可以导入手机、WPS 和 Outlook 日历；再次导入时，改过的期限会更新。",
)
