"""Items that several providers hold or several scenarios collect (一数一源): who holds them, who should be the one
source, what was decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import case, distinct, func, union
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from core.words import DataStatus, SourceOutcome
from db.session import read
from db.tables import (
    Account,
    DataItem,
    DataResource,
    Organisation,
    ScenarioData,
    ScenarioField,
    SourceDecision,
)
from scenarios import resource_rules as rules
from scenarios.resource_rules import Holder

PAGE = 50  # items that are shown at once


@dataclass(frozen=True)
class Decided:
    """What was decided about an item. `stale`: others hold it now than when this was decided."""

    outcome: SourceOutcome
    resource_id: int | None
    resource: str
    reason: str
    by: str
    at: datetime
    stale: bool

    @property
    def words(self) -> str:
        return f"{self.outcome.label}：{self.resource}" if self.resource else self.outcome.label


@dataclass(frozen=True)
class SharedItem:
    """An item that resources of several providers have. `name` is what most of them call it; `scenarios` want it."""

    key: str
    name: str
    holders: Sequence[Holder]
    scenarios: int
    decisions: Sequence[Decided]  # the newest first

    @property
    def providers(self) -> int:
        return len({holder.provider_id for holder in self.holders})

    @property
    def decision(self) -> Decided | None:
        return self.decisions[0] if self.decisions else None

    @property
    def status(self) -> tuple[str, str]:
        """(tone, words) of how it stands."""
        if self.decision is None:
            return "open", "待明确"
        return ("changed", "提供单位有变") if self.decision.stale else ("confirmed", self.decision.outcome.label)


@dataclass(frozen=True)
class SharedItems:
    """One page of such items and how many there are in all."""

    rows: Sequence[SharedItem]
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def shared_items(actor: Actor, *, search: str = "", undecided: bool = False, page: int = 1) -> SharedItems:
    """Items that more than one provider holds, those that most scenarios want first. Columns that every table
    has (编号, 备注 …) are left out."""
    if not may(actor, Permission.SCENARIO_READ):
        return SharedItems((), 0)
    wanted = _several().subquery()
    query = sqlalchemy.select(wanted.c.key)
    if search.strip():
        query = query.where(wanted.c.key.contains(rules.item_key(search), autoescape=True))
    if undecided:
        query = query.where(wanted.c.key.not_in(select(SourceDecision.key)))
    with read() as session:
        total = session.execute(sqlalchemy.select(func.count()).select_from(query.subquery())).scalar_one()
        order = (wanted.c.scenarios.desc(), wanted.c.resources.desc(), wanted.c.key)
        keys = session.scalars(query.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)).all()
        return SharedItems(load(session, keys), total)


def load(session: Session, keys: Sequence[str]) -> list[SharedItem]:
    """These items with their holders and decisions, in this order; four reads, however many."""
    held, names, scenarios = _holders(session, keys)
    decisions = _decisions(
        session, keys, {key: {holder.resource_id for holder in found} for key, found in held.items()}
    )
    return [
        SharedItem(
            key,
            max(names[key].items(), key=lambda pair: (pair[1], pair[0]))[0],
            sorted(held[key], key=lambda holder: (-holder.connected, -holder.asked, holder.resource_id)),
            len(scenarios[key]),
            decisions.get(key, ()),
        )
        for key in keys
        if key in held
    ]


def _pairs() -> Any:
    """(key, resource, scenario): an item that the catalogue lists, or that a scenario wants of a resource."""
    return union(
        sqlalchemy.select(col(DataItem.key), col(DataItem.resource_id), sqlalchemy.null().label("scenario_id")),
        sqlalchemy.select(col(ScenarioField.key), col(ScenarioData.resource_id), col(ScenarioData.scenario_id)).join(
            ScenarioData, col(ScenarioData.id) == ScenarioField.link_id
        ),
    ).subquery()


def _several() -> Any:
    pairs = _pairs()
    return (
        sqlalchemy.select(
            pairs.c.key,
            func.count(distinct(pairs.c.scenario_id)).label("scenarios"),
            func.count(distinct(pairs.c.resource_id)).label("resources"),
        )
        .join(DataResource, col(DataResource.id) == pairs.c.resource_id)
        .where(pairs.c.key.not_in(rules.TECHNICAL))
        .group_by(pairs.c.key)
        .having(func.count(distinct(col(DataResource.provider_id))) > 1)
    )


def _holders(
    session: Session, keys: Collection[str]
) -> tuple[dict[str, list[Holder]], dict[str, Counter[str]], dict[str, set[int]]]:
    """Of each item: who holds it, what it is called how often, which scenarios want it."""
    connected = case((col(ScenarioData.status) == DataStatus.CONNECTED, 1), else_=0)
    used: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    names: dict[str, Counter[str]] = defaultdict(Counter)
    scenarios: dict[str, set[int]] = defaultdict(set)
    for key, name, resource_id, scenario_id, got in session.execute(
        sqlalchemy.select(
            *map(col, (ScenarioField.key, ScenarioField.name, ScenarioData.resource_id, ScenarioData.scenario_id)),
            connected,
        )
        .join(ScenarioData, col(ScenarioData.id) == ScenarioField.link_id)
        .where(col(ScenarioField.key).in_(keys))
    ):
        used[key, resource_id][0] += got
        used[key, resource_id][1] += 1
        names[key][name] += 1
        scenarios[key].add(scenario_id)
    for key, name, resource_id in session.execute(
        sqlalchemy.select(*map(col, (DataItem.key, DataItem.name, DataItem.resource_id))).where(
            col(DataItem.key).in_(keys)
        )
    ):
        used[key, resource_id]  # holds it, wanted or not
        names[key][name] += 1
    about = {
        number: (name, provider_id, provider, cycle)
        for number, name, provider_id, provider, cycle in session.execute(
            sqlalchemy.select(
                *map(col, (DataResource.id, DataResource.name, DataResource.provider_id, Organisation.name)),
                col(DataResource.update_cycle),
            )
            .join(Organisation, col(Organisation.id) == DataResource.provider_id)
            .where(col(DataResource.id).in_({resource_id for _, resource_id in used}))
        )
    }
    held: dict[str, list[Holder]] = defaultdict(list)
    for (key, resource_id), (got, asked) in used.items():
        held[key].append(Holder(resource_id, *about[resource_id], connected=got, asked=asked))
    return held, names, scenarios


def _decisions(session: Session, keys: Collection[str], now: Mapping[str, set[int]]) -> dict[str, list[Decided]]:
    rows = session.execute(
        sqlalchemy.select(SourceDecision, col(DataResource.name), col(Account.name))
        .outerjoin(DataResource, col(DataResource.id) == SourceDecision.resource_id)
        .outerjoin(Account, col(Account.id) == SourceDecision.decided_by)
        .where(col(SourceDecision.key).in_(keys))
        .order_by(col(SourceDecision.id).desc())
    ).all()
    found: dict[str, list[Decided]] = defaultdict(list)
    for row, resource, by in rows:
        stale = set(row.resources) != now.get(row.key, set())
        found[row.key].append(
            Decided(row.outcome, row.resource_id, resource or "", row.reason, by or "系统", row.decided_at, stale)
        )
    return found
