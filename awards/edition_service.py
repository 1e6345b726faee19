"""Commands that prepare an edition and take its plain steps. Entries: `entry_service`; rounds: `round_service`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from awards import loading, results, stages, standing
from awards.schemas import EditionIn
from core import clock
from core.errors import NotFound, WrongState
from core.words import AwardEntryState, EditionNature, EditionState
from db import audit
from db.session import check_version, write
from db.tables import Edition, RubricVersion
from panels.rubric import digest
from scenarios import writing

D = TypeVar("D", date, datetime)
ROUNDS = frozenset({stages.JUDGE, stages.SHORTLIST, stages.FINAL})  # taken by `round_service`


def create(actor: Actor, data: EditionIn, *, nonce: str) -> int:
    """Prepare an edition; returns its id. The same form twice makes one."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        return _create(session, actor, data, nonce)


def edit(actor: Actor, edition_id: int, data: EditionIn, *, seen_version: int) -> None:
    """Change an edition before its call goes out."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        check_version(row, seen_version)
        if row.state is not EditionState.PREPARING:
            raise WrongState(f"年度已进入“{row.state.label}”，口径已冻结，不能再改。", "时间可以用“调整时间”顺延。")
        changes = writing.assign(row, _values(session, data))
        said = {name: [str(old), str(new)] for name, (old, new) in changes.items()}
        audit.record(session, actor.account_id, "edition:edit", "edition", edition_id, said)


def copy(actor: Actor, edition_id: int, *, nonce: str) -> int:
    """Next year's edition from this one with everything it asks, all days a year later; returns its id. The same
    click twice makes one."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        rule = loading.rule_of(row)
        last = session.exec(
            select(RubricVersion.id)
            .where(RubricVersion.rubric_id == session.get_one(RubricVersion, row.rubric_version_id).rubric_id)
            .order_by(col(RubricVersion.number).desc())
        ).first()
        # Last year's approval does not cover this year: until there is one it is not a 表彰.
        honour = row.nature is EditionNature.HONOUR
        name, intro = (
            text.replace(str(row.year), str(row.year + 1)).replace("表彰", "遴选推介")
            if honour
            else text.replace(str(row.year), str(row.year + 1))
            for text in (row.name, row.intro)
        )
        data = EditionIn(
            year=row.year + 1,
            name=name,
            nature=EditionNature.SELECTION if honour else row.nature,
            intro=intro,
            rubric_version_id=last or row.rubric_version_id,
            opens_at=_next_year(row.opens_at),
            closes_at=_next_year(row.closes_at),
            recommend_until=_next_year(row.recommend_until),
            vote_opens_at=_next_year(row.vote_opens_at) if row.vote_opens_at else None,
            vote_closes_at=_next_year(row.vote_closes_at) if row.vote_closes_at else None,
            rule=rule.model_copy(update={"reference_on": _next_year(rule.reference_on)}),
        )
        return _create(session, actor, data, nonce, copied_from_id=row.id)


def reschedule(
    actor: Actor, edition_id: int, closes_at: datetime, recommend_until: datetime, reason: str, *, seen_version: int
) -> None:
    """Move deadlines that have not passed yet to later ones, with a reason; nothing else of a frozen edition moves."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        check_version(row, seen_version)
        now = clock.now()
        if row.state not in (EditionState.APPLYING, EditionState.RECOMMENDING):
            raise WrongState(f"年度当前为“{row.state.label}”，没有可以顺延的时间。")
        if not reason.strip():
            raise WrongState("顺延时间需要写明理由。", "理由会记入操作日志。")
        ends = closes_at.astimezone(UTC), recommend_until.astimezone(UTC)
        moved = ends[0] != row.closes_at
        if moved and (now >= row.closes_at or ends[0] < row.closes_at):
            raise WrongState("申报截止时间已过或被提前，只能在截止前顺延。")
        if ends[1] < row.recommend_until or now >= row.recommend_until:
            raise WrongState("推荐截止时间已过或被提前，只能在截止前顺延。")
        if ends[0] > ends[1]:
            raise WrongState("推荐截止时间不能早于申报截止时间。", "请一并顺延推荐截止时间。")
        changes = writing.assign(row, {"closes_at": ends[0], "recommend_until": ends[1]})
        audit.record(session, actor.account_id, "edition:schedule", "edition", edition_id, changes, reason.strip())


def move(actor: Actor, edition_id: int, do: str, reason: str = "", *, seen_version: int) -> EditionState:
    """Take a step of the path that needs nothing but a reason; returns the new state."""
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        permission = next((step.permission for step in stages.EDITION.steps if step.do == do), "")
        require(actor, Permission(permission or Permission.EDITION_RUN), results.signers(session, row))
        check_version(row, seen_version)
        stages.EDITION.take(row.state, do, reason)
        if do not in stages.BUTTONS - ROUNDS:
            raise WrongState(f"“{do}”随评审、审定或异议办理，不能单独操作。", "请在相应的栏目办理。")
        if problems := standing.obstacles(session, row, do, reason):
            raise WrongState(f"还不能“{do}”：{'；'.join(problems)}。", "请办妥后再试。")
        if do not in (stages.CALL, stages.CLOSE_CALL, stages.CLOSE_CITIES):
            loading.refuse_recused(session, actor, row)
        _follow(session, actor, row, do, reason)
        loading.take(session, actor, row, do, reason)
        return row.state


# -- within a transaction -------------------------------------------------------------------


def _follow(session: Session, actor: Actor, row: Edition, do: str, reason: str) -> None:
    """What a step does beside moving the edition."""
    number = row.id or 0
    if do == stages.CALL:
        version = session.get_one(RubricVersion, row.rubric_version_id)
        row.rule_digest = digest(results.frozen_rule(row, version))
        row.frozen_at = clock.now()
    elif do == stages.CLOSE_CITIES:
        for item in loading.entries_of(session, number, AwardEntryState.SUBMITTED):
            loading.take_entry(session, actor, item, stages.PASS_OVER, "推荐截止时仍未获所在市推荐")
    elif do == stages.BACK_TO_FIRST:
        for item in loading.entries_of(session, number, AwardEntryState.SHORTLISTED, AwardEntryState.NOT_SHORTLISTED):
            loading.take_entry(session, actor, item, stages.UNDO)
    elif do == stages.RELEASE:
        row.released_at = clock.now()
        for item in loading.entries_of(session, number, AwardEntryState.PROPOSED):
            loading.take_entry(session, actor, item, stages.WIN)


def _create(session: Session, actor: Actor, data: EditionIn, nonce: str, *, copied_from_id: int | None = None) -> int:
    again = session.exec(select(Edition.id).where(Edition.nonce == nonce)).first()
    if again is not None:
        return again
    row = Edition(
        **_values(session, data),
        code=writing.next_code(session, Edition.code, "YL" if data.rehearsal else "LX"),
        state=EditionState(stages.EDITION.initial),
        copied_from_id=copied_from_id,
        nonce=nonce,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    said = {"code": row.code, "copied_from": copied_from_id}
    audit.record(session, actor.account_id, "edition:create", "edition", row.id, said)
    return row.id or 0


def _values(session: Session, data: EditionIn) -> dict[str, Any]:
    if session.get(RubricVersion, data.rubric_version_id) is None:
        raise NotFound("没有找到这个评分标准。", "请从列表中重新选择。")
    values = data.model_dump(exclude={"rule"}) | {"rule": data.rule.as_json()}
    times = ("opens_at", "closes_at", "recommend_until", "vote_opens_at", "vote_closes_at")
    return values | {name: values[name].astimezone(UTC) if values[name] else None for name in times}


def _next_year(day: D) -> D:
    """The same day a year later; of the 29th of February the 28th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)
