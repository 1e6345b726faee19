"""Organisations that bid: who asks to be let in, and whether the unified credit code was checked."""

import streamlit as st

from accounts import application_queries, application_service
from accounts.application_queries import ApplicationView
from challenges import bid_service, queries
from core import clock
from core.words import ApplicationState
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("揭榜单位", "谁申请来揭榜，哪些单位可以揭榜，统一社会信用代码核对过没有？")
applications = ask(application_queries.applications, actor)
waiting = [item for item in applications if item.state is ApplicationState.WAITING]
decided = [item for item in applications if item.state is not ApplicationState.WAITING]


def about(item: ApplicationView) -> str:
    return guard.plain(
        f"{item.kind.label}　{item.credit_code}　联系人 {item.contact} {item.phone}　"
        f"北京时间 {clock.show(item.applied_at)} 提交"
    )


def decide(item: ApplicationView, approved: bool, reason: str) -> None:
    with guard.show_errors():
        username = application_service.decide(actor, item.id, approved, reason, seen_version=item.version)
        widgets.flash(
            f"{item.organisation}已开通，用户名 {username}。" if username else "已记下，申请单位凭回执看到意见。"
        )
        st.rerun()


st.subheader(f"待审核的申请（{len(waiting)}）", anchor=False)
st.caption("任何单位都可以在登录页申请；请与营业执照核对单位全称和代码，并按登记的电话核实联系人，再作决定。")
if not waiting:
    widgets.empty("没有待审核的申请。")
for item in waiting:
    with st.container(border=True, key=f"application_{item.id}"):
        st.markdown(f"{widgets.badge('pending', item.state.label)}　**{guard.plain(item.organisation)}**")
        st.caption(about(item))
        if item.double:
            st.warning(f"重复：{guard.plain(item.double)}，只能不予通过。")
        elif item.joins:
            st.info("系统里已有同名单位，还没有代码；通过后申请人的账号归入该单位。")
        if item.beside:
            st.warning(f"另有 {item.beside} 份待审核的申请填的是同一个代码，请核实哪一份属实。")
        reason = st.text_input("审核意见（必填，申请单位凭回执可见）", key=f"application_{item.id}_reason")
        with st.container(horizontal=True):
            if st.button(
                "通过并开通账号", key=f"application_{item.id}_yes", type="primary", disabled=bool(item.double)
            ):
                decide(item, True, reason)
            if st.button("不予通过", key=f"application_{item.id}_no"):
                decide(item, False, reason)
if decided:
    with st.expander(f"已审核的申请（{len(decided)}）", icon=":material/history:"):
        for item in decided:
            tone = "approved" if item.state is ApplicationState.APPROVED else "refused"
            st.markdown(f"{widgets.badge(tone, item.state.label)}　**{guard.plain(item.organisation)}**")
            said = f"{item.decided_by} 于北京时间 {clock.show(item.decided_at)}：{item.reason}"
            st.caption(f"{about(item)}  \n{guard.plain(said)}")

st.subheader("揭榜单位", anchor=False)
found = queries.bidders(actor)
if not found:
    widgets.empty(
        "还没有揭榜单位。通过申请后列在这里。",
        page="accounts/pages/people.py",
        label="或请系统管理员在“人员与单位”新增",
    )
for number, name, code in found:
    with st.container(border=True, key=f"bidder_{number}"):
        mark = widgets.badge("approved", "已核对") if code else widgets.badge("pending", "待核对")
        st.markdown(f"{mark}　**{guard.plain(name)}**　{guard.plain(code or '–')}")
        with st.popover("更正代码…" if code else "核对代码…"):
            given = st.text_input("统一社会信用代码（18 位）", code, max_chars=30, key=f"bidder_{number}_code")
            if st.button("确认已与营业执照核对", key=f"bidder_{number}_save", type="primary"):
                with guard.show_errors():
                    bid_service.register_code(actor, number, given)
                    widgets.flash(f"{name}的统一社会信用代码已核对。")
                    st.rerun()
