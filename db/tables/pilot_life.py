"""How a pilot is carried out: its phases, milestones, people, risks and money."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.words import MilestoneState, PhaseKind, RiskState, TeamRole
from db.base import Versioned, word


class PilotPhase(Versioned, table=True):
    """A stretch of a pilot that is measured as one. The first comes from the design, a later one from an
    iteration (`iteration_id`), usually with a new scenario version. Phases do not overlap; results of
    phases with different scenario versions are not pooled."""

    __tablename__ = "pilot_phase"
    __table_args__ = (
        CheckConstraint("end_on >= start_on", name="dates"),
        UniqueConstraint("pilot_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    number: int  # 1, 2, …: the order in time
    name: str
    kind: PhaseKind = Field(sa_type=word(PhaseKind))
    scenario_version_id: int = Field(foreign_key="scenario_version.id")
    start_on: date
    end_on: date
    goal: str = ""
    notes: str = ""
    iteration_id: int | None = None
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class PilotMilestone(Versioned, table=True):
    """Something to be reached by a day. What proves it is attached to it."""

    __tablename__ = "pilot_milestone"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    content: str
    due_on: date
    owner: str
    state: MilestoneState = Field(sa_type=word(MilestoneState))
    done_on: date | None = None
    note: str = ""
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class PilotMember(Versioned, table=True):
    """Somebody who works on a pilot. `region_code` names the county whose team he belongs to; one who left
    keeps his row."""

    __tablename__ = "pilot_member"

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    name: str
    role: TeamRole = Field(sa_type=word(TeamRole))
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)  # who he is here, if anybody
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    region_code: str | None = Field(default=None, foreign_key="region.code")
    duty: str = ""
    contact: str = ""
    left_on: date | None = None
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class PilotRisk(Versioned, table=True):
    """What could go wrong: how likely (1–5), how bad (1–5), and what is done about it."""

    __tablename__ = "pilot_risk"
    __table_args__ = (
        CheckConstraint("likelihood BETWEEN 1 AND 5", name="likelihood"),
        CheckConstraint("consequence BETWEEN 1 AND 5", name="consequence"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    content: str
    likelihood: int
    consequence: int
    response: str
    owner: str
    state: RiskState = Field(sa_type=word(RiskState))
    reviewed_on: date
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class PilotBudgetLine(Versioned, table=True):
    """Money planned for one purpose, in fen. One taken out of the plan keeps its row."""

    __tablename__ = "pilot_budget_line"
    __table_args__ = (CheckConstraint("planned >= 0", name="planned"),)

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    name: str
    source: str = ""  # whose money it is
    planned: int = Field(sa_type=BigInteger)
    note: str = ""
    removed_at: datetime | None = None
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime


class PilotPayment(SQLModel, table=True):
    """Money paid, in fen. Append-only: a wrong payment is met by a counter entry of the opposite amount
    that says why (`reverses_id`). Its voucher is attached to it."""

    __tablename__ = "pilot_payment"
    __table_args__ = (CheckConstraint("(reverses_id IS NULL) = (amount > 0) AND amount <> 0", name="amount"),)

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id", index=True)
    line_id: int = Field(foreign_key="pilot_budget_line.id", index=True)
    paid_on: date
    amount: int = Field(sa_type=BigInteger)
    purpose: str
    payee: str = ""
    reverses_id: int | None = Field(default=None, foreign_key="pilot_payment.id", unique=True)
    reason: str = ""
    nonce: str | None = Field(default=None, unique=True)
    created_by: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime
