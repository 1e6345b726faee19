"""Commands of those who run a review: what it asks, when, and its steps. Entries and the panel: `setup_service`."""

from __future__ import annotations

from datetime import UTC

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import ReviewState
from db import audit
from db.session import check_version, write
from db.tables import (
    Review,
    RubricVersion,
)
from panels import gates, stages
from panels.outcome import MEDIAN_KEY
from panels.queries import find
from panels.rubric import Rubric
from panels.schemas import ReviewIn, ScheduleIn
from scenarios import writing


def create_review(actor: Actor, data: ReviewIn, *, nonce: str) -> int:
    """Call a review together; returns its id. The same form twice makes one."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        again = session.exec(select(Review.id).where(Review.nonce == nonce)).first()
        if again is not None:
            return again
        _check_rule(session, data)
        row = Review(
            **data.model_dump(),
            code=writing.next_code(session, Review.code, "YL" if data.rehearsal else "PS"),
            nonce=nonce,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, actor.account_id, "review:create", "review", row.id, {"code": row.code})
        return row.id or 0


def edit_review(actor: Actor, review_id: int, data: ReviewIn, *, seen_version: int) -> None:
    """Change what a review asks, before recusals are called for."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        check_version(row, seen_version)
        if row.state not in stages.EDITABLE:
            raise WrongState(f"评审已进入“{row.state.label}”，不能再改评分标准和计分规则。", "需要修改时请先退回筹备。")
        _check_rule(session, data)
        changes = writing.assign(row, data.model_dump())
        audit.record(session, actor.account_id, "review:edit", "review", review_id, changes)


def set_schedule(actor: Actor, review_id: int, data: ScheduleIn, reason: str, *, seen_version: int) -> None:
    """Set or move the window in which sheets are taken. Once scoring is open only its end moves, with a reason."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        check_version(row, seen_version)
        if row.state not in stages.OPEN_LISTS | {ReviewState.SCORING}:
            raise WrongState("评分已经结束，不能再改时间。", "需要补评时请重开评分。")
        if row.state is ReviewState.SCORING:
            if data.opens_at != row.opens_at:
                raise Invalid(["评分已经开始，不能再改开始时间"], "只能调整截止时间和宽限时间。")
            if not reason.strip():
                raise Invalid(["评分期间改时间需要填写理由"], "理由会记入操作日志。")
        given = {name: value.astimezone(UTC) if value else None for name, value in data.model_dump().items()}
        changes = writing.assign(row, given)
        audit.record(session, actor.account_id, "review:schedule", "review", review_id, changes, reason.strip())


def move(actor: Actor, review_id: int, do: str, reason: str = "", *, seen_version: int) -> ReviewState:
    """Take a step of the review's path; returns the new state. 定稿 is taken by the second signature."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        check_version(row, seen_version)
        step = stages.REVIEW.take(row.state, do, reason)
        if do not in stages.BUTTONS:
            raise WrongState("定稿须由两人先后签署。", "请到“定稿”页签署。")
        if problems := gates.obstacles(session, row, do):
            raise WrongState(f"还不能“{do}”：{'；'.join(problems)}。", "请补齐后再办理。")
        if do == stages.OPEN:
            gates.freeze(session, actor, row)
        row.state = ReviewState(step.target)
        changes = {"do": do, "to": step.target}
        audit.record(session, actor.account_id, "review:move", "review", review_id, changes, reason.strip())
        return row.state


def mark_released(session: Session, actor: Actor, review_id: int) -> None:
    """Within a transaction of the room above: the result is published, so only an objection reopens it."""
    require(actor, Permission.REVIEW_RUN)
    row, _ = find(session, actor, review_id)
    if row.rehearsal:
        raise WrongState("演练的结果不能发布。", "演练与正式评审分开。")
    if row.state is not ReviewState.FINAL:
        raise WrongState(f"评审当前为“{row.state.label}”，还没有可以发布的结果。", "请先完成定稿。")
    row.released_at = clock.now()
    audit.record(session, actor.account_id, "review:release", "review", review_id)


def reopen_after_objection(session: Session, actor: Actor, review_id: int, reason: str) -> None:
    """Within a transaction of the room above: an objection was upheld, the panel comes together again. The old
    result stays; the next one is another number."""
    require(actor, Permission.REVIEW_RUN)
    row, _ = find(session, actor, review_id)
    step = stages.REVIEW.take(row.state, stages.REOPEN, reason)
    row.state, row.released_at = ReviewState(step.target), None
    changes = {"do": stages.REOPEN, "to": step.target}
    audit.record(session, actor.account_id, "review:move", "review", review_id, changes, reason.strip())


def _check_rule(session: Session, data: ReviewIn) -> None:
    version = session.get(RubricVersion, data.rubric_version_id)
    if version is None:
        raise NotFound("没有找到这个评分标准。", "请从列表中重新选择。")
    known = {*Rubric.from_json(version.body).weights, MEDIAN_KEY}
    if unknown := [key for key in data.tie_keys if key not in known]:
        raise Invalid([f"评分标准里没有“{key}”，不能作为同分时的比较项" for key in unknown])
