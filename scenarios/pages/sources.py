"""Items that several providers hold: who should be the one source, and what was decided (一数一源)."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.words import SourceOutcome
from scenarios import resource_rules, source_queries, source_service
from scenarios.pages import parts
from scenarios.resource_schemas import SourceIn
from scenarios.source_queries import SharedItem
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("一数一源", "哪些信息项多家都在采集，以谁为准？", back=("scenarios/pages/resources.py", "数据资源"))
first, second = st.columns([3, 1], vertical_alignment="bottom")
search = first.text_input("查找", type="search", placeholder="信息项名称", key="sources_q", bind="query-params")
undecided = second.toggle("只看待明确", key="sources_undecided", bind="query-params")
key = f"sources_page_{search}_{undecided}"
found = ask(
    source_queries.shared_items,
    actor,
    search=search or "",
    undecided=undecided,
    page=int(st.session_state.get(key, 1)),
)


def detail(item: SharedItem) -> None:
    """Who holds the item, what was decided, and for staff the decision."""
    st.subheader(guard.plain(item.name), anchor=False)
    best, why = resource_rules.proposed_source(item.holders)
    tone, words = item.status
    st.markdown(
        f"{widgets.badge(tone, words)}　建议来源：**{guard.plain(best.resource)}**（{guard.plain(best.provider)}），{why}。"
    )
    widgets.table(
        pd.DataFrame(
            {
                "数据资源": holder.resource,
                "提供单位": holder.provider,
                "更新周期": holder.update_cycle or "–",
                "已接入场景": holder.connected,
                "需要的场景": holder.asked,
            }
            for holder in item.holders
        ),
        "sources_holders",
        open_page="scenarios/pages/resource.py",
        ids=[holder.resource_id for holder in item.holders],
    )
    for decided in item.decisions:
        st.markdown(
            f"**{guard.plain(decided.words)}**　{guard.plain(decided.reason)}"
            f"　:gray[{guard.plain(decided.by)} {clock.show(decided.at)[:10]}{'　此后提供单位有变' if decided.stale else ''}]"
        )
    if not (answer := may(actor, Permission.SOURCE_DECIDE)):
        st.caption(guard.plain(answer.reason))
        return
    labels = {holder.resource_id: f"{holder.resource}（{holder.provider}）" for holder in item.holders}
    form = f"sources_{len(item.decisions)}"
    with st.form(form, border=True):
        outcome = st.radio("决定", list(SourceOutcome), format_func=parts.label, horizontal=True, key=f"{form}_outcome")
        source = st.selectbox(
            "唯一来源（各自采集的不用选）",
            list(labels),
            list(labels).index(best.resource_id),
            labels.__getitem__,
            key=f"{form}_source",
        )
        reason = st.text_input("理由（必填）", max_chars=300, key=f"{form}_reason")
        if st.form_submit_button("记录决定", key="sources_save", type="primary"):
            with guard.show_errors(SourceIn):
                data = SourceIn(key=item.key, outcome=outcome, resource_id=source, reason=reason)
                source_service.decide(actor, data, seen=len(item.decisions))
                widgets.flash(f"“{item.name}”的来源已记录。")
                st.rerun()


if found.rows:
    st.caption(f"共 {found.total:,} 项由两家以上单位提供；需要的场景多的在前。")
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "状态": widgets.shape(*item.status),
                "信息项": item.name,
                "提供单位": "、".join(dict.fromkeys(holder.provider for holder in item.holders)),
                "数据资源": len(item.holders),
                "需要的场景": item.scenarios,
                "决定": item.decision.words if item.decision else "–",
            }
            for item in found.rows
        ),
        key="sources_table",
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
    )
    if found.pages > 1:
        st.pagination(found.pages, key=key)
    rows = [position for position in chosen.selection.rows if position < len(found.rows)]
    if rows:
        detail(found.rows[rows[0]])
    else:
        st.caption("点选一行左侧的方框，查看由谁提供并作出决定。")
elif search or undecided:
    widgets.empty("没有符合条件的信息项。请放宽筛选条件。")
else:
    widgets.empty("没有由多家单位提供的信息项。数据资源列出信息项后，重复的会出现在这里。")
