"""The plain shapes of a pilot: who takes part, and which periods lie before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.periods import Cadence, Period
from core.words import Arm, Side


@dataclass(frozen=True)
class Unit:
    """A county that takes part. `group` and `side` are those of the pilot's first day; `starts_on` is its own
    first day when it started later than the pilot, else None; `joined_on` the day on which it came in later than
    the others, else None."""

    code: str
    name: str
    short_name: str
    city: str
    arm: Arm
    group: str
    side: Side | None
    tile_row: int | None
    tile_col: int | None
    starts_on: date | None = None
    joined_on: date | None = None


@dataclass(frozen=True)
class Span:
    """The stretch that is evaluated, in periods: the whole pilot, or one of its phases.

    After is what lies wholly in the stretch; before is what lies wholly before the pilot's first day
    (`began_on`, None where the stretch begins with the pilot), so that an earlier phase is neither.
    `followed`: another phase comes after it, so a last period that lies in both belongs to neither.
    """

    start_on: date
    end_on: date
    cadence: Cadence = Cadence.MONTH
    began_on: date | None = None
    followed: bool = False

    @property
    def first_post(self) -> str:
        return first_whole(self.start_on, self.cadence)

    @property
    def last_post(self) -> str:
        period = Period.containing(self.end_on, self.cadence)
        return str(period.shift(-1) if self.followed and period.end != self.end_on else period)

    @property
    def starting(self) -> str:
        """The period in which the pilot started; neither before nor after when it started part-way."""
        return str(Period.containing(self.began_on or self.start_on, self.cadence))

    def covers(self, period: str) -> bool:
        """Whether the period counts as after."""
        return self.first_post <= period <= self.last_post


def first_whole(day: date, cadence: Cadence) -> str:
    """The first period that lies wholly on or after a day."""
    period = Period.containing(day, cadence)
    return str(period if period.start == day else period.shift(1))


@dataclass(frozen=True)
class Cost:
    """What a pilot cost so far: whether more was paid than planned, and the sums as shown; "" without a budget."""

    exceeded: bool = False
    shown: str = ""
    planned: int | None = None  # fen
    paid: int | None = None
