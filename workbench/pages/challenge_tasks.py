"""What open challenges ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from accounts import application_queries
from accounts.permissions import Actor, Permission, may
from challenges import queries, work_queries
from core.words import ApplicationState, BidState, ChallengeState, Role
from web.keep import ask
from workbench.tasks import Task

_CHALLENGES, _CHALLENGE = "challenges/pages/challenges.py", "challenges/pages/challenge.py"
_MINE = "challenges/pages/my_bids.py"
_STAFF = (
    (ChallengeState.READY, "项榜单论证通过，等待发榜", "去发榜"),
    (ChallengeState.CHECKING, "项榜单已截止，等待资格审查", "去审查"),
    (ChallengeState.SIGNING, "项榜单等待签约", "去签约"),
    (ChallengeState.ACCEPTED, "项榜单已验收，等待兑现", "去兑现"),
)


def challenges(actor: Actor) -> Iterator[Task]:
    """For experts: challenges to argue about; for bidders: challenges that take bids, and bids of theirs not handed
    in; for staff: whatever waits for them. Not kept: a deadline passes without anybody writing."""
    for number in queries.to_argue(actor):
        view = queries.challenge(actor, number)
        words = "请您写论证意见"
        name = view.row.title if view else ""
        yield Task(f"argue_{number}", words, _CHALLENGE, "去写意见", name=name, parameters={"id": str(number)})
    bids = actor.role is Role.BIDDER
    if not bids and not may(actor, Permission.CHALLENGE_RUN):
        return
    yield from _after_award(actor)
    rows = queries.challenges(actor)
    if bids:
        drafts = sum(row.open and row.mine is BidState.DRAFT for row in rows)
        fresh = sum(row.open and row.mine is None for row in rows)
        yield Task("bids_drafts", "份揭榜申请还没有提交", _MINE, "去提交申请", drafts)
        yield Task("bids_open", "项榜单正在征集，可以揭榜", _MINE, "去看榜单", fresh)
        return
    asking = [item for item in ask(application_queries.applications, actor) if item.state is ApplicationState.WAITING]
    yield Task("applications", "家单位申请来揭榜，等待审核", "challenges/pages/bidders.py", "去审核单位", len(asking))
    states = Counter(row.state for row in rows)
    for state, words, label in _STAFF:
        yield Task(f"challenges_{state}", words, _CHALLENGES, label, states[state])


def _after_award(actor: Actor) -> Iterator[Task]:
    """What has to be signed, delivered, checked and answered, one each."""
    for number, item in enumerate(work_queries.waiting(actor)):
        yield Task(
            f"work_{number}",
            item.what,
            _CHALLENGE,
            "去办理",
            name=item.code,
            late=item.late,
            due_on=item.due_on,
            parameters={"id": str(item.challenge_id)},
        )
