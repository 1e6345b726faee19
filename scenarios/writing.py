"""What the commands of this room share: who may write where, codes in turn, what a change changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, select

from accounts.permissions import Actor
from core import clock
from core.errors import Forbidden
from core.words import Role
from db.session import take_turns
from scenarios import rules

_CODE_LOCK = 7_319_301  # any constant: writers on PostgreSQL take the next code in turn


def require_home(actor: Actor, *region_codes: str) -> None:
    """A county team writes about its own region only."""
    if actor.role is Role.COUNTY and any(code != actor.region_code for code in region_codes):
        raise Forbidden("县级团队只能登记和修改本地区的内容。", f"您所在的地区是“{actor.region}”。")


def author(actor: Actor) -> int:
    """The account that a new record names as its author."""
    if actor.account_id is None:
        raise Forbidden("登记需要登录账号，命令行不能代替。", "请登录后在页面上登记。")
    return actor.account_id


def next_code(session: Session, column: Any, prefix: str) -> str:
    """The next code of this year in a column; nobody else gets it while this transaction lasts."""
    take_turns(session, _CODE_LOCK)
    year = clock.today().year
    last = session.exec(
        select(column)
        .where(column.startswith(f"{prefix}-{year}-"))
        .order_by(func.length(column).desc(), column.desc())
        .limit(1)
    ).first()
    return rules.next_code(prefix, year, last)


def assign(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set fields; returns what changed as {field: [old, new]}."""
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    return changes
