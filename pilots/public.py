"""What anybody may read of pilots without signing in: released summaries, stars, and words that somebody has read.

Nothing here takes an actor; everything begins with a release that was not withdrawn, and shows only its frozen content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.words import RatingState
from db import facts
from db.session import read
from db.tables import PublicRating, PublicRelease
from pilots import publishing, releasing

_MOST = 50  # comments shown


@dataclass(frozen=True)
class Comment:
    stars: int
    text: str
    at: datetime


@dataclass(frozen=True)
class Released:
    """A pilot as the public sees it. `content` as `pilots.releasing.content`; `stars`: how many gave each number."""

    id: int
    pilot_id: int
    content: Mapping[str, Any]
    digest: str
    released_at: datetime
    stars: Mapping[int, int]
    comments: Sequence[Comment]

    @property
    def rated(self) -> int:
        return sum(self.stars.values())

    @property
    def average(self) -> str:
        return releasing.average([number for number, count in self.stars.items() for _ in range(count)])


def invented() -> bool:
    """Whether this installation is a demo, which every page says."""
    return facts.is_demo()


def pilots() -> list[Released]:
    """Everything that is released, the newest first, without comments."""
    with read() as session:
        found = publishing.shown(session, PublicRelease)
        stars = _stars(session, [row.pilot_id for row in found])
        return [_view(row, stars.get(row.pilot_id, {}), ()) for row in found]


def find(code: str) -> Released | None:
    """The released pilot with this code."""
    with read() as session:
        row = next((row for row in publishing.shown(session, PublicRelease) if row.content.get("code") == code), None)
        if row is None:
            return None
        said = session.exec(
            select(PublicRating)
            .where(
                PublicRating.pilot_id == row.pilot_id,
                PublicRating.state == RatingState.SHOWN,
                PublicRating.comment != "",
            )
            .order_by(col(PublicRating.id).desc())
            .limit(_MOST)
        ).all()
        comments = [Comment(item.stars, item.comment, item.at) for item in said]
        return _view(row, _stars(session, [row.pilot_id]).get(row.pilot_id, {}), comments)


def _stars(session: Session, pilot_ids: Sequence[int]) -> dict[int, Counter[int]]:
    found: dict[int, Counter[int]] = {}
    for pilot_id, stars in session.exec(
        select(PublicRating.pilot_id, PublicRating.stars).where(
            col(PublicRating.pilot_id).in_(pilot_ids), col(PublicRating.counted)
        )
    ):
        found.setdefault(pilot_id, Counter())[stars] += 1
    return found


def _view(row: PublicRelease, stars: Mapping[int, int], comments: Sequence[Comment]) -> Released:
    return Released(row.id or 0, row.pilot_id, row.content, row.digest, row.released_at, stars, comments)
