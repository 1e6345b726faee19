"""What the installation keeps about itself: the audit log, issued reports, single facts, stamps of tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel


class AuditEvent(SQLModel, table=True):
    """Who did what to what, written in the transaction that did it. Each row carries the hash of the
    one before, so a removed or altered row shows (`zhiping check`). Triggers refuse changes."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "entity", "entity_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor_id: int | None = Field(default=None, foreign_key="account.id")
    action: str
    entity: str
    entity_id: str
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    reason: str = ""
    hash: str


class ReportIssue(SQLModel, table=True):
    """A report that left the house: its number, what it is about and the hash of its inputs."""

    __tablename__ = "report_issue"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    kind: str = Field(index=True)
    subject_id: int
    inputs_hash: str = Field(index=True)
    title: str = ""
    lines: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # key figures as printed, by label
    as_of: datetime
    issued_by: int | None = Field(default=None, foreign_key="account.id")


class TableStamp(SQLModel, table=True):
    """The mark of the last transaction that wrote a table (`db.stamps`). Not part of a backup: it is about what
    processes keep in memory."""

    __tablename__ = "table_stamp"

    name: str = Field(primary_key=True)
    stamp: str


class Fact(SQLModel, table=True):
    """A single fact about this installation: whether it is a demo, when it was made."""

    name: str = Field(primary_key=True)
    value: str
