"""Reads about data resources, and what the forms of this room offer to choose from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select

from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import PersonalInformation, RegionLevel, Role, SecurityLevel, sharing_label
from db.session import read
from db.tables import DataResource, Organisation, Region, Scenario, ScenarioData
from scenarios.queries import Link, readable
from scenarios.search import normal, searchable, sort_key

_TOP = (RegionLevel.PROVINCE, RegionLevel.CITY)


@dataclass(frozen=True)
class ResourceRow:
    id: int
    code: str
    name: str
    provider_id: int
    provider: str
    summary: str
    sharing: str
    update_cycle: str
    security: SecurityLevel
    personal: PersonalInformation
    scenarios: Sequence[Link]

    @property
    def label(self) -> str:
        return f"{self.name}（{self.provider}）"


@dataclass(frozen=True)
class PlaceOption:
    code: str
    label: str


def resources(actor: Actor, *, search: str = "", provider_id: int | None = None) -> list[ResourceRow]:
    """The catalogue, by provider and name, each with the scenarios using it that the actor sees."""
    if not may(actor, Permission.SCENARIO_READ):
        return []
    query = select(DataResource, Organisation.name).join(Organisation, col(Organisation.id) == DataResource.provider_id)
    if provider_id:
        query = query.where(DataResource.provider_id == provider_id)
    wanted = normal(search)
    with read() as session:
        rows = sorted(session.exec(query).all(), key=lambda row: (sort_key(row[1]), sort_key(row[0].name)))
        used: dict[int, list[Link]] = defaultdict(list)
        for resource_id, *link in session.execute(
            readable(actor)
            .join(ScenarioData, col(ScenarioData.scenario_id) == Scenario.id)
            .with_only_columns(ScenarioData.resource_id, Scenario.id, Scenario.code, Scenario.name, Scenario.state)
            .order_by(Scenario.code)
        ):
            used[resource_id].append(Link(*link))
        return [
            ResourceRow(
                id=row.id or 0,
                code=row.code,
                name=row.name,
                provider_id=row.provider_id,
                provider=provider,
                summary=row.summary,
                sharing=sharing_label(row.sharing_scheme, row.sharing),
                update_cycle=row.update_cycle,
                security=row.security_level,
                personal=row.personal_information,
                scenarios=used[row.id or 0],
            )
            for row, provider in rows
            if not wanted or wanted in searchable(f"{row.code} {row.name} {provider}")
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
