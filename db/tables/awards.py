"""The annual selection: editions, entries with their frozen evidence, rounds, decisions, notices, public votes.

Scores are exact fractions kept as text "n/d" in JSON; weights are hundredths of a percent. `awards/__init__.py` says
who sees what and when.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import (
    AwardEntryState,
    AwardStage,
    CorrectionDecision,
    DeliberationKind,
    EditionNature,
    EditionState,
    SignatureKind,
    Veto,
)
from db.base import Versioned, word


class Edition(Versioned, table=True):
    """One year's selection (年度). `rule` is `awards.schemas.RuleIn` as JSON; frozen with its hash when the call goes
    out. Times are half-open: entries are taken in [opens_at, closes_at), cities recommend before `recommend_until`,
    the public votes in [vote_opens_at, vote_closes_at)."""

    __table_args__ = (
        CheckConstraint("nature <> 'honour' OR approval_number <> ''", name="approval"),
        CheckConstraint("(frozen_at IS NULL) = (rule_digest = '')", name="frozen"),
        CheckConstraint("opens_at < closes_at AND closes_at <= recommend_until", name="schedule"),
        CheckConstraint("vote_closes_at IS NULL OR vote_opens_at < vote_closes_at", name="vote"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    year: int = Field(index=True)
    name: str
    nature: EditionNature = Field(sa_type=word(EditionNature))
    approval_number: str = ""
    intro: str = ""  # what the call says
    state: EditionState = Field(sa_type=word(EditionState), index=True)
    rehearsal: bool = False  # invented entries, kept apart from everything that counts
    rubric_version_id: int = Field(foreign_key="rubric_version.id")
    rule: dict[str, Any] = Field(sa_type=JSON)
    rule_digest: str = ""
    frozen_at: datetime | None = None
    opens_at: datetime
    closes_at: datetime
    recommend_until: datetime
    vote_opens_at: datetime | None = None
    vote_closes_at: datetime | None = None
    copied_from_id: int | None = Field(default=None, foreign_key="edition.id")
    reason: str = ""  # of the last step that needed one
    released_at: datetime | None = None
    nonce: str | None = Field(default=None, unique=True)
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class AwardEntry(Versioned, table=True):
    """What a county puts in for an edition (参评项目): its part in a pilot. `number` is the newest version handed in,
    0 for none; `remote` whether the county was among 山区海岛县 on the edition's day; `objective` the raw figure of its
    objective part in millionths, None for none."""

    __tablename__ = "award_entry"
    __table_args__ = (
        UniqueConstraint("edition_id", "pilot_id", "region_code"),
        CheckConstraint("(state = 'vetoed') = (veto IS NOT NULL)", name="vetoed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    code: str = Field(unique=True)
    track: str
    title: str
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    region_code: str = Field(foreign_key="region.code", index=True)
    city_code: str = Field(foreign_key="region.code", index=True)
    group_name: str = ""  # the region group on the edition's day
    remote: bool = False
    objective: int | None = None
    state: AwardEntryState = Field(sa_type=word(AwardEntryState), index=True)
    narrative: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # section → text
    number: int = 0
    submitted_at: datetime | None = None
    city_rank: int | None = None  # the city's own order of what it recommends
    recommended_by: int | None = Field(default=None, foreign_key="account.id")
    checked_by: int | None = Field(default=None, foreign_key="account.id")
    veto: Veto | None = Field(default=None, sa_type=word(Veto))
    grade: str = ""
    reason: str = ""  # of the last decision about it
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class AwardEntryVersion(SQLModel, table=True):
    """An entry as it was handed in, with the hash of what it said, of its files and its evidence. Append-only."""

    __tablename__ = "award_entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="award_entry.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AwardPack(SQLModel, table=True):
    """An entry's evidence as it stood when it was frozen: values, definitions, quality, verdict. Append-only, the
    newest counts; `reason` says why there is another."""

    __tablename__ = "award_pack"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="award_entry.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    reason: str = ""
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AwardCorrection(SQLModel, table=True):
    """What was decided when values in an entry's evidence had been corrected. Append-only. `found` are the changes
    that were decided about, one sentence each; `digest` is their hash: other changes are another matter."""

    __tablename__ = "award_correction"
    __table_args__ = (UniqueConstraint("entry_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="award_entry.id")
    found: list[Any] = Field(sa_type=JSON)
    digest: str
    decision: CorrectionDecision = Field(sa_type=word(CorrectionDecision))
    reason: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AwardReview(SQLModel, table=True):
    """The panel review that judges a track of an edition in a round."""

    __tablename__ = "award_review"
    __table_args__ = (UniqueConstraint("edition_id", "stage", "track"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    stage: AwardStage = Field(sa_type=word(AwardStage))
    track: str
    review_id: int = Field(foreign_key="review.id", unique=True)


class AwardTurn(Versioned, table=True):
    """An entry's turn in the final (路演): its place in the order, when it began and ended."""

    __tablename__ = "award_turn"
    __table_args__ = (
        UniqueConstraint("edition_id", "track", "position"),
        CheckConstraint("ended_at IS NULL OR began_at IS NOT NULL", name="times"),
    )

    entry_id: int = Field(foreign_key="award_entry.id", primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    track: str
    position: int
    began_at: datetime | None = None
    ended_at: datetime | None = None


class AwardDeliberation(SQLModel, table=True):
    """What people decided together (合议记录, 同分表决). Append-only, the newest about the same entries stands.
    `votes`: entry id as text → votes, of a tie; `present`: names."""

    __tablename__ = "award_deliberation"

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id", index=True)
    stage: AwardStage = Field(sa_type=word(AwardStage))
    kind: DeliberationKind = Field(sa_type=word(DeliberationKind))
    votes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    present: list[Any] = Field(default_factory=list, sa_type=JSON)
    text: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AwardResult(SQLModel, table=True):
    """A list as it was put forward (`awards.listing`). Append-only: one that changed is another number."""

    __tablename__ = "award_result"
    __table_args__ = (UniqueConstraint("edition_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    number: int
    body: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class AwardSignature(SQLModel, table=True):
    """Who stands by a list. Append-only."""

    __tablename__ = "award_signature"
    __table_args__ = (UniqueConstraint("result_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="award_result.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: SignatureKind = Field(sa_type=word(SignatureKind))
    at: datetime


class AwardNotice(Versioned, table=True):
    """A list put to the public. `days_left` working days count from `counted_from`, which is later than `starts_on`
    after a pause; `ends_on` is the last day. Objections are answered within `answer_days`, or the supervisor takes them
    up; notices of before there were supervisors name none."""

    __tablename__ = "award_notice"
    __table_args__ = (UniqueConstraint("edition_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    number: int
    result_id: int = Field(foreign_key="award_result.id")
    starts_on: date
    days: int
    count_first: bool
    counted_from: date
    days_left: int
    ends_on: date
    provisional: bool
    paused_on: date | None = None
    listed: list[Any] = Field(sa_type=JSON)  # {"entry", "code", "title", "organisation", "track", "grade"} in order
    changes: list[Any] = Field(default_factory=list, sa_type=JSON)  # sentences against the list before
    contact: str
    answer_days: int = 3
    supervisor_id: int | None = Field(default=None, foreign_key="account.id")
    issued_by: int | None = Field(default=None, foreign_key="account.id")
    issued_at: datetime


class AwardObjection(Versioned, table=True):
    """An objection to a notice. Who it is from (`account_id`) is shown to its handler and the administrator only."""

    __tablename__ = "award_objection"
    __table_args__ = (CheckConstraint("(upheld IS NULL) = (answered_at IS NULL)", name="answered"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id", index=True)
    notice_id: int = Field(foreign_key="award_notice.id")
    entry_id: int | None = Field(default=None, foreign_key="award_entry.id")  # what it is about, None: the whole
    account_id: int = Field(foreign_key="account.id", index=True)
    text: str
    due_on: date
    filed_at: datetime
    handler_id: int | None = Field(default=None, foreign_key="account.id")
    escalated_to: int | None = Field(default=None, foreign_key="account.id")  # when it was not answered in time
    escalated_at: datetime | None = None
    upheld: bool | None = None
    answer: str = ""
    answered_at: datetime | None = None
    nonce: str | None = Field(default=None, unique=True)


class PublicVote(SQLModel, table=True):
    """A vote of somebody without an account. Append-only; one per device and day in an edition, by the database.
    `device` and `network` are hashes: nobody can be found by them."""

    __tablename__ = "public_vote"
    __table_args__ = (
        UniqueConstraint("edition_id", "device", "day"),
        Index(None, "edition_id", "network", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id")
    entry_id: int = Field(foreign_key="award_entry.id", index=True)
    device: str
    network: str
    day: date
    at: datetime


class PublicVoteRuling(SQLModel, table=True):
    """Votes that do not count, and why. Append-only: a decision of people about an anomaly."""

    __tablename__ = "public_vote_ruling"

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="edition.id", index=True)
    network: str  # whose votes
    first_at: datetime
    last_at: datetime  # inclusive
    excluded: bool
    reason: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime
