"""what the public is shown of pilots, and what it says about them"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "public_rating",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("masked", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "shown", "hidden", name="ratingstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_public_rating_stars")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_public_rating_decided_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_public_rating_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_rating")),
        sa.UniqueConstraint("pilot_id", "device", "day", name=op.f("uq_public_rating_pilot_id_device_day")),
    )
    with op.batch_alter_table("public_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_rating_network"), ["network"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_rating_pilot_id"), ["pilot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_rating_state"), ["state"], unique=False)

    op.create_table(
        "public_release",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_public_release_pilot_id")),
        sa.ForeignKeyConstraint(["released_by"], ["account.id"], name=op.f("fk_public_release_released_by")),
        sa.ForeignKeyConstraint(["verdict_id"], ["pilot_verdict.id"], name=op.f("fk_public_release_verdict_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_public_release_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_release")),
    )
    with op.batch_alter_table("public_release", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_release_pilot_id"), ["pilot_id"], unique=False)


def downgrade() -> None:

    op.drop_table("public_release")
    op.drop_table("public_rating")
