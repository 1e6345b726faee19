"""What was released to everybody about pilots, and what everybody says about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from core.words import RatingState
from db.base import Versioned, word


class PublicRelease(Versioned, table=True):
    """The summary of a pilot's verdict that anybody may read, frozen when it was released. The newest one that was
    not withdrawn is shown."""

    __tablename__ = "public_release"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    verdict_id: int = Field(foreign_key="pilot_verdict.id")
    content: dict[str, Any] = Field(sa_type=JSON)  # pilots.releasing
    digest: str
    released_by: int | None = Field(default=None, foreign_key="account.id")
    released_at: datetime
    withdrawn_by: int | None = Field(default=None, foreign_key="account.id")
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""


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
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    reason: str = ""
