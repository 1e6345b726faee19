"""A list on public notice (公示): its clock in working days, and what an objection and its answer must have.

The rooms above keep notices and objections in tables of their own, as they are about different things; how one pauses,
goes on and is answered is the same and stands here. Nothing here reads or writes the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from core import clock, uploads
from core.errors import Invalid, WrongState
from core.uploads import Upload
from regions import calendar
from regions.calendar import NoticeEnd

ANSWER_DAYS = 3


class Notice(Protocol):
    """What a row of a notice has. `days_left`: of the working days counted from `counted_from`."""

    starts_on: date
    ends_on: date
    counted_from: date
    days_left: int
    count_first: bool
    provisional: bool
    paused_on: date | None


class Objection(Protocol):
    """What a row of an objection has. `upheld` is None until it is answered."""

    handler_id: int | None
    upheld: bool | None
    answer: str
    answered_at: datetime | None


def pause(notice: Notice, today: date) -> None:
    """Stop the clock: what is left, today among it, runs when the notice goes on."""
    count_first = notice.count_first or notice.counted_from > notice.starts_on
    notice.days_left = days_left(notice.counted_from, today, notice.days_left, count_first)
    notice.paused_on = today


def resume(notice: Notice, today: date) -> None:
    """Go on from today with the days that were left."""
    end = resumed_end(today, notice.days_left)
    notice.counted_from, notice.ends_on = today, end.date
    notice.provisional = notice.provisional or end.provisional
    notice.paused_on = None


def objected(
    notice: Notice, text: str, given: Sequence[tuple[str, bytes]], *, paused: bool, today: date
) -> tuple[str, list[Upload]]:
    """The words and the checked files of an objection that comes in today; refused outside the notice's days unless it
    is paused, without facts and without evidence."""
    if not paused and not notice.starts_on <= today <= notice.ends_on:
        raise WrongState(f"公示期为 {notice.starts_on} 至 {notice.ends_on}，现在不接受异议。")
    if not 10 <= len(text.strip()) <= 4000:
        raise Invalid(["请写明异议的事实和理由（10 至 4000 个字）"])
    if not given:
        raise Invalid(["请附上证据材料"], "异议须书面提出并附证据。")
    return text.strip(), [uploads.check(*item) for item in given]


def take_on(objection: Objection, account_id: int | None) -> None:
    """Somebody handles an objection that nobody handles yet."""
    if objection.handler_id is not None:
        raise WrongState("这件异议已有人办理。", "请由办理人答复。")
    objection.handler_id = account_id


def answered(objection: Objection, account_id: int | None, upheld: bool, text: str) -> None:
    """Its handler answers an objection, once."""
    if objection.upheld is not None:
        raise WrongState("这件异议已经答复。", "请刷新页面。")
    if objection.handler_id != account_id:
        raise WrongState("请先受理，再由受理人答复。")
    if not 6 <= len(text.strip()) <= 4000:
        raise Invalid(["请写明答复（不少于 6 个字）"])
    objection.upheld, objection.answer, objection.answered_at = upheld, text.strip(), clock.now()


def days_left(start: date, filed: date, days: int, count_first: bool) -> int:
    """Working days of a notice that are still to come when it is paused on `filed`, which counts among them."""
    first = start if count_first else start + timedelta(days=1)
    return max(1, days - max(0, calendar.working_days(first, filed - timedelta(days=1))))


def resumed_end(day: date, left: int) -> NoticeEnd:
    """The end of a notice that goes on from `day` with `left` working days."""
    return calendar.notice_end(day, left)


def countdown(today: date, counted_from: date, ends_on: date) -> int:
    """Working days of a notice still to come, today among them; 0 when it is over."""
    return calendar.working_days(max(today, counted_from), ends_on)


def answer_due(filed: date, days: int = ANSWER_DAYS) -> date:
    """By when an objection is to be answered: `days` calendar days after it, that day included."""
    return filed + timedelta(days=days)


def days_late(due: date, until: date) -> int:
    """Calendar days by which something due on `due`, that day included, is late on `until`; 0 when it is not."""
    return max(0, (until - due).days)
