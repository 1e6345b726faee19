"""Which tables every transaction changed, noted within it: what was read from others still stands.

Engines listen to their statements, whatever door these come through. A transaction stamps the tables it wrote when
it commits; what is read is told to whoever records it (`reading`). Both go by the words of a statement, so a table
may be taken for read or written that was not, never the other way round.

Returns come all day long, each about one collection. A command that is about one says so (`about`): then the tables
in PARTED are stamped for that collection alone (`rollup#7`), and once for all who read beyond one (`rollup#`). What
reads one collection alone says that (`within`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, event, inspect, select, text
from sqlmodel import Session, SQLModel, col

from core import clock
from db.tables.system import TableStamp

OWN = "table_stamp"
PARTED = frozenset({"data_return", "follow_up", "observation", "return_check", "return_finding", "rollup"})
CLOCK = "*"  # among names of tables: the time of day
_WRITTEN, _PART = "tables written", "the collection they are written for"
_WORD = re.compile(r"\w+")
_TARGET = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# What begins a statement that changes no rows.
_LOOKING = frozenset(
    ["SELECT", "VALUES", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA", "SET", "SHOW", "EXPLAIN"]
)
_CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_STAMP = text(
    "INSERT INTO table_stamp (name, stamp) VALUES (:name, :stamp) "
    "ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp"
)

_readers: ContextVar[tuple[set[str], ...]] = ContextVar("readers", default=())
_part: ContextVar[int | None] = ContextVar("part", default=None)
_stamping: set[str] = set()  # addresses of databases known to have the table


@contextmanager
def reading() -> Iterator[set[str]]:
    """The names of all tables that are read within the block, as they are, and CLOCK if the time of day was asked
    for. Blocks may stand in blocks."""
    seen: set[str] = set()
    token = _readers.set((*_readers.get(), seen))
    try:
        with clock.heard(lambda: note((CLOCK,))):
            yield seen
    finally:
        _readers.reset(token)


@contextmanager
def within(collection_id: int) -> Iterator[None]:
    """What is read within the block from PARTED tables are rows of this collection, and only of this one."""
    token = _part.set(collection_id)
    try:
        yield
    finally:
        _part.reset(token)


def about(session: Session, collection_id: int) -> None:
    """All that this transaction writes into PARTED tables belongs to this collection."""
    session.connection().info[_PART] = collection_id


@contextmanager
def aside() -> Iterator[None]:
    """What is read within the block is told to nobody: it decides only whether to read."""
    token = _readers.set(())
    try:
        yield
    finally:
        _readers.reset(token)


def note(names: Iterable[str]) -> None:
    """Tell whoever records that these tables were read, when what they gave is used again."""
    for seen in _readers.get():
        seen.update(names)


def wrote(connection: Connection, names: Iterable[str]) -> None:
    """Say which tables were written by other ways than statements (COPY)."""
    connection.info.setdefault(_WRITTEN, set()).update(set(names) & _tables())


def every(session: Session) -> Mapping[str, str]:
    """Table → the mark of the last transaction that wrote it; tables nobody wrote since they were made have none."""
    return dict(session.execute(select(col(TableStamp.name), col(TableStamp.stamp))).all())


def listen(engine: Engine) -> None:
    """Have an engine tell what its statements read, and stamp what its transactions write."""
    event.listen(engine, "before_cursor_execute", _told)
    event.listen(engine, "commit", _stamp)
    event.listen(engine, "rollback", _forget)


def _told(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if readers := _readers.get():
        names = _as_read(named(statement))
        for seen in readers:
            seen.update(names)
    if touched := written(statement):
        wrote(connection, touched)


def _stamp(connection: Connection) -> None:
    touched, part = connection.info.pop(_WRITTEN, None), connection.info.pop(_PART, None)
    # Steps of the schema are taken before there is such a table, and nobody keeps anything over them.
    if not touched or connection.get_execution_options().get("migrating") or not _has_table(connection):
        return
    if part is not None:
        marks = {f"{name}#{of}" for name in touched & PARTED for of in ("", part)}
        touched = (touched - PARTED) | marks
    stamp = uuid4().hex
    # In one order, so that two transactions never wait for each other
    connection.execute(_STAMP, [{"name": name, "stamp": stamp} for name in sorted(touched)])


def _forget(connection: Connection) -> None:
    connection.info.pop(_WRITTEN, None)
    connection.info.pop(_PART, None)


def _as_read(names: frozenset[str]) -> frozenset[str]:
    """With the marks of what is written about one collection: the one that is read, or any."""
    part = _part.get()
    return names | {f"{name}#{'' if part is None else part}" for name in names & PARTED}


def _has_table(connection: Connection) -> bool:
    address = str(connection.engine.url)
    if address not in _stamping and inspect(connection).has_table(OWN):
        _stamping.add(address)
    return address in _stamping


@lru_cache(maxsize=1)
def _tables() -> frozenset[str]:
    return frozenset(SQLModel.metadata.tables) - {OWN}


@lru_cache(maxsize=2048)
def named(statement: str) -> frozenset[str]:
    """All tables whose names stand in a statement."""
    return frozenset(_WORD.findall(statement)) & _tables()


def written(statement: str) -> frozenset[str]:
    """The tables a statement may change."""
    verb = _WORD.search(statement)
    first = verb[0].upper() if verb else ""
    if first in _LOOKING or (first == "WITH" and not _CHANGING & {word.upper() for word in _WORD.findall(statement)}):
        return frozenset()
    target = _TARGET.match(statement)
    return frozenset({target[1]}) & _tables() if target else named(statement)
