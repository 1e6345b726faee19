"""What a bidder has going: every bid of its organisation, what is to be done about it, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from accounts.permissions import Actor, Permission, require
from challenges import dates, loading, queries, stages, work_queries
from challenges.dates import Deadline
from challenges.views import ChallengeRow
from core.words import BidMilestoneState, BidState
from core.words import ChallengeState as C
from db.session import read
from db.tables import Bid, BidContract, BidMilestone, Challenge, ChallengeNotice, Organisation

B = BidState


@dataclass(frozen=True)
class OwnBid:
    """A bid of one's own organisation. `todo` is what it has to do now, "" when it only waits; `stands` how the bid
    stands in words; `contract` and `paid` in fen, None without a contract."""

    row: ChallengeRow
    state: BidState
    title: str
    number: int
    submitted_at: datetime | None
    stands: str
    todo: str
    late: bool
    next: Deadline | None
    over: bool
    contract: int | None
    paid: int | None


def bids(actor: Actor) -> list[OwnBid]:
    """Those that ask for something first, then by the nearest deadline, those that ended last."""
    require(actor, Permission.BID_WRITE)
    listed = {row.id: row for row in queries.challenges(actor)}
    following: dict[int, Deadline] = {}
    for item in dates.deadlines(actor):
        following.setdefault(item.challenge_id, item)
    waiting = {item.challenge_id: item for item in reversed(work_queries.waiting(actor))}
    with read() as session:
        own = session.exec(
            select(Bid, Challenge)
            .join(Challenge, col(Challenge.id) == Bid.challenge_id)
            .where(Bid.organisation_id == actor.organisation_id)
            .order_by(col(Bid.id).desc())
        ).all()
        numbers = [bid.id or 0 for bid, _ in own]
        contracts = dict(
            session.exec(
                select(BidContract.bid_id, BidContract.amount_fen).where(col(BidContract.bid_id).in_(numbers))
            ).all()
        )
        paid: dict[int, int] = defaultdict(int)
        for bid_id, fen in session.exec(
            select(BidContract.bid_id, BidMilestone.amount_fen)
            .join(BidMilestone, col(BidMilestone.contract_id) == BidContract.id)
            .where(col(BidContract.bid_id).in_(numbers), BidMilestone.state == BidMilestoneState.PAID)
        ):
            paid[bid_id] += fen
        notices = {
            notice.challenge_id: notice
            for notice in session.exec(
                select(ChallengeNotice)
                .where(col(ChallengeNotice.challenge_id).in_({row.id for _, row in own}))
                .order_by(col(ChallengeNotice.number))
            )
        }
        name = session.get_one(Organisation, actor.organisation_id).name  # one's own pages need not say it
        found = []
        for bid, row in own:
            wait = waiting.get(row.id or 0)
            stands, todo = _words(bid, row, notices.get(row.id or 0))
            if wait is not None:
                todo = _TOO_LATE if bid.state is B.WON and wait.late else todo or wait.what.removeprefix(name)
            key = bid.id or 0
            found.append(
                OwnBid(
                    row=listed[row.id or 0],
                    state=bid.state,
                    title=bid.title,
                    number=bid.number,
                    submitted_at=bid.submitted_at,
                    stands=stands,
                    todo=todo,
                    late=wait.late if wait else False,
                    over=bid.state in _OVER or row.state in stages.CHALLENGE.terminal,
                    next=None if bid.state in _OVER else following.get(row.id or 0),
                    contract=contracts.get(key),
                    paid=paid[key] if key in contracts else None,
                )
            )
    return sorted(found, key=lambda item: (not item.todo, item.over, item.next is None, item.next and item.next.until))


_TOO_LATE = "签订期限已过：尽快与研究院联系，否则由下一顺位递补"
_OVER = (B.INELIGIBLE, B.LOST, B.PASSED, B.ELIMINATED, B.TERMINATED)
_STANDS = {
    B.ELIGIBLE: "资格合格，等待评审",
    B.REVIEWING: "评审中，结果以公示为准",
    B.LOST: "落选",
    B.SIGNED: "任务书已签订，等待开始实施",
    B.WORKING: "在研，按里程碑交付",
    B.PASSED: "验收通过",
    B.FAILED: "验收不通过",
    B.ELIMINATED: "赛马淘汰",
}


def _words(bid: Bid, row: Challenge, notice: ChallengeNotice | None) -> tuple[str, str]:
    """How a bid stands, and what its organisation has to do now."""
    sealed = loading.bids_sealed(row)
    because = f"：{bid.reason}" if bid.reason else ""
    if bid.state is B.DRAFT:
        return ("没有提交，视为没有揭榜", "") if sealed else ("草稿，只有本单位看得到", "写完并在截止前提交")
    if bid.state is B.SUBMITTED:
        if row.state is C.WITHDRAWN:
            return "榜单已撤，申请没有启封", ""
        if sealed:
            return "已封存，等待资格审查", ""
        if bid.unsent is not None:
            return f"第 {bid.number} 次提交有效", "有改动还没有提交：重新提交，或放弃改动"
        return f"第 {bid.number} 次提交有效，截止前可以修改、撤回", ""
    if bid.state is B.CANDIDATE:
        listed = notice.ranking if notice else []
        mine = next((item for item in listed if item["bid"] == bid.id), None)
        place = f"第 {mine['place']} 顺位，{'拟中榜' if mine['proposed'] else '候补'}" if mine else "拟中榜"
        if row.state is C.SIGNING:
            return f"{place}；中榜单位放弃时依次递补", ""
        return f"{place}；{'公示暂停，等待异议答复' if row.state is C.PAUSED else '公示中'}", ""
    if bid.state is B.WON:
        return "中榜", "与研究院签订任务书"
    return _STANDS.get(bid.state, bid.state.label) + (because if bid.state in _OVER else ""), ""
