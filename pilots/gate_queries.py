"""What keeps a pilot from a step, read for the page and, in its own transaction, for the command."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.periods import Cadence, Period, span
from core.settings import settings
from core.words import Arm, IndicatorRole, Standing, TargetKind, TeamRole
from db.session import read
from db.tables import (
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Pilot,
    PilotMember,
    PilotMilestone,
    Region,
    Scenario,
    ToleranceDecision,
)
from metrics import collecting
from metrics import queries as metrics
from pilots import gates, queries
from pilots.gates import Blocker, GoalFacts, StartFacts, UnitFacts
from pilots.stages import START, STOP
from regions import groups
from scenarios import duty_tree, impact_queries

Check = Callable[[Session, Pilot], Sequence[Blocker]]


def blockers(actor: Actor, pilot_id: int, do: str = START) -> list[Blocker]:
    """Everything that keeps a pilot from a step; none when it is not the actor's to see."""
    with read() as session:
        row = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        return [] if row is None else blockers_of(session, row, do)


def blockers_of(session: Session, row: Pilot, do: str) -> list[Blocker]:
    """The same within a session, for whoever has asked who may see the pilot."""
    return [blocker for check in CHECKS.get(do, ()) for blocker in check(session, row)]


def require(session: Session, row: Pilot, do: str) -> None:
    """Refuse a step that something keeps the pilot from, with the whole list."""
    gates.require(blockers_of(session, row, do), do)


def start(session: Session, row: Pilot) -> list[Blocker]:
    """The gates at the start."""
    nodes = [node for node in duty_tree.tree(session, row.scenario_id) if node.content is not None]
    given = duty_tree.answers(session, [row.scenario_id])
    names = duty_tree.organisation_names(session)
    waiting = {
        organisation
        for node in nodes
        for organisation, standing in duty_tree.standings(node, given).items()
        if standing is not Standing.CONFIRMED
    }
    facts = StartFacts(
        pilot_id=row.id or 0,
        scenario_id=row.scenario_id,
        scenario_state=session.get_one(Scenario, row.scenario_id).state,
        impact_missing=impact_queries.missing(session, [row.scenario_id])[row.scenario_id],
        responsibilities=len(nodes),
        unconfirmed=sorted(names[organisation] for organisation in waiting),
        unassigned=sum(node.content is not None and node.content.organisation_id is None for node in nodes),
        units=units(session, row),
        goals=_goals(session, row.collection_id),
        roles=_roles(session, row.id or 0),
        milestones=len(session.exec(select(PilotMilestone.id).where(PilotMilestone.pilot_id == row.id)).all()),
        pre_floor=settings().pre_periods_floor,
    )
    return gates.to_start(facts)


def units(session: Session, row: Pilot) -> list[UnitFacts]:
    """The regions of a pilot with the periods before its start that each will report."""
    rows = session.exec(
        select(CollectionUnit, Region)
        .join(Region, col(Region.code) == CollectionUnit.region_code)
        .where(CollectionUnit.collection_id == row.collection_id)
        .order_by(col(CollectionUnit.arm).desc(), Region.code)
    ).all()
    member = groups.memberships(session, [region.code for _, region in rows], row.start_on)
    last = Period.containing(row.start_on, Cadence.MONTH).shift(-1)
    return [
        UnitFacts(
            name=region.name,
            group=member[region.code].name if region.code in member else "",
            pilot=unit.arm is Arm.PILOT,
            pre_periods=sum(
                collecting.exists(region, period.end) for period in span(Period.parse(unit.first_period), last)
            ),
        )
        for unit, region in rows
    ]


def _roles(session: Session, pilot_id: int) -> list[TeamRole]:
    query = select(PilotMember.role).where(PilotMember.pilot_id == pilot_id, col(PilotMember.left_on).is_(None))
    return [TeamRole(role) for role in session.exec(query)]


def _goals(session: Session, collection_id: int) -> list[GoalFacts]:
    known = metrics.targets_of(session, collection_id)
    rows = session.exec(
        select(IndicatorRow.id, IndicatorRow.name, CollectionIndicator.role)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(CollectionIndicator.collection_id == collection_id)
        .order_by(col(CollectionIndicator.position))
    ).all()
    found = []
    for number, name, role in rows:
        kinds = {target.kind for target in known.get(number or 0, [])}
        found.append(GoalFacts(name, IndicatorRole(role), TargetKind.BASELINE in kinds, TargetKind.TARGET in kinds))
    return found


def stop(session: Session, row: Pilot) -> list[Blocker]:
    """The gate before a pilot is closed as failed."""
    decided = session.exec(select(ToleranceDecision.id).where(ToleranceDecision.pilot_id == row.id)).first()
    return gates.to_stop(row.id or 0, decided=decided is not None)


# Step → what is checked before it is taken.
CHECKS: dict[str, tuple[Check, ...]] = {START: (start,), STOP: (stop,)}
