"""Two years of a pilot's returns as they would have come in, written in bulk with the dates of that time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from core import clock
from core.numbers import MICRO
from core.periods import Cadence, Period
from core.words import Arm, ReturnState
from db import audit
from db.session import write
from db.tables import (
    Account,
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Observation,
    Organisation,
    Pilot,
    ReturnRow,
)
from demo import evidence, figures, rounds, story
from metrics import defined, rollups
from metrics.model import Entry
from regions import groups

ANJI, DEQING, JINGNING = "330523", "330521", "331127"
# The last month of the counties that visitors sign in for: one open, one sent back.
LAST_MONTH = {ANJI: ReturnState.DRAFT, DEQING: ReturnState.RETURNED, JINGNING: ReturnState.SUBMITTED}


@dataclass(frozen=True)
class _Asked:
    """What a pilot's figures are made from."""

    item: story.DemoPilot
    start: Period
    indicators: Sequence[tuple[int, str]]  # id and code
    rhythm: Mapping[int, Cadence]
    places: Mapping[str, figures.Place]
    late: Mapping[str, int]  # months by which counties started later

    @property
    def leads(self) -> bool:
        """The first pilot is the one that visitors are led to."""
        return self.item is story.PILOTS[0]


def fill(
    rng: np.random.Generator, pilot_id: int, item: story.DemoPilot, this_month: Period, late: Mapping[str, int]
) -> None:
    """Write every return of the months before this one; `late`: months by which counties started later."""
    with write() as session:
        pilot = session.get_one(Pilot, pilot_id)
        asked = _asked(rng, session, pilot, item, late)
        teams = dict(
            session.exec(
                select(Organisation.region_code, Account.id).join(
                    Account, col(Account.organisation_id) == Organisation.id
                )
            ).all()
        )
        rounds.date_back(session, pilot)
        rows = session.exec(
            select(ReturnRow)
            .where(ReturnRow.collection_id == pilot.collection_id, ReturnRow.period < str(this_month))
            .order_by(ReturnRow.period, ReturnRow.region_code)
        ).all()
        values: list[dict[str, Any]] = []
        states: list[dict[str, Any]] = []
        for row in rows:
            age = _months(Period.parse(row.period), this_month)
            state = LAST_MONTH.get(row.region_code) if asked.leads and age == 1 else None
            fate = state or figures.fate(rng, age)
            if fate is None or state is ReturnState.DRAFT:
                continue
            began = max(row.opens_on, pilot.start_on)  # figures of before were asked for when it started
            opens, due = (datetime.combine(day, time(), clock.BEIJING) for day in (began, row.due_on))
            at = min(figures.handed_in(rng, opens, due), clock.now())
            by = teams.get(row.region_code)
            values += _values(rng, asked, row, fate, age, at, by)
            states.append(_state(row, fate, at, by))
        session.execute(insert(Observation), values)
        _set_states(session, states)
        rollups.refresh(session, pilot.collection_id, {row.period for row in rows})
        audit.record(session, None, "demo:fill", "pilot", pilot_id, {"returns": len(states), "values": len(values)})


def _asked(
    rng: np.random.Generator, session: Session, pilot: Pilot, item: story.DemoPilot, late: Mapping[str, int]
) -> _Asked:
    indicators = [
        (number or 0, code)
        for number, code in session.exec(
            select(IndicatorRow.id, IndicatorRow.code)
            .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
            .where(CollectionIndicator.collection_id == pilot.collection_id)
            .order_by(col(CollectionIndicator.position))
        )
    ]
    units = session.exec(
        select(CollectionUnit.region_code, CollectionUnit.arm).where(
            CollectionUnit.collection_id == pilot.collection_id
        )
    ).all()
    member = groups.memberships(session, [code for code, _ in units], pilot.start_on)
    return _Asked(
        item,
        Period.containing(pilot.start_on, Cadence.MONTH),
        indicators,
        {one.indicator.id: one.indicator.cadence for one in defined.askings(session, pilot.collection_id)},
        {
            code: figures.place(rng, code, Arm(arm), member[code].side, [name for _, name in indicators])
            for code, arm in sorted(units)
        },
        late,
    )


def _months(first: Period, last: Period) -> int:
    """From one month to another."""
    return (last.year - first.year) * 12 + last.index - first.index


def _values(
    rng: np.random.Generator, asked: _Asked, row: ReturnRow, fate: ReturnState, age: int, at: datetime, by: int | None
) -> Iterator[dict[str, Any]]:
    """The observations of one return; a draft is half filled in."""
    period = Period.parse(row.period)
    since = _months(asked.start, period) - asked.late.get(row.region_code, 0)
    due_now = [(number, code) for number, code in asked.indicators if period.closes(asked.rhythm[number])]
    kept = due_now if fate is not ReturnState.DRAFT else due_now[: max(1, len(due_now) // 2)]
    for indicator_id, code in kept:
        entry = figures.value(
            rng, asked.places[row.region_code], code, period.index, since, asked.item.effects.get(code, (0, 0))
        )
        entry = figures.mishap(rng, entry) if age > 1 else entry
        if asked.leads:
            entry = rounds.slip(entry, row.region_code, age, indicator_id == asked.indicators[0][0])
        for revision, stored in enumerate(_revisions(rng, entry, age), start=1):
            yield {
                "return_id": row.id,
                "indicator_id": indicator_id,
                "revision": revision,
                "n": stored.n,
                "d": stored.d,
                "state": stored.state,
                "reason": stored.reason,
                "note": stored.note,
                "link": evidence.link(row, code),
                "late": at.date() > row.due_on,
                "door": "workbook",
                "entered_by": by,
                "entered_at": at + timedelta(days=20) if revision > 1 else at,
            }


def _revisions(rng: np.random.Generator, entry: Entry, age: int) -> list[Entry]:
    """Now and then a county noticed later that it had left out a digit."""
    if rng.random() < 0.004 and entry.n and age > 4:
        wrong = Entry(entry.n // MICRO // 10 * MICRO, entry.d, entry.state)
        return [wrong, Entry(entry.n, entry.d, entry.state, "分子漏填一位，已更正")]
    return [entry]


def _state(row: ReturnRow, fate: ReturnState, at: datetime, by: int | None) -> dict[str, Any]:
    return {
        "row": row.id,
        "to": fate,
        "at": None if fate is ReturnState.DRAFT else at,
        "saved": at,
        "by": by,
        "decided": at + timedelta(days=3) if fate in (ReturnState.APPROVED, ReturnState.LOCKED) else None,
        "locked": at + timedelta(days=30) if fate is ReturnState.LOCKED else None,
        "words": "应办结件数与上月相差较大，请核对后重报。" if fate is ReturnState.RETURNED else "",
    }


def _set_states(session: Session, states: Sequence[Mapping[str, Any]]) -> None:
    table = ReturnRow.__table__  # type: ignore[attr-defined]
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("row"))
        .values(
            state=bindparam("to"),
            submitted_at=bindparam("at"),
            first_submitted_at=bindparam("at"),
            locked_at=bindparam("locked"),
            saved_at=bindparam("saved"),
            submitted_by=bindparam("by"),
            decided_at=bindparam("decided"),
            comment=bindparam("words"),
        ),
        states,
    )
    session.expire_all()
