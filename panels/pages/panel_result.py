"""The panel's marks as a judge may see them: once his own are in, of the entries he is given. A lead judge writes down
what was discussed; whoever does not stand by the result says why."""

import streamlit as st

from accounts.permissions import Permission, require
from core.words import MemberRole, ReviewState
from panels import finalise_service, panel_queries, result_book, result_queries, review_queries
from panels.pages import discussing, running
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_READ)
review_id = guard.parameter("review")
view = guard.found(keep.ask(review_queries.review, actor, review_id), "评审")
widgets.header(view.name, "大家评得怎样，哪里有分歧？", back=("panels/pages/judging.py", "我的评审"))
found = keep.ask(result_queries.result, actor, view.id) if view.standing.viewer.judges else None
if found is None:
    widgets.empty(
        "现在还看不到其他评委的评分：评分结束、您自己的评分表全部交齐之后才能看到。",
        page="panels/pages/judging.py",
        label="回到我的评审",
    )
    st.stop()

key = f"{view.id}_{view.version}_{len(found.case.sheets)}_{len(found.moderations)}"
viewer = view.standing.viewer
st.caption("只显示分配给您的项目；其他评委用编号代替，不显示名次；名次、入选以主办单位公布的为准。")
running.table(result_book.certainty(found), f"panel_result_{key}")
st.markdown(guard.plain(found.health.agreement.sentence))

lead = viewer.role is MemberRole.LEAD and view.state is ReviewState.MODERATING
disputed = [line for line in found.lines if discussing.reasons(found, line)]
st.subheader("分歧与合议", anchor=False)
if not disputed:
    st.markdown(":green-badge[● 分配给您的项目没有大的分歧]")
if disputed and view.state is ReviewState.MODERATING and not lead:
    st.caption("合议由主评记录。")
names = [member.name for member in keep.ask(panel_queries.members, actor, view.id) if member.left_at is None]
for line in disputed:
    discussing.draw(actor, found, line, names=names, open_=lead)

with st.expander("各评委评分", key="panel_marks_open"):
    running.table(result_book.marks(found), f"panel_marks_{key}")

if view.state in (ReviewState.FINALISING, ReviewState.FINAL):
    st.subheader("保留意见", anchor=False)
    st.caption("对提请定稿的结果有不同意见的，请写明理由；既不签字又不书面说明理由的，视为同意。")
    with st.popover("填写保留意见…", key="dissent_ask"):
        statement = st.text_area("理由（不少于 10 个字，印在评审结果报告里）", key="dissent_words", height=100)
        if st.button("提交保留意见", key="dissent", type="primary"):
            with guard.show_errors():
                finalise_service.dissent(actor, view.id, statement)
                widgets.flash("保留意见已记入结果。")
                st.rerun()
