"""One county: everything that happens there."""

import pandas as pd
import streamlit as st

from accounts import sessions
from core import clock
from core.numbers import format_number
from core.periods import Period
from core.words import Arm
from pilots import county_quarter, exports, portfolio
from pilots import county_queries as queries
from pilots.pages import county_parts as parts
from pilots.pages import promotion_parts
from printing.pages import parts as report_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
known = dict(ask(queries.known, actor))
asked = st.query_params.get("code", "") or actor.region_code or ""
if asked and asked not in known:
    guard.found(None, "地区")
if len(known) > 1:
    picked = st.selectbox(
        "县（市、区）",
        list(known),
        list(known).index(asked) if asked else None,
        known.__getitem__,
        placeholder="输入地名搜索",
        key=f"county_pick_{asked}",
    )
    if picked and picked != asked:
        st.query_params["code"] = picked
        st.rerun()
if not asked:
    widgets.header("一个县", "这个县参加了哪些试点，做得怎样，有什么要办？")
    st.info("请在上面选择一个县（市、区）。")
    st.stop()
county = guard.found(ask(queries.county, actor, asked), "地区")
widgets.header(county.name, "这个县参加了哪些试点，做得怎样，有什么要办？")
st.markdown(f"{guard.plain(county.city)}　**{guard.plain(county.group or '未分组')}**")
if county.spells:
    st.caption(guard.plain("地区类型名单：" + "；".join(county.spells)))

prompt, due = county.prompt
pilots = [view for view, arm in county.pilots if arm is Arm.PILOT]
live = [view for view in county.adoptions if view.state == "live"]
widgets.figures(
    [
        ("参加试点", f"{len(pilots)} 个", f"另作对照 {len(county.pilots) - len(pilots)} 个"),
        ("推广项目", f"{len(county.adoptions)} 个", f"已上线 {len(live)} 个"),
        ("督办", f"{sum(view.state != 'closed' for view in county.orders)} 件未结", f"预警 {len(county.alerts)} 条"),
        ("待报", f"{len(county.open)} 份", f"逾期 {len(county.late)} 份"),
        ("近一年按时报送", f"{format_number(100 * prompt / due, 0)}%" if due else "–", f"{prompt} / {due} 份"),
        ("牵头场景", f"{len(county.scenarios)} 个", f"登记需求 {len(county.needs)} 条"),
    ]
)

quarters = ask(county_quarter.quarters, actor)
if quarters:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {item.id: item.label for item in quarters}
        quarter = st.selectbox("季度报告", list(labels), 0, labels.__getitem__, key="county_quarter", width=200)
        named = f"{county.name}_{labels[quarter]}"
        report_parts.downloads(actor, "county", f"{county.code}:{quarter}", named, name="下载季度报告", primary=False)

# -- what needs doing --------------------------------------------------------------------
owed = [*county.late, *county.open]
if owed:
    st.subheader("要报的数", anchor=False)
    widgets.table(
        pd.DataFrame(
            {
                "报送": view.collection,
                "报送期": view.label,
                "状态": widgets.shape(*view.status),
                "截止": view.due_on,
                "已填": f"{view.filled} / {view.asked}",
            }
            for view in owed
        ),
        "county_returns",
        open_page="metrics/pages/return_form.py",
        ids=[view.id for view in owed],
    )
elif due:
    st.success("到期的报送都已报齐。")

# -- supervision and feedback -----------------------------------------------------------------
if county.alerts or county.orders:
    st.subheader("预警与督办", anchor=False)
    parts.supervised(county)
if county.feedback:
    st.subheader("反馈", anchor=False)
    parts.heard(county)

# -- pilots ---------------------------------------------------------------------------------
st.subheader("试点", anchor=False)
if county.pilots:
    widgets.table(
        pd.DataFrame(
            {
                "试点": view.name,
                "作用": arm.label,
                "状态": widgets.shape(view.state, view.state.label),
                "结论": view.verdict.verdict.label if view.verdict else "–",
                "牵头单位": view.lead,
                "起止": f"{view.start_on} 至 {view.end_on}",
                "下一步": portfolio.next_step(view),
            }
            for view, arm in county.pilots
        ),
        "county_pilots",
        open_page="pilots/pages/pilot.py",
        ids=[view.id for view, _ in county.pilots],
    )
else:
    widgets.empty("这个县还没有参加试点，也没有作对照。")

if county.adoptions:
    st.subheader("推广", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "推广的试点": view.pilot,
                "状态": widgets.shape("overdue" if view.overdue else view.state, view.state.label),
                "自": view.since,
                "计划上线": str(view.due_on or "–"),
                "入选理由": view.why,
            }
            for view in county.adoptions
        ),
        hide_index=True,
        width="stretch",
        key="county_adoptions",
    )
    for view in county.adoptions:
        if view.state in ("planned", "preparing"):
            with st.expander(f"登记进展：{guard.plain(view.pilot)}", key=f"county_adoption_{view.id}"):
                promotion_parts.step_form(actor, view)

# -- figures ----------------------------------------------------------------------------------
st.subheader("各项指标与在同类地区中的位置", anchor=False)
values = ask(queries.values, actor, county.code)
if values:
    st.caption("名次只在同一地区类型内；括号里是考虑偶然波动后可能的名次。选中一行可看这个数的来历。")
    widgets.table(
        pd.DataFrame(
            {
                "报送": value.choice.collection,
                "指标": value.choice.name,
                "报送期": Period.parse(value.period).label,
                "数值": value.shown,
                "比上年同期": value.change,
                "同类中的名次": value.place.words if value.place else "–",
                "同类有数的县": value.place.of if value.place else 0,
            }
            for value in values
        ),
        "county_values",
        open_page="metrics/pages/figure.py",
        addresses=[
            {
                "collection": str(value.choice.collection_id),
                "indicator": str(value.indicator_id),
                "region": county.code,
                "period": value.period,
            }
            for value in values
        ],
    )
    st.download_button(
        "下载各项指标（CSV）",
        data=lambda: exports.county_csv(sessions.fresh(actor), county.code),
        file_name=f"{county.name}_各项指标_{clock.today():%Y%m%d}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/table:",
        key="county_csv",
    )
else:
    st.info("还没有报送过数值。")

# -- scenarios and needs --------------------------------------------------------------------------
if county.scenarios:
    st.subheader("本县的场景", anchor=False)
    widgets.table(
        pd.DataFrame(
            {
                "场景": row.name,
                "领域": row.domain,
                "状态": widgets.shape(row.state, row.state.label),
                "牵头单位": row.lead,
                "版本": row.version_label,
            }
            for row in county.scenarios
        ),
        "county_scenarios",
        open_page="scenarios/pages/scenario.py",
        ids=[row.id for row in county.scenarios],
    )
if county.needs:
    st.subheader("本县的需求", anchor=False)
    widgets.table(
        pd.DataFrame(
            {"编号": row.code, "需求": row.title, "领域": row.domain, "来源": row.source.label} for row in county.needs
        ),
        "county_needs",
        open_page="scenarios/pages/need.py",
        ids=[row.id for row in county.needs],
    )
if county.facts:
    with st.expander("县情数据"):
        for name, fact in county.facts.items():
            st.markdown(
                f"**{guard.plain(name)}**　{format_number(fact.value, 1)} {guard.plain(fact.unit)}　"
                f"截至 {fact.as_of}　来源：{guard.plain(fact.source)}"
            )
