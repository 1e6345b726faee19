"""What taking a pilot's scenario over rests on: data, responsibilities, money, feedback."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlmodel import Session, col

from accounts.permissions import Actor
from core.words import DataStatus, Sharing, Standing
from db.session import read
from db.tables import DataResource, Feedback
from pilots import plan_queries, queries
from pilots.profile import Transfer
from scenarios import data_views, duty_tree


def transfer(actor: Actor, pilot_id: int) -> Transfer | None:
    """Counts for the replicability profile; None when the pilot is not the actor's to see."""
    view = queries.pilot(actor, pilot_id)
    if view is None:
        return None
    with read() as session:
        links = data_views.of_scenario(session, view.scenario_id)
        weights = [max(1, len(link.fields)) for link in links]
        free = _free(session, {link.resource_id for link in links})
        connected = [link.status is DataStatus.CONNECTED for link in links]
        ready = [known or link.resource_id in free for known, link in zip(connected, links, strict=True)]
        budget = plan_queries.budget_of(session, pilot_id)
        return Transfer(
            data=_share(connected, weights),
            free=_share(ready, weights),
            duties=_duties(session, view.scenario_id),
            feedback=_feedback(session, pilot_id),
            planned=budget.planned if budget.lines else None,
            spent=budget.paid if budget.lines else None,
        )


def _share(done: Iterable[bool], weights: list[int]) -> tuple[int, int]:
    return sum(weight for yes, weight in zip(done, weights, strict=True) if yes), sum(weights)


def _free(session: Session, resource_ids: set[int]) -> set[int]:
    rows = [session.get(DataResource, number) for number in sorted(resource_ids)]
    return {row.id or 0 for row in rows if row is not None and row.sharing is Sharing.OPEN}


def _feedback(session: Session, pilot_id: int) -> tuple[int, int]:
    """Pieces of feedback that were answered, of all."""
    answered, every = session.execute(
        select(func.count(col(Feedback.answered_on)), func.count()).where(col(Feedback.pilot_id) == pilot_id)
    ).one()
    return int(answered), int(every)


def _duties(session: Session, scenario_id: int) -> tuple[int, int]:
    """Items that everybody concerned confirmed as they stand, of all."""
    nodes = duty_tree.trees(session, [scenario_id]).get(scenario_id, [])
    given = duty_tree.answers(session, [scenario_id])
    standings = [list(duty_tree.standings(node, given).values()) for node in nodes]
    asked = [found for found in standings if found]
    return sum(all(one is Standing.CONFIRMED for one in found) for found in asked), len(asked)
