"""All rubrics: what do we judge by, and which wording was used where?"""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from panels import rubric_queries
from panels.rubric import points
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.RUBRIC_EDIT)
widgets.header("评分标准", "按什么评，各占多少分？", back=("panels/pages/reviews.py", "全部评审"))
st.page_link("panels/pages/rubric_edit.py", label="编制评分标准", icon=":material/add:")
found = keep.ask(rubric_queries.rubrics, actor)
if not found:
    widgets.empty("还没有评分标准。编制时逐项写明权重、各档的含义；权重合计 100 才能使用。")
    st.stop()
widgets.table(
    pd.DataFrame(
        {
            "名称": row.name,
            "用于": row.kind.label,
            "评分项": "、".join(
                f"{criterion.name} {points(criterion.weight)}" for criterion in row.newest.rubric.criteria
            ),
            "现行版本": f"第 {row.newest.number} 版",
            "状态": "● 已冻结" if row.newest.frozen_at else "○ 草稿",
            "用过的评审": sum(version.reviews for version in row.versions),
            "日期": f"{clock.beijing(row.newest.created_at):%Y-%m-%d}",
        }
        for row in found
    ),
    f"rubrics_{len(found)}",
    open_page="panels/pages/rubric.py",
    ids=[row.id for row in found],
)
