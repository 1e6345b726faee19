"""Reads about requests for data: what waits for whose answer, what became of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from accounts.permissions import Actor, Answer, Permission, Subject, may
from core.settings import settings
from core.words import DataStatus, Role
from db.session import read
from db.tables import DataResource, Region, Scenario, ScenarioData
from scenarios import data_views
from scenarios.data_views import DataView
from scenarios.queries import Link, colleagues, readable


@dataclass(frozen=True)
class Request:
    """A request with the scenario it is for. `answers` says whether the actor may grant or refuse it, and if
    not why not; `on_behalf` that he would write down the provider's answer."""

    scenario: Link
    region: str
    view: DataView
    answers: Answer
    on_behalf: bool

    @property
    def overdue(self) -> bool:
        """Whether the provider has taken longer than it has."""
        return self.view.status is DataStatus.REQUESTED and (self.view.waited or 0) > settings().data_answer_days


@dataclass(frozen=True)
class Debtor:
    """A provider and the requests that wait for its answer. `longest` and `middle` are working days."""

    provider_id: int
    provider: str
    pending: int
    overdue: int
    longest: int
    middle: int


def waiting(actor: Actor) -> list[Request]:
    """Requests that wait for the answer of the actor's organisation; for staff of any. The longest wait first."""
    where = [ScenarioData.status == DataStatus.REQUESTED]
    if not actor.is_staff:
        where.append(DataResource.provider_id == actor.organisation_id)
    return sorted(_requests(actor, readable(actor), *where), key=lambda request: request.view.requested_on or date.max)


def own(actor: Actor) -> list[Request]:
    """Requests of the actor's own scenarios (those his organisation registered or leads) that are not connected
    yet, with those whose next step is his first: to connect, to ask (again), to wait. Staff work for everybody."""
    if actor.role not in (Role.COUNTY, Role.DEPARTMENT):
        return []
    query = readable(actor).where(
        or_(
            col(Scenario.lead_organisation_id) == actor.organisation_id,
            col(Scenario.created_by).in_(colleagues(actor)),
        )
    )
    order = [DataStatus.GRANTED, DataStatus.REFUSED, DataStatus.NOT_REQUESTED, DataStatus.REQUESTED]
    found = _requests(actor, query, ScenarioData.status != DataStatus.CONNECTED)
    return sorted(found, key=lambda request: (order.index(request.view.status), request.scenario.code))


def debtors(requests: Sequence[Request]) -> list[Debtor]:
    """Who owes answers, the one with the longest wait first."""
    by_provider: dict[int, list[Request]] = {}
    for request in requests:
        by_provider.setdefault(request.view.provider_id, []).append(request)
    found = []
    for provider_id, owed in by_provider.items():
        days = sorted(request.view.waited or 0 for request in owed)
        found.append(
            Debtor(
                provider_id,
                owed[0].view.provider,
                len(owed),
                sum(request.overdue for request in owed),
                days[-1],
                days[len(days) // 2],
            )
        )
    return sorted(found, key=lambda debtor: (-debtor.longest, debtor.provider))


def _requests(actor: Actor, query: Any, *where: ColumnElement[bool] | bool) -> list[Request]:
    with read() as session:
        seen = {
            number: (Link(number, code, name, state), region)
            for number, code, name, state, region in session.execute(
                query.join(Region, col(Region.code) == Scenario.region_code).with_only_columns(
                    Scenario.id, Scenario.code, Scenario.name, Scenario.state, Region.name
                )
            )
        }
        found = data_views.views(session, col(ScenarioData.scenario_id).in_(seen), *where)
    return [
        Request(
            *seen[view.scenario_id],
            view,
            may(actor, Permission.DATA_ANSWER, Subject(organisation_id=view.provider_id, asked_by=view.asking_id)),
            actor.organisation_id != view.provider_id,
        )
        for view in found
    ]
