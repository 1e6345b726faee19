"""Finding a challenge or a bid for whoever asks; what is not theirs to see is not there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from challenges import rules, stages
from core import clock
from core.errors import Forbidden, NotFound
from core.uploads import Upload
from core.words import BidState, ChallengeState, Role
from core.workflow import Step
from db import audit, files
from db.tables import Attachment, Bid, BidContract, BidMilestone, Challenge, ChallengeOpinion
from panels import recusing


def visible(actor: Actor) -> ColumnElement[bool]:
    """The only start of a read of challenges: staff all of them, experts those they argue, everybody what was
    published."""
    if actor.is_staff:
        return col(Challenge.id).is_not(None)
    asked = select(ChallengeOpinion.challenge_id).where(ChallengeOpinion.account_id == actor.account_id)
    return or_(col(Challenge.published_at).is_not(None), col(Challenge.id).in_(asked))


def challenge(session: Session, actor: Actor, challenge_id: int) -> Challenge:
    row = session.exec(select(Challenge).where(Challenge.id == challenge_id, visible(actor))).first()
    if row is None:
        raise NotFound("没有找到这个榜单，或您无权查看。", "请回到榜单列表重新选择。")
    return row


def bids_sealed(row: Challenge) -> bool:
    """Whether the time for bidding is over: from then on staff see the bids."""
    return row.state is not ChallengeState.OPEN or rules.sealed(row.deadline, clock.now())


def sees_bid(actor: Actor, bid: Bid, row: Challenge) -> bool:
    """Its organisation's bidders always, staff what was handed in once it is sealed, nobody else.
    Of a challenge that was withdrawn what had not been checked is never opened."""
    own = actor.organisation_id is not None and bid.organisation_id == actor.organisation_id
    if own and actor.role is Role.BIDDER:
        return True
    unopened = row.state is ChallengeState.WITHDRAWN and bid.state is BidState.SUBMITTED
    return actor.is_staff and bid.state is not BidState.DRAFT and bids_sealed(row) and not unopened


def bid(session: Session, actor: Actor, bid_id: int) -> tuple[Bid, Challenge]:
    found = session.get(Bid, bid_id)
    row = session.get(Challenge, found.challenge_id) if found else None
    if found is None or row is None or not sees_bid(actor, found, row):
        raise NotFound("没有找到这份揭榜申请，或您无权查看。", "请回到榜单重新选择。")
    return found, row


def milestone(session: Session, actor: Actor, milestone_id: int) -> tuple[BidMilestone, Bid, Challenge]:
    found = session.get(BidMilestone, milestone_id)
    contract = session.get(BidContract, found.contract_id) if found else None
    if found is None or contract is None:
        raise NotFound("没有找到这个里程碑。", "请刷新页面。")
    return found, *bid(session, actor, contract.bid_id)


def bids_of(session: Session, challenge_id: int, *states: BidState) -> list[Bid]:
    query = select(Bid).where(Bid.challenge_id == challenge_id).order_by(col(Bid.place), col(Bid.id))
    return list(session.exec(query.where(col(Bid.state).in_(states)) if states else query).all())


def refuse_recused(session: Session, actor: Actor, row: Challenge) -> None:
    """Who has to step aside from one of the bids in the panel decides nothing about the challenge either."""
    own = any(item.organisation_id == actor.organisation_id for item in bids_of(session, row.id or 0))
    aside = any(
        account == actor.account_id
        for review in (row.review_id, row.acceptance_id)
        if review is not None
        for _, account in recusing.blocked(session, review)
    )
    if actor.account_id is not None and (own or aside):
        raise Forbidden("您对其中的揭榜单位应当回避，不能办理。", "请由另一位研究院人员办理。")


def take(
    session: Session, actor: Actor, row: Challenge, do: str, reason: str = "", *, by: int | str | None = "actor"
) -> Step:
    """Move a challenge, with its event. `by` None keeps the actor out of the log."""
    step = stages.CHALLENGE.take(row.state, do, reason)
    row.state = ChallengeState(step.target)
    if reason.strip():
        row.reason = reason.strip()
    who = actor.account_id if by == "actor" else None
    changes: dict[str, Any] = {"do": do, "to": step.target}
    audit.record(session, who, "challenge:move", "challenge", row.id, changes, reason.strip() if who else "")
    return step


def take_bid(session: Session, actor: Actor, item: Bid, do: str, reason: str = "", *, logged: bool = True) -> None:
    step = stages.BID.take(item.state, do, reason)
    item.state = BidState(step.target)
    if reason.strip():
        item.reason = reason.strip()
    if logged:
        audit.record(
            session, actor.account_id, "bid:move", "bid", item.id, {"do": do, "to": step.target}, reason.strip()
        )


def win(session: Session, actor: Actor, item: Bid, reason: str = "") -> None:
    """A candidate becomes a winner, with its days for signing."""
    take_bid(session, actor, item, stages.WIN, reason)
    item.sign_due_on = rules.sign_due(clock.today())


def hand_over(session: Session, actor: Actor, entity: str, number: int, entry: int) -> None:
    """Give the files of a record to an entry that is judged. The caller has asked who may."""
    for file in session.exec(
        select(Attachment).where(
            Attachment.entity == entity, Attachment.entity_id == number, col(Attachment.removed_at).is_(None)
        )
    ).all():
        content = files.content(session, file.id or 0)
        upload = Upload(file.name, file.media_type, content, file.sha256)
        files.attach(session, actor.account_id, "review_entry", entry, upload, file.label)
