"""Roll-ups: Σn and Σd per indicator, period, scope and group, rewritten in the transaction that
changed a value. Group membership is that of the period's last day, so a later reclassification
changes no past figure unless the dated list itself is corrected; then `regrouped` rewrites what it touches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, case, cast, delete, insert, literal
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from core.numbers import MICRO
from core.periods import Period
from core.words import Combine, RegionLevel, ReturnState, ValueState
from db import bulk
from db.tables import Collection, CollectionUnit, IndicatorRow, Observation, Region, ReturnRow, Rollup
from metrics import revisions, summing
from metrics.model import Indicator
from metrics.summing import Counties
from regions import groups
from regions import queries as regions

Key = tuple[int, str, str, str]  # indicator, period, scope, group
Place = tuple[str, str]  # scope, group
# Indicator, period, region, n, d, state, whether it still waits for review, the observation's id.
Value = tuple[int, str, str, int | None, int | None, str, bool, int]

_TABLE = bulk.table_of(Rollup)
_KEYS = ("indicator_id", "period", "scope_code", "group_name")
_COMBINED = frozenset((Combine.RATIO, Combine.SUM, Combine.MEAN))
_STATE = cast(col(Observation.state), String)  # its text: making a word of each costs more than reading it
_WITH_VALUE = frozenset(state.value for state in ValueState if state.has_value)


class Sum(NamedTuple):
    """One roll-up. `n` and `d` are micro-integers over the reported values only; None when nothing
    can be combined. County rows carry the value itself with its state and observation."""

    n: int | None
    d: int | None
    state: str
    reported: int
    expected: int
    unapproved: int
    observation_id: int | None


_COLUMNS = ("collection_id", *_KEYS, *Sum._fields)


@dataclass(frozen=True)
class CountyValue:
    """One unit's current value, as dashboards read it."""

    indicator_id: int
    code: str
    period: str
    n: int | None
    d: int | None


@dataclass(frozen=True)
class Difference:
    """A roll-up that does not follow from the observations."""

    collection_id: int
    period: str
    words: str


def county_values(session: Session, collection_id: int) -> list[CountyValue]:
    """Every unit's current values in a collection, by period and code."""
    rows = session.execute(
        columns(_TABLE.c.indicator_id, _TABLE.c.scope_code, _TABLE.c.period, _TABLE.c.n, _TABLE.c.d)
        .where(_TABLE.c.collection_id == collection_id, _TABLE.c.state != "")
        .order_by(_TABLE.c.period, _TABLE.c.scope_code)
    )
    return [CountyValue(*row) for row in rows]


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
    session.execute(delete(_TABLE).where(_TABLE.c.collection_id == collection_id, _TABLE.c.period.in_(sorted(periods))))
    # A county's own row is its value: it goes from table to table within the database.
    session.execute(insert(_TABLE).from_select(_COLUMNS, _county_rows(collection_id, periods)))
    sums = _sums(session, collection_id, periods, _counties(session, collection_id, periods))
    bulk.insert(
        session,
        _TABLE,
        _COLUMNS,
        [(collection_id, *key, *total) for key, total in sums.items()],
    )


def refresh_expected(session: Session, collection_id: int, periods: Several[str]) -> None:
    """Rewrite those of these periods that have roll-ups: more returns are owed, so their coverage is another."""
    stored = columns(_TABLE.c.period).where(
        _TABLE.c.collection_id == collection_id, _TABLE.c.period.in_(sorted(periods))
    )
    if touched := set(session.scalars(stored.distinct())):
        refresh(session, collection_id, touched)


@groups.watch
def regrouped(session: Session, scheme: str, first: date, last: date) -> None:
    """Rewrite every roll-up of a period whose last day lies between two days, both included, and whose
    collection is grouped by this scheme: the list of those days was changed."""
    rows = session.execute(
        columns(_TABLE.c.collection_id, _TABLE.c.period, col(Collection.group_scheme))
        .join(Collection, col(Collection.id) == _TABLE.c.collection_id)
        .distinct()
    )
    touched = defaultdict(set)
    for collection_id, period, own in rows:
        if (own or groups.MAIN_SCHEME) == scheme and first <= Period.parse(period).end <= last:
            touched[collection_id].add(period)
    for collection_id, periods in sorted(touched.items()):
        refresh(session, collection_id, periods)


def differences(session: Session) -> list[Difference]:
    """Roll-ups that do not follow from the observations; empty when all agree."""
    found = []
    codes = dict(session.execute(columns(col(IndicatorRow.id), col(IndicatorRow.code))).all())
    names = regions.names(session)
    for collection_id, name in session.execute(
        columns(col(Collection.id), col(Collection.name)).order_by(col(Collection.id))
    ):
        periods = set(session.exec(select(ReturnRow.period).where(ReturnRow.collection_id == collection_id)))
        wanted = compute(session, collection_id, periods)
        stored = _stored(session, collection_id)
        for key in sorted(wanted.keys() | stored.keys()):
            if wanted.get(key) != stored.get(key):
                indicator, period, scope, group = key
                place = names.get(scope, scope) + (f"（{group}）" if group else "")
                words = (
                    f"“{name}”{codes.get(indicator, indicator)} {period} {place}："
                    f"汇总为 {_words(stored.get(key))}，按原始值应为 {_words(wanted.get(key))}"
                )
                found.append(Difference(collection_id, period, words))
    return found


def compute(session: Session, collection_id: int, periods: Several[str]) -> dict[Key, Sum]:
    """All roll-ups of these periods, from the current observations of returns that count."""
    return summed(session, collection_id, periods, _current(session, collection_id, periods))


def summed(session: Session, collection_id: int, periods: Several[str], values: Iterable[Value]) -> dict[Key, Sum]:
    """The roll-ups of these values and no others; every unit that owes a period is expected in its sums."""
    found: dict[Key, Sum] = {}
    counties: list[tuple[Any, ...]] = []
    for indicator, period, code, n, d, state, submitted, number in values:
        applies, valued = state != ValueState.NOT_APPLICABLE, state in _WITH_VALUE
        figures = (n, d) if valued else (None, None)
        total = Sum(*figures, state, int(valued), int(applies), int(valued and submitted), number)
        found[indicator, period, code, ""] = total
        counties.append((indicator, period, code, total.n, total.d, total.reported, total.expected, total.unapproved))
    return found | _sums(session, collection_id, periods, _columns(counties))


def _sums(session: Session, collection_id: int, periods: Several[str], rows: Counties) -> dict[Key, Sum]:
    """What counties' values come to, for every place that they are part of."""
    collection = session.get_one(Collection, collection_id)
    owing = _owing(session, collection_id, periods)
    places = _places(session, owing, collection.group_scheme or groups.MAIN_SCHEME)
    units = Counter(
        (period, place) for period, codes in owing.items() for code in codes for place in places[period][code]
    )
    numbers = {place: number for number, place in enumerate(units)}
    parts = {
        (period, code): [numbers[period, place] for place in found]
        for period, inside in places.items()
        for code, found in inside.items()
    }
    named, counts = list(units), list(units.values())
    how = dict(session.execute(columns(col(IndicatorRow.id), col(IndicatorRow.combine_regions))).all())
    found: dict[Key, Sum] = {}
    for indicator, at, n, d, reported, inapplicable, unapproved in summing.totals(rows, parts):
        period, (scope, group) = named[at]
        has = reported > 0 and how[indicator] in _COMBINED
        found[indicator, period, scope, group] = Sum(
            n if has else None, d if has else None, "", reported, counts[at] - inapplicable, unapproved, None
        )
    return found


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


def _owing(session: Session, collection_id: int, periods: Several[str]) -> dict[str, list[str]]:
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


def _places(session: Session, owing: Mapping[str, Sequence[str]], scheme: str) -> dict[str, dict[str, list[Place]]]:
    """For each period and region the sums it is part of: each scope above it, whole and in its group of that day."""
    codes = {code for inside in owing.values() for code in inside}
    above = ancestors(session, codes)
    ends = {period: Period.parse(period).end for period in owing}
    members = groups.timeline(session, codes, set(ends.values()), scheme)
    found: dict[str, dict[str, list[Place]]] = defaultdict(dict)
    for period, inside in owing.items():
        for code in inside:
            member = members.get((code, ends[period]))
            names = ("", member.name) if member else ("",)
            found[period][code] = [(scope, name) for scope in above[code] for name in names]
    return found


def _current(session: Session, collection_id: int, periods: Several[str]) -> Iterable[Value]:
    """The newest revision of each value in returns that count."""
    return session.execute(
        _newest(
            collection_id,
            periods,
            col(Observation.indicator_id),
            col(ReturnRow.period),
            col(ReturnRow.region_code),
            col(Observation.n),
            col(Observation.d),
            _STATE,
            col(ReturnRow.state) == ReturnState.SUBMITTED,
            col(Observation.id),
        )
    )


def _newest(
    collection_id: int, periods: Several[str], *asked: ColumnElement[Any] | Mapped[Any]
) -> Select[*tuple[Any, ...]]:
    return (
        columns(*asked)
        .select_from(Observation)
        .join(ReturnRow, col(ReturnRow.id) == col(Observation.return_id))
        .where(
            col(ReturnRow.collection_id) == collection_id,
            col(ReturnRow.period).in_(list(periods)),
            col(ReturnRow.state).in_([state for state in ReturnState if state.counts]),
            revisions.newest(),
        )
    )


def _county_rows(collection_id: int, periods: Several[str]) -> Select[*tuple[Any, ...]]:
    """The counties' roll-ups as the database makes them, in the order of `_COLUMNS`; `summed` says the same."""
    valued = col(Observation.state).in_([state for state in ValueState if state.has_value])
    waits = col(ReturnRow.state) == ReturnState.SUBMITTED
    return _newest(
        collection_id,
        periods,
        literal(collection_id),
        col(Observation.indicator_id),
        col(ReturnRow.period),
        col(ReturnRow.region_code),
        literal(""),
        case((valued, col(Observation.n)), else_=None),
        case((valued, col(Observation.d)), else_=None),
        _STATE,
        case((valued, 1), else_=0),
        case((col(Observation.state) == ValueState.NOT_APPLICABLE, 0), else_=1),
        case((valued & waits, 1), else_=0),
        col(Observation.id),
    ).order_by(*(col(key) for key in (Observation.indicator_id, ReturnRow.period, ReturnRow.region_code)))


def _counties(session: Session, collection_id: int, periods: Several[str]) -> Counties:
    values = columns(*(_TABLE.c[name] for name in Counties._fields)).where(
        _TABLE.c.collection_id == collection_id, _TABLE.c.period.in_(sorted(periods)), _TABLE.c.state != ""
    )
    return _columns(bulk.fetch(session, values))


def _columns(rows: Sequence[Sequence[Any]]) -> Counties:
    return Counties(*zip(*rows, strict=True)) if rows else Counties(*([()] * len(Counties._fields)))


def _stored(session: Session, collection_id: int) -> dict[Key, Sum]:
    keys = [_TABLE.c[name] for name in _KEYS]
    rows = session.execute(
        columns(*keys, *(_TABLE.c[name] for name in Sum._fields)).where(_TABLE.c.collection_id == collection_id)
    )
    return {(row[0], row[1], row[2], row[3]): Sum(*row[4:]) for row in rows}


def _words(total: Sum | None) -> str:
    return "无" if total is None else f"n={total.n} d={total.d} 已报{total.reported}/{total.expected}"
