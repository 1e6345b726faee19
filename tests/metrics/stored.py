"""Returns in a database, made through the rooms' own commands, and hands to fill them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core import clock
from core.periods import Cadence, Period
from core.words import Arm, CollectionKind, IndicatorRole, ReturnState
from db.session import read, write
from db.tables import Observation, ReturnRow, Rollup
from metrics import catalogue, collecting, round_service, service
from metrics.model import Entry
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from tests.metrics.returns_support import entry

ANJI, DEQING, JINGNING = "330523", "330521", "331127"
GOOD = {"SX01": entry(96, 100), "SX04": entry(45, 50)}


def this_month() -> Period:
    return Period.containing(clock.today(), Cadence.MONTH)


def last_month() -> str:
    """The newest period that may be reported."""
    return str(this_month().shift(-1))


@dataclass(frozen=True)
class Stored:
    """A collection with its returns by (region, period) and its indicators' ids by code."""

    id: int
    returns: Mapping[tuple[str, str], int]
    indicators: Mapping[str, int]

    def of(self, region: str, period: str | None = None) -> int:
        return self.returns[region, period or last_month()]


def collection(
    *,
    name: str = "按时办结月报",
    kind: CollectionKind = CollectionKind.PILOT,
    indicators: Sequence[str] = ("SX01", "SX04"),
    regions: Sequence[str] = (ANJI, DEQING),
    first: Period | None = None,
    last: Period | None = None,
    due_on: date | None = None,
) -> Stored:
    """Asks these regions for these indicators, by default from three months ago to the current month."""
    catalogue.load()
    first, last = first or this_month().shift(-3), last or this_month()
    with write() as session:
        catalogue.ensure(session, catalogue.PUBLISHED)
        number = collecting.create(session, OPERATOR, CollectionIn(name=name, kind=kind))
        ids = {code: collecting.current_version(session, code) for code in indicators}
        picks = [
            IndicatorPick(
                indicator_id=ids[code],
                role=IndicatorRole.GOAL,
                baseline=Decimal(80) if code == "SX01" else None,
                target=Decimal(90) if code == "SX01" else None,
            )
            for code in indicators
        ]
        collecting.add_indicators(session, OPERATOR, number, picks, str(first), "测试用基线")
        units = [UnitPick(region_code=code, arm=Arm.PILOT) for code in regions]
        collecting.add_units(session, number, units, first, last)
        collecting.expect_returns(session, number, due_on=due_on or clock.today() + timedelta(days=5))
    with read() as session:
        rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == number)).all()
        return Stored(number, {(row.region_code, row.period): row.id or 0 for row in rows}, ids)


def row(return_id: int) -> ReturnRow:
    with read() as session:
        return session.get_one(ReturnRow, return_id)


def save(actor: Actor, return_id: int, entries: Mapping[str, Entry], *, submit: bool = False) -> service.Saved:
    """Save as somebody whose page is up to date."""
    return service.save(actor, return_id, entries, door="form", seen_version=row(return_id).version, submit=submit)


def move(actor: Actor, return_id: int, do: str, reason: str = "") -> ReturnState:
    return service.move(actor, return_id, do, reason, seen_version=row(return_id).version)


def hand_in(return_id: int, entries: Mapping[str, Entry] | None = None) -> None:
    """Handed in and reviewed, whoever's it is."""
    save(OPERATOR, return_id, entries or GOOD, submit=True)
    approve(OPERATOR, return_id)


def approve(actor: Actor, *return_ids: int) -> service.Approved:
    """Approve as somebody whose list is up to date."""
    return service.approve_many(actor, {number: row(number).version for number in return_ids})


def unlock(actor: Actor, return_id: int, days: int = 3) -> None:
    """Unlocked for this many days after today."""
    until = clock.today() + timedelta(days=days)
    round_service.unlock(actor, return_id, until, "县里来函更正", seen_version=row(return_id).version)


def revisions(return_id: int) -> list[tuple[int, int, Entry, bool]]:
    """(indicator, revision, entry, late) of everything ever stored, in the order it was stored."""
    with read() as session:
        rows = session.exec(
            select(Observation).where(Observation.return_id == return_id).order_by(col(Observation.id))
        ).all()
        return [(o.indicator_id, o.revision, Entry(o.n, o.d, o.state, o.reason, o.note, o.link), o.late) for o in rows]


def sums(collection_id: int, period: str, scope: str, group: str = "") -> list[tuple[int | None, int | None, int, int]]:
    """(n, d, reported, expected) of the roll-ups of a scope, by indicator; none when there is no row."""
    with read() as session:
        rows = session.exec(
            select(Rollup)
            .where(
                Rollup.collection_id == collection_id,
                Rollup.period == period,
                Rollup.scope_code == scope,
                Rollup.group_name == group,
            )
            .order_by(col(Rollup.indicator_id))
        ).all()
        return [(r.n, r.d, r.reported, r.expected) for r in rows]
