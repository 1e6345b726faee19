"""Panels: rubrics, reviews, entries, who judges what, sheets with every version, results and who signed them.

Marks and weights are integers in hundredths. `panels/__init__.py` says what the words mean and who sees what.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import (
    EntryState,
    MemberRole,
    ModerationOutcome,
    PanelRule,
    RecusalKind,
    RecusalState,
    ReviewKind,
    ReviewRound,
    ReviewState,
    SheetDoor,
    SheetState,
    SignatureKind,
)
from db.base import Versioned, word


class RubricRow(Versioned, table=True):
    """A rubric (评分标准) by name; what it asks is in its versions."""

    __tablename__ = "rubric"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: ReviewKind = Field(sa_type=word(ReviewKind))
    nonce: str | None = Field(default=None, unique=True)
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class RubricVersion(Versioned, table=True):
    """One wording of a rubric. `body` is `panels.rubric.Rubric.as_json()`; once a review has opened scoring with
    it, it is frozen: `digest` is the SHA-256 of the body, and a change is another version."""

    __tablename__ = "rubric_version"
    __table_args__ = (
        UniqueConstraint("rubric_id", "number"),
        CheckConstraint("(frozen_at IS NULL) = (digest = '')", name="frozen"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rubric_id: int = Field(foreign_key="rubric.id")
    number: int
    body: dict[str, Any] = Field(sa_type=JSON)
    reason: str = ""  # what changed against the version before, and why
    digest: str = ""
    frozen_at: datetime | None = None
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class Review(Versioned, table=True):
    """One occasion on which a panel judges entries (评审). The times are a half-open window [opens_at, closes_at);
    what comes in from then until before `grace_until` is taken and marked as late."""

    __table_args__ = (
        CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="window"),
        CheckConstraint("grace_until IS NULL OR closes_at <= grace_until", name="grace"),
        CheckConstraint("quorum >= 1 AND per_entry >= 1", name="sizes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: ReviewKind = Field(sa_type=word(ReviewKind), index=True)
    state: ReviewState = Field(default=ReviewState.PREPARING, sa_type=word(ReviewState), index=True)
    rubric_version_id: int = Field(foreign_key="rubric_version.id", index=True)
    rule: PanelRule = Field(sa_type=word(PanelRule))
    quorum: int  # valid sheets without which an entry has no valid result
    per_entry: int  # judges an entry is given
    places: int | None = None  # how many first places count: where the cut is; None: no cut
    tie_keys: list[Any] = Field(default_factory=list, sa_type=JSON)  # criterion codes and "@median", in order
    blind: bool = False  # judges do not see whose an entry is
    rehearsal: bool = Field(default=False, index=True)  # invented entries, kept apart from everything that counts
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    grace_until: datetime | None = None
    plan_seed: int = 0
    rule_digest: str = ""  # of rubric, rule, quorum, cut and tie keys, as they were when scoring opened
    scoring_since: datetime | None = None
    released_at: datetime | None = None  # set by the room above when it publishes; then only an objection reopens
    nonce: str | None = Field(default=None, unique=True)
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class ReviewEntry(Versioned, table=True):
    """What is judged (参评项目). `subject` and `subject_id` name the record of a room above that it stands for."""

    __tablename__ = "review_entry"
    __table_args__ = (
        UniqueConstraint("review_id", "code"),
        CheckConstraint("state = 'active' OR state_reason <> ''", name="reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id")
    code: str
    title: str
    summary: str = ""
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    organisation_name: str
    credit_code: str = ""
    region_code: str | None = Field(default=None, foreign_key="region.code", index=True)
    team: list[Any] = Field(default_factory=list, sa_type=JSON)  # names of the people behind it
    subject: str = ""
    subject_id: int | None = None
    number: int = 1  # of the version that stands; judges are told when it is not the one they marked
    state: EntryState = Field(default=EntryState.ACTIVE, sa_type=word(EntryState))
    state_reason: str = ""
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class ReviewEntryVersion(SQLModel, table=True):
    """What an entry said: written when scoring opens and at every change since. Append-only."""

    __tablename__ = "review_entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="review_entry.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    reason: str = ""
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class PanelMember(Versioned, table=True):
    """Somebody of a panel. One who was replaced has `left_at`; his sheets are void, and who came for him names
    him in `replaces_id`."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("review_id", "account_id"),
        CheckConstraint("left_at IS NULL OR left_reason <> ''", name="left"),
    )

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    role: MemberRole = Field(sa_type=word(MemberRole))
    replaces_id: int | None = Field(default=None, foreign_key="panel_member.id")
    left_at: datetime | None = None
    left_reason: str = ""
    declared_at: datetime | None = None  # when he had gone through the entries and said where he steps aside
    added_by: int | None = Field(default=None, foreign_key="account.id")
    added_at: datetime


class JudgeAffiliation(Versioned, table=True):
    """Where a judge works or worked, beside the organisation of his account: what recusals are found by."""

    __tablename__ = "judge_affiliation"
    __table_args__ = (CheckConstraint("until IS NULL OR since IS NULL OR since <= until", name="dates"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    name: str
    credit_code: str = ""
    region_code: str | None = Field(default=None, foreign_key="region.code", index=True)
    since: date | None = None
    until: date | None = None  # the last day; None: still
    recorded_by: int | None = Field(default=None, foreign_key="account.id")
    recorded_at: datetime


class OrganisationAlias(SQLModel, table=True):
    """Another name by which an organisation is known: former name, usual short form, branch."""

    __tablename__ = "organisation_alias"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(unique=True)
    recorded_by: int | None = Field(default=None, foreign_key="account.id")
    recorded_at: datetime


class Recusal(Versioned, table=True):
    """Somebody (a judge, or one of the staff who run the review) and an entry that he should step aside from."""

    __table_args__ = (
        UniqueConstraint("entry_id", "account_id", "kind"),
        CheckConstraint("(state = 'potential') = (decided_at IS NULL)", name="decided"),
    )

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id", index=True)
    entry_id: int = Field(foreign_key="review_entry.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: RecusalKind = Field(sa_type=word(RecusalKind))
    state: RecusalState = Field(default=RecusalState.POTENTIAL, sa_type=word(RecusalState))
    detail: str  # what was declared, or what matched what
    declared_by: int | None = Field(default=None, foreign_key="account.id")  # None: found by the system
    declared_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    reason: str = ""


class ReviewAssignment(SQLModel, table=True):
    """Who judges what."""

    __tablename__ = "review_assignment"

    entry_id: int = Field(foreign_key="review_entry.id", primary_key=True)
    member_id: int = Field(foreign_key="panel_member.id", primary_key=True, index=True)
    review_id: int = Field(foreign_key="review.id", index=True)
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class Sheet(Versioned, table=True):
    """One judge's sheet for one entry in one round: where it stands. What it says is in its versions; `number` is
    the newest of them, 0 for none. `weighted` is Σ weight × mark of the version that was submitted."""

    __table_args__ = (
        UniqueConstraint("member_id", "entry_id", "round"),
        CheckConstraint("state <> 'submitted' OR weighted IS NOT NULL", name="whole"),
    )

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id", index=True)
    entry_id: int = Field(foreign_key="review_entry.id", index=True)
    member_id: int = Field(foreign_key="panel_member.id")
    round: ReviewRound = Field(sa_type=word(ReviewRound))
    state: SheetState = Field(default=SheetState.DRAFT, sa_type=word(SheetState), index=True)
    number: int = 0
    weighted: int | None = Field(default=None, sa_type=BigInteger)
    entry_number: int | None = None  # version of the entry that was marked
    late: bool = False  # submitted within the grace
    submitted_at: datetime | None = None
    changed_at: datetime


class SheetVersion(SQLModel, table=True):
    """One saving of a sheet. Append-only. `marks` and `reasons` are by criterion code; a criterion without a mark is
    not in `marks`. `nonce` is the form's: the same form twice is one version."""

    __tablename__ = "sheet_version"
    __table_args__ = (UniqueConstraint("sheet_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="sheet.id")
    number: int
    state: SheetState = Field(sa_type=word(SheetState))
    marks: dict[str, Any] = Field(sa_type=JSON)
    reasons: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    comment: str = ""
    why: str = ""  # of abstaining, voiding or unlocking
    entry_number: int
    rubric_version_id: int = Field(foreign_key="rubric_version.id")
    rubric_digest: str
    door: SheetDoor = Field(sa_type=word(SheetDoor))
    nonce: str | None = Field(default=None, unique=True)
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class UnlockRequest(Versioned, table=True):
    """A wish to change a submitted sheet: asked by the judge or one of the staff, decided by another."""

    __tablename__ = "unlock_request"
    __table_args__ = (CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided"),)

    id: int | None = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="sheet.id", index=True)
    reason: str
    asked_by: int = Field(foreign_key="account.id")
    asked_at: datetime
    granted: bool | None = None
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    answer: str = ""


class ModerationRecord(SQLModel, table=True):
    """What was discussed about an entry, written down by a lead judge. Append-only; the newest stands."""

    __tablename__ = "moderation_record"

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id", index=True)
    entry_id: int = Field(foreign_key="review_entry.id", index=True)
    flags: list[Any] = Field(default_factory=list, sa_type=JSON)  # why it was discussed, in words
    present: list[Any] = Field(default_factory=list, sa_type=JSON)  # names of who took part
    discussion: str
    outcome: ModerationOutcome = Field(sa_type=word(ModerationOutcome))
    dissent: str = ""
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class ReviewResult(SQLModel, table=True):
    """A result as it was put forward (`panels.outcome.frozen`). Append-only: one that changed is another number."""

    __tablename__ = "review_result"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id")
    number: int
    outcome: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class ReviewSignature(SQLModel, table=True):
    """Who stands by a result, or does not and why. Append-only. A judge who neither signs nor writes why not
    counts as agreeing."""

    __tablename__ = "review_signature"
    __table_args__ = (
        UniqueConstraint("result_id", "account_id"),
        CheckConstraint("kind <> 'dissent' OR statement <> ''", name="dissent"),
    )

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="review_result.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: SignatureKind = Field(sa_type=word(SignatureKind))
    statement: str = ""
    at: datetime
