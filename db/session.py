"""The transaction: `with read() as s` looks, `with write() as s` commits once or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from core.errors import AppError, Conflict, Duplicate
from db.engine import engine

CHANGED = "这条记录刚被别人改过，您的修改没有保存。"
RELOAD = "请刷新页面，核对最新内容后重新提交。"

# (table, columns) of a unique constraint → what to tell the person who ran into it.
UNIQUE_MESSAGES = {
    "uq_organisation_name": "已有同名单位。",
    "uq_account_username": "这个用户名已被使用。",
    "uq_scenario_code": "场景编码已存在。",
    "uq_scenario_nonce": "这份表单已经提交过了。",
    "uq_index_system_nonce": "这份表单已经提交过了。",
    "uq_pilot_nonce": "这份表单已经提交过了。",
    "uq_data_item_resource_id_key": "这项数据资源已有同名信息项。",
    "uq_data_resource_code": "目录编码已被使用。",
    "uq_data_resource_provider_id_name": "该单位已登记同名数据资源。",
    "uq_scenario_data_scenario_id_resource_id": "该场景已关联这项数据资源。",
}


@contextmanager
def read() -> Iterator[Session]:
    """A session for looking. Nothing is committed; nothing ORM may leave it."""
    with Session(engine()) as session:
        yield session


def commits() -> int:
    """How often this process has committed; a number to compare, not to show."""
    return _commits[0]


_commits = [0]


@contextmanager
def write() -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with Session(engine().execution_options(write=True), expire_on_commit=False) as session:
        try:
            with session.begin():
                yield session
            _commits[0] += 1
        except StaleDataError as error:
            raise Conflict(CHANGED, RELOAD) from error
        except IntegrityError as error:
            raise _explain(error) from error
        except OperationalError as error:
            if _is_collision(error):
                raise Conflict("系统正忙，您的修改没有保存。", "请稍等片刻后重试。") from error
            raise


def take_turns(session: Session, key: int) -> None:
    """Let one transaction at a time past this point until it ends: whoever counts on from the highest
    number must not count beside somebody else. On SQLite writers take turns anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def check_version(row: Any, seen: int) -> None:
    """Refuse a command made from a page that showed an older row."""
    if row.version != seen:
        raise Conflict(CHANGED, RELOAD)


def _is_collision(error: OperationalError) -> bool:
    """Two transactions in each other's way: a deadlock, a serialisation failure, a lock not had in time."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01", "55P03") or "database is locked" in str(error.orig)


def _explain(error: IntegrityError) -> AppError:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name is None:  # SQLite names the columns, not the constraint
        found = re.search(r"UNIQUE constraint failed: (.+)", str(error.orig))
        if found:
            columns = [column.strip().split(".") for column in found.group(1).split(",")]
            name = f"uq_{columns[0][0]}_{'_'.join(column[1] for column in columns)}"
    if name and name.startswith(("uq_", "pk_")):
        return Duplicate(
            UNIQUE_MESSAGES.get(name, "已有相同的记录。"),
            "请核对后修改，或刷新页面查看已有记录。",
        )
    return AppError(
        "数据没有通过数据库的完整性检查，未保存。",
        "请核对所选的单位、地区是否仍然存在，再试一次。",
    )
