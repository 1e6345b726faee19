"""All pilots beside each other: how far each has come towards its promise, how sure, how its data and money
stand, what comes next. Reads only what a line shows: evaluating every pilot in full takes seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.settings import settings
from core.words import Arm, Direction, IndicatorRole, PilotState, Side, TargetKind
from db.session import read
from db.tables import CollectionIndicator, IndicatorRow, PilotBudgetLine, PilotPayment, ReturnRow
from metrics import figure_panel, latecomers, quality_facts, sides
from metrics import queries as metrics
from metrics.definitions import joins
from metrics.effects import interval
from metrics.figure_panel import Panel
from metrics.model import Indicator
from metrics.promises import TargetView, joined
from metrics.queries import applying
from metrics.sides import GroupFigure
from pilots import evaluation, queries, reading
from pilots.causes import Cause, cause
from pilots.model import Span, Unit
from pilots.queries import PilotView
from pilots.stages import NOT_BEGUN, PILOT

_YEAR = timedelta(days=365)
BEGUN = frozenset(PilotState) - NOT_BEGUN


@dataclass(frozen=True)
class Attained:
    """Shares of the promised way, 1 is the target; `low`, `high` bound 95 %, nan where there is no interval."""

    share: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Line:
    """One pilot. `indicator` is its first goal; `figure` that of its pilot counties in `period`, the newest that
    enough of them reported. `by_side` by the side's label. `prompt`: returns of the last year in time, of due.
    Money in fen, None where no budget was entered. `cause`: what the comparison says of the goal today. `quality`:
    today's score, None where nothing was due."""

    pilot: PilotView
    indicator: Indicator | None = None
    period: str = ""
    figure: GroupFigure | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    attained: Attained | None = None
    by_side: Mapping[str, Attained] = field(default_factory=dict)
    prompt: tuple[int, int] = (0, 0)
    planned: int | None = None
    paid: int | None = None
    quality: Fraction | None = None
    cause: Cause = field(default_factory=Cause)
    targets: Sequence[TargetView] = ()  # every one ever set, replaced ones too


def next_step(view: PilotView) -> str:
    """What comes next for a pilot, in a sentence."""
    if view.verdict is not None and view.state not in PILOT.terminal:
        return view.verdict.next_step
    return _NEXT.get(view.state, "–")


_NEXT = {
    PilotState.DESIGN: "完成设计，提交启动。",
    PilotState.PENDING: "由另一位研究院人员批准启动。",
    PilotState.RUNNING: "按期报送，期满评估。",
    PilotState.PAUSED: "查明原因，恢复或终止。",
    PilotState.EVALUATING: "研究院记录结论。",
    PilotState.PROMOTING: "按推广计划推进。",
    PilotState.FINISHED: "已结项，经验存入场景档案。",
    PilotState.STOPPED: "已终止，总结教训。",
    PilotState.WITHDRAWN: "已撤销，没有启动。",
}


def portfolio(actor: Actor) -> list[Line]:
    """Every pilot the actor sees, in the order of `queries.pilots`. The number of reads does not depend on how many
    there are."""
    require(actor, Permission.PORTFOLIO_READ)
    views = queries.pilots(actor)
    collections = [view.collection_id for view in views]
    with read() as session:
        begun = {view.collection_id for view in views if view.state in BEGUN}
        goals = {number: code for number, code in _goals(session, collections).items() if number in begun}
        prompt = _prompt(session, collections)
        planned, paid = _money(session, [view.id for view in views])
        phases = queries.phases_of_all(session, [view.id for view in views])
        panels = figure_panel.panels_of(session, goals)
        targets = metrics.targets_of_all(session, collections)
        late = latecomers.of(session, collections)
        units = {
            number: [unit for unit in own if unit.code not in late.get(number, {})]
            for number, own in reading.units_of_all(session, views).items()
        }
        facts = quality_facts.of_collections(session, sorted(begun))
    lines = []
    for view in views:
        number = view.collection_id
        line = Line(
            view,
            prompt=prompt.get(number, (0, 0)),
            planned=planned.get(view.id),
            paid=paid.get(view.id, 0) if view.id in planned or view.id in paid else None,
            quality=facts[number].of([unit.code for unit in units[number]]).quality().total
            if number in facts
            else None,
        )
        if number in panels:
            span = reading.span_of(view, phases[view.id])
            line = _measured(line, panels[number], span, targets[number], units[number])
        lines.append(line)
    return lines


def _measured(
    line: Line, panel: Panel, span: Span, known: Mapping[int, Sequence[TargetView]], units: Sequence[Unit]
) -> Line:
    """The line with how far its goal has come, and whether the pilot caused it."""
    indicator = panel.indicator
    piloted = panel.of([code for code, unit in panel.units.items() if unit.arm is Arm.PILOT])
    join = joins(panel.versions)
    figure, period = None, ""
    for key in reversed(piloted.periods):
        if not span.first_post <= key <= span.last_post:
            continue
        found = _figure(piloted, key, "")
        if not found.incomplete:
            figure, period = found, key
            break
    targets = joined(known, panel.versions, join)
    at = period or span.first_post
    baseline, target = (applying(targets, kind, "", at) for kind in (TargetKind.BASELINE, TargetKind.TARGET))
    by_side = {}
    if figure is not None:
        for side in (Side.DEVELOPED, Side.UNDERDEVELOPED):
            share = attained(indicator, baseline, target, _figure(piloted, period, side.label))
            if share is not None:
                by_side[side.label] = share
    return replace(
        line,
        indicator=indicator,
        period=period,
        figure=figure,
        baseline=baseline,
        target=target,
        attained=None if figure is None else attained(indicator, baseline, target, figure),
        by_side=by_side,
        cause=cause(panel.rows, units, span, indicator),
        targets=targets,
    )


def attained(
    indicator: Indicator, baseline: Decimal | None, target: Decimal | None, figure: GroupFigure
) -> Attained | None:
    """How far a figure has come, with the figure's own 95 % interval carried over. None where it cannot be said."""
    share = evaluation.attained(indicator, baseline, target, figure.value)
    if share is None or figure.value is None:
        return None
    if indicator.direction is Direction.WITHIN or math.isnan(figure.se) or baseline == target:
        return Attained(share)
    low, high, _ = interval(float(figure.value), figure.se, figure.reported - 1, noise=0)
    ends = [evaluation.attained(indicator, baseline, target, Fraction(end)) for end in (low, high)]
    known = sorted(end for end in ends if end is not None)
    return Attained(share, *known) if len(known) == 2 else Attained(share)


def _figure(panel: Panel, period: str, side: str) -> GroupFigure:
    rows = panel.rows[(panel.rows.period == period) & panel.rows.value.notna() | _excused(panel.rows, period)]
    owed = panel.owed[panel.owed.period == period]
    if side:
        rows, owed = rows[rows.side == side], owed[owed.side == side]
    join = joins(panel.versions)
    used = (
        panel.indicator
        if rows.empty
        else max(panel.versions, key=lambda item: (item.id in set(rows.indicator_id), item.version))
    )
    return sides.group_figure(
        used, join[used.id].factor, rows[rows.indicator_id == used.id], len(owed), settings().coverage_floor
    )


def _excused(rows: pd.DataFrame, period: str) -> pd.Series:
    return (rows.period == period) & (rows.state == "not_applicable")


def _goals(session: Session, collections: Sequence[int]) -> dict[int, str]:
    """The code of each collection's first goal."""
    rows = session.exec(
        select(CollectionIndicator.collection_id, IndicatorRow.code)
        .join(IndicatorRow, col(IndicatorRow.id) == CollectionIndicator.indicator_id)
        .where(
            col(CollectionIndicator.collection_id).in_(list(collections)),
            CollectionIndicator.role == IndicatorRole.GOAL,
        )
        .order_by(col(CollectionIndicator.position))
    ).all()
    found: dict[int, str] = {}
    for collection, code in rows:
        found.setdefault(collection, code)
    return found


def _prompt(session: Session, collections: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By collection: returns due in the last year that came in time, and how many were due."""
    today = clock.today()
    rows = session.exec(
        select(
            col(ReturnRow.collection_id), col(ReturnRow.due_on), col(ReturnRow.first_submitted_at), col(ReturnRow.state)
        ).where(
            col(ReturnRow.collection_id).in_(list(collections)),
            ReturnRow.due_on < today,
            ReturnRow.due_on >= today - _YEAR,
        )
    ).all()
    found: dict[int, tuple[int, int]] = {}
    for collection, due_on, at, state in rows:
        prompt, due = found.get(collection, (0, 0))
        in_time = at is not None and state.counts and clock.beijing(at).date() <= due_on
        found[collection] = prompt + in_time, due + 1
    return found


def _money(session: Session, pilots: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Planned and paid in fen, by pilot."""
    planned = session.exec(
        select(PilotBudgetLine.pilot_id, func.sum(PilotBudgetLine.planned))
        .where(col(PilotBudgetLine.pilot_id).in_(list(pilots)), col(PilotBudgetLine.removed_at).is_(None))
        .group_by(col(PilotBudgetLine.pilot_id))
    ).all()
    paid = session.exec(
        select(PilotPayment.pilot_id, func.sum(PilotPayment.amount))
        .where(col(PilotPayment.pilot_id).in_(list(pilots)))
        .group_by(col(PilotPayment.pilot_id))
    ).all()
    return {number: int(total or 0) for number, total in planned}, {number: int(total or 0) for number, total in paid}
