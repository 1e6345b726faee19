"""What scenarios ask for: arguments, data, confirmations, cooperation."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor, Permission, may
from core.words import DataStatus, ScenarioState
from pilots import scenario_release_queries as release_queries
from scenarios import appraisal_queries as appraisals
from scenarios import duty_queries, opening_queries, request_queries
from scenarios import queries as scenarios
from web.keep import ask
from workbench.tasks import Task

_APPRAISALS = "scenarios/pages/appraisals.py"
_REQUESTS = "scenarios/pages/data_requests.py"
_OPENINGS = "scenarios/pages/openings.py"


def arguing(actor: Actor) -> Iterator[Task]:
    waiting = ask(appraisals.waiting, actor)
    mine = sum(row.mine == appraisals.MINE for row in waiting)
    yield Task("appraise_mine", "个场景请您论证", _APPRAISALS, "去论证", mine)
    yield Task("appraise_others", "个场景正在论证", _APPRAISALS, "看进展", len(waiting) - mine)


def returned(actor: Actor) -> Iterator[Task]:
    """For owners: scenarios handed back to them."""
    found = ask(scenarios.scenarios, actor, states=(ScenarioState.RETURNED,))
    words = "个场景被退回，请按理由修改后重新提交论证"
    state = {"scenarios_state": ScenarioState.RETURNED.label}
    page = "scenarios/pages/scenarios.py"
    yield Task("scenarios_back", words, page, "去修改", len(found), back=True, parameters=state)


def released(actor: Actor) -> Iterator[Task]:
    """For whoever releases scenarios: those of which the public reads what is not so any more."""
    if not may(actor, Permission.SCENARIO_RELEASE):
        return
    for row in ask(release_queries.outdated, actor):
        parts = f"已有变化：{'、'.join(row.changes)}" if row.changes else "已不在可以公布的状态"
        yield Task(
            f"release_{row.scenario_id}",
            f"公众看到的内容{parts}",
            "pilots/pages/scenario_release.py",
            "去更新公布" if row.changes else "去撤下",
            name=row.name,
            parameters={"id": str(row.scenario_id)},
        )


def data(actor: Actor) -> Iterator[Task]:
    """Requests for data and duties that wait for an answer; for staff only those that wait too long."""
    requests = ask(request_queries.waiting, actor)
    if actor.is_staff:
        late = sum(request.overdue for request in requests)
        yield Task("requests_late", "份数据申请超过答复期限", _REQUESTS, "去催办", late, late=True)
        return
    yield Task("requests", "份数据申请待我答复", _REQUESTS, "去答复数据申请", len(requests))
    duties = ask(duty_queries.waiting, actor)
    yield Task("duties", "项责任事项等待本单位确认", "scenarios/pages/confirmations.py", "去确认", duties)
    granted = sum(request.view.status is DataStatus.GRANTED for request in ask(request_queries.own, actor))
    yield Task("requests_granted", "项数据已批准，等待接入", _REQUESTS, "去登记接入", granted)


def cooperation(actor: Actor) -> Iterator[Task]:
    """What scenarios open to one's organisation, and who offers to take part in one's own."""
    partners = ask(opening_queries.openings_list, actor)
    invited, offered = sum(view.invites for view in partners), sum(view.waiting for view in partners)
    yield Task("openings", "项场景开放可以应答", _OPENINGS, "去看看", invited)
    yield Task("offers", "份合作应答等待答复", _OPENINGS, "去答复合作应答", offered)
