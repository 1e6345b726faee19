"""phases and plans of pilots"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot_budget_line",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("removed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("planned >= 0", name=op.f("ck_pilot_budget_line_planned")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_budget_line_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_budget_line_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_budget_line")),
    )
    with op.batch_alter_table("pilot_budget_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_budget_line_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "pilot_member",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "leader",
                "member",
                "data",
                "contact",
                "expert",
                name="teamrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("duty", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_member_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_pilot_member_organisation_id")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_member_pilot_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_pilot_member_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_member")),
    )
    with op.batch_alter_table("pilot_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_member_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "pilot_milestone",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("content", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "doing",
                "done",
                "cancelled",
                name="milestonestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_milestone_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_milestone_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_milestone")),
    )
    with op.batch_alter_table("pilot_milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_milestone_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "pilot_phase",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "trial",
                "iteration",
                "promotion",
                name="phasekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("scenario_version_id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("goal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("iteration_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_pilot_phase_dates")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_phase_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_phase_pilot_id")),
        sa.ForeignKeyConstraint(
            ["scenario_version_id"], ["scenario_version.id"], name=op.f("fk_pilot_phase_scenario_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_phase")),
        sa.UniqueConstraint("pilot_id", "number", name=op.f("uq_pilot_phase_pilot_id_number")),
    )
    with op.batch_alter_table("pilot_phase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_phase_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "pilot_risk",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("content", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("likelihood", sa.Integer(), nullable=False),
        sa.Column("consequence", sa.Integer(), nullable=False),
        sa.Column("response", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "watched",
                "treated",
                "occurred",
                "closed",
                name="riskstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("consequence BETWEEN 1 AND 5", name=op.f("ck_pilot_risk_consequence")),
        sa.CheckConstraint("likelihood BETWEEN 1 AND 5", name=op.f("ck_pilot_risk_likelihood")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_risk_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_risk_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_risk")),
    )
    with op.batch_alter_table("pilot_risk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_risk_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "pilot_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payee", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (amount > 0) AND amount <> 0", name=op.f("ck_pilot_payment_amount")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_pilot_payment_created_by")),
        sa.ForeignKeyConstraint(["line_id"], ["pilot_budget_line.id"], name=op.f("fk_pilot_payment_line_id")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_payment_pilot_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["pilot_payment.id"], name=op.f("fk_pilot_payment_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_payment")),
        sa.UniqueConstraint("nonce", name=op.f("uq_pilot_payment_nonce")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_pilot_payment_reverses_id")),
    )
    with op.batch_alter_table("pilot_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_payment_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pilot_payment_pilot_id"), ["pilot_id"], unique=False)

    # What was designed before is one phase.
    op.execute(
        "INSERT INTO pilot_phase (version, pilot_id, number, name, kind, scenario_version_id, start_on, end_on, goal, "
        "notes, created_by, created_at) SELECT 1, id, 1, '第一阶段', 'trial', scenario_version_id, start_on, end_on, "
        "promise, '', created_by, created_at FROM pilot"
    )
    guard(["pilot_payment"])


def downgrade() -> None:
    with op.batch_alter_table("pilot_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_payment_pilot_id"))
        batch_op.drop_index(batch_op.f("ix_pilot_payment_line_id"))

    op.drop_table("pilot_payment")
    with op.batch_alter_table("pilot_risk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_risk_pilot_id"))

    op.drop_table("pilot_risk")
    with op.batch_alter_table("pilot_phase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_phase_pilot_id"))

    op.drop_table("pilot_phase")
    with op.batch_alter_table("pilot_milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_milestone_pilot_id"))

    op.drop_table("pilot_milestone")
    with op.batch_alter_table("pilot_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_member_pilot_id"))

    op.drop_table("pilot_member")
    with op.batch_alter_table("pilot_budget_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_budget_line_pilot_id"))

    op.drop_table("pilot_budget_line")
