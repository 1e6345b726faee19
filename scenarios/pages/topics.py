"""What citizens' requests are about: sudden rises, topics, hot words; one click makes a need of a topic."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.numbers import format_number
from scenarios import pictures, ticket_queries, topic_queries, topic_service
from scenarios.pages import topic_parts
from web import charts, guard, keep, widgets

actor = guard.current_actor()
widgets.header(
    "需求挖掘",
    "群众最近集中反映什么，什么突然多了，要不要立为需求？",
    back=("scenarios/pages/tickets.py", "诉求工单"),
)

months = keep.ask(ticket_queries.months, actor)
if not months:
    widgets.empty("还没有工单可以分析。请先导入群众诉求工单。", page="scenarios/pages/tickets.py", label="导入工单")
    st.stop()

fresh = topic_queries.freshness()
first, second = st.columns(2)
month = second.selectbox("月份", months[::-1], key="topics_month", bind="query-params")
scopes = {found.key: found for found in keep.ask(topic_queries.scopes, actor, month)}
key = first.selectbox(
    "地区或地区类型", list(scopes), format_func=lambda key: scopes[key].name, key="topics_scope", bind="query-params"
)
at = scopes[key]
topic_parts.freshness(actor, fresh)

topics = keep.ask(topic_queries.topics, actor, at, month)
needs = keep.ask(topic_queries.needs_of, actor, at, tuple(row.id for row in topics))
rising = [row for row in topics if row.series.rise]
other = keep.ask(topic_queries.rises, actor, at, month)

st.subheader("突然增多", anchor=False)
if rising or other:
    topic_parts.rises([*(("主题", row.series) for row in rising), *other])
elif topics and all(row.series.rise is None for row in topics):
    st.markdown("工单不足 4 个月，还不能判断是否突增。")
else:
    st.markdown(f"{month} 没有突然增多的主题、类别{'或地区' if len(at.regions) > 1 else ''}。")

st.subheader("反复出现的主题", anchor=False)
if topics:
    frame = pd.DataFrame(
        {
            "主题": row.label,
            "本月": row.series.last,
            "近一年": row.year,
            "突增": "■ 突增" if row.series.rise else ("–" if row.series.rise is None else ""),
            "走势": list(row.series.counts),
            "其他常见词": "、".join(row.words[3:]),
            "已立需求": "、".join(link.code for link in needs.get(row.id, [])),
        }
        for row in topics
    )
    event = st.dataframe(
        frame,
        key="topics_table",
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "走势": st.column_config.BarChartColumn(
                "走势", help=f"最近 {len(topics[0].series.months)} 个月，到 {month} 为止"
            ),
            "突增": st.column_config.Column("突增", help="与本地区自己的过去相比；不足 4 个月的不判断"),
        },
    )
    chosen = [topics[position] for position in event.selection.rows if position < len(topics)]
    if not chosen:
        st.caption("点选一行左侧的方框，查看工单并转为需求。")
    for row in chosen:
        topic_parts.detail(actor, row, at, month, needs.get(row.id, []))
elif fresh.at is None:
    widgets.empty("主题还没有归并好。导入完成后会自动归并，约需一分钟。")
else:
    widgets.empty("这个月的工单太少，归不出主题。请换一个月份，或扩大地区范围。")

st.subheader("热词", anchor=False)
words = keep.ask(topic_queries.hot, actor, at, month)
if words:
    charts.draw(
        lambda: pictures.hot_words(words, title=f"{month} 比以往更多提到的词（右侧为本月件数）"),
        ("topics_hot", at, month),
        describe=f"{at.name} {month} 与以往相比更突出的词：" + "、".join(hot.word for hot in words[:10]),
    )
    charts.rows(
        lambda: pd.DataFrame(
            {
                "词": hot.word,
                "本月件数": hot.tickets,
                "本月工单": hot.of,
                "以往件数": hot.past_tickets,
                "以往工单": hot.past_of,
            }
            for hot in words
        ),
        "热词",
        f"{at.name}{month}",
        ("topics_hot", at, month),
    )
else:
    st.markdown("没有在至少 3 件工单里出现的词。")

with st.expander("这些是怎样算的", icon=":material/calculate:", key="topics_how"):
    st.markdown(topic_parts.HOW)
if fresh.at:
    st.caption(f"主题归并于 {clock.show(fresh.at)}，共 {format_number(len(topics))} 个主题。")
if (
    may(actor, Permission.TICKET_IMPORT)
    and not fresh.under_way
    and st.button("重新归并主题", key="topics_again", icon=":material/refresh:", type="tertiary")
):
    with guard.show_errors():
        topic_service.start_analysis(actor)
        widgets.flash("已交后台重新归并，约需一分钟。")
        st.rerun()
