"""inspections of pilots that are supervised in full, and the accounts of team members"""

import sqlalchemy as sa
from alembic import op

from db.append_only import guard

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NEW = ("inspection", "inspection_record")


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("planned_by", sa.Integer(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_inspection_pilot_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["account.id"], name=op.f("fk_inspection_planned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("nonce", name=op.f("uq_inspection_nonce")),
    )
    op.create_index(op.f("ix_inspection_pilot_id"), "inspection", ["pilot_id"])
    op.create_table(
        "inspection_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "clear",
                "problem",
                "cancelled",
                name="inspectionoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_inspection_record_by")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_record_inspection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_record")),
        sa.UniqueConstraint("inspection_id", name=op.f("uq_inspection_record_inspection_id")),
    )
    guard(NEW)
    with op.batch_alter_table("supervision_order") as batch:
        batch.add_column(sa.Column("inspection_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f("fk_supervision_order_inspection_id"), "inspection", ["inspection_id"], ["id"])
        batch.create_index(batch.f("ix_supervision_order_inspection_id"), ["inspection_id"])
    with op.batch_alter_table("pilot_member") as batch:
        batch.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f("fk_pilot_member_account_id"), "account", ["account_id"], ["id"])
        batch.create_index(batch.f("ix_pilot_member_account_id"), ["account_id"])


def downgrade() -> None:
    with op.batch_alter_table("pilot_member") as batch:
        batch.drop_index(batch.f("ix_pilot_member_account_id"))
        batch.drop_constraint(batch.f("fk_pilot_member_account_id"), type_="foreignkey")
        batch.drop_column("account_id")
    with op.batch_alter_table("supervision_order") as batch:
        batch.drop_index(batch.f("ix_supervision_order_inspection_id"))
        batch.drop_constraint(batch.f("fk_supervision_order_inspection_id"), type_="foreignkey")
        batch.drop_column("inspection_id")
    for table in reversed(NEW):
        op.drop_table(table)
