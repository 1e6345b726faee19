"""Rules of supervision without a database: the ladder, what is overdue, where an alert stands, when an error is
tolerated, what a supervision plan may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from core.words import (
    Accumulation,
    AlertState,
    FindingVerdict,
    InspectionOutcome,
    InspectionState,
    SupervisionAction,
    SupervisionMode,
    SupervisionState,
    ToleranceCondition,
    ToleranceOutcome,
    WatchBasis,
)
from regions import calendar

LADDER = tuple(SupervisionAction)
# Trigger supervision waits for something to happen, which is not allowed where lives, property or public safety
# are at stake.
FULL_INSTEAD = "场景领域“{domain}”涉及人身、财产或公共安全，不适用触发式监管，按全程监管办理：监管单位逐期检查，发现问题直接下达督办。"
ALL_MUST_HOLD = "五个条件全部符合，才能予以容错"


def next_action(action: SupervisionAction) -> SupervisionAction | None:
    """The next rung of the ladder; None on the last."""
    at = LADDER.index(action) + 1
    return LADDER[at] if at < len(LADDER) else None


def overdue_days(state: SupervisionState, due_on: date, today: date) -> int:
    """Working days that a reply is late; 0 while there is time, and once somebody replied."""
    if not state.waits_for_reply or today <= due_on:
        return 0
    return calendar.working_days(due_on, today) - calendar.is_working_day(due_on)


def alert_state(orders: Sequence[SupervisionState], explained: bool) -> AlertState:
    """Where an alert stands, by its orders."""
    if orders:
        closed = all(state is SupervisionState.CLOSED for state in orders)
        return AlertState.CLOSED if closed else AlertState.ORDERED
    return AlertState.EXPLAINED if explained else AlertState.OPEN


def inspection_state(
    outcome: InspectionOutcome | None, orders: Sequence[SupervisionState], ended: bool
) -> InspectionState:
    """Where an inspection stands, by its record and the orders on it; what nobody went to see falls away when the
    pilot has `ended`."""
    if outcome is None:
        return InspectionState.CANCELLED if ended else InspectionState.PLANNED
    if outcome is InspectionOutcome.CANCELLED:
        return InspectionState.CANCELLED
    if outcome is InspectionOutcome.CLEAR:
        return InspectionState.CLOSED
    if not orders:
        return InspectionState.FOUND
    closed = all(state is SupervisionState.CLOSED for state in orders)
    return InspectionState.CLOSED if closed else InspectionState.ORDERED


def days_waited(state: InspectionState, due_on: date, inspected_on: date | None, today: date) -> int:
    """Working days that an inspection is late, or that what it found has had no order."""
    since = inspected_on if state is InspectionState.FOUND else due_on
    if not state.waits or since is None or today <= since:
        return 0
    return calendar.working_days(since, today) - calendar.is_working_day(since)


def mode_for(safety: bool) -> SupervisionMode:
    return SupervisionMode.FULL if safety else SupervisionMode.TRIGGER


def plan_problems(
    domain: str,
    safety: bool,
    triggers: Sequence[tuple[str, WatchBasis]],
    accumulations: Mapping[str, tuple[str, Accumulation]],
) -> list[str]:
    """What is wrong with the triggers of a plan: (indicator code, basis) each; `accumulations` are the pilot's
    indicators by code, with name."""
    if safety:
        return [FULL_INSTEAD.format(domain=domain)] if triggers else []
    problems = []
    for code, basis in triggers:
        if code not in accumulations:
            problems.append(f"试点没有使用指标 {code}")
            continue
        name, accumulation = accumulations[code]
        if basis is WatchBasis.CHANGE and accumulation.cumulative:
            problems.append(f"“{name}”报的是{accumulation.label}，不能按比上期变化触发，请改为按数值触发")
    return problems


def tolerance_problems(outcome: ToleranceOutcome, verdicts: Mapping[ToleranceCondition, FindingVerdict]) -> list[str]:
    """Why an outcome does not follow from the findings; all five conditions must hold for an error to be
    tolerated."""
    missing = [condition.label for condition in ToleranceCondition if condition not in verdicts]
    if missing:
        return [f"“{label}”还没有认定" for label in missing]
    found = set(verdicts.values())
    if outcome is ToleranceOutcome.TOLERATED and found != {FindingVerdict.MET}:
        return [ALL_MUST_HOLD]
    if outcome is ToleranceOutcome.PARTIAL and (FindingVerdict.UNMET in found or found == {FindingVerdict.MET}):
        return ["有条件只是部分符合、且没有不符合的，才能部分容错"]
    if outcome is ToleranceOutcome.REFUSED and FindingVerdict.UNMET not in found:
        return ["没有不符合的条件，不能认定为不予容错"]
    return []
