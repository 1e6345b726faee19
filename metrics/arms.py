"""Sums over a pilot's own units or over its comparison units. No roll-up holds them: they are added up here from the
counties' own rows, period by period, as they stand and as they were frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core.periods import Period
from core.words import Arm, Combine, ValueState
from db.tables import Collection, CollectionUnit, ReturnRow, Rollup
from metrics import freezing, latecomers, rollups
from metrics.freezing import Frozen
from metrics.model import Indicator
from regions import groups


class Added(NamedTuple):
    """One period's sum: Σn and Σd in millionths of the `reported` of `expected` values, by this version."""

    indicator_id: int
    n: int | None
    d: int | None
    reported: int
    expected: int


class Part(NamedTuple):
    """Which sum: the units of an arm below a scope and, with `group`, in a group (or on a side) of the period."""

    scope_code: str
    group: str
    arm: Arm


def codes_of(session: Session, collection_id: int, arm: Arm) -> set[str]:
    """The units of an arm; comparison units that were registered after the start are not among them."""
    units = session.exec(
        select(CollectionUnit.region_code).where(
            CollectionUnit.collection_id == collection_id, CollectionUnit.arm == arm
        )
    )
    return set(units) - latecomers.of(session, [collection_id]).get(collection_id, {}).keys()


def together(indicator: Indicator, values: Sequence[tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    """Σn and Σd of values (n, d) that were reported; None where nothing can be combined."""
    if not values or indicator.combine_regions not in (Combine.RATIO, Combine.SUM, Combine.MEAN):
        return None, None
    whole = [d for _, d in values if d is not None]
    return sum(n or 0 for n, _ in values), sum(whole) if whole else None


def sums(
    session: Session, collection: Collection, versions: Mapping[int, Indicator], part: Part, first: str, last: str
) -> dict[str, Added]:
    """The sums of the periods from `first` to `last` in which anything was reported."""
    collection_id = collection.id or 0
    inside = codes_of(session, collection_id, part.arm)
    above = rollups.ancestors(session, inside)
    inside = {code for code in inside if part.scope_code in above[code]}
    owed = _owed(session, collection, inside, part.group, first, last)
    values: dict[str, list[tuple[str, int, int | None, int | None, str]]] = defaultdict(list)
    rows = session.execute(
        columns(
            col(Rollup.period), col(Rollup.scope_code), col(Rollup.indicator_id), col(Rollup.n), col(Rollup.d),
            col(Rollup.state),
        ).where(
            col(Rollup.collection_id) == collection_id,
            col(Rollup.indicator_id).in_(list(versions)),
            col(Rollup.group_name) == "",
            col(Rollup.scope_code).in_(inside),
            col(Rollup.period).between(first, last),
        )
    )  # fmt: skip
    for period, code, *value in rows:
        if code in owed[period]:
            values[period].append((code, *value))
    found = {}
    for period, inner in values.items():
        counted = [(n, d) for _, _, n, d, state in inner if ValueState(state).has_value]
        spared = sum(state == ValueState.NOT_APPLICABLE for *_, state in inner)
        version = inner[0][1]
        found[period] = Added(version, *together(versions[version], counted), len(counted), len(owed[period]) - spared)
    return found


def published(
    session: Session, collection_id: int, indicator: Indicator, codes: Several[str], period: str
) -> list[tuple[int, Frozen]]:
    """The sum over these counties as each freeze left it, oldest first as (freeze, sum); a freeze that changed none
    of them is not among them."""
    histories = {
        key[2]: history
        for key, history in freezing.published(session, collection_id, [period], codes).items()
        if key[0] == indicator.id
    }
    found: list[tuple[int, Frozen]] = []
    for number in sorted({number for history in histories.values() for number, _ in history}):
        then = [_until(history, number) for history in histories.values()]
        inside = [figure for figure in then if figure is not None and not figure.left_out]
        counted = [(figure.n, figure.d) for figure in inside if ValueState(figure.state).has_value]
        spared = sum(figure.state == ValueState.NOT_APPLICABLE for figure in inside)
        total = Frozen(*together(indicator, counted), "", "", len(counted), len(then) - spared, None)
        if not found or found[-1][1] != total:
            found.append((number, total))
    return found


def _until(history: Iterable[tuple[int, Frozen]], freeze: int) -> Frozen | None:
    return next((figure for number, figure in reversed(list(history)) if number <= freeze), None)


def _owed(
    session: Session, collection: Collection, inside: Several[str], group: str, first: str, last: str
) -> dict[str, set[str]]:
    """Who owes a return in each period, of those that are in the group on its last day."""
    rows = session.exec(
        select(ReturnRow.period, ReturnRow.region_code).where(
            ReturnRow.collection_id == collection.id,
            col(ReturnRow.region_code).in_(inside),
            col(ReturnRow.period).between(first, last),
        )
    ).all()
    ends = {period: Period.parse(period).end for period, _ in rows}
    scheme = collection.group_scheme or groups.MAIN_SCHEME
    member = groups.timeline(session, set(inside), set(ends.values()), scheme) if group else {}
    found: dict[str, set[str]] = defaultdict(set)
    for period, code in rows:
        there = member.get((code, ends[period]))
        if not group or (there is not None and group in (there.name, there.side.label)):
            found[period].add(code)
    return found
