"""Requests for data: those that wait for one's answer, and what became of one's own."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from core import clock
from core.settings import settings
from core.words import DataStatus
from scenarios import request_queries, request_service, stages
from scenarios.pages import parts
from scenarios.request_queries import Request
from web import guard, widgets
from web.keep import ask

PER_PAGE = 10
NEXT = {
    DataStatus.GRANTED: "接入后登记“完成接入”。",
    DataStatus.REFUSED: "按拒绝理由调整用途或信息项后，可以再次申请。",
    DataStatus.NOT_REQUESTED: "还没有提出申请。",
    DataStatus.REQUESTED: "等待提供单位答复。",
}

actor = guard.current_actor()
limit = settings().data_answer_days
widgets.header("数据申请", "谁在等我答复，我们在等谁答复？")
waiting = ask(request_queries.waiting, actor)
own = ask(request_queries.own, actor)
overdue = sum(request.overdue for request in waiting)
longest = max((request.view.waited or 0 for request in waiting), default=None)


def badge(request: Request) -> str:
    if request.overdue:
        return f":red-badge[■ 已等 {request.view.waited} 个工作日，超期]"
    return f":orange-badge[◐ 已等 {request.view.waited} 个工作日]"


def act(request: Request, do: str, reason: str) -> None:
    view = request.view
    with guard.show_errors():
        status = request_service.move(actor, view.id, do, reason, on=clock.today(), seen_version=view.version)
        widgets.flash(f"“{view.name}”现为“{status.label}”。")
        st.rerun()


def card(request: Request) -> None:
    view = request.view
    with st.container(border=True, key=f"request_{view.id}"):
        st.markdown(f"{badge(request)}　**{guard.plain(view.name)}**　{guard.plain(view.provider)}")
        parts.facts(
            [
                ("申请单位", f"{view.asking or '–'}　{view.requested_on}"),
                ("用途", view.purpose),
                ("所需信息项", "、".join(view.fields)),
                ("共享属性", f"{view.sharing}　{view.security.value}　{view.personal.label}"),
            ]
        )
        with st.container(horizontal=True):
            st.page_link(
                "scenarios/pages/scenario.py",
                label=guard.plain(f"{request.scenario.code} {request.scenario.name}（{request.region}）"),
                icon=":material/account_tree:",
                query_params={"id": str(request.scenario.id)},
            )
            st.page_link(
                "scenarios/pages/resource.py",
                label="数据资源",
                icon=":material/database:",
                query_params={"id": str(view.resource_id)},
            )
        if not request.answers:
            st.caption(guard.plain(request.answers.reason))
            return
        choices = [step for step in stages.DATA_LINK.steps_from(view.status) if step.do in stages.ANSWERS]
        if request.on_behalf:
            st.caption("代提供单位登记书面答复，须写明依据（如复函文号）。答复日期不是今天的，请在场景页登记。")
            choices = [replace(step, needs_reason=True) for step in choices]
        widgets.steps(f"request_{view.id}", choices, lambda do, reason: act(request, do, reason))


tabs = [f"{'等待答复' if actor.is_staff else '待我答复'}（{len(waiting)}）"]
tabs += [] if actor.is_staff else [f"我们的申请（{len(own)}）"]
shown = st.segmented_control("看哪些", tabs, default=tabs[0], key="requests_tab", label_visibility="collapsed")
if shown in (tabs[0], None):
    if waiting:
        widgets.figures(
            [
                ("待答复", f"{len(waiting)} 份", ""),
                ("超过期限", f"{overdue} 份", f"答复期限 {limit} 个工作日"),
                ("最长等待", f"{longest} 个工作日", ""),
            ]
        )
        if actor.is_staff:
            owing = request_queries.debtors(waiting)
            st.subheader("哪些单位欠答复", anchor=False)
            st.dataframe(
                pd.DataFrame(
                    [(d.provider, d.pending, d.overdue, d.longest, d.middle) for d in owing],
                    columns=["提供单位", "待答复", "超过期限", "最长等待（工作日）", "等待中位数（工作日）"],
                ),
                key="requests_debtors",
                hide_index=True,
                width="stretch",
            )
            st.subheader("逐份查看", anchor=False)
        pages = -(-len(waiting) // PER_PAGE)
        number = int(st.session_state.get(f"requests_page_{pages}", 1))
        for request in waiting[(number - 1) * PER_PAGE : number * PER_PAGE]:
            card(request)
        if pages > 1:
            st.pagination(pages, key=f"requests_page_{pages}")
        st.caption(f"等待从申请次日起按工作日计算；超过 {limit} 个工作日未答复为超期。")
    elif actor.is_staff:
        widgets.empty("没有等待答复的数据申请。", page="scenarios/pages/scenarios.py", label="去场景页提出申请")
    else:
        widgets.empty("没有等待本单位答复的数据申请。")
elif own:
    widgets.table(
        pd.DataFrame(
            {
                "状态": widgets.shape(request.view.status, request.view.status.label),
                "数据资源": request.view.name,
                "提供单位": request.view.provider,
                "场景": f"{request.scenario.code} {request.scenario.name}",
                "等待工作日": request.view.waited,
                "拒绝理由": request.view.refused_because or "–",
                "下一步": NEXT[request.view.status],
            }
            for request in own
        ),
        "requests_own",
        open_page="scenarios/pages/scenario.py",
        ids=[request.scenario.id for request in own],
    )
    st.caption("在场景页的“数据来源”中办理。")
else:
    widgets.empty("本单位登记或牵头的场景没有未接入的数据。", page="scenarios/pages/scenarios.py", label="看看场景")
