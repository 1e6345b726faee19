"""What somebody may see of a review's marks, from plain facts. `queries` finds the facts and filters by the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from core.words import MemberRole, ReviewState
from panels import stages


class Sight(StrEnum):
    """How much of the marks of others."""

    NOTHING = "nothing"
    STANDING = "standing"  # who has handed in, no figure
    MARKS = "marks"


@dataclass(frozen=True)
class Viewer:
    """How a person stands to a review. `role` None: not a member. `open_sheets`: assigned, and not yet in.
    `blocked`: entries that he must step aside from; `given`: entries assigned to him."""

    staff: bool
    role: MemberRole | None = None
    left: bool = False
    open_sheets: int = 0
    blocked: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()

    @property
    def judges(self) -> bool:
        return self.role is not None and not self.left


def sight(viewer: Viewer, state: ReviewState) -> Sight:
    """What a person may see of others' marks in a review in this state. Somebody of staff who judges, too, is
    treated as a judge."""
    if viewer.judges:
        ready = state in stages.SHOWN and not viewer.open_sheets
        return Sight.MARKS if ready else Sight.NOTHING
    if not viewer.staff:
        return Sight.NOTHING
    return Sight.MARKS if state in stages.SHOWN else Sight.STANDING


def visible(viewer: Viewer, state: ReviewState, entries: Collection[int]) -> frozenset[int]:
    """The entries whose marks by others the person may see."""
    if sight(viewer, state) is not Sight.MARKS:
        return frozenset()
    seen = frozenset(entries) - viewer.blocked
    return seen & viewer.given if viewer.judges else seen


def openable(viewer: Viewer, state: ReviewState, entries: Collection[int]) -> frozenset[int]:
    """The entries whose page and files the person may open: staff all, judges those they are given once scoring
    has begun; nobody one that he must step aside from."""
    seen = frozenset(entries) - viewer.blocked
    if viewer.judges:
        return seen & viewer.given if state in stages.JUDGED else frozenset()
    return seen if viewer.staff else frozenset()
