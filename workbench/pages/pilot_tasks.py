"""What pilots ask for: approvals, conclusions, alerts, orders, feedback."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, may
from core.words import AlertState, PilotState, RatingState, Role, SupervisionState
from pilots import feedback_queries, order_queries, release_queries
from pilots.queries import PilotView
from web.keep import ask
from workbench.pages import plan_tasks
from workbench.pages.rows import todo

_PILOTS = "pilots/pages/pilots.py"
_ORDERS = "pilots/pages/orders.py"


def decisions(actor: Actor, pilots: list[PilotView]) -> bool:
    """Pilots that wait for an approval or a conclusion."""
    pending = sum(pilot.state is PilotState.PENDING for pilot in pilots)
    unjudged = sum(pilot.state is PilotState.EVALUATING for pilot in pilots)
    found = todo(pending, "个试点等待批准启动", _PILOTS, "去审批")
    found |= plan_tasks.blocked(actor, pilots)
    return todo(unjudged, "个试点在评估中，等待结论", _PILOTS, "去评估") or found


def supervision(actor: Actor) -> bool:
    """Orders to reply to; for those above the counties also alerts and replies; for staff what is late."""
    orders = ask(order_queries.orders, actor)
    asked = [order for order in orders if order.mine and order.state.waits_for_reply]
    late = sum(bool(order.overdue) for order in asked)
    words = f"份督办单等您回复{f'，其中超期 {late} 份' if late else ''}"
    found = todo(len(asked), words, _ORDERS, "去回复督办")
    if actor.role is not Role.COUNTY:
        alerts = sum(alert.state is AlertState.OPEN for alert in ask(order_queries.alerts, actor))
        replied = sum(order.state is SupervisionState.REPLIED and not order.mine for order in orders)
        found |= todo(alerts, "条预警等待处置", _ORDERS, "去处置")
        found |= todo(replied, "份督办回复等待核实", _ORDERS, "去核实")
    if actor.is_staff:
        found |= todo(sum(bool(order.overdue) for order in orders), "份督办单超期未回复", _ORDERS, "去督促")
    return found


def feedback(actor: Actor) -> bool:
    """What people said and waits for an answer, or to be read before it is shown."""
    found = False
    if may(actor, Permission.PILOT_RELEASE):
        unread = len(ask(release_queries.ratings, actor, RatingState.WAITING))
        found = todo(unread, "条公众意见等待审阅", "pilots/pages/ratings.py", "去审阅")
    unheard = sum(bool(view.open and view.answers) for view in ask(feedback_queries.feedback, actor))
    return todo(unheard, "条反馈等待答复", "pilots/pages/feedback.py", "去答复反馈", feedback_state="待答复") or found
