"""Who is responsible for what: the items of responsibility lists and what organisations said to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, text
from sqlmodel import Field, SQLModel

from core.words import DutyAnswer, DutyKind
from db.base import Versioned, word


class Responsibility(Versioned, table=True):
    """A node of a responsibility list. `parent_id` builds the tree 业务 → 环节 → 最小颗粒; only an item
    (最小颗粒) has anything but a name. `position` orders the children of one parent.

    A removed node keeps its row, for undo and for what organisations confirmed: whoever reads lists
    leaves out rows with `removed_at`. A subtree removed at once carries one time.
    """

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="responsibility.id", index=True)
    kind: DutyKind = Field(
        default=DutyKind.ITEM, sa_type=word(DutyKind), sa_column_kwargs={"server_default": DutyKind.ITEM.value}
    )
    name: str
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    owner: str = ""  # the person or post that answers for it
    trigger: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    inputs: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    outputs: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    time_limit: str = ""
    legal_basis: str = ""
    position: int = 0
    changed_by: int | None = Field(default=None, foreign_key="account.id")
    changed_at: datetime | None = None
    removed_at: datetime | None = None


class ResponsibilitySupport(SQLModel, table=True):
    """An organisation that supports the responsible one of an item (配合单位)."""

    __tablename__ = "responsibility_support"

    responsibility_id: int = Field(foreign_key="responsibility.id", primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", primary_key=True, index=True)


class ResponsibilityData(SQLModel, table=True):
    """A data item that an item of the list uses, and who provides it; None is a gap."""

    __tablename__ = "responsibility_data"

    id: int | None = Field(default=None, primary_key=True)
    responsibility_id: int = Field(foreign_key="responsibility.id", index=True)
    name: str
    provider_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    position: int = 0


class ResponsibilityConfirmation(SQLModel, table=True):
    """One answer of an organisation to some of its items (价值共识): confirmed, or objected with a reason.
    Staff who answer for another organisation say why and attach the evidence. Append-only."""

    __tablename__ = "responsibility_confirmation"

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    answer: DutyAnswer = Field(sa_type=word(DutyAnswer))
    reason: str = ""
    on_behalf: bool = False
    account_id: int = Field(foreign_key="account.id")
    at: datetime


class ResponsibilityConfirmationItem(SQLModel, table=True):
    """An item as it read when it was answered (`scenarios.duty_rules.Content` as JSON). Append-only."""

    __tablename__ = "responsibility_confirmation_item"

    confirmation_id: int = Field(foreign_key="responsibility_confirmation.id", primary_key=True)
    responsibility_id: int = Field(foreign_key="responsibility.id", primary_key=True, index=True)
    content: dict[str, Any] = Field(sa_type=JSON)
