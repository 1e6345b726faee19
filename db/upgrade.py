"""Bring a database to the schema this code expects, or say which command does.

An embedded database upgrades itself at start, after a copy is put aside; a shared one is only
checked, because whoever runs it decides when.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from core import clock
from core.errors import AppError
from core.settings import settings
from db import backup
from db.engine import engine, make

_LOCK = 7_319_206


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The revision this code expects."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def known(revision: str) -> bool:
    """Whether this program has heard of a revision: a newer one's it has not."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def current(on: Engine | None = None) -> str:
    """The revision the database is at; "" for a new one."""
    with (on or engine()).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(on: Engine | None = None, revision: str = "head") -> None:
    """Run the migrations. Two processes starting at once take turns."""
    with (on or engine()).execution_options(write=True, migrating=True).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
        with _tables_may_be_rebuilt(connection):
            command.upgrade(config(connection), revision)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()


def downgrade(on: Engine, revision: str) -> None:
    with on.execution_options(write=True, migrating=True).connect() as connection, _tables_may_be_rebuilt(connection):
        command.downgrade(config(connection), revision)


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew and dropping the old one, which counts as deleting rows that
    others refer to. Foreign keys are switched off meanwhile, which works outside a transaction only, and
    checked before what was done is committed."""
    if connection.dialect.name != "sqlite":
        yield
        connection.commit()
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows that refer to nothing after the migration: {broken[:5]}")
        connection.commit()
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def revise(message: str) -> Path:
    """Write the next step of the schema from the tables in code, compared with a throw-away database at
    the last step. Read what was written: renames, data and triggers are nobody's to guess."""
    if not message.strip():
        raise AppError("请说明改了什么。", 'make revision m="what changed"')
    with tempfile.TemporaryDirectory() as folder:
        on = make(f"sqlite:///{folder}/head.db")
        upgrade(on)
        with on.connect() as connection:
            made = command.revision(config(connection), message, autogenerate=True, rev_id=f"{int(head()[:4]) + 1:04d}")
        on.dispose()
    assert isinstance(made, Script)
    return Path(made.path)


def differences(on: Engine | None = None) -> list[str]:
    """How the database's schema differs from the tables in code, in words; empty when it does not."""
    with (on or engine()).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return [str(found) for found in compare_metadata(context, SQLModel.metadata)]


def ensure() -> None:
    """At start: upgrade an embedded database, check a shared one."""
    at, wanted = current(), head()
    if at == wanted:
        return
    if not settings().embedded:
        raise AppError(
            f"数据库结构版本为“{at or '空'}”，程序需要“{wanted}”。",
            "请先备份，然后运行：zhiping init",
        )
    if at:
        folder = settings().data_dir / "backups"
        folder.mkdir(parents=True, exist_ok=True)
        backup.save(folder / f"before-{wanted}-{clock.now():%Y%m%d%H%M%S}.zip")
    upgrade()
