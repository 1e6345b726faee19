"""Developed and underdeveloped counties: how far apart, and closing or not?"""

import streamlit as st

from accounts import sessions
from core import clock
from core.words import Arm
from metrics import exports
from metrics import gap_exports as files
from metrics import gap_queries as queries
from metrics import gap_wording as wording
from printing.pages import parts as report_parts
from web import charts, guard, keep, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("发达地区与山区海岛县", "两类地区差多少，差距在缩小吗？")
known = ask(queries.choices, actor)
if not known:
    widgets.empty("还没有可以比较的数据。试点启动、县级团队报送后，这里按指标比较两类地区。")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    collections = {item.collection_id: item.collection for item in known}
    collection = st.selectbox(
        "报送", list(collections), 0, collections.__getitem__, key="gap_collection", bind="query-params"
    )
    names = {item.code: item.name for item in known if item.collection_id == collection}
    code = st.selectbox("指标", list(names), 0, names.__getitem__, key="gap_indicator", bind="query-params")
    arms = {"全部报送地区": None, "试点地区": Arm.PILOT, "对照地区": Arm.COMPARISON}
    arm = arms[st.selectbox("范围", list(arms), key="gap_arm", bind="query-params")]
    lists = {"按各期当时的名单": queries.CURRENT, "各期都按最新名单": queries.LATEST}
    listing = lists[st.selectbox("名单", list(lists), key="gap_list", bind="query-params")]

found = guard.found(ask(queries.comparison, actor, collection, code, arm, listing), "指标")
key = (collection, code, arm, listing)
st.markdown(f"#### {guard.plain(wording.sentence(found))}")
st.markdown(guard.plain(wording.trend_sentence(found)))
if found.now is None:
    st.stop()
widgets.figures(wording.key_figures(found))
left, right = st.columns(2, gap="medium")
with left:
    charts.draw(
        lambda: wording.groups_picture(found), ("gap_groups", *key), describe=f"两类地区的{found.indicator.name}"
    )
with right:
    charts.draw(
        lambda: wording.gap_picture(found), ("gap_gap", *key), describe=f"两类地区{found.indicator.name}的差距及区间"
    )
if found.marks:
    changes = {item.words: item for item in found.panel.changes}
    for _, words in found.marks:
        item = changes[words]
        moved = [
            f"{verb}{guard.plain('、'.join(names))}"
            for verb, names in (("调出", item.left), ("调入", item.joined))
            if names
        ]
        st.caption(f"竖线：自 {item.day} 起名单由 {item.before} 个县调整为 {item.after} 个（{'，'.join(moved)}）。")

with st.container(horizontal=True):
    subject = files.subject(collection, arm, listing)
    report_parts.downloads(actor, "gap", subject, collections[collection], name="下载对比报告")
    st.download_button(
        "下载各期数值（Excel）",
        data=lambda: files.workbook(sessions.fresh(actor), collection, code, arm, listing),
        file_name=exports.file_name("两类地区对比", names[code], f"{clock.today():%Y%m%d}") + ".xlsx",
        on_click="ignore",
        icon=":material/table:",
        key="gap_xlsx",
    )
st.subheader("各期数值", anchor=False)
st.caption("已报不足八成的一期标为“不完整”，图中为空心点。")
rows = keep.kept(("gap_rows", *key, keep.version(), clock.today()), lambda: wording.rows(found))
widgets.table(rows, "gap_table")
with st.expander("这些数字是怎样算出来的"):
    st.markdown(guard.plain(wording.method(found.indicator)))
    st.page_link(
        "metrics/pages/indicator.py",
        label="查看指标口径",
        icon=":material/straighten:",
        query_params={"id": str(found.indicator.id)},
    )
