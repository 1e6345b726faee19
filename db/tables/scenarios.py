"""Scenarios, data resources and who is responsible for what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from core.words import (
    DataStatus,
    GovernanceLevel,
    PersonalInformation,
    ScenarioState,
    SecurityLevel,
    Sharing,
    SharingScheme,
)
from db.base import Versioned, word


class Scenario(Versioned, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str = Field(index=True)
    domain: str = Field(index=True)
    summary: str
    design: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # how it works, in detail
    technologies: str = ""
    level: GovernanceLevel = Field(sa_type=word(GovernanceLevel))
    state: ScenarioState = Field(sa_type=word(ScenarioState), index=True)
    lead_organisation_id: int = Field(foreign_key="organisation.id", index=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    search_text: str = ""  # name and code as `scenarios.search` keys: what the list's search looks in first
    search_more: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # the summary's key
    nonce: str | None = Field(default=None, unique=True)  # one form submitted twice makes one scenario
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class ScenarioNeed(SQLModel, table=True):
    __tablename__ = "scenario_need"

    scenario_id: int = Field(foreign_key="scenario.id", primary_key=True)
    need_id: int = Field(foreign_key="need.id", primary_key=True, index=True)


class ScenarioVersion(SQLModel, table=True):
    """v1.0, v1.1 …: what changed, why, because of which feedback. Pilots name the version they try out.

    A version is open while the scenario may be edited; `frozen_at` says since when it is not, and
    `content` is what the dossier said then, in words (`scenarios.content`).
    """

    __tablename__ = "scenario_version"
    __table_args__ = (UniqueConstraint("scenario_id", "label"),)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    label: str
    changes: str
    feedback: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    content: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    frozen_at: datetime | None = None
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class DataResource(Versioned, table=True):
    __tablename__ = "data_resource"
    __table_args__ = (UniqueConstraint("provider_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    provider_id: int = Field(foreign_key="organisation.id", index=True)
    summary: str = ""
    sharing_scheme: SharingScheme = Field(sa_type=word(SharingScheme))
    sharing: Sharing = Field(sa_type=word(Sharing))
    update_cycle: str = ""
    security_level: SecurityLevel = Field(sa_type=word(SecurityLevel))
    personal_information: PersonalInformation = Field(sa_type=word(PersonalInformation))


class ScenarioData(Versioned, table=True):
    """A scenario's use of a data resource and how far its request has come."""

    __tablename__ = "scenario_data"
    __table_args__ = (UniqueConstraint("scenario_id", "resource_id"),)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    resource_id: int = Field(foreign_key="data_resource.id", index=True)
    purpose: str
    status: DataStatus = Field(sa_type=word(DataStatus))
    requested_on: date | None = None
    answered_on: date | None = None
