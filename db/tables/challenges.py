"""Challenges (揭榜挂帅): what is asked, the bids, who was proposed to the public, contracts and their payments.

Money is in fen, shares are hundredths of a percent. `challenges/__init__.py` says who sees what and when.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import Arm, BidMilestoneState, BidState, ChallengeState, ToleranceOutcome
from db.base import Versioned, word


class Challenge(Versioned, table=True):
    """A challenge (榜单). Bids are taken until just before `deadline`. `reason` is that of the last step that
    needed one; `review_id` the panel review that judges its bids, `acceptance_id` the one that accepts the work."""

    __table_args__ = (
        CheckConstraint("winners BETWEEN 1 AND 3", name="winners"),
        CheckConstraint("funding_fen >= 0", name="funding"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str
    round: str = ""  # those that are published together, such as 2026 年第一批
    state: ChallengeState = Field(sa_type=word(ChallengeState), index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)  # who publishes it
    need_id: int | None = Field(default=None, foreign_key="need.id", index=True)
    scenario_id: int | None = Field(default=None, foreign_key="scenario.id", index=True)
    background: str
    difficulties: str
    indicators: str
    content: str
    data_offered: str = ""
    places: int = 0  # pilot places promised
    funding_fen: int = Field(default=0, sa_type=BigInteger)  # 0: 面议
    winners: int = 1  # 2 or 3: 赛马
    eligibility: str
    deadline: datetime
    contact: str
    reason: str = ""
    conclusion: str = ""  # of the argumentation
    concluded_by: int | None = Field(default=None, foreign_key="account.id")
    concluded_at: datetime | None = None
    published_at: datetime | None = None
    review_id: int | None = Field(default=None, foreign_key="review.id")
    acceptance_id: int | None = Field(default=None, foreign_key="review.id")
    awarded_by: int | None = Field(default=None, foreign_key="account.id")
    nonce: str | None = Field(default=None, unique=True)
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class ChallengeExtension(SQLModel, table=True):
    """A deadline put off, before it had come, for everybody to read. Append-only."""

    __tablename__ = "challenge_extension"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    before: datetime
    after: datetime
    reason: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class ChallengeOpinion(Versioned, table=True):
    """An expert asked to argue for or against a challenge before it is published, and what he said."""

    __tablename__ = "challenge_opinion"
    __table_args__ = (UniqueConstraint("challenge_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    support: bool | None = None
    opinion: str = ""
    asked_by: int | None = Field(default=None, foreign_key="account.id")
    asked_at: datetime
    given_at: datetime | None = None


class ChallengeQuestion(Versioned, table=True):
    """A bidder's question. With its answer it is shown to all at once, without who asked."""

    __tablename__ = "challenge_question"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    text: str
    asked_by: int = Field(foreign_key="account.id")
    asked_at: datetime
    answer: str = ""
    answered_by: int | None = Field(default=None, foreign_key="account.id")
    answered_at: datetime | None = None


class Bid(Versioned, table=True):
    """A bid (揭榜申请). `number` is the newest version handed in, 0 for none; `place` its place among the candidates,
    `sign_due_on` the last day for signing, of a winner. `unsent` is what was changed since it was handed in: its
    bidders' own, and no part of the bid."""

    __table_args__ = (UniqueConstraint("challenge_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id")
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    state: BidState = Field(sa_type=word(BidState), index=True)
    title: str
    plan: str = ""
    goals: str = ""
    team: list[Any] = Field(default_factory=list, sa_type=JSON)  # names
    contact: str = ""
    unsent: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    saved_by: int | None = Field(default=None, foreign_key="account.id")
    saved_at: datetime | None = None
    number: int = 0
    submitted_at: datetime | None = None
    checked_by: int | None = Field(default=None, foreign_key="account.id")
    reason: str = ""  # of the last decision about it
    place: int | None = None
    sign_due_on: date | None = None
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime


class BidVersion(SQLModel, table=True):
    """A bid as it was handed in, with the hash of what it said and of its files. Append-only."""

    __tablename__ = "bid_version"
    __table_args__ = (UniqueConstraint("bid_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    bid_id: int = Field(foreign_key="bid.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    by: int = Field(foreign_key="account.id")
    at: datetime


class ChallengeNotice(Versioned, table=True):
    """A list of candidates put to the public. `days_left` working days count from `counted_from`, which is later than
    `starts_on` after a pause; `ends_on` is the last day. Objections are answered within `answer_days`, or the
    supervisor takes them up."""

    __tablename__ = "challenge_notice"
    __table_args__ = (UniqueConstraint("challenge_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id")
    number: int
    starts_on: date
    days: int
    count_first: bool
    counted_from: date
    days_left: int
    ends_on: date
    provisional: bool
    paused_on: date | None = None
    ranking: list[Any] = Field(sa_type=JSON)  # {"bid", "organisation", "title", "place", "proposed"} in order
    changes: list[Any] = Field(default_factory=list, sa_type=JSON)  # sentences against the list before
    reason: str = ""  # of an order among equals, or of reissuing
    office: str = ""  # that takes objections
    address: str = ""
    contact: str
    answer_days: int = 3
    supervisor_id: int | None = Field(default=None, foreign_key="account.id")
    issued_by: int | None = Field(default=None, foreign_key="account.id")
    issued_at: datetime


class Objection(Versioned, table=True):
    """An objection to a notice. Who it is from (`account_id`) is shown to its handler and the administrator only."""

    __table_args__ = (CheckConstraint("(upheld IS NULL) = (answered_at IS NULL)", name="answered"),)

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    notice_id: int = Field(foreign_key="challenge_notice.id")
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


class BidContract(Versioned, table=True):
    """The contract (任务书) with a winner; its milestones share `amount_fen`. A draft until `signed_on`."""

    __tablename__ = "bid_contract"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    bid_id: int = Field(foreign_key="bid.id", unique=True)
    amount_fen: int = Field(sa_type=BigInteger)
    signed_on: date | None = None
    content: str
    by: int | None = Field(default=None, foreign_key="account.id")
    at: datetime


class BidMilestone(Versioned, table=True):
    """A piece of contracted work. Paid at most once, whole, after two people passed it."""

    __tablename__ = "bid_milestone"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        CheckConstraint("state <> 'paid' OR (first_by IS NOT NULL AND second_by IS NOT NULL)", name="checked"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = Field(foreign_key="bid_contract.id")
    number: int
    title: str
    indicators: str = ""
    due_on: date
    extended_from: date | None = None  # the day it was due before its one extension
    extension_reason: str = ""
    share: int  # hundredths of a percent
    amount_fen: int = Field(sa_type=BigInteger)
    state: BidMilestoneState = Field(sa_type=word(BidMilestoneState))
    evidence: str = ""
    rectified: bool = False  # whether its one rectification was used
    reason: str = ""
    first_by: int | None = Field(default=None, foreign_key="account.id")
    second_by: int | None = Field(default=None, foreign_key="account.id")
    paid_on: date | None = None


class MilestoneValue(SQLModel, table=True):
    """A reported figure beside what a milestone promised, as it stood when it was tied: `content` holds n, d, the
    definition's version and the words, `digest` is its hash. Append-only; the newest of a promise counts."""

    __tablename__ = "milestone_value"

    id: int | None = Field(default=None, primary_key=True)
    milestone_id: int = Field(foreign_key="bid_milestone.id", index=True)
    promise: str
    collection_id: int = Field(foreign_key="collection.id")
    indicator_id: int = Field(foreign_key="indicator.id")
    scope_code: str = Field(foreign_key="region.code")
    arm: Arm | None = Field(default=None, sa_type=word(Arm))  # None: the scope is one county
    period: str
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    by: int = Field(foreign_key="account.id")
    at: datetime


class BidTolerance(SQLModel, table=True):
    """容错认定 about a winner that did not come through, as `ToleranceDecision` is for pilots. Append-only: the newest
    of a bid counts. Files are attached to it."""

    __tablename__ = "bid_tolerance"

    id: int | None = Field(default=None, primary_key=True)
    bid_id: int = Field(foreign_key="bid.id", index=True)
    outcome: ToleranceOutcome = Field(sa_type=word(ToleranceOutcome))
    findings: list[Any] = Field(sa_type=JSON)  # {condition, verdict, finding, evidence}, in the conditions' order
    reason: str
    decided_by: int = Field(foreign_key="account.id")
    decided_at: datetime


class ChallengeOutcome(SQLModel, table=True):
    """A scenario that was registered from what a winner delivered. Append-only, once a bid."""

    __tablename__ = "challenge_outcome"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    bid_id: int = Field(foreign_key="bid.id", unique=True)
    scenario_id: int = Field(foreign_key="scenario.id", unique=True)
    by: int = Field(foreign_key="account.id")
    at: datetime
