"""Organisations, people, their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from core.words import ApplicationState, OrganisationKind, Role
from db.base import Versioned, word


class Organisation(Versioned, table=True):
    """A body that employs people and answers for things. `region_code` is where it governs."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    short_name: str = ""
    kind: OrganisationKind = Field(sa_type=word(OrganisationKind))
    credit_code: str = ""
    region_code: str | None = Field(default=None, foreign_key="region.code", index=True)


class Account(Versioned, table=True):
    """One person's way in. A county team's scope is its organisation's region."""

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=word(Role))
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    password_hash: str
    active: bool = True
    demo: bool = False  # may be entered with one click while the installation is a demo
    created_at: datetime


class BidderApplication(Versioned, table=True):
    """An organisation that asks, without being signed in, to be let in as a bidder. `receipt` is all it holds
    until then; the password's hash is emptied once the decision was made. `form` tells one filled-in form."""

    __tablename__ = "bidder_application"
    __table_args__ = (CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation: str
    kind: OrganisationKind = Field(sa_type=word(OrganisationKind))
    credit_code: str = Field(index=True)
    contact: str
    phone: str
    password_hash: str
    receipt: str = Field(unique=True)
    form: str = Field(unique=True)
    address: str = Field(index=True)
    applied_at: datetime
    state: ApplicationState = Field(sa_type=word(ApplicationState), index=True)
    reason: str = ""
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None


class LoginSession(SQLModel, table=True):
    """A sign-in. Only the token's hash is kept, so a stolen database opens no session."""

    __tablename__ = "login_session"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime
    seen_at: datetime
    revoked_at: datetime | None = None
    address: str = ""


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, counted per username and per address to slow guessing down."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(index=True)
    address: str = Field(index=True)
    at: datetime = Field(index=True)
