"""Thresholds that submitted values are held against, and what tripped them.

The returns room keeps these itself, so that a value trips in the transaction that submits it, whatever door
it came through and whichever rooms are in use above.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from core.words import SupervisionAction, WatchBasis, WatchSide
from db.base import word


class Watch(SQLModel, table=True):
    """A threshold for one indicator in the pilot units of a collection, from a period on. `threshold` is in
    millionths of the indicator's unit (of its change from the period before, for CHANGE). One that was
    replaced keeps its row, with the day it ended."""

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(foreign_key="collection.id", index=True)
    indicator_code: str
    basis: WatchBasis = Field(sa_type=word(WatchBasis))
    side: WatchSide = Field(sa_type=word(WatchSide))
    threshold: int = Field(sa_type=BigInteger)
    action: SupervisionAction = Field(sa_type=word(SupervisionAction))
    from_period: str
    until_period: str
    set_by: int | None = Field(default=None, foreign_key="account.id")
    set_at: datetime
    ended_at: datetime | None = None


class WatchHit(SQLModel, table=True):
    """A submitted value that tripped a watch: an alert. `value` and `before` (the period before, for CHANGE)
    are millionths of the unit, rounded half up; what decided was exact. Append-only."""

    __tablename__ = "watch_hit"
    __table_args__ = (Index(None, "return_id", "watch_id"),)

    id: int | None = Field(default=None, primary_key=True)
    watch_id: int = Field(foreign_key="watch.id", index=True)
    return_id: int = Field(foreign_key="data_return.id")
    observation_id: int = Field(foreign_key="observation.id")
    value: int = Field(sa_type=BigInteger)
    before: int | None = Field(default=None, sa_type=BigInteger)
    at: datetime


class WatchNote(SQLModel, table=True):
    """That the figure behind an alert was corrected, and whether it still trips. Append-only."""

    __tablename__ = "watch_note"

    id: int | None = Field(default=None, primary_key=True)
    hit_id: int = Field(foreign_key="watch_hit.id", index=True)
    observation_id: int = Field(foreign_key="observation.id")
    value: int = Field(sa_type=BigInteger)
    before: int | None = Field(default=None, sa_type=BigInteger)
    trips: bool
    at: datetime
