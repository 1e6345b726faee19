"""One engine a process, set up so that SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

import db.tables  # noqa: F401  the metadata must be complete before anybody asks for the engine
from core.settings import settings
from db import stamps

_MAKING = Lock()


def engine() -> Engine:
    """This process's engine. Tests call `reset()` after changing the settings."""
    with _MAKING:  # else threads that begin at once make one each, and nobody closes those that are lost
        return _made()


@lru_cache(maxsize=1)
def _made() -> Engine:
    return make(settings().url)


def reset() -> None:
    """Forget the engine and the settings, closing its connections."""
    if _made.cache_info().currsize:
        _made().dispose()
    _made.cache_clear()
    settings.cache_clear()


def make(url: str) -> Engine:
    """An engine for `url`. `hide_parameters` keeps people's values out of logs and error pages."""
    options: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": partial(json.dumps, ensure_ascii=False, sort_keys=True),
    }
    if url.startswith("sqlite"):
        settings().data_dir.mkdir(parents=True, exist_ok=True)
        made = create_engine(url, **options)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
    else:
        made = create_engine(url, pool_pre_ping=True, **options)
    stamps.listen(made)
    return made


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write that starts as a read and upgrades later fails with "database is locked" under load;
    # taking the write lock at once makes writers queue instead.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
