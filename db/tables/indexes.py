"""Index systems: what is computed of which indicators how, in versions, and the results that were frozen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.base import Versioned


class IndexSystem(Versioned, table=True):
    __tablename__ = "index_system"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    purpose: str = ""
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime
    revised_at: datetime
    nonce: str | None = Field(default=None, unique=True)  # one form submitted twice makes one system


class IndexVersion(SQLModel, table=True):
    """One version of a design. Append-only: a change makes the next version."""

    __tablename__ = "index_version"
    __table_args__ = (UniqueConstraint("system_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    system_id: int = Field(foreign_key="index_system.id")
    number: int
    collection_id: int = Field(foreign_key="collection.id")
    design: dict[str, Any] = Field(sa_type=JSON)  # metrics.composite.Design
    reason: str = ""  # why it differs from the one before
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class IndexResult(SQLModel, table=True):
    """A result as it was when somebody froze it, with every step. Append-only."""

    __tablename__ = "index_result"

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="index_version.id", index=True)
    first_period: str
    last_period: str
    outcome: dict[str, Any] = Field(sa_type=JSON)  # metrics.composite_result.Outcome
    digest: str  # SHA-256 of version, periods and outcome
    note: str = ""
    frozen_by: int | None = Field(default=None, foreign_key="account.id")
    frozen_at: datetime
