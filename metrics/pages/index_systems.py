"""Index systems: what is put together of which indicators, and how."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from metrics import composite_queries as queries
from metrics.pages import index_parts
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.INDEX_READ)
widgets.header("指标体系", "把几个指标按什么权重合成一个数，各地区各排第几？")

st.page_link("metrics/pages/index_design.py", label="新建指标体系", icon=":material/add:")
rows = keep.ask(queries.systems, actor)
if not rows:
    widgets.empty("还没有指标体系。新建时先选一项报送任务，再从它的指标里挑选、定权重；结果只在同类地区之间排名。")
    st.stop()
widgets.table(
    pd.DataFrame(
        {
            "名称": row.name,
            "用途": row.purpose or "–",
            "数据来自": row.collection,
            "指标数": len(row.design.criteria),
            "方法": index_parts.method(row.design),
            "现行版本": f"第 {row.number} 版",
            "冻结的结果": row.results,
        }
        for row in rows
    ),
    "index_systems",
    open_page=index_parts.PAGE,
    ids=[row.id for row in rows],
)
