"""evidence of values: what a definition asks for, and the link that came with a value"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added and dropped one by one: remaking a table would lose its triggers on SQLite.
    op.execute("ALTER TABLE observation ADD COLUMN link VARCHAR DEFAULT '' NOT NULL")
    op.execute(
        "ALTER TABLE indicator ADD COLUMN evidence_kind VARCHAR(32) DEFAULT 'none' NOT NULL "
        "CONSTRAINT ck_indicator_evidencekind CHECK (evidence_kind IN ('none', 'link', 'file'))"
    )
    op.execute("UPDATE indicator SET evidence_kind = 'file' WHERE evidence_required")
    op.execute("ALTER TABLE indicator DROP COLUMN evidence_required")


def downgrade() -> None:
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(f"ALTER TABLE indicator ADD COLUMN evidence_required BOOLEAN DEFAULT {false} NOT NULL")
    op.execute("UPDATE indicator SET evidence_required = (evidence_kind <> 'none')")
    op.execute("ALTER TABLE indicator DROP COLUMN evidence_kind")
    op.execute("ALTER TABLE observation DROP COLUMN link")
