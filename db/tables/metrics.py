"""Indicators, what is asked of whom, what was reported, and its roll-ups.

Quantities (n, d, targets) are BIGINT millionths, so sums and comparisons are exact.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from core.words import (
    Accumulation,
    Arm,
    CollectionKind,
    Combine,
    Direction,
    EvidenceKind,
    FollowUpState,
    GraceKind,
    IndicatorRole,
    Kind,
    ReturnState,
    TargetKind,
    ValueState,
)
from db.base import Versioned, word


class IndicatorRow(SQLModel, table=True):
    """One version of a definition. Once a value refers to it, it is never edited: a new version is made.

    `comparable` is the factor (millionths) by which a value of the version before is multiplied to be
    compared with this one's; None where the two must not be joined. `valid_from` is the first period
    reported by this version, "" for the first version.
    """

    __tablename__ = "indicator"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    version: int = 1
    name: str
    meaning: str
    formula: str
    kind: Kind = Field(sa_type=word(Kind))
    unit: str
    n_label: str
    d_label: str = ""
    n_unit: str = ""
    d_unit: str = ""
    factor: int = 1
    decimals: int = 2
    direction: Direction = Field(sa_type=word(Direction))
    hard_min: int | None = Field(default=None, sa_type=BigInteger)
    hard_max: int | None = Field(default=None, sa_type=BigInteger)
    plausible_min: int | None = Field(default=None, sa_type=BigInteger)
    plausible_max: int | None = Field(default=None, sa_type=BigInteger)
    combine_time: Combine = Field(sa_type=word(Combine, "combine_time"))
    combine_regions: Combine = Field(sa_type=word(Combine, "combine_regions"))
    cadence: str = "month"
    source: str = ""
    collected_by: str = ""
    evidence_kind: EvidenceKind = Field(
        default=EvidenceKind.NONE,
        sa_type=word(EvidenceKind),
        sa_column_kwargs={"server_default": EvidenceKind.NONE.value},
    )
    limits: str = ""
    accumulation: Accumulation = Field(
        default=Accumulation.PER_PERIOD,
        sa_type=word(Accumulation),
        sa_column_kwargs={"server_default": Accumulation.PER_PERIOD.value},
    )
    # The denominator of a cumulative figure is one fixed base (a plan, a list) and does not accumulate.
    d_fixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    due_days: int = Field(default=5, sa_column_kwargs={"server_default": "5"})  # working days after the period's end
    role: IndicatorRole = Field(
        default=IndicatorRole.GOAL,
        sa_type=word(IndicatorRole),
        sa_column_kwargs={"server_default": IndicatorRole.GOAL.value},
    )
    seasonal: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    source_resource_id: int | None = Field(default=None, foreign_key="data_resource.id")
    evidence: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    best_min: int | None = Field(default=None, sa_type=BigInteger)  # of a direction "within"
    best_max: int | None = Field(default=None, sa_type=BigInteger)
    compliance_note: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    valid_from: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    changed: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    change_reason: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    comparable: int | None = Field(default=None, sa_type=BigInteger)
    edition: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # counts edits before first use
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime | None = None


class Collection(Versioned, table=True):
    """A set of indicators that units report each period: a pilot's, or a standing assessment."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    kind: CollectionKind = Field(sa_type=word(CollectionKind))
    cadence: str = "month"
    due_days: int = 5  # working days after the period's end
    contact: str = ""
    group_scheme: str = ""  # the grouping inside which units are compared; "" for the province's own
    source: str = ""


class CollectionIndicator(SQLModel, table=True):
    __tablename__ = "collection_indicator"

    collection_id: int = Field(foreign_key="collection.id", primary_key=True)
    indicator_id: int = Field(foreign_key="indicator.id", primary_key=True, index=True)
    role: IndicatorRole = Field(sa_type=word(IndicatorRole))
    smallest_change: int | None = Field(default=None, sa_type=BigInteger)  # the smallest change that matters
    position: int = 0
    # The periods this version of the definition is reported in, both inclusive; "" for no bound.
    from_period: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    until_period: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class CollectionUnit(SQLModel, table=True):
    """A region that reports in a collection, from one period to another, both inclusive.

    One that joined later or left earlier than the rest says when; it owes the periods on whose last
    day it belonged.
    """

    __tablename__ = "collection_unit"

    collection_id: int = Field(foreign_key="collection.id", primary_key=True)
    region_code: str = Field(foreign_key="region.code", primary_key=True, index=True)
    arm: Arm = Field(sa_type=word(Arm))
    first_period: str
    last_period: str
    registered_at: datetime
    joined_on: date | None = None
    left_on: date | None = None  # the last day
    left_reason: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class Target(SQLModel, table=True):
    """Baseline or target of an indicator, for one region or (region_code None) for all.

    Append-only: the newest row for a period on counts, older ones stay visible in every chart.
    `value` is in the indicator's unit.
    """

    __table_args__ = (Index(None, "collection_id", "indicator_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(foreign_key="collection.id")
    indicator_id: int = Field(foreign_key="indicator.id")
    region_code: str | None = Field(default=None, foreign_key="region.code")
    kind: TargetKind = Field(sa_type=word(TargetKind))
    value: int = Field(sa_type=BigInteger)
    from_period: str
    reason: str
    set_by: int | None = Field(default=None, foreign_key="account.id")
    set_at: datetime


class ReturnRow(Versioned, table=True):
    """What one region owes for one period. Rows exist from the moment the unit is registered, so
    completeness and timeliness have a true denominator."""

    __tablename__ = "data_return"
    __table_args__ = (
        UniqueConstraint("collection_id", "region_code", "period"),
        Index(None, "region_code", "due_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(foreign_key="collection.id", index=True)
    region_code: str = Field(foreign_key="region.code")
    period: str
    opens_on: date
    due_on: date
    due_provisional: bool = False
    state: ReturnState = Field(default=ReturnState.DRAFT, sa_type=word(ReturnState), index=True)
    saved_at: datetime | None = None
    first_submitted_at: datetime | None = None  # decides whether it was in time, however often it was sent back
    submitted_at: datetime | None = None
    submitted_by: int | None = Field(default=None, foreign_key="account.id")
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    comment: str = ""
    locked_at: datetime | None = None  # the last time; what changes a locked return afterwards is a correction
    unlocked_until: datetime | None = None  # exclusive; a locked return may be corrected before then


class ReturnGrace(SQLModel, table=True):
    """An unlock or an extension: for one region and one period, with a reason and an end. Append-only."""

    __tablename__ = "return_grace"

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="data_return.id", index=True)
    kind: GraceKind = Field(sa_type=word(GraceKind))
    reason: str
    until: date  # the last day
    was_due_on: date
    given_by: int | None = Field(default=None, foreign_key="account.id")
    given_at: datetime


class RoundFreeze(SQLModel, table=True):
    """The moment at which the figures of a round (a collection's period) were frozen. Append-only."""

    __tablename__ = "round_freeze"
    __table_args__ = (UniqueConstraint("collection_id", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(foreign_key="collection.id")
    period: str
    note: str = ""
    frozen_by: int | None = Field(default=None, foreign_key="account.id")
    frozen_at: datetime


class FrozenFigure(SQLModel, table=True):
    """A figure as it was frozen: of the freeze's own round, or of an earlier one that has changed since
    it was frozen last (更正). Shaped like a roll-up; county rows say what was left out and why.
    Append-only: the newest freeze that has a row for a figure gives the published one."""

    __tablename__ = "frozen_figure"

    freeze_id: int = Field(foreign_key="round_freeze.id", primary_key=True)
    indicator_id: int = Field(foreign_key="indicator.id", primary_key=True)
    period: str = Field(primary_key=True)
    scope_code: str = Field(foreign_key="region.code", primary_key=True)
    group_name: str = Field(default="", primary_key=True)
    n: int | None = Field(default=None, sa_type=BigInteger)
    d: int | None = Field(default=None, sa_type=BigInteger)
    state: str = ""  # county rows: the value's state
    left_out: str = ""  # county rows: a `LeftOut`, or "" when it is in
    reported: int = 0
    expected: int = 0
    observation_id: int | None = Field(default=None, foreign_key="observation.id")


class FrozenQuality(SQLModel, table=True):
    """One part of a round's quality score as it was when the round was frozen, of one unit or ("") of all
    together: `n` of `m` were good, and what the part weighed then. Append-only."""

    __tablename__ = "frozen_quality"

    freeze_id: int = Field(foreign_key="round_freeze.id", primary_key=True)
    scope_code: str = Field(primary_key=True)
    aspect: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)  # millionths: a doubted value counts three quarters
    m: int
    weight: int


class FollowUp(Versioned, table=True):
    """A rule's doubt about one stored value, and how it was answered. A value that a rule has doubted once
    is not doubted by it again: the answer stays with the value."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("observation_id", "rule"),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="data_return.id", index=True)
    indicator_id: int = Field(foreign_key="indicator.id")
    observation_id: int = Field(foreign_key="observation.id")
    rule: str
    message: str
    state: FollowUpState = Field(default=FollowUpState.OPEN, sa_type=word(FollowUpState), index=True)
    raised_at: datetime
    explanation: str = ""
    explained_by: int | None = Field(default=None, foreign_key="account.id")
    explained_at: datetime | None = None
    decision: str = ""
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None


class Reminder(SQLModel, table=True):
    """That a unit was reminded of a period, `step` working days from its deadline (negative: before); by the
    calendar, or by somebody (`manual`) in words of his own. Append-only; each step of a deadline once of
    either kind."""

    __table_args__ = (UniqueConstraint("collection_id", "region_code", "period", "due_on", "step", "manual"),)

    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(foreign_key="collection.id")
    region_code: str = Field(foreign_key="region.code", index=True)
    period: str
    due_on: date
    step: int
    manual: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    message: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    issued_by: int | None = Field(default=None, foreign_key="account.id")
    issued_at: datetime


class Upload(SQLModel, table=True):
    """A file that was taken in: what it was, what was found in it, what came of it."""

    __table_args__ = (Index(None, "return_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="data_return.id", index=True)
    feed_id: int | None = Field(default=None, foreign_key="feed.id")  # the delivery it was part of
    filename: str
    sha256: str
    size: int
    at: datetime
    by: int | None = Field(default=None, foreign_key="account.id")
    saved: int = 0
    findings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # rule id → count


class Observation(SQLModel, table=True):
    """One revision of one value. Never updated, never deleted: triggers refuse both."""

    __table_args__ = (
        UniqueConstraint("return_id", "indicator_id", "revision"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    id: int | None = Field(default=None, primary_key=True)
    return_id: int = Field(foreign_key="data_return.id")
    indicator_id: int = Field(foreign_key="indicator.id", index=True)
    revision: int
    n: int | None = Field(default=None, sa_type=BigInteger)
    d: int | None = Field(default=None, sa_type=BigInteger)
    state: ValueState = Field(sa_type=word(ValueState))
    reason: str = ""
    note: str = ""
    link: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # where its evidence is
    late: bool = False
    door: str = "form"  # form, workbook, csv, feed, import
    upload_id: int | None = Field(default=None, foreign_key="upload.id")
    entered_by: int | None = Field(default=None, foreign_key="account.id")
    entered_at: datetime


class LinkRemoval(SQLModel, table=True):
    """That the evidence link which came with a value was taken away. The value stays as it was entered, and so does
    the link in its history. Append-only."""

    __tablename__ = "link_removal"

    observation_id: int = Field(foreign_key="observation.id", primary_key=True)
    reason: str
    removed_by: int | None = Field(default=None, foreign_key="account.id")
    removed_at: datetime


class Rollup(SQLModel, table=True):
    """Σn and Σd of one indicator in one period over one scope, kept in the same transaction as the
    values. `group_name` is "" for the whole scope, else the group of that period's date. County
    rows are the current values themselves. Dashboards read these and never the observations.

    No foreign keys: each row follows from rows that have them, `zhiping check` compares it with those, and
    checking four keys again took longer than the writing. On SQLite the rows stand in the key's own tree:
    a second one beside it cost as much again."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    collection_id: int = Field(primary_key=True)
    indicator_id: int = Field(primary_key=True)
    period: str = Field(primary_key=True)
    scope_code: str = Field(primary_key=True)
    group_name: str = Field(default="", primary_key=True)
    n: int | None = Field(default=None, sa_type=BigInteger)
    d: int | None = Field(default=None, sa_type=BigInteger)
    state: str = ""  # county rows: the value's state
    reported: int = 0
    expected: int = 0
    unapproved: int = 0  # reported values that nobody has reviewed yet
    observation_id: int | None = None
