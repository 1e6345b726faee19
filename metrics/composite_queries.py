"""Reads about index systems: their versions, their results, and the figures they are computed from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Permission, may
from core.words import ReturnState
from db.session import read
from db.tables import (
    Account,
    Collection,
    IndexResult,
    IndexSystem,
    IndexVersion,
    ReturnRow,
)
from metrics import composite_figures as figures
from metrics.composite import Design
from metrics.composite_result import Outcome, from_json
from metrics.model import Indicator


@dataclass(frozen=True)
class SystemView:
    """An index system in a list, by its newest version."""

    id: int
    name: str
    purpose: str
    number: int
    collection: str
    design: Design
    results: int
    version: int


@dataclass(frozen=True)
class VersionView:
    """One version of a design."""

    id: int
    number: int
    collection_id: int
    collection: str
    design: Design
    reason: str
    author: str
    created_at: datetime


@dataclass(frozen=True)
class ResultView:
    """A frozen result, without its content."""

    id: int
    version_id: int
    number: int
    first: str
    last: str
    note: str
    author: str
    frozen_at: datetime
    digest: str


@dataclass(frozen=True)
class SystemDetail:
    """An index system with all its versions and frozen results, the newest first."""

    id: int
    name: str
    purpose: str
    version: int
    versions: Sequence[VersionView]
    results: Sequence[ResultView]


def readable(actor: Actor) -> SelectOfScalar[IndexSystem]:
    """The only start of a read of index systems: whoever may see every unit's place."""
    query = select(IndexSystem)
    return query if may(actor, Permission.INDEX_READ) else query.where(false())


def systems(actor: Actor) -> list[SystemView]:
    """Every index system, the newest first."""
    with read() as session:
        rows = session.exec(readable(actor).order_by(col(IndexSystem.id).desc())).all()
        newest: dict[int, tuple[IndexVersion, str]] = {}
        for version, collection in session.exec(
            select(IndexVersion, Collection.name)
            .join(Collection, col(Collection.id) == IndexVersion.collection_id)
            .where(col(IndexVersion.system_id).in_([row.id for row in rows]))
            .order_by(col(IndexVersion.number))
        ):
            newest[version.system_id] = (version, collection)
        counted = dict(
            session.execute(
                columns(col(IndexVersion.system_id), func.count())
                .join(IndexResult, col(IndexResult.version_id) == col(IndexVersion.id))
                .group_by(col(IndexVersion.system_id))
            ).all()
        )
        found = []
        for row in rows:
            assert row.id is not None
            version, collection = newest[row.id]
            design = Design.model_validate(version.design)
            found.append(
                SystemView(
                    row.id,
                    row.name,
                    row.purpose,
                    version.number,
                    collection,
                    design,
                    counted.get(row.id, 0),
                    row.version,
                )
            )
        return found


def system(actor: Actor, system_id: int) -> SystemDetail | None:
    """One index system; None when there is none or it is not the actor's to see."""
    with read() as session:
        row = session.exec(readable(actor).where(IndexSystem.id == system_id)).first()
        if row is None:
            return None
        versions = session.execute(
            columns(IndexVersion, col(Collection.name), col(Account.name))
            .join(Collection, col(Collection.id) == col(IndexVersion.collection_id))
            .outerjoin(Account, col(Account.id) == col(IndexVersion.created_by))
            .where(col(IndexVersion.system_id) == system_id)
            .order_by(col(IndexVersion.number).desc())
        ).all()
        results = session.execute(
            columns(
                col(IndexResult.id),
                col(IndexResult.version_id),
                col(IndexVersion.number),
                col(IndexResult.first_period),
                col(IndexResult.last_period),
                col(IndexResult.note),
                func.coalesce(col(Account.name), "命令行"),
                col(IndexResult.frozen_at),
                col(IndexResult.digest),
            )
            .join(IndexVersion, col(IndexVersion.id) == col(IndexResult.version_id))
            .outerjoin(Account, col(Account.id) == col(IndexResult.frozen_by))
            .where(col(IndexVersion.system_id) == system_id)
            .order_by(col(IndexResult.id).desc())
        ).all()
        return SystemDetail(
            id=system_id,
            name=row.name,
            purpose=row.purpose,
            version=row.version,
            versions=[
                VersionView(
                    version.id, version.number, version.collection_id, collection,
                    Design.model_validate(version.design), version.reason, author or "命令行", version.created_at,
                )
                for version, collection, author in versions
            ],
            results=[ResultView(*result) for result in results],
        )  # fmt: skip


def frozen(actor: Actor, result_id: int) -> Outcome | None:
    """A frozen result as it was kept; None when there is none or it is not the actor's to see."""
    with read() as session:
        content = session.exec(
            select(IndexResult.outcome)
            .join(IndexVersion, col(IndexVersion.id) == IndexResult.version_id)
            .where(IndexResult.id == result_id, col(IndexVersion.system_id).in_(_ids(actor)))
        ).first()
        return None if content is None else from_json(content)


def outcome(actor: Actor, version_id: int, first: str, last: str) -> Outcome | None:
    """A version's result for the periods from `first` to `last`, computed from the values as they are now."""
    with read() as session:
        version = session.exec(
            select(IndexVersion).where(IndexVersion.id == version_id, col(IndexVersion.system_id).in_(_ids(actor)))
        ).first()
        if version is None:
            return None
        return figures.compute(session, version.collection_id, Design.model_validate(version.design), first, last)


def trial(actor: Actor, collection_id: int, design: Design, first: str, last: str) -> Outcome | None:
    """What a design without problems would come to, before it is kept."""
    if not may(actor, Permission.INDEX_DESIGN):
        return None
    with read() as session:
        return figures.compute(session, collection_id, design, first, last)


def collections(actor: Actor) -> dict[int, str]:
    """What an index may be computed from: collections with values handed in, id → name."""
    if not may(actor, Permission.INDEX_READ):
        return {}
    handed_in = columns(col(ReturnRow.collection_id)).where(_handed_in())
    query = columns(col(Collection.id), col(Collection.name)).where(col(Collection.id).in_(handed_in))
    with read() as session:
        return dict(session.execute(query.order_by(col(Collection.name))).all())


def choosable(actor: Actor, collection_id: int) -> list[Indicator]:
    """The indicators of a collection, in its order."""
    if not may(actor, Permission.INDEX_READ):
        return []
    with read() as session:
        return list(figures.asked(session, collection_id).values())


def periods(actor: Actor, collection_id: int) -> list[str]:
    """Periods in which something was handed in, the newest first."""
    if not may(actor, Permission.INDEX_READ):
        return []
    query = columns(col(ReturnRow.period)).where(col(ReturnRow.collection_id) == collection_id, _handed_in())
    with read() as session:
        return sorted(session.scalars(query.distinct()), reverse=True)


def digest(version_id: int, first: str, last: str, content: Mapping[str, Any]) -> str:
    """What a frozen result is known by."""
    text = json.dumps([version_id, first, last, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _handed_in() -> ColumnElement[bool]:
    return col(ReturnRow.state).in_([state for state in ReturnState if state.counts])


def _ids(actor: Actor) -> Select[tuple[int]]:
    return columns(readable(actor).subquery().c.id)
