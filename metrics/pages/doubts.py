"""Doubts about values: nothing stays unanswered."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from core.words import FollowUpState
from metrics import exports, follow_ups, overview
from metrics.pages import answering
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
decides = bool(may(actor, Permission.RETURN_DECIDE))
widgets.header("疑点核查", "哪些数可疑，县里怎么说，可以采信吗？" if decides else "哪些数要我们说明原因或更正？")
collections = ask(overview.collections, actor)
if not collections:
    widgets.empty("没有需要核查的数。报送保存时，系统会把与历史相差很大、长期不变的数列在这里。")
    st.stop()
counts = ask(follow_ups.counts, actor)
widgets.figures([(state.label, f"{counts.get(state, 0):,} 条", "") for state in FollowUpState])

with widgets.filters("doubts"):
    first, second = st.columns([2, 1])
    collection_id = first.selectbox(
        "报送任务",
        list(collections),
        None,
        collections.__getitem__,
        placeholder="全部",
        key="doubts_collection",
        bind="query-params",
    )
    labels = {state.label: state for state in FollowUpState}
    shown = second.selectbox(
        "状态",
        ["待办", *labels, "全部"],
        0,
        key="doubts_state",
        bind="query-params",
    )

states: tuple[FollowUpState, ...]
if shown == "待办":
    states = (FollowUpState.OPEN, FollowUpState.EXPLAINED) if decides else (FollowUpState.OPEN,)
else:
    states = (labels[shown],) if shown in labels else ()
found = ask(follow_ups.follow_ups, actor, states=states, collection_id=collection_id)
if not found:
    st.success("没有待办的疑点。" if shown == "待办" else f"没有“{shown}”的疑点。")
elif decides and set(states) & {FollowUpState.OPEN, FollowUpState.EXPLAINED}:
    answering.queue(actor, found)
elif states == (FollowUpState.OPEN,):
    answering.cards(actor, found)
else:
    answering.table(actor, found, "doubts_table", with_region=decides)
if found:
    st.download_button(
        "下载疑点清单（CSV）",
        lambda: exports.doubts_csv(sessions.fresh(actor), states, collection_id),
        file_name=exports.file_name("疑点清单", shown, f"{clock.today():%Y%m%d}") + ".csv",
        mime="text/csv",
        key="doubts_download",
        icon=":material/download:",
        on_click="ignore",
    )
