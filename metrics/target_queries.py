"""Reads about baselines and targets: every line of a collection, old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.words import IndicatorRole, Role
from db.session import read
from db.tables import Collection, CollectionIndicator, CollectionUnit, IndicatorRow, Pilot, Region
from metrics import defined, queries
from metrics.model import Indicator
from metrics.promises import TargetView, in_force


@dataclass(frozen=True)
class Asked:
    """An indicator (one version) of the collection, and in which periods; "" for no bound."""

    indicator: Indicator
    role: IndicatorRole
    from_period: str
    until_period: str


@dataclass(frozen=True)
class LineView:
    """One line. `standing` says whether it is in force today, was replaced, or is still to come."""

    indicator: Indicator
    target: TargetView
    region: str
    standing: str


@dataclass(frozen=True)
class Promises:
    """A collection with its indicators, its regions by code, and every line ever set, the newest first."""

    collection_id: int
    collection: str
    pilot_id: int | None
    cadence: Cadence
    first: str
    last: str
    asked: Sequence[Asked]
    regions: Mapping[str, str]
    lines: Sequence[LineView]


IN_FORCE, REPLACED, COMING = "现行", "原有", "未到期"


def promises(actor: Actor, collection_id: int) -> Promises | None:
    """Baselines and targets of a collection: staff see all; a county that reports in it the common ones and
    its own; None for others."""
    own = actor.region_code if actor.role is Role.COUNTY else None
    with read() as session:
        collection = session.get(Collection, collection_id)
        units = session.exec(
            select(CollectionUnit, Region.name)
            .join(Region, col(Region.code) == CollectionUnit.region_code)
            .where(CollectionUnit.collection_id == collection_id)
            .order_by(Region.code)
        ).all()
        regions = {unit.region_code: name for unit, name in units}
        if collection is None or not units or not (actor.is_staff or own in regions):
            return None
        links = session.exec(
            select(CollectionIndicator, IndicatorRow)
            .join(IndicatorRow, col(IndicatorRow.id) == CollectionIndicator.indicator_id)
            .where(CollectionIndicator.collection_id == collection_id)
            .order_by(col(CollectionIndicator.position), col(IndicatorRow.version))
        ).all()
        pilot_id = session.exec(select(Pilot.id).where(Pilot.collection_id == collection_id)).first()
        known = queries.targets_of(session, collection_id)
    asked = [Asked(defined.indicator_of(row), link.role, link.from_period, link.until_period) for link, row in links]
    cadence = Cadence(collection.cadence)
    today = str(Period.containing(clock.today(), cadence))
    lines = []
    for item in asked:
        rows = known.get(item.indicator.id, [])
        for target in rows:
            if actor.is_staff or target.region_code in (None, own):
                region = (
                    "全部地区" if target.region_code is None else regions.get(target.region_code, target.region_code)
                )
                lines.append(LineView(item.indicator, target, region, _standing(rows, target, today)))
    return Promises(
        collection_id=collection_id,
        collection=collection.name,
        pilot_id=pilot_id,
        cadence=cadence,
        first=min(unit.first_period for unit, _ in units),
        last=max(unit.last_period for unit, _ in units),
        asked=asked,
        regions=regions if actor.is_staff else {code: name for code, name in regions.items() if code == own},
        lines=sorted(lines, key=lambda line: line.target.set_at, reverse=True),
    )


def _standing(rows: Sequence[TargetView], target: TargetView, today: str) -> str:
    if target.from_period > today:
        return COMING
    return IN_FORCE if in_force(rows, target.kind, target.region_code or "", today) is target else REPLACED
