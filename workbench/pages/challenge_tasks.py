"""What open challenges ask for."""

from __future__ import annotations

from collections import Counter

from accounts import application_queries
from accounts.permissions import Actor, Permission, may
from challenges import queries, work_queries
from core.words import ApplicationState, BidState, ChallengeState, Role
from web.keep import ask
from workbench.pages.rows import one, todo

_CHALLENGES, _CHALLENGE = "challenges/pages/challenges.py", "challenges/pages/challenge.py"
_MINE = "challenges/pages/my_bids.py"
_MOST = 6
_STAFF = (
    (ChallengeState.READY, "项榜单论证通过，等待发榜", "去发榜"),
    (ChallengeState.CHECKING, "项榜单已截止，等待资格审查", "去审查"),
    (ChallengeState.SIGNING, "项榜单等待签约", "去签约"),
    (ChallengeState.ACCEPTED, "项榜单已验收，等待兑现", "去兑现"),
)


def challenges(actor: Actor) -> bool:
    """For bidders: challenges that take bids, and bids of theirs not handed in; for staff: whatever waits for them.
    Not kept: a deadline passes without anybody writing."""
    asked = [one_of(actor, number) for number in queries.to_argue(actor)]
    if actor.role is not Role.BIDDER and not may(actor, Permission.CHALLENGE_RUN):
        return bool(asked)
    rows = queries.challenges(actor)
    late = after_award(actor)
    if actor.role is Role.BIDDER:
        drafts = sum(row.open and row.mine is BidState.DRAFT for row in rows)
        fresh = sum(row.open and row.mine is None for row in rows)
        found = todo(drafts, "份揭榜申请还没有提交", _MINE, "去提交申请")
        return todo(fresh, "项榜单正在征集，可以揭榜", _MINE, "去看榜单") or found or late
    states = Counter(row.state for row in rows)
    found = late or bool(asked)
    asking = [item for item in ask(application_queries.applications, actor) if item.state is ApplicationState.WAITING]
    found |= todo(len(asking), "家单位申请来揭榜，等待审核", "challenges/pages/bidders.py", "去审核单位")
    for state, words, label in _STAFF:
        found |= todo(states[state], words, _CHALLENGES, label)
    return found


def one_of(actor: Actor, challenge_id: int) -> int:
    """An expert's invitation to argue for or against a challenge."""
    view = queries.challenge(actor, challenge_id)
    name = view.row.title if view else ""
    one(
        f"argue_{challenge_id}",
        "pending",
        "待论证",
        name,
        "请您写论证意见",
        _CHALLENGE,
        "去写意见",
        id=str(challenge_id),
    )
    return challenge_id


def after_award(actor: Actor) -> bool:
    """What has to be signed, delivered, checked and answered, one a line, the late first; a few of them."""
    found = work_queries.waiting(actor)
    for number, item in enumerate(found[:_MOST]):
        state, mark = ("overdue", "已超期") if item.late else ("pending", "待办")
        due = f"　期限 {item.due_on}" if item.due_on else ""
        one(
            f"award_{number}",
            state,
            mark,
            item.code,
            f"{item.what}{due}",
            _CHALLENGE,
            "去办理",
            id=str(item.challenge_id),
        )
    return todo(max(0, len(found) - _MOST), "项其他揭榜事项", _CHALLENGES, "看全部") or bool(found)
