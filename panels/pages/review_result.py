"""The result and how sure it is: places by the announced rule, the panel's health card, what is to be discussed."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, require
from core import clock
from core.words import ReviewState
from panels import exports, pictures, result_book, result_queries, stages
from panels.pages import discussing, running
from web import charts, guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "谁排第几，这个名次靠得住吗？", "panels/pages/review_result.py")
if view.state not in stages.SHOWN:
    widgets.empty("评分结束之后才能看到结果：评分期间任何人都看不到别人的分数、平均分和名次。")
    st.stop()
found = guard.found(keep.ask(result_queries.result, actor, view.id), "评审结果")
key = f"{view.id}_{view.version}_{len(found.case.sheets)}"

with st.container(border=True, key="result_summary"):
    for sentence in result_book.summary(found):
        st.markdown(guard.plain(sentence))
    if found.hidden:
        st.markdown(f":red-badge[■ 回避]　有 {len(found.hidden)} 个项目您应当回避，这里不显示它们的分数和名次。")
    for warning in found.health.warnings:
        st.markdown(f":orange-badge[◐ 体检]　{guard.plain(warning)}")

st.subheader("按既定规则的结果", anchor=False)
running.table(result_book.places(found), f"result_places_{key}")
st.caption("名次按精确分数排，同分并列、下一名顺延；印出的分数四舍五入到两位。没有有效结果的不排名，列在最后。")
st.download_button(
    "下载 Excel",
    lambda: exports.result_xlsx(sessions.fresh(actor), view.id),
    file_name=f"评审结果_{view.name}_{clock.today():%Y%m%d}.xlsx",
    key="result_load",
    icon=":material/download:",
    on_click="ignore",
)

st.subheader("名次有多大把握", anchor=False)
st.caption(
    "横线是评分不能排除的名次范围（同时置信 95%）：两条横线重叠很多的项目，实际上分不出先后。只作参考，不改变结果。"
)
if found.placed and any(line.low for line in found.lines):
    charts.draw(
        lambda: pictures.certainty(found),
        ("panel_certainty", key, actor.account_id),
        describe="各项目的名次及不能排除的名次范围",
    )
running.table(result_book.certainty(found), f"result_certainty_{key}")

if found.placed:
    st.subheader("换一种算法，入选的会不会变", anchor=False)
    changing = [variant for variant in found.variants if variant.changes]
    if changing:
        st.markdown(f":orange-badge[◐ 需要合议]　有 {len(changing)} 种算法会使前 {found.outcome.first} 名变化。")
    elif found.variants:
        st.markdown(f":green-badge[● 稳定]　下列算法都不改变前 {found.outcome.first} 名。")
    running.table(result_book.sensitivity(found), f"result_sensitivity_{key}")

st.subheader("评审组体检", anchor=False)
st.markdown(guard.plain(found.health.agreement.sentence))
left, right = st.columns([2, 3], gap="large")
with left:
    if found.health.judges:
        charts.draw(
            lambda: pictures.leniency(found),
            ("panel_leniency", key, actor.account_id),
            describe="各评委比评审组宽或严多少分",
        )
with right:
    running.table(result_book.panel(found), f"result_panel_{key}")
if found.outcome.severity.identical:
    st.caption("每位评委都评了全部项目，所以校正宽严不会改变名次。")

disputed = [line for line in found.lines if discussing.reasons(found, line)]
st.subheader("分歧与合议", anchor=False)
if not disputed and not found.moderations:
    st.markdown(":green-badge[● 没有分歧大的项目]")
names = [member.name for member in found.members if member.left_at is None]
for line in disputed:
    discussing.draw(actor, found, line, names=names, open_=view.state is ReviewState.MODERATING)
others = [item for item in found.moderations if item.entry_id not in {line.entry for line in disputed}]
for item in others:
    st.markdown(f"**{guard.plain(found.entry(item.entry_id))}**　{item.outcome.label}：{guard.plain(item.discussion)}")

with st.expander("各评委评分", key="result_marks_open"):
    running.table(result_book.marks(found), f"result_marks_{key}")
with st.expander("公正性说明", key="result_fair_open"):
    running.table(result_book.fairness(found), f"result_fair_{key}")
with st.expander("怎样算出来的", key="result_how"):
    st.markdown(
        "得分 = 各评分项按权重折算到 100 分，只算完整的评分表；空白不是 0 分。按既定规则合成，全程用整数和分数计算。  \n"
        "校正宽严：把每个分数看成“项目＋评委”，最小二乘求出每位评委偏宽偏严多少（合计为 0）。  \n"
        "一致程度：克里彭多夫系数；每人都评了全部项目时另给肯德尔和谐系数、组内相关系数。  \n"
        "名次范围：项目两两之差的同时置信区间（95%），能确定更好的有几个、更差的有几个，由此得出最好和最差的可能名次。"
    )
