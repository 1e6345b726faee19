"""One's own account."""

import pandas as pd
import streamlit as st

from accounts import queries, service
from core import clock
from core.settings import settings
from web import guard, widgets

actor = guard.current_actor()
widgets.header("我的账号", "我以什么身份登录，在哪些浏览器里登录着？")

own = guard.found(queries.own_account(actor), "账号")
with st.container(border=True, key="me_own"):
    st.markdown(
        f"**{guard.plain(own.name)}**　{actor.role.label}  \n"
        f"用户名：{guard.plain(own.username)}  \n"
        f"单位：{guard.plain(own.organisation)}" + (f"（{guard.plain(actor.region)}）" if actor.region else "")
    )

st.subheader("登录情况", anchor=False)
st.dataframe(
    pd.DataFrame(
        {
            "浏览器": "本浏览器" if sign_in.here else "其他浏览器",
            "最近使用": clock.show(sign_in.seen_at),
            "登录时间": clock.show(sign_in.since),
            "网络地址": sign_in.address,
        }
        for sign_in in queries.sign_ins(actor)
    ),
    key="me_sign_ins",
    hide_index=True,
    width="stretch",
)
st.caption(
    f"发现不是自己的登录？点左侧“退出登录”会同时结束所有浏览器的登录。{settings().session_hours} 小时不使用也会自动结束。"
)

st.subheader("修改密码", anchor=False)
with st.form("me_password", enter_to_submit=False):
    old = st.text_input("原密码", type="password", key="me_old", autocomplete="current-password")
    new = st.text_input(
        "新密码",
        type="password",
        key="me_new",
        autocomplete="new-password",
        help=f"至少 {settings().password_length} 位，不含用户名。几个词组成一句话最容易记住。",
    )
    again = st.text_input("再输一次新密码", type="password", key="me_again", autocomplete="new-password")
    st.caption("修改后所有浏览器都需要用新密码重新登录，包括这一个。")
    if st.form_submit_button("修改密码", key="me_submit", type="primary"):
        if new != again:
            st.error("两次输入的新密码不一致，请重新输入。")
        else:
            with guard.show_errors():
                service.change_password(actor, old, new)
                guard.leave()
