"""One scenario's dossier: where it stands, what needs doing, what it rests on."""

import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.words import ScenarioState
from printing.pages import parts as report_parts
from scenarios import history, impact_queries, origin_queries, queries, service, stages
from scenarios.pages import data_needs, dossier_parts, opening_parts, parts, privacy
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
scenario = guard.found(ask(queries.scenario, actor, guard.parameter("id")), "场景")
row, findings = scenario.row, scenario.findings
handling = guard.found(ask(impact_queries.privacy, actor, row.id), "场景")
entries = ask(history.history, actor, row.id)
widgets.header(
    f"{row.code}　{row.name}", "这个场景走到哪一步，还差什么？", back=("scenarios/pages/scenarios.py", "全部场景")
)


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = service.move(actor, row.id, do, reason, seen_version=scenario.version)
        widgets.flash(f"已办理“{do}”，场景现为“{state.label}”。")
        st.rerun()


with st.container(border=True):
    st.markdown(f"{widgets.badge(row.state, row.state.label)}　{stages.NEXT[row.state]}")
    moved = next((entry for entry in entries if entry.action == "scenario:move"), None)
    if moved and moved.reason:
        st.markdown(f"**理由**　{guard.plain(moved.reason)}（{guard.plain(moved.who)}，{clock.show(moved.at)[:10]}）")
    if handling.missing and row.state in stages.BEFORE_PILOT:
        st.markdown(
            f":orange-badge[◐ 缺影响评估]　{guard.plain('；'.join(handling.missing))}，试点启动前须补录（见下方“个人信息保护”）。"
        )
    choices = queries.steps(actor, scenario)
    widgets.steps("scenario", choices, act)
    if not choices and (why := queries.blocked(actor, scenario)):
        st.caption(guard.plain(why))
    if row.state is ScenarioState.APPRAISAL and actor.is_staff:
        answer = may(actor, Permission.SCENARIO_APPRAISE, scenario.subject)
        st.caption(guard.plain(answer.reason) if answer.reason else "请在“论证情况”页指派论证人、查重并作出决定。")
    with st.container(horizontal=True):
        if row.state not in stages.EDITABLE or moved:
            st.page_link(
                "scenarios/pages/appraisal.py",
                label="论证情况",
                icon=":material/fact_check:",
                query_params={"id": str(row.id)},
            )
        if may(actor, Permission.SCENARIO_EDIT, scenario.subject):
            st.page_link(
                "scenarios/pages/register.py",
                label="修改登记内容",
                icon=":material/edit:",
                query_params={"id": str(row.id)},
            )
        if row.state in stages.PILOTABLE and may(actor, Permission.PILOT_DESIGN):
            st.page_link(
                "pilots/pages/design.py",
                label="发起试点",
                icon=":material/science:",
                query_params={"scenario": str(row.id)},
            )
        if row.state in stages.PAST_APPROVAL:
            st.page_link(
                "pilots/pages/pilots.py",
                label="该场景的试点",
                icon=":material/list:",
                query_params={"pilots_search": row.name},
            )
        if row.state in stages.PAST_APPROVAL and may(actor, Permission.SCENARIO_RELEASE):
            st.page_link(
                "pilots/pages/scenario_release.py",
                label="对公众公布",
                icon=":material/public:",
                query_params={"id": str(row.id)},
            )

if (won := ask(origin_queries.challenge_of, actor, row.id)) is not None:
    st.page_link(
        "challenges/pages/challenge.py",
        label=f"来自揭榜榜单 {guard.plain(won[1])}",
        icon=":material/flag:",
        query_params={"id": str(won[0])},
    )
with st.container(horizontal=True):
    report_parts.downloads(actor, "dossier", str(row.id), f"{row.code}_{row.name}", name="下载场景档案", primary=False)

gaps = [finding for finding in findings if finding.error]
widgets.figures(
    [
        ("数据就绪度", row.readiness.label, "已接入 ÷ 需要"),
        ("责任事项", f"{len(scenario.duties)} 项", f"{len(gaps)} 处缺口" if gaps else "责任单位齐全"),
        ("需求与改革", f"{row.needs} 项 / {row.reforms} 项", f"缺{row.untraced}" if row.untraced else "可追溯"),
        ("当前版本", row.version_label, clock.show(scenario.versions[0].created_at)[:10]),
    ]
)

left, right = st.columns([3, 2])
with left:
    st.subheader("场景简介", anchor=False)
    parts.prose(scenario.summary)
    if scenario.scope:
        st.subheader("核减后的范围", anchor=False)
        st.caption("论证时核减，以下列范围为准。")
        parts.prose(scenario.scope)
    if scenario.design:
        st.subheader("设计说明", anchor=False)
        parts.prose(scenario.design)
with right:
    st.subheader("基本情况", anchor=False)
    parts.facts(
        [
            ("领域", row.domain),
            ("地区", row.region),
            ("治理层级", row.level.label),
            ("牵头单位", row.lead),
            ("技术手段", scenario.technologies),
            ("登记", f"{scenario.created_by}　{clock.show(row.created_at)}"),
        ]
    )

dossier_parts.organisations(scenario)
dossier_parts.three_lists(actor, scenario)

st.subheader("场景开放", anchor=False)
opening_parts.draw(actor, scenario)

st.subheader("数据来源", anchor=False)
data_needs.draw(actor, scenario)

st.subheader("个人信息保护", anchor=False)
privacy.draw(actor, handling, scenario.subject)

st.subheader("责任清单", anchor=False)
st.dataframe(parts.duty_frame(scenario.duties), key="scenario_duties", hide_index=True, width="stretch")
parts.duty_findings(scenario.findings)
st.page_link(
    "scenarios/pages/duties.py",
    label="打开责任清单：编辑、流程图、确认情况、导入导出",
    icon=":material/account_tree:",
    query_params={"id": str(row.id)},
)

dossier_parts.versions(actor, scenario)
dossier_parts.history(entries)
