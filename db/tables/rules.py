"""Validation rules as data: the rules, their rehearsals and waivers, and what every check found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import RuleScope, RuleSeverity, RuleState
from db.base import Versioned, word


class ValidationRule(Versioned, table=True):
    """A condition that rows of returns should meet, written by staff. Rules in code are not here."""

    __tablename__ = "validation_rule"
    __table_args__ = (
        CheckConstraint("(scope = 'indicator') = (indicator_code <> '')", name="indicator"),
        CheckConstraint("(scope = 'collection') = (collection_id IS NOT NULL)", name="collection"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    severity: RuleSeverity = Field(sa_type=word(RuleSeverity))
    scope: RuleScope = Field(sa_type=word(RuleScope))
    indicator_code: str = ""
    collection_id: int | None = Field(default=None, foreign_key="collection.id", index=True)
    expression: str
    message: str
    remedy: str
    valid_from: str  # the first month it is asked about
    state: RuleState = Field(default=RuleState.DRAFT, sa_type=word(RuleState), index=True)
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class RuleRehearsal(SQLModel, table=True):
    """One try of a rule on returns of the past: how many rows it was asked about, how many it would have found."""

    __tablename__ = "rule_rehearsal"

    id: int | None = Field(default=None, primary_key=True)
    rule_id: int = Field(foreign_key="validation_rule.id", index=True)
    rule_version: int
    first_period: str
    last_period: str
    checked: int
    unknown: int  # rows that lack a figure the rule needs
    found: int
    examples: list[Any] = Field(default_factory=list, sa_type=JSON)
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class RuleWaiver(Versioned, table=True):
    """One unit is excused from one rule for the periods that end between two days, both inclusive."""

    __tablename__ = "rule_waiver"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        Index(None, "region_code", "rule"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    region_code: str = Field(foreign_key="region.code")
    collection_id: int | None = Field(default=None, foreign_key="collection.id", index=True)
    starts_on: date
    ends_on: date
    reason: str
    granted_by: int | None = Field(default=None, foreign_key="account.id")
    granted_at: datetime


class ReturnCheck(SQLModel, table=True):
    """One content that was checked for a return, whether or not it was saved. The same content is one check."""

    __tablename__ = "return_check"
    __table_args__ = (UniqueConstraint("return_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="data_return.id")
    digest: str
    door: str
    errors: int
    warnings: int
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class ReturnFinding(SQLModel, table=True):
    """One thing a check found. Kept for the statistics and for follow-up."""

    __tablename__ = "return_finding"

    id: int | None = Field(default=None, primary_key=True)
    check_id: int = Field(foreign_key="return_check.id", index=True)
    rule: str = Field(index=True)
    severity: str  # error, warning
    indicator_code: str = ""
    cell: str = ""
    seen: str = ""
    message: str
