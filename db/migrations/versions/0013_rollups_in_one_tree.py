"""Roll-ups stand in the tree of their key

On SQLite a table has a tree of its own beside that of a text key, and every row goes into both; without one the
rows of a feed are summed up in half the time. PostgreSQL knows no such difference.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-28
"""

from __future__ import annotations

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _rebuild(rowid=False)


def downgrade() -> None:
    _rebuild(rowid=True)


def _rebuild(*, rowid: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("rollup", recreate="always", table_kwargs={"sqlite_with_rowid": rowid}):
            pass
