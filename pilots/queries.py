"""Reads about pilots. A county sees the pilots it takes part in, and in them only its own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import pandas as pd
import sqlalchemy
from sqlalchemy import case, func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.numbers import from_micro
from core.periods import Cadence, Period
from core.settings import settings
from core.words import Arm, GovernanceLevel, IndicatorRole, PilotState, Role, TargetKind, Verdict
from db.session import read
from db.tables import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Observation,
    Organisation,
    Pilot,
    PilotPhase,
    PilotVerdict,
    Region,
    ReturnRow,
    Rollup,
    Scenario,
    ScenarioVersion,
)
from metrics import definitions, restating, series
from metrics import queries as metrics
from metrics.model import Indicator
from metrics.promises import joined
from metrics.schemas import IndicatorPick
from pilots import evaluation, judging
from pilots.evaluation import Evaluation, Span, Unit
from pilots.phases import Phase
from pilots.schemas import PilotIn
from regions import groups
from regions import queries as regions


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


def readable(actor: Actor) -> SelectOfScalar[Pilot]:
    """The only start of a read of pilots."""
    query = select(Pilot)
    if actor.is_staff:
        return query
    if actor.role is Role.COUNTY:
        own = select(CollectionUnit.collection_id).where(CollectionUnit.region_code == (actor.region_code or ""))
        takes_part = col(Pilot.collection_id).in_(own) & (col(Pilot.state) != PilotState.DESIGN)
        return query.where(takes_part | (col(Pilot.lead_organisation_id) == actor.organisation_id))
    if actor.role is Role.DEPARTMENT:
        return query.where(Pilot.lead_organisation_id == actor.organisation_id)
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
            pilot.state in (PilotState.FINISHED, PilotState.STOPPED),
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


def phases_of(session: Session, pilot_id: int) -> list[Phase]:
    """The same for whoever has already asked who may see the pilot."""
    rows = session.exec(
        select(PilotPhase, ScenarioVersion.label)
        .join(ScenarioVersion, col(ScenarioVersion.id) == PilotPhase.scenario_version_id)
        .where(PilotPhase.pilot_id == pilot_id)
        .order_by(col(PilotPhase.number))
    ).all()
    return [
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
        for row, label in rows
    ]


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
        for indicator, role, smallest in _asked(session, row.collection_id):
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


def evaluate(actor: Actor, pilot_id: int) -> Evaluation | None:
    """Everything measured about a pilot; None when there is none or it is not the actor's."""
    view = pilot(actor, pilot_id)
    if view is None:
        return None
    own = None if actor.is_staff else actor.region_code if actor.role is Role.COUNTY else None
    own_only = actor.role is Role.COUNTY
    with read() as session:
        units = [unit for unit in units_of(session, view) if not own_only or unit.code == own]
        codes = [unit.code for unit in units]
        returns = _returns(session, view.collection_id, codes)
        expected = returns[returns.due][["code", "period"]]
        values = _values(session, view.collection_id, codes)
        days = {period: Period.parse(period).end for period in returns.period.unique()}
        dated = groups.timeline(session, codes, set(days.values()))
        sides = {
            (code, period): dated[code, day].side
            for period, day in days.items()
            for code in codes
            if (code, day) in dated
        }
        targets = metrics.targets_of(session, view.collection_id)
        measures = []
        for asked in _by_code(session, view.collection_id):
            used = set(values.indicator_id.unique())
            reference = series.reference([indicator for indicator, _, _ in asked], list(used))
            versions = [indicator for indicator, _, _ in asked if indicator.version <= reference.version]
            role, smallest = next((role, smallest) for indicator, role, smallest in asked if indicator is reference)
            ids = [version.id for version in versions]
            measures.append(
                evaluation.measure(
                    reference,
                    role,
                    None if smallest is None else from_micro(smallest),
                    joined(targets, versions, definitions.joins(versions)),
                    values[values.indicator_id.isin(ids)].reset_index(drop=True),
                    units,
                    sides,
                    expected,
                    view.span,
                    settings().coverage_floor,
                    versions=versions,
                    own_only=own_only,
                )
            )
        corrected = _corrected(session, view.collection_id, codes)
        restated = restating.of_collection(session, view.collection_id, codes)
        places = regions.counties(view.province_code, view.start_on, session=session)
    quality = judging.quality_of(returns, [(m.indicator, m.counties) for m in measures], corrected)
    today = str(Period.containing(clock.today(), Cadence.MONTH))
    return Evaluation(
        pilot=view,
        units=units,
        province=places,
        measures=measures,
        returns=returns,
        quality=quality,
        unapproved=int(returns.state.eq("submitted").sum()),
        decision=None if own_only else judging.judge(measures, quality, view.span, today, settings().quality_floor),
        as_of=clock.now(),
        restated=restated,
        own_only=own_only,
    )


def units_of(session: Session, view: PilotView) -> list[Unit]:
    """The pilot's counties by arm and code, with the group each was in when it started."""
    rows = session.exec(
        select(CollectionUnit, Region)
        .join(Region, col(Region.code) == CollectionUnit.region_code)
        .where(CollectionUnit.collection_id == view.collection_id)
        .order_by(col(CollectionUnit.arm).desc(), Region.code)
    ).all()
    member = groups.memberships(session, [region.code for _, region in rows], view.start_on)
    cities = dict(
        session.exec(
            select(Region.code, Region.name).where(
                col(Region.code).in_({region.parent_code or "" for _, region in rows})
            )
        ).all()
    )
    return [
        Unit(
            code=region.code,
            name=region.name,
            short_name=region.short_name,
            city=cities.get(region.parent_code or "", ""),
            arm=unit.arm,
            group=member[region.code].name if region.code in member else "",
            side=member[region.code].side if region.code in member else None,
            tile_row=region.tile_row,
            tile_col=region.tile_col,
        )
        for unit, region in rows
    ]


def _asked(session: Session, collection_id: int) -> Sequence[tuple[IndicatorRow, IndicatorRole, int | None]]:
    return session.exec(
        select(IndicatorRow, CollectionIndicator.role, CollectionIndicator.smallest_change)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(CollectionIndicator.collection_id == collection_id)
        .order_by(col(CollectionIndicator.position))
    ).all()  # type: ignore[return-value]


def _by_code(session: Session, collection_id: int) -> list[list[tuple[Indicator, IndicatorRole, int | None]]]:
    """The indicators of a pilot in their order, each with the versions it was or will be reported by."""
    found: dict[str, list[tuple[Indicator, IndicatorRole, int | None]]] = {}
    for row, role, smallest in _asked(session, collection_id):
        found.setdefault(row.code, []).append((metrics.indicator_of(row), role, smallest))
    return [sorted(versions, key=lambda item: item[0].version) for versions in found.values()]


def _values(session: Session, collection_id: int, codes: Sequence[str]) -> pd.DataFrame:
    """County figures from the roll-ups: indicator_id, code, period, n, d, state, unapproved."""
    rows = session.execute(
        sqlalchemy.select(
            col(Rollup.indicator_id),
            col(Rollup.scope_code),
            col(Rollup.period),
            col(Rollup.n),
            col(Rollup.d),
            col(Rollup.state),
            col(Rollup.unapproved),
        )
        .where(
            col(Rollup.collection_id) == collection_id,
            col(Rollup.group_name) == "",
            col(Rollup.scope_code).in_(list(codes)),
        )
        .order_by(Rollup.period, Rollup.scope_code)
    ).all()
    frame = pd.DataFrame(
        [tuple(row) for row in rows], columns=["indicator_id", "code", "period", "n", "d", "state", "unapproved"]
    )
    return frame.astype({"n": "Int64", "d": "Int64", "code": "str", "period": "str", "state": "str"})


def _returns(session: Session, collection_id: int, codes: Sequence[str]) -> pd.DataFrame:
    """What is owed: code, period, state, status, label, due (its deadline has passed or it is in), on_time."""
    today = clock.today()
    rows = session.exec(
        select(ReturnRow)
        .where(ReturnRow.collection_id == collection_id, col(ReturnRow.region_code).in_(list(codes)))
        .order_by(ReturnRow.period, ReturnRow.region_code)
    ).all()
    records = []
    for row in rows:
        course = metrics.course_of(row)
        on_time = row.state.counts and bool(course.in_time)
        tone, words = _status(row, today, on_time)
        records.append((row.region_code, row.period, row.state.value, tone, words, course.due(today), on_time))
    frame = pd.DataFrame(records, columns=["code", "period", "state", "status", "label", "due", "on_time"])
    return frame.astype({"code": "str", "period": "str", "state": "str", "due": bool, "on_time": bool})


def _status(row: ReturnRow, today: date, on_time: bool) -> tuple[str, str]:
    if row.state.counts:
        return ("on_time", "按时") if on_time else ("late", "迟报")
    if today < row.opens_on:
        return "waiting", "未到期"
    if row.state.value == "returned":
        return "returned", "退回"
    return ("open", "待报") if today <= row.due_on else ("missing", "缺报")


def _corrected(session: Session, collection_id: int, codes: Sequence[str]) -> tuple[int, int]:
    """How many of the values were corrected after their first entry, of all."""
    revisions = (
        select(func.max(Observation.revision).label("last"))
        .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
        .where(ReturnRow.collection_id == collection_id, col(ReturnRow.region_code).in_(list(codes)))
        .group_by(col(Observation.return_id), col(Observation.indicator_id))
        .subquery()
    )
    total, corrected = session.execute(
        select(func.count(), func.coalesce(func.sum(case((revisions.c.last > 1, 1), else_=0)), 0)).select_from(
            revisions
        )
    ).one()
    return int(corrected), int(total)


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
            comparisons=arms.get((row.collection_id, Arm.COMPARISON), 0),
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
    )
