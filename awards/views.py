"""What pages and reports read of an edition: plain shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.permissions import Answer
from awards.combination import Line
from awards.schemas import RuleIn
from core.words import AwardEntryState, AwardStage, EditionNature, EditionState, Veto
from core.workflow import Step
from db.files import Attached
from panels import objections
from panels.objections import ObjectionView


@dataclass(frozen=True)
class EditionRow:
    """An edition in a list. `mine`: how many of the actor's own entries it holds."""

    id: int
    code: str
    year: int
    name: str
    nature: EditionNature
    state: EditionState
    rehearsal: bool
    closes_at: datetime
    entries: int
    mine: int
    winners: int


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list, for whoever may see it."""

    id: int
    code: str
    title: str
    track: str
    state: AwardEntryState
    organisation: str
    region_code: str
    region: str
    city_code: str
    city: str
    group: str
    remote: bool
    city_rank: int | None
    grade: str
    reason: str
    version: int


@dataclass(frozen=True)
class PackView:
    number: int
    digest: str
    at: datetime
    reason: str
    lines: Sequence[tuple[str, str]]
    content: Mapping[str, Any]


@dataclass(frozen=True)
class EntryView:
    """An entry. `own`: the actor's county's, which it may change while `open` (北京时间 deadlines on the server);
    `recommends`: whether the actor may say his city's word now; `left`: recommendations the city has left, None for no
    limit."""

    row: EntryRow
    edition: EditionRow
    rule: RuleIn
    rehearsal: bool
    pilot: tuple[int, str]
    narrative: Mapping[str, str]
    number: int
    submitted_at: datetime | None
    digest: str
    veto: Veto | None
    organiser: str
    packs: Sequence[PackView]
    files: Sequence[Attached]
    own: bool
    open: bool
    recommends: Answer
    left: int | None
    checks: bool
    steps: Sequence[Step]


@dataclass(frozen=True)
class ReviewOf:
    stage: AwardStage
    track: str
    id: int
    code: str
    state: str
    label: str


@dataclass(frozen=True)
class NoticeView(objections.NoticeView):
    """`listed`: who is chosen, by track and grade."""

    listed: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class SignedView:
    """A list that was put forward, by whom, and who signed it. `body` is `listing.body`."""

    id: int
    number: int
    digest: str
    by: str
    by_id: int | None
    at: datetime
    confirmed_by: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class DeliberationView:
    stage: AwardStage
    kind: str
    text: str
    present: Sequence[str]
    votes: Sequence[tuple[str, int]]
    by: str
    at: datetime


@dataclass(frozen=True)
class TurnView:
    """An entry's turn in the final. `given` of `asked` sheets are in: how far, never what. `out`: in words why it has no
    turn any more, else ""."""

    entry_id: int
    code: str
    title: str
    organisation: str
    track: str
    position: int
    began_at: datetime | None
    ended_at: datetime | None
    given: int
    asked: int
    out: str = ""

    @property
    def runs(self) -> bool:
        return self.began_at is not None and self.ended_at is None

    @property
    def waits(self) -> bool:
        return self.began_at is None and not self.out

    def seconds(self, now: datetime) -> int:
        """How long it has gone on, or did: from what the server wrote down, whatever window asks."""
        if self.began_at is None:
            return 0
        return int(((self.ended_at or now) - self.began_at).total_seconds())


@dataclass(frozen=True)
class EditionView:
    """An edition. `entries` are those the actor may see; `obstacles` say of each step what keeps it from being taken;
    `recommended`: of a city how many it has recommended by now, else None; `lines` is the list as the panels' results make it, for staff who need not step aside (`aside` says why not)."""

    row: EditionRow
    nature: EditionNature
    approval_number: str
    intro: str
    rule: RuleIn
    rule_digest: str
    frozen_at: datetime | None
    rubric: tuple[int, int, str]  # rubric id, version id, name with its version
    panel_keys: Sequence[str]  # what parts equal scores inside a panel, in words
    opens_at: datetime
    closes_at: datetime
    recommend_until: datetime
    vote_opens_at: datetime | None
    vote_closes_at: datetime | None
    copied_from: str
    organiser: str
    reason: str
    released_at: datetime | None
    runs: bool
    applies: bool
    city: bool
    recommended: int | None
    steps: Sequence[Step]
    obstacles: Mapping[str, Sequence[str]]
    entries: Sequence[EntryRow]
    reviews: Sequence[ReviewOf]
    lines: Sequence[Line]
    aside: str
    results: Sequence[SignedView]
    deliberations: Sequence[DeliberationView]
    notices: Sequence[NoticeView]
    objections: Sequence[ObjectionView]
    version: int
