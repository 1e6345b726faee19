"""The data of scenarios as pages show them, read within a session: who may see the scenario is asked before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import clock
from core.words import DataStatus, PersonalInformation, SecurityLevel, sharing_label
from db.tables import DataResource, Organisation, ScenarioData, ScenarioField
from scenarios import resource_rules as rules


@dataclass(frozen=True)
class DataView:
    """One use of a resource. `id` and `version` are the link's; `waited` are working days from the request to
    its answer, or to today; None when nothing was asked."""

    id: int
    scenario_id: int
    resource_id: int
    name: str
    provider_id: int
    provider: str
    sharing: str
    security: SecurityLevel
    personal: PersonalInformation
    update_cycle: str
    purpose: str
    fields: Sequence[str]
    status: DataStatus
    asking_id: int | None
    asking: str
    requested_on: date | None
    answered_on: date | None
    connected_on: date | None
    refused_because: str
    waited: int | None
    version: int

    @property
    def dates(self) -> str:
        """2026-03-02 → 2026-03-09 → 2026-03-20: asked, answered, connected, as far as it has come."""
        days = [self.requested_on, self.answered_on, self.connected_on]
        return " → ".join(str(day) for day in days if day) or "–"


def of_scenario(session: Session, scenario_id: int) -> list[DataView]:
    return views(session, ScenarioData.scenario_id == scenario_id)


def views(session: Session, *where: ColumnElement[bool] | bool) -> list[DataView]:
    """Links that meet the conditions, in the order they were made."""
    asking = aliased(Organisation)
    rows = session.execute(
        select(ScenarioData, DataResource, Organisation.name, asking.name)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .join(Organisation, col(Organisation.id) == DataResource.provider_id)
        .outerjoin(asking, col(asking.id) == ScenarioData.asking_id)
        .where(*where)
        .order_by(col(ScenarioData.id))
    ).all()
    named = fields(session, [link.id for link, *_ in rows])
    today = clock.today()
    return [
        DataView(
            id=link.id,
            scenario_id=link.scenario_id,
            resource_id=link.resource_id,
            name=resource.name,
            provider_id=resource.provider_id,
            provider=provider,
            sharing=sharing_label(resource.sharing_scheme, resource.sharing),
            security=resource.security_level,
            personal=resource.personal_information,
            update_cycle=resource.update_cycle,
            purpose=link.purpose,
            fields=named[link.id],
            status=link.status,
            asking_id=link.asking_id,
            asking=asker or "",
            requested_on=link.requested_on,
            answered_on=link.answered_on,
            connected_on=link.connected_on,
            refused_because=link.refused_because,
            waited=rules.waited(link.requested_on, link.answered_on or today) if link.requested_on else None,
            version=link.version,
        )
        for link, resource, provider, asker in rows
    ]


def fields(session: Session, link_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the fields needed, by link."""
    found: dict[int, list[str]] = defaultdict(list)
    for link_id, name in session.exec(
        select(ScenarioField.link_id, ScenarioField.name)
        .where(col(ScenarioField.link_id).in_(list(link_ids)))
        .order_by(col(ScenarioField.id))
    ):
        found[link_id].append(name)
    return found


def readiness(session: Session, scenario_ids: Any) -> dict[int, rules.Readiness]:
    """The readiness of each scenario (numbers, or a query of them), counted in the database: nobody needs
    the links themselves."""
    named = select(ScenarioField.link_id, func.count().label("named")).group_by(col(ScenarioField.link_id)).subquery()
    query = (
        select(
            ScenarioData.scenario_id,
            ScenarioData.status,
            func.coalesce(named.c.named, 0),
            func.count(),
        )
        .outerjoin(named, named.c.link_id == ScenarioData.id)
        .where(col(ScenarioData.scenario_id).in_(scenario_ids))
        .group_by(col(ScenarioData.scenario_id), col(ScenarioData.status), named.c.named)
    )
    links: dict[int, list[tuple[DataStatus, int]]] = defaultdict(list)
    for scenario_id, status, count, how_many in session.execute(query):
        links[scenario_id] += [(DataStatus(status), count)] * how_many
    empty = rules.readiness(())
    found = {scenario_id: rules.readiness(pairs) for scenario_id, pairs in links.items()}
    return defaultdict(lambda: empty, found)
