"""Frozen figures: what a round said at the moment it was closed, whatever is corrected afterwards.

A freeze writes the figures of its own round: of returns that were handed in on time and reviewed; every
other value is named with why it was left out. What came late, or was corrected since, enters with the
next freeze, as rows of the earlier period beside those of its own round (更正). The published figure is
the one of the newest freeze that has a row for it, and both stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from core.words import LeftOut, ReturnState
from db import bulk
from db.tables import FrozenFigure, Observation, ReturnRow, RoundFreeze
from metrics import defined, queries, revisions, rollups
from metrics.rollups import Key, Sum, Value

_TABLE = bulk.table_of(FrozenFigure)
_COLUMNS = (
    *("freeze_id", "indicator_id", "period", "scope_code", "group_name"),
    *("n", "d", "state", "left_out", "reported", "expected", "observation_id"),
)


class Frozen(NamedTuple):
    """A figure as a freeze has it. `left_out` is a `LeftOut`, or "" when the value was in."""

    n: int | None
    d: int | None
    state: str
    left_out: str
    reported: int
    expected: int
    observation_id: int | None


@dataclass(frozen=True)
class Freeze:
    """When a round was frozen."""

    id: int
    collection_id: int
    period: str
    frozen_at: datetime
    note: str


def of_round(session: Session, collection_id: int, period: str) -> RoundFreeze | None:
    """The freeze of a round, if there was one."""
    return session.exec(
        select(RoundFreeze).where(RoundFreeze.collection_id == collection_id, RoundFreeze.period == period)
    ).first()


def of_collection(session: Session, collection_id: int) -> list[Freeze]:
    """Every freeze of a collection's rounds, in the order in which they happened."""
    rows = session.exec(
        select(RoundFreeze).where(RoundFreeze.collection_id == collection_id).order_by(col(RoundFreeze.id))
    )
    return [Freeze(row.id or 0, row.collection_id, row.period, row.frozen_at, row.note) for row in rows]


def store(session: Session, freeze: RoundFreeze) -> int:
    """Write the figures of a freeze that has just been added; returns how many."""
    own = _own(session, freeze.collection_id, freeze.period)
    _insert(session, freeze, own)
    return len(own)


def restate(session: Session, freeze: RoundFreeze, periods: Iterable[str]) -> int:
    """Write, with a freeze, the figures of these rounds, frozen before, that are others now; returns how many."""
    restated = 0
    for period in periods:
        changed = _changed(session, freeze.collection_id, period)
        _insert(session, freeze, changed)
        restated += len(changed)
    return restated


def published(
    session: Session, collection_id: int, periods: Several[str] | None = None, codes: Several[str] | None = None
) -> dict[Key, list[tuple[int, Frozen]]]:
    """What was ever published, oldest first as (freeze, figure), by indicator, period, scope and group."""
    query = (
        select(FrozenFigure)
        .join(RoundFreeze, col(RoundFreeze.id) == FrozenFigure.freeze_id)
        .where(RoundFreeze.collection_id == collection_id)
        .order_by(col(FrozenFigure.freeze_id))
    )
    if periods is not None:
        query = query.where(col(FrozenFigure.period).in_(list(periods)))
    if codes is not None:
        query = query.where(col(FrozenFigure.scope_code).in_(list(codes)), FrozenFigure.group_name == "")
    found: dict[Key, list[tuple[int, Frozen]]] = {}
    for row in session.execute(query.with_only_columns(*(_TABLE.c[name] for name in _COLUMNS))):
        key = (row.indicator_id, row.period, row.scope_code, row.group_name)
        found.setdefault(key, []).append((row.freeze_id, Frozen(*row[5:])))
    return found


def _insert(session: Session, freeze: RoundFreeze, rows: Mapping[Key, Frozen]) -> None:
    bulk.insert(session, _TABLE, _COLUMNS, [(freeze.id, *key, *figure) for key, figure in rows.items()])


def _own(session: Session, collection_id: int, period: str) -> dict[Key, Frozen]:
    """The figures of a round that is being frozen for the first time."""
    asked = [asking.indicator.id for asking in defined.askings(session, collection_id) if asking.holds(period)]
    inside: list[Value] = []
    outside: dict[Key, Frozen] = {}
    for row, values in _returns(session, collection_id, period):
        why = _why_not(row)
        for indicator_id in asked:
            value = values.get(indicator_id)
            if why or value is None:
                reason = why or LeftOut.NOT_ASKED
                outside[indicator_id, period, row.region_code, ""] = _without(reason, value)
            else:
                inside.append(_value(row, value))
    return _together(session, collection_id, period, inside, outside)


def _changed(session: Session, collection_id: int, period: str) -> dict[Key, Frozen]:
    """The figures of an earlier round that are others than were published last: what has come late or was
    corrected, and has been reviewed. A correction that still waits leaves the published value standing."""
    before = {key: history[-1][1] for key, history in published(session, collection_id, [period]).items()}
    known: dict[str, set[int]] = defaultdict(set)
    for indicator_id, _, code, group in before:
        if not group:
            known[code].add(indicator_id)
    inside: list[Value] = []
    outside: dict[Key, Frozen] = {}
    for row, values in _returns(session, collection_id, period):
        reviewed = row.state in (ReturnState.APPROVED, ReturnState.LOCKED)
        for indicator_id in values.keys() | known[row.region_code]:
            key = (indicator_id, period, row.region_code, "")
            was, value = before.get(key), values.get(indicator_id)
            if reviewed and value is not None:
                inside.append(_value(row, value))
            elif was is not None and not was.left_out:
                inside.append((*key[:3], was.n, was.d, was.state, False, was.observation_id or 0))
            elif was is not None:
                outside[key] = was
    now = _together(session, collection_id, period, inside, outside)
    return {key: figure for key, figure in now.items() if not _same(before.get(key), figure)}


def _same(was: Frozen | None, now: Frozen) -> bool:
    """The same figure, whichever revision of the value it comes from."""
    return was is not None and was._replace(observation_id=None) == now._replace(observation_id=None)


def _together(
    session: Session, collection_id: int, period: str, inside: Iterable[Value], outside: Mapping[Key, Frozen]
) -> dict[Key, Frozen]:
    sums = rollups.summed(session, collection_id, [period], inside)
    return {key: _of_sum(total) for key, total in sums.items()} | dict(outside)


def _of_sum(total: Sum) -> Frozen:
    return Frozen(total.n, total.d, total.state, "", total.reported, total.expected, total.observation_id)


def _without(why: LeftOut, value: Observation | None) -> Frozen:
    return Frozen(None, None, "", why.value, 0, 1, None if value is None else value.id)


def _value(row: ReturnRow, value: Observation) -> Value:
    return (
        value.indicator_id, row.period, row.region_code, value.n, value.d, value.state.value, False, value.id or 0
    )  # fmt: skip


def _why_not(row: ReturnRow) -> LeftOut | None:
    match row.state:
        case ReturnState.DRAFT:
            return LeftOut.NOT_HANDED_IN
        case ReturnState.RETURNED:
            return LeftOut.RETURNED
        case ReturnState.SUBMITTED:
            return LeftOut.UNREVIEWED
    return LeftOut.LATE if queries.course_of(row).late else None


def _returns(session: Session, collection_id: int, period: str) -> list[tuple[ReturnRow, dict[int, Observation]]]:
    """The returns of a round with the newest revision of each value, by region."""
    rows = session.exec(
        select(ReturnRow)
        .where(ReturnRow.collection_id == collection_id, ReturnRow.period == period)
        .order_by(ReturnRow.region_code)
    ).all()
    values: dict[int, dict[int, Observation]] = {row.id or 0: {} for row in rows}
    newest = select(Observation).where(
        col(Observation.return_id).in_(list(values)),
        revisions.newest(),
    )
    for value in session.exec(newest):
        values[value.return_id][value.indicator_id] = value
    return [(row, values[row.id or 0]) for row in rows]
