"""What the plans of pilots ask for."""

from __future__ import annotations

import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import PilotState
from pilots import gate_queries, plan_queries
from pilots.queries import PilotView
from web.keep import ask
from workbench.pages.rows import one

_MOST = 5
_PLAN = "pilots/pages/plan.py"


def attention(actor: Actor) -> bool:
    """Pilots with milestones past their due date or lines paid beyond their budget, each with the way to its
    plan; whether there was any."""
    found, today = ask(plan_queries.attention, actor), clock.today()
    for item in found[:_MOST]:
        words = []
        if item.overdue:
            words.append(f"里程碑超期 {len(item.overdue)} 项，最久 {item.overdue[0].overdue(today)} 天")
        if item.overruns:
            words.append("经费超支：" + "；".join(item.overruns))
        what = "、".join(word for word, there in (("超期", item.overdue), ("超支", item.overruns)) if there)
        key = f"plan_{item.pilot_id}"
        one(key, "overdue", what, item.pilot, "；".join(words), _PLAN, "去看计划", id=str(item.pilot_id))
    if len(found) > _MOST:
        st.caption(f"另有 {len(found) - _MOST} 个试点的计划需要处理，见“试点”。")
    return bool(found)


def blocked(actor: Actor, pilots: list[PilotView]) -> bool:
    """Pilots that wait for their start with something still missing; whether there was any."""
    found = False
    for pilot in pilots:
        if pilot.state is not PilotState.PENDING:
            continue
        if lacks := ask(gate_queries.blockers, actor, pilot.id):
            words = f"待启动，还差 {len(lacks)} 项：" + "；".join(lack.title for lack in lacks)
            key = f"blocked_{pilot.id}"
            one(key, "pending", "未齐", pilot.name, words, _PLAN, "去补齐", id=str(pilot.id))
            found = True
    return found
