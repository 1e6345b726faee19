"""reminders with their words: nothing wrote any before"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make(
        (
            sa.Column("manual", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), server_default=sa.text("''"), nullable=False),
        ),
        ("collection_id", "region_code", "period", "due_on", "step", "manual"),
    )


def downgrade() -> None:
    _make((), ("collection_id", "region_code", "period", "due_on", "step"))


def _make(more: tuple[sa.Column, ...], unique: tuple[str, ...]) -> None:
    op.drop_table("reminder")
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        *more,
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_reminder_collection_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_reminder_issued_by")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_reminder_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(*unique, name=op.f("uq_reminder_" + "_".join(unique))),
    )
    op.create_index(op.f("ix_reminder_region_code"), "reminder", ["region_code"], unique=False)
    append_only.guard(["reminder"])
