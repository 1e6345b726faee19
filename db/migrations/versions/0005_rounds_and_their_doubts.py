"""rounds and their doubts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Kept as they were written, like observations: the database itself refuses to change or remove a row.
APPEND_ONLY = ("return_grace", "round_freeze", "frozen_figure", "reminder")


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_reminder_collection_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_reminder_issued_by")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_reminder_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "collection_id",
            "region_code",
            "period",
            "due_on",
            "step",
            name=op.f("uq_reminder_collection_id_region_code_period_due_on_step"),
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_region_code"), ["region_code"], unique=False)

    op.create_table(
        "round_freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_round_freeze_collection_id")),
        sa.ForeignKeyConstraint(["frozen_by"], ["account.id"], name=op.f("fk_round_freeze_frozen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_freeze")),
        sa.UniqueConstraint("collection_id", "period", name=op.f("uq_round_freeze_collection_id_period")),
    )
    op.create_table(
        "return_grace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("unlock", "extension", name="gracekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("was_due_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_return_grace_given_by")),
        sa.ForeignKeyConstraint(["return_id"], ["data_return.id"], name=op.f("fk_return_grace_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_grace")),
    )
    with op.batch_alter_table("return_grace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_grace_return_id"), ["return_id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "explained",
                "accepted",
                "corrected",
                name="followupstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("raised_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("explanation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("explained_by", sa.Integer(), nullable=True),
        sa.Column("explained_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decision", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_follow_up_decided_by")),
        sa.ForeignKeyConstraint(["explained_by"], ["account.id"], name=op.f("fk_follow_up_explained_by")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_follow_up_indicator_id")),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_follow_up_observation_id")),
        sa.ForeignKeyConstraint(["return_id"], ["data_return.id"], name=op.f("fk_follow_up_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("observation_id", "rule", name=op.f("uq_follow_up_observation_id_rule")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_return_id"), ["return_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_state"), ["state"], unique=False)

    op.create_table(
        "frozen_figure",
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scope_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("group_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("d", sa.BigInteger(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("left_out", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["freeze_id"], ["round_freeze.id"], name=op.f("fk_frozen_figure_freeze_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_frozen_figure_indicator_id")),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_frozen_figure_observation_id")),
        sa.ForeignKeyConstraint(["scope_code"], ["region.code"], name=op.f("fk_frozen_figure_scope_code")),
        sa.PrimaryKeyConstraint(
            "freeze_id", "indicator_id", "period", "scope_code", "group_name", name=op.f("pk_frozen_figure")
        ),
    )
    with op.batch_alter_table("collection_unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joined_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("left_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("left_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=sa.text("''"))
        )

    with op.batch_alter_table("data_return", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_submitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("locked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("unlocked_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    # What was handed in before is taken to have been handed in once.
    op.execute("UPDATE data_return SET first_submitted_at = submitted_at")
    op.execute("UPDATE data_return SET locked_at = COALESCE(decided_at, submitted_at, saved_at) WHERE state = 'locked'")
    append_only.guard(APPEND_ONLY)


def downgrade() -> None:
    with op.batch_alter_table("data_return", schema=None) as batch_op:
        batch_op.drop_column("unlocked_until")
        batch_op.drop_column("locked_at")
        batch_op.drop_column("first_submitted_at")

    with op.batch_alter_table("collection_unit", schema=None) as batch_op:
        batch_op.drop_column("left_reason")
        batch_op.drop_column("left_on")
        batch_op.drop_column("joined_on")

    op.drop_table("frozen_figure")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_state"))
        batch_op.drop_index(batch_op.f("ix_follow_up_return_id"))

    op.drop_table("follow_up")
    with op.batch_alter_table("return_grace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_grace_return_id"))

    op.drop_table("return_grace")
    op.drop_table("round_freeze")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_region_code"))

    op.drop_table("reminder")
