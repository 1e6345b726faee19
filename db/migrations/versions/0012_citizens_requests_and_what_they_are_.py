"""citizens requests and what they are about"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("beat", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_run")),
    )
    op.create_table(
        "ticket_month",
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("handled_known", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("replied_known", sa.Integer(), nullable=False),
        sa.Column("replied", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("dissatisfied", sa.Integer(), nullable=False),
        sa.Column("open_dissatisfied", sa.Integer(), nullable=False),
        sa.Column("rectified", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_ticket_month_region_code")),
        sa.PrimaryKeyConstraint("region_code", "month", "category", name=op.f("pk_ticket_month")),
    )
    op.create_table(
        "ticket_words",
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_ticket_words_region_code")),
        sa.PrimaryKeyConstraint("region_code", "month", name=op.f("pk_ticket_words")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["topic_run.id"], name=op.f("fk_topic_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_run_id"), ["run_id"], unique=False)

    op.create_table(
        "topic_month",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_topic_month_region_code")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_month_topic_id")),
        sa.PrimaryKeyConstraint("topic_id", "region_code", "month", name=op.f("pk_topic_month")),
    )
    op.create_table(
        "ticket_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "reading",
                "storing",
                "done",
                "failed",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("phones", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("beat", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_ticket_import_region_code")),
        sa.ForeignKeyConstraint(["started_by"], ["account.id"], name=op.f("fk_ticket_import_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_import")),
    )
    with op.batch_alter_table("ticket_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_import_state"), ["state"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("handled", sa.Boolean(), nullable=True),
        sa.Column("replied", sa.Boolean(), nullable=True),
        sa.Column(
            "satisfaction",
            sa.Enum(
                "satisfied",
                "fair",
                "dissatisfied",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "rectification",
            sa.Enum(
                "none", "ordered", "done", name="rectification", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["import_id"], ["ticket_import.id"], name=op.f("fk_ticket_import_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_ticket_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("scope", "number", name=op.f("uq_ticket_scope_number")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_region_code_month"), ["region_code", "month"], unique=False)

    op.create_table(
        "need_ticket",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_ticket_need_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_need_ticket_ticket_id")),
        sa.PrimaryKeyConstraint("need_id", "ticket_id", name=op.f("pk_need_ticket")),
    )
    with op.batch_alter_table("need_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_ticket_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "ticket_topic",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_topic_ticket_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_ticket_topic_topic_id")),
        sa.PrimaryKeyConstraint("topic_id", "ticket_id", name=op.f("pk_ticket_topic")),
    )
    with op.batch_alter_table("ticket_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_topic_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_topic_ticket_id"))

    op.drop_table("ticket_topic")
    with op.batch_alter_table("need_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_ticket_ticket_id"))

    op.drop_table("need_ticket")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_region_code_month"))
        batch_op.drop_index(batch_op.f("ix_ticket_import_id"))

    op.drop_table("ticket")
    with op.batch_alter_table("ticket_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_import_state"))

    op.drop_table("ticket_import")
    op.drop_table("topic_month")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_run_id"))

    op.drop_table("topic")
    op.drop_table("ticket_words")
    op.drop_table("ticket_month")
    op.drop_table("topic_run")
