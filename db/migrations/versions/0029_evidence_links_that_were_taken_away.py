"""evidence links that were taken away: who did and why; the value they came with stays as it is"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_removal",
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("removed_by", sa.Integer(), nullable=True),
        sa.Column("removed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_link_removal_observation_id")),
        sa.ForeignKeyConstraint(["removed_by"], ["account.id"], name=op.f("fk_link_removal_removed_by")),
        sa.PrimaryKeyConstraint("observation_id", name=op.f("pk_link_removal")),
    )
    guard(["link_removal"])


def downgrade() -> None:
    op.drop_table("link_removal")
