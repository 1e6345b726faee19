"""Reads about places. Divisions and groups are public facts, so every signed-in person sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.words import RegionLevel, Side
from db.session import read
from db.tables import Region, RegionGroup
from regions import groups, imports


@dataclass(frozen=True)
class RegionView:
    code: str
    name: str
    short_name: str
    level: RegionLevel
    parent_code: str | None
    parent: str
    tile_row: int | None
    tile_col: int | None
    group: str = ""  # on the day that was asked for
    side: Side | None = None


@dataclass(frozen=True)
class MembershipView:
    id: int
    region_code: str
    region: str
    city: str
    group: str
    side: Side
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True)
class GroupCount:
    """How many regions a group has, and the side it counts for (None: in no group)."""

    name: str
    side: Side | None
    regions: int


def provinces() -> list[RegionView]:
    """The provinces that have been loaded."""
    with read() as session:
        rows = session.exec(select(Region).where(Region.level == RegionLevel.PROVINCE).order_by(Region.code)).all()
        return [_view(row, "", None) for row in rows]


def home_province(actor: Actor, provinces: Sequence[RegionView]) -> str:
    """The code of the province to begin with: the person's own, else one whose groups are known."""
    loaded = [province.code for province in provinces]
    with read() as session:
        grouped = session.exec(
            select(RegionGroup.region_code).where(RegionGroup.scheme == groups.MAIN_SCHEME).limit(1)
        ).first()
    for code in (actor.region_code, grouped):
        if code and f"{code[:2]}0000" in loaded:
            return f"{code[:2]}0000"
    return loaded[0]


def counties(province_code: str, on: date, *, session: Session | None = None) -> list[RegionView]:
    """Counties and functional zones of a province that exist on that day, by city and name, with the
    group each is in on that day."""
    if session is None:
        with read() as own:
            return counties(province_code, on, session=own)
    return counties_of_days(session, province_code, [on])[on]


def counties_of_days(session: Session, province_code: str, days: Collection[date]) -> dict[date, list[RegionView]]:
    """`counties` of several days, with as many reads as of one."""
    rows = session.exec(
        select(Region)
        .where(
            col(Region.level).in_([RegionLevel.COUNTY, RegionLevel.ZONE]),
            col(Region.code).startswith(province_code[:2]),
        )
        .order_by(col(Region.parent_code), Region.sort_key)
    ).all()
    parents = dict(session.exec(select(Region.code, Region.name).where(Region.level == RegionLevel.CITY)).all())
    member = groups.timeline(session, [row.code for row in rows], days)
    return {
        on: [
            _view(row, parents.get(row.parent_code or "", ""), member.get((row.code, on)))
            for row in rows
            if (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)
        ]
        for on in days
    }


def places(province_code: str, level: RegionLevel, on: date) -> list[RegionView]:
    """The regions of a province on one level that exist on that day, by what they belong to and name, with the
    group each is in on that day. Of counties: `counties`, which takes functional zones along."""
    if level is RegionLevel.COUNTY:
        return counties(province_code, on)
    with read() as session:
        rows = [
            row
            for row in session.exec(
                select(Region)
                .where(Region.level == level, col(Region.code).startswith(province_code[:2]))
                .order_by(col(Region.parent_code), Region.sort_key)
            )
            if (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)
        ]
        parents = names(session, {row.parent_code or "" for row in rows})
        member = groups.memberships(session, [row.code for row in rows], on)
        return [_view(row, parents.get(row.parent_code or "", ""), member.get(row.code)) for row in rows]


def group_counts(regions: Sequence[RegionView]) -> list[GroupCount]:
    """The groups of these regions, the largest first; “未分组” for those in none."""
    counted = Counter((region.group or "未分组", region.side) for region in regions)
    return [GroupCount(name, side, number) for (name, side), number in counted.most_common()]


def loadable() -> list[str]:
    """Full names of the provinces that are known but not loaded yet."""
    loaded = {province.name for province in provinces()}
    return [name for name in imports.provinces() if name not in loaded]


def towns(county_code: str) -> list[RegionView]:
    with read() as session:
        rows = session.exec(select(Region).where(Region.parent_code == county_code).order_by(Region.sort_key)).all()
        return [_view(row, "", None) for row in rows]


def names(session: Session, codes: set[str] | None = None) -> dict[str, str]:
    """Name of each region; without `codes`, of all there are."""
    query = select(Region.code, Region.name)
    if codes is not None and len(codes) < 500:
        query = query.where(col(Region.code).in_(codes))
    return dict(session.exec(query).all())


def membership_history(province_code: str, scheme: str = groups.MAIN_SCHEME) -> list[MembershipView]:
    """Every spell of every region in every group of a scheme, oldest first."""
    with read() as session:
        rows = session.exec(
            select(RegionGroup, Region)
            .join(Region, col(Region.code) == RegionGroup.region_code)
            .where(RegionGroup.scheme == scheme, col(Region.code).startswith(province_code[:2]))
            .order_by(Region.code, col(RegionGroup.id))
        ).all()
        cities = names(session, {region.parent_code or "" for _, region in rows})
        return [
            MembershipView(
                row.id or 0,
                region.code,
                region.name,
                cities.get(region.parent_code or "", ""),
                row.name,
                row.side,
                row.valid_from,
                row.valid_to,
                row.source,
            )
            for row, region in rows
        ]


def _view(row: Region, parent: str, member: groups.Membership | None) -> RegionView:
    return RegionView(
        row.code,
        row.name,
        row.short_name,
        row.level,
        row.parent_code,
        parent,
        row.tile_row,
        row.tile_col,
        member.name if member else "",
        member.side if member else None,
    )
