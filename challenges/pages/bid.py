"""One's own bid for a challenge: draft, hand in, withdraw, until the deadline."""

import streamlit as st

from accounts import sessions
from challenges import bid_service, queries
from challenges.pages import challenge_parts as parts
from challenges.schemas import BidIn
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
            f"{widgets.badge(mine.state, mine.state.label)}　{guard.plain(mine.title)}"
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
    if st.session_state.get("bid_submit") or st.session_state.get("bid_keep"):  # the page was drawn before
        st.error("揭榜已截止，刚才的内容没有保存。截止时刻及以后的提交、修改和撤回都不接受。")
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

submitted = mine is not None and mine.state is BidState.SUBMITTED
with st.form(f"bid_{mine.version if mine else 0}", enter_to_submit=False):
    title = st.text_input("方案名称", mine.title if mine else "", max_chars=60, key="bid_title")
    plan = st.text_area("技术方案", mine.plan if mine else "", max_chars=8000, height=240, key="bid_plan")
    goals = st.text_area("承诺的指标", mine.goals if mine else "", max_chars=2000, key="bid_goals")
    team = st.text_input("团队成员（用顿号分开）", "、".join(mine.team) if mine else "", key="bid_team")
    contact = st.text_input("联系人和联系方式", mine.contact if mine else "", max_chars=100, key="bid_contact")
    given = widgets.uploads("附件", "bid_uploads", help="随保存或提交一并加入")
    with st.container(horizontal=True):
        hand_in = st.form_submit_button("重新提交" if submitted else "提交申请", key="bid_submit", type="primary")
        keep = False if submitted else st.form_submit_button("保存草稿", key="bid_keep")
if hand_in or keep:
    with guard.show_errors(BidIn):
        data = BidIn(title=title, plan=plan, goals=goals, team=team.replace("，", "、").split("、"), contact=contact)
        bid_service.save(actor, row.id, data, given, submit=hand_in, seen_version=mine.version if mine else 0)
        widgets.flash("申请已提交，截止前仍可修改或撤回。" if hand_in else "草稿已保存，只有本单位看得到。")
        st.rerun()
