"""Where a pilot is taken over, county by county."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import AdoptionState
from db.base import Versioned, word


class Adoption(Versioned, table=True):
    """A county that is to take over what a pilot tried out. `why` is the recommendation as it stood then."""

    __table_args__ = (UniqueConstraint("pilot_id", "region_code"),)

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id")
    region_code: str = Field(foreign_key="region.code", index=True)
    state: AdoptionState = Field(sa_type=word(AdoptionState))
    due_on: date | None = None  # when it is to be live
    why: str = ""
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class AdoptionStep(SQLModel, table=True):
    """A step of an adoption and the day it was taken; coverage over time is read from these. Append-only."""

    __tablename__ = "adoption_step"

    id: int | None = Field(default=None, primary_key=True)
    adoption_id: int = Field(foreign_key="adoption.id", index=True)
    do: str
    state: AdoptionState = Field(sa_type=word(AdoptionState))  # where the step led
    day: date
    reason: str = ""
    actor_id: int | None = Field(default=None, foreign_key="account.id")
    at: datetime
