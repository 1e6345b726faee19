"""roll-ups stand in the tree of their key

On SQLite a table has a tree of its own beside that of a text key, and every row goes into both. PostgreSQL knows no
such difference.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(rowid=False)


def downgrade() -> None:
    _rebuild(rowid=True)


def _rebuild(*, rowid: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("rollup", recreate="always", table_kwargs={"sqlite_with_rowid": rowid}):
            pass
