"""What open challenges ask for."""

from __future__ import annotations

from collections import Counter

from accounts.permissions import Actor, Permission, may
from challenges import queries
from core.words import BidState, ChallengeState, Role
from workbench.pages.rows import todo

_CHALLENGES = "challenges/pages/challenges.py"
_STAFF = (
    (ChallengeState.READY, "项榜单论证通过，等待发榜", "去发榜"),
    (ChallengeState.CHECKING, "项榜单已截止，等待资格审查", "去审查"),
    (ChallengeState.PAUSED, "项公示有异议，等待答复", "去答复异议"),
    (ChallengeState.SIGNING, "项榜单等待签约", "去签约"),
    (ChallengeState.ACCEPTED, "项榜单已验收，等待兑现", "去兑现"),
)


def challenges(actor: Actor) -> bool:
    """For bidders: challenges that take bids, and bids of theirs not handed in; for staff: whatever waits for them.
    Not kept: a deadline passes without anybody writing."""
    if actor.role is not Role.BIDDER and not may(actor, Permission.CHALLENGE_RUN):
        return False
    rows = queries.challenges(actor)
    if actor.role is Role.BIDDER:
        drafts = sum(row.open and row.mine is BidState.DRAFT for row in rows)
        fresh = sum(row.open and row.mine is None for row in rows)
        found = todo(drafts, "份揭榜申请还没有提交", _CHALLENGES, "去提交申请")
        return todo(fresh, "项榜单正在征集，可以揭榜", _CHALLENGES, "去看榜单") or found
    states = Counter(row.state for row in rows)
    found = False
    for state, words, label in _STAFF:
        found |= todo(states[state], words, _CHALLENGES, label)
    return found
