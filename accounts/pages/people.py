"""People and organisations, for the administrator."""

import streamlit as st

from accounts import queries
from accounts.pages import parts
from web import guard, widgets

actor = guard.current_actor()
widgets.header("人员与单位", "谁可以登录，代表哪个单位？")

people, bodies = st.tabs(["账号", "单位"], key="people_tab")
organisations = queries.organisations(actor)

with people:
    search = st.text_input("查找", type="search", placeholder="用户名、姓名或单位", key="people_q", bind="query-params")
    chosen = parts.account_table(queries.accounts(actor, search=search or ""))
    if chosen is not None:
        parts.account_actions(actor, chosen)
    parts.account_form(actor, {body.id: body.name for body in organisations})

with bodies:
    parts.organisation_table(organisations)
    parts.organisation_form(actor, queries.region_choices(actor))
