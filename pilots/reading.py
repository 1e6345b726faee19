"""Reads all that is measured about a pilot, once it is settled who may see what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import sqlalchemy
from sqlmodel import Session, col, select

from accounts.permissions import covers
from core import clock
from core.numbers import from_micro
from core.periods import Cadence, Period
from core.settings import settings
from core.words import Arm, IndicatorRole
from db import stamps
from db.session import read
from db.tables import CollectionIndicator, CollectionUnit, IndicatorRow, PilotStart, Region, ReturnRow, Rollup
from metrics import defined, definitions, latecomers, quality_facts, restating, series
from metrics import queries as metrics
from metrics.model import Indicator
from metrics.promises import joined
from pilots import evaluation, judging, money, phases
from pilots.evaluation import Evaluation, Measure
from pilots.model import Cost, Span, Unit
from pilots.phases import Stretch
from regions import groups
from regions import queries as regions

if TYPE_CHECKING:
    from pilots.queries import PilotView


def evaluated(
    view: PilotView, known: Sequence[phases.Phase], *, own: str | None, own_only: bool, phase: int | None = None
) -> Evaluation:
    """The evaluation of one stretch of a pilot: of the phase with the number `phase`, else of today's. With
    `own_only` of the county `own` and its towns alone."""
    stretches = phases.stretches(known)
    stretch = phases.stretch_of(stretches, phase, clock.today())
    span = view.span if stretch is None else _span(view, stretches, stretch)
    with stamps.within(view.collection_id), read() as session:
        every = units_of(session, view)
        late = {} if own_only else latecomers.of(session, [view.collection_id]).get(view.collection_id, {})
        units = [unit for unit in every if (covers(own, unit.code) if own_only else unit.code not in late)]
        codes = [unit.code for unit in units]
        returns = returns_of(session, view.collection_id, codes)
        measures = _measures(session, view, units, span, returns, own_only=own_only)
        quality = quality_facts.of_collection(session, view.collection_id, codes).quality()
        cost = Cost() if own_only else _cost(session, view, measures, span)
        restated = restating.of_collection(session, view.collection_id, codes)
        places = regions.counties(view.province_code, view.start_on, session=session)
    today = str(Period.containing(clock.today(), Cadence.MONTH))
    return Evaluation(
        pilot=view,
        units=units,
        province=places,
        measures=measures,
        returns=returns,
        quality=quality,
        unapproved=int(returns.state.eq("submitted").sum()),
        decision=None if own_only else judging.judge(measures, quality, span, today, settings().quality_floor, cost),
        as_of=clock.moment(),
        span=span,
        today=today,
        quality_floor=settings().quality_floor,
        restated=restated,
        own_only=own_only,
        cost=cost,
        stretches=stretches,
        stretch=stretch,
        late=[unit for unit in every if unit.code in late],
    )


def _cost(session: Session, view: PilotView, measures: Sequence[Measure], span: Span) -> Cost:
    """What was paid of what was planned, and by result where the goal's numerator counts results."""
    from pilots import plan_queries  # the plan reads its results through this module

    budget = plan_queries.budget_of(session, view.id)
    if not budget.lines:
        return Cost()
    shown = f"已支付 {money.short(budget.paid)}，预算 {money.short(budget.planned)}"
    goal = next((item for item in measures if item.role is IndicatorRole.GOAL), None)
    if goal is not None and not goal.indicator.accumulation.cumulative:
        rows = goal.counties[(goal.counties.arm == Arm.PILOT.value) & goal.counties.n.notna()]
        rows = rows[(rows.period >= span.starting) & (rows.period <= span.last_post)]
        each = money.per_result(
            budget.paid, money.Results(goal.indicator, int(rows.n.sum()) if len(rows) else None, len(rows), len(rows))
        )
        if each.cost is not None:
            shown += f"，每{each.unit} {money.show(each.cost)}"
    return Cost(budget.paid > budget.planned, shown, budget.planned, budget.paid)


def span_of(view: PilotView, known: Sequence[phases.Phase]) -> Span:
    """The time that today's stretch of phases covers, of a pilot without phases all of it."""
    stretches = phases.stretches(known)
    stretch = phases.stretch_of(stretches, None, clock.today())
    return view.span if stretch is None else _span(view, stretches, stretch)


def _span(view: PilotView, stretches: Sequence[Stretch], stretch: Stretch) -> Span:
    return Span(stretch.start_on, stretch.end_on, began_on=view.start_on, followed=stretch is not stretches[-1])


def _measures(
    session: Session, view: PilotView, units: Sequence[Unit], span: Span, returns: pd.DataFrame, *, own_only: bool
) -> list[Measure]:
    codes = [unit.code for unit in units]
    expected = returns[returns.due][["code", "period"]]
    values = values_of(session, view.collection_id, codes)
    days = {period: Period.parse(period).end for period in returns.period.unique()}
    dated = groups.timeline(session, codes, set(days.values()))
    sides = {
        (code, period): dated[code, day].side for period, day in days.items() for code in codes if (code, day) in dated
    }
    targets = metrics.targets_of(session, view.collection_id)
    used = list(values.indicator_id.unique())
    measures = []
    for asked_for in asked_by_code(session, view.collection_id):
        reference = series.reference([indicator for indicator, _, _ in asked_for], used)
        versions = [indicator for indicator, _, _ in asked_for if indicator.version <= reference.version]
        role, smallest = next((role, smallest) for indicator, role, smallest in asked_for if indicator is reference)
        ids = [version.id for version in versions]
        owed = [key for key in expected.period.unique() if Period.parse(key).closes(reference.cadence)]
        measures.append(
            evaluation.measure(
                reference,
                role,
                None if smallest is None else from_micro(smallest),
                joined(targets, versions, definitions.joins(versions)),
                values[values.indicator_id.isin(ids)].reset_index(drop=True),
                units,
                sides,
                expected[expected.period.isin(owed)],
                span,
                settings().coverage_floor,
                versions=versions,
                own_only=own_only,
            )
        )
    return measures


def units_of(session: Session, view: PilotView) -> list[Unit]:
    """The pilot's counties by arm and code, with the group each was in when it started."""
    return units_of_all(session, [view])[view.collection_id]


def units_of_all(session: Session, views: Sequence[PilotView]) -> dict[int, list[Unit]]:
    """The same of many pilots by their collection, with as many reads as of one."""
    rows: dict[int, list[tuple[CollectionUnit, Region]]] = {view.collection_id: [] for view in views}
    for unit, region in session.exec(
        select(CollectionUnit, Region)
        .join(Region, col(Region.code) == CollectionUnit.region_code)
        .where(col(CollectionUnit.collection_id).in_(rows))
        .order_by(col(CollectionUnit.arm).desc(), Region.code)
    ):
        rows[unit.collection_id].append((unit, region))
    every = [region for own in rows.values() for _, region in own]
    member = groups.timeline(session, {region.code for region in every}, {view.start_on for view in views})
    cities = regions.names(session, {region.parent_code or "" for region in every})
    later = starts_of_all(session, [view.id for view in views])
    return {
        view.collection_id: [
            Unit(
                code=region.code,
                name=region.name,
                short_name=region.short_name,
                city=cities.get(region.parent_code or "", ""),
                arm=unit.arm,
                group=found.name if (found := member.get((region.code, view.start_on))) else "",
                side=found.side if found else None,
                tile_row=region.tile_row,
                tile_col=region.tile_col,
                starts_on=day if (day := later[view.id].get(region.code)) and day > view.start_on else None,
                joined_on=unit.joined_on,
            )
            for unit, region in rows[view.collection_id]
        ]
        for view in views
    }


def starts_of(session: Session, pilot_id: int) -> dict[str, date]:
    """Own first days of counties that started later; the newest entry of each counts."""
    return starts_of_all(session, [pilot_id])[pilot_id]


def starts_of_all(session: Session, pilot_ids: Sequence[int]) -> dict[int, dict[str, date]]:
    found: dict[int, dict[str, date]] = {number: {} for number in pilot_ids}
    query = select(PilotStart).where(col(PilotStart.pilot_id).in_(pilot_ids)).order_by(col(PilotStart.id))
    for row in session.exec(query):
        found[row.pilot_id][row.region_code] = row.start_on
    return found


def asked(session: Session, collection_id: int) -> Sequence[tuple[IndicatorRow, IndicatorRole, int | None]]:
    return session.exec(
        select(IndicatorRow, CollectionIndicator.role, CollectionIndicator.smallest_change)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(CollectionIndicator.collection_id == collection_id)
        .order_by(col(CollectionIndicator.position))
    ).all()  # type: ignore[return-value]


def asked_by_code(session: Session, collection_id: int) -> list[list[tuple[Indicator, IndicatorRole, int | None]]]:
    """The indicators of a pilot in their order, each with the versions it was or will be reported by."""
    found: dict[str, list[tuple[Indicator, IndicatorRole, int | None]]] = {}
    for row, role, smallest in asked(session, collection_id):
        found.setdefault(row.code, []).append((defined.indicator_of(row), role, smallest))
    return [sorted(versions, key=lambda item: item[0].version) for versions in found.values()]


def values_of(session: Session, collection_id: int, codes: Sequence[str]) -> pd.DataFrame:
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


def returns_of(session: Session, collection_id: int, codes: Sequence[str]) -> pd.DataFrame:
    """What is owed: code, period, state, status, label, due (its deadline has passed or it is in), on_time."""
    today = clock.today()
    # Only the columns that count: the rows of a province as objects take three times as long.
    rows = session.execute(
        sqlalchemy.select(
            *(
                col(getattr(ReturnRow, name))
                for name in ("region_code", "period", "state", "opens_on", "due_on", "first_submitted_at")
            ),
            sqlalchemy.null().label("locked_at"),
            sqlalchemy.null().label("unlocked_until"),
        )
        .where(col(ReturnRow.collection_id) == collection_id, col(ReturnRow.region_code).in_(list(codes)))
        .order_by(ReturnRow.period, ReturnRow.region_code)
    ).all()
    records = []
    for row in rows:
        course = metrics.course_of(cast(ReturnRow, row))
        on_time = row.state.counts and bool(course.in_time)
        tone, words = _status(row, today, on_time)
        records.append((row.region_code, row.period, row.state.value, tone, words, course.due(today), on_time))
    frame = pd.DataFrame(records, columns=["code", "period", "state", "status", "label", "due", "on_time"])
    return frame.astype({"code": "str", "period": "str", "state": "str", "due": bool, "on_time": bool})


def _status(row: Any, today: date, on_time: bool) -> tuple[str, str]:
    if row.state.counts:
        return ("on_time", "按时") if on_time else ("late", "迟报")
    if today < row.opens_on:
        return "waiting", "未到期"
    if row.state.value == "returned":
        return "returned", "退回"
    return ("open", "待报") if today <= row.due_on else ("missing", "缺报")
