"""The appraisal of a scenario before its approval (前期论证) and the check for duplicates (应用查重)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict
from db.base import Versioned, word


class Appraisal(Versioned, table=True):
    """One round: from the submission to the decision. A scenario sent back has another."""

    __table_args__ = (
        UniqueConstraint("scenario_id", "round"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
    )

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id")
    round: int
    authors: list[Any] = Field(sa_type=JSON)  # accounts that registered, changed or submitted it: not theirs to decide
    submitted_by: int = Field(foreign_key="account.id")
    submitted_at: datetime
    checked_at: datetime | None = None  # when it was last compared with the register
    likeness_floor: int | None = None  # ten-thousandths, as set when it was compared
    decision: Decision | None = Field(default=None, sa_type=word(Decision))
    reason: str = ""
    scope: str = ""  # what remains of it after a reduction
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None


class AppraisalReviewer(SQLModel, table=True):
    """Somebody asked to review, and what they advise once they are done."""

    __tablename__ = "appraisal_reviewer"

    appraisal_id: int = Field(foreign_key="appraisal.id", primary_key=True)
    account_id: int = Field(foreign_key="account.id", primary_key=True, index=True)
    assigned_by: int = Field(foreign_key="account.id")
    assigned_at: datetime
    advice: Decision | None = Field(default=None, sa_type=word(Decision, "advice"))
    opinion: str = ""
    submitted_at: datetime | None = None


class AppraisalFinding(Versioned, table=True):
    """What one reviewer found on one point of the checklist. Evidence files hang on its id."""

    __tablename__ = "appraisal_finding"
    __table_args__ = (UniqueConstraint("appraisal_id", "account_id", "criterion"),)

    id: int | None = Field(default=None, primary_key=True)
    appraisal_id: int = Field(foreign_key="appraisal.id")
    account_id: int = Field(foreign_key="account.id")
    criterion: Criterion = Field(sa_type=word(Criterion))
    verdict: FindingVerdict | None = Field(default=None, sa_type=word(FindingVerdict))
    finding: str = ""
    evidence: str = ""  # documents, numbers, addresses; files are attached


class AppraisalMatch(Versioned, table=True):
    """A similar scenario, and what a reviewer made of it."""

    __tablename__ = "appraisal_match"
    __table_args__ = (
        UniqueConstraint("appraisal_id", "other_id"),
        CheckConstraint("score BETWEEN 0 AND 10000", name="score"),
    )

    id: int | None = Field(default=None, primary_key=True)
    appraisal_id: int = Field(foreign_key="appraisal.id")
    other_id: int = Field(foreign_key="scenario.id", index=True)
    score: int  # likeness in ten-thousandths
    shared_words: list[Any] = Field(sa_type=JSON)
    judgement: LikenessVerdict | None = Field(default=None, sa_type=word(LikenessVerdict))
    note: str = ""
    judged_by: int | None = Field(default=None, foreign_key="account.id")
    judged_at: datetime | None = None
