"""Reads of figures about places: public facts, so every signed-in person sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session, col, select

from core.numbers import from_micro
from core.words import RegionLevel
from db.session import read
from db.tables import Region, RegionFact
from regions.imports import lines_of


@dataclass(frozen=True)
class Fact:
    """A figure about one county as it was known on a day."""

    name: str
    unit: str
    as_of: date
    value: float
    source: str


def facts_on(session: Session, codes: Sequence[str], day: date) -> dict[str, dict[str, Fact]]:
    """name → county code → the newest figure of that day or before."""
    rows = session.exec(
        select(RegionFact)
        .where(col(RegionFact.region_code).in_(list(codes)), RegionFact.as_of <= day)
        .order_by(col(RegionFact.as_of), col(RegionFact.id))
    )
    found: dict[str, dict[str, Fact]] = {}
    for row in rows:
        fact = Fact(row.name, row.unit, row.as_of, float(from_micro(row.value)), row.source)
        found.setdefault(row.name, {})[row.region_code] = fact
    return found


def known(codes: Sequence[str], day: date) -> dict[str, dict[str, Fact]]:
    """`facts_on` in a session of its own, by name."""
    with read() as session:
        return dict(sorted(facts_on(session, codes, day).items()))


def towns(session: Session, codes: Sequence[str], day: date) -> dict[str, tuple[int, int]]:
    """Of each county: how many towns it has on a day, and how many of them are 街道."""
    rows = session.exec(
        select(col(Region.parent_code), col(Region.name), col(Region.valid_from), col(Region.valid_to)).where(
            Region.level == RegionLevel.TOWN, col(Region.parent_code).in_(list(codes))
        )
    ).all()
    here = [
        (parent, name.endswith("街道"))
        for parent, name, first, last in rows
        if (first is None or first <= day) and (last is None or last >= day)
    ]
    every, urban = Counter(parent for parent, _ in here), Counter(parent for parent, is_urban in here if is_urban)
    return {code: (every[code], urban[code]) for code in codes if every[code]}


@lru_cache(maxsize=1)
def relief() -> dict[str, float]:
    """Terrain relief (地形起伏度) of counties by code, where the list has it."""
    return {row["code"]: float(row["relief"]) for row in lines_of("china_counties.csv") if row["relief"]}
