"""Asks every room what it wants of somebody."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor
from core.words import Role
from pilots.queries import PilotView
from workbench.pages import (
    award_tasks,
    challenge_tasks,
    pilot_tasks,
    plan_tasks,
    return_tasks,
    review_tasks,
    scenario_tasks,
)
from workbench.tasks import Task


def tasks(actor: Actor, pilots: list[PilotView]) -> list[Task]:
    """What waits for the actor, room by room; `pilots`: those it sees."""
    return [task for task in _all(actor, pilots) if task.count or task.name]


def _all(actor: Actor, pilots: list[PilotView]) -> Iterator[Task]:
    if actor.role in (Role.BIDDER, Role.JUDGE):
        yield from review_tasks.judging(actor)
        yield from challenge_tasks.challenges(actor)
        yield from scenario_tasks.cooperation(actor)
        return
    if actor.role is Role.COUNTY:
        yield from return_tasks.owed(actor)
    else:
        yield from scenario_tasks.arguing(actor)
        yield from scenario_tasks.released(actor)
        yield from pilot_tasks.decisions(pilots)
        yield from plan_tasks.blocked(actor, pilots)
        yield from return_tasks.reviewed(actor)
    if not actor.is_staff:
        yield from scenario_tasks.returned(actor)
    yield from scenario_tasks.data(actor)
    yield from scenario_tasks.cooperation(actor)
    yield from review_tasks.judging(actor)
    yield from challenge_tasks.challenges(actor)
    yield from award_tasks.selection(actor)
    yield from pilot_tasks.supervision(actor)
    yield from pilot_tasks.feedback(actor)
    yield from plan_tasks.attention(actor)
