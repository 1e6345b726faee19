"""The operation log."""

import pandas as pd
import streamlit as st

from accounts import exports, labels, queries, sessions
from core import clock
from web import guard, widgets

SHOWN = 500

actor = guard.current_actor()
widgets.header("操作记录", "谁在什么时候做了什么？")

people = queries.people_in_log(actor)
text = st.text_input(
    "查找", type="search", placeholder="操作、姓名、编号、理由或内容", key="audit_q", bind="query-params"
)
with widgets.filters("audit"):
    first, second = st.columns(2)
    entity = first.selectbox(
        "对象", list(labels.ENTITIES), None, labels.entity, placeholder="全部", key="audit_entity", bind="query-params"
    )
    account_id = second.selectbox(
        "操作人", list(people), None, people.__getitem__, placeholder="全部", key="audit_actor", bind="query-params"
    )

events = queries.events(actor, text=text or "", entity=entity, account_id=account_id, limit=SHOWN)
if events:
    widgets.table(
        pd.DataFrame(
            {
                "时间": clock.show(event.at),
                "操作人": event.actor,
                "操作": event.words,
                "对象": event.entity_words,
                "编号": event.entity_id,
                "理由": event.reason or "–",
            }
            for event in events
        ),
        "audit_table",
        height=600,
    )
    st.caption(f"最新的 {SHOWN} 条；更早的请筛选，或下载全部。" if len(events) == SHOWN else f"共 {len(events)} 条。")
    st.download_button(
        "下载操作记录",
        lambda: exports.audit_csv(sessions.fresh(actor), text=text or "", entity=entity, account_id=account_id),
        file_name=f"操作记录-{clock.today()}.csv",
        mime="text/csv",
        key="audit_download",
        icon=":material/download:",
        on_click="ignore",
    )
else:
    widgets.empty("没有符合条件的记录。请放宽筛选条件。")
st.caption("记录只增不改，每一条都带有前一条的校验值；运行 zhiping check 可核对是否被改动。")
