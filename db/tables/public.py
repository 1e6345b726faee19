"""What was released to everybody about scenarios and pilots, and what everybody says about pilots."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from core.words import RatingState
from db.base import Versioned, word


class _Release(Versioned):
    """What anybody may read, frozen with its hash when it was released. The newest release of a thing that was not
    withdrawn is shown."""

    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    released_by: int | None = Field(default=None, foreign_key="account.id")
    released_at: datetime
    withdrawn_by: int | None = Field(default=None, foreign_key="account.id")
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""


class PublicRelease(_Release, table=True):
    """The summary of a pilot's verdict (`pilots.releasing`)."""

    __tablename__ = "public_release"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    verdict_id: int = Field(foreign_key="pilot_verdict.id")


class ScenarioRelease(_Release, table=True):
    """A scenario as its last frozen version says it, and where it has been taken over (`pilots.scenario_releasing`)."""

    __tablename__ = "scenario_release"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)


class PublicRating(Versioned, table=True):
    """What somebody without an account thinks of a released pilot: one a device and day. The stars count at once, the
    words are shown when somebody has read them. Device and network are kept as keyed hashes only."""

    __tablename__ = "public_rating"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        UniqueConstraint("pilot_id", "device", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    stars: int
    comment: str = ""
    masked: int = 0  # how many personal data were covered
    state: RatingState = Field(sa_type=word(RatingState), index=True)
    device: str
    network: str = Field(index=True)
    day: date
    at: datetime
    counted: bool = True  # not when somebody decided so of a crowd
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    reason: str = ""
