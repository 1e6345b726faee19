"""Commands that write a challenge, argue for it and publish it; the questions about it. Bids: `bid_service`."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, stages, standing
from challenges.schemas import ChallengeIn, OpinionIn, fen
from core import clock
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.words import BidState, ChallengeState, Role
from db import audit
from db.session import check_version, write
from db.tables import (
    Account,
    Bid,
    BidVersion,
    Challenge,
    ChallengeOpinion,
    ChallengeQuestion,
    Need,
    Scenario,
)
from scenarios import writing

EXPERTS = (Role.JUDGE, Role.DEPARTMENT)


def create(actor: Actor, data: ChallengeIn, *, nonce: str) -> int:
    """Write a new challenge; returns its id. The same form twice makes one."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        again = session.exec(select(Challenge.id).where(Challenge.nonce == nonce)).first()
        if again is not None:
            return again
        row = Challenge(
            **_values(session, data),
            code=writing.next_code(session, Challenge.code, "JB"),
            state=ChallengeState(stages.CHALLENGE.initial),
            organisation_id=_organisation(session, actor),
            nonce=nonce,
            created_by=writing.author(actor),
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, actor.account_id, "challenge:create", "challenge", row.id, {"code": row.code})
        return row.id or 0


def edit(actor: Actor, challenge_id: int, data: ChallengeIn, *, seen_version: int) -> None:
    """Change a draft. What is being argued for is sent back first."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        check_version(row, seen_version)
        if row.state is not ChallengeState.DRAFT:
            raise WrongState(f"榜单已进入“{row.state.label}”，不能修改。", "论证中的可以先退回修改。")
        changes = writing.assign(row, _values(session, data))
        said = {name: [str(a), str(b)] for name, (a, b) in changes.items()}
        audit.record(session, actor.account_id, "challenge:edit", "challenge", challenge_id, said)


def ask_expert(actor: Actor, challenge_id: int, account_id: int) -> None:
    """Invite somebody to argue for or against a challenge that is in 需求论证."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        if row.state is not ChallengeState.ARGUING:
            raise WrongState(f"榜单当前为“{row.state.label}”，不在论证中。", "请先提交论证。")
        account = session.get(Account, account_id)
        if account is None or not account.active or account.role not in EXPERTS:
            raise NotFound("没有找到可以邀请的专家。", "论证专家须是评审专家或部门的在用账号。")
        if session.exec(
            select(ChallengeOpinion.id).where(
                ChallengeOpinion.challenge_id == challenge_id, ChallengeOpinion.account_id == account_id
            )
        ).first():
            raise Duplicate(f"{account.name}已在论证专家之列。")
        session.add(
            ChallengeOpinion(
                challenge_id=challenge_id, account_id=account_id, asked_by=actor.account_id, asked_at=clock.now()
            )
        )
        audit.record(session, actor.account_id, "challenge:invite", "challenge", challenge_id, {"name": account.name})


def argue(actor: Actor, challenge_id: int, data: OpinionIn) -> None:
    """An expert's opinion; it can be changed until the conclusion."""
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        opinion = session.exec(
            select(ChallengeOpinion).where(
                ChallengeOpinion.challenge_id == challenge_id, ChallengeOpinion.account_id == actor.account_id
            )
        ).first()
        reviewers = frozenset([opinion.account_id] if opinion else [])
        require(actor, Permission.CHALLENGE_ARGUE, Subject(reviewers=reviewers))
        assert opinion is not None
        if row.state is not ChallengeState.ARGUING:
            raise WrongState(f"榜单已进入“{row.state.label}”，不能再改论证意见。")
        opinion.support, opinion.opinion, opinion.given_at = data.support, data.opinion, clock.now()
        said = {"support": data.support}
        audit.record(session, actor.account_id, "challenge:argue", "challenge", challenge_id, said)


def move(actor: Actor, challenge_id: int, do: str, reason: str = "", *, seen_version: int) -> ChallengeState:
    """Take a step of the path that needs nothing but a reason; returns the new state."""
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        permission = next((step.permission for step in stages.CHALLENGE.steps if step.do == do), "")
        require(actor, Permission(permission or Permission.CHALLENGE_RUN), standing.subject_of(session, row))
        check_version(row, seen_version)
        stages.CHALLENGE.take(row.state, do, reason)
        if do not in stages.BUTTONS:
            raise WrongState(f"“{do}”随评审、定榜或异议办理，不能单独操作。", "请在相应的栏目办理。")
        if problems := standing.obstacles(session, row, do, reason):
            raise WrongState(f"还不能“{do}”：{'；'.join(problems)}。", "请办妥后再试。")
        if do in (stages.START, stages.FAIL, stages.WITHDRAW, stages.STOP, stages.END_NOTICE):
            loading.refuse_recused(session, actor, row)
        _follow(session, actor, row, do, reason)
        loading.take(session, actor, row, do, reason)
        return row.state


def ask_question(actor: Actor, challenge_id: int, text: str) -> int:
    """Ask about an open challenge; returns the question's id. It is shown to all once answered, without who asked."""
    require(actor, Permission.BID_WRITE)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        if loading.bids_sealed(row):
            raise WrongState("揭榜已截止，不再接受提问。")
        if not 4 <= len(text.strip()) <= 500:
            raise Invalid(["提问请写 4 至 500 个字"])
        question = ChallengeQuestion(
            challenge_id=challenge_id, text=text.strip(), asked_by=writing.author(actor), asked_at=clock.now()
        )
        session.add(question)
        session.flush()
        # Who asks is likely to bid: staff learn neither from the log nor from the page.
        audit.record(session, None, "challenge:ask", "challenge", challenge_id, {"question": question.id})
        return question.id or 0


def answer_question(actor: Actor, question_id: int, answer: str, *, seen_version: int) -> None:
    """Answer a question, for everybody at once."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        question = session.get(ChallengeQuestion, question_id)
        if question is None:
            raise NotFound("没有找到这条提问。", "请刷新页面。")
        check_version(question, seen_version)
        if not 2 <= len(answer.strip()) <= 2000:
            raise Invalid(["请写明答复"])
        question.answer, question.answered_by, question.answered_at = answer.strip(), actor.account_id, clock.now()
        said = {"question": question_id}
        audit.record(session, actor.account_id, "challenge:answer", "challenge", question.challenge_id, said)


# -- within a transaction -------------------------------------------------------------------


def _follow(session: Session, actor: Actor, row: Challenge, do: str, reason: str) -> None:
    """What a step does beside moving the challenge."""
    number = row.id or 0
    if do in (stages.APPROVE, stages.REFUSE):
        row.conclusion, row.concluded_by, row.concluded_at = reason.strip(), actor.account_id, clock.now()
    elif do == stages.PUBLISH:
        row.published_at = clock.now()
    elif do == stages.CLOSE:
        _record_bids(session, number)
    elif do == stages.END_NOTICE:
        candidates = loading.bids_of(session, number, BidState.CANDIDATE)
        for item in candidates[: row.winners]:
            loading.win(session, actor, item)
        for item in loading.bids_of(session, number, BidState.REVIEWING):
            loading.take_bid(session, actor, item, stages.LOSE)
    elif do == stages.START:
        for item in loading.bids_of(session, number, BidState.SIGNED):
            loading.take_bid(session, actor, item, stages.BEGIN)
        for item in loading.bids_of(session, number, BidState.CANDIDATE):
            loading.take_bid(session, actor, item, stages.LOSE)
    elif do == stages.CONFIRM:
        for item in loading.bids_of(session, number, BidState.FAILED):
            loading.take_bid(session, actor, item, stages.STOP, "验收不通过")
    elif do == stages.STOP:
        for item in loading.bids_of(session, number, BidState.WORKING, BidState.FAILED):
            loading.take_bid(session, actor, item, stages.STOP, reason)
    elif do in (stages.FAIL, stages.WITHDRAW):
        _dismiss(session, actor, number, reason)


def _dismiss(session: Session, actor: Actor, challenge_id: int, reason: str) -> None:
    """Nobody wins: who had signed already is terminated, the others have lost."""
    for item in loading.bids_of(session, challenge_id):
        if item.state is BidState.SIGNED:
            loading.take_bid(session, actor, item, stages.STOP, reason)
        elif any(step.do == stages.LOSE for step in stages.BID.steps_from(item.state)):
            loading.take_bid(session, actor, item, stages.LOSE)


def _record_bids(session: Session, challenge_id: int) -> None:
    """Bids were kept out of the log until now, so that it told nobody who bids; here they enter its chain."""
    rows = session.exec(
        select(BidVersion)
        .join(Bid, col(Bid.id) == BidVersion.bid_id)
        .where(Bid.challenge_id == challenge_id)
        .order_by(col(BidVersion.id))
    ).all()
    for version in rows:
        changes = {"number": version.number, "sha256": version.digest, "at": clock.show(version.at)}
        audit.record(session, version.by, "bid:seal", "bid", version.bid_id, changes)


def _organisation(session: Session, actor: Actor) -> int:
    if actor.organisation_id is None:
        raise Invalid(["发榜单位不明"], "请用有所属单位的账号登记。")
    return actor.organisation_id


def _values(session: Session, data: ChallengeIn) -> dict[str, Any]:
    if data.need_id is not None and session.get(Need, data.need_id) is None:
        raise NotFound("没有找到关联的需求。", "请重新选择。")
    if data.scenario_id is not None and session.get(Scenario, data.scenario_id) is None:
        raise NotFound("没有找到关联的场景。", "请重新选择。")
    values = data.model_dump(exclude={"funding"})
    return values | {"funding_fen": fen(data.funding), "deadline": data.deadline.astimezone(UTC)}
