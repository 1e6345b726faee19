"""Many rows at once, at the speed of the database: for what comes by the ten thousand.

Rows go in as columns of plain values (int, float, str, None and, for PostgreSQL's sake, bool), not as
objects: a prepared INSERT on SQLite, COPY on PostgreSQL. Defaults of the table classes do not
apply, so every column that must not be empty has to be given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, Select, Table, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from db import stamps

Columns = Mapping[str, Sequence[Any]]


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a class; its quoted names are what the statements here are written with."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def insert(session: Session, table: Table | str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert tuples in the order of `columns`; values go to the driver as they are."""
    name = table if isinstance(table, str) else table.name
    batch = list(rows)  # what makes them may ask the database, which a COPY under way would not answer
    connection = session.connection()
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        stamps.wrote(connection, {name})  # a COPY is no statement that the engine hears of
        _copy(connection, f'COPY "{name}" ({names}) FROM STDIN', batch)
    elif batch:
        connection.exec_driver_sql(f'INSERT INTO "{name}" ({names}) VALUES ({", ".join("?" * len(columns))})', batch)


def append(session: Session, model: type[SQLModel], columns: Columns, same: Mapping[str, Any] | None = None) -> int:
    """Insert rows given as equally long columns; `same` holds one value for all rows. Returns how many.

    Values of `same` may be anything the column's type accepts (dates, words); those of `columns` are sent as
    they are.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    (count,) = lengths
    if not count:
        return 0
    session.flush()
    dialect = session.get_bind().dialect
    table = table_of(model)
    constant = {name: _bound(table, name, value, dialect) for name, value in (same or {}).items()}
    rows = zip(*columns.values(), *(repeat(value, count) for value in constant.values()), strict=True)
    insert(session, table, [*columns, *constant], rows)
    return count


def fetch(session: Session, statement: Select[*tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """All rows of a query as the driver gives them, which spares an object and a conversion for each: for
    columns of numbers and text (cast words to text)."""
    result = session.connection().execute(statement)
    assert result.cursor is not None
    rows: Sequence[tuple[Any, ...]] = result.cursor.fetchall()
    result.close()
    return rows


def fill(session: Session, name: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """A temporary table of this transaction, filled anew: for joining with what only Python knows."""
    definition = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({definition}) ON COMMIT DROP"))
    else:  # it belongs to the connection there, and the next transaction finds it
        connection.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({definition})"))
    connection.execute(text(f"DELETE FROM {name}"))
    insert(session, name, list(types), rows)


def reserve(session: Session, model: type[SQLModel], count: int) -> list[int]:
    """Ids that nobody else will get, for rows that others of the same transaction refer to."""
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return [int(number) for (number,) in session.execute(sequence, {"table": table.name, "count": count})]
    # One transaction writes at a time there, so counting on from the highest is safe.
    highest = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table.name}")).scalar_one()
    return list(range(highest + 1, highest + 1 + count))


def bound(session: Session, model: type[SQLModel], name: str, value: Any) -> Any:
    """A value as statements in plain SQL must give it for this column."""
    return _bound(table_of(model), name, value, session.get_bind().dialect)


def as_json(value: object) -> str:
    """JSON as the engine stores it."""
    return _ENCODE(value)


_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode  # json.dumps would make one for each value


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """A COPY, whose errors reach the caller as those of any other statement do."""
    driver = connection.dialect.dbapi
    assert driver is not None
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        wrapped = DBAPIError.instance(statement, None, error, driver.Error, hide_parameters=True)
        raise wrapped from error


def _bound(table: Table, name: str, value: Any, dialect: Any) -> Any:
    """A value as the driver wants it: what SQLAlchemy would have made of it."""
    processor = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return processor(value) if processor else value
