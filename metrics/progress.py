"""Where an expected return stands on a day: the words of the board, lists and reports alike.

Pure: everything follows from the return's state and dates and from the day that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core import clock
from core.words import ReturnState, Word


class Status(Word):
    """What a return is to those who wait for it."""

    WAITING = "waiting", "未到期"  # its period is not over yet
    OPEN = "pending", "待报"
    OVERDUE = "overdue", "逾期"
    RETURNED = "returned", "退回"
    SUBMITTED = "submitted", "已提交"
    CORRECTED = "rechecking", "更正待审"  # was locked, and a correction has been handed in
    APPROVED = "approved", "已审核"
    UNLOCKED = "unlocked", "解锁更正中"
    LOCKED = "locked", "锁定"


@dataclass(frozen=True)
class Course:
    """The dates of one return that decide its status. Instants are UTC-aware; `due_on` is the last day
    in time; `unlocked_until` is exclusive."""

    state: ReturnState
    opens_on: date
    due_on: date
    first_submitted_at: datetime | None = None
    locked_at: datetime | None = None
    unlocked_until: datetime | None = None

    @property
    def in_time(self) -> bool | None:
        """Whether it was first handed in by its deadline; None when it never was. Being sent back for a
        correction afterwards does not make it late."""
        if self.first_submitted_at is None:
            return None
        return self.first_submitted_at < clock.end_of_day(self.due_on)

    @property
    def late(self) -> bool:
        return self.in_time is False

    def late_at(self, now: datetime) -> bool:
        """Whether what is entered now comes too late."""
        return self.late if self.first_submitted_at else now >= clock.end_of_day(self.due_on)

    def due(self, today: date) -> bool:
        """Whether it counts in the denominators of completeness and timeliness: it is in, or its deadline has
        passed."""
        return self.state.counts or today > self.due_on

    def unlocked(self, now: datetime) -> bool:
        """Whether a locked return may be corrected at this moment; an unlock ends by itself."""
        locked = self.state is ReturnState.LOCKED
        return locked and self.unlocked_until is not None and now < self.unlocked_until

    def status(self, now: datetime) -> Status:
        today = clock.beijing(now).date()
        match self.state:
            case ReturnState.SUBMITTED:
                return Status.SUBMITTED if self.locked_at is None else Status.CORRECTED
            case ReturnState.APPROVED:
                return Status.APPROVED
            case ReturnState.LOCKED:
                return Status.UNLOCKED if self.unlocked(now) else Status.LOCKED
            case ReturnState.RETURNED:
                return Status.RETURNED
        if today < self.opens_on:
            return Status.WAITING
        return Status.OVERDUE if today > self.due_on else Status.OPEN

    def words(self, now: datetime) -> str:
        """The status as a list shows it: 逾期 3 天, 已提交（迟报）, 解锁更正中（至 2026-11-30）."""
        status = self.status(now)
        if status is Status.OVERDUE:
            return f"逾期 {(clock.beijing(now).date() - self.due_on).days} 天"
        if status is Status.UNLOCKED and self.unlocked_until is not None:
            return f"{status.label}（至 {clock.last_day(self.unlocked_until)}）"
        return status.label + ("（迟报）" if self.state.counts and self.late else "")
