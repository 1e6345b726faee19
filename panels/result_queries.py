"""A review's result as somebody may see it, and what stands before its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from core.words import (
    EntryState,
    ModerationOutcome,
    ReviewState,
    SheetState,
    SignatureKind,
)
from db.session import read
from db.tables import (
    Account,
    ModerationRecord,
    Organisation,
    PanelMember,
    Review,
    ReviewEntry,
    ReviewResult,
    ReviewSignature,
    Sheet,
    SheetVersion,
    UnlockRequest,
)
from panels import cases, health, outcome, sensitivity
from panels.health import Health
from panels.outcome import Case, Line, Outcome
from panels.panel_queries import MemberView, RecusalView, member_views, recusal_views
from panels.queries import Standing, find
from panels.review_queries import ReviewView, view
from panels.sensitivity import Variant
from panels.visibility import Sight


@dataclass(frozen=True)
class EntryName:
    """How an entry is named in a result. Of one that the reader must step aside from only code and title."""

    id: int
    code: str
    title: str
    whose: str
    state: EntryState
    state_reason: str
    number: int

    @property
    def short(self) -> str:
        return f"{self.code} {self.title}"


@dataclass(frozen=True)
class ModerationView:
    id: int
    entry_id: int
    flags: Sequence[str]
    present: Sequence[str]
    discussion: str
    outcome: ModerationOutcome
    dissent: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SignatureView:
    account_id: int
    name: str
    kind: SignatureKind
    statement: str
    at: datetime


@dataclass(frozen=True)
class FrozenView:
    """A result that was put forward. `changes`: against the one before, in words."""

    id: int
    number: int
    digest: str
    by: str
    at: datetime
    signatures: Sequence[SignatureView]
    body: dict[str, Any]
    changes: Sequence[str]
    organisation: str = ""  # of whoever put it forward


@dataclass(frozen=True)
class Correction:
    """A sheet that was changed after it had been handed in."""

    entry_id: int
    judge: str
    reason: str
    asked_by: str
    decided_by: str
    at: datetime


@dataclass(frozen=True)
class ResultView:
    """The result as the actor may see it. `lines` are the entries whose marks are his to see; of `hidden` ones he must
    step aside from he learns nothing but that. `judges`: names by member id; to a judge the others are numbers."""

    review: ReviewView
    case: Case
    outcome: Outcome
    lines: tuple[Line, ...]
    hidden: tuple[int, ...]
    variants: tuple[Variant, ...]
    health: Health
    names: dict[int, EntryName]
    judges: dict[int, str]
    members: Sequence[MemberView]
    recusals: Sequence[RecusalView]
    moderations: Sequence[ModerationView]
    corrections: Sequence[Correction]
    stale: dict[int, int]

    def entry(self, entry_id: int) -> str:
        """An entry's name, or that it is one to step aside from."""
        return "（回避的项目）" if entry_id in self.hidden else self.names[entry_id].short

    @property
    def placed(self) -> bool:
        """Whether places may be said: not to judges, and not to whoever must step aside from an entry, since a gap
        in the others' places would say where that one stands."""
        return not self.hidden and not self.review.standing.viewer.judges


def result(actor: Actor, review_id: int | None) -> ResultView | None:
    """The result, for whoever may see marks now; None: not there, or not yet."""
    with read() as session:
        try:
            row, stands = find(session, actor, review_id)
        except NotFound:
            return None
        if stands.sight is not Sight.MARKS:
            return None
        return load(session, actor, row, stands)


def load(session: Session, actor: Actor, row: Review, stands: Standing) -> ResultView:
    """The same within a session, for somebody whose sight was asked about."""
    case = cases.load(session, row)
    made = outcome.compute(case)
    found = tuple(sensitivity.variants(case, made.first))
    visible = stands.visible(case.entries)
    names = {
        entry.id or 0: EntryName(
            entry.id or 0,
            entry.code,
            entry.title,
            entry.organisation_name,
            entry.state,
            entry.state_reason,
            entry.number,
        )
        for entry in session.exec(
            select(ReviewEntry).where(ReviewEntry.review_id == row.id).order_by(col(ReviewEntry.code))
        )
    }
    members = member_views(session, row.id or 0)
    staff = not stands.viewer.judges
    lines = tuple(line for line in made.lines if line.entry in visible)
    return ResultView(
        review=view(session, row, stands),
        case=replace(case, sheets=tuple(sheet for sheet in case.sheets if sheet.entry in visible)),
        outcome=replace(
            made,
            lines=lines,
            severity=replace(
                made.severity,
                entries={entry: score for entry, score in made.severity.entries.items() if entry in visible},
            ),
        ),
        lines=lines,
        hidden=tuple(entry for entry in case.entries if entry in stands.viewer.blocked),
        variants=found,
        health=health.examine(case, made, found),
        names=names,
        judges={
            member.id: member.name if staff or member.id == stands.member_id else f"评委 {number}"
            for number, member in enumerate(members, start=1)
        },
        members=members if staff else [],
        recusals=[
            item for item in recusal_views(session, actor, row.id or 0, own=not staff) if item.state.blocks or staff
        ],
        moderations=[item for item in moderation_views(session, row.id or 0) if item.entry_id in visible],
        corrections=[item for item in _corrections(session, row.id or 0) if item.entry_id in visible],
        stale=_stale(session, row.id or 0, names),
    )


def moderation_views(session: Session, review_id: int) -> list[ModerationView]:
    """What was discussed, the newest record of each entry first."""
    rows = session.exec(
        select(ModerationRecord, Account.name)
        .outerjoin(Account, col(Account.id) == ModerationRecord.by)
        .where(ModerationRecord.review_id == review_id)
        .order_by(col(ModerationRecord.id).desc())
    ).all()
    return [
        ModerationView(
            row.id or 0,
            row.entry_id,
            row.flags,
            row.present,
            row.discussion,
            row.outcome,
            row.dissent,
            name or "",
            row.at,
        )
        for row, name in rows
    ]


def frozen(actor: Actor, review_id: int) -> list[FrozenView]:
    """The results that were put forward, the newest first: for staff who need not step aside from anything of it."""
    with read() as session:
        _, stands = find(session, actor, review_id)
        if stands.viewer.judges or stands.sight is not Sight.MARKS or stands.viewer.blocked:
            return []
        return frozen_views(session, review_id)


def frozen_views(session: Session, review_id: int) -> list[FrozenView]:
    names = dict(session.exec(select(Account.id, Account.name)).all())
    houses = dict(
        session.exec(
            select(Account.id, Organisation.name).join(Organisation, col(Organisation.id) == Account.organisation_id)
        ).all()
    )
    rows = session.exec(
        select(ReviewResult).where(ReviewResult.review_id == review_id).order_by(col(ReviewResult.number))
    ).all()
    signed: dict[int, list[SignatureView]] = {row.id or 0: [] for row in rows}
    for signature in session.exec(
        select(ReviewSignature)
        .where(col(ReviewSignature.result_id).in_(list(signed)))
        .order_by(col(ReviewSignature.id))
    ):
        signed[signature.result_id].append(
            SignatureView(
                signature.account_id,
                names.get(signature.account_id, ""),
                signature.kind,
                signature.statement,
                signature.at,
            )
        )
    found, before = [], None
    for row in rows:
        found.append(
            FrozenView(
                row.id or 0,
                row.number,
                row.digest,
                names.get(row.by, "") if row.by else "",
                row.at,
                signed[row.id or 0],
                row.outcome,
                changes(before, row.outcome),
                houses.get(row.by, "") if row.by else "",
            )
        )
        before = row.outcome
    return found[::-1]


def changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What a reissued result changes, an entry a line."""
    if before is None:
        return []
    old = {line["code"]: line for line in before["lines"]}
    new = {line["code"]: line for line in after["lines"]}
    found = []
    for code in dict.fromkeys([*old, *new]):
        mine, theirs = old.get(code), new.get(code)
        if mine is None or theirs is None:
            found.append(f"{code}：{'新列入' if mine is None else '不再列入'}")
        elif (mine["score"], mine["rank"]) != (theirs["score"], theirs["rank"]):
            found.append(
                f"{code}：{mine['shown']} 分、{_place(mine['rank'])} → {theirs['shown']} 分、{_place(theirs['rank'])}"
            )
    return found


def _place(rank: int | None) -> str:
    return f"第 {rank} 名" if rank else "不排名"


def final_lines(session: Session, review_id: int, *, rehearsal: bool = False) -> list[dict[str, Any]]:
    """The lines of a finished review's result, by place, for rooms above: entry, code, rank, score ("n/d"), … .
    Empty unless it is 已定稿, and a rehearsal only for a rehearsal of the room above."""
    row = session.get(Review, review_id)
    if row is None or row.state is not ReviewState.FINAL or row.rehearsal is not rehearsal:
        return []
    newest = session.exec(
        select(ReviewResult)
        .where(ReviewResult.review_id == review_id)
        .order_by(col(ReviewResult.number).desc())
        .limit(1)
    ).first()
    return list(newest.outcome["lines"]) if newest else []


def _corrections(session: Session, review_id: int) -> list[Correction]:
    names = dict(session.exec(select(Account.id, Account.name)).all())
    rows = session.exec(
        select(UnlockRequest, Sheet.entry_id, PanelMember.account_id)
        .join(Sheet, col(Sheet.id) == UnlockRequest.sheet_id)
        .join(PanelMember, col(PanelMember.id) == Sheet.member_id)
        .where(Sheet.review_id == review_id, col(UnlockRequest.granted).is_(True))
        .order_by(col(UnlockRequest.id))
    ).all()
    return [
        Correction(
            entry,
            names.get(judge, ""),
            row.reason,
            names.get(row.asked_by, ""),
            names.get(row.decided_by, "") if row.decided_by else "",
            row.decided_at or row.asked_at,
        )
        for row, entry, judge in rows
    ]


def _stale(session: Session, review_id: int, names: dict[int, EntryName]) -> dict[int, int]:
    """Entry id → how many submitted sheets marked an earlier version of it."""
    found: dict[int, int] = {}
    for entry, number in session.exec(
        select(Sheet.entry_id, SheetVersion.entry_number)
        .join(
            SheetVersion,
            (col(SheetVersion.sheet_id) == Sheet.id) & (col(SheetVersion.number) == Sheet.number),
        )
        .where(Sheet.review_id == review_id, Sheet.state == SheetState.SUBMITTED)
    ):
        if number < names[entry].number:
            found[entry] = found.get(entry, 0) + 1
    return found
