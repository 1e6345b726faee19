"""bidders register themselves, deadlines are put off, notices name their supervisor, bids keep what is unsent"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()
_TIME = sqlmodel.sql.sqltypes.UTCDateTime()


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "bidder_application",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column(
            "kind",
            _word("organisationkind", "institute", "government", "department", "enterprise", "social"),
            nullable=False,
        ),
        sa.Column("credit_code", _TEXT, nullable=False),
        sa.Column("contact", _TEXT, nullable=False),
        sa.Column("phone", _TEXT, nullable=False),
        sa.Column("password_hash", _TEXT, nullable=False),
        sa.Column("receipt", _TEXT, nullable=False),
        sa.Column("form", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("applied_at", _TIME, nullable=False),
        sa.Column("state", _word("applicationstate", "waiting", "approved", "refused"), nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_bidder_application_decided")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_bidder_application_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bidder_application")),
        sa.UniqueConstraint("form", name=op.f("uq_bidder_application_form")),
        sa.UniqueConstraint("receipt", name=op.f("uq_bidder_application_receipt")),
    )
    with op.batch_alter_table("bidder_application", schema=None) as batch_op:
        for name in ("address", "credit_code", "state"):
            batch_op.create_index(batch_op.f(f"ix_bidder_application_{name}"), [name], unique=False)
    op.create_table(
        "challenge_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("before", _TIME, nullable=False),
        sa.Column("after", _TIME, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_challenge_extension_by")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_extension_challenge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_extension")),
    )
    with op.batch_alter_table("challenge_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_extension_challenge_id"), ["challenge_id"], unique=False)
    guard(["challenge_extension"])
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("round", _TEXT, nullable=False, server_default=""))
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsent", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("saved_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("saved_at", _TIME, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_bid_saved_by"), "account", ["saved_by"], ["id"])
    with op.batch_alter_table("challenge_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("office", _TEXT, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("address", _TEXT, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("answer_days", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("supervisor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_challenge_notice_supervisor_id"), "account", ["supervisor_id"], ["id"]
        )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalated_to", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", _TIME, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_objection_escalated_to"), "account", ["escalated_to"], ["id"])
    for table, names in (("challenge", ("round",)), ("challenge_notice", ("office", "address", "answer_days"))):
        with op.batch_alter_table(table, schema=None) as batch_op:  # what was there has been given its values
            for name in names:
                batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_objection_escalated_to"), type_="foreignkey")
        batch_op.drop_column("escalated_at")
        batch_op.drop_column("escalated_to")
    with op.batch_alter_table("challenge_notice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_challenge_notice_supervisor_id"), type_="foreignkey")
        for name in ("supervisor_id", "answer_days", "address", "office"):
            batch_op.drop_column(name)
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_bid_saved_by"), type_="foreignkey")
        for name in ("saved_at", "saved_by", "unsent"):
            batch_op.drop_column(name)
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.drop_column("round")
    op.drop_table("challenge_extension")
    op.drop_table("bidder_application")
