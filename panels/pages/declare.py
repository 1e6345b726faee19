"""The first thing asked of a judge: where must I step aside?"""

import pandas as pd
import streamlit as st

from core.words import RecusalState, ReviewState
from panels import panel_queries, recusal_service, review_queries, sheet_queries
from panels.pages import judging_parts as parts
from web import guard, widgets

actor = guard.current_actor()
own = sheet_queries.own(actor, guard.parameter("review"))
review = own.review
widgets.header("申报回避", f"{review.name}：哪些项目与您有利害关系？", back=(parts.DESK, "我的评审"))
with st.container(border=True):
    parts.head(own)
    st.markdown(
        "您现在或近三年任职的单位、您所在的县（市、区）、您参与的团队申报的项目，以及其他可能影响公正的项目，"
        "都应当回避。申报后立即生效：您看不到它的材料，也不评分；由另一人认定。"
    )

known = {view.entry_id: view for view in panel_queries.recusals(actor, review.id) if view.state.blocks}
cleared = [view for view in panel_queries.recusals(actor, review.id) if view.state is RecusalState.CLEARED]
entries = review_queries.entries(actor, review.id)
names = {entry.id: f"{entry.code} {entry.title}" for entry in entries}

if known:
    st.subheader("已登记的回避", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                (names.get(view.entry_id, view.entry), view.kind.label, view.detail, view.declared_by, view.state.label)
                for view in known.values()
            ],
            columns=["项目", "原因", "依据", "登记", "认定"],
        ),
        hide_index=True,
        width="stretch",
        key="declare_known",
    )
    st.caption("系统查出的如有误（例如同名单位），请联系研究院，由另一人核实后解除。")
for view in cleared:
    st.caption(f"{guard.plain(names.get(view.entry_id, view.entry))}：经认定不需回避。{guard.plain(view.reason)}")

left = [entry for entry in entries if entry.id not in known]
st.subheader("其余项目", anchor=False)
if review.state is ReviewState.FINAL:
    st.info("评审已定稿，不再申报回避。")
    st.stop()
if not left:
    st.markdown("没有其他项目。")
st.caption("需要回避的，在“需回避”一栏打勾并写明是什么关系（不少于 4 个字）；不勾的即声明没有利害关系。")
with st.form("declare_form", enter_to_submit=False, border=False):
    edited = st.data_editor(
        pd.DataFrame(
            {
                "需回避": [False] * len(left),
                "编号": [entry.code for entry in left],
                "项目": [entry.title for entry in left],
                "单位": [entry.whose or "匿名评审" for entry in left],
                "是什么关系": [""] * len(left),
            },
            index=[entry.id for entry in left],
        ).astype({"是什么关系": "str", "编号": "str", "项目": "str", "单位": "str"}),
        key=f"declare_rows_{len(left)}",
        hide_index=True,
        width="stretch",
        num_rows="fixed",
        disabled=["编号", "项目", "单位"],
        column_config={
            "需回避": st.column_config.CheckboxColumn(width="small", pinned=True),
            "编号": st.column_config.TextColumn(width="small"),
            "是什么关系": st.column_config.TextColumn(width="large"),
        },
        alt="逐项说明是否需要回避",
    )
    declared = review.standing.declared_at is not None
    sent = st.form_submit_button(
        "提交补报" if declared else "提交申报，并声明其余项目没有利害关系", key="declare_go", type="primary"
    )
if sent:
    picked = {int(entry_id): str(row["是什么关系"] or "") for entry_id, row in edited.iterrows() if row["需回避"]}
    unticked = [
        str(row["编号"]) for _, row in edited.iterrows() if str(row["是什么关系"] or "").strip() and not row["需回避"]
    ]
    if unticked:
        st.error(f"{'、'.join(unticked)} 写了关系但没有打勾：需要回避请打勾，不需要请清空说明。")
        st.stop()
    with guard.show_errors():
        recusal_service.declare_all(actor, review.id, picked)
        widgets.flash(f"已申报，回避 {len(picked)} 个项目。" if picked else "已声明没有其他需要回避的项目。")
        st.switch_page(parts.DESK)
