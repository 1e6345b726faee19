"""What hangs on data resources: items, approvals, requests, who is the source; and impact assessments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import DataStatus, ImpactConclusion, ItemType, SourceOutcome
from db.base import word


class DataItem(SQLModel, table=True):
    """An information item (信息项) of a resource. `key` is its name as it is compared with others'."""

    __tablename__ = "data_item"
    __table_args__ = (UniqueConstraint("resource_id", "key"), Index(None, "key", "resource_id"))

    id: int | None = Field(default=None, primary_key=True)
    resource_id: int = Field(foreign_key="data_resource.id")
    name: str
    key: str
    type: ItemType = Field(sa_type=word(ItemType))
    position: int = 0


class DataApproval(SQLModel, table=True):
    """The approval to open a resource to the public; its file is an attachment. Withdrawn ones stay."""

    __tablename__ = "data_approval"

    id: int | None = Field(default=None, primary_key=True)
    resource_id: int = Field(foreign_key="data_resource.id", index=True)
    number: str
    authority: str
    approved_on: date
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""


class ScenarioField(SQLModel, table=True):
    """A field that a scenario needs of a resource, by name: the catalogue may not list it (yet)."""

    __tablename__ = "scenario_field"
    __table_args__ = (UniqueConstraint("link_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="scenario_data.id")
    name: str
    key: str = Field(index=True)


class DataRequestStep(SQLModel, table=True):
    """One step of a request for data. Append-only; it names scenario and resource, so it outlives the link."""

    __tablename__ = "data_request_step"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    resource_id: int = Field(foreign_key="data_resource.id", index=True)
    do: str
    status: DataStatus = Field(sa_type=word(DataStatus))  # where the step led
    day: date
    reason: str = ""
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    actor_id: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class SourceDecision(SQLModel, table=True):
    """Who is the one source of an item that several hold. Append-only: the newest of a key counts.
    `resources` are those that held it when this was decided."""

    __tablename__ = "source_decision"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    name: str
    outcome: SourceOutcome = Field(sa_type=word(SourceOutcome))
    resource_id: int | None = Field(default=None, foreign_key="data_resource.id")
    reason: str
    resources: list[Any] = Field(default_factory=list, sa_type=JSON)
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime


class ImpactAssessment(SQLModel, table=True):
    """A 个人信息保护影响评估 of a scenario; its files are attachments. `covers` are the sensitive resources
    it looked at, `scope` the other grounds that asked for it."""

    __tablename__ = "impact_assessment"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    done_on: date
    conclusion: ImpactConclusion = Field(sa_type=word(ImpactConclusion))
    summary: str
    covers: list[Any] = Field(default_factory=list, sa_type=JSON)
    covers_collection: bool = False  # sensitive information that the scenario collects itself
    covers_decisions: bool = False  # decisions made automatically
    keep_until: date
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime
    removed_at: datetime | None = None
    removed_because: str = ""
