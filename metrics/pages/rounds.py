"""Rounds: how far each period of each collection is."""

import streamlit as st

from accounts import sessions
from core import clock
from metrics import exports, overview, rounds
from metrics.pages import boards
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header(
    "报送进度", "每一期报到了哪一步，哪些可以冻结？" if actor.is_staff else "我们每一期报得齐不齐、及时不及时？"
)
collections = ask(overview.collections, actor)
if not collections:
    widgets.empty(
        "还没有需要报送的期。试点启动后，各期的进度会出现在这里。", page="pilots/pages/pilots.py", label="查看试点"
    )
    st.stop()
chosen = st.selectbox(
    "报送任务",
    list(collections),
    None,
    collections.__getitem__,
    placeholder="全部",
    key="rounds_collection",
    bind="query-params",
)
if chosen is not None:
    st.page_link(
        "metrics/pages/units.py",
        label="参加地区（加入与退出）",
        icon=":material/groups:",
        query_params={"id": str(chosen)},
    )
found = ask(rounds.rounds, actor, collection_id=chosen)
if not found:
    widgets.empty("这项报送任务还没有到期的报送；第一期结束后开始。")
    st.stop()
widgets.table(
    boards.frame(found) if actor.is_staff else boards.own_frame(found),
    "rounds_table",
    open_page=boards.ROUND,
    addresses=[{"collection": str(item.collection_id), "period": item.period} for item in found],
    help={
        "报送率": "已报 ÷ 到期应报",
        "及时率": "首次提交不晚于截止日期的 ÷ 到期应报",
        "到期应报": "已经交来的，和过了截止日期还没交的",
    }
    if actor.is_staff
    else None,
)
st.download_button(
    "下载各期进度（CSV）",
    lambda: exports.rounds_csv(sessions.fresh(actor), chosen),
    file_name=exports.file_name("报送进度", f"{clock.today():%Y%m%d}") + ".csv",
    mime="text/csv",
    key="rounds_download",
    icon=":material/download:",
    on_click="ignore",
)
