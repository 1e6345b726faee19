"""Pilots and their verdicts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, text
from sqlmodel import Field, SQLModel

from core.words import GovernanceLevel, PilotState, Verdict
from db.base import Versioned, word


class Pilot(Versioned, table=True):
    """A scenario version tried out somewhere for a time. Its units, indicators and targets hang on
    its collection, so the returns room needs to know nothing of pilots."""

    __table_args__ = (CheckConstraint("end_on > start_on", name="dates"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    scenario_version_id: int = Field(foreign_key="scenario_version.id")
    collection_id: int = Field(foreign_key="collection.id", unique=True)
    province_code: str = Field(foreign_key="region.code")
    level: GovernanceLevel = Field(sa_type=word(GovernanceLevel))
    state: PilotState = Field(sa_type=word(PilotState), index=True)
    lead_organisation_id: int = Field(foreign_key="organisation.id")
    promise: str  # what it sets out to change, in a sentence
    start_on: date
    end_on: date
    nonce: str | None = Field(default=None, unique=True)
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class PilotStart(SQLModel, table=True):
    """A pilot county that started later than the pilot: its own first day. Append-only, the newest row counts;
    one that gives the pilot's own first day takes an earlier one back."""

    __tablename__ = "pilot_start"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    region_code: str = Field(foreign_key="region.code")
    start_on: date
    reason: str
    set_by: int | None = Field(default=None, foreign_key="account.id")
    set_at: datetime


class PilotVerdict(SQLModel, table=True):
    """A verdict with the rule that fired and a frozen copy of its inputs. Append-only."""

    __tablename__ = "pilot_verdict"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    verdict: Verdict = Field(sa_type=word(Verdict))
    rule: str
    sentence: str
    next_step: str
    owner: str
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    inputs_hash: str
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime
    overruled_reason: str = ""
    # for whom (有条件推广) or until when (继续至); of which phase: the first number of its stretch
    scope: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    phase: int | None = None
