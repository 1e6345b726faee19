"""verdicts of phases and later starts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_start_pilot_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_pilot_start_region_code")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_pilot_start_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_start")),
    )
    with op.batch_alter_table("pilot_start", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_start_pilot_id"), ["pilot_id"], unique=False)
    # Added in place: copying the table, as batches do, would leave its triggers behind.
    op.add_column(
        "pilot_verdict",
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("pilot_verdict", sa.Column("phase", sa.Integer(), nullable=True))
    guard(["pilot_start"])


def downgrade() -> None:
    op.drop_column("pilot_verdict", "phase")
    op.drop_column("pilot_verdict", "scope")
    with op.batch_alter_table("pilot_start", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_start_pilot_id"))

    op.drop_table("pilot_start")
