"""Setting up what is asked of whom. These commands run inside the transaction of whoever needs the
collection (a pilot, an assessment), which has already checked that the actor may."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.errors import Invalid, NotFound
from core.numbers import to_micro
from core.periods import Period, span
from core.words import Arm, Direction, ReturnState, TargetKind
from db import audit
from db.tables import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Observation,
    Region,
    ReturnGrace,
    ReturnRow,
    Target,
    Upload,
)
from metrics import defined, queries, rollups
from metrics.schemas import CollectionIn, IndicatorPick, TargetIn, UnitPick
from regions.calendar import NoticeEnd, add_working_days


def create(session: Session, actor: Actor, data: CollectionIn) -> int:
    row = Collection(**data.model_dump())
    session.add(row)
    session.flush()
    assert row.id is not None
    audit.record(session, actor.account_id, "collection:create", "collection", row.id, data.model_dump())
    return row.id


def add_indicators(
    session: Session, actor: Actor, collection_id: int, picks: Sequence[IndicatorPick], from_period: str, reason: str
) -> None:
    """Ask for these indicators, with their first baselines and targets."""
    for position, pick in enumerate(picks):
        row = session.get(IndicatorRow, pick.indicator_id)
        if row is None:
            raise NotFound("没有找到所选指标。", "请刷新页面重新选择。")
        session.add(
            CollectionIndicator(
                collection_id=collection_id,
                indicator_id=pick.indicator_id,
                role=pick.role,
                smallest_change=None if pick.smallest_change is None else to_micro(pick.smallest_change),
                position=position,
            )
        )
        for kind, value in ((TargetKind.BASELINE, pick.baseline), (TargetKind.TARGET, pick.target)):
            if value is not None:
                set_target(
                    session,
                    actor,
                    collection_id,
                    TargetIn(
                        indicator_id=pick.indicator_id, kind=kind, value=value, from_period=from_period, reason=reason
                    ),
                )


def add_units(
    session: Session,
    collection_id: int,
    units: Iterable[UnitPick],
    first: Period,
    last: Period,
    *,
    widen: bool = False,
) -> None:
    """Register the regions that will report from one period to another, both included.

    A region that is already there is refused, or with `widen` has its span stretched to cover these periods.
    """
    known = {
        unit.region_code: unit
        for unit in session.exec(select(CollectionUnit).where(CollectionUnit.collection_id == collection_id))
    }
    for pick in units:
        unit = known.get(pick.region_code)
        if unit is not None and widen:
            unit.first_period = min(unit.first_period, str(first))
            unit.last_period = max(unit.last_period, str(last))
            continue
        if unit is not None:
            raise Invalid([f"地区 {pick.region_code} 已经登记"], "每个地区在一个报送任务中只能登记一次。")
        known[pick.region_code] = CollectionUnit(
            collection_id=collection_id,
            region_code=pick.region_code,
            arm=pick.arm,
            first_period=str(first),
            last_period=str(last),
            registered_at=clock.now(),
        )
        session.add(known[pick.region_code])
    session.flush()


def deadline(period: Period, due_days: int, asked_on: date) -> NoticeEnd:
    """The last day in time: so many working days after the period's end, but never sooner than that after
    the day on which the unit was first asked (figures of before a pilot are asked for when it starts)."""
    return add_working_days(max(period.end, asked_on), due_days)


def days_of(due_days: int, askings: Sequence[defined.Asking], period: Period) -> int | None:
    """Working days after its end when the return of a period is due: the collection's own for what is reported in
    its rhythm; what is reported in a slower one (a quarterly figure in a monthly return) brings its definition's,
    and the longest holds. None for a period in which nothing is asked."""
    if not askings:
        return due_days  # not furnished yet
    asked = [asking.indicator for asking in askings if asking.holds(str(period))]
    slower = [item.due_days for item in asked if period.step(item.cadence) > 1]
    return max(slower + [due_days] * (len(asked) > len(slower)), default=None)


def expect_returns(
    session: Session, collection_id: int, only: Several[str] | None = None, due_on: date | None = None
) -> int:
    """Write down everything the units owe, so that what is missing has a count. Adds only what is new.

    A unit owes the periods of its span on whose last day it belonged to the collection and its region
    existed. `only` keeps to some periods (a published table covers just those); `due_on` replaces the
    deadline that follows from the calendar.
    """
    collection = session.get_one(Collection, collection_id)
    units = session.exec(
        select(CollectionUnit, Region)
        .join(Region, col(Region.code) == CollectionUnit.region_code)
        .where(CollectionUnit.collection_id == collection_id)
    ).all()
    known = set(
        session.exec(
            select(ReturnRow.region_code, ReturnRow.period).where(ReturnRow.collection_id == collection_id)
        ).all()
    )
    today = clock.today()
    due: dict[Period, NoticeEnd] = {}
    askings = defined.askings(session, collection_id)
    rows = []
    for unit, region in units:
        for period in span(Period.parse(unit.first_period), Period.parse(unit.last_period)):
            if (unit.region_code, str(period)) in known or (only is not None and str(period) not in only):
                continue
            if days_of(collection.due_days, askings, period) is None:
                continue
            if not (_within(period.end, unit.joined_on, unit.left_on) and exists(region, period.end)):
                continue
            if period not in due:
                days = days_of(collection.due_days, askings, period)
                due[period] = deadline(period, days or 0, today) if due_on is None else NoticeEnd(due_on, False)
            rows.append(
                {
                    "collection_id": collection_id,
                    "region_code": unit.region_code,
                    "period": str(period),
                    "opens_on": period.end + timedelta(days=1),
                    "due_on": due[period].date,
                    "due_provisional": due[period].provisional,
                    "state": ReturnState.DRAFT,
                    "comment": "",
                    "version": 1,
                }
            )
    if rows:
        session.execute(insert(ReturnRow), rows)
        rollups.refresh_expected(session, collection_id, {str(row["period"]) for row in rows})
    return len(rows)


def reschedule(session: Session, collection_ids: Iterable[int]) -> None:
    """A definition's rhythm or offset has changed: returns that nobody may fill in yet get the deadline that follows
    now, those in which nothing is asked any more fall away, and those that are owed anew are written down."""
    for collection_id in sorted(set(collection_ids)):
        collection = session.get_one(Collection, collection_id)
        askings = defined.askings(session, collection_id)
        later = session.exec(
            select(ReturnRow).where(
                ReturnRow.collection_id == collection_id,
                col(ReturnRow.opens_on) > clock.today(),
                ReturnRow.state == ReturnState.DRAFT,
                col(ReturnRow.id).not_in(select(ReturnGrace.return_id)),
            )
        ).all()
        for row in later:
            period = Period.parse(row.period)
            days = days_of(collection.due_days, askings, period)
            if days is None:
                session.delete(row)
                continue
            end = deadline(period, days, clock.today())
            if row.due_on != end.date:
                row.due_on, row.due_provisional = end.date, end.provisional
        session.flush()
        expect_returns(session, collection_id)


def join(session: Session, actor: Actor, collection_id: int, pick: UnitPick, on: date) -> int:
    """A region that reports from a day on, until the others do; returns how many returns it will owe.

    Nobody joins to be compared with: who that is, is registered before the start, not when results are known.
    """
    if pick.arm is Arm.COMPARISON:
        raise Invalid(
            ["对照地区在试点启动前登记，启动后不能加入"],
            "看过结果再选对照，比较就不可信。请以试点地区加入，或在下一轮试点登记。",
        )
    others = session.exec(select(CollectionUnit).where(CollectionUnit.collection_id == collection_id)).all()
    if not others:
        raise NotFound("没有找到这项报送任务。", "请刷新页面重新选择。")
    region = session.get(Region, pick.region_code)
    if region is None or not exists(region, on):
        raise Invalid([f"地区 {pick.region_code} 在 {on} 不存在"], "请核对地区和加入日期。")
    last = max(unit.last_period for unit in others)
    first = Period.containing(on, Period.parse(last).cadence)
    if str(first) > last:
        raise Invalid([f"这项报送任务到{Period.parse(last).label}为止，{on} 以后没有要报的期"], "请核对加入日期。")
    add_units(session, collection_id, [pick], first, Period.parse(last))
    session.get_one(CollectionUnit, (collection_id, pick.region_code)).joined_on = on
    session.flush()
    owed = expect_returns(session, collection_id)
    changes = {"region": pick.region_code, "on": on, "arm": pick.arm, "returns": owed}
    audit.record(session, actor.account_id, "collection:join", "collection", collection_id, changes)
    return owed


@dataclass(frozen=True)
class Left:
    """How many expected returns fell away, and the periods that stay owed because something was filled in."""

    dropped: int
    kept: Sequence[str]


def leave(session: Session, actor: Actor, collection_id: int, codes: Several[str], on: date, reason: str) -> Left:
    """These regions belong to the collection until `on`, inclusive. They owe nothing for periods that end
    later, unless something was already filled in: what was reported stays and stays counted."""
    units = session.exec(
        select(CollectionUnit).where(
            CollectionUnit.collection_id == collection_id, col(CollectionUnit.region_code).in_(list(codes))
        )
    ).all()
    for unit in units:
        if unit.joined_on is not None and on < unit.joined_on:
            raise Invalid([f"退出日期早于加入日期 {unit.joined_on}"], "请核对退出日期。")
        if unit.left_on is None or on < unit.left_on:
            unit.left_on, unit.left_reason = on, reason
    session.flush()
    later = session.exec(
        select(ReturnRow)
        .where(
            ReturnRow.collection_id == collection_id,
            col(ReturnRow.region_code).in_([unit.region_code for unit in units]),
            col(ReturnRow.opens_on) > on + timedelta(days=1),
        )
        .order_by(ReturnRow.period, ReturnRow.region_code)
        .with_for_update()
    ).all()
    ids = [row.id for row in later]
    touched = {
        number
        for table in (Observation, Upload, ReturnGrace)
        for number in session.exec(select(table.return_id).where(col(table.return_id).in_(ids)))
    }
    gone = [row for row in later if row.id not in touched and row.state is ReturnState.DRAFT]
    for row in gone:
        session.delete(row)
    session.flush()
    kept = sorted({row.period for row in later if row not in gone})
    changes = {
        "regions": sorted(unit.region_code for unit in units),
        "on": on,
        "dropped": sorted({row.period for row in gone}),
        "kept": kept,
    }
    audit.record(session, actor.account_id, "collection:leave", "collection", collection_id, changes, reason)
    if gone:
        rollups.refresh(session, collection_id, {row.period for row in gone})
    return Left(len(gone), kept)


def close(session: Session, actor: Actor, collection_id: int, on: date, reason: str) -> None:
    """Nobody reports any more: a pilot that ended early owes nothing for the periods it did not see."""
    codes = session.exec(
        select(CollectionUnit.region_code).where(
            CollectionUnit.collection_id == collection_id, col(CollectionUnit.left_on).is_(None)
        )
    ).all()
    leave(session, actor, collection_id, codes, on, reason)


def exists(region: Region, on: date) -> bool:
    """Whether a division was there on a day."""
    return _within(on, region.valid_from, region.valid_to)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first or date.min) <= day <= (last or date.max)


def set_target(session: Session, actor: Actor, collection_id: int, data: TargetIn) -> None:
    """Append a baseline or target; nothing is overwritten. Refuses a pair that would turn the promise round."""
    _check_line(session, collection_id, data)
    session.add(
        Target(
            collection_id=collection_id,
            indicator_id=data.indicator_id,
            region_code=data.region_code,
            kind=data.kind,
            value=to_micro(data.value),
            from_period=data.from_period,
            reason=data.reason,
            set_by=actor.account_id,
            set_at=clock.now(),
        )
    )
    audit.record(
        session, actor.account_id, "target:set", "collection", collection_id, data.model_dump(mode="json"), data.reason
    )


def current_version(session: Session, code: str) -> int:
    """The id of an indicator's newest definition."""
    found = session.exec(
        select(IndicatorRow.id).where(IndicatorRow.code == code).order_by(col(IndicatorRow.version).desc()).limit(1)
    ).first()
    if found is None:
        raise NotFound(f"没有找到指标 {code}。")
    return found


def _check_line(session: Session, collection_id: int, data: TargetIn) -> None:
    """The new line must lie within the definition's bounds, and together with the line of the other kind
    that then holds it must point the way the indicator gets better."""
    row = session.get(IndicatorRow, data.indicator_id)
    if row is None:
        raise NotFound("没有找到所选指标。", "请刷新页面重新选择。")
    micro = to_micro(data.value)
    if (row.hard_min is not None and micro < row.hard_min) or (row.hard_max is not None and micro > row.hard_max):
        raise Invalid(
            [f"“{row.name}”的{data.kind.label} {data.value} 超出口径允许的范围"],
            "请核对单位，例如百分数填 90 而不是 0.9。",
        )
    known = queries.targets_of(session, collection_id).get(data.indicator_id, [])
    lines = {kind: queries.applying(known, kind, data.region_code or "", data.from_period) for kind in TargetKind}
    lines[data.kind] = data.value
    baseline, target = lines[TargetKind.BASELINE], lines[TargetKind.TARGET]
    if row.direction is Direction.WITHIN:
        return  # the range itself is the promise
    if baseline is not None and target is not None and (target - baseline) * row.direction.sign < 0:
        raise Invalid(
            [f"“{row.name}”的目标值 {target} 比基线值 {baseline} 更差（该指标{row.direction.label}）"],
            "请核对基线值和目标值是否填反。",
        )
