"""where pilots are taken over, and figures about places"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime


def _state() -> sa.Enum:
    return sa.Enum(
        "planned",
        "preparing",
        "live",
        "dropped",
        name="adoptionstate",
        native_enum=False,
        create_constraint=True,
        length=32,
    )


def upgrade() -> None:
    op.create_table(
        "region_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("unit", TEXT(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_region_fact_entered_by")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_region_fact_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_fact")),
    )
    op.create_index(op.f("ix_region_fact_name_region_code"), "region_fact", ["name", "region_code"], unique=False)
    op.create_table(
        "adoption",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("region_code", TEXT(), nullable=False),
        sa.Column("state", _state(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_adoption_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_adoption_pilot_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_adoption_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
        sa.UniqueConstraint("pilot_id", "region_code", name=op.f("uq_adoption_pilot_id_region_code")),
    )
    op.create_index(op.f("ix_adoption_region_code"), "adoption", ["region_code"], unique=False)
    op.create_table(
        "adoption_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=False),
        sa.Column("do", TEXT(), nullable=False),
        sa.Column("state", _state(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_adoption_step_actor_id")),
        sa.ForeignKeyConstraint(["adoption_id"], ["adoption.id"], name=op.f("fk_adoption_step_adoption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_step")),
    )
    op.create_index(op.f("ix_adoption_step_adoption_id"), "adoption_step", ["adoption_id"], unique=False)
    append_only.guard(["adoption_step", "region_fact"])


def downgrade() -> None:
    op.drop_table("adoption_step")
    op.drop_table("adoption")
    op.drop_table("region_fact")
