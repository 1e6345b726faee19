"""Readiness over all scenarios: which needs data of which department, and how much of it is connected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import func
from sqlmodel import col, select

from accounts.permissions import Actor
from core.words import DataStatus, ScenarioState
from db.session import read
from db.tables import DataResource, Organisation, Scenario, ScenarioData, ScenarioField
from scenarios.queries import Link, readable
from scenarios.resource_rules import Readiness

# What still comes to something: what was refused or has retired needs no data any more.
LIVE = frozenset(ScenarioState) - {ScenarioState.REFUSED, ScenarioState.RETIRED}


@dataclass(frozen=True)
class Cell:
    """What one scenario needs of one provider: items by the status of their request."""

    items: Mapping[DataStatus, int] = field(default_factory=dict)

    @property
    def readiness(self) -> Readiness:
        return Readiness(self.items.get(DataStatus.CONNECTED, 0), sum(self.items.values()))

    @property
    def refused(self) -> int:
        return self.items.get(DataStatus.REFUSED, 0)

    @property
    def words(self) -> str:
        """已接入 2 项，申请中 1 项."""
        return "，".join(f"{status.label} {self.items[status]} 项" for status in DataStatus if self.items.get(status))

    def __add__(self, other: Cell) -> Cell:
        return Cell(Counter(self.items) + Counter(other.items))


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario of the matrix with what it needs of all providers together."""

    link: Link
    domain: str
    total: Cell


@dataclass(frozen=True)
class Provider:
    id: int
    name: str
    total: Cell


@dataclass(frozen=True)
class Matrix:
    """Scenarios by code, providers by how much is needed of them, and the cells that are not empty."""

    scenarios: Sequence[ScenarioLine]
    providers: Sequence[Provider]
    cells: Mapping[tuple[int, int], Cell]

    @cached_property
    def total(self) -> Cell:
        return sum((line.total for line in self.scenarios), Cell())

    def narrowed(self, wanted: int) -> Matrix:
        """The same with the first `wanted` providers on their own and all others together, as number 0."""
        if len(self.providers) <= wanted + 1:
            return self
        kept, rest = self.providers[:wanted], self.providers[wanted:]
        others = Provider(0, f"其他{len(rest)}个单位", sum((provider.total for provider in rest), Cell()))
        first = {provider.id for provider in kept}
        cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
        for (scenario_id, provider_id), cell in self.cells.items():
            key = (scenario_id, provider_id if provider_id in first else 0)
            cells[key] = cells[key] + cell
        return Matrix(self.scenarios, [*kept, others], dict(cells))


def matrix(
    actor: Actor, *, domain: str | None = None, states: Collection[ScenarioState] = (), search: str = ""
) -> Matrix:
    """Scenarios the actor sees that need data, against the departments that provide it. Counted in items: a
    link counts each field it names, one that names none counts as one."""
    query = readable(actor).where(col(Scenario.state).in_(states or LIVE))
    if domain:
        query = query.where(Scenario.domain == domain)
    if search:
        query = query.where(col(Scenario.name).contains(search, autoescape=True))
    named = select(ScenarioField.link_id, func.count().label("named")).group_by(col(ScenarioField.link_id)).subquery()
    needed = func.sum(func.coalesce(named.c.named, 1))
    with read() as session:
        seen = {
            number: (Link(number, code, name, state), of)
            for number, code, name, state, of in session.execute(
                query.with_only_columns(
                    Scenario.id, Scenario.code, Scenario.name, Scenario.state, Scenario.domain
                ).order_by(Scenario.code)
            )
        }
        counted = session.execute(
            select(ScenarioData.scenario_id, DataResource.provider_id, ScenarioData.status, needed)
            .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
            .outerjoin(named, named.c.link_id == ScenarioData.id)
            .where(col(ScenarioData.scenario_id).in_(query.with_only_columns(Scenario.id)))
            .group_by(col(ScenarioData.scenario_id), col(DataResource.provider_id), col(ScenarioData.status))
        ).all()
        names = {
            number or 0: short or name
            for number, name, short in session.exec(
                select(Organisation.id, Organisation.name, Organisation.short_name)
            ).all()
        }
    items: dict[tuple[int, int], dict[DataStatus, int]] = defaultdict(dict)
    for scenario_id, provider_id, status, count in counted:
        items[scenario_id, provider_id][DataStatus(status)] = int(count)
    cells = {key: Cell(statuses) for key, statuses in items.items()}
    by_scenario: dict[int, Cell] = defaultdict(Cell)
    by_provider: dict[int, Cell] = defaultdict(Cell)
    for (scenario_id, provider_id), cell in cells.items():
        by_scenario[scenario_id] = by_scenario[scenario_id] + cell
        by_provider[provider_id] = by_provider[provider_id] + cell
    providers = [Provider(number, names[number], total) for number, total in by_provider.items()]
    return Matrix(
        [ScenarioLine(*seen[number], by_scenario[number]) for number in seen if number in by_scenario],
        sorted(providers, key=lambda provider: (-provider.total.readiness.total, provider.name)),
        cells,
    )
