"""The rounds of the demo: deadlines of the past, months that were frozen, counties that correct them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.numbers import MICRO
from core.periods import Period
from core.words import FollowUpState, ReturnState
from db import audit
from db.session import read, write
from db.tables import Collection, Pilot, ReturnRow, RoundFreeze
from metrics import (
    collecting,
    defined,
    follow_up_service,
    follow_ups,
    freezing,
    queries,
    round_service,
    rounds,
    service,
)
from metrics.doubting import UNSETTLED
from metrics.model import Entry
from metrics.stages import ADOPT

SLIP_AGE = 2
FROZEN_AGE, FROZEN_FROM = 4, 12  # rounds of so many months ago had been frozen; before that nobody froze any


def date_back(session: Session, pilot: Pilot) -> None:
    """Deadlines as they would be, had the pilot been started on its first day and not while this is built."""
    due_days = session.get_one(Collection, pilot.collection_id).due_days
    askings = defined.askings(session, pilot.collection_id)
    table = ReturnRow.__table__  # type: ignore[attr-defined]
    ours = table.c.collection_id == pilot.collection_id
    for key in session.exec(select(ReturnRow.period).where(ours).distinct()).all():
        period = Period.parse(key)
        due = collecting.deadline(period, collecting.days_of(due_days, askings, period) or due_days, pilot.start_on)
        session.connection().execute(
            update(table).where(ours, table.c.period == key).values(due_on=due.date, due_provisional=due.provisional)
        )


def freeze_past(pilot_id: int, this_month: Period) -> None:
    """Months that were frozen in their time: what had come late entered with the next."""
    with write() as session:
        collection_id = session.get_one(Pilot, pilot_id).collection_id
        first, last = str(this_month.shift(-FROZEN_FROM)), str(this_month.shift(-FROZEN_AGE))
        due = dict(
            session.exec(
                select(col(ReturnRow.period), col(ReturnRow.due_on))
                .where(ReturnRow.collection_id == collection_id, ReturnRow.period >= first, ReturnRow.period <= last)
                .order_by(ReturnRow.period)
            ).all()
        )
        before: list[str] = []
        for period, due_on in due.items():
            frozen_at = datetime.combine(due_on + timedelta(days=20), time(10), clock.BEIJING)
            freeze = RoundFreeze(collection_id=collection_id, period=period, frozen_at=frozen_at)
            session.add(freeze)
            session.flush()
            freezing.store(session, freeze)
            freezing.restate(session, freeze, before)
            before = [period]
        audit.record(session, None, "demo:fill", "collection", collection_id, {"frozen": len(due)})


def correct(pilot_id: int, this_month: Period, staff: Actor, counties: Sequence[Actor]) -> None:
    """One county's correction was adopted and is in the newest freeze, another's waits to be looked at, a third
    has been unlocked and has not answered yet."""
    with read() as session:
        collection_id = session.get_one(Pilot, pilot_id).collection_id
        period = str(this_month.shift(-FROZEN_AGE - 1))
        ours = dict(
            session.exec(
                select(ReturnRow.region_code, ReturnRow.id).where(
                    ReturnRow.collection_id == collection_id,
                    ReturnRow.period == period,
                    ReturnRow.state == ReturnState.LOCKED,
                )
            ).all()
        )
    until = clock.today() + timedelta(days=7)
    for place, county in enumerate(counties):
        number = ours.get(county.region_code or "")
        if number is None:
            continue
        round_service.unlock(
            staff, number, until, f"{county.region}来函更正：月底补登的工单漏统计", seen_version=_version(number)
        )
        if place < len(counties) - 1:
            _hand_in(county, number)
        if place == 0:
            service.move(staff, number, ADOPT, seen_version=_version(number))
    key = str(this_month.shift(1 - FROZEN_AGE))
    doubts(pilot_id, this_month, staff, counties)
    board = rounds.board(staff, collection_id, key)
    if board is not None:
        round_service.freeze(staff, collection_id, key, "月度例行冻结", seen=board.stamp)


def slip(entry: Entry, region_code: str, age: int, is_first: bool) -> Entry:
    """Two of the counties with visitors' accounts had a month far below all others; somebody will ask."""
    if not is_first or age != SLIP_AGE or region_code not in ("330523", "331127") or not entry.n:
        return entry
    return replace(entry, n=entry.n * 6 // 10 // MICRO * MICRO)


def doubts(pilot_id: int, this_month: Period, staff: Actor, counties: Sequence[Actor]) -> None:
    """What the rules doubt in two months: all answered in the older one, one explained in the newer one."""
    with read() as session:
        collection_id = session.get_one(Pilot, pilot_id).collection_id
    oldest = FROZEN_AGE - 1
    for age, answering in ((oldest, counties), (SLIP_AGE, counties[-1:])):
        follow_up_service.examine(staff, collection_id, str(this_month.shift(-age)))
        for county in answering:
            for doubt in follow_ups.follow_ups(county, states=(FollowUpState.OPEN,)):
                words = "承办系统切换期间部分件次月补登，已与台账逐件核对，数字无误。"
                follow_up_service.explain(county, doubt.id, words, seen_version=doubt.version)
    month = str(this_month.shift(-oldest))
    waiting = follow_ups.follow_ups(staff, states=UNSETTLED, collection_id=collection_id, period=month)
    if waiting:
        seen = {doubt.id: doubt.version for doubt in waiting}
        follow_up_service.accept(staff, seen, "已电话核对台账，属实")


def _hand_in(county: Actor, number: int) -> None:
    """A few more cases that had been handled in time, in the first line that has figures."""
    found = queries.form(county, number)
    assert found is not None
    line = next(line for line in found[1].lines if line.current and line.current.n and line.current.d)
    assert line.current is not None
    n = min((line.current.n or 0) + 3_000_000, line.current.d or 0)
    entry = Entry(n, line.current.d, line.current.state, "月底补登的工单漏统计 3 件，已与台账核对")
    service.save(
        county,
        number,
        {line.indicator.code: entry},
        door="form",
        seen_version=_version(number),
        submit=True,
    )


def _version(number: int) -> int:
    with read() as session:
        return session.get_one(ReturnRow, number).version
