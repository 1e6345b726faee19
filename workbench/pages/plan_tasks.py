"""What the plans of pilots ask for."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor
from core import clock
from core.words import PilotState
from pilots import gate_queries, plan_queries
from pilots.queries import PilotView
from web.keep import ask
from workbench.tasks import Task

_PLAN = "pilots/pages/plan.py"


def attention(actor: Actor) -> Iterator[Task]:
    """Pilots with milestones past their due date or lines paid beyond their budget, each with the way to its plan."""
    today = clock.today()
    for item in ask(plan_queries.attention, actor):
        words = []
        if item.overdue:
            words.append(f"里程碑超期 {len(item.overdue)} 项，最久 {item.overdue[0].overdue(today)} 天")
        if item.overruns:
            words.append("经费超支：" + "；".join(item.overruns))
        key, name = f"plan_{item.pilot_id}", item.pilot
        where = {"id": str(item.pilot_id)}
        yield Task(key, "；".join(words), _PLAN, "去看计划", name=name, late=True, parameters=where)


def blocked(actor: Actor, pilots: list[PilotView]) -> Iterator[Task]:
    """Pilots that wait for their start with something still missing."""
    for pilot in pilots:
        if pilot.state is not PilotState.PENDING:
            continue
        if lacks := ask(gate_queries.blockers, actor, pilot.id):
            words = f"待启动，还差 {len(lacks)} 项：" + "；".join(lack.title for lack in lacks)
            where = {"id": str(pilot.id)}
            yield Task(f"blocked_{pilot.id}", words, _PLAN, "去补齐", name=pilot.name, parameters=where)
