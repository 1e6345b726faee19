"""Tables whose rows stay as they were written: the database itself refuses to change or remove one.

For migrations. What has run is never rewritten, so neither is what these functions do.
"""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op


def guard(tables: Iterable[str]) -> None:
    """Have the database refuse UPDATE and DELETE. On PostgreSQL the first migration made the function."""
    for table in tables:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
