"""A judge's receipt: are these the marks that are stored?"""

from collections.abc import Callable
from functools import partial

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from panels import receipts, sheet_queries
from panels.pages import judging_parts as parts
from web import guard, widgets

actor = guard.current_actor()
own = sheet_queries.own(actor, guard.parameter("review"))
widgets.header("评分回执", f"{own.review.name}：系统里存的，是不是您给的分？", back=(parts.DESK, "我的评审"))
with st.container(border=True):
    parts.head(own)
    st.markdown(f"已交 **{own.done}** / {len(own.asked)} 份")
    st.caption(f"校验码 {sheet_queries.receipt_digest(own)[:12]}　北京时间 {clock.show(clock.now())} 读取")
st.dataframe(parts.marks_table(own), hide_index=True, width="stretch", key="receipt_marks")
st.caption("分数按存入的原样列出；回避、弃权都不是零分。与您的记录不符时，请立即联系研究院。")


def _taken(build: Callable[[Actor, int], bytes]) -> bytes:
    return build(sessions.fresh(actor), own.review.id)


with st.container(horizontal=True):
    for label, build, suffix, mime in (
        ("下载回执（PDF）", receipts.pdf, "pdf", "application/pdf"),
        (
            "下载回执（Excel）",
            receipts.xlsx,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ):
        st.download_button(
            label,
            partial(_taken, build),
            file_name=f"评分回执_{own.review.code}_{guard.plain(actor.name)}_{clock.today():%Y%m%d}.{suffix}",
            mime=mime,
            key=f"receipt_{suffix}",
            icon=":material/download:",
            on_click="ignore",
        )
