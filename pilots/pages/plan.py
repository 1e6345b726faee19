"""The plan of a pilot: who does what by when, what could go wrong, what it costs."""

import streamlit as st

from accounts import sessions
from core import clock
from core.settings import settings
from core.words import MilestoneState, PilotState, RiskState
from pilots import gate_queries, money, phase_service, plan, plan_exports, plan_pictures, plan_queries
from pilots.pages import gate_parts, parts, plan_milestones, plan_money, plan_team
from pilots.plan_schemas import PhaseWordsIn
from web import charts, guard, keep, widgets

MILESTONES, TEAM, RISKS, MONEY = "里程碑", "团队", "风险", "经费"

actor = guard.current_actor()
pilot_id = guard.found(guard.parameter("id"), "试点")
found = guard.found(keep.ask(plan_queries.plan_of, actor, pilot_id), "试点")
pilot, today = found.pilot, clock.today()
parts.header(pilot, "谁在什么时候做什么、花多少钱，现在走到哪一步？", "pilots/pages/plan.py", actor)
st.markdown(
    f"{widgets.badge(pilot.state, pilot.state.label)}　{guard.plain(pilot.lead)}　{pilot.start_on} 至 {pilot.end_on}"
)

# -- what needs doing now -----------------------------------------------------------------
if pilot.state in (PilotState.DESIGN, PilotState.PENDING):
    gate_parts.draw(keep.ask(gate_queries.blockers, actor, pilot.id), "plan", here="pilots/pages/plan.py")
late = plan.overdue(found.milestones, today)
for item in late:
    st.markdown(
        f"{widgets.badge('overdue', f'超期 {item.overdue(today)} 天')}　{guard.plain(item.content)}　"
        f"期限 {item.due_on}　{guard.plain(item.owner)}"
    )
for words in found.budget.overruns if found.budget else ():
    st.markdown(f"{widgets.badge('overdue', '超支')}　{guard.plain(words)}")
for risk in found.risks:
    if days := risk.stale(today, settings().risk_review_days):
        st.markdown(f"{widgets.badge('submitted', f'{days} 天未复核')}　风险：{guard.plain(risk.content)}")

counted = [item for item in found.milestones if item.state is not MilestoneState.CANCELLED]
done = sum(item.state is MilestoneState.DONE for item in counted)
active = [risk for risk in found.risks if risk.state is not RiskState.CLOSED]
figures = [
    ("里程碑", f"{done} / {len(counted)}", f"超期 {len(late)} 项" if late else "没有超期"),
    ("未解除的风险", f"{len(active)} 项", f"高风险 {sum(risk.level == '高' for risk in active)} 项"),
]
if found.budget is not None and found.results is not None:
    cost = money.per_result(found.budget.paid, found.results)
    share = f"已支付 {found.budget.paid / found.budget.planned:.1%}" if found.budget.planned else "未编预算"
    missing = found.results.expected - found.results.reported
    about = "原因见经费" if cost.cost is None else f"缺报 {missing} 个地区期次" if missing else "按已报全部成果"
    figures += [
        ("预算", money.short(found.budget.planned), share),
        ("已支付", money.short(found.budget.paid), f"结余 {money.short(found.budget.remaining)}"),
        ("单位成果成本", "–" if cost.cost is None else f"{money.show(cost.cost)}/{cost.unit}", about),
    ]
widgets.figures(figures)

# -- the picture ------------------------------------------------------------------------------
charts.draw(
    lambda: plan_pictures.timeline(found.phases, found.milestones, today),
    ("plan", pilot.id),
    describe="各阶段和里程碑的时间安排",
)
st.download_button(
    "下载阶段和里程碑（CSV）",
    data=lambda: plan_exports.timeline_csv(sessions.fresh(actor), pilot_id),
    file_name=f"试点计划_{pilot.name}_{today:%Y%m%d}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/table:",
    key="plan_csv",
)
with st.expander(f"阶段（{len(found.phases)}）"):
    for phase in found.phases:
        st.markdown(
            f"**{guard.plain(phase.name)}**　{phase.kind.label}　{phase.start_on} 至 {phase.end_on}　"
            f"场景版本 {phase.scenario_version}"
            + (f"　目标：{guard.plain(phase.goal)}" if phase.goal else "")
            + (f"　{guard.plain(phase.notes)}" if phase.notes else "")
        )
        if not found.editable:
            continue
        with (
            st.popover("修改说明…", key=f"phase_{phase.id}_{phase.version}_open"),
            st.form(f"phase_{phase.id}_{phase.version}"),
        ):
            name = st.text_input("阶段名称", phase.name, key=f"phase_{phase.id}_{phase.version}_name")
            goal = st.text_area("阶段目标", phase.goal, key=f"phase_{phase.id}_{phase.version}_goal")
            notes = st.text_area("说明", phase.notes, key=f"phase_{phase.id}_{phase.version}_notes")
            if st.form_submit_button("保存", key=f"phase_{phase.id}_save", type="primary"):
                with guard.show_errors(PhaseWordsIn):
                    words_in = PhaseWordsIn(name=name, goal=goal, notes=notes)
                    phase_service.describe_phase(actor, phase.id, words_in, seen_version=phase.version)
                    widgets.flash("阶段说明已保存。")
                    st.rerun()
    st.caption("第一阶段的日期来自试点设计；新阶段随迭代开始。换了场景版本的阶段，前后结果分开计算。")

# -- the parts ----------------------------------------------------------------------------------
contents = [MILESTONES, TEAM, RISKS, *([MONEY] if found.budget is not None else [])]
part = (
    st.segmented_control("计划内容", contents, default=MILESTONES, key="plan_part", bind="query-params") or MILESTONES
)
if not found.editable:
    st.caption(guard.plain(found.editable.reason))
if part == MILESTONES:
    plan_milestones.draw(actor, found)
elif part == TEAM:
    plan_team.team(actor, found)
elif part == RISKS:
    plan_team.risks(actor, found)
else:
    plan_money.draw(actor, found)
