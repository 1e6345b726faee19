"""what a need is about and which are one"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "need_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=False),
        sa.Column("merged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["merged_by"], ["account.id"], name=op.f("fk_need_merge_merged_by")),
        sa.ForeignKeyConstraint(["merged_id"], ["need.id"], name=op.f("fk_need_merge_merged_id")),
        sa.ForeignKeyConstraint(["survivor_id"], ["need.id"], name=op.f("fk_need_merge_survivor_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_need_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_merge")),
    )
    with op.batch_alter_table("need_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_merge_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_merge_survivor_id"), ["survivor_id"], unique=False)

    op.create_table(
        "need_merge_item",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "file", "scenario", "ticket", name="movedkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["need_merge.id"], name=op.f("fk_need_merge_item_merge_id")),
        sa.PrimaryKeyConstraint("merge_id", "kind", "item_id", name=op.f("pk_need_merge_item")),
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("domain", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("owner_organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_need_domain"), ["domain"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_need_owner_organisation_id"), "organisation", ["owner_organisation_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_need_merged_into_id"), "need", ["merged_into_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_need_merged_into_another"), "merged_into_id IS NULL OR merged_into_id <> id"
        )

    with op.batch_alter_table("need", schema=None) as batch_op:  # what was there has been given its values
        batch_op.alter_column("unit", server_default=None)
        batch_op.alter_column("domain", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_need_merged_into_another"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_need_merged_into_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_need_owner_organisation_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_need_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_need_domain"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("owner_organisation_id")
        batch_op.drop_column("domain")
        batch_op.drop_column("unit")

    op.drop_table("need_merge_item")
    with op.batch_alter_table("need_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_merge_survivor_id"))
        batch_op.drop_index(batch_op.f("ix_need_merge_merged_id"))

    op.drop_table("need_merge")
