"""All reviews: which of them waits for what?"""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from panels import review_queries
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
widgets.header("评审", "哪些评审在等我做什么？")
with st.container(horizontal=True):
    st.page_link("panels/pages/review_edit.py", label="发起评审", icon=":material/add:", width="content")
    st.page_link("panels/pages/rubrics.py", label="评分标准", icon=":material/checklist:", width="content")

rows = keep.ask(review_queries.reviews, actor)
real, tried = [row for row in rows if not row.rehearsal], [row for row in rows if row.rehearsal]


def show(found: list[review_queries.ReviewRow], key: str) -> None:
    widgets.table(
        pd.DataFrame(
            {
                "编号": row.code,
                "名称": row.name,
                "类别": row.kind.label,
                "状态": widgets.shape(row.state, row.state.label),
                "要做什么": row.mine or "–",
                "项目": row.entries,
                "评委": row.judges,
                "评分截止（北京）": clock.show(row.closes_at),
                "评分标准": row.rubric,
            }
            for row in found
        ),
        key,
        open_page="panels/pages/review.py",
        ids=[row.id for row in found],
    )


if real:
    show(real, f"reviews_{len(real)}")
else:
    widgets.empty("还没有评审。先准备评分标准，再发起评审、录入参评项目、聘请评委。")
if tried:
    st.subheader("演练", anchor=False)
    st.caption("演练与正式评审分开：项目是虚构的，结果不能发布。")
    show(tried, f"rehearsals_{len(tried)}")
