"""比学赶超 for whoever is signed in: how counties climb from selection to selection, and inside the winners' pilots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from accounts.permissions import Actor, Permission, require
from awards import loading, public_climbing
from awards.climbing import Ladder, Round
from awards.racing import Racer
from core import clock
from core.errors import NotFound
from core.periods import Cadence, Period
from core.words import Arm, AwardEntryState, EditionState
from db.session import read
from db.tables import AwardEntry, Pilot
from pilots import evaluation, queries

_HANDED_IN = tuple(state for state in AwardEntryState if state is not AwardEntryState.DRAFT)


@dataclass(frozen=True)
class Race:
    """The counties of one pilot on the way to its goal; `until`: the last month before the selection was released."""

    pilot_id: int
    pilot: str
    indicator: str
    until: str
    racers: Sequence[Racer]


def ladders(actor: Actor) -> tuple[list[Round], list[Ladder]]:
    """Released selections and the counties of each group. Who entered, staff alone are told; others see what the public
    does."""
    require(actor, Permission.EDITION_READ)
    if not actor.is_staff:
        return public_climbing.ladders()
    with read() as session:
        rounds = public_climbing.rounds_of(session)
        entered = public_climbing.counted(session, [item.id for item in rounds], *_HANDED_IN)
        return rounds, public_climbing.of(session, rounds, entered)


def raced(actor: Actor, edition_id: int) -> dict[int, str]:
    """Pilots with winners in a released selection, by id in the order of their codes."""
    require(actor, Permission.EDITION_RUN)
    with read() as session:
        row = loading.edition(session, actor, edition_id)
        won = select(AwardEntry.pilot_id).where(
            AwardEntry.edition_id == row.id, AwardEntry.state == AwardEntryState.WINNER
        )
        rows = session.exec(select(Pilot.id, Pilot.name).where(col(Pilot.id).in_(won)).order_by(Pilot.code)).all()
        return {key or 0: name for key, name in rows}


def race(actor: Actor, edition_id: int, pilot_id: int) -> Race | None:
    """All pilot counties of a pilot; None where it has no goal with a target."""
    require(actor, Permission.EDITION_RUN)
    with read() as session:
        row = loading.edition(session, actor, edition_id)
        if row.state is not EditionState.RELEASED or row.released_at is None:
            raise NotFound("这个年度还没有发布。", "发布后可以看各县的进展。")
        items = loading.entries_of(session, edition_id, AwardEntryState.WINNER)
        won = {item.region_code for item in items if item.pilot_id == pilot_id}
        until = Period.containing(clock.beijing(row.released_at).date(), Cadence.MONTH).shift(-1)
    found = queries.evaluate(actor, pilot_id)
    if found is None or found.goal is None:
        return None
    goal = found.goal
    racers = [
        Racer(
            unit.code,
            unit.name,
            unit.group,
            unit.code in won,
            {
                period: round(share * 1_000_000)
                for period, share in evaluation.attained_over(goal, unit.code).items()
                if period >= found.span.first_post
            },
        )
        for unit in found.units
        if unit.arm is Arm.PILOT
    ]
    return Race(pilot_id, found.pilot.name, goal.indicator.name, str(until), racers)
