"""Who judges what: planned by the solver, accepted or changed by hand, checked either way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, WrongState
from core.words import EntryState, MemberRole, ReviewState
from db import audit
from db.session import check_version, read, write
from db.tables import Account, Organisation, PanelMember, Review, ReviewAssignment, ReviewEntry, Sheet
from panels import assignment, recusing
from panels.queries import find

Pairs = frozenset[tuple[int, int]]  # (entry id, member id)


@dataclass(frozen=True)
class PlanView:
    """A plan: who judges what now, what the solver proposes with the fewest changes, and what is wrong with each in
    words. `blocked`: pairs that must not meet. Shadow judges are not planned: they may be added by hand."""

    current: Pairs
    proposed: Pairs
    blocked: Pairs
    findings: tuple[str, ...]
    proposed_findings: tuple[str, ...]
    entries: Mapping[int, str]
    members: Mapping[int, str]
    shadows: Mapping[int, str]
    load: Mapping[int, int]
    version: int

    @property
    def added(self) -> Pairs:
        return self.proposed - self.current

    @property
    def dropped(self) -> Pairs:
        counting = {pair for pair in self.current if pair[1] in self.members}
        return frozenset(counting - self.proposed)


def plan(actor: Actor, review_id: int, *, seed: int = 0, afresh: bool = False) -> PlanView:
    """The plan that stands and the one the solver would make of it; `afresh`: without regard to what stands."""
    require(actor, Permission.REVIEW_RUN)
    with read() as session:
        row, _ = find(session, actor, review_id)
        given = _facts(session, row)
    counting = {pair for pair in given.current if pair[1] in given.members}
    codes, names = given.entries, given.members
    blocked = {(codes[entry], names[member]) for entry, member in given.blocked if member in names and entry in codes}
    made = assignment.plan(
        list(codes.values()),
        list(names.values()),
        row.per_entry,
        blocked,
        seed,
        organisations={names[member]: organisation for member, organisation in given.organisations.items()},
        keep=() if afresh else {(codes[entry], names[member]) for entry, member in counting if entry in codes},
    )
    entry_of = {code: entry for entry, code in codes.items()}
    member_of = {name: member for member, name in names.items()}
    return PlanView(
        current=frozenset(given.current),
        proposed=frozenset((entry_of[entry], member_of[judge]) for entry, judge in made.pairs),
        blocked=frozenset(given.blocked),
        findings=tuple(
            assignment.check(
                sorted((codes[entry], names[member]) for entry, member in counting if entry in codes),
                list(codes.values()),
                list(names.values()),
                row.per_entry,
                blocked,
            )
        ),
        proposed_findings=made.findings,
        entries=codes,
        members=names,
        shadows=given.shadows,
        load=Counter(member for _, member in given.current),
        version=row.version,
    )


def assign(actor: Actor, review_id: int, pairs: Collection[tuple[int, int]], *, seen_version: int) -> int:
    """Let these pairs of (entry, member) stand, and no others; returns how many changed. Nobody is given what he must
    step aside from; while scoring, only pairs without a sheet are taken away."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        check_version(row, seen_version)
        if row.state not in (ReviewState.ASSIGNING, ReviewState.SCORING):
            raise WrongState(f"评审当前为“{row.state.label}”，不能分配。", "回避认定完、进入分配之后再分配。")
        given = _facts(session, row)
        wanted = set(pairs)
        known = {(entry, member) for entry in given.entries for member in (*given.members, *given.shadows)}
        if wanted - known:
            raise Invalid(["分配里有不在这次评审的项目或评委"], "请刷新页面后重新分配。")
        if wrong := wanted & given.blocked:
            people = {**given.members, **given.shadows}
            raise Invalid(
                [f"{people[member]}应回避 {given.entries[entry]}，不能分配" for entry, member in sorted(wrong)],
                "请换一位评委。",
            )
        gone = given.current - wanted
        begun = set(session.exec(select(Sheet.entry_id, Sheet.member_id).where(Sheet.review_id == review_id)).all())
        if kept := gone & begun:
            raise WrongState(f"有 {len(kept)} 份评分表已经动笔，不能取消分配。", "需要时请更换评委，或由评委弃权。")
        for entry, member in sorted(gone):
            session.delete(session.get_one(ReviewAssignment, (entry, member)))
        session.add_all(
            ReviewAssignment(entry_id=entry, member_id=member, review_id=review_id, by=actor.account_id, at=clock.now())
            for entry, member in sorted(wanted - given.current)
        )
        flag_modified(row, "plan_seed")  # another version: a page that showed the old assignment is refused
        changed = len(gone) + len(wanted - given.current)
        changes = {"added": sorted(wanted - given.current), "dropped": sorted(gone)}
        audit.record(session, actor.account_id, "review:assign", "review", review_id, changes)
        return changed


@dataclass(frozen=True)
class _Facts:
    entries: dict[int, str]
    members: dict[int, str]
    shadows: dict[int, str]
    organisations: dict[int, int]
    current: set[tuple[int, int]]
    blocked: set[tuple[int, int]]


def _facts(session: Session, row: Review) -> _Facts:
    entries = {
        key or 0: code
        for key, code in session.exec(
            select(ReviewEntry.id, ReviewEntry.code)
            .where(ReviewEntry.review_id == row.id, ReviewEntry.state == EntryState.ACTIVE)
            .order_by(col(ReviewEntry.code))
        )
    }
    people = session.exec(
        select(PanelMember, Account, Organisation.id)
        .join(Account, col(Account.id) == PanelMember.account_id)
        .join(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(PanelMember.review_id == row.id, col(PanelMember.left_at).is_(None))
        .order_by(col(PanelMember.id))
    ).all()
    names = _told_apart([(member.id or 0, account.name) for member, account, _ in people])
    aside = recusing.blocked(session, row.id or 0)
    return _Facts(
        entries=entries,
        members={m.id or 0: names[m.id or 0] for m, *_ in people if m.role is not MemberRole.SHADOW},
        shadows={m.id or 0: names[m.id or 0] for m, *_ in people if m.role is MemberRole.SHADOW},
        organisations={
            m.id or 0: organisation or 0 for m, _, organisation in people if m.role is not MemberRole.SHADOW
        },
        current=set(
            session.exec(
                select(ReviewAssignment.entry_id, ReviewAssignment.member_id)
                .join(PanelMember, col(PanelMember.id) == ReviewAssignment.member_id)
                .where(ReviewAssignment.review_id == row.id, col(PanelMember.left_at).is_(None))
            ).all()
        ),
        blocked={
            (entry, member.id or 0)
            for member, account, _ in people
            for entry in entries
            if (entry, account.id) in aside
        },
    )


def _told_apart(people: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Two judges of one name get their numbers, since a plan names them."""
    count = Counter(name for _, name in people)
    return {key: f"{name}（{key}）" if count[name] > 1 else name for key, name in people}
