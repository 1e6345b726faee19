"""A PostgreSQL database that a test has used, made what it was: rows, numbers, and nobody connected."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

# The schema of a furnished database in which its rows, counters and shape are set aside.
_ASIDE = "set_aside"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_COUNTERS = """
    SELECT format('public.%I', sequencename) AS name, start_value, last_value
    FROM pg_sequences WHERE schemaname = 'public'"""
# Whatever is created, altered or dropped leaves a younger row or another number of rows in one of these.
_SHAPE = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM {name}), (SELECT max(xmin::text::bigint) FROM {name})"
    for name in ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_trigger", "pg_proc", "pg_namespace")
)


def set_aside(connection: Connection) -> None:
    """Copy what the tables hold, once, in the database that all others are copied from."""
    connection.execute(text(f"CREATE SCHEMA {_ASIDE}"))
    for table in _filled(connection, connection.scalars(text(_TABLES)).all()):
        connection.execute(text(f'CREATE TABLE {_ASIDE}."{table}" AS TABLE public."{table}"'))
    connection.execute(text(f"CREATE TABLE {_ASIDE}.counters AS {_COUNTERS}"))
    connection.execute(text(f"CREATE TABLE {_ASIDE}.shape (rows text)"))
    connection.execute(text(f"INSERT INTO {_ASIDE}.shape VALUES (:shape)"), {"shape": _shape(connection)})


def restore(connection: Connection) -> bool:
    """Put everything back; False, with nothing done, where that cannot be: a database that was never furnished, or one
    whose tables, constraints or triggers were changed."""
    shape = "SELECT rows FROM {}.shape"
    known = connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{_ASIDE}.shape"})
    if known is None or connection.scalar(text(shape.format(_ASIDE))) != _shape(connection):
        return False
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {others}"))
    connection.execute(text("SET session_replication_role = replica"))  # no triggers, no foreign keys, any order
    aside = "SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tablename NOT IN ('counters', 'shape')"
    kept = set(connection.scalars(text(aside), {"schema": _ASIDE}))
    for table in kept:
        if connection.scalar(text(_differs(table))):
            connection.execute(text(f'DELETE FROM public."{table}"'))
            connection.execute(text(f'INSERT INTO public."{table}" SELECT * FROM {_ASIDE}."{table}"'))
    rest = [table for table in connection.scalars(text(_TABLES)) if table not in kept]
    for table in _filled(connection, rest):
        connection.execute(text(f'DELETE FROM public."{table}"'))
    connection.execute(
        text(
            f"""SELECT setval(now.name::regclass, coalesce(was.last_value, was.start_value), was.last_value IS NOT NULL)
            FROM ({_COUNTERS}) now JOIN {_ASIDE}.counters was USING (name)
            WHERE now.last_value IS DISTINCT FROM was.last_value"""
        )
    )
    return True


def _shape(connection: Connection) -> str:
    return str(tuple(connection.execute(text(_SHAPE)).one()))


def _filled(connection: Connection, tables: Sequence[str]) -> list[str]:
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in tables)
    return list(connection.scalars(text(" UNION ALL ".join(asked))))


def _differs(table: str) -> str:
    rows = [
        f'SELECT row_number() OVER (ORDER BY t::text), t::text FROM {schema}."{table}" t'
        for schema in ("public", _ASIDE)
    ]
    return f"SELECT EXISTS ({rows[0]} EXCEPT {rows[1]}) OR EXISTS ({rows[1]} EXCEPT {rows[0]})"
