"""Commands of bidders, until the deadline to the second; nothing of them reaches the log before it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts import credit_code
from accounts.permissions import Actor, Permission, Subject, require
from challenges import loading, stages
from challenges.schemas import BidIn, DraftIn
from core import clock, uploads
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.words import BidState, ChallengeState
from db import audit, files, issuing
from db.session import CHANGED, RELOAD, check_version, write
from db.tables import Attachment, Bid, BidVersion, Challenge, Organisation
from scenarios import writing

ENTITY = "bid"


def keep(actor: Actor, challenge_id: int, data: DraftIn, *, seen_version: int) -> int:
    """Keep what somebody is writing, as it is typed; returns the bid's version. A bid that was handed in stays as it
    was handed in: what is written since waits beside it until it is handed in again."""
    require(actor, Permission.BID_WRITE)
    with write() as session:
        row = _taking(session, actor, challenge_id)
        _require_code(session, actor)
        bid = _own(session, actor, challenge_id)
        if (bid.version if bid else 0) != seen_version:
            raise Conflict(CHANGED, RELOAD)
        if bid is None:
            bid = _new(session, actor, challenge_id, data.title)
        values = data.model_dump()
        if bid.state is BidState.SUBMITTED:
            handed_in = all(getattr(bid, name) == value for name, value in values.items())
            changed = bid.unsent != (None if handed_in else values)
            bid.unsent = None if handed_in else values
        else:
            changed = bool(writing.assign(bid, values))
        if changed:
            bid.saved_by, bid.saved_at = actor.account_id, clock.now()
        session.flush()
        _still_open(row)
        return bid.version


def drop_changes(actor: Actor, bid_id: int, *, seen_version: int) -> None:
    """Forget what was written since the bid was handed in."""
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        require(actor, Permission.BID_WRITE, Subject(organisation_id=bid.organisation_id))
        _still_open(row)
        check_version(bid, seen_version)
        if bid.unsent is None:
            raise WrongState("没有未提交的改动。", "请刷新页面。")
        bid.unsent = None


def save(
    actor: Actor,
    challenge_id: int,
    data: BidIn,
    given: Sequence[tuple[str, bytes]] = (),
    *,
    submit: bool,
    seen_version: int = 0,
) -> int:
    """Keep one's draft, or hand it in (again); files, given as (name, content), are added. Returns the bid's id."""
    require(actor, Permission.BID_WRITE)
    with write() as session:
        row = _taking(session, actor, challenge_id)
        _require_code(session, actor)
        bid = _own(session, actor, challenge_id)
        if bid is None:
            bid = _new(session, actor, challenge_id, data.title)
        else:
            if bid.version != seen_version:
                raise Conflict(CHANGED, RELOAD)
            if bid.state is BidState.SUBMITTED and not submit:
                raise WrongState("申请已提交，改动须重新提交；只想保存草稿时请先撤回。")
        if submit and (problems := data.missing()):
            raise Invalid(problems, "草稿可以先保存，提交前请补齐。")
        writing.assign(bid, data.model_dump())
        bid.unsent, bid.saved_by, bid.saved_at = None, actor.account_id, clock.now()
        for file in [uploads.check(*item) for item in given]:
            files.attach(session, actor.account_id, "bid", bid.id or 0, file, logged=False)
        session.flush()
        if submit:
            _hand_in(session, actor, bid, data)
        _still_open(row)
        return bid.id or 0


def take_back(actor: Actor, bid_id: int, *, seen_version: int) -> None:
    """Withdraw a bid; it is a draft again, which nobody else sees, with what was changed since it was handed in."""
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        require(actor, Permission.BID_WRITE, Subject(organisation_id=bid.organisation_id))
        _still_open(row)
        check_version(bid, seen_version)
        loading.take_bid(session, actor, bid, stages.TAKE_BACK, logged=False)
        if bid.unsent is not None:
            writing.assign(bid, bid.unsent)
            bid.unsent = None


def remove_file(actor: Actor, bid_id: int, attachment_id: int, reason: str) -> None:
    """Take a file off a draft."""
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        require(actor, Permission.BID_WRITE, Subject(organisation_id=bid.organisation_id))
        _still_open(row)
        if bid.state is not BidState.DRAFT:
            raise WrongState("申请已提交，不能移除附件。", "请先撤回，修改后重新提交。")
        file = session.get(Attachment, attachment_id)
        if file is None or (file.entity, file.entity_id) != (ENTITY, bid_id):
            raise NotFound("没有找到这个文件。", "请刷新页面。")
        files.remove(session, actor.account_id, attachment_id, reason, logged=False)


def register_code(actor: Actor, organisation_id: int, code: str) -> None:
    """Staff checked an organisation's unified credit code: from then on it may bid."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound("没有找到这个单位。")
        code = credit_code.normal(code)
        if not credit_code.is_valid(code):
            raise Invalid(["不是有效的统一社会信用代码，请核对（第 18 位是校验码）"])
        taken = session.exec(
            select(Organisation.name).where(Organisation.credit_code == code, Organisation.id != organisation_id)
        ).first()
        if taken:
            raise Invalid([f"这个代码属于“{taken}”，一家单位只能有一个"], "请核对是否重复登记了同一单位。")
        organisation.credit_code = code
        audit.record(session, actor.account_id, "organisation:code", "organisation", organisation_id, {"code": code})


# -- within a transaction -------------------------------------------------------------------


def _taking(session: Session, actor: Actor, challenge_id: int) -> Challenge:
    """A challenge that takes bids at this very moment."""
    row = loading.challenge(session, actor, challenge_id)
    if row.state is not ChallengeState.OPEN:
        raise WrongState(f"榜单当前为“{row.state.label}”，不接受揭榜申请。")
    _still_open(row)
    return row


def _still_open(row: Challenge) -> None:
    if loading.bids_sealed(row):
        raise WrongState(
            f"揭榜已于北京时间 {clock.beijing(row.deadline):%Y-%m-%d %H:%M:%S} 截止，申请已封存，没有保存。",
            "截止时刻及以后的提交、修改和撤回都不接受。",
        )


def _require_code(session: Session, actor: Actor) -> None:
    organisation = session.get(Organisation, actor.organisation_id)
    if organisation is None or not organisation.credit_code:
        raise WrongState("本单位还没有核对统一社会信用代码，不能揭榜。", "请联系榜单上的联系人办理核对。")


def _own(session: Session, actor: Actor, challenge_id: int) -> Bid | None:
    return session.exec(
        select(Bid).where(Bid.challenge_id == challenge_id, Bid.organisation_id == actor.organisation_id)
    ).first()


def _new(session: Session, actor: Actor, challenge_id: int, title: str) -> Bid:
    bid = Bid(
        challenge_id=challenge_id,
        organisation_id=actor.organisation_id or 0,
        state=BidState(stages.BID.initial),
        title=title,
        created_by=writing.author(actor),
        created_at=clock.now(),
    )
    session.add(bid)
    session.flush()
    return bid


def _hand_in(session: Session, actor: Actor, bid: Bid, data: BidIn) -> None:
    if bid.state is BidState.DRAFT:
        loading.take_bid(session, actor, bid, stages.SUBMIT, logged=False)
    kept = session.exec(
        select(Attachment.name, Attachment.sha256)
        .where(Attachment.entity == ENTITY, Attachment.entity_id == bid.id, col(Attachment.removed_at).is_(None))
        .order_by(col(Attachment.id))
    ).all()
    content = data.model_dump() | {"files": [[name, sha] for name, sha in kept]}
    bid.number += 1
    bid.submitted_at = clock.now()
    session.add(
        BidVersion(
            bid_id=bid.id or 0,
            number=bid.number,
            content=content,
            digest=issuing.digest_of(content),
            by=actor.account_id or 0,
            at=bid.submitted_at,
        )
    )
