"""One indicator of one collection, county by county and period by period, as comparisons between counties
read it: from the roll-ups, each county on the side it was on in that period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from core import clock
from core.periods import Cadence, Period
from core.words import Arm, CollectionKind, Role, Side
from db.session import read
from db.tables import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Region,
    RegionGroup,
    ReturnRow,
    Rollup,
)
from metrics import defined, latecomers, queries, series
from metrics.model import Indicator
from metrics.queries import TargetView
from regions import groups
from regions import queries as regions


@dataclass(frozen=True)
class Choice:
    """Something that can be compared: an indicator that counties report in a collection."""

    collection_id: int
    collection: str
    code: str
    name: str


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    city: str
    arm: Arm | None  # None for a comparison unit registered after the start, which is no part of a comparison


@dataclass(frozen=True)
class ListChange:
    """A day on which the list of underdeveloped counties became another, with how many it had before and has."""

    day: date
    before: int
    after: int
    joined: Sequence[str] = ()
    left: Sequence[str] = ()

    @property
    def words(self) -> str:
        return f"名单 {self.before}→{self.after}"


@dataclass(frozen=True)
class Panel:
    """`rows`: code, period, n, d, state and what `metrics.series.valued` adds, with `side` (the label, "" for
    none). `owed`: code, period, side of every return that is due. `sides` are those of the period's last day,
    or all of `as_of` when a day was fixed. `targets`: every baseline and target, replaced ones too."""

    collection_id: int
    collection: str
    indicator: Indicator
    versions: Sequence[Indicator]
    units: Mapping[str, Unit]
    rows: pd.DataFrame
    owed: pd.DataFrame
    changes: Sequence[ListChange] = field(default_factory=tuple)
    as_of: date | None = None
    targets: Sequence[TargetView] = ()

    @property
    def periods(self) -> list[str]:
        return sorted(self.rows.period.unique())

    def of(self, codes: Sequence[str]) -> Panel:
        """The same of some counties only."""
        kept = {code: unit for code, unit in self.units.items() if code in set(codes)}
        return replace(
            self, units=kept, rows=self.rows[self.rows.code.isin(kept)], owed=self.owed[self.owed.code.isin(kept)]
        )


def choices(actor: Actor, *, reported: bool = True) -> list[Choice]:
    """What the actor may compare: staff everything that counties report, a county what it takes part in; with
    `reported` False also what is asked for and nobody has reported yet. Published assessments are places by other
    groups and have a page of their own."""
    query = (
        select(Collection, IndicatorRow.code, IndicatorRow.name)
        .join(CollectionIndicator, col(CollectionIndicator.collection_id) == Collection.id)
        .join(IndicatorRow, col(IndicatorRow.id) == CollectionIndicator.indicator_id)
        .where(Collection.kind != CollectionKind.ASSESSMENT)
        .order_by(col(Collection.id), col(CollectionIndicator.position), col(IndicatorRow.version))
    )
    if reported:
        query = query.where(col(Collection.id).in_(columns(col(Rollup.collection_id)).distinct()))
    if not actor.is_staff:
        code = (actor.region_code or "") if actor.role is Role.COUNTY else ""
        own = select(CollectionUnit.collection_id).where(CollectionUnit.region_code == code)
        query = query.where(col(Collection.id).in_(own))
    with read() as session:
        found = {
            (row.id or 0, code): Choice(row.id or 0, row.name, code, name) for row, code, name in session.exec(query)
        }
    return list(found.values())


def panel(actor: Actor, collection_id: int, code: str, as_of: date | None = None) -> Panel | None:
    """The figures of all counties; None when the actor may not compare this. Who may see whose is decided by
    whoever asks: a county is handed places, never others' figures."""
    if not may(actor, Permission.RANKING_READ) or not any(
        item.collection_id == collection_id and item.code == code for item in choices(actor)
    ):
        return None
    with read() as session:
        return panel_of(session, collection_id, code, as_of)


def panel_of(session: Session, collection_id: int, code: str, as_of: date | None = None) -> Panel | None:
    """`panel` for callers that have asked who may."""
    found = panels_of(session, {collection_id: code}, as_of).get(collection_id)
    if found is None:
        return None
    scheme = session.get_one(Collection, collection_id).group_scheme or groups.MAIN_SCHEME
    return replace(
        found,
        changes=list_changes(session, list(found.units), scheme),
        targets=queries.lines_of(session, collection_id, found.indicator),
    )


def panels_of(session: Session, wanted: Mapping[int, str], as_of: date | None = None) -> dict[int, Panel]:
    """One indicator each of many collections (id → code), without changes of lists and targets, with as many reads
    as of one; left out are collections that do not ask for theirs."""
    versions: dict[int, list[Indicator]] = defaultdict(list)
    for asked, number in session.exec(
        select(IndicatorRow, CollectionIndicator.collection_id)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(col(CollectionIndicator.collection_id).in_(wanted), col(IndicatorRow.code).in_(set(wanted.values())))
        .order_by(col(IndicatorRow.version))
    ):
        if asked.code == wanted[number]:
            versions[number].append(defined.indicator_of(asked))
    collections = session.exec(select(Collection).where(col(Collection.id).in_(versions))).all()
    units = _units(session, list(versions))
    values = _values(session, versions, units)
    owed = _owed(session, units)
    days = {key: as_of or Period.parse(key).end for key in {*values.period, *owed.period}}
    schemes = {row.id or 0: row.group_scheme or groups.MAIN_SCHEME for row in collections}
    codes = {code for own in units.values() for code in own}
    dated = {
        scheme: groups.timeline(session, codes, set(days.values()), scheme) for scheme in sorted(set(schemes.values()))
    }

    def sided(frame: pd.DataFrame, scheme: str) -> pd.DataFrame:
        found = [dated[scheme].get((code, days[key])) for code, key in zip(frame.code, frame.period, strict=True)]
        return frame.assign(side=[member.side.label if member else "" for member in found])

    panels = {}
    for row in collections:
        number = row.id or 0
        own = values[values.collection_id == number].drop(columns="collection_id")
        due = owed[owed.collection_id == number].drop(columns="collection_id").reset_index(drop=True)
        reference = series.reference(versions[number], list(own.indicator_id.unique()))
        told = [version for version in versions[number] if version.version <= reference.version]
        panels[number] = Panel(
            collection_id=number,
            collection=row.name,
            indicator=reference,
            versions=told,
            units=units[number],
            rows=sided(series.valued(told, own), schemes[number]),
            owed=sided(due, schemes[number]),
            as_of=as_of,
        )
    return panels


def list_changes(session: Session, codes: Sequence[str], scheme: str = groups.MAIN_SCHEME) -> list[ListChange]:
    """Every day on which one of these counties joined or left the underdeveloped, oldest first."""
    spells = session.exec(
        select(RegionGroup).where(
            RegionGroup.scheme == scheme,
            RegionGroup.side == Side.UNDERDEVELOPED,
            col(RegionGroup.region_code).in_(list(codes)),
        )
    ).all()
    days = {spell.valid_from for spell in spells if spell.valid_from}
    days |= {spell.valid_to + timedelta(days=1) for spell in spells if spell.valid_to}
    names = regions.names(session, {spell.region_code for spell in spells})

    def on(day: date) -> set[str]:
        return {
            spell.region_code
            for spell in spells
            if (spell.valid_from is None or spell.valid_from <= day)
            and (spell.valid_to is None or spell.valid_to >= day)
        }

    found = []
    for day in sorted(days):
        before, after = on(day - timedelta(days=1)), on(day)
        if before != after:
            joined, left = (sorted(names[code] for code in part) for part in (after - before, before - after))
            found.append(ListChange(day, len(before), len(after), joined, left))
    return found


def _units(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Unit]]:
    rows = session.exec(
        select(CollectionUnit, Region)
        .join(Region, col(Region.code) == CollectionUnit.region_code)
        .where(col(CollectionUnit.collection_id).in_(ids))
        .order_by(Region.code)
    ).all()
    cities = regions.names(session, {region.parent_code or "" for _, region in rows})
    late = latecomers.of(session, ids)
    found: dict[int, dict[str, Unit]] = {number: {} for number in ids}
    for unit, region in rows:
        arm = None if region.code in late.get(unit.collection_id, {}) else unit.arm
        city = cities.get(region.parent_code or "", "")
        found[unit.collection_id][region.code] = Unit(region.code, region.name, city, arm)
    return found


def _values(
    session: Session, versions: Mapping[int, Sequence[Indicator]], units: Mapping[int, Mapping[str, Unit]]
) -> pd.DataFrame:
    """collection_id, indicator_id, code, period, n, d, state of the collections' own indicators and units."""
    table = Rollup.__table__  # type: ignore[attr-defined]
    names = ["collection_id", "indicator_id", "code", "period", "n", "d", "state"]
    asked = {(number, version.id) for number, own in versions.items() for version in own}
    rows = session.execute(
        columns(
            table.c.collection_id, table.c.indicator_id, table.c.scope_code, table.c.period, table.c.n, table.c.d,
            table.c.state,
        )
        .where(
            table.c.collection_id.in_(list(versions)),
            table.c.indicator_id.in_({indicator_id for _, indicator_id in asked}),
            table.c.group_name == "",
            table.c.scope_code.in_({code for own in units.values() for code in own}),
        )
        .order_by(table.c.period, table.c.scope_code)
    )  # fmt: skip
    kept = [tuple(row) for row in rows if row[2] in units[row[0]] and (row[0], row[1]) in asked]
    frame = pd.DataFrame(kept, columns=names)
    kinds = {"n": "Int64", "d": "Int64", "code": "str", "period": "str", "state": "str"}
    return frame.astype({"collection_id": int, **kinds})


def _owed(session: Session, units: Mapping[int, Mapping[str, Unit]]) -> pd.DataFrame:
    """Every return of these units whose deadline has passed or that is in: collection_id, code and period."""
    today = clock.today()
    rows = session.execute(
        columns(
            col(ReturnRow.collection_id),
            col(ReturnRow.region_code),
            col(ReturnRow.period),
            col(ReturnRow.state),
            col(ReturnRow.due_on),
        ).where(col(ReturnRow.collection_id).in_(list(units)))
    )
    kept = [
        (number, code, period)
        for number, code, period, state, due_on in rows
        if code in units[number] and (state.counts or due_on < today)
    ]
    frame = pd.DataFrame(kept, columns=["collection_id", "code", "period"])
    return frame.astype({"collection_id": int, "code": "str", "period": "str"})


def year_before(period: str) -> str:
    """The same period of the year before."""
    found = Period.parse(period)
    steps = {Cadence.MONTH: 12, Cadence.QUARTER: 4, Cadence.HALF: 2, Cadence.YEAR: 1}[found.cadence]
    return str(found.shift(-steps))
