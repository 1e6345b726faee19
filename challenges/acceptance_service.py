"""Acceptance: a panel judges what the winners delivered, each gets a conclusion, and for those who did not come through
somebody who did not run the challenge decides whether that is tolerated (容错)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, require
from challenges import contract_service, loading, rules, stages, standing
from core import clock, uploads
from core.errors import Conflict, Forbidden, Invalid, WrongState
from core.words import BidState, ChallengeState, ReviewKind
from db import audit, files
from db.session import check_version, write
from db.tables import Bid, BidContract, BidMilestone, BidTolerance, Challenge, Review, ReviewEntry
from panels import review_service, setup_service
from panels.schemas import EntryIn, ReviewIn
from pilots.supervision_rules import tolerance_problems
from pilots.supervision_schemas import ToleranceIn

TOLERANCE = "bid_tolerance"
_FAILING = (BidState.WORKING, BidState.FAILED, BidState.ELIMINATED, BidState.TERMINATED)


def open_panel(actor: Actor, challenge_id: int, rubric_version_id: int, per_entry: int, quorum: int) -> int:
    """Call a panel together that accepts what was delivered: every winner at work is an entry, with the files of its
    milestones. Returns the review's id. Repeated after a failure it goes on with the same review."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        row = _accepting(session, actor, challenge_id)
        title, code = row.title, row.code
    asked = ReviewIn(
        name=f"{title}　揭榜验收"[:60],
        kind=ReviewKind.ACCEPTANCE,
        rubric_version_id=rubric_version_id,
        per_entry=per_entry,
        quorum=quorum,
    )
    review_id = review_service.create_review(actor, asked, nonce=f"acceptance-{code}")
    with write() as session:
        row = _accepting(session, actor, challenge_id)
        review = session.get_one(Review, review_id)
        entered = set(session.exec(select(ReviewEntry.subject_id).where(ReviewEntry.review_id == review_id)).all())
        for at, bid in enumerate(loading.bids_of(session, challenge_id, BidState.WORKING), start=1):
            if bid.id not in entered:
                _enter(session, actor, review, bid, f"{row.code}-YS{at}")
        row.acceptance_id = review_id
        audit.record(session, actor.account_id, "acceptance:open", "challenge", challenge_id, {"review": review.code})
    return review_id


def accept(actor: Actor, bid_id: int, passed: bool, reason: str, *, seen_version: int) -> None:
    """The conclusion about one winner, after the panel's final result: nobody passes below its mark or with work left
    to do; who is not passed above it is told why."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        check_version(bid, seen_version)
        if row.state is not ChallengeState.ACCEPTING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不在验收中。")
        loading.refuse_recused(session, actor, row)
        do = stages.PASS if passed else stages.NOT_PASS
        stages.BID.take(bid.state, do, reason)
        if passed and standing.unfinished(session, [bid_id]):
            raise WrongState("还有里程碑没有通过，不能验收通过。")
        score = standing.acceptance_scores(session, row).get(bid_id)
        if score is None:
            raise WrongState("验收评审还没有定稿的结果。", "请组建验收评审，在“评审”里完成评分和定稿。")
        if passed and score < rules.PASS_MARK:
            raise WrongState(f"验收评审平均分低于 {rules.PASS_MARK} 分，不能验收通过。", "请作出验收不通过的结论。")
        if session.get_one(Review, row.acceptance_id).released_at is None:
            review_service.mark_released(session, actor, row.acceptance_id or 0)
        loading.take_bid(session, actor, bid, do, reason)


def decide_tolerance(
    actor: Actor, bid_id: int, data: ToleranceIn, given: Sequence[tuple[str, bytes]] = (), *, seen: int
) -> int:
    """容错认定 about a winner that did not come through, by somebody who did not run the challenge; `seen` is how many
    decisions the page showed. Returns the decision's id. An earlier one stays as it was."""
    checked = [uploads.check(name, content) for name, content in given]
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        require(actor, Permission.TOLERANCE_DECIDE, standing.runners(session, row))
        loading.refuse_recused(session, actor, row)
        if actor.account_id is None:
            raise Forbidden("容错认定需要登录账号，命令行不能代替。", "请登录后在页面上办理。")
        if bid.state not in _FAILING or not standing.contracted(session, bid):
            raise WrongState(f"揭榜单位“{bid.state.label}”，不用作容错认定。", "签约后未能完成任务的才作认定。")
        known = session.exec(select(func.count()).select_from(BidTolerance).where(BidTolerance.bid_id == bid_id)).one()
        if known != seen:
            raise Conflict("容错认定刚有新的结果。", "请刷新页面后再办理。")
        if problems := tolerance_problems(data.outcome, {item.condition: item.verdict for item in data.findings}):
            raise Invalid(problems, "请核对逐项认定和认定结果。")
        decision = BidTolerance(
            bid_id=bid_id,
            outcome=data.outcome,
            findings=[item.model_dump(mode="json") for item in data.findings],
            reason=data.reason,
            decided_by=actor.account_id,
            decided_at=clock.now(),
        )
        session.add(decision)
        session.flush()
        for upload in checked:
            files.attach(session, actor.account_id, "bid_tolerance", decision.id or 0, upload)
        said = {"outcome": decision.outcome, "findings": decision.findings}
        audit.record(session, actor.account_id, "bid:tolerance", "bid", bid_id, said, data.reason)
        return decision.id or 0


# -- within a transaction -------------------------------------------------------------------


def _accepting(session: Session, actor: Actor, challenge_id: int) -> Challenge:
    row = loading.challenge(session, actor, challenge_id)
    if row.state is not ChallengeState.ACCEPTING:
        raise WrongState(f"榜单当前为“{row.state.label}”，不在验收中。", "里程碑全部通过后先“进入验收”。")
    loading.refuse_recused(session, actor, row)
    return row


def _enter(session: Session, actor: Actor, review: Review, bid: Bid, code: str) -> None:
    contract = session.exec(select(BidContract).where(BidContract.bid_id == bid.id)).one()
    milestones = session.exec(
        select(BidMilestone).where(BidMilestone.contract_id == contract.id).order_by(col(BidMilestone.number))
    ).all()
    done = "\n".join(f"{item.number}. {item.title}：{item.indicators}　成果：{item.evidence}" for item in milestones)
    data = EntryIn(
        code=code,
        title=bid.title,
        summary=f"{contract.content}\n{done}"[:4000],
        organisation_id=bid.organisation_id,
        team=bid.team,
    )
    entry = setup_service.enter(session, actor, review, data, subject="bid", subject_id=bid.id)
    for item in milestones:
        loading.hand_over(session, actor, contract_service.ENTITY, item.id or 0, entry)
