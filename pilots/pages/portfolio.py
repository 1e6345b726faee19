"""All pilots side by side: which do what they promised, and what comes next?"""

import streamlit as st

from accounts import sessions
from core import clock
from core.words import PilotState, Verdict
from pilots import portfolio as queries
from pilots import portfolio_wording as wording
from web import charts, guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("试点比较", "哪些试点兑现了承诺，有多确定，下一步做什么？")
lines = ask(queries.portfolio, actor)
if not lines:
    widgets.empty(
        "还没有试点。场景立项后，可以从场景页发起试点。", page="scenarios/pages/scenarios.py", label="查看场景"
    )
    st.stop()

begun = [line for line in lines if line.pilot.state in queries.BEGUN]
reached = [line for line in begun if line.attained and line.attained.share >= 1]
good = [
    line for line in lines if line.pilot.verdict and line.pilot.verdict.verdict in (Verdict.PROMOTE, Verdict.PROMOTE_IF)
]
planned = sum(line.planned or 0 for line in lines)
paid = sum(line.paid or 0 for line in lines)
widgets.figures(
    [
        ("已启动的试点", f"{len(begun)} 个", f"筹备中 {len(lines) - len(begun)} 个"),
        ("达到目标", f"{len(reached)} 个", "最近完整的一期"),
        (
            "结论支持推广",
            f"{len(good)} 个",
            f"推广中 {sum(line.pilot.state is PilotState.PROMOTING for line in lines)} 个",
        ),
        (
            "经费",
            f"{paid / 1_000_000:,.1f} 万元" if planned or paid else "–",
            f"预算 {planned / 1_000_000:,.1f} 万元" if planned else "还没有录入预算",
        ),
    ]
)
search = st.text_input("搜索", placeholder="试点、指标或牵头单位", key="portfolio_search", bind="query-params")
with widgets.filters("portfolio"), st.container(horizontal=True, vertical_alignment="bottom"):
    states = [state.label for state in PilotState if any(line.pilot.state is state for line in lines)]
    state = st.selectbox("状态", ["全部", *states], key="portfolio_state", bind="query-params")
    verdicts = [verdict.label for verdict in Verdict]
    verdict = st.selectbox("结论", ["全部", *verdicts, "未作结论"], key="portfolio_verdict", bind="query-params")
shown = [
    line
    for line in lines
    if search.strip() in f"{line.pilot.name}{line.pilot.lead}{line.indicator.name if line.indicator else ''}"
    and state in ("全部", line.pilot.state.label)
    and verdict in ("全部", line.pilot.verdict.verdict.label if line.pilot.verdict else "未作结论")
]
if not shown:
    st.info("没有符合条件的试点，请放宽筛选。")
    st.stop()
key = tuple(line.pilot.id for line in shown)
left, right = st.columns(2, gap="medium")
with left:
    charts.draw(lambda: wording.picture(shown), ("portfolio", *key), describe="各试点目标达成率及其区间")
with right:
    charts.draw(lambda: wording.sides_picture(shown), ("portfolio_sides", *key), describe="两类地区各自的达成率")
st.caption("区间只反映各试点县之间的差异；达成率不等于试点的效果，是否由试点造成看“效果”一列和各试点的评估。")
frame = wording.rows(shown)
frame["状态"] = [widgets.shape(line.pilot.state, label) for line, label in zip(shown, frame["状态"], strict=True)]
widgets.table(
    frame,
    "portfolio_table",
    open_page="pilots/pages/pilot.py",
    ids=[line.pilot.id for line in shown],
    help={"达成率": "（现值 − 基线）÷（目标 − 基线），按百分数；点列名可排序。"},
)
st.download_button(
    "下载全部试点（Excel）",
    data=lambda: wording.workbook(sessions.fresh(actor)),
    file_name=f"试点比较_{clock.today():%Y%m%d}.xlsx",
    on_click="ignore",
    icon=":material/table:",
    key="portfolio_xlsx",
)
