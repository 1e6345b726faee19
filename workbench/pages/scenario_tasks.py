"""What scenarios ask for: arguments, data, confirmations, cooperation."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import DataStatus, ScenarioState
from scenarios import appraisal_queries as appraisals
from scenarios import duty_queries, opening_queries, request_queries
from scenarios import queries as scenarios
from web.keep import ask
from workbench.pages.rows import todo

_REQUESTS = "scenarios/pages/data_requests.py"
_OPENINGS = "scenarios/pages/openings.py"


def arguing(actor: Actor) -> bool:
    waiting = ask(appraisals.waiting, actor)
    mine = sum(row.mine == appraisals.MINE for row in waiting)
    found = todo(mine, "个场景请您论证", "scenarios/pages/appraisals.py", "去论证")
    return todo(len(waiting) - mine, "个场景正在论证", "scenarios/pages/appraisals.py", "看进展") or found


def returned(actor: Actor) -> bool:
    """For owners: scenarios handed back to them."""
    found = ask(scenarios.scenarios, actor, states=(ScenarioState.RETURNED,))
    return todo(
        len(found),
        "个场景被退回，请按理由修改后重新提交论证",
        "scenarios/pages/scenarios.py",
        "去修改",
        scenarios_state=ScenarioState.RETURNED.label,
    )


def data(actor: Actor) -> bool:
    """Requests for data and duties that wait for an answer; for staff only those that wait too long."""
    requests = ask(request_queries.waiting, actor)
    if actor.is_staff:
        late = sum(request.overdue for request in requests)
        return todo(late, "份数据申请超过答复期限", _REQUESTS, "去催办")
    found = todo(len(requests), "份数据申请待我答复", _REQUESTS, "去答复数据申请")
    duties = ask(duty_queries.waiting, actor)
    found |= todo(duties, "项责任事项等待本单位确认", "scenarios/pages/confirmations.py", "去确认")
    granted = sum(request.view.status is DataStatus.GRANTED for request in ask(request_queries.own, actor))
    return todo(granted, "项数据已批准，等待接入", _REQUESTS, "去登记接入") or found


def cooperation(actor: Actor) -> bool:
    """What scenarios open to one's organisation, and who offers to take part in one's own."""
    partners = ask(opening_queries.openings_list, actor)
    found = todo(sum(view.invites for view in partners), "项场景开放可以应答", _OPENINGS, "去看看")
    offered = sum(view.waiting for view in partners)
    return todo(offered, "份合作应答等待答复", _OPENINGS, "去答复合作应答") or found
