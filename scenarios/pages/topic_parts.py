"""Parts of the page about topics: what rose, one topic with its tickets, how it is all computed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.numbers import format_number
from scenarios import need_queries, topic_queries, topic_service
from scenarios.queries import Link
from scenarios.topic_queries import Freshness, Scope, Series, TopicRow
from web import guard, widgets

HOW = (
    "- **突增**：与同一地区自己的过去比。满 8 个月时，本月件数减去以往各月的中位数，超过 3.5 个稳健标准差（0.6745 × 差 ÷ 绝对中位差）；"
    "4–7 个月时，本月件数超出以往平均的泊松上限（偶然达到的机会不足四千分之一，波动本来就大的按其波动放宽）；不足 4 个月的不判断。"
    "少于 5 件、或不到平时（中位数）一倍半的不列出。没有导入工单的月份是缺数，不当作 0。\n"
    "- **主题**：工单分词后按词频–逆文档频率聚类（小批量 K 均值），相近的合并；离哪个主题都远的不归类。地名不参加归并。每次导入后自动重新归并。\n"
    "- **热词**：词频 × 逆文档频率。词频是本月含这个词的工单占比，逆文档频率按同一地区以往一年的工单计算，平时人人都提的词得分为 0。\n"
    "- **地区类型**：按所选月份当天的名单。合计只用至少八成地区已导入的月份。"
)
_SHOWN = 8


def freshness(actor: Actor, fresh: Freshness) -> None:
    if fresh.under_way:
        st.info("正在归并主题，完成后刷新页面即可看到；下面是上一次的结果。")
    elif fresh.stale and fresh.at is not None:
        st.info("上次归并之后又有新的工单；下面的主题和热词还不包括它们。")


def rises(found: Sequence[tuple[str, Series]]) -> None:
    """What rose, the largest first, each with what it was before."""
    for kind, line in sorted(found, key=lambda pair: -pair[1].last)[:_SHOWN]:
        before = "、".join(format_number(number) for number in line.counts[-4:-1])
        st.markdown(
            f":red-badge[■ 突增]　{kind} **{guard.plain(line.name)}**　本月 {format_number(line.last)} 件，前三个月 {before} 件"
        )
    if len(found) > _SHOWN:
        st.caption(f"另有 {len(found) - _SHOWN} 项突增。")


def detail(actor: Actor, row: TopicRow, at: Scope, month: str, needs: Sequence[Link]) -> None:
    """One topic: some of its tickets, the needs it already has, and the button that makes one."""
    with st.container(border=True, key=f"topics_detail_{row.id}"):
        st.markdown(f"**{guard.plain(row.label)}**　{guard.plain(at.name)}近一年 {format_number(row.year)} 件")
        for link in needs:
            st.page_link(
                "scenarios/pages/need.py",
                label=guard.plain(f"已有需求 {link.code} {link.name}"),
                icon=":material/campaign:",
                query_params={"id": str(link.id)},
            )
        for ticket in topic_queries.samples(actor, row.id, at):
            st.caption(
                guard.plain(
                    f"{clock.beijing(ticket.at):%Y-%m-%d}　{ticket.region}　{ticket.category}　{ticket.text[:120]}"
                )
            )
        if not may(actor, Permission.NEED_CREATE):
            return
        if st.button(
            "转为需求", key=f"topics_need_{row.id}", type="primary" if not needs else "secondary", icon=":material/add:"
        ):
            with guard.show_errors():
                made = topic_service.make_need(actor, row.id, at.key, month)
                widgets.flash("需求已登记，工单已作为证据。请核对名称、痛点和领域。")
                st.switch_page("scenarios/pages/need.py", query_params={"id": str(made)})
        _add_to(actor, row, at, month)


def _add_to(actor: Actor, row: TopicRow, at: Scope, month: str) -> None:
    """Or its tickets become evidence of a need that is there already."""
    with st.popover("作为已有需求的证据…", key=f"topics_add_{row.id}"):
        found = {need.id: f"{need.code} {need.title}" for need in need_queries.needs(actor, region_code=at.region_code)}
        chosen = st.selectbox(
            "需求", list(found), None, found.__getitem__, placeholder="选择需求", key=f"topics_add_{row.id}_need"
        )
        if st.button("补充证据", key=f"topics_add_{row.id}_do", disabled=chosen is None) and chosen is not None:
            with guard.show_errors():
                count = topic_service.add_tickets(actor, chosen, row.id, at.key, month)
                widgets.flash(f"已补充 {count} 件工单作为证据。")
                st.rerun()
