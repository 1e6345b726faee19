"""indicators that follow the season: a verdict on them needs a full year"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: remaking the table would lose its triggers on SQLite.
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(f"ALTER TABLE indicator ADD COLUMN seasonal BOOLEAN DEFAULT {false} NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE indicator DROP COLUMN seasonal")
