"""Reads about needs and their priority. Every one starts from what the actor may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.errors import NotFound, WrongState
from core.words import Asker, GovernanceLevel, NeedSource, Role, Side
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    Attachment,
    Need,
    NeedMerge,
    NeedTicket,
    Organisation,
    RegionGroup,
    Scenario,
    ScenarioNeed,
)
from regions import groups
from regions.queries import names
from scenarios import domain_queries, rules
from scenarios.queries import Link, colleagues, readable
from scenarios.search import normal, searchable

ENTITY = "need"
_ABOVE, _NONE = "市级及以上", "未分组"  # where there is no group to be in


@dataclass(frozen=True)
class NeedRow:
    """A need in a list. `place` of `peers` is its rank among needs of the same region group, where the group
    is that of the day the need speaks of (`as_of`)."""

    id: int
    code: str
    title: str
    asker: Asker
    level: GovernanceLevel
    region_code: str
    region: str
    domain: str
    source: NeedSource
    group: str
    as_of: date
    priority: rules.Priority
    place: int | None
    peers: int
    scenarios: int
    merged: bool


@dataclass(frozen=True)
class Merge:
    """A need that was merged into this one."""

    id: int
    need: Link
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class NeedDetail:
    row: NeedRow
    description: str
    people: str
    unit: str
    events: int | None
    events_from: date | None
    events_to: date | None
    severity: int
    owner_id: int | None
    owner: str
    created_by: str
    created_at: datetime
    scenarios: Sequence[Link]
    files: Sequence[Attached]
    tickets: int  # as evidence
    merged_into: Link | None
    merges: Sequence[Merge]
    subject: Subject
    version: int


def readable_needs(actor: Actor) -> Any:
    """Needs of one's region or organisation, those behind a scenario one can see, and those merged into one
    of these: a merged need stays readable."""
    query = select(Need)
    if actor.is_staff:
        return query
    if not may(actor, Permission.SCENARIO_READ):
        return query.where(false())
    scenarios = readable(actor).with_only_columns(Scenario.id)
    linked = select(ScenarioNeed.need_id).where(col(ScenarioNeed.scenario_id).in_(scenarios))
    own: list[Any] = [
        col(Need.created_by).in_(colleagues(actor)),
        col(Need.owner_organisation_id) == actor.organisation_id,
        col(Need.id).in_(linked),
        col(Need.merged_into_id).in_(linked),
    ]
    if actor.role is Role.COUNTY:
        own.append(col(Need.region_code) == actor.region_code)
    return query.where(or_(*own))


def needs(
    actor: Actor,
    *,
    search: str = "",
    region_code: str | None = None,
    group: str | None = None,
    domain: str | None = None,
    source: NeedSource | None = None,
    asker: Asker | None = None,
    merged: bool = False,
) -> list[NeedRow]:
    """Needs with their priority, most urgent first; those that cannot be computed come last. A city or a
    province as `region_code` stands for all of it. Merged needs only when asked for."""
    query = readable_needs(actor)
    if region_code:
        query = query.where(col(Need.region_code).startswith(_stem(region_code)))
    for column, value in ((Need.domain, domain), (Need.source, source), (Need.asker, asker)):
        if value is not None:
            query = query.where(column == value)
    if not merged:
        query = query.where(col(Need.merged_into_id).is_(None))
    wanted = normal(search)
    with read() as session:
        found = [row for row in session.scalars(query) if not wanted or wanted in searchable(f"{row.code} {row.title}")]
        rows = [row for row in _need_rows(session, actor, found) if not group or row.group == group]
    return sorted(rows, key=lambda row: (row.priority.total is None, -(row.priority.total or 0), row.code))


def need(actor: Actor, need_id: int | None) -> NeedDetail | None:
    if need_id is None:
        return None
    with read() as session:
        row = session.scalars(readable_needs(actor).where(Need.id == need_id)).first()
        if row is None:
            return None
        author = session.exec(select(Account.name).where(Account.id == row.created_by)).one()
        owner = session.exec(select(Organisation.name).where(Organisation.id == row.owner_organisation_id)).first()
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
            unit=row.unit,
            events=row.events,
            events_from=row.events_from,
            events_to=row.events_to,
            severity=row.severity,
            owner_id=row.owner_organisation_id,
            owner=owner or "",
            created_by=author,
            created_at=row.created_at,
            scenarios=[Link(*item) for item in linked],
            files=files.attached(session, ENTITY, [need_id]),
            tickets=session.exec(
                select(func.count()).select_from(NeedTicket).where(NeedTicket.need_id == need_id)
            ).one(),
            merged_into=_link(session, row.merged_into_id),
            merges=_merges(session, need_id),
            subject=subject_of(session, row),
            version=row.version,
        )


def file_content(actor: Actor, attachment_id: int) -> bytes:
    """An evidence file of a need that the actor sees."""
    visible = readable_needs(actor).with_only_columns(Need.id)
    with read() as session:
        mine = session.exec(
            select(Attachment.id).where(
                Attachment.id == attachment_id, Attachment.entity == ENTITY, col(Attachment.entity_id).in_(visible)
            )
        ).first()
        if mine is None:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


def mergeable(actor: Actor, into: NeedDetail) -> list[NeedRow]:
    """Needs that could be the same as this one: of the same region or of a wider or narrower one, not merged
    yet, and the actor's to edit."""
    code = into.row.region_code
    query = readable_needs(actor).where(col(Need.merged_into_id).is_(None), Need.id != into.row.id)
    with read() as session:
        owners = dict(session.exec(select(Account.id, Account.organisation_id)).all())
        found = [
            row
            for row in session.scalars(query)
            if (row.region_code.startswith(_stem(code)) or code.startswith(_stem(row.region_code)))
            and may(actor, Permission.NEED_EDIT, Subject(row.region_code, owners[row.created_by], row.created_by))
        ]
        return sorted(_need_rows(session, actor, found), key=lambda row: row.code)


def require_unmerged(session: Session, need_ids: Sequence[int]) -> None:
    """Refuse to link to a need that was merged; the page it was chosen on is older than the merge."""
    survivor = aliased(Need)
    found = session.execute(
        select(Need.code, survivor.code)
        .join(survivor, col(survivor.id) == Need.merged_into_id)
        .where(col(Need.id).in_(need_ids))
    ).all()
    if found:
        merged = "；".join(f"{code} 已并入 {into}" for code, into in found)
        raise WrongState(f"所选需求中有的已被合并：{merged}。", "请改选合并后的需求。")


def domains(actor: Actor) -> list[str]:
    """The domains that are offered, then those that needs the actor sees have added."""
    offered = domain_queries.domains(actor)
    with read() as session:
        used = session.scalars(readable_needs(actor).with_only_columns(Need.domain).distinct().order_by(Need.domain))
        return list(dict.fromkeys((*offered, *filter(None, used))))


def group_names() -> list[str]:
    """The groups a need can be compared in, those of today and of earlier lists."""
    query = select(RegionGroup.name).where(RegionGroup.scheme == groups.MAIN_SCHEME).distinct()
    with read() as session:
        listed = session.exec(query.order_by(RegionGroup.name)).all()
    return [Side.DEVELOPED.label, *listed, _ABOVE, _NONE]


def subject_of(session: Session, row: Need) -> Subject:
    """What permissions are asked about: a need belongs to the organisation that registered it."""
    owner = session.exec(select(Account.organisation_id).where(Account.id == row.created_by)).one()
    return Subject(
        region_code=row.region_code,
        organisation_id=owner,
        created_by=row.created_by,
        editable=row.merged_into_id is None,
    )


def _need_rows(session: Session, actor: Actor, found: Sequence[Need]) -> list[NeedRow]:
    """Rows with their place. Peers are all needs of the province's group, seen or not: only figures of theirs
    are used. A need of 2023 is compared within the groups of 2023."""
    figures = session.execute(
        sqlalchemy.select(
            *map(col, (Need.id, Need.events, Need.events_from, Need.events_to, Need.severity, Need.level)),
            col(Need.region_code),
            col(Need.created_at),
            col(Need.merged_into_id),
        )
    ).all()
    as_of = {key: last or clock.beijing(created).date() for key, _, _, last, _, _, _, created, _ in figures}
    counties = {code for *_, code, _, _ in figures if _is_county(code)}
    member = groups.timeline(session, counties, set(as_of.values()))
    priorities: dict[int, rules.Priority] = {}
    by_group: dict[tuple[str, str], dict[int, int | None]] = defaultdict(dict)
    group: dict[int, tuple[str, str]] = {}
    for key, *parts, code, _, merged_into in figures:
        priorities[key] = rules.need_priority(*parts)
        known = member.get((code, as_of[key]))
        group[key] = code[:2], known.name if known else _other(code)
        if merged_into is None:
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
            id=number,
            code=row.code,
            title=row.title,
            asker=row.asker,
            level=row.level,
            region_code=row.region_code,
            region=named[row.region_code],
            domain=row.domain,
            source=row.source,
            group=group[number][1],
            as_of=as_of[number],
            priority=priorities[number],
            place=place.get(number),
            peers=len(by_group[group[number]]),
            scenarios=used.get(number, 0),
            merged=row.merged_into_id is not None,
        )
        for row in found
        for number in [row.id or 0]
    ]


def _link(session: Session, need_id: int | None) -> Link | None:
    found = session.exec(select(Need.id, Need.code, Need.title).where(Need.id == need_id)).first()
    return Link(found[0] or 0, found[1], found[2]) if found else None


def _merges(session: Session, survivor_id: int) -> list[Merge]:
    """What was merged into a need and not taken apart again, newest first: merges are undone in that order."""
    rows = session.execute(
        sqlalchemy.select(
            *map(
                col, (NeedMerge.id, NeedMerge.reason, NeedMerge.merged_at, Account.name, Need.id, Need.code, Need.title)
            )
        )
        .join(Need, col(Need.id) == NeedMerge.merged_id)
        .join(Account, col(Account.id) == NeedMerge.merged_by)
        .where(col(NeedMerge.survivor_id) == survivor_id, col(NeedMerge.undone_at).is_(None))
        .order_by(col(NeedMerge.id).desc())
    )
    return [Merge(number, Link(*need), reason, by, at) for number, reason, at, by, *need in rows]


def _stem(code: str) -> str:
    """What the codes of everything within a region begin with."""
    return code.removesuffix("0000") if code.endswith("0000") else code.removesuffix("00")


def _other(code: str) -> str:
    return _NONE if _is_county(code) else _ABOVE


def _is_county(code: str) -> bool:
    return len(code) == 6 and not code.endswith("00")
