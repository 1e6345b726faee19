"""Contracts with the winners: milestones, two people's checks, payments that add up, acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, rules, stages, standing
from challenges.schemas import ContractIn, fen
from core import clock, uploads
from core.errors import Invalid, NotFound, WrongState
from core.words import BidMilestoneState, BidState, ChallengeState
from db import audit, files
from db.session import check_version, write
from db.tables import Bid, BidContract, BidMilestone, Challenge

ENTITY = "bid_milestone"


def sign(actor: Actor, bid_id: int, data: ContractIn, *, seen_version: int) -> int:
    """Write down the contract signed with a winner, with its milestones; returns its id. With all winners together it
    may not exceed the challenge's funding, unless that is 面议."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        check_version(bid, seen_version)
        if row.state is not ChallengeState.SIGNING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不在签约阶段。")
        loading.refuse_recused(session, actor, row)
        amount = fen(data.amount)
        others = session.exec(select(BidContract.amount_fen).where(BidContract.challenge_id == row.id)).all()
        if row.funding_fen and amount + sum(others) > row.funding_fen:
            left = rules.money(row.funding_fen - sum(others)) if row.funding_fen > sum(others) else "0 万元"
            raise Invalid([f"合同金额超过榜单资金，还可以签 {left}"])
        loading.take_bid(session, actor, bid, stages.SIGN)
        contract = BidContract(
            challenge_id=row.id or 0,
            bid_id=bid_id,
            amount_fen=amount,
            signed_on=data.signed_on,
            content=data.content,
            by=actor.account_id,
            at=clock.now(),
        )
        session.add(contract)
        session.flush()
        shares = [int(item.share * 100) for item in data.milestones]
        parts = rules.split_funding(amount, shares)
        for number, (item, share, part) in enumerate(zip(data.milestones, shares, parts, strict=True), start=1):
            session.add(
                BidMilestone(
                    contract_id=contract.id or 0,
                    number=number,
                    title=item.title,
                    indicators=item.indicators,
                    due_on=item.due_on,
                    share=share,
                    amount_fen=part,
                    state=BidMilestoneState(stages.MILESTONE.initial),
                )
            )
        said = {"bid": bid_id, "amount_fen": amount, "shares": shares}
        audit.record(session, actor.account_id, "contract:sign", "challenge", row.id, said)
        return contract.id or 0


def hand_in(
    actor: Actor, milestone_id: int, evidence: str, given: Sequence[tuple[str, bytes]] = (), *, seen_version: int
) -> None:
    """A bidder says that a piece of work is done, with its evidence."""
    with write() as session:
        milestone, bid, row = _find(session, actor, milestone_id)
        require(actor, Permission.MILESTONE_DELIVER, Subject(organisation_id=bid.organisation_id))
        check_version(milestone, seen_version)
        _require_running(row, bid)
        if len(evidence.strip()) < 6:
            raise Invalid(["请说明完成了什么、指标达到多少（不少于 6 个字）"])
        for upload in [uploads.check(*item) for item in given]:
            files.attach(session, actor.account_id, "bid_milestone", milestone_id, upload)
        milestone.evidence = evidence.strip()
        milestone.first_by = milestone.second_by = None
        _take(session, actor, milestone, stages.HAND_IN)


def check(actor: Actor, milestone_id: int, do: str, reason: str = "", *, seen_version: int) -> BidMilestoneState:
    """Check what was handed in: pass it first, pass it second as somebody else, ask once for rectification, or find
    that it failed after that. Returns the milestone's state."""
    require(actor, Permission.MILESTONE_CHECK)
    with write() as session:
        milestone, bid, row = _find(session, actor, milestone_id)
        check_version(milestone, seen_version)
        _require_running(row, bid)
        loading.refuse_recused(session, actor, row)
        if do not in (stages.CHECK, stages.PASS_MILESTONE, stages.RECTIFY, stages.FAIL_MILESTONE):
            raise WrongState(f"“{do}”不是核查的步骤。")
        stages.MILESTONE.take(milestone.state, do, reason)
        if do == stages.CHECK:
            milestone.first_by = actor.account_id
        elif do == stages.PASS_MILESTONE:
            require(actor, Permission.MILESTONE_CONFIRM, Subject(created_by=milestone.first_by))
            milestone.second_by = actor.account_id
        elif do == stages.RECTIFY:
            if milestone.rectified:
                raise WrongState("这个里程碑已经整改过一次。", "仍不符合时请“不通过”。")
            milestone.rectified = True
        elif not milestone.rectified:
            raise WrongState("第一次不符合时应先要求整改。", "整改一次后仍不符合的，再判“不通过”。")
        _take(session, actor, milestone, do, reason)
        if do == stages.FAIL_MILESTONE:
            working = loading.bids_of(session, row.id or 0, BidState.WORKING)
            race = row.winners > 1 and len(working) > 1
            loading.take_bid(
                session, actor, bid, stages.ELIMINATE if race else stages.STOP, f"{milestone.title}：{reason}"
            )
        return milestone.state


def extend(actor: Actor, milestone_id: int, due_on: date, reason: str, *, seen_version: int) -> None:
    """Put a milestone off, once and by at most a year."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        milestone, bid, row = _find(session, actor, milestone_id)
        check_version(milestone, seen_version)
        _require_running(row, bid)
        if milestone.state not in (BidMilestoneState.PENDING, BidMilestoneState.RECTIFYING):
            raise WrongState(f"里程碑当前为“{milestone.state.label}”，不能延期。")
        if milestone.extended_from is not None:
            raise WrongState("这个里程碑已经延期过一次。", "每个里程碑只能延期一次。")
        latest = milestone.due_on + timedelta(days=rules.LONGEST_EXTENSION)
        if not milestone.due_on < due_on <= latest:
            raise Invalid([f"延期后的期限应晚于 {milestone.due_on}，不晚于 {latest}"])
        if not reason.strip():
            raise Invalid(["延期需要填写理由"])
        milestone.extended_from, milestone.due_on = milestone.due_on, due_on
        milestone.extension_reason = reason.strip()
        audit.record(
            session,
            actor.account_id,
            "milestone:extend",
            "bid_milestone",
            milestone_id,
            {"to": str(due_on)},
            reason.strip(),
        )


def pay(actor: Actor, milestone_id: int, paid_on: date, *, seen_version: int) -> int:
    """Write down that a passed milestone's share was paid; returns the fen."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        milestone, _, row = _find(session, actor, milestone_id)
        check_version(milestone, seen_version)
        if paid_on > clock.today():
            raise Invalid(["支付日期不能晚于今天"])
        loading.refuse_recused(session, actor, row)
        stages.MILESTONE.take(milestone.state, stages.PAY)
        milestone.paid_on = paid_on
        _take(session, actor, milestone, stages.PAY)
        return milestone.amount_fen


def accept(actor: Actor, bid_id: int, passed: bool, reason: str, *, seen_version: int) -> None:
    """The conclusion of acceptance about one winner."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        check_version(bid, seen_version)
        if row.state is not ChallengeState.ACCEPTING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不在验收中。")
        loading.refuse_recused(session, actor, row)
        if passed and standing.unfinished(session, [bid_id]):
            raise WrongState("还有里程碑没有通过，不能验收通过。")
        loading.take_bid(session, actor, bid, stages.PASS if passed else stages.NOT_PASS, reason)


# -- within a transaction -------------------------------------------------------------------


def _find(session: Session, actor: Actor, milestone_id: int) -> tuple[BidMilestone, Bid, Challenge]:
    milestone = session.get(BidMilestone, milestone_id)
    contract = session.get(BidContract, milestone.contract_id) if milestone else None
    if milestone is None or contract is None:
        raise NotFound("没有找到这个里程碑。", "请刷新页面。")
    return milestone, *loading.bid(session, actor, contract.bid_id)


def _require_running(row: Challenge, bid: Bid) -> None:
    if row.state is not ChallengeState.RUNNING or bid.state is not BidState.WORKING:
        raise WrongState(f"榜单为“{row.state.label}”、申请为“{bid.state.label}”，里程碑现在不能办理。")


def _take(session: Session, actor: Actor, milestone: BidMilestone, do: str, reason: str = "") -> None:
    step = stages.MILESTONE.take(milestone.state, do, reason)
    milestone.state = BidMilestoneState(step.target)
    milestone.reason = reason.strip()
    changes = {"do": do, "to": step.target}
    audit.record(session, actor.account_id, "milestone:move", "bid_milestone", milestone.id, changes, reason.strip())
