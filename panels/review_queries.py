"""Reads for the pages of a review: lists, the review, its entries with their files. Its panel: `panel_queries`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from accounts.permissions import Actor
from core.errors import NotFound
from core.words import (
    EntryState,
    MemberRole,
    PanelRule,
    ReviewKind,
    ReviewState,
)
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Attachment,
    Organisation,
    PanelMember,
    Region,
    Review,
    ReviewEntry,
    RubricRow,
    RubricVersion,
)
from panels import windows
from panels.queries import Standing, entry_of, find, readable, standing
from panels.rubric import Rubric

ENTRY = "review_entry"  # what an entry's files hang on


@dataclass(frozen=True)
class ReviewRow:
    """A review in a list. `mine` is what it asks of the actor, in words; “” for nothing."""

    id: int
    code: str
    name: str
    kind: ReviewKind
    state: ReviewState
    rehearsal: bool
    rubric: str
    entries: int
    judges: int
    opens_at: datetime | None
    closes_at: datetime | None
    mine: str


@dataclass(frozen=True)
class ReviewView:
    """A review with its rubric and rule, and how the actor stands to it."""

    id: int
    code: str
    name: str
    kind: ReviewKind
    state: ReviewState
    rubric_id: int
    rubric_version_id: int
    rubric_name: str
    rubric_number: int
    rubric_digest: str
    rubric: Rubric
    rule: PanelRule
    quorum: int
    per_entry: int
    places: int | None
    tie_keys: tuple[str, ...]
    blind: bool
    rehearsal: bool
    opens_at: datetime | None
    closes_at: datetime | None
    grace_until: datetime | None
    rule_digest: str
    released_at: datetime | None
    standing: Standing
    version: int

    def phase(self, at: datetime) -> windows.Phase:
        return windows.phase(at, self.opens_at, self.closes_at, self.grace_until)


@dataclass(frozen=True)
class EntryView:
    """An entry as somebody sees it. `stepped_aside`: he must not see more than code and title, and all the rest is
    empty. `whose` is “” to judges of a blind review."""

    id: int
    code: str
    title: str
    stepped_aside: bool
    openable: bool
    summary: str
    whose: str
    region: str
    credit_code: str
    team: tuple[str, ...]
    number: int
    state: EntryState
    state_reason: str
    version: int


def reviews(actor: Actor, *, rehearsal: bool | None = None) -> list[ReviewRow]:
    """The reviews that the actor may know of, the newest first. `rehearsal`: only those, or none of them."""
    with read() as session:
        query = readable(actor).order_by(col(Review.id).desc())
        if rehearsal is not None:
            query = query.where(col(Review.rehearsal).is_(rehearsal))
        rows = session.scalars(query).all()
        ids = [row.id for row in rows]
        entries = _counts(session, ReviewEntry.review_id, ids, ReviewEntry.state == EntryState.ACTIVE)
        judges = _counts(
            session,
            PanelMember.review_id,
            ids,
            col(PanelMember.left_at).is_(None),
            col(PanelMember.role) != MemberRole.SHADOW,
        )
        names = dict(
            session.exec(
                select(RubricVersion.id, RubricRow.name)
                .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
                .where(col(RubricVersion.id).in_([row.rubric_version_id for row in rows]))
            ).all()
        )
        return [
            ReviewRow(
                id=row.id or 0,
                code=row.code,
                name=row.name,
                kind=row.kind,
                state=row.state,
                rehearsal=row.rehearsal,
                rubric=names.get(row.rubric_version_id, ""),
                entries=entries[row.id or 0],
                judges=judges[row.id or 0],
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                mine=_mine(standing(session, actor, row)),
            )
            for row in rows
        ]


def review(actor: Actor, review_id: int | None) -> ReviewView | None:
    """One review; None when it is not there or not the actor's to see."""
    with read() as session:
        try:
            row, stands = find(session, actor, review_id)
        except NotFound:
            return None
        return view(session, row, stands)


def view(session: Session, row: Review, stands: Standing) -> ReviewView:
    """The same within a session."""
    version, rubric = session.exec(
        select(RubricVersion, RubricRow)
        .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
        .where(RubricVersion.id == row.rubric_version_id)
    ).one()
    return ReviewView(
        id=row.id or 0,
        code=row.code,
        name=row.name,
        kind=row.kind,
        state=row.state,
        rubric_id=rubric.id or 0,
        rubric_version_id=version.id or 0,
        rubric_name=rubric.name,
        rubric_number=version.number,
        rubric_digest=version.digest,
        rubric=Rubric.from_json(version.body),
        rule=row.rule,
        quorum=row.quorum,
        per_entry=row.per_entry,
        places=row.places,
        tie_keys=tuple(row.tie_keys),
        blind=row.blind,
        rehearsal=row.rehearsal,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        grace_until=row.grace_until,
        rule_digest=row.rule_digest,
        released_at=row.released_at,
        standing=stands,
        version=row.version,
    )


def entries(actor: Actor, review_id: int) -> list[EntryView]:
    """The entries of a review as the actor may see them, by code: staff all; judges all while they declare recusals,
    then those they are given and those they step aside from."""
    with read() as session:
        row, stands = find(session, actor, review_id)
        return entry_views(session, row, stands)


def entry_views(session: Session, row: Review, stands: Standing) -> list[EntryView]:
    rows = session.execute(
        select(ReviewEntry, Organisation.name, Region.name)
        .outerjoin(Organisation, col(Organisation.id) == ReviewEntry.organisation_id)
        .outerjoin(Region, col(Region.code) == ReviewEntry.region_code)
        .where(ReviewEntry.review_id == row.id)
        .order_by(col(ReviewEntry.code))
    ).all()
    viewer = stands.viewer
    openable = stands.openable([entry.id for entry, *_ in rows])
    declaring = viewer.judges and row.state in (ReviewState.RECUSING, ReviewState.ASSIGNING)
    hidden = row.blind and not viewer.staff
    found = []
    for entry, organisation, region in rows:
        aside = entry.id in viewer.blocked
        if not (viewer.staff or aside or declaring or entry.id in viewer.given) and viewer.judges:
            continue
        found.append(
            EntryView(
                id=entry.id,
                code=entry.code,
                title=entry.title,
                stepped_aside=aside,
                openable=entry.id in openable,
                summary="" if aside else entry.summary,
                whose="" if aside or hidden else organisation or entry.organisation_name,
                region="" if aside or hidden else region or "",
                credit_code="" if aside or hidden else entry.credit_code,
                team=() if aside or hidden else tuple(entry.team),
                number=entry.number,
                state=entry.state,
                state_reason="" if aside else entry.state_reason,
                version=entry.version,
            )
        )
    return found


def entry_files(actor: Actor, review_id: int, entry_id: int) -> list[Attached]:
    """The files of an entry that the actor may open."""
    with read() as session:
        _, stands = find(session, actor, review_id)
        if entry_id not in stands.openable([entry_id]):
            return []
        entry_of(session, review_id, entry_id)
        return files.attached(session, ENTRY, [entry_id])


def entry_file(actor: Actor, attachment_id: int) -> bytes:
    """A file of an entry, for whoever may open the entry now."""
    with read() as session:
        entry = session.exec(
            select(ReviewEntry)
            .join(Attachment, col(Attachment.entity_id) == ReviewEntry.id)
            .where(Attachment.id == attachment_id, Attachment.entity == ENTRY)
        ).first()
        if entry is None:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        _, stands = find(session, actor, entry.review_id)
        if entry.id not in stands.openable([entry.id or 0]):
            raise NotFound("没有找到这个文件，或您应当回避。", "请刷新页面。")
        return files.content(session, attachment_id)


def _counts(session: Session, column: Any, ids: Sequence[int | None], *wanted: Any) -> Counter[int]:
    rows = session.execute(
        sqlalchemy.select(column, func.count()).where(col(column).in_(ids), *wanted).group_by(column)
    )
    return Counter(dict(rows.all()))


def _mine(stands: Standing) -> str:
    """What a review asks of somebody now."""
    viewer = stands.viewer
    if viewer.judges:
        if stands.state is ReviewState.RECUSING and stands.declared_at is None:
            return "待我申报回避"
        if stands.state is ReviewState.SCORING:
            return f"还有 {viewer.open_sheets} 份待评" if viewer.open_sheets else "我已评完"
        return ""
    return {
        ReviewState.PREPARING: "待筹备",
        ReviewState.RECUSING: "待认定回避",
        ReviewState.ASSIGNING: "待分配",
        ReviewState.MODERATING: "待合议",
        ReviewState.FINALISING: "待定稿",
    }.get(stands.state, "")
