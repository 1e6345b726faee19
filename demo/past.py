"""A day of the past, while something of the demo province is told as having happened then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

from awards import gathering
from core import clock
from core.periods import Cadence, Period
from pilots import reading


@contextmanager
def ago(**time: float) -> Iterator[None]:
    """The clock as it stood so long ago (`timedelta`'s names). Figures come in during the month after their own, so those
    of that month and the one before were not known. Nothing else happens at that moment: evidence is read once."""
    then = clock.now() - timedelta(**time)
    unknown = str(Period.containing(clock.beijing(then).date(), Cadence.MONTH).shift(-1))
    known = reading.values_of

    def now() -> datetime:
        return then

    def values_of(*given: Any) -> Any:
        values = known(*given)
        return values[values.period < unknown]

    with (
        patch.object(clock, "now", now),
        patch.object(clock, "today", lambda: clock.beijing(then).date()),
        patch.object(reading, "values_of", values_of),
        patch.object(gathering, "gather", cache(gathering.gather)),
    ):
        yield
