"""Citizens' requests as they were handed in, what is summed up of them, and what they are about.

Rows come and go by whole imports: those of an import that is not done count nowhere and are cleared away when
nobody works on it any more. Texts are stored without personal data only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import ImportState, Rectification, Satisfaction
from db.base import word


class TicketImport(SQLModel, table=True):
    """One file and how far it has come. `beat` is when its worker last gave a sign of life."""

    __tablename__ = "ticket_import"

    id: int | None = Field(default=None, primary_key=True)
    file_name: str
    digest: str = ""  # SHA-256 of the file, known once it has been read
    region_code: str | None = Field(default=None, foreign_key="region.code")  # of a county team, or for the whole file
    state: ImportState = Field(sa_type=word(ImportState), index=True)
    message: str = ""  # why it failed
    rows: int = 0  # in the file, without blank ones
    seen: int = 0  # of these, read so far
    added: int = 0
    updated: int = 0  # known already, with news of how they were handled
    unchanged: int = 0
    rejected: int = 0
    names: int = 0  # personal data covered, by kind
    phones: int = 0
    documents: int = 0
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    started_by: int = Field(foreign_key="account.id")
    started_at: datetime
    beat: datetime
    finished_at: datetime | None = None


class Ticket(SQLModel, table=True):
    """A request. `scope` is the city (first four figures of its code): ticket numbers are unique within its
    hotline. `month` is the Beijing month of `at`. None means that the file did not say."""

    __table_args__ = (UniqueConstraint("scope", "number"), Index(None, "region_code", "month"))

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="ticket_import.id", index=True)
    scope: str
    number: str
    at: datetime
    month: str
    region_code: str = Field(foreign_key="region.code")
    category: str
    text: str
    handled: bool | None = None
    replied: bool | None = None
    satisfaction: Satisfaction | None = Field(default=None, sa_type=word(Satisfaction))
    rectification: Rectification | None = Field(default=None, sa_type=word(Rectification))


class TicketMonth(SQLModel, table=True):
    """The tickets of a region, month and category, counted; rewritten by every import that changes them.
    `…_known` are the tickets whose file said anything about it."""

    __tablename__ = "ticket_month"

    region_code: str = Field(foreign_key="region.code", primary_key=True)
    month: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    tickets: int
    handled_known: int
    handled: int
    replied_known: int
    replied: int
    rated: int
    satisfied: int
    dissatisfied: int
    open_dissatisfied: int
    rectified: int


class NeedTicket(SQLModel, table=True):
    """A ticket as evidence of a need."""

    __tablename__ = "need_ticket"

    need_id: int = Field(foreign_key="need.id", primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True, index=True)


class TopicRun(SQLModel, table=True):
    """One grouping of all tickets into topics. Pages show the newest that is finished; older ones are removed."""

    __tablename__ = "topic_run"

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime
    beat: datetime
    finished_at: datetime | None = None
    tickets: int = 0
    seconds: float = 0.0


class Topic(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="topic_run.id", index=True)
    words: list[str] = Field(default_factory=list, sa_type=JSON)  # the most telling first
    tickets: int


class TicketTopic(SQLModel, table=True):
    __tablename__ = "ticket_topic"

    topic_id: int = Field(foreign_key="topic.id", primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", primary_key=True, index=True)


class TopicMonth(SQLModel, table=True):
    """How many tickets of a topic a region had in a month."""

    __tablename__ = "topic_month"

    topic_id: int = Field(foreign_key="topic.id", primary_key=True)
    region_code: str = Field(foreign_key="region.code", primary_key=True)
    month: str = Field(primary_key=True)
    tickets: int


class TicketWords(SQLModel, table=True):
    """In how many of a region's tickets of a month each word occurs: {word: tickets}, most frequent first."""

    __tablename__ = "ticket_words"

    region_code: str = Field(foreign_key="region.code", primary_key=True)
    month: str = Field(primary_key=True)
    tickets: int
    words: dict[str, int] = Field(sa_type=JSON)
