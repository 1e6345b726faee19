"""The feed door: tokens for machines, and every delivery that was taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.base import Versioned


class FeedToken(Versioned, table=True):
    """A key with which a machine delivers for a region and what lies under it. Only its hash is kept."""

    __tablename__ = "feed_token"

    id: int | None = Field(default=None, primary_key=True)
    name: str  # what system it is for
    hash: str = Field(unique=True)
    hint: str  # the last letters, to tell keys apart
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    collection_id: int | None = Field(default=None, foreign_key="collection.id")  # None: all it reports in
    issued_by: int | None = Field(default=None, foreign_key="account.id")
    issued_at: datetime
    expires_at: datetime  # exclusive
    revoked_by: int | None = Field(default=None, foreign_key="account.id")
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class Feed(SQLModel, table=True):
    """One delivery: what came, what was found, what came of it. `answer` is what the sender was told, so that
    the same delivery sent again hears the same."""

    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int | None = Field(default=None, foreign_key="collection.id", index=True)
    token_id: int | None = Field(default=None, foreign_key="feed_token.id")
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime = Field(index=True)
    filename: str
    sha256: str
    size: int
    key: str | None = None  # the sender's own name for this delivery (Idempotency-Key)
    request: str = ""  # hash of the body and of what was asked to be done with it
    rows: int
    saved: int
    unchanged: int
    rejected: int
    submitted: int  # returns handed in
    findings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # rule id → count
    status: int  # of the answer, as in HTTP
    answer: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
