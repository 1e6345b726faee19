"""How a challenge stands: what keeps a step from being taken, the panel's order, whose work it is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlmodel import Session, col, select

from accounts.permissions import Subject
from challenges import loading, rules, stages
from core import clock
from core.words import BidMilestoneState, BidState
from db.tables import (
    Bid,
    BidContract,
    BidMilestone,
    BidTolerance,
    Challenge,
    ChallengeNotice,
    ChallengeOpinion,
    Objection,
    Organisation,
    ReviewEntry,
)
from panels import objections, result_queries


def obstacles(session: Session, row: Challenge, do: str, reason: str = "") -> list[str]:
    """What keeps a step from being taken, one sentence each."""
    now, number = clock.now(), row.id or 0
    if do in (stages.ARGUE, stages.PUBLISH):
        return ["截止时间已过，请退回修改"] if rules.sealed(row.deadline, now) else []
    if do in (stages.APPROVE, stages.REFUSE):
        given = session.exec(
            select(ChallengeOpinion.id).where(
                ChallengeOpinion.challenge_id == number, col(ChallengeOpinion.given_at).is_not(None)
            )
        ).all()
        return [] if given else ["还没有专家写论证意见"]
    if do == stages.CLOSE:
        return [] if rules.sealed(row.deadline, now) else [f"截止时间是北京时间 {clock.show(row.deadline)}，还没有到"]
    if do == stages.END_NOTICE:
        return _notice_obstacles(session, number, reason)
    bids = loading.bids_of(session, number)
    if do == stages.START:
        waiting = [item for item in bids if item.state is BidState.WON]
        signed = [item for item in bids if item.state is BidState.SIGNED]
        return ["还有中榜单位没有签约"] if waiting else [] if signed else ["还没有单位签约"]
    if do == stages.ACCEPT:
        ready = [item for item in bids if item.state is BidState.WORKING]
        if not ready:
            return ["没有在研的单位；全部退出时请终止"]
        due = unfinished(session, [item.id or 0 for item in ready])
        return [f"还有 {due} 个里程碑没有通过"] if due else []
    if do == stages.CONFIRM:
        if any(item.state is BidState.WORKING for item in bids):
            return ["还有单位没有验收结论"]
        if not any(item.state is BidState.PASSED for item in bids):
            return ["没有单位通过验收；请终止"]
        return untolerated(session, [item for item in bids if item.state is BidState.FAILED])
    if do == stages.PAY_OUT:
        # What passed is paid, whatever became of its bidder afterwards.
        owed = _milestones(session, [item.id or 0 for item in bids])
        left = sum(item.state is BidMilestoneState.PASSED for item in owed)
        return [f"还有 {left} 笔款项没有支付"] if left else []
    if do == stages.STOP:
        failed = (BidState.WORKING, BidState.FAILED, BidState.ELIMINATED, BidState.TERMINATED)
        return untolerated(session, [item for item in bids if item.state in failed and contracted(session, item)])
    return []


def contracted(session: Session, bid: Bid) -> bool:
    """Whether a bid's contract was signed."""
    found = session.exec(
        select(BidContract.id).where(BidContract.bid_id == bid.id, col(BidContract.signed_on).is_not(None))
    ).first()
    return found is not None


def untolerated(session: Session, bids: Sequence[Bid]) -> list[str]:
    """Which of these, that did not come through, nobody has decided about yet (容错认定)."""
    known = session.exec(
        select(BidTolerance.bid_id).where(col(BidTolerance.bid_id).in_([bid.id for bid in bids]))
    ).all()
    names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
    return [f"{names[bid.organisation_id]}还没有作出容错认定" for bid in bids if bid.id not in known]


def unfinished(session: Session, bid_ids: list[int]) -> int:
    """How many milestones of these bids did not pass yet."""
    passed = (BidMilestoneState.PASSED, BidMilestoneState.PAID)
    return sum(item.state not in passed for item in _milestones(session, bid_ids))


def _milestones(session: Session, bid_ids: list[int]) -> list[BidMilestone]:
    return list(
        session.exec(
            select(BidMilestone)
            .join(BidContract, col(BidContract.id) == BidMilestone.contract_id)
            .where(col(BidContract.bid_id).in_(bid_ids))
        ).all()
    )


def _notice_obstacles(session: Session, challenge_id: int, reason: str) -> list[str]:
    notice = latest_notice(session, challenge_id)
    if notice is None:
        return ["还没有公示"]
    said = []
    if clock.today() <= notice.ends_on:
        said.append(f"公示到 {notice.ends_on}（含当日）")
    if notice.provisional and not reason.strip():
        said.append("公示期按暂算的工作日历得出，须人工复核：请在理由中写明复核结果")
    if session.exec(
        select(Objection.id).where(Objection.challenge_id == challenge_id, col(Objection.upheld).is_(None))
    ).first():
        said.append("还有异议没有答复")
    return said


def latest_notice(session: Session, challenge_id: int) -> ChallengeNotice | None:
    return session.exec(
        select(ChallengeNotice)
        .where(ChallengeNotice.challenge_id == challenge_id)
        .order_by(col(ChallengeNotice.number).desc())
        .limit(1)
    ).first()


def subject_of(session: Session, row: Challenge) -> Subject:
    """Whose work it is: who wrote it, and in 需求论证 who argued, conclude nothing."""
    argued = session.exec(select(ChallengeOpinion.account_id).where(ChallengeOpinion.challenge_id == row.id)).all()
    return Subject(created_by=row.created_by, authors=frozenset(argued))


def ranking(session: Session, row: Challenge) -> list[rules.Ranked]:
    """The bids that are still in, by place in the panel's final result; empty before it is final."""
    if row.review_id is None:
        return []
    subjects = dict(
        session.exec(select(ReviewEntry.id, ReviewEntry.subject_id).where(ReviewEntry.review_id == row.review_id)).all()
    )
    states = {bid.id: bid.state for bid in loading.bids_of(session, row.id or 0)}
    return [
        rules.Ranked(bid_id, line["rank"])
        for line in result_queries.final_lines(session, row.review_id)
        if line["rank"] is not None
        and (bid_id := subjects.get(line["entry"])) is not None
        and states.get(bid_id) in (BidState.REVIEWING, BidState.CANDIDATE)
    ]


def acceptance_scores(session: Session, row: Challenge) -> dict[int, Fraction]:
    """Bid id → the acceptance panel's score, once its result is final; those without enough sheets have none."""
    if row.acceptance_id is None:
        return {}
    subjects = dict(
        session.exec(
            select(ReviewEntry.id, ReviewEntry.subject_id).where(ReviewEntry.review_id == row.acceptance_id)
        ).all()
    )
    return {
        subject: Fraction(line["score"])
        for line in result_queries.final_lines(session, row.acceptance_id)
        if line["score"] is not None and (subject := subjects.get(line["entry"])) is not None
    }


def runners(session: Session, row: Challenge) -> Subject:
    """Who ran the challenge, and so does not decide whether failing is tolerated: who wrote it, awarded it or
    concluded its contracts."""
    signed = session.exec(select(BidContract.by).where(BidContract.challenge_id == row.id)).all()
    authors = frozenset(who for who in (*signed, row.awarded_by) if who is not None)
    return Subject(created_by=row.created_by, authors=authors)


def deciders(session: Session, row: Challenge) -> Subject:
    """Who decided the case and so cannot answer for it."""
    return Subject(authors=decided(session, row))


def decided(session: Session, row: Challenge) -> frozenset[int]:
    """Accounts of those who checked bids and who awarded."""
    checked = session.exec(select(Bid.checked_by).where(Bid.challenge_id == row.id)).all()
    return frozenset(who for who in [*checked, row.awarded_by] if who is not None)


def supervisors(session: Session, row: Challenge, awarding: int | None) -> dict[int, str]:
    """Who can be named to watch over objections: staff who decided nothing about the case, `awarding` left out."""
    return objections.supervisors(session, decided(session, row) | {awarding})
