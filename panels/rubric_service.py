"""Commands about rubrics. A version that scoring was opened with never changes; a change is another version."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from db import audit
from db.session import check_version, write
from db.tables import RubricRow, RubricVersion
from panels.rubric import Rubric
from panels.schemas import RubricIn


def create_rubric(actor: Actor, data: RubricIn, *, nonce: str) -> int:
    """Make a rubric with its first version, a draft; returns its id. The same form twice makes one."""
    require(actor, Permission.RUBRIC_EDIT)
    with write() as session:
        again = session.exec(select(RubricRow.id).where(RubricRow.nonce == nonce)).first()
        if again is not None:
            return again
        row = RubricRow(
            name=data.name, kind=data.kind, nonce=nonce, created_by=actor.account_id, created_at=clock.now()
        )
        session.add(row)
        session.flush()
        _add(session, actor, row.id or 0, 1, data.value(), "首次编制")
        audit.record(session, actor.account_id, "rubric:create", "rubric", row.id, {"name": data.name})
        return row.id or 0


def edit_rubric(actor: Actor, rubric_id: int, data: RubricIn, *, seen_version: int) -> None:
    """Change the newest version, which must be a draft. `seen_version` is the version row's."""
    require(actor, Permission.RUBRIC_EDIT)
    with write() as session:
        row, newest = _load(session, rubric_id)
        check_version(newest, seen_version)
        if newest.frozen_at is not None:
            raise WrongState(f"第 {newest.number} 版已冻结，不能修改。", "请先“起草新版”，已评的分数仍按旧版计算。")
        row.name, row.kind = data.name, data.kind
        newest.body = data.value().as_json()
        audit.record(session, actor.account_id, "rubric:edit", "rubric", rubric_id, {"number": newest.number})


def revise_rubric(actor: Actor, rubric_id: int, reason: str) -> int:
    """Begin another version from the newest, which is frozen; returns its number."""
    require(actor, Permission.RUBRIC_EDIT)
    with write() as session:
        _, newest = _load(session, rubric_id)
        if newest.frozen_at is None:
            raise WrongState(f"第 {newest.number} 版还是草稿，可以直接修改。", "冻结之后才需要起草新版。")
        if not reason.strip():
            raise Invalid(["请写明为什么修订"], "修订理由会印在评分标准的版本记录里。")
        _add(session, actor, rubric_id, newest.number + 1, Rubric.from_json(newest.body), reason.strip())
        changes = {"number": newest.number + 1}
        audit.record(session, actor.account_id, "rubric:revise", "rubric", rubric_id, changes, reason.strip())
        return newest.number + 1


def _add(session: Session, actor: Actor, rubric_id: int, number: int, rubric: Rubric, reason: str) -> None:
    session.add(
        RubricVersion(
            rubric_id=rubric_id,
            number=number,
            body=rubric.as_json(),
            reason=reason,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
    )


def _load(session: Session, rubric_id: int) -> tuple[RubricRow, RubricVersion]:
    row = session.get(RubricRow, rubric_id)
    if row is None:
        raise NotFound("没有找到这个评分标准。", "请从评分标准列表重新选择。")
    newest = session.exec(
        select(RubricVersion)
        .where(RubricVersion.rubric_id == rubric_id)
        .order_by(col(RubricVersion.number).desc())
        .limit(1)
    ).one()
    return row, newest
