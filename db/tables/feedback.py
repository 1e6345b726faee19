"""What people say about a pilot, and the iterations that answer it."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from core.words import FeedbackKind
from db.base import Versioned, word


class Iteration(SQLModel, table=True):
    """A change of a pilot because of feedback: the version it opened and the day its phase began. The phase
    names the iteration, and so does each feedback it answers. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    number: int
    changes: str
    reason: str
    scenario_version_id: int = Field(foreign_key="scenario_version.id")
    phase_start_on: date
    nonce: str | None = Field(default=None, unique=True)
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class Feedback(Versioned, table=True):
    """One thing somebody said about a pilot, without personal data, and the answer to it."""

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    kind: FeedbackKind = Field(sa_type=word(FeedbackKind))
    region_code: str | None = Field(default=None, foreign_key="region.code")
    source: str  # who said it and how it came: 入户走访、座谈会 …
    text: str
    masked: int = 0  # how many personal data were covered
    received_on: date
    logged_by: int = Field(foreign_key="account.id")
    logged_organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    logged_at: datetime
    answer: str = ""
    answered_by: int | None = Field(default=None, foreign_key="account.id")
    answered_on: date | None = None
    iteration_id: int | None = Field(default=None, foreign_key="iteration.id", index=True)
    nonce: str | None = Field(default=None, unique=True)
