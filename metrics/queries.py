"""Reads about returns. Every one starts from what the actor may see. What they ask for: `metrics.defined`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.errors import NotFound
from core.periods import Cadence, Period
from core.words import ReturnState, Role, TargetKind
from db.session import read
from db.tables import (
    Account,
    Collection,
    CollectionIndicator,
    IndicatorRow,
    Observation,
    Pilot,
    Region,
    ReturnRow,
    Upload,
)
from metrics import defined, definitions, promises, revisions, rule_queries
from metrics.model import Entry, Form, Indicator, Line
from metrics.progress import Course
from metrics.promises import TargetView, applying, in_force, targets_of, targets_of_all

__all__ = ["TargetView", "applying", "in_force", "targets_of", "targets_of_all"]  # asked here by every room above

EDITABLE = (ReturnState.DRAFT, ReturnState.RETURNED)
HISTORY = 24  # how many earlier periods help to judge a value


@dataclass(frozen=True)
class ReturnView:
    """One return as lists and pages show it."""

    id: int
    collection_id: int
    collection: str
    pilot_id: int | None
    region_code: str
    region: str
    period: str
    opens_on: date
    due_on: date
    due_provisional: bool
    state: ReturnState
    submitted_at: datetime | None
    comment: str
    filled: int
    asked: int
    version: int
    course: Course

    @property
    def label(self) -> str:
        return Period.parse(self.period).label

    @property
    def status(self) -> tuple[str, str]:
        """(tone, words) at this moment."""
        now = clock.now()
        return self.course.status(now).value, self.course.words(now)


@dataclass(frozen=True)
class Revision:
    """One recorded value of one figure."""

    revision: int
    entry: Entry
    entered_at: datetime
    entered_by: str
    door: str
    late: bool
    filename: str


@dataclass(frozen=True)
class Explanation:
    """Where a county's figure comes from: definition, parts, return, every revision."""

    indicator: Indicator
    collection: str
    region_code: str
    region: str
    period: str
    return_id: int
    state: ReturnState
    submitted_at: datetime | None
    revisions: Sequence[Revision]
    targets: Sequence[TargetView]


def readable(actor: Actor) -> SelectOfScalar[ReturnRow]:
    """The only start of a read of returns: staff see all, a county its own and its towns', nobody else any."""
    query = select(ReturnRow)
    if actor.is_staff:
        return query
    code = actor.region_code if actor.role is Role.COUNTY else None
    return query.where(within(col(ReturnRow.region_code), code))


def within(column: Any, code: str | None) -> Any:
    """Whether a column of region codes names a county or one of its towns (`accounts.permissions.covers`). A range,
    so that an index serves it; without a code nothing."""
    return column.between(code, f"{code}999") if code else column.is_(None) & column.is_not(None)


def for_update(session: Session, actor: Actor, return_id: int) -> ReturnRow:
    """The row, if this actor sees it at all. Locked, so that of two who save at once the second meets
    the first one's version and not its half-written values."""
    row = session.exec(readable(actor).where(ReturnRow.id == return_id).with_for_update()).first()
    if row is None:
        raise NotFound("没有找到这份报送，或您无权办理。", "请从“报送”列表重新进入。")
    return row


def returns(
    actor: Actor,
    *,
    collection_id: int | None = None,
    period: str | None = None,
    open_by: date | None = None,
    overdue_on: date | None = None,
    region_code: str | None = None,
    states: Sequence[ReturnState] = (),
    ids: Sequence[int] = (),
    to_fill_at: datetime | None = None,
    limit: int = 2000,
) -> list[ReturnView]:
    """Returns the actor may see, the latest deadline first. `open_by` keeps those that may be filled by
    then, `overdue_on` those whose deadline has passed without them being handed in, `to_fill_at` those that wait for
    their region at that moment: begun and not handed in, or unlocked for a correction."""
    query = readable(actor)
    if collection_id is not None:
        query = query.where(ReturnRow.collection_id == collection_id)
    if period is not None:
        query = query.where(ReturnRow.period == period)
    if open_by is not None:
        query = query.where(col(ReturnRow.opens_on) <= open_by)
    if overdue_on is not None:
        owed = [state for state in ReturnState if not state.counts]
        query = query.where(col(ReturnRow.due_on) < overdue_on, col(ReturnRow.state).in_(owed))
    if to_fill_at is not None:
        begun = col(ReturnRow.state).in_(EDITABLE) & (col(ReturnRow.opens_on) <= clock.beijing(to_fill_at).date())
        unlocked = (col(ReturnRow.state) == ReturnState.LOCKED) & (col(ReturnRow.unlocked_until) > to_fill_at)
        query = query.where(begun | unlocked)
    if region_code is not None:
        query = query.where(ReturnRow.region_code == region_code)
    if states:
        query = query.where(col(ReturnRow.state).in_(list(states)))
    if ids:
        query = query.where(col(ReturnRow.id).in_(list(ids)))
    with read() as session:
        query = query.order_by(col(ReturnRow.due_on).desc(), col(ReturnRow.region_code), col(ReturnRow.id))
        rows = session.exec(query.limit(limit)).all()
        return _views(session, rows)


def form(actor: Actor, return_id: int) -> tuple[ReturnView, Form] | None:
    """A return and everything it asks; None when there is none or it is not the actor's."""
    with read() as session:
        row = session.exec(readable(actor).where(ReturnRow.id == return_id)).first()
        return None if row is None else (_views(session, [row])[0], form_of(session, row))


def form_of(session: Session, row: ReturnRow) -> Form:
    """What one return asks, with the values stored now and those of earlier periods."""
    collection = session.get_one(Collection, row.collection_id)
    region = session.get_one(Region, row.region_code)
    asked = [asking for asking in defined.askings(session, row.collection_id) if asking.holds(row.period)]
    past = _values(session, row, ahead=any(asking.indicator.accumulation.cumulative for asking in asked))
    targets = targets_of(session, row.collection_id)
    lines = []
    for asking in asked:
        found = asking.indicator
        history = past.get(asking.same_before, {}) | past.get(found.id, {})
        lines.append(
            Line(
                indicator=found,
                current=history.get(row.period),
                history=[item for item in history.items() if item[0] < row.period],
                following=next((item for item in history.items() if item[0] > row.period), None),
                target=_applying(targets, found.id, TargetKind.TARGET, row),
                baseline=_applying(targets, found.id, TargetKind.BASELINE, row),
            )
        )
    return Form(
        collection_id=row.collection_id,
        collection=collection.name,
        region_code=row.region_code,
        region=region.name,
        period=Period.parse(row.period),
        due_on=row.due_on,
        contact=collection.contact,
        lines=tuple(lines),
        rules=rule_queries.in_force(session, row.collection_id),
        waivers=rule_queries.excused(session, [row.region_code]),
        correcting=row.submitted_at is not None,
    )


def explain(actor: Actor, collection_id: int, indicator_id: int, region_code: str, period: str) -> Explanation | None:
    """Everything behind one county's figure; None when there is none or it is not the actor's."""
    if not may(actor, Permission.RETURN_READ, Subject(region_code=region_code)):
        return None
    with read() as session:
        row = session.exec(
            readable(actor).where(
                ReturnRow.collection_id == collection_id,
                ReturnRow.region_code == region_code,
                ReturnRow.period == period,
            )
        ).first()
        definition = session.get(IndicatorRow, indicator_id)
        if row is None or definition is None:
            return None
        revisions = session.exec(
            select(Observation, Account.name, Upload.filename)
            .outerjoin(Account, col(Account.id) == Observation.entered_by)
            .outerjoin(Upload, col(Upload.id) == Observation.upload_id)
            .where(Observation.return_id == row.id, Observation.indicator_id == indicator_id)
            .order_by(col(Observation.revision))
        ).all()
        return Explanation(
            indicator=defined.indicator_of(definition),
            collection=session.get_one(Collection, collection_id).name,
            region_code=region_code,
            region=session.get_one(Region, region_code).name,
            period=period,
            return_id=row.id or 0,
            state=row.state,
            submitted_at=row.submitted_at,
            revisions=[
                Revision(o.revision, entry_of(o), o.entered_at, name or "命令行导入", o.door, o.late, filename or "")
                for o, name, filename in revisions
            ],
            targets=[
                target
                for target in lines_of(session, collection_id, defined.indicator_of(definition))
                if target.region_code in (None, region_code)
            ],
        )


def lines_of(session: Session, collection_id: int, indicator: Indicator) -> list[TargetView]:
    """Every baseline and target of a definition, those of earlier versions in their place."""
    versions = defined.versions_to(session, indicator)
    return promises.joined(targets_of(session, collection_id), versions, definitions.joins(versions))


def course_of(row: ReturnRow) -> Course:
    """The dates that decide where a return stands."""
    return Course(
        row.state, row.opens_on, row.due_on, row.first_submitted_at, row.locked_at, row.unlocked_until
    )  # fmt: skip


def editable(row: ReturnRow) -> bool:
    """Whether its county can change values now: it is not handed in, or locked but unlocked for the moment."""
    return row.state in EDITABLE or course_of(row).unlocked(clock.now())


def entry_of(row: Observation) -> Entry:
    return Entry(row.n, row.d, row.state, row.reason, row.note, row.link)


def _values(session: Session, row: ReturnRow, *, ahead: bool) -> dict[int, dict[str, Entry]]:
    """Current values of this unit by indicator and period, oldest first, up to this return's period, or with
    `ahead` also of as many periods after it."""
    period = Period.parse(row.period)
    first, last = str(period.shift(-HISTORY)), str(period.shift(HISTORY)) if ahead else row.period
    rows = session.exec(
        select(Observation, ReturnRow.period, revisions.link())
        .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
        .where(
            ReturnRow.collection_id == row.collection_id,
            ReturnRow.region_code == row.region_code,
            ReturnRow.period >= first,
            ReturnRow.period <= last,
        )
        .order_by(ReturnRow.period, col(Observation.revision))
    )
    found: dict[int, dict[str, Entry]] = defaultdict(dict)
    for observation, key, link in rows:
        found[observation.indicator_id][key] = replace(entry_of(observation), link=link)
    return found


def _applying(
    targets: dict[int, list[TargetView]], indicator_id: int, kind: TargetKind, row: ReturnRow
) -> Decimal | None:
    return applying(targets.get(indicator_id, []), kind, row.region_code, row.period)


def _views(session: Session, rows: Sequence[ReturnRow]) -> list[ReturnView]:
    collections = {row.collection_id for row in rows}
    names = dict(session.exec(select(Collection.id, Collection.name).where(col(Collection.id).in_(collections))).all())
    pilots = dict(
        session.exec(select(Pilot.collection_id, Pilot.id).where(col(Pilot.collection_id).in_(collections))).all()
    )
    asked: dict[int, list[tuple[str, str, Cadence]]] = defaultdict(list)
    for number, begins, ends, cadence in session.exec(
        select(
            CollectionIndicator.collection_id,
            CollectionIndicator.from_period,
            CollectionIndicator.until_period,
            IndicatorRow.cadence,
        )
        .join(IndicatorRow, col(IndicatorRow.id) == CollectionIndicator.indicator_id)
        .where(col(CollectionIndicator.collection_id).in_(collections))
    ):
        asked[number].append((begins, ends, Cadence(cadence)))
    counted = select(Observation.return_id, func.count(func.distinct(Observation.indicator_id))).group_by(
        col(Observation.return_id)
    )
    if len(rows) < 500:
        counted = counted.where(col(Observation.return_id).in_([row.id for row in rows]))
    else:
        counted = counted.join(ReturnRow, col(ReturnRow.id) == Observation.return_id).where(
            col(ReturnRow.collection_id).in_(collections)
        )
    filled = dict(session.exec(counted).all())
    regions = dict(
        session.exec(
            select(Region.code, Region.name).where(col(Region.code).in_({row.region_code for row in rows}))
        ).all()
    )
    return [
        ReturnView(
            id=row.id or 0,
            collection_id=row.collection_id,
            collection=names[row.collection_id],
            pilot_id=pilots.get(row.collection_id),
            region_code=row.region_code,
            region=regions[row.region_code],
            period=row.period,
            opens_on=row.opens_on,
            due_on=row.due_on,
            due_provisional=row.due_provisional,
            state=row.state,
            submitted_at=row.submitted_at,
            comment=row.comment,
            filled=filled.get(row.id or 0, 0),
            asked=sum(
                begins <= row.period <= (ends or row.period) and Period.parse(row.period).closes(cadence)
                for begins, ends, cadence in asked[row.collection_id]
            ),
            version=row.version,
            course=course_of(row),
        )
        for row in rows
    ]
