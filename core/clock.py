"""Time: stored in UTC, shown and counted in Beijing time. The only place that asks the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

_told: ContextVar[Callable[[], None] | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The current instant, UTC-aware."""
    if (tell := _told.get()) is not None:
        tell()
    return moment()


def moment() -> datetime:
    """The same for a label that says when something was worked out, and decides nothing."""
    return datetime.now(UTC)


@contextmanager
def heard(tell: Callable[[], None]) -> Iterator[None]:
    """Within the block `tell` is called whenever something asks for the instant: what comes of it holds for that
    instant, not for the day."""
    token = _told.set(tell)
    try:
        yield
    finally:
        _told.reset(token)


def today() -> date:
    """The current date in Beijing, which decides deadlines and group membership."""
    return datetime.now(BEIJING).date()


def beijing(at: datetime) -> datetime:
    """The same instant on a Beijing clock."""
    return at.astimezone(BEIJING)


def show(at: datetime | None) -> str:
    """北京时间 as printed on pages and reports: 2026-11-22 14:05; “–” for none."""
    return "–" if at is None else f"{beijing(at):%Y-%m-%d %H:%M}"


def end_of_day(day: date) -> datetime:
    """The first instant after `day` in Beijing: the exclusive end of a half-open window."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC) + timedelta(days=1)


def last_day(end: datetime) -> date:
    """The day in Beijing that an exclusive end closes: the other way round of `end_of_day`."""
    return beijing(end - timedelta(microseconds=1)).date()
