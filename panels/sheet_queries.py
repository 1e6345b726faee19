"""A judge's own sheets: what is asked of him, what he has given, what he handed in. Nothing here is anybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from core.words import EntryState, ReviewRound, ReviewState, SheetDoor, SheetState
from db.session import read
from db.tables import PanelMember, Review, ReviewEntryVersion, Sheet, SheetVersion, UnlockRequest
from panels.entries import TITLES
from panels.queries import Standing, find
from panels.review_queries import EntryView, ReviewView, entry_views, readable, standing, view
from panels.rubric import Rubric, digest

OPEN = (SheetState.DRAFT, SheetState.UNLOCKED)
_IDENTIFYING = frozenset({"organisation_name", "credit_code", "region_code", "team"})


@dataclass(frozen=True)
class OwnSheet:
    """An entry that the judge is given, and his sheet for it as it is stored. `number` 0: nothing saved yet.
    `marked_number`: the version of the entry that he marked; None while he marked none."""

    id: int | None
    entry: EntryView
    round: ReviewRound
    state: SheetState
    number: int
    marks: Mapping[str, int]
    reasons: Mapping[str, str]
    comment: str
    why: str
    marked_number: int | None
    late: bool
    saved_at: datetime | None
    submitted_at: datetime | None
    asked_at: datetime | None  # when unlocking it was asked for, while nobody has answered
    lacks: tuple[str, ...]  # what keeps it from being handed in
    score: Fraction | None  # out of 100; None while a mark is missing

    @property
    def open(self) -> bool:
        """Whether its judge may still change it, as far as the sheet goes."""
        return self.state in OPEN and self.entry.state is EntryState.ACTIVE

    @property
    def ready(self) -> bool:
        return self.open and not self.lacks

    @property
    def outdated(self) -> bool:
        """Whether the entry has changed since it was marked."""
        return self.marked_number is not None and self.marked_number != self.entry.number and bool(self.marks)

    @property
    def words(self) -> str:
        """Where it stands, in words."""
        if self.entry.state is not EntryState.ACTIVE:
            return self.entry.state.label
        if self.state is SheetState.DRAFT:
            return "已评完，待提交" if self.ready else "评了一部分" if self.marks else "未评"
        return self.state.label


@dataclass(frozen=True)
class OwnSheets:
    """All that a review asks of a judge: `sheets` by code, `aside` the entries that he steps aside from."""

    review: ReviewView
    sheets: tuple[OwnSheet, ...]
    aside: tuple[EntryView, ...]

    @property
    def asked(self) -> tuple[OwnSheet, ...]:
        """Those that still take part."""
        return tuple(sheet for sheet in self.sheets if sheet.entry.state is EntryState.ACTIVE)

    @property
    def done(self) -> int:
        return sum(not sheet.open for sheet in self.asked)

    @property
    def ready(self) -> tuple[OwnSheet, ...]:
        return tuple(sheet for sheet in self.asked if sheet.ready)

    def of(self, entry_id: int) -> OwnSheet | None:
        return next((sheet for sheet in self.sheets if sheet.entry.id == entry_id), None)

    def unfinished_after(self, entry_id: int | None) -> OwnSheet | None:
        """The next one that is not whole yet, in the order of the list and from its beginning again; then the next
        that is whole and not handed in; None when all are in."""
        ids = [sheet.entry.id for sheet in self.asked]
        at = ids.index(entry_id) + 1 if entry_id in ids else 0
        around = [*self.asked[at:], *self.asked[:at]]
        return next((sheet for sheet in around if sheet.open and sheet.lacks), None) or next(
            (sheet for sheet in around if sheet.open), None
        )


@dataclass(frozen=True)
class Saving:
    """One version of a sheet."""

    number: int
    state: SheetState
    marks: Mapping[str, int]
    reasons: Mapping[str, str]
    comment: str
    why: str
    door: SheetDoor
    at: datetime


def calls(actor: Actor) -> list[OwnSheets]:
    """The reviews that have called this judge and what each asks of him, those that wait for him first."""
    mine = select(PanelMember.review_id).where(
        PanelMember.account_id == actor.account_id, col(PanelMember.left_at).is_(None)
    )
    with read() as session:
        rows = session.scalars(readable(actor).where(col(Review.id).in_(mine))).all()
        stands = [(row, standing(session, actor, row)) for row in rows]
        found = [_own(session, row, how) for row, how in stands if how.viewer.judges]
    order = [ReviewState.SCORING, ReviewState.RECUSING, ReviewState.MODERATING]
    return sorted(
        found,
        key=lambda own: (
            order.index(own.review.state) if own.review.state in order else len(order),
            own.done == len(own.asked),
            -own.review.id,
        ),
    )


def own(actor: Actor, review_id: int | None) -> OwnSheets:
    """What one review asks of this judge. NotFound: no such review, or he does not judge in it."""
    with read() as session:
        row, stands = find(session, actor, review_id)
        if not stands.viewer.judges:
            raise NotFound("您不是这次评审的评委。", "请从“我的评审”里选择。")
        return _own(session, row, stands)


def savings(actor: Actor, review_id: int, entry_id: int) -> list[Saving]:
    """Every version of the judge's own sheet for an entry, the newest first; none where he steps aside."""
    with read() as session:
        _, stands = find(session, actor, review_id)
        if stands.member_id is None or entry_id in stands.viewer.blocked:
            return []
        rows = session.exec(
            select(SheetVersion)
            .join(Sheet, col(Sheet.id) == SheetVersion.sheet_id)
            .where(Sheet.member_id == stands.member_id, Sheet.entry_id == entry_id)
            .order_by(col(SheetVersion.id).desc())
        ).all()
        return [
            Saving(row.number, row.state, row.marks, row.reasons, row.comment, row.why, row.door, row.at)
            for row in rows
        ]


def entry_changes(actor: Actor, review_id: int, entry_id: int, since: int) -> list[tuple[str, str, str]]:
    """What changed in an entry since its version `since`: (field, then, now). Of one that he may open only."""
    with read() as session:
        row, stands = find(session, actor, review_id)
        if entry_id not in stands.openable([entry_id]):
            return []
        rows = session.exec(
            select(ReviewEntryVersion)
            .where(ReviewEntryVersion.entry_id == entry_id, ReviewEntryVersion.number >= since)
            .order_by(col(ReviewEntryVersion.number))
        ).all()
        if len(rows) < 2:
            return []
        hidden = _IDENTIFYING if row.blind and not stands.viewer.staff else frozenset()
        before, after = rows[0].content, rows[-1].content
        return [
            (title, _said(before.get(name)), _said(after.get(name)))
            for name, title in TITLES.items()
            if name not in hidden and before.get(name) != after.get(name)
        ]


def receipt_digest(sheets: OwnSheets) -> str:
    """A hash of the marks as they are stored, which the receipt carries."""
    return digest(
        [
            [sheet.entry.code, sheet.state.value, sheet.number, dict(sheet.marks), dict(sheet.reasons), sheet.comment]
            for sheet in sheets.sheets
        ]
    )


def _said(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(item) for item in value) or "–"
    return str(value or "–")


def _own(session: Session, row: Review, stands: Standing) -> OwnSheets:
    review = view(session, row, stands)
    entries = entry_views(session, row, stands)
    stored = _stored(session, stands.member_id or 0)
    asked = dict(
        session.exec(
            select(UnlockRequest.sheet_id, UnlockRequest.asked_at)
            .join(Sheet, col(Sheet.id) == UnlockRequest.sheet_id)
            .where(Sheet.member_id == stands.member_id, col(UnlockRequest.granted).is_(None))
        ).all()
    )
    given = [
        _sheet(review.rubric, entry, stored.get(entry.id), asked)
        for entry in entries
        if entry.id in stands.viewer.given and not entry.stepped_aside
    ]
    return OwnSheets(review, tuple(given), tuple(entry for entry in entries if entry.stepped_aside))


def _stored(session: Session, member_id: int) -> dict[int, tuple[Sheet, SheetVersion | None]]:
    """A member's sheets by entry with their newest versions; of two rounds the later one."""
    rows = session.execute(
        select(Sheet, SheetVersion)
        .outerjoin(SheetVersion, (col(SheetVersion.sheet_id) == Sheet.id) & (SheetVersion.number == Sheet.number))
        .where(Sheet.member_id == member_id)
    ).all()
    rounds = list(ReviewRound)
    ordered = sorted(rows, key=lambda pair: rounds.index(pair[0].round))
    return {sheet.entry_id: (sheet, version) for sheet, version in ordered}


def _sheet(
    rubric: Rubric,
    entry: EntryView,
    stored: tuple[Sheet, SheetVersion | None] | None,
    asked: Mapping[int, datetime],
) -> OwnSheet:
    sheet, version = stored or (None, None)
    marks = version.marks if version else {}
    reasons = version.reasons if version else {}
    return OwnSheet(
        id=sheet.id if sheet else None,
        entry=entry,
        round=sheet.round if sheet else ReviewRound.INITIAL,
        state=sheet.state if sheet else SheetState.DRAFT,
        number=sheet.number if sheet else 0,
        marks=marks,
        reasons=reasons,
        comment=version.comment if version else "",
        why=version.why if version else "",
        marked_number=version.entry_number if version else None,
        late=bool(sheet and sheet.late),
        saved_at=version.at if version else None,
        submitted_at=sheet.submitted_at if sheet else None,
        asked_at=asked.get(sheet.id or 0) if sheet else None,
        lacks=tuple(rubric.wrong(marks, reasons, whole=True)),
        score=None if rubric.missing(marks) else rubric.score(marks),
    )
