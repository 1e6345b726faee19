"""The plan of a pilot as plain values: milestones, people, risks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.words import MilestoneState, RiskState, TeamRole

HIGH, MIDDLE = 15, 8
LIKELIHOOD = {1: "极少", 2: "较少", 3: "可能", 4: "较大", 5: "几乎必然"}
CONSEQUENCE = {1: "轻微", 2: "较轻", 3: "一般", 4: "严重", 5: "重大"}


@dataclass(frozen=True)
class Milestone:
    id: int
    content: str
    due_on: date
    owner: str
    state: MilestoneState
    done_on: date | None
    note: str
    version: int

    @property
    def open(self) -> bool:
        return self.state in (MilestoneState.PLANNED, MilestoneState.DOING)

    def overdue(self, today: date) -> int:
        """Days past its due date while it is still open; 0 on the due date itself."""
        return max(0, (today - self.due_on).days) if self.open else 0

    @property
    def late(self) -> int:
        """Days between due and done, when it was done late."""
        return max(0, (self.done_on - self.due_on).days) if self.done_on else 0

    def standing(self, today: date) -> str:
        """Its state with what the calendar adds: “已超期 3 天”, “晚 2 天完成”, “还有 5 天”."""
        if days := self.overdue(today):
            return f"{self.state.label}，已超期 {days} 天"
        if self.open:
            left = (self.due_on - today).days
            return f"{self.state.label}，" + (f"还有 {left} 天" if left else "今天到期")
        if self.state is MilestoneState.DONE:
            return f"晚 {self.late} 天完成" if self.late else "按期完成"
        return self.state.label


@dataclass(frozen=True)
class Member:
    """Somebody of the team; `region` is the county whose team he belongs to, "" for the leading one."""

    id: int
    name: str
    role: TeamRole
    account_id: int | None
    organisation_id: int | None
    organisation: str
    region_code: str | None
    region: str
    duty: str
    contact: str
    left_on: date | None
    version: int


@dataclass(frozen=True)
class Risk:
    id: int
    content: str
    likelihood: int
    consequence: int
    response: str
    owner: str
    state: RiskState
    reviewed_on: date
    version: int

    @property
    def score(self) -> int:
        return self.likelihood * self.consequence

    @property
    def level(self) -> str:
        return level(self.score)

    def stale(self, today: date, days: int) -> int:
        """Days since its last review when they are more than `days` and it is not closed; else 0."""
        since = (today - self.reviewed_on).days
        return since if self.state is not RiskState.CLOSED and since > days else 0


def level(score: int) -> str:
    """高 from 15 of 25 on, 中 from 8 on, else 低."""
    return "高" if score >= HIGH else "中" if score >= MIDDLE else "低"


def overdue(milestones: Sequence[Milestone], today: date) -> list[Milestone]:
    """Those past their due date and still open, the longest first."""
    return sorted((m for m in milestones if m.overdue(today)), key=lambda m: (m.due_on, m.id))
