"""How a pilot is supervised, what came of alerts, and whether its errors are tolerated."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import InspectionOutcome, SupervisionAction, SupervisionMode, SupervisionState, ToleranceOutcome
from db.base import Versioned, word


class SupervisionPlan(SQLModel, table=True):
    """One edition of a pilot's supervision: within which bounds it runs, who supervises it, which values trip
    what. Append-only: the newest edition counts, and each says why it was made. `triggers` are
    `pilots.supervision_schemas.TriggerIn` as JSON; from the start on they stand in `watch` as well."""

    __tablename__ = "supervision_plan"
    __table_args__ = (
        UniqueConstraint("pilot_id", "edition"),
        CheckConstraint("end_on > start_on", name="dates"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id")
    edition: int
    mode: SupervisionMode = Field(sa_type=word(SupervisionMode))
    organisation_id: int = Field(foreign_key="organisation.id", index=True)  # who supervises
    area: str
    people: str
    data: str
    start_on: date
    end_on: date
    triggers: list[Any] = Field(default_factory=list, sa_type=JSON)
    reason: str
    set_by: int | None = Field(default=None, foreign_key="account.id")
    set_at: datetime


class Inspection(SQLModel, table=True):
    """A visit that a supervised pilot is due (全程监管): what is looked at, by which day. Append-only; what came of
    it is its record."""

    __tablename__ = "inspection"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    content: str
    due_on: date
    due_provisional: bool = False
    nonce: str | None = Field(default=None, unique=True)
    planned_by: int | None = Field(default=None, foreign_key="account.id")
    planned_at: datetime


class InspectionRecord(SQLModel, table=True):
    """What an inspection found, or why it fell away. Append-only, once an inspection; files are attached to it."""

    __tablename__ = "inspection_record"

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id", unique=True)
    outcome: InspectionOutcome = Field(sa_type=word(InspectionOutcome))
    inspected_on: date
    finding: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class SupervisionOrder(Versioned, table=True):
    """督办单: what one organisation has to answer by a day. What was done about it are its steps."""

    __tablename__ = "supervision_order"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    hit_id: int | None = Field(default=None, foreign_key="watch_hit.id", index=True)  # the alert it follows
    inspection_id: int | None = Field(default=None, foreign_key="inspection.id", index=True)  # or the inspection
    organisation_id: int = Field(foreign_key="organisation.id", index=True)  # who has to answer
    title: str
    demand: str
    action: SupervisionAction = Field(sa_type=word(SupervisionAction))  # how far up the ladder it is
    state: SupervisionState = Field(sa_type=word(SupervisionState), index=True)
    due_on: date
    due_provisional: bool = False
    nonce: str | None = Field(default=None, unique=True)
    issued_by: int = Field(foreign_key="account.id")
    issued_at: datetime


class SupervisionStep(SQLModel, table=True):
    """One step of an order; evidence is attached to it. Append-only."""

    __tablename__ = "supervision_step"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="supervision_order.id", index=True)
    do: str
    state: SupervisionState = Field(sa_type=word(SupervisionState))  # after it
    action: SupervisionAction = Field(sa_type=word(SupervisionAction))
    text: str
    due_on: date
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AlertExplanation(SQLModel, table=True):
    """Why an alert needs no order (说明销号). Append-only, once an alert."""

    __tablename__ = "alert_explanation"

    id: int | None = Field(default=None, primary_key=True)
    hit_id: int = Field(foreign_key="watch_hit.id", unique=True)
    reason: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class ToleranceDecision(SQLModel, table=True):
    """容错认定: a finding and its evidence for each of the five conditions, and what follows. Append-only: the
    newest of a pilot counts. Files are attached to it."""

    __tablename__ = "tolerance_decision"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    outcome: ToleranceOutcome = Field(sa_type=word(ToleranceOutcome))
    findings: list[Any] = Field(sa_type=JSON)  # {condition, verdict, finding, evidence}, in the conditions' order
    reason: str
    decided_by: int = Field(foreign_key="account.id")
    decided_at: datetime
