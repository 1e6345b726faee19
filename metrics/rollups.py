"""Roll-ups: Σn and Σd per indicator, period, scope and group, rewritten in the transaction that
changed a value. Group membership is that of the period's last day, so a later reclassification
changes no past figure unless the dated list itself is corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import delete, func, insert
from sqlmodel import Session, col, select

from core.numbers import MICRO
from core.periods import Period
from core.words import Combine, RegionLevel, ReturnState, ValueState
from db.tables import Collection, CollectionUnit, IndicatorRow, Observation, Region, ReturnRow, Rollup
from metrics.model import Indicator
from regions import groups

Key = tuple[int, str, str, str]  # indicator, period, scope, group


@dataclass(frozen=True)
class Sum:
    """One roll-up. `n` and `d` are micro-integers over the reported values only; None when nothing
    can be combined. County rows carry the value itself with its state and observation."""

    n: int | None
    d: int | None
    state: str
    reported: int
    expected: int
    unapproved: int
    observation_id: int | None


@dataclass(frozen=True)
class CountyValue:
    """One unit's current value, as dashboards read it."""

    indicator_id: int
    code: str
    period: str
    n: int | None
    d: int | None


def county_values(session: Session, collection_id: int) -> list[CountyValue]:
    """Every unit's current values in a collection, by period and code."""
    rows = session.exec(
        select(Rollup)
        .where(Rollup.collection_id == collection_id, Rollup.state != "")
        .order_by(Rollup.period, Rollup.scope_code)
    )
    return [CountyValue(row.indicator_id, row.scope_code, row.period, row.n, row.d) for row in rows]


def value(indicator: Indicator, n: int | None, d: int | None, reported: int) -> Fraction | None:
    """The figure a roll-up stands for, exactly; None when it cannot be computed."""
    if n is None or not reported:
        return None
    if indicator.combine_regions is Combine.MEAN and not indicator.kind.has_denominator:
        return Fraction(n, MICRO * reported) * indicator.factor
    return indicator.value(n, d)


def refresh(session: Session, collection_id: int, periods: Several[str]) -> None:
    """Rewrite the roll-ups of these periods from the observations, inside the caller's transaction.

    The caller has recorded what it did before: on PostgreSQL the audit log's lock then lets one command
    at a time come here, and the later one sees what the earlier one stored.
    """
    session.flush()
    wanted = compute(session, collection_id, periods)
    session.execute(
        delete(Rollup).where(col(Rollup.collection_id) == collection_id, col(Rollup.period).in_(list(periods)))
    )
    rows = [
        {
            "collection_id": collection_id,
            "indicator_id": indicator_id,
            "period": period,
            "scope_code": scope,
            "group_name": group,
            **vars(total),
        }
        for (indicator_id, period, scope, group), total in wanted.items()
    ]
    if rows:
        session.execute(insert(Rollup), rows)


def differences(session: Session) -> list[str]:
    """Roll-ups that do not follow from the observations, in words; empty when all agree."""
    found = []
    for collection in session.exec(select(Collection).order_by(col(Collection.id))).all():
        assert collection.id is not None
        periods = set(session.exec(select(ReturnRow.period).where(ReturnRow.collection_id == collection.id)))
        wanted = compute(session, collection.id, periods)
        stored = {
            (row.indicator_id, row.period, row.scope_code, row.group_name): Sum(
                row.n, row.d, row.state, row.reported, row.expected, row.unapproved, row.observation_id
            )
            for row in session.exec(select(Rollup).where(Rollup.collection_id == collection.id))
        }
        for key in sorted(wanted.keys() | stored.keys()):
            if wanted.get(key) != stored.get(key):
                indicator, period, scope, group = key
                found.append(
                    f"“{collection.name}”指标 {indicator} {period} {scope}{' ' + group if group else ''}："
                    f"汇总为 {_words(stored.get(key))}，按原始值应为 {_words(wanted.get(key))}"
                )
    return found


def compute(session: Session, collection_id: int, periods: Several[str]) -> dict[Key, Sum]:
    """All roll-ups of these periods, from the current observations of returns that count."""
    collection = session.get_one(Collection, collection_id)
    expected = _expected(session, collection_id, periods)
    values: dict[tuple[int, str], dict[str, tuple[Observation, bool]]] = defaultdict(dict)
    for observation, region_code, period, state in _current(session, collection_id, periods):
        values[observation.indicator_id, period][region_code] = (observation, state == ReturnState.SUBMITTED)
    combine = {row.id: Combine(row.combine_regions) for row in session.exec(select(IndicatorRow))}
    parents = ancestors(session, {code for codes in expected.values() for code in codes})
    members = {
        period: groups.memberships(
            session, codes, Period.parse(period).end, collection.group_scheme or groups.MAIN_SCHEME
        )
        for period, codes in expected.items()
    }
    found: dict[Key, Sum] = {}
    for (indicator_id, period), by_region in values.items():
        scopes: dict[tuple[str, str], list[str]] = defaultdict(list)
        for code in expected[period]:
            group = members[period][code].name if code in members[period] else ""
            for scope in parents[code]:
                scopes[scope, ""].append(code)
                if group:
                    scopes[scope, group].append(code)
        for code, (observation, unapproved) in by_region.items():
            found[indicator_id, period, code, ""] = _of_county(observation, unapproved)
        for (scope, group), codes in scopes.items():
            inside = [by_region[code] for code in codes if code in by_region]
            if inside:
                found[indicator_id, period, scope, group] = _combine(inside, len(codes), combine[indicator_id])
    return found


def _expected(session: Session, collection_id: int, periods: Several[str]) -> dict[str, list[str]]:
    """Region codes that owe each period, in code order."""
    rows = session.exec(
        select(ReturnRow.period, ReturnRow.region_code)
        .join(
            CollectionUnit,
            (col(CollectionUnit.collection_id) == ReturnRow.collection_id)
            & (col(CollectionUnit.region_code) == ReturnRow.region_code),
        )
        .where(ReturnRow.collection_id == collection_id, col(ReturnRow.period).in_(list(periods)))
        .order_by(ReturnRow.period, ReturnRow.region_code)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for period, code in rows:
        found[period].append(code)
    return found


def _current(
    session: Session, collection_id: int, periods: Several[str]
) -> Iterable[tuple[Observation, str, str, ReturnState]]:
    """The newest revision of each value in returns that count."""
    newest = (
        select(
            col(Observation.return_id).label("return_id"),
            col(Observation.indicator_id).label("indicator_id"),
            func.max(Observation.revision).label("revision"),
        )
        .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
        .where(
            ReturnRow.collection_id == collection_id,
            col(ReturnRow.period).in_(list(periods)),
            col(ReturnRow.state).in_([state for state in ReturnState if state.counts]),
        )
        .group_by(col(Observation.return_id), col(Observation.indicator_id))
        .subquery()
    )
    found = session.exec(
        select(Observation, ReturnRow.region_code, ReturnRow.period, ReturnRow.state)
        .join(
            newest,
            (col(Observation.return_id) == newest.c.return_id)
            & (col(Observation.indicator_id) == newest.c.indicator_id)
            & (col(Observation.revision) == newest.c.revision),
        )
        .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
    )
    return ((row, region_code, period, ReturnState(state)) for row, region_code, period, state in found)


def ancestors(session: Session, codes: set[str]) -> dict[str, list[str]]:
    """The regions above each of these, the nearest first."""
    above_towns = select(Region.code, Region.parent_code).where(Region.level != RegionLevel.TOWN)
    parents = dict(session.exec(above_towns).all()) if codes else {}
    found = {}
    for code in codes:
        above, at = [], parents.get(code)
        while at:
            above.append(at)
            at = parents.get(at)
        found[code] = above
    return found


def _of_county(observation: Observation, unapproved: bool) -> Sum:
    state = ValueState(observation.state)
    return Sum(
        observation.n if state.has_value else None,
        observation.d if state.has_value else None,
        state.value,
        int(state.has_value),
        int(state is not ValueState.NOT_APPLICABLE),
        int(unapproved and state.has_value),
        observation.id,
    )


def _combine(inside: list[tuple[Observation, bool]], units: int, how: Combine) -> Sum:
    reported = [(row, unapproved) for row, unapproved in inside if ValueState(row.state).has_value]
    not_applicable = sum(row.state == ValueState.NOT_APPLICABLE for row, _ in inside)
    combined = how in (Combine.RATIO, Combine.SUM, Combine.MEAN) and bool(reported)
    with_d = [row.d for row, _ in reported if row.d is not None]
    return Sum(
        sum(row.n or 0 for row, _ in reported) if combined else None,
        sum(with_d) if combined and with_d else None,
        "",
        len(reported),
        units - not_applicable,
        sum(unapproved for _, unapproved in reported),
        None,
    )


def _words(total: Sum | None) -> str:
    return "无" if total is None else f"n={total.n} d={total.d} 已报{total.reported}/{total.expected}"
