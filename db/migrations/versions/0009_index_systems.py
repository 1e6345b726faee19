"""index systems"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_system",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revised_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_index_system_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_system")),
        sa.UniqueConstraint("nonce", name=op.f("uq_index_system_nonce")),
    )
    op.create_table(
        "index_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("design", sa.JSON(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_index_version_collection_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_index_version_created_by")),
        sa.ForeignKeyConstraint(["system_id"], ["index_system.id"], name=op.f("fk_index_version_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_version")),
        sa.UniqueConstraint("system_id", "number", name=op.f("uq_index_version_system_id_number")),
    )
    op.create_table(
        "index_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("first_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["frozen_by"], ["account.id"], name=op.f("fk_index_result_frozen_by")),
        sa.ForeignKeyConstraint(["version_id"], ["index_version.id"], name=op.f("fk_index_result_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_result")),
    )
    op.create_index(op.f("ix_index_result_version_id"), "index_result", ["version_id"])
    append_only.guard(("index_version", "index_result"))


def downgrade() -> None:
    op.drop_table("index_result")
    op.drop_table("index_version")
    op.drop_table("index_system")
