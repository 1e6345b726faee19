"""Contracts with the winners: drafted and signed, milestones, two people's checks, payments that add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, rules, stages
from challenges.schemas import ContractIn, fen
from core import clock, uploads
from core.errors import Invalid, WrongState
from core.words import BidMilestoneState, BidState, ChallengeState
from db import audit, files
from db.session import check_version, write
from db.tables import Bid, BidContract, BidMilestone, Challenge

ENTITY, CONTRACT = "bid_milestone", "bid_contract"


def draft(actor: Actor, bid_id: int, data: ContractIn, *, seen_version: int) -> int:
    """Write the contract that a winner is to sign, with its milestones, or write it anew; returns its id. With those
    of all other winners it may not exceed the challenge's funding, unless that is 面议."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = _to_sign(session, actor, bid_id, seen_version)
        amount = fen(data.amount)
        others = _promised(session, row, bid_id)
        if row.funding_fen and amount + others > row.funding_fen:
            left = rules.money(row.funding_fen - others) if row.funding_fen > others else "0 万元"
            raise Invalid([f"合同金额超过榜单资金，还可以签 {left}"])
        contract = _contract(session, bid_id)
        if contract is None:
            contract = BidContract(challenge_id=row.id or 0, bid_id=bid_id, amount_fen=0, content="", at=clock.now())
            session.add(contract)
        contract.amount_fen, contract.content = amount, data.content
        contract.by, contract.at = actor.account_id, clock.now()
        session.flush()
        for old in session.exec(select(BidMilestone).where(BidMilestone.contract_id == contract.id)).all():
            session.delete(old)
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
        flag_modified(bid, "title")  # pages that were drawn before must not be saved after
        said = {"bid": bid_id, "amount_fen": amount, "shares": shares}
        audit.record(session, actor.account_id, "contract:draft", "challenge", row.id, said)
        return contract.id or 0


def sign(
    actor: Actor, bid_id: int, signed_on: date, given: Sequence[tuple[str, bytes]] = (), *, seen_version: int
) -> None:
    """The drafted contract was signed on paper, on or before the last day for that; `given` are scans of it."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = _to_sign(session, actor, bid_id, seen_version)
        contract = _contract(session, bid_id)
        if contract is None:
            raise WrongState("还没有起草任务书。", "请先起草、打印，签字盖章后再登记。")
        if signed_on > clock.today():
            raise Invalid(["签订日期不能晚于今天"])
        if bid.sign_due_on is not None and signed_on > bid.sign_due_on:
            raise WrongState(
                f"签订期限是 {bid.sign_due_on}，已经过期。", "请由下一顺位递补；确有理由的，先延长签订期限并写明理由。"
            )
        for upload in [uploads.check(*item) for item in given]:
            files.attach(session, actor.account_id, "bid_contract", contract.id or 0, upload)
        contract.signed_on = signed_on
        loading.take_bid(session, actor, bid, stages.SIGN)
        said = {"bid": bid_id, "on": str(signed_on), "amount_fen": contract.amount_fen}
        audit.record(session, actor.account_id, "contract:sign", "challenge", row.id, said)


def put_off_signing(actor: Actor, bid_id: int, due_on: date, reason: str, *, seen_version: int) -> None:
    """Give a winner more days to sign, with a reason: at most as many again from today."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, _ = _to_sign(session, actor, bid_id, seen_version)
        earlier, latest = bid.sign_due_on or clock.today(), rules.sign_due(clock.today())
        if not max(earlier, clock.today() - timedelta(days=1)) < due_on <= latest:
            raise Invalid([f"签订期限应晚于 {earlier}，不晚于 {latest}"])
        if len(reason.strip()) < 4:
            raise Invalid(["延长签订期限需要写明理由（不少于 4 个字）"])
        bid.sign_due_on = due_on
        said = {"from": str(earlier), "to": str(due_on)}
        audit.record(session, actor.account_id, "contract:extend", "bid", bid_id, said, reason.strip())


def hand_in(
    actor: Actor, milestone_id: int, evidence: str, given: Sequence[tuple[str, bytes]] = (), *, seen_version: int
) -> None:
    """A bidder says that a piece of work is done, with its evidence."""
    with write() as session:
        milestone, bid, row = loading.milestone(session, actor, milestone_id)
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
        milestone, bid, row = loading.milestone(session, actor, milestone_id)
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
        milestone, bid, row = loading.milestone(session, actor, milestone_id)
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
        milestone, _, row = loading.milestone(session, actor, milestone_id)
        check_version(milestone, seen_version)
        if paid_on > clock.today():
            raise Invalid(["支付日期不能晚于今天"])
        loading.refuse_recused(session, actor, row)
        stages.MILESTONE.take(milestone.state, stages.PAY)
        milestone.paid_on = paid_on
        _take(session, actor, milestone, stages.PAY)
        return milestone.amount_fen


# -- within a transaction -------------------------------------------------------------------


def _to_sign(session: Session, actor: Actor, bid_id: int, seen_version: int) -> tuple[Bid, Challenge]:
    """A winner that has not signed yet."""
    bid, row = loading.bid(session, actor, bid_id)
    check_version(bid, seen_version)
    if row.state is not ChallengeState.SIGNING:
        raise WrongState(f"榜单当前为“{row.state.label}”，不在签约阶段。")
    stages.BID.take(bid.state, stages.SIGN)
    loading.refuse_recused(session, actor, row)
    return bid, row


def _contract(session: Session, bid_id: int) -> BidContract | None:
    return session.exec(select(BidContract).where(BidContract.bid_id == bid_id)).first()


def _promised(session: Session, row: Challenge, besides: int) -> int:
    """Fen of the contracts with the other winners that are still in."""
    amounts = session.exec(
        select(BidContract.amount_fen)
        .join(Bid, col(Bid.id) == BidContract.bid_id)
        .where(BidContract.challenge_id == row.id, BidContract.bid_id != besides)
        .where(col(Bid.state).in_((BidState.WON, BidState.SIGNED)))
    ).all()
    return sum(amounts)


def _require_running(row: Challenge, bid: Bid) -> None:
    if row.state is not ChallengeState.RUNNING or bid.state is not BidState.WORKING:
        raise WrongState(f"榜单为“{row.state.label}”、申请为“{bid.state.label}”，里程碑现在不能办理。")


def _take(session: Session, actor: Actor, milestone: BidMilestone, do: str, reason: str = "") -> None:
    step = stages.MILESTONE.take(milestone.state, do, reason)
    milestone.state = BidMilestoneState(step.target)
    milestone.reason = reason.strip()
    changes = {"do": do, "to": step.target}
    audit.record(session, actor.account_id, "milestone:move", "bid_milestone", milestone.id, changes, reason.strip())
