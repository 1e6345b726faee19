"""Scenarios that look for partners: what one's organisation could do, and what became of its offers."""

import streamlit as st

from core.words import AnswerState
from scenarios import opening_queries
from scenarios.pages import opening_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("场景开放", "哪些场景在征集合作，我们能做什么？")
found = ask(opening_queries.openings_list, actor)

running = [view for view in found if not view.closed]
kinds = {"正在征集": running}
if not actor.is_staff:
    kinds["可以应答"] = [view for view in running if view.invites]
    kinds["本单位的应答"] = [view for view in found if view.mine]
if any(view.manages for view in found):
    kinds["待答复的应答"] = [view for view in found if view.waiting]
kinds["已结束"] = [view for view in found if view.closed]

names = {f"{name}（{len(views)}）": views for name, views in kinds.items()}
if not found:
    widgets.empty("还没有面向本单位的场景开放。场景牵头单位发布后会列在这里。")
    st.stop()
first = next((name for name, views in names.items() if views is kinds.get("可以应答") and views), next(iter(names)))
chosen = st.segmented_control("看哪些", list(names), default=first, key="openings_kind", label_visibility="collapsed")
shown = names.get(chosen or "", running)
search = st.text_input(
    "查找", type="search", placeholder="开放事项、资源、场景或地区", key="openings_q", bind="query-params"
)
if search:
    shown = [
        view
        for view in shown
        if search.strip() in f"{view.title} {view.resources} {view.scenario.name} {view.scenario.code} {view.region}"
    ]
if shown:
    opening_parts.table(shown, "openings_table")
    told = [view for view in shown if view.mine and view.mine.state is not AnswerState.WAITING and view.mine.reply]
    for view in told[:5]:
        assert view.mine is not None
        st.markdown(
            f"{widgets.badge(view.mine.state, view.mine.state.label)}　**{guard.plain(view.title)}**　"
            f"{guard.plain(view.mine.reply)}"
        )
elif search:
    widgets.empty("没有符合条件的场景开放。请换个词查找。")
else:
    widgets.empty("这一类现在没有。请看看其他类别。")
