"""When sheets are taken: a half-open window of instants, and a grace that is told apart from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    UNSET = "unset"  # no schedule yet
    BEFORE = "before"
    OPEN = "open"
    GRACE = "grace"  # taken, and marked as late
    CLOSED = "closed"

    @property
    def takes(self) -> bool:
        return self in (Phase.OPEN, Phase.GRACE)


def phase(at: datetime, opens: datetime | None, closes: datetime | None, grace: datetime | None = None) -> Phase:
    """Where an instant lies: open in [opens, closes), grace in [closes, grace). The closing instant is outside."""
    if opens is None or closes is None:
        return Phase.UNSET
    if at < opens:
        return Phase.BEFORE
    if at < closes:
        return Phase.OPEN
    return Phase.GRACE if grace is not None and at < grace else Phase.CLOSED
