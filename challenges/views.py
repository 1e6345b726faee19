"""What reads about challenges return: plain frozen shapes, as far as the person asking may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.words import BidMilestoneState, BidState, ChallengeState
from core.workflow import Step
from db.files import Attached
from panels import objections
from panels.objections import ObjectionView


@dataclass(frozen=True)
class ChallengeRow:
    """A challenge in a list. `mine` is how the bid of one's own organisation stands; `open` whether it takes bids
    now; `funding` as printed."""

    id: int
    code: str
    title: str
    round: str
    state: ChallengeState
    organisation: str
    funding: str
    winners: int
    places: int
    deadline: datetime
    open: bool
    mine: BidState | None

    @property
    def mode(self) -> str:
        return "单家揭榜" if self.winners == 1 else f"赛马（{self.winners} 家）"


@dataclass(frozen=True)
class ExtensionView:
    """A deadline that was put off before it had come."""

    before: datetime
    after: datetime
    reason: str
    at: datetime


@dataclass(frozen=True)
class OpinionView:
    account_id: int
    name: str
    organisation: str
    support: bool | None
    opinion: str
    given_at: datetime | None


@dataclass(frozen=True)
class QuestionView:
    id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    own: bool
    version: int


@dataclass(frozen=True)
class MilestoneView:
    """`amount` in fen, `share` in hundredths of a percent; `late` when it is due and was not handed in."""

    id: int
    number: int
    title: str
    indicators: str
    due_on: date
    extended_from: date | None
    share: int
    amount: int
    state: BidMilestoneState
    evidence: str
    rectified: bool
    reason: str
    first_by: str
    second_by: str
    paid_on: date | None
    late: bool
    version: int
    files: Sequence[Attached]


@dataclass(frozen=True)
class BidView:
    """A bid for those who may read it. `digest` is the hash of what was handed in last, "" for never. `unsent` is what
    was written since, `saved` when and by whom something was kept last: for its bidders only."""

    id: int
    organisation_id: int
    organisation: str
    credit_code: str
    state: BidState
    title: str
    plan: str
    goals: str
    team: tuple[str, ...]
    contact: str
    number: int
    digest: str
    submitted_at: datetime | None
    reason: str
    checked_by: str
    unsent: dict[str, Any] | None
    saved: tuple[datetime, str] | None
    place: int | None
    rank: int | None
    contract: tuple[int, date | None, str] | None  # fen, day (None: a draft), content
    milestones: Sequence[MilestoneView]
    files: Sequence[Attached]
    version: int


@dataclass(frozen=True)
class NoticeView(objections.NoticeView):
    """`ranking`: the candidates in order."""

    ranking: Sequence[dict[str, Any]]
    reason: str
    office: str
    address: str


@dataclass(frozen=True)
class ChallengeView:
    row: ChallengeRow
    need: tuple[int, str] | None
    scenario: tuple[int, str] | None
    need_id: int | None
    scenario_id: int | None
    background: str
    difficulties: str
    indicators: str
    content: str
    data_offered: str
    places: int
    funding_fen: int
    eligibility: str
    contact: str
    reason: str
    conclusion: str
    concluded_by: str
    published_at: datetime | None
    extensions: Sequence[ExtensionView]
    review: tuple[int, str, str] | None  # id, code, state
    opinions: Sequence[OpinionView]
    argues: bool
    questions: Sequence[QuestionView]
    bids: Sequence[BidView]
    mine: BidView | None
    sealed: bool
    notices: Sequence[NoticeView]
    objections: Sequence[ObjectionView]
    runs: bool
    steps: Sequence[Step]
    barred: str  # why one's own organisation cannot bid, "" where it can
    version: int
