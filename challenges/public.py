"""What anybody may read without signing in: challenges that were published, and nothing that is not released.

They are read by `ANYBODY`, who has no account, no organisation and no place on a panel, so the rooms' own
predicates decide; what even such a reader's view carries beyond the published facts the pages leave out.
"""

from __future__ import annotations

from accounts.permissions import Actor
from challenges import queries, report
from challenges.views import ChallengeRow, ChallengeView
from core.words import ChallengeState as C
from core.words import Role
from db import facts

ANYBODY = Actor(None, None, "公众", Role.JUDGE)
STAGES = ("正在揭榜", "评审与公示", "签约与实施", "已结束")
_OVER = (C.FAILED, C.WITHDRAWN, C.TERMINATED, C.PAID)


def released() -> dict[str, list[ChallengeRow]]:
    """Everything that was published, by stage; among those that take bids the nearest deadline first, then the newest."""
    found = queries.challenges(ANYBODY)
    return {name: [row for row in found if stage(row) == name] for name in STAGES}


def find(code: str) -> ChallengeView | None:
    """The published challenge with this code."""
    row = next((row for row in queries.challenges(ANYBODY) if row.code == code), None)
    return queries.challenge(ANYBODY, row.id) if row else None


def stage(row: ChallengeRow) -> str:
    """Under which heading the list shows a challenge."""
    if row.open:
        return STAGES[0]
    if row.state in (C.OPEN, C.CHECKING, C.REVIEWING, C.NOTICE, C.PAUSED):
        return STAGES[1]
    return STAGES[3] if row.state in _OVER else STAGES[2]


def state(row: ChallengeRow) -> str:
    """How a challenge stands, in words."""
    return "已截止，待资格审查" if row.state is C.OPEN and not row.open else row.state.label


def invented() -> bool:
    """Whether this installation is a demo, which every page says."""
    return facts.is_demo()


def list_pdf() -> bytes:
    """The list of challenges that take bids, as paper; the same one that people print who are signed in."""
    return report.list_pdf(ANYBODY)


def notice_pdf(code: str, number: int) -> bytes | None:
    """A public notice as paper; None when there is none."""
    view = find(code)
    if view is None or number not in [notice.number for notice in view.notices]:
        return None
    return report.notice_pdf(ANYBODY, view.row.id, number)
