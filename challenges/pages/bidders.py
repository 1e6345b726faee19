"""Organisations that bid, and whether their unified credit code was checked."""

import streamlit as st

from challenges import bid_service, queries
from web import guard, widgets

actor = guard.current_actor()
widgets.header("揭榜单位", "哪些单位可以揭榜，统一社会信用代码核对过没有？")
found = queries.bidders(actor)
if not found:
    widgets.empty("还没有揭榜单位的账号。", page="accounts/pages/people.py", label="请系统管理员在“人员与单位”新增")
st.caption("揭榜单位的账号由系统管理员在“人员与单位”开通；核对统一社会信用代码后才能提交揭榜申请。")
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
