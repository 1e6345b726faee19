"""Needs, and which of them turned out to be one and the same."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from core.words import Asker, GovernanceLevel, MovedKind, NeedSource
from db.base import Versioned, word


class Need(Versioned, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str
    description: str
    asker: Asker = Field(sa_type=word(Asker))
    people: str = ""  # the group concerned
    level: GovernanceLevel = Field(sa_type=word(GovernanceLevel))
    unit: str = ""  # the town, village or grid within the region
    region_code: str = Field(foreign_key="region.code", index=True)
    domain: str = Field(default="", index=True)
    source: NeedSource = Field(sa_type=word(NeedSource))
    events: int | None = None  # how often, between the two dates
    events_from: date | None = None
    events_to: date | None = None
    severity: int = 2
    owner_organisation_id: int | None = Field(default=None, foreign_key="organisation.id")  # who follows it up
    merged_into_id: int | None = Field(default=None, foreign_key="need.id", index=True)  # the need that stays
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime

    __table_args__ = (
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
        CheckConstraint("events IS NULL OR events >= 0", name="events"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged_into_another"),
    )


class NeedMerge(SQLModel, table=True):
    """One need was found to be another again. Undone, the row stays and says so."""

    __tablename__ = "need_merge"

    id: int | None = Field(default=None, primary_key=True)
    survivor_id: int = Field(foreign_key="need.id", index=True)
    merged_id: int = Field(foreign_key="need.id", index=True)
    reason: str
    merged_by: int = Field(foreign_key="account.id")
    merged_at: datetime
    undone_by: int | None = Field(default=None, foreign_key="account.id")
    undone_at: datetime | None = None


class NeedMergeItem(SQLModel, table=True):
    """What a merge moved, so that it can be moved back. `shared`: the need that stays had it already."""

    __tablename__ = "need_merge_item"

    merge_id: int = Field(foreign_key="need_merge.id", primary_key=True)
    kind: MovedKind = Field(sa_type=word(MovedKind), primary_key=True)
    item_id: int = Field(primary_key=True)
    shared: bool = False
