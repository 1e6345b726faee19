"""What a scenario's dossier holds beside its design: partners, reform items, openings to partners; and the
list of domains."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from core.words import AnswerState, OpeningState, PartnerRole
from db.base import Versioned, word


class Domain(Versioned, table=True):
    """A field of governance. Scenarios keep its name; one no longer `active` is not offered for new ones."""

    __tablename__ = "scenario_domain"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    position: int
    active: bool = True
    # Touches life, property or public safety: pilots of it are supervised in full, not by triggers.
    safety: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class ScenarioPartner(SQLModel, table=True):
    __tablename__ = "scenario_partner"
    __table_args__ = (UniqueConstraint("scenario_id", "organisation_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id")
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    role: PartnerRole = Field(sa_type=word(PartnerRole))
    task: str = ""
    position: int = 0


class ReformItem(Versioned, table=True):
    """重大改革: 现行规定/堵点 → 改革举措 → 制度成果 → 牵头 → 时限."""

    __tablename__ = "reform_item"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    position: int
    barrier: str
    measure: str
    outcome: str
    lead_organisation_id: int = Field(foreign_key="organisation.id", index=True)
    due_on: date
    done_on: date | None = None
    document: str = ""  # the rule that came of it: title and number


class Opening(Versioned, table=True):
    """场景开放: what of a scenario is opened, to which kinds of organisations, until when."""

    __tablename__ = "scenario_opening"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    title: str
    resources: str
    conditions: str = ""
    audience: list[Any] = Field(sa_type=JSON)  # values of OrganisationKind
    deadline: date
    state: OpeningState = Field(sa_type=word(OpeningState), index=True)
    nonce: str | None = Field(default=None, unique=True)
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class OpeningAnswer(Versioned, table=True):
    """What one organisation offers, and what it was told."""

    __tablename__ = "opening_answer"
    __table_args__ = (UniqueConstraint("opening_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    opening_id: int = Field(foreign_key="scenario_opening.id")
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    proposal: str
    contact: str
    state: AnswerState = Field(sa_type=word(AnswerState), index=True)
    answered_by: int = Field(foreign_key="account.id")
    answered_at: datetime
    reply: str = ""
    replied_by: int | None = Field(default=None, foreign_key="account.id")
    replied_at: datetime | None = None
