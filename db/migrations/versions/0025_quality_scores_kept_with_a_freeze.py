"""quality scores kept with a freeze: a past score does not move with what is corrected later"""

import sqlalchemy as sa
from alembic import op

from db.append_only import guard

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_quality",
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("scope_code", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("m", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["freeze_id"], ["round_freeze.id"], name=op.f("fk_frozen_quality_freeze_id")),
        sa.PrimaryKeyConstraint("freeze_id", "scope_code", "aspect", name=op.f("pk_frozen_quality")),
    )
    guard(["frozen_quality"])


def downgrade() -> None:
    op.drop_table("frozen_quality")
