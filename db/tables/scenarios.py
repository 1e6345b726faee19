"""Scenarios, data resources and who is responsible for what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from core.words import (
    DataStatus,
    GovernanceLevel,
    Opening,
    PersonalInformation,
    ScenarioState,
    SecurityLevel,
    Sharing,
    SharingScheme,
)
from db.base import Versioned, word

# Columns added to tables that have rows: the database fills them in.
_EMPTY = {"server_default": text("''")}
_FALSE = {"server_default": text("false")}


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
    # What asks for a 个人信息保护影响评估 beside sensitive data of the catalogue.
    sensitive_information: bool = Field(default=False, sa_column_kwargs=_FALSE)  # the scenario collects some itself
    automated_decisions: bool = Field(default=False, sa_column_kwargs=_FALSE)
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
    """An entry of the catalogue with the core metadata of 政务信息资源目录. Its items are `DataItem`s."""

    __tablename__ = "data_resource"
    __table_args__ = (UniqueConstraint("provider_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    class_code: str = Field(default="", sa_column_kwargs=_EMPTY)
    name: str
    provider_id: int = Field(foreign_key="organisation.id", index=True)
    summary: str = ""
    format: str = Field(default="", sa_column_kwargs=_EMPTY)
    sharing_scheme: SharingScheme = Field(sa_type=word(SharingScheme))
    sharing: Sharing = Field(sa_type=word(Sharing))
    sharing_condition: str = Field(default="", sa_column_kwargs=_EMPTY)
    sharing_method: str = Field(default="", sa_column_kwargs=_EMPTY)
    opening: Opening | None = Field(default=None, sa_type=word(Opening))  # None: not stated
    opening_condition: str = Field(default="", sa_column_kwargs=_EMPTY)
    update_cycle: str = ""
    released_on: date | None = None
    related_code: str = Field(default="", sa_column_kwargs=_EMPTY)
    security_level: SecurityLevel = Field(sa_type=word(SecurityLevel))
    personal_information: PersonalInformation = Field(sa_type=word(PersonalInformation))
    search_text: str = Field(default="", sa_column_kwargs=_EMPTY)  # name, code, pinyin initials
    sort_key: str = Field(default="", sa_column_kwargs=_EMPTY, index=True)  # pinyin of the name


class ScenarioData(Versioned, table=True):
    """A scenario's use of a data resource and how far its request has come. The fields it needs are
    `ScenarioField`s, the steps its request took `DataRequestStep`s."""

    __tablename__ = "scenario_data"
    __table_args__ = (UniqueConstraint("scenario_id", "resource_id"),)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    resource_id: int = Field(foreign_key="data_resource.id", index=True)
    purpose: str
    status: DataStatus = Field(sa_type=word(DataStatus))
    asking_id: int | None = Field(default=None, foreign_key="organisation.id")  # whose people asked
    requested_on: date | None = None
    answered_on: date | None = None
    connected_on: date | None = None
    refused_because: str = Field(default="", sa_column_kwargs=_EMPTY)
