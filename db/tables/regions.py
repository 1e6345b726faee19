"""Administrative divisions and the dated groups they belong to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from core.words import RegionLevel, Side
from db.base import word


class Region(SQLModel, table=True):
    """A division. A code names one place; when it is abolished `valid_to` (inclusive) is set."""

    code: str = Field(primary_key=True, max_length=12)
    name: str
    short_name: str
    level: RegionLevel = Field(sa_type=word(RegionLevel))
    parent_code: str | None = Field(default=None, foreign_key="region.code", index=True)
    sort_key: str = ""  # pinyin, so that lists read in the order people expect
    valid_from: date | None = None
    valid_to: date | None = None
    tile_row: int | None = None  # place on the province's tile map
    tile_col: int | None = None


class RegionGroup(SQLModel, table=True):
    """Membership of a group from `valid_from` to `valid_to`, both inclusive; open ends are None.

    `scheme` separates groupings made for different purposes; within one scheme a region is in
    at most one group on any day (checked by the service that writes).
    """

    __tablename__ = "region_group"
    __table_args__ = (Index(None, "scheme", "region_code"),)

    id: int | None = Field(default=None, primary_key=True)
    scheme: str
    region_code: str = Field(foreign_key="region.code", index=True)
    name: str
    side: Side = Field(sa_type=word(Side))
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


class RegionFact(SQLModel, table=True):
    """A figure about a place that is nobody's return: population, area … in millionths, as of a day.
    Append-only: of several for one place, name and day the newest counts."""

    __tablename__ = "region_fact"
    __table_args__ = (Index(None, "name", "region_code"),)

    id: int | None = Field(default=None, primary_key=True)
    region_code: str = Field(foreign_key="region.code")
    name: str
    unit: str = ""
    as_of: date
    value: int = Field(sa_type=BigInteger)
    source: str
    entered_by: int | None = Field(default=None, foreign_key="account.id")
    entered_at: datetime
