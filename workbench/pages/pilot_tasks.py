"""What pilots ask for: approvals, conclusions, alerts, orders, feedback."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor, Permission, may
from core.words import AlertState, PilotState, RatingState, Role, SupervisionState
from pilots import feedback_queries, order_queries, release_queries
from pilots.queries import PilotView
from web.keep import ask
from workbench.tasks import Task

_PILOTS = "pilots/pages/pilots.py"
_ORDERS = "pilots/pages/orders.py"


def decisions(pilots: list[PilotView]) -> Iterator[Task]:
    """Pilots that wait for an approval or a conclusion."""
    pending = sum(pilot.state is PilotState.PENDING for pilot in pilots)
    unjudged = sum(pilot.state is PilotState.EVALUATING for pilot in pilots)
    yield Task("pilots_pending", "个试点等待批准启动", _PILOTS, "去审批", pending)
    yield Task("pilots_unjudged", "个试点在评估中，等待结论", _PILOTS, "去评估", unjudged)


def supervision(actor: Actor) -> Iterator[Task]:
    """Orders to reply to; for those above the counties also alerts and replies; for staff what is late."""
    orders = ask(order_queries.orders, actor)
    asked = [order for order in orders if order.mine and order.state.waits_for_reply]
    late = sum(bool(order.overdue) for order in asked)
    words = f"份督办单等您回复{f'，其中超期 {late} 份' if late else ''}"
    yield Task("orders_mine", words, _ORDERS, "去回复督办", len(asked), late=bool(late))
    if actor.role is not Role.COUNTY:
        alerts = sum(alert.state is AlertState.OPEN for alert in ask(order_queries.alerts, actor))
        replied = sum(order.state is SupervisionState.REPLIED and not order.mine for order in orders)
        yield Task("alerts", "条预警等待处置", _ORDERS, "去处置", alerts)
        yield Task("orders_replied", "份督办回复等待核实", _ORDERS, "去核实", replied)
    if actor.is_staff:
        overdue = sum(bool(order.overdue) for order in orders)
        yield Task("orders_late", "份督办单超期未回复", _ORDERS, "去督促", overdue, late=True)


def feedback(actor: Actor) -> Iterator[Task]:
    """What people said and waits for an answer, or to be read before it is shown."""
    if may(actor, Permission.PILOT_RELEASE):
        unread = len(ask(release_queries.ratings, actor, RatingState.WAITING))
        yield Task("ratings", "条公众意见等待审阅", "pilots/pages/ratings.py", "去审阅", unread)
    unheard = sum(bool(view.open and view.answers) for view in ask(feedback_queries.feedback, actor))
    state = {"feedback_state": "待答复"}
    yield Task("feedback", "条反馈等待答复", "pilots/pages/feedback.py", "去答复反馈", unheard, parameters=state)
