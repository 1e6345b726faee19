"""Reads about the catalogue of data resources, and what the forms of this room offer to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, false, func, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import (
    Opening,
    PersonalInformation,
    RegionLevel,
    Role,
    SecurityLevel,
    Sharing,
    opening_label,
    sharing_label,
)
from db.session import read
from db.tables import (
    DataItem,
    DataResource,
    Organisation,
    Region,
    Scenario,
    ScenarioData,
)
from scenarios import catalogue
from scenarios import resource_rules as rules
from scenarios.queries import readable
from scenarios.search import found_in, normal, search_key, where

_TOP = (RegionLevel.PROVINCE, RegionLevel.CITY)
PAGE = 100  # rows of the catalogue that are shown at once


@dataclass(frozen=True)
class Filter:
    """What of the catalogue is wanted. `search` finds parts of names and codes, providers and pinyin initials;
    `unfinished` those whose core metadata have gaps."""

    search: str = ""
    provider_id: int | None = None
    level: SecurityLevel | None = None
    sharing: Sharing | None = None
    opening: Opening | None = None
    personal: PersonalInformation | None = None
    unfinished: bool = False


@dataclass(frozen=True)
class ResourceRow:
    """An entry in the list. `uses` are the scenarios using it that the actor sees."""

    id: int
    code: str
    name: str
    provider_id: int
    provider: str
    summary: str
    sharing: str
    opening: str
    update_cycle: str
    security: SecurityLevel
    personal: PersonalInformation
    items: int
    uses: int
    gaps: Sequence[rules.Finding]

    @property
    def label(self) -> str:
        return f"{self.name}（{self.provider}）"


@dataclass(frozen=True)
class Catalogue:
    """One page of the catalogue and how many entries there are in all."""

    rows: Sequence[ResourceRow]
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class PlaceOption:
    code: str
    label: str


def readable_resources(actor: Actor) -> Any:
    """The only start of a read of the catalogue: all of it for those who work with scenarios, else nothing."""
    query: Any = select(DataResource)
    return query if may(actor, Permission.SCENARIO_READ) else query.where(false())


def resources(actor: Actor, wanted: Filter | None = None, *, page: int = 1) -> Catalogue:
    """One page of the catalogue in the order of names, as a Chinese index sorts them."""
    with read() as session:
        query = _filtered(session, readable_resources(actor), wanted or Filter())
        total = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
        query = query.order_by(col(DataResource.sort_key), col(DataResource.id)).offset((page - 1) * PAGE).limit(PAGE)
        return Catalogue(rows(session, actor, query), total)


def filtered(session: Session, actor: Actor, wanted: Filter) -> Any:
    """The entries the actor sees that a filter finds, as a query to be completed."""
    return _filtered(session, readable_resources(actor), wanted)


def options(actor: Actor, search: str, limit: int = 50) -> dict[int, str]:
    """The first entries that a search finds, for a form to choose from: id → name（provider）."""
    with read() as session:
        query = _filtered(session, readable_resources(actor), Filter(search=search))
        query = query.join(Organisation, col(Organisation.id) == DataResource.provider_id)
        query = query.with_only_columns(DataResource.id, DataResource.name, Organisation.name)
        rows = session.execute(query.order_by(col(DataResource.sort_key), col(DataResource.id)).limit(limit)).all()
        return {number: f"{name}（{provider}）" for number, name, provider in rows}


def labels(actor: Actor) -> dict[str, int]:
    """The whole catalogue for the tables of the registration form: name（provider） → id."""
    with read() as session:
        query = readable_resources(actor).join(Organisation, col(Organisation.id) == DataResource.provider_id)
        query = query.with_only_columns(DataResource.id, DataResource.name, Organisation.name)
        return {f"{name}（{provider}）": number for number, name, provider in session.execute(query).all()}


def item_names(actor: Actor, resource_id: int) -> list[str]:
    """The items that the catalogue lists of an entry, in its order."""
    with read() as session:
        query = readable_resources(actor).where(DataResource.id == resource_id)
        query = query.join(DataItem, col(DataItem.resource_id) == DataResource.id).with_only_columns(DataItem.name)
        return list(session.scalars(query.order_by(col(DataItem.position), col(DataItem.id))))


def _filtered(session: Session, query: Any, wanted: Filter) -> Any:
    if terms := normal(wanted.search).split():
        providers = session.exec(select(Organisation.id, Organisation.name, Organisation.short_name)).all()
        for term in terms:
            theirs = [number for number, *names in providers if found_in(_provider_key(*names), term)]
            query = query.where(or_(where(term, DataResource.search_text), col(DataResource.provider_id).in_(theirs)))
    for column, value in (
        (DataResource.provider_id, wanted.provider_id),
        (DataResource.security_level, wanted.level),
        (DataResource.sharing, wanted.sharing),
        (DataResource.opening, wanted.opening),
        (DataResource.personal_information, wanted.personal),
    ):
        if value is not None:
            query = query.where(column == value)
    return query.where(_unfinished()) if wanted.unfinished else query


@lru_cache(maxsize=20_000)
def _provider_key(name: str, short_name: str) -> str:
    return search_key(name, short_name, every_reading=True)


def _unfinished() -> Any:
    """`resource_rules.gaps` as a condition: the list must not be read to be filtered."""
    blank = (
        DataResource.class_code,
        DataResource.summary,
        DataResource.format,
        DataResource.update_cycle,
    )
    return or_(
        *(col(column) == "" for column in blank),
        col(DataResource.released_on).is_(None),
        col(DataResource.opening).is_(None),
        and_(col(DataResource.sharing) != Sharing.OPEN, col(DataResource.sharing_condition) == ""),
        and_(col(DataResource.opening) == Opening.CONDITIONAL, col(DataResource.opening_condition) == ""),
        and_(
            col(DataResource.opening) == Opening.OPEN,
            col(DataResource.personal_information) == PersonalInformation.SENSITIVE,
        ),
        ~select(DataItem.id).where(DataItem.resource_id == DataResource.id).exists(),
    )


def rows(session: Session, actor: Actor, query: Any) -> list[ResourceRow]:
    """The entries that a query of resources selects, within a session."""
    found = session.execute(
        query.join(Organisation, col(Organisation.id) == DataResource.provider_id).add_columns(Organisation.name)
    ).all()
    ids = [row.id for row, _ in found]
    counts = catalogue.counts(session, ids)
    used = dict(
        session.execute(
            readable(actor)
            .join(ScenarioData, col(ScenarioData.scenario_id) == Scenario.id)
            .where(col(ScenarioData.resource_id).in_(ids))
            .with_only_columns(ScenarioData.resource_id, func.count())
            .group_by(ScenarioData.resource_id)
        ).all()
    )
    return [
        ResourceRow(
            id=row.id,
            code=row.code,
            name=row.name,
            provider_id=row.provider_id,
            provider=provider,
            summary=row.summary,
            sharing=sharing_label(row.sharing_scheme, row.sharing),
            opening=opening_label(row.sharing_scheme, row.opening) if row.opening else "",
            update_cycle=row.update_cycle,
            security=row.security_level,
            personal=row.personal_information,
            items=counts.get(row.id, 0),
            uses=used.get(row.id, 0),
            gaps=rules.gaps(row, items=counts.get(row.id, 0)),
        )
        for row, provider in found
    ]


def regions() -> list[PlaceOption]:
    """Provinces, cities, counties and functional zones that exist today, by code."""
    query = select(Region.code, Region.name, Region.level, Region.parent_code).where(
        col(Region.level).in_([RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY, RegionLevel.ZONE]),
        or_(col(Region.valid_to).is_(None), col(Region.valid_to) >= clock.today()),
    )
    with read() as session:
        rows = session.exec(query.order_by(Region.code)).all()
    names = {code: name for code, name, *_ in rows}
    return [
        PlaceOption(code, f"{names[parent]} {name}" if level not in _TOP and parent in names else name)
        for code, name, level, parent in rows
    ]


def regions_for(actor: Actor) -> list[PlaceOption]:
    """Where this person may register something: a county team at home, others anywhere."""
    return [place for place in regions() if actor.role is not Role.COUNTY or place.code == actor.region_code]
