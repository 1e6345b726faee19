"""Reads about pilots. A county sees the pilots it takes part in, and in them only its own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.numbers import from_micro
from core.periods import Cadence, Period
from core.words import Arm, GovernanceLevel, PilotState, Role, TargetKind, Verdict
from db.session import read
from db.tables import (
    Collection,
    CollectionUnit,
    Organisation,
    Pilot,
    PilotPhase,
    PilotVerdict,
    Scenario,
    ScenarioVersion,
    SupervisionPlan,
)
from metrics import latecomers
from metrics import queries as metrics
from metrics.schemas import IndicatorPick
from pilots.evaluation import Evaluation
from pilots.evidence import titled
from pilots.model import Span
from pilots.phases import Phase, Stretch, stretch_of
from pilots.phases import stretches as staged
from pilots.reading import asked, evaluated, units_of
from pilots.schemas import PilotIn
from pilots.stages import PILOT

__all__ = [
    "Design",
    "PilotView",
    "VerdictView",
    "current_stretch",
    "design_of",
    "evaluate",
    "frozen",
    "phases",
    "phases_of",
    "pilot",
    "pilots",
    "readable",
    "row_of",
    "stretches",
    "units_of",
    "verdicts",
]


@dataclass(frozen=True)
class VerdictView:
    id: int
    verdict: Verdict
    rule: str
    sentence: str
    next_step: str
    owner: str
    figures: dict[str, str]
    inputs_hash: str
    decided_at: datetime
    overruled_reason: str
    scope: str = ""
    phase: int | None = None

    @property
    def title(self) -> str:
        """“有条件推广（山区海岛县）”, “继续至2027年3月”, or the plain word."""
        return titled(self.verdict, self.scope)


@dataclass(frozen=True)
class PilotView:
    id: int
    code: str
    name: str
    scenario_id: int
    scenario: str
    scenario_version: str
    collection_id: int
    province_code: str
    level: GovernanceLevel
    state: PilotState
    lead: str
    promise: str
    start_on: date
    end_on: date
    created_by: int
    version: int
    pilots: int
    comparisons: int
    verdict: VerdictView | None

    @property
    def span(self) -> Span:
        return Span(self.start_on, self.end_on)


# A verdict's frozen inputs are large, and nobody reads them in a list.
_NOT_INPUTS = defer(cast(Any, PilotVerdict.inputs))


# Designs that were not put forward, and those withdrawn before a start, are not yet the counties' business.
_UNSEEN = (PilotState.DESIGN, PilotState.WITHDRAWN)


def readable(actor: Actor) -> SelectOfScalar[Pilot]:
    """The only start of a read of pilots."""
    query = select(Pilot)
    if actor.is_staff:
        return query
    if actor.role is Role.COUNTY:
        own = select(CollectionUnit.collection_id).where(
            metrics.within(col(CollectionUnit.region_code), actor.region_code)
        )
        takes_part = col(Pilot.collection_id).in_(own) & col(Pilot.state).not_in(_UNSEEN)
        return query.where(takes_part | (col(Pilot.lead_organisation_id) == actor.organisation_id))
    if actor.role is Role.DEPARTMENT:
        supervised = select(SupervisionPlan.pilot_id).where(SupervisionPlan.organisation_id == actor.organisation_id)
        return query.where((col(Pilot.lead_organisation_id) == actor.organisation_id) | col(Pilot.id).in_(supervised))
    return query.where(col(Pilot.id).is_(None))


def pilots(actor: Actor, *, scenario_id: int | None = None) -> list[PilotView]:
    """The pilots this actor sees, running ones first, then by start."""
    query = readable(actor)
    if scenario_id is not None:
        query = query.where(Pilot.scenario_id == scenario_id)
    with read() as session:
        found = _views(session, session.exec(query).all())
    order = list(PilotState)
    return sorted(
        found,
        key=lambda pilot: (
            order.index(pilot.state) < 2,
            pilot.state in PILOT.terminal,
            -pilot.start_on.toordinal(),
            pilot.id,
        ),
    )


def pilot(actor: Actor, pilot_id: int) -> PilotView | None:
    with read() as session:
        row = session.exec(readable(actor).where(Pilot.id == pilot_id)).first()
        return None if row is None else _views(session, [row])[0]


def row_of(session: Session, actor: Actor, pilot_id: int) -> Pilot:
    """A pilot's row for commands, or NotFound when there is none that the actor sees."""
    row = session.exec(readable(actor).where(Pilot.id == pilot_id)).first()
    if row is None:
        raise NotFound("没有找到这个试点，或您无权查看。", "请从试点列表重新进入。")
    return row


def phases(actor: Actor, pilot_id: int) -> list[Phase]:
    """The phases of a pilot in order of time; none when it is not the actor's to see."""
    with read() as session:
        if session.exec(readable(actor).where(Pilot.id == pilot_id)).first() is None:
            return []
        return phases_of(session, pilot_id)


def stretches(actor: Actor, pilot_id: int) -> list[Stretch]:
    """The phases as they are evaluated: neighbours of one scenario version together."""
    return staged(phases(actor, pilot_id))


def current_stretch(known: Sequence[Stretch]) -> Stretch | None:
    """The one of today."""
    return stretch_of(known, None, clock.today())


def phases_of(session: Session, pilot_id: int) -> list[Phase]:
    """The same for whoever has already asked who may see the pilot."""
    return phases_of_all(session, [pilot_id])[pilot_id]


def phases_of_all(session: Session, pilot_ids: Sequence[int]) -> dict[int, list[Phase]]:
    """Of many pilots at once, in one read."""
    found: dict[int, list[Phase]] = {pilot_id: [] for pilot_id in pilot_ids}
    rows = session.exec(
        select(PilotPhase, ScenarioVersion.label)
        .join(ScenarioVersion, col(ScenarioVersion.id) == PilotPhase.scenario_version_id)
        .where(col(PilotPhase.pilot_id).in_(pilot_ids))
        .order_by(col(PilotPhase.pilot_id), col(PilotPhase.number))
    ).all()
    for row, label in rows:
        found[row.pilot_id].append(
            Phase(
                id=row.id or 0,
                number=row.number,
                name=row.name,
                kind=row.kind,
                scenario_version_id=row.scenario_version_id,
                scenario_version=label,
                start_on=row.start_on,
                end_on=row.end_on,
                goal=row.goal,
                notes=row.notes,
                iteration_id=row.iteration_id,
                version=row.version,
            )
        )
    return found


@dataclass(frozen=True)
class Design:
    """A pilot that has not started, as it was entered."""

    id: int
    version: int
    data: PilotIn


def design_of(actor: Actor, pilot_id: int) -> Design | None:
    """The design of a pilot in state 设计中, for editing; None when there is none to edit."""
    with read() as session:
        row = session.exec(readable(actor).where(Pilot.id == pilot_id, Pilot.state == PilotState.DESIGN)).first()
        if row is None:
            return None
        collection = session.get_one(Collection, row.collection_id)
        units = session.exec(
            select(CollectionUnit)
            .where(CollectionUnit.collection_id == row.collection_id)
            .order_by(CollectionUnit.region_code)
        ).all()
        targets = metrics.targets_of(session, row.collection_id)
        picks = []
        for indicator, role, smallest in asked(session, row.collection_id):
            known = {target.kind: target.value for target in targets.get(indicator.id or 0, [])}
            picks.append(
                IndicatorPick(
                    indicator_id=indicator.id or 0,
                    role=role,
                    baseline=known.get(TargetKind.BASELINE),
                    target=known.get(TargetKind.TARGET),
                    smallest_change=None if smallest is None else from_micro(smallest),
                )
            )
        start = Period.containing(row.start_on, Cadence.MONTH)
        first = Period.parse(units[0].first_period)
        data = PilotIn(
            name=row.name,
            scenario_id=row.scenario_id,
            province_code=row.province_code,
            level=row.level,
            lead_organisation_id=row.lead_organisation_id,
            promise=row.promise,
            start_on=row.start_on,
            end_on=row.end_on,
            pre_periods=(start.year - first.year) * 12 + start.index - first.index,
            due_days=collection.due_days,
            contact=collection.contact,
            pilots=[unit.region_code for unit in units if unit.arm is Arm.PILOT],
            comparisons=[unit.region_code for unit in units if unit.arm is Arm.COMPARISON],
            indicators=picks,
        )
        return Design(row.id or 0, row.version, data)


def verdicts(actor: Actor, pilot_id: int) -> list[VerdictView]:
    """Every verdict a pilot ever got, newest first."""
    with read() as session:
        if session.exec(readable(actor).where(Pilot.id == pilot_id)).first() is None:
            return []
        rows = session.exec(
            select(PilotVerdict)
            .where(PilotVerdict.pilot_id == pilot_id)
            .options(_NOT_INPUTS)
            .order_by(col(PilotVerdict.id).desc())
        ).all()
        return [_verdict(row) for row in rows]


def frozen(actor: Actor, verdict_id: int) -> tuple[int, dict[str, Any]] | None:
    """The pilot of a verdict and the copy of its inputs that was kept with it; None when it is not the actor's. A
    county is never shown them: they hold the figures of others."""
    if actor.role is Role.COUNTY:
        return None
    with read() as session:
        row = session.get(PilotVerdict, verdict_id)
        if row is None or session.exec(readable(actor).where(Pilot.id == row.pilot_id)).first() is None:
            return None
        return row.pilot_id, row.inputs


def evaluate(actor: Actor, pilot_id: int, phase: int | None = None) -> Evaluation | None:
    """Everything measured about a pilot in the phase of that number (None: today's) and those of the same
    scenario version beside it; None when there is no such pilot or it is not the actor's."""
    view = pilot(actor, pilot_id)
    if view is None:
        return None
    own = actor.region_code if actor.role is Role.COUNTY else None
    return evaluated(view, phases(actor, pilot_id), own=own, own_only=actor.role is Role.COUNTY, phase=phase)


def _views(session: Session, rows: Sequence[Pilot]) -> list[PilotView]:
    ids = [row.id for row in rows]
    scenarios = dict(
        session.exec(
            select(Scenario.id, Scenario.name).where(col(Scenario.id).in_({r.scenario_id for r in rows}))
        ).all()
    )
    labels = dict(
        session.exec(
            select(ScenarioVersion.id, ScenarioVersion.label).where(
                col(ScenarioVersion.id).in_({r.scenario_version_id for r in rows})
            )
        ).all()
    )
    leads = dict(
        session.exec(
            select(Organisation.id, Organisation.name).where(
                col(Organisation.id).in_({r.lead_organisation_id for r in rows})
            )
        ).all()
    )
    arms = {
        (collection, arm): count
        for collection, arm, count in session.exec(
            select(CollectionUnit.collection_id, CollectionUnit.arm, func.count())
            .where(col(CollectionUnit.collection_id).in_({r.collection_id for r in rows}))
            .group_by(col(CollectionUnit.collection_id), col(CollectionUnit.arm))
        )
    }
    late = latecomers.of(session, {r.collection_id for r in rows})
    newest = (
        select(func.max(PilotVerdict.id))
        .where(col(PilotVerdict.pilot_id).in_(ids))
        .group_by(col(PilotVerdict.pilot_id))
    )
    judged = {
        row.pilot_id: _verdict(row)
        for row in session.exec(select(PilotVerdict).where(col(PilotVerdict.id).in_(newest)).options(_NOT_INPUTS))
    }
    return [
        PilotView(
            id=row.id or 0,
            code=row.code,
            name=row.name,
            scenario_id=row.scenario_id,
            scenario=scenarios[row.scenario_id],
            scenario_version=labels[row.scenario_version_id],
            collection_id=row.collection_id,
            province_code=row.province_code,
            level=row.level,
            state=row.state,
            lead=leads[row.lead_organisation_id],
            promise=row.promise,
            start_on=row.start_on,
            end_on=row.end_on,
            created_by=row.created_by,
            version=row.version,
            pilots=arms.get((row.collection_id, Arm.PILOT), 0),
            comparisons=arms.get((row.collection_id, Arm.COMPARISON), 0) - len(late.get(row.collection_id, ())),
            verdict=judged.get(row.id or 0),
        )
        for row in rows
    ]


def _verdict(row: PilotVerdict) -> VerdictView:
    return VerdictView(
        id=row.id or 0,
        verdict=row.verdict,
        rule=row.rule,
        sentence=row.sentence,
        next_step=row.next_step,
        owner=row.owner,
        figures=row.figures,
        inputs_hash=row.inputs_hash,
        decided_at=row.decided_at,
        overruled_reason=row.overruled_reason,
        scope=row.scope,
        phase=row.phase,
    )
