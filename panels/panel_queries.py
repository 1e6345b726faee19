"""Reads about the panel of a review: who sits in it, who could, who must step aside and who judges what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core.words import MemberRole, RecusalKind, RecusalState, Role
from db.session import read
from db.tables import Account, Organisation, PanelMember, Recusal, ReviewAssignment, ReviewEntry
from panels.queries import find

# Who may be asked to judge: people of the institute run the review and do not judge it.
JUDGING = (Role.JUDGE, Role.DEPARTMENT)


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


@dataclass(frozen=True)
class Candidate:
    account_id: int
    name: str
    organisation: str


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
