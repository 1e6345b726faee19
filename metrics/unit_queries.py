"""Who reports in a collection, from when to when, and why somebody left. Staff see all; a county itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence
from core.words import Arm, CollectionKind
from db.session import read
from db.tables import Collection, CollectionUnit, Pilot, Region, ReturnRow
from metrics import latecomers, queries
from regions import queries as regions


@dataclass(frozen=True)
class UnitView:
    """A region that reports, or did. `owed` counts its expected returns, `handed_in` those that came; `late`: a
    comparison unit registered after the start, which is compared with nobody."""

    region_code: str
    region: str
    arm: Arm
    first_period: str
    last_period: str
    joined_on: date | None
    left_on: date | None
    left_reason: str
    owed: int
    handed_in: int
    late: bool = False


@dataclass(frozen=True)
class Membership:
    """A collection and its regions. `others` are the counties of its province that could still join."""

    collection_id: int
    collection: str
    kind: CollectionKind
    cadence: Cadence
    pilot_id: int | None
    units: Sequence[UnitView]
    others: Mapping[str, str]


def membership(actor: Actor, collection_id: int) -> Membership | None:
    """The regions of a collection by arm and code; None when the actor sees no return of it."""
    seen = queries.readable(actor).where(ReturnRow.collection_id == collection_id).subquery().c
    with read() as session:
        collection = session.get(Collection, collection_id)
        counts = {
            code: (owed, handed_in)
            for code, owed, handed_in in session.execute(
                select(seen.region_code, func.count(), func.count(seen.first_submitted_at)).group_by(seen.region_code)
            )
        }
        if collection is None or not (counts or actor.is_staff):
            return None
        rows = session.exec(
            select(CollectionUnit, Region)
            .join(Region, col(Region.code) == CollectionUnit.region_code)
            .where(CollectionUnit.collection_id == collection_id)
            .order_by(col(CollectionUnit.arm).desc(), Region.code)
        ).all()
        late = latecomers.of(session, [collection_id]).get(collection_id, {})
        units = [
            UnitView(
                region.code, region.name, unit.arm, unit.first_period, unit.last_period, unit.joined_on, unit.left_on,
                unit.left_reason, *counts.get(region.code, (0, 0)), region.code in late,
            )
            for unit, region in rows
            if actor.is_staff or region.code in counts
        ]  # fmt: skip
        pilot = session.exec(select(Pilot.id).where(Pilot.collection_id == collection_id)).first()
        known = {region.code for _, region in rows}
        provinces = {code[:2] + "0000" for code in known}
        others = (
            {
                place.code: place.name
                for province in sorted(provinces)
                for place in regions.counties(province, clock.today(), session=session)
                if place.code not in known
            }
            if actor.is_staff
            else {}
        )
    return Membership(
        collection_id, collection.name, collection.kind, Cadence(collection.cadence), pilot, units, others
    )
