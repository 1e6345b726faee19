"""One's own bid for a challenge: draft, hand in, withdraw, until the deadline."""

import streamlit as st

from accounts import sessions
from challenges import bid_service, queries
from challenges.pages import bid_form
from challenges.pages import challenge_parts as parts
from core import clock
from core.words import BidState
from web import guard, widgets

actor = guard.current_actor()
view = guard.found(queries.challenge(actor, guard.parameter("id")), "榜单")
row, mine = view.row, view.mine
widgets.header(
    f"揭榜申请：{row.title}",
    "我们的方案写好了没有，交上去了没有？",
    back=("challenges/pages/challenge.py", "回到榜单"),
    query={"id": str(row.id)},
)
with st.container(border=True):
    if mine:
        st.markdown(
            f"{widgets.badge(mine.state, mine.state.label)}　{guard.plain(mine.title or '（还没有方案名称）')}"
            + (
                f"　第 {mine.number} 次提交于北京时间 {mine.submitted_at and clock.beijing(mine.submitted_at):%Y-%m-%d %H:%M:%S}"
                if mine.number
                else ""
            )
        )
    st.markdown(
        f"截止：**北京时间 {clock.beijing(row.deadline):%Y-%m-%d %H:%M:%S}**（不含该时刻）。截止前可以修改、撤回；"
        "截止后封存。截止前研究院和其他单位都看不到本单位的申请，也看不到有没有申请。"
    )
    for item in view.extensions:
        st.caption(
            f"{widgets.badge('changed', '已延期')}　原截止于北京时间 {clock.show(item.before)}，延至 {clock.show(item.after)}。"
            f"理由：{guard.plain(item.reason)}"
        )
    if mine and mine.digest:
        st.caption(f"最近一次提交的校验码：{mine.digest}")
if view.barred:
    widgets.empty(view.barred)
    st.stop()


def load(key: int) -> bytes:
    return queries.file(sessions.fresh(actor), key)


def remove(key: int, reason: str) -> None:
    if mine:
        with guard.show_errors():
            bid_service.remove_file(actor, mine.id, key, reason)
            st.rerun()


if mine and mine.files:
    st.subheader("附件", anchor=False)
    draft = row.open and mine.state is BidState.DRAFT
    widgets.attachments(mine.files, load, "bid_file", remove=remove if draft else None)
if not row.open:
    bid_form.unsaved(view)
    if st.session_state.get("bid_submit") and bid_form.Fields(row.id).problem not in st.session_state:
        st.error("揭榜已截止，刚才的内容没有提交。截止时刻及以后的提交、修改和撤回都不接受。")
    st.subheader("封存的内容", anchor=False)
    if mine:
        parts.bid_text(mine)
    else:
        widgets.empty("揭榜已截止，本单位没有申请。")
    st.stop()

if mine and mine.state is BidState.SUBMITTED:
    with st.popover("撤回申请…"):
        st.warning("撤回后成为草稿；截止前没有重新提交的，视为没有揭榜。")
        if st.button("确认撤回", key="bid_take_back", type="primary"):
            with guard.show_errors():
                bid_service.take_back(actor, mine.id, seen_version=mine.version)
                widgets.flash("申请已撤回，现为草稿。")
                st.rerun()

bid_form.draw(actor, view)
