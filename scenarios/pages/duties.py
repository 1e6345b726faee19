"""A scenario's responsibility list: who answers for what, who supports, on what basis, and who agreed."""

import streamlit as st

from core.words import Standing
from scenarios import duty_queries
from scenarios.pages import duty_agreement, duty_exchange, duty_flow, duty_outline, parts
from web import guard, widgets

VIEWS = {
    "清单": duty_outline.draw,
    "流程图": duty_flow.draw,
    "确认情况": duty_agreement.draw,
    "导入导出": duty_exchange.draw,
}

actor = guard.current_actor()
duties = guard.found(duty_queries.duty_list(actor, guard.parameter("id")), "场景")
about = duties.about
st.page_link(
    "scenarios/pages/scenario.py",
    label=guard.plain(f"{about.code} {about.name}"),
    icon=":material/arrow_back:",
    query_params={"id": str(about.id)},
)
widgets.header("责任清单", "每件事由谁负责、谁配合、凭什么、多久办完，各单位都认可吗？")

standings = [standing for of in duties.standings.values() for standing in of.values()]
gaps = sum(finding.error for finding in duties.findings)
widgets.figures(
    [
        ("最小颗粒", f"{len(duties.items)} 项", f"涉及 {len(duties.progress)} 个单位"),
        ("缺口", f"{gaps} 处", "责任单位、数据提供单位、空环节"),
        (
            "已确认",
            f"{standings.count(Standing.CONFIRMED)}/{len(standings)}" if standings else "不适用",
            "单位 × 事项",
        ),
        ("有异议", f"{standings.count(Standing.OBJECTED)} 项", ""),
    ]
)
if duties.nodes:
    parts.duty_findings(duties.findings)
view = st.segmented_control(
    "查看", list(VIEWS), default="清单", key="duties_view", bind="query-params", label_visibility="collapsed"
)
VIEWS[view or "清单"](actor, duties)
