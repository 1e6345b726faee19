"""Reads about needs and their priority. Every one starts from what the actor may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import false, func, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import Asker, GovernanceLevel, NeedSource, Role
from db.session import read
from db.tables import Account, Need, Scenario, ScenarioNeed
from regions import groups
from regions.queries import names
from scenarios import rules
from scenarios.queries import Link, colleagues, readable
from scenarios.search import normal, searchable


@dataclass(frozen=True)
class NeedRow:
    """A need in a list. `place` of `peers` is its rank among needs of the same region group today."""

    id: int
    code: str
    title: str
    asker: Asker
    level: GovernanceLevel
    region_code: str
    region: str
    source: NeedSource
    group: str
    priority: rules.Priority
    place: int | None
    peers: int
    scenarios: int


@dataclass(frozen=True)
class NeedDetail:
    row: NeedRow
    description: str
    people: str
    events: int | None
    events_from: date | None
    events_to: date | None
    severity: int
    created_by: str
    created_at: datetime
    scenarios: Sequence[Link]
    subject: Subject
    version: int


def readable_needs(actor: Actor) -> Any:
    """Needs of one's region or organisation, and those behind a scenario one can see."""
    query = select(Need)
    if actor.is_staff:
        return query
    if not may(actor, Permission.SCENARIO_READ):
        return query.where(false())
    scenarios = readable(actor).with_only_columns(Scenario.id)
    own: list[Any] = [
        col(Need.created_by).in_(colleagues(actor)),
        col(Need.id).in_(select(ScenarioNeed.need_id).where(col(ScenarioNeed.scenario_id).in_(scenarios))),
    ]
    if actor.role is Role.COUNTY:
        own.append(col(Need.region_code) == actor.region_code)
    return query.where(or_(*own))


def needs(
    actor: Actor,
    *,
    search: str = "",
    region_code: str | None = None,
    source: NeedSource | None = None,
    asker: Asker | None = None,
) -> list[NeedRow]:
    """Needs with their priority, most urgent first; those that cannot be computed come last."""
    query = readable_needs(actor)
    if region_code:
        query = query.where(Need.region_code == region_code)
    if source:
        query = query.where(Need.source == source)
    if asker:
        query = query.where(Need.asker == asker)
    wanted = normal(search)
    with read() as session:
        found = [row for row in session.scalars(query) if not wanted or wanted in searchable(f"{row.code} {row.title}")]
        rows = _need_rows(session, actor, found)
    return sorted(rows, key=lambda row: (row.priority.total is None, -(row.priority.total or 0), row.code))


def need(actor: Actor, need_id: int | None) -> NeedDetail | None:
    if need_id is None:
        return None
    with read() as session:
        row = session.scalars(readable_needs(actor).where(Need.id == need_id)).first()
        if row is None:
            return None
        author = session.exec(select(Account.name).where(Account.id == row.created_by)).one()
        linked = session.execute(
            readable(actor)
            .join(ScenarioNeed, col(ScenarioNeed.scenario_id) == Scenario.id)
            .where(ScenarioNeed.need_id == need_id)
            .with_only_columns(Scenario.id, Scenario.code, Scenario.name, Scenario.state)
            .order_by(Scenario.code)
        )
        return NeedDetail(
            row=_need_rows(session, actor, [row])[0],
            description=row.description,
            people=row.people,
            events=row.events,
            events_from=row.events_from,
            events_to=row.events_to,
            severity=row.severity,
            created_by=author,
            created_at=row.created_at,
            scenarios=[Link(*item) for item in linked],
            subject=subject_of(session, row),
            version=row.version,
        )


def subject_of(session: Session, row: Need) -> Subject:
    """What permissions are asked about: a need belongs to the organisation that registered it."""
    owner = session.exec(select(Account.organisation_id).where(Account.id == row.created_by)).one()
    return Subject(region_code=row.region_code, organisation_id=owner, created_by=row.created_by)


def _need_rows(session: Session, actor: Actor, found: Sequence[Need]) -> list[NeedRow]:
    """Rows with their place. Peers are all needs of the province's group, seen or not: only figures
    of theirs are used. Groups are those of today, because a priority is about what to do next."""
    figures = session.execute(
        sqlalchemy.select(
            *map(col, (Need.id, Need.events, Need.events_from, Need.events_to, Need.severity, Need.level)),
            col(Need.region_code),
        )
    ).all()
    member = groups.memberships(session, {code for *_, code in figures if _is_county(code)}, clock.today())
    priorities: dict[int, rules.Priority] = {}
    by_group: dict[tuple[str, str], dict[int, int | None]] = defaultdict(dict)
    group: dict[int, tuple[str, str]] = {}
    for key, *parts, code in figures:
        priorities[key] = rules.need_priority(*parts)
        group[key] = code[:2], member[code].name if code in member else _other(code)
        by_group[group[key]][key] = priorities[key].total
    place = {key: rank for totals in by_group.values() for key, rank in rules.places(totals).items()}
    named = names(session, {row.region_code for row in found})
    used = dict(
        session.execute(
            select(ScenarioNeed.need_id, func.count())
            .where(col(ScenarioNeed.scenario_id).in_(readable(actor).with_only_columns(Scenario.id)))
            .group_by(col(ScenarioNeed.need_id))
        ).all()
    )
    return [
        NeedRow(
            id=row.id or 0,
            code=row.code,
            title=row.title,
            asker=row.asker,
            level=row.level,
            region_code=row.region_code,
            region=named[row.region_code],
            source=row.source,
            group=group[row.id or 0][1],
            priority=priorities[row.id or 0],
            place=place.get(row.id or 0),
            peers=len(by_group[group[row.id or 0]]),
            scenarios=used.get(row.id or 0, 0),
        )
        for row in found
    ]


def _other(code: str) -> str:
    return "未分组" if _is_county(code) else "市级及以上"


def _is_county(code: str) -> bool:
    return len(code) == 6 and not code.endswith("00")
