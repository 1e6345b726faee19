"""Reads for the pages of a review: lists, the review, its entries with their files, its panel, its recusals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, require
from core.errors import NotFound
from core.words import (
    EntryState,
    MemberRole,
    PanelRule,
    RecusalKind,
    RecusalState,
    ReviewKind,
    ReviewState,
    Role,
)
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    Attachment,
    Organisation,
    PanelMember,
    Recusal,
    Region,
    Review,
    ReviewAssignment,
    ReviewEntry,
    RubricRow,
    RubricVersion,
)
from panels import windows
from panels.queries import Standing, entry_of, find, readable, standing
from panels.rubric import Rubric

ENTRY = "review_entry"  # what an entry's files hang on
# Who may be asked to judge: people of the institute run the review and do not judge it.
JUDGING = (Role.JUDGE, Role.DEPARTMENT)


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


@dataclass(frozen=True)
class MemberView:
    id: int
    account_id: int
    name: str
    organisation: str
    role: MemberRole
    replaces: str
    left_at: datetime | None
    left_reason: str
    declared_at: datetime | None
    version: int


@dataclass(frozen=True)
class RecusalView:
    """A reason to step aside. `mine`: it is the actor's own, so he does not decide it."""

    id: int
    entry_id: int
    entry: str
    account_id: int
    person: str
    kind: RecusalKind
    state: RecusalState
    detail: str
    declared_by: str
    declared_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    mine: bool
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


def members(actor: Actor, review_id: int) -> list[MemberView]:
    """The panel, those who left last. Judges see the names of the panel, nobody else does."""
    with read() as session:
        find(session, actor, review_id)
        return member_views(session, review_id)


def member_views(session: Session, review_id: int) -> list[MemberView]:
    rows = session.execute(
        select(PanelMember, Account.name, Organisation.name)
        .join(Account, col(Account.id) == PanelMember.account_id)
        .join(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(PanelMember.review_id == review_id)
        .order_by(col(PanelMember.left_at).is_not(None), col(PanelMember.id))
    ).all()
    names = {member.id: name for member, name, _ in rows}
    return [
        MemberView(
            id=member.id,
            account_id=member.account_id,
            name=name,
            organisation=organisation,
            role=member.role,
            replaces=names.get(member.replaces_id, ""),
            left_at=member.left_at,
            left_reason=member.left_reason,
            declared_at=member.declared_at,
            version=member.version,
        )
        for member, name, organisation in rows
    ]


@dataclass(frozen=True)
class Candidate:
    account_id: int
    name: str
    organisation: str


def candidates(actor: Actor, review_id: int) -> list[Candidate]:
    """Who could be asked to judge: judges and people of departments who never sat in this panel."""
    require(actor, Permission.REVIEW_RUN)
    with read() as session:
        find(session, actor, review_id)
        seated = select(PanelMember.account_id).where(PanelMember.review_id == review_id)
        rows = session.exec(
            select(Account.id, Account.name, Organisation.name)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(col(Account.role).in_(JUDGING), col(Account.active), col(Account.id).not_in(seated))
            .order_by(col(Account.role).desc(), col(Account.id))
        ).all()
        return [Candidate(key or 0, name, organisation) for key, name, organisation in rows]


def recusals(actor: Actor, review_id: int) -> list[RecusalView]:
    """Reasons to step aside: to staff all, to a judge his own; those to be decided first."""
    with read() as session:
        _, stands = find(session, actor, review_id)
        hidden = stands.viewer.blocked
        return [
            # What matched what would say whose an entry is that the reader must step aside from.
            replace(item, detail="") if item.entry_id in hidden and not item.mine else item
            for item in recusal_views(session, actor, review_id, own=not stands.viewer.staff)
        ]


def recusal_views(session: Session, actor: Actor, review_id: int, *, own: bool) -> list[RecusalView]:
    names = dict(session.exec(select(Account.id, Account.name)).all())
    query = (
        select(Recusal, ReviewEntry.code, ReviewEntry.title)
        .join(ReviewEntry, col(ReviewEntry.id) == Recusal.entry_id)
        .where(Recusal.review_id == review_id)
        .order_by(col(Recusal.decided_at).is_not(None), col(ReviewEntry.code), col(Recusal.id))
    )
    if own:
        query = query.where(Recusal.account_id == actor.account_id)
    return [
        RecusalView(
            id=row.id,
            entry_id=row.entry_id,
            entry=f"{code} {title}",
            account_id=row.account_id,
            person=names.get(row.account_id, ""),
            kind=row.kind,
            state=row.state,
            detail=row.detail,
            declared_by=names.get(row.declared_by, "") if row.declared_by else "系统查出",
            declared_at=row.declared_at,
            decided_by=names.get(row.decided_by, "") if row.decided_by else "",
            decided_at=row.decided_at,
            reason=row.reason,
            mine=row.account_id == actor.account_id,
            version=row.version,
        )
        for row, code, title in session.execute(query).all()
    ]


def assignments(actor: Actor, review_id: int) -> dict[int, list[int]]:
    """Who judges what, entry id → member ids: to staff all, to a judge his own."""
    with read() as session:
        _, stands = find(session, actor, review_id)
        query = select(ReviewAssignment).where(ReviewAssignment.review_id == review_id)
        if not stands.viewer.staff:
            query = query.where(ReviewAssignment.member_id == stands.member_id)
        found: dict[int, list[int]] = defaultdict(list)
        for row in session.exec(query.order_by(col(ReviewAssignment.entry_id), col(ReviewAssignment.member_id))):
            found[row.entry_id].append(row.member_id)
        return dict(found)


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
