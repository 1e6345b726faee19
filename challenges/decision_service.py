"""Commands after sealing: who is eligible, the panel's review, the candidates and their public notice."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, rules, stages, standing
from challenges.bid_service import ENTITY
from challenges.schemas import AwardIn
from core import clock
from core.errors import Invalid, WrongState
from core.words import BidState, ChallengeState, ReviewKind
from db import audit
from db.session import check_version, write
from db.tables import Bid, Challenge, ChallengeNotice, Organisation, Review, ReviewEntry
from panels import review_service, setup_service
from panels.schemas import EntryIn, ReviewIn
from regions import calendar


def check_eligibility(actor: Actor, bid_id: int, eligible: bool, reason: str, *, seen_version: int) -> None:
    """Say whether a bid may take part, and why."""
    require(actor, Permission.BID_CHECK)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        require(actor, Permission.BID_CHECK, Subject(organisation_id=bid.organisation_id))
        check_version(bid, seen_version)
        if row.state is not ChallengeState.CHECKING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不在资格审查中。", "请先截止揭榜。")
        loading.take_bid(session, actor, bid, stages.QUALIFY if eligible else stages.DISQUALIFY, reason)
        bid.checked_by = actor.account_id


def open_review(actor: Actor, challenge_id: int, rubric_version_id: int, per_entry: int, quorum: int) -> int:
    """Call a panel's review together whose entries are the eligible bids; returns the review's id. The panel room
    takes it from there. Repeated after a failure it goes on with the same review."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        _ready_to_judge(session, actor, row)
        title, code, winners = row.title, row.code, row.winners
    asked = ReviewIn(
        name=f"{title}　揭榜评审"[:60],
        kind=ReviewKind.CHALLENGE,
        rubric_version_id=rubric_version_id,
        per_entry=per_entry,
        quorum=quorum,
        places=winners,
    )
    review_id = review_service.create_review(actor, asked, nonce=f"challenge-{code}")
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        eligible = _ready_to_judge(session, actor, row)
        review = session.get_one(Review, review_id)
        entered = set(session.exec(select(ReviewEntry.subject_id).where(ReviewEntry.review_id == review_id)).all())
        for at, bid in enumerate(eligible, start=1):
            if bid.id not in entered:
                _enter(session, actor, review, bid, f"{row.code}-{at:02d}")
            loading.take_bid(session, actor, bid, stages.ENTER)
        row.review_id = review_id
        loading.take(session, actor, row, stages.JUDGE)
    return review_id


def award(actor: Actor, challenge_id: int, data: AwardIn, *, seen_version: int) -> int:
    """Take the candidates from the panel's final result and put them to public notice; returns the notice's number.
    After an objection it is another number, which says what it changes."""
    require(actor, Permission.CHALLENGE_AWARD)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        check_version(row, seen_version)
        stages.CHALLENGE.take(row.state, stages.AWARD)
        loading.refuse_recused(session, actor, row)
        ranked = standing.ranking(session, row)
        if not ranked:
            raise WrongState("评审还没有定稿的结果。", "请在“评审”里完成定稿；没有合格方案时请办理流标并写明理由。")
        chosen = rules.candidates(ranked, data.order)
        if data.order and not data.reason:
            raise Invalid(["并列由人决定先后，须写明理由"])
        if data.starts_on < clock.today():
            raise Invalid(["公示起始日不能早于今天"])
        if data.supervisor_id not in standing.supervisors(session, row, actor.account_id):
            raise Invalid(
                ["请指定监督人：研究院的在用账号，没有参与资格审查和定榜"], "异议逾期未答复的，由监督人处置。"
            )
        by_id = {bid.id: bid for bid in loading.bids_of(session, challenge_id)}
        for place, number in enumerate(chosen, start=1):
            bid = by_id[number]
            loading.take_bid(session, actor, bid, stages.PROPOSE)
            bid.place = place
        notice = _put_up(session, actor, row, data, [by_id[number] for number in chosen])
        row.awarded_by = actor.account_id
        review_service.mark_released(session, actor, row.review_id or 0)
        loading.take(session, actor, row, stages.AWARD, data.reason)
        return notice.number


def give_up(actor: Actor, bid_id: int, reason: str, *, seen_version: int) -> str:
    """A candidate or winner gives up, is disqualified before signing or let its days for that pass, which then is the
    reason: the next in order steps up. Returns its organisation's name, "" when there is none."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        check_version(bid, seen_version)
        if row.state is not ChallengeState.SIGNING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不能递补。", "递补在公示结束后、签约前办理。")
        loading.refuse_recused(session, actor, row)
        if bid.state is BidState.WON and bid.sign_due_on is not None and bid.sign_due_on < clock.today():
            reason = f"逾期未签订任务书（期限 {bid.sign_due_on}）。{reason.strip()}"
        loading.take_bid(session, actor, bid, stages.GIVE_UP, reason)
        standing = loading.bids_of(session, row.id or 0, BidState.WON, BidState.SIGNED)
        waiting = loading.bids_of(session, row.id or 0, BidState.CANDIDATE)
        if len(standing) >= row.winners or not waiting:
            return ""
        loading.win(session, actor, waiting[0], "递补")
        return session.get_one(Organisation, waiting[0].organisation_id).name


# -- within a transaction -------------------------------------------------------------------


def _ready_to_judge(session: Session, actor: Actor, row: Challenge) -> list[Bid]:
    """The eligible bids, once every bid was checked."""
    stages.CHALLENGE.take(row.state, stages.JUDGE)
    loading.refuse_recused(session, actor, row)
    bids = loading.bids_of(session, row.id or 0)
    if any(bid.state is BidState.SUBMITTED for bid in bids):
        raise WrongState("还有申请没有审查资格。", "请逐份写明结论和理由。")
    eligible = [bid for bid in bids if bid.state is BidState.ELIGIBLE]
    if not eligible:
        raise WrongState("没有资格合格的申请，不能评审。", "请办理流标并写明理由。")
    return eligible


def _enter(session: Session, actor: Actor, review: Review, bid: Bid, code: str) -> None:
    data = EntryIn(
        code=code,
        title=bid.title,
        summary=f"{bid.plan}\n承诺的指标：{bid.goals}"[:4000],
        organisation_id=bid.organisation_id,
        team=bid.team,
    )
    entry = setup_service.enter(session, actor, review, data, subject=ENTITY, subject_id=bid.id)
    loading.hand_over(session, actor, ENTITY, bid.id or 0, entry)


def _put_up(session: Session, actor: Actor, row: Challenge, data: AwardIn, bids: list[Bid]) -> ChallengeNotice:
    before = standing.latest_notice(session, row.id or 0)
    known = session.exec(select(Organisation.id, Organisation.name, Organisation.credit_code)).all()
    names, codes = {key: name for key, name, _ in known}, {key: code for key, _, code in known}
    listed: list[dict[str, Any]] = [
        {
            "bid": bid.id,
            "organisation": names[bid.organisation_id],
            "code": codes[bid.organisation_id],
            "title": bid.title,
            "place": place,
            "proposed": place <= row.winners,
        }
        for place, bid in enumerate(bids, start=1)
    ]
    end = calendar.notice_end(data.starts_on, data.days, data.count_first)
    changes = (
        rules.difference([line["organisation"] for line in before.ranking], [line["organisation"] for line in listed])
        if before
        else []
    )
    if before and not changes:
        changes = ["名单和顺序与上一号相同"]
    notice = ChallengeNotice(
        challenge_id=row.id or 0,
        number=before.number + 1 if before else 1,
        starts_on=data.starts_on,
        days=data.days,
        count_first=data.count_first,
        counted_from=data.starts_on,
        days_left=data.days,
        ends_on=end.date,
        provisional=end.provisional,
        ranking=listed,
        changes=changes,
        reason=data.reason,
        office=data.office or session.get_one(Organisation, row.organisation_id).name,
        address=data.address,
        contact=data.contact,
        answer_days=data.answer_days,
        supervisor_id=data.supervisor_id,
        issued_by=actor.account_id,
        issued_at=clock.now(),
    )
    session.add(notice)
    session.flush()
    said = {"number": notice.number, "from": str(data.starts_on), "to": str(end.date)}
    audit.record(session, actor.account_id, "notice:issue", "challenge", row.id, said, data.reason)
    return notice
