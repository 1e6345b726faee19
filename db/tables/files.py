"""Files attached to records. Content is kept once, however often the same file is attached, and in the
database, so that a file and its record are committed, backed up and restored together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel


class FileContent(SQLModel, table=True):
    __tablename__ = "file_content"

    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class Attachment(SQLModel, table=True):
    """A file of a record: `entity` and `entity_id` name the record as the audit log does. One taken away
    keeps its row and its content; who took it and why is in the audit log."""

    __table_args__ = (Index(None, "entity", "entity_id"),)

    id: int | None = Field(default=None, primary_key=True)
    entity: str
    entity_id: int
    label: str = ""  # what the file is evidence of
    name: str
    media_type: str
    size: int  # bytes
    sha256: str = Field(foreign_key="file_content.sha256", index=True)
    added_by: int | None = Field(default=None, foreign_key="account.id")
    added_at: datetime
    removed_at: datetime | None = None
