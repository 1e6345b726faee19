"""Reads about rounds: how far each is, who is where in one of them, what was granted and what was frozen.

A round is one period of a collection. Staff see all of it; a county the part that is its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.periods import Period
from core.words import GraceKind, ReturnState
from db.session import read
from db.tables import Account, Collection, Observation, Region, ReturnGrace, ReturnRow, RoundFreeze
from metrics import follow_ups, queries
from metrics.model import Entry
from metrics.progress import Course, Status
from metrics.queries import ReturnView


@dataclass(frozen=True)
class GraceView:
    """An unlock or an extension that was given; `until` is the last day."""

    kind: GraceKind
    until: date
    was_due_on: date
    reason: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True)
class Progress:
    """How many returns of a round are where. `due` are those that count in the denominators: handed in, or
    past their deadline; `handed_in` and `in_time` are parts of it."""

    expected: int
    due: int
    handed_in: int
    in_time: int
    by_status: Counter[Status] = field(default_factory=Counter)

    @property
    def completeness(self) -> float | None:
        return self.handed_in / self.due if self.due else None

    @property
    def timeliness(self) -> float | None:
        return self.in_time / self.due if self.due else None


@dataclass(frozen=True)
class FreezeView:
    """That a round was frozen: when, by whom, with what remark."""

    frozen_at: datetime
    frozen_by: str
    note: str


@dataclass(frozen=True)
class Round:
    """One round in the list."""

    collection_id: int
    collection: str
    period: str
    due_on: date  # the latest deadline of its returns
    progress: Progress
    freeze: FreezeView | None

    @property
    def label(self) -> str:
        return Period.parse(self.period).label


@dataclass(frozen=True)
class Board:
    """One round: every return of it that the actor sees, by region."""

    round: Round
    returns: Sequence[ReturnView]

    @property
    def stamp(self) -> str:
        """Names this state of the returns, so that a command can be about what its reader saw."""
        return stamp((view.id, view.version) for view in self.returns)

    def with_status(self, *statuses: Status) -> list[ReturnView]:
        now = clock.now()
        return [view for view in self.returns if view.course.status(now) in statuses]


def stamp(versions: Any) -> str:
    """The digest of (id, version) pairs in any order."""
    return hashlib.sha256(repr(sorted(versions)).encode()).hexdigest()[:16]


def progress_of(courses: Sequence[Course]) -> Progress:
    """Counts over the returns of a round as they stand now."""
    now = clock.now()
    today = clock.beijing(now).date()
    due = [course for course in courses if course.due(today)]
    handed_in = [course for course in due if course.state.counts]
    return Progress(
        len(courses),
        len(due),
        len(handed_in),
        sum(bool(course.in_time) for course in handed_in),
        Counter(course.status(now) for course in courses),
    )


def rounds(actor: Actor, *, collection_id: int | None = None, most: int = 200) -> list[Round]:
    """The rounds that have begun to be reported, the newest first."""
    seen = queries.readable(actor).where(col(ReturnRow.opens_on) <= clock.today())
    if collection_id is not None:
        seen = seen.where(ReturnRow.collection_id == collection_id)
    query = seen.with_only_columns(
        col(ReturnRow.collection_id),
        col(ReturnRow.period),
        col(ReturnRow.state),
        col(ReturnRow.opens_on),
        col(ReturnRow.due_on),
        col(ReturnRow.first_submitted_at),
        col(ReturnRow.locked_at),
        col(ReturnRow.unlocked_until),
    )
    courses: dict[tuple[int, str], list[Course]] = defaultdict(list)
    with read() as session:
        for number, period, *dates in session.execute(query):
            courses[number, period].append(Course(*dates))
        names = _names(session, {number for number, _ in courses})
        freezes = _freezes(session, {number for number, _ in courses})
    newest = sorted(courses, key=lambda key: names[key[0]])
    newest.sort(key=lambda key: Period.parse(key[1]).end, reverse=True)
    return [_round(key, names[key[0]], courses[key], freezes.get(key)) for key in newest[:most]]


def board(actor: Actor, collection_id: int, period: str) -> Board | None:
    """A round with its returns; None when the actor sees none of them."""
    views = queries.returns(actor, collection_id=collection_id, period=period)
    if not views:
        return None
    key = (collection_id, period)
    with read() as session:
        freeze = _freezes(session, {collection_id}).get(key)
    found = _round(key, views[0].collection, [view.course for view in views], freeze)
    return Board(found, sorted(views, key=lambda view: view.region_code))


def graces(actor: Actor, return_id: int) -> list[GraceView]:
    """What was ever granted for a return that the actor sees, newest first."""
    seen = queries.readable(actor).where(ReturnRow.id == return_id).with_only_columns(col(ReturnRow.id))
    query = (
        select(ReturnGrace, Account.name)
        .outerjoin(Account, col(Account.id) == ReturnGrace.given_by)
        .where(col(ReturnGrace.return_id).in_(seen))
        .order_by(col(ReturnGrace.id).desc())
    )
    with read() as session:
        return [
            GraceView(row.kind, row.until, row.was_due_on, row.reason, name or "命令行", row.given_at)
            for row, name in session.exec(query)
        ]


@dataclass(frozen=True)
class Obstacles:
    """What stands between a round and its freeze: `blocking` must be settled first, `left_out` says whose
    values the frozen figures will do without."""

    blocking: Sequence[str]
    left_out: Sequence[str]


def obstacles(session: Session, collection_id: int, period: str) -> Obstacles:
    """For the board and for the command alike."""
    rows = session.exec(
        select(ReturnRow, Region.name)
        .join(Region, col(Region.code) == ReturnRow.region_code)
        .where(ReturnRow.collection_id == collection_id, ReturnRow.period == period)
        .order_by(ReturnRow.region_code)
    ).all()
    now = clock.now()
    open_until = [row.due_on for row, _ in rows if not row.state.counts and now < clock.end_of_day(row.due_on)]
    blocking = []
    if open_until:
        blocking.append(f"还有 {len(open_until)} 个地区没有报，期限到 {max(open_until)}，期限之后才能冻结")
    courses = [(queries.course_of(row), name) for row, name in rows]
    waiting = [name for course, name in courses if course.status(now) in (Status.CORRECTED, Status.UNLOCKED)]
    if waiting:
        blocking.append(f"{'、'.join(waiting)}正在更正，请等更正审完，或等解锁到期")
    doubts = follow_ups.open_in_round(session, collection_id, period)
    if doubts:
        where = "、".join(f"{name} {number} 条" for name, number in doubts.items())
        blocking.append(
            f"还有 {sum(doubts.values())} 条疑点没有答复（{where}），请县里说明或更正，或由研究院写明理由采信"
        )
    left_out = []
    for words, names in (
        ("还没有提交", [name for course, name in courses if course.state is ReturnState.DRAFT]),
        ("已退回、尚未重报", [name for course, name in courses if course.state is ReturnState.RETURNED]),
        ("提交了还没有审核", [name for course, name in courses if course.state is ReturnState.SUBMITTED]),
        ("迟报", [name for course, name in courses if course.state.counts and course.late]),
    ):
        if names:
            left_out.append(f"{len(names)} 个地区{words}：{'、'.join(names)}")
    return Obstacles(blocking, left_out)


def before_correction(actor: Actor, return_id: int) -> dict[int, Entry] | None:
    """What stood at the last lock, by indicator, of a return whose correction waits to be judged; None of any
    other."""
    with read() as session:
        row = session.exec(queries.readable(actor).where(ReturnRow.id == return_id)).first()
        if row is None or row.locked_at is None or row.state is not ReturnState.SUBMITTED:
            return None
        values = session.exec(
            select(Observation)
            .where(Observation.return_id == return_id, col(Observation.entered_at) <= row.locked_at)
            .order_by(col(Observation.revision))
        )
        return {value.indicator_id: queries.entry_of(value) for value in values}


def obstacles_of(actor: Actor, collection_id: int, period: str) -> Obstacles | None:
    """`obstacles` for staff; None for others, who freeze nothing."""
    if not actor.is_staff:
        return None
    with read() as session:
        return obstacles(session, collection_id, period)


def _round(key: tuple[int, str], name: str, courses: Sequence[Course], freeze: FreezeView | None) -> Round:
    return Round(key[0], name, key[1], max(course.due_on for course in courses), progress_of(courses), freeze)


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    found = session.exec(select(Collection.id, Collection.name).where(col(Collection.id).in_(ids)))
    return {number or 0: name for number, name in found}


def _freezes(session: Session, ids: set[int]) -> dict[tuple[int, str], FreezeView]:
    rows = session.exec(
        select(RoundFreeze, Account.name)
        .outerjoin(Account, col(Account.id) == RoundFreeze.frozen_by)
        .where(col(RoundFreeze.collection_id).in_(ids))
    )
    return {
        (row.collection_id, row.period): FreezeView(row.frozen_at, name or "命令行", row.note) for row, name in rows
    }
