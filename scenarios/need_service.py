"""Commands about needs: one function a use case."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Duplicate, NotFound
from db import audit
from db.session import check_version, write
from db.tables import Need
from scenarios import need_queries, rules, writing
from scenarios.schemas import NeedIn


def register_need(actor: Actor, data: NeedIn) -> int:
    """Register a need. One of the same name in the same region is refused: the reports belong together."""
    require(actor, Permission.NEED_CREATE)
    writing.require_home(actor, data.region_code)
    with write() as session:
        code = writing.next_code(session, col(Need.code), rules.NEED_PREFIX)
        _require_new_name(session, data)
        row = Need(code=code, created_by=writing.author(actor), created_at=clock.now(), **data.model_dump())
        session.add(row)
        session.flush()
        audit.record(session, actor.account_id, "need:create", "need", row.id, data.model_dump(mode="json"))
        assert row.id is not None
        return row.id


def edit_need(actor: Actor, need_id: int, data: NeedIn, *, seen_version: int) -> None:
    with write() as session:
        row = session.scalars(need_queries.readable_needs(actor).where(Need.id == need_id)).first()
        if row is None:
            raise NotFound("没有找到这项需求，或您无权查看。")
        require(actor, Permission.NEED_EDIT, need_queries.subject_of(session, row))
        writing.require_home(actor, row.region_code, data.region_code)
        check_version(row, seen_version)
        _require_new_name(session, data, besides=need_id)
        changes = writing.assign(row, data.model_dump())
        audit.record(session, actor.account_id, "need:edit", "need", need_id, changes)


def _require_new_name(session: Session, data: NeedIn, besides: int = 0) -> None:
    same = session.exec(
        select(Need.code).where(Need.region_code == data.region_code, Need.title == data.title, Need.id != besides)
    ).first()
    if same:
        raise Duplicate(f"本地区已登记同名需求（{same}）。", "请在原需求上补充，或改用能区分的名称。")
