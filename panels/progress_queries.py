"""How scoring goes, for those who run the review: who has handed in what, never a mark.

A judge asks about himself only; of pairs that must not meet and of entries that the reader must step aside from the
word 回避 is all there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core.words import EntryState, MemberRole, ReviewRound, SheetState
from db.session import read
from db.tables import Account, PanelMember, Review, ReviewAssignment, ReviewEntry, Sheet, UnlockRequest
from panels import recusing
from panels.queries import find

NOT_BEGUN, STEPPED_ASIDE = "未动笔", "回避"


@dataclass(frozen=True)
class JudgeProgress:
    """One judge. `counts` by word: 已提交, 草稿, 未动笔, 弃权, 回避, 已解锁; `expected` leaves those out who step aside."""

    member_id: int
    name: str
    role: MemberRole
    expected: int
    done: int
    counts: Mapping[str, int]
    last: datetime | None


@dataclass(frozen=True)
class Cell:
    """Where one judge's sheet for one entry stands. `sheet_id` None: none yet, or not for the reader."""

    entry_id: int
    member_id: int
    words: str
    state: SheetState | None
    sheet_id: int | None
    late: bool
    stale: bool


@dataclass(frozen=True)
class UnlockView:
    id: int
    sheet_id: int
    entry: str
    judge: str
    reason: str
    asked_by: str
    asked_at: datetime
    granted: bool | None
    decided_by: str
    decided_at: datetime | None
    answer: str
    own: bool
    version: int


@dataclass(frozen=True)
class Progress:
    """`entries`: id → code and title, of those that take part; `cells` by (entry, member), of pairs that are assigned."""

    entries: Mapping[int, tuple[str, str]]
    judges: Sequence[JudgeProgress]
    cells: Mapping[tuple[int, int], Cell]
    expected: int
    done: int


def progress(actor: Actor, review_id: int) -> Progress:
    """The first round as it stands."""
    require(actor, Permission.REVIEW_RUN)
    with read() as session:
        row, stands = find(session, actor, review_id)
        entries = {
            entry.id or 0: entry
            for entry in session.exec(
                select(ReviewEntry)
                .where(ReviewEntry.review_id == review_id, ReviewEntry.state == EntryState.ACTIVE)
                .order_by(col(ReviewEntry.code))
            )
        }
        people = session.exec(
            select(PanelMember, Account.name)
            .join(Account, col(Account.id) == PanelMember.account_id)
            .where(PanelMember.review_id == review_id, col(PanelMember.left_at).is_(None))
            .order_by(col(PanelMember.id))
        ).all()
        cells = _cells(session, row, entries, [member for member, _ in people], stands.viewer.blocked)
        last = _last(session, review_id)
    judges = []
    for member, name in people:
        mine = [cell for cell in cells.values() if cell.member_id == member.id]
        counts = Counter(cell.words for cell in mine)
        judges.append(
            JudgeProgress(
                member_id=member.id or 0,
                name=name,
                role=member.role,
                expected=sum(cell.words != STEPPED_ASIDE for cell in mine),
                done=sum(cell.state is not None and cell.state.done and cell.words != STEPPED_ASIDE for cell in mine),
                counts=counts,
                last=last.get(member.id or 0),
            )
        )
    return Progress(
        entries={key: (entry.code, entry.title) for key, entry in entries.items()},
        judges=judges,
        cells=cells,
        expected=sum(judge.expected for judge in judges if judge.role.counts),
        done=sum(judge.done for judge in judges if judge.role.counts),
    )


def unlocks(actor: Actor, review_id: int) -> list[UnlockView]:
    """Requests to change a sheet, those that wait first. Of entries that the reader must step aside from none."""
    require(actor, Permission.REVIEW_RUN)
    with read() as session:
        _, stands = find(session, actor, review_id)
        names = dict(session.exec(select(Account.id, Account.name)).all())
        rows = session.exec(
            select(UnlockRequest, ReviewEntry, PanelMember)
            .join(Sheet, col(Sheet.id) == UnlockRequest.sheet_id)
            .join(ReviewEntry, col(ReviewEntry.id) == Sheet.entry_id)
            .join(PanelMember, col(PanelMember.id) == Sheet.member_id)
            .where(Sheet.review_id == review_id, col(ReviewEntry.id).not_in(stands.viewer.blocked))
            .order_by(col(UnlockRequest.granted).is_not(None), col(UnlockRequest.id).desc())
        ).all()
        return [
            UnlockView(
                id=row.id or 0,
                sheet_id=row.sheet_id,
                entry=f"{entry.code} {entry.title}",
                judge=names.get(member.account_id, ""),
                reason=row.reason,
                asked_by=names.get(row.asked_by, ""),
                asked_at=row.asked_at,
                granted=row.granted,
                decided_by=names.get(row.decided_by, "") if row.decided_by else "",
                decided_at=row.decided_at,
                answer=row.answer,
                own=actor.account_id in (row.asked_by, member.account_id),
                version=row.version,
            )
            for row, entry, member in rows
        ]


def _cells(
    session: Session,
    row: Review,
    entries: Mapping[int, ReviewEntry],
    members: Sequence[PanelMember],
    hidden: frozenset[int],
) -> dict[tuple[int, int], Cell]:
    accounts = {member.id: member.account_id for member in members}
    aside = recusing.blocked(session, row.id or 0)
    sheets = {
        (sheet.entry_id, sheet.member_id): sheet
        for sheet in session.exec(
            select(Sheet).where(Sheet.review_id == row.id, Sheet.round == ReviewRound.INITIAL)
        ).all()
    }
    given = session.exec(
        select(ReviewAssignment.entry_id, ReviewAssignment.member_id).where(ReviewAssignment.review_id == row.id)
    ).all()
    pairs = set(given) | {
        (entry, member.id or 0) for member in members for entry in entries if (entry, member.account_id) in aside
    }
    found = {}
    for entry, member in sorted(pairs):
        if entry not in entries or member not in accounts:
            continue
        sheet = sheets.get((entry, member))
        if entry in hidden or (entry, accounts[member]) in aside:
            found[entry, member] = Cell(entry, member, STEPPED_ASIDE, None, None, late=False, stale=False)
            continue
        state = sheet.state if sheet and sheet.number else None
        found[entry, member] = Cell(
            entry,
            member,
            state.label if state else NOT_BEGUN,
            state,
            sheet.id if sheet else None,
            late=bool(sheet and sheet.late),
            stale=bool(sheet and sheet.entry_number and sheet.entry_number < entries[entry].number),
        )
    return found


def _last(session: Session, review_id: int) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for member, at in session.exec(select(Sheet.member_id, Sheet.changed_at).where(Sheet.review_id == review_id)):
        found[member] = max(at, found.get(member, at))
    return found
