"""Reads about definitions: every version with what it changed, and who uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from sqlalchemy import exists, func, select
from sqlmodel import col

from accounts.permissions import Actor, Permission, require
from core.words import CollectionKind, IndicatorRole
from db.session import read
from db.tables import (
    Account,
    Collection,
    CollectionIndicator,
    DataResource,
    IndexSystem,
    IndexVersion,
    IndicatorRow,
    Observation,
    Organisation,
    Pilot,
    Region,
    Rollup,
)
from metrics import defined, definitions, queries
from metrics.definitions import Difference
from metrics.model import Indicator


@dataclass(frozen=True)
class VersionView:
    """One version of a definition: whose it is, whether values refer to it, and how it differs from the one
    before (nothing for the first)."""

    indicator: Indicator
    author: str
    created_at: datetime | None
    used: bool
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Use:
    """A collection that asks for an indicator, by which version, and in which periods ("" for no bound).
    `pilot_id` is None for a standing assessment."""

    collection_id: int
    collection: str
    kind: CollectionKind
    pilot_id: int | None
    role: IndicatorRole
    version: int
    from_period: str
    until_period: str


@dataclass(frozen=True)
class Latest:
    """The newest figure of a collection for an indicator: the province's sum, for a county its own."""

    collection_id: int
    collection: str
    indicator: Indicator
    region_code: str
    region: str
    period: str
    value: Fraction | None


@dataclass(frozen=True)
class Source:
    """The data resource a definition's figures come from."""

    id: int
    name: str
    provider: str


@dataclass(frozen=True)
class IndexUse:
    """An index system that weighs an indicator, in its newest version."""

    id: int
    name: str
    number: int


def versions(actor: Actor, code: str) -> list[VersionView]:
    """Every version of a definition, the newest first."""
    require(actor, Permission.INDICATOR_READ)
    used = exists().where(col(Observation.indicator_id) == col(IndicatorRow.id))
    query = (
        select(IndicatorRow, col(Account.name), used)
        .outerjoin(Account, col(Account.id) == col(IndicatorRow.created_by))
        .where(col(IndicatorRow.code) == code)
        .order_by(col(IndicatorRow.version))
    )
    with read() as session:
        rows = [(defined.indicator_of(row), name, row.created_at, taken) for row, name, taken in session.execute(query)]
    differences: list[list[Difference]] = [[]]
    differences += [definitions.differences(old[0], new[0]) for old, new in pairwise(rows)]
    found = [
        VersionView(indicator, name or "系统初始目录", at, bool(taken), changed)
        for (indicator, name, at, taken), changed in zip(rows, differences, strict=True)
    ]
    return found[::-1]


def uses(actor: Actor, code: str) -> list[Use]:
    """Who asks for an indicator, in any version: staff see all, a county those it takes part in, others none."""
    require(actor, Permission.INDICATOR_READ)
    query = (
        select(
            col(Collection.id), col(Collection.name), col(Collection.kind), col(Pilot.id),
            col(CollectionIndicator.role), col(IndicatorRow.version),
            col(CollectionIndicator.from_period), col(CollectionIndicator.until_period),
        )
        .join(CollectionIndicator, col(CollectionIndicator.collection_id) == col(Collection.id))
        .join(IndicatorRow, col(IndicatorRow.id) == col(CollectionIndicator.indicator_id))
        .outerjoin(Pilot, col(Pilot.collection_id) == col(Collection.id))
        .where(col(IndicatorRow.code) == code)
        .order_by(col(Collection.name), col(IndicatorRow.version))
    )  # fmt: skip
    if not actor.is_staff:
        own = select(queries.readable(actor).subquery().c.collection_id)
        query = query.where(col(Collection.id).in_(own))
    with read() as session:
        return [Use(*row) for row in session.execute(query)]


def latest(actor: Actor, code: str) -> list[Latest]:
    """The newest figure in each collection that `uses` names to this actor, of each version that has one."""
    known = {use.collection_id for use in uses(actor, code)}
    key = (col(Rollup.collection_id), col(Rollup.indicator_id), col(Rollup.scope_code))
    scope = col(Rollup.scope_code).like("__0000") if actor.is_staff else col(Rollup.scope_code) == actor.region_code
    newest = (
        select(*key, func.max(col(Rollup.period)).label("period"))
        .where(col(Rollup.collection_id).in_(known), col(Rollup.group_name) == "", scope, col(Rollup.n).is_not(None))
        .group_by(*key)
        .subquery()
        .c
    )
    query = (
        select(Rollup, IndicatorRow, col(Collection.name), col(Region.name))
        .join(IndicatorRow, col(IndicatorRow.id) == col(Rollup.indicator_id))
        .join(Collection, col(Collection.id) == col(Rollup.collection_id))
        .join(Region, col(Region.code) == col(Rollup.scope_code))
        .where(
            newest.collection_id == col(Rollup.collection_id), newest.indicator_id == col(Rollup.indicator_id),
            newest.scope_code == col(Rollup.scope_code), newest.period == col(Rollup.period),
            col(Rollup.group_name) == "", col(IndicatorRow.code) == code,
        )
        .order_by(col(Collection.name), col(IndicatorRow.version), col(Rollup.scope_code))
    )  # fmt: skip
    with read() as session:
        found = [(row, defined.indicator_of(known), *names) for row, known, *names in session.execute(query)]
    return [
        Latest(row.collection_id, name, indicator, row.scope_code, region, row.period, indicator.value(row.n, row.d))
        for row, indicator, name, region in found
    ]


def source(actor: Actor, indicator: Indicator) -> Source | None:
    """The data resource behind an indicator; None when none is linked."""
    require(actor, Permission.INDICATOR_READ)
    if indicator.source_resource_id is None:
        return None
    query = (
        select(col(DataResource.id), col(DataResource.name), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(DataResource.provider_id))
        .where(col(DataResource.id) == indicator.source_resource_id)
    )
    with read() as session:
        row = session.execute(query).first()
        return None if row is None else Source(*row)


def resources(actor: Actor) -> dict[int, str]:
    """Data resources to choose a source from: id → name（provider）."""
    require(actor, Permission.INDICATOR_READ)
    query = (
        select(col(DataResource.id), col(DataResource.name), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(DataResource.provider_id))
        .order_by(col(Organisation.name), col(DataResource.name))
    )
    with read() as session:
        return {number: f"{name}（{provider}）" for number, name, provider in session.execute(query)}


def index_systems(actor: Actor, code: str) -> list[IndexUse]:
    """The index systems that weigh an indicator, in any of its versions; for staff, who build them."""
    if not actor.is_staff:
        return []
    newest = select(func.max(col(IndexVersion.id))).group_by(col(IndexVersion.system_id))
    query = (
        select(col(IndexSystem.id), col(IndexSystem.name), col(IndexVersion.number), col(IndexVersion.design))
        .join(IndexVersion, col(IndexVersion.system_id) == col(IndexSystem.id))
        .where(col(IndexVersion.id).in_(newest))
        .order_by(col(IndexSystem.name))
    )
    with read() as session:
        return [
            IndexUse(number or 0, name, version)
            for number, name, version, design in session.execute(query)
            if any(criterion["code"] == code for criterion in design["criteria"])
        ]
