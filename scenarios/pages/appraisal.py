"""One scenario's appraisal: who reviews, what it is like, what was found, what is decided."""

import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from scenarios import appraisal_queries, queries
from scenarios.pages import appraisal_parts, parts
from web import guard, widgets

actor = guard.current_actor()
scenario = guard.found(queries.scenario(actor, guard.parameter("id")), "场景")
row = scenario.row
rounds = appraisal_queries.rounds(actor, row.id)
widgets.header(
    f"前期论证　{row.name}",
    "这个场景该不该立项？",
    back=("scenarios/pages/appraisals.py", "全部论证")
    if may(actor, Permission.APPRAISAL_READ)
    else ("scenarios/pages/scenarios.py", "全部场景"),
)
st.page_link(
    "scenarios/pages/scenario.py",
    label=guard.plain(f"{row.code} {row.name}：查看完整档案"),
    icon=":material/description:",
    query_params={"id": str(row.id)},
)
if not rounds:
    widgets.empty("这个场景还没有提交论证。登记单位在场景页提交后，由研究院指派论证人。")
    st.stop()
now, earlier = rounds[0], rounds[1:]

with st.container(border=True):
    appraisal_parts.standing(row.state, now)
    if now.decision is None and now.opened:
        for line in now.blockers:
            st.markdown(f":orange-badge[◐ 还差]　{guard.plain(line)}")
        if not now.blockers:
            st.markdown(":green-badge[● 材料齐全]　可以作出决定。")
        if actor.is_staff and not (answer := may(actor, Permission.SCENARIO_APPRAISE, now.subject)):
            st.caption(guard.plain(answer.reason))

parts.facts(
    [
        ("牵头单位", row.lead),
        ("领域", row.domain),
        ("三张清单", f"缺{row.untraced}" if row.untraced else "可追溯到需求和改革事项"),
        ("提交", f"{now.submitted_by}　{clock.show(now.submitted_at)}　第 {now.round} 次论证"),
    ]
)
parts.prose(scenario.summary)

if not now.opened:
    st.caption(
        "论证意见在决定后向登记单位和牵头单位公开。"
        if now.decision is None
        else "论证意见只向登记单位、牵头单位、论证人和研究院公开。"
    )
else:
    appraisal_parts.reviewers(actor, row.id, now)
    appraisal_parts.similar(actor, row.id, now)
    if now.sheet_of(actor.account_id) and now.decision is None:
        appraisal_parts.own_sheet(actor, row.id, now)
    appraisal_parts.findings(actor, now)
    if now.decision is None and may(actor, Permission.SCENARIO_APPRAISE, now.subject):
        appraisal_parts.decision(actor, row.id, now)

if earlier:
    st.subheader("以前的论证", anchor=False)
    for view in earlier:
        with st.expander(
            f"第 {view.round} 次：{view.decision.label if view.decision else '未决定'}",
            key=f"appraisal_round_{view.round}",
        ):
            appraisal_parts.standing(None, view)
            if view.opened:
                appraisal_parts.findings(actor, view)
