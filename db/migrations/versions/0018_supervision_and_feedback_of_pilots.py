"""supervision and feedback of pilots"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What tripped, what was decided and every step of an order stay as they were written.
APPEND_ONLY = (
    "alert_explanation",
    "iteration",
    "supervision_plan",
    "supervision_step",
    "tolerance_decision",
    "watch_hit",
    "watch_note",
)


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("value", "change", name="watchbasis", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum("above", "below", name="watchside", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "remind",
                "talk",
                "pause",
                "exit",
                name="supervisionaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_watch_collection_id")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_watch_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    with op.batch_alter_table("watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_collection_id"), ["collection_id"], unique=False)

    op.create_table(
        "iteration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scenario_version_id", sa.Integer(), nullable=False),
        sa.Column("phase_start_on", sa.Date(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_iteration_created_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_iteration_pilot_id")),
        sa.ForeignKeyConstraint(
            ["scenario_version_id"], ["scenario_version.id"], name=op.f("fk_iteration_scenario_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_iteration")),
        sa.UniqueConstraint("nonce", name=op.f("uq_iteration_nonce")),
    )
    with op.batch_alter_table("iteration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_iteration_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "supervision_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("trigger", "full", name="supervisionmode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("people", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("data", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("triggers", sa.JSON(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("end_on > start_on", name=op.f("ck_supervision_plan_dates")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_plan_organisation_id")
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_supervision_plan_pilot_id")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_supervision_plan_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_plan")),
        sa.UniqueConstraint("pilot_id", "edition", name=op.f("uq_supervision_plan_pilot_id_edition")),
    )
    with op.batch_alter_table("supervision_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_plan_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "tolerance_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "tolerated",
                "partial",
                "refused",
                name="toleranceoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_tolerance_decision_decided_by")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_tolerance_decision_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tolerance_decision")),
    )
    with op.batch_alter_table("tolerance_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tolerance_decision_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "public",
                "grassroots",
                "department",
                "monitoring",
                name="feedbackkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("masked", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("logged_by", sa.Integer(), nullable=False),
        sa.Column("logged_organisation_id", sa.Integer(), nullable=True),
        sa.Column("logged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("iteration_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_feedback_answered_by")),
        sa.ForeignKeyConstraint(["iteration_id"], ["iteration.id"], name=op.f("fk_feedback_iteration_id")),
        sa.ForeignKeyConstraint(["logged_by"], ["account.id"], name=op.f("fk_feedback_logged_by")),
        sa.ForeignKeyConstraint(
            ["logged_organisation_id"], ["organisation.id"], name=op.f("fk_feedback_logged_organisation_id")
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_feedback_pilot_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_feedback_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("nonce", name=op.f("uq_feedback_nonce")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_iteration_id"), ["iteration_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_feedback_logged_organisation_id"), ["logged_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_feedback_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "watch_hit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_watch_hit_observation_id")),
        sa.ForeignKeyConstraint(["return_id"], ["data_return.id"], name=op.f("fk_watch_hit_return_id")),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_hit_watch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_hit")),
    )
    with op.batch_alter_table("watch_hit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_hit_return_id_watch_id"), ["return_id", "watch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_watch_hit_watch_id"), ["watch_id"], unique=False)

    op.create_table(
        "alert_explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_alert_explanation_by")),
        sa.ForeignKeyConstraint(["hit_id"], ["watch_hit.id"], name=op.f("fk_alert_explanation_hit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_explanation")),
        sa.UniqueConstraint("hit_id", name=op.f("uq_alert_explanation_hit_id")),
    )
    op.create_table(
        "supervision_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("hit_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("demand", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "remind",
                "talk",
                "pause",
                "exit",
                name="supervisionaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "replied",
                "returned",
                "escalated",
                "closed",
                name="supervisionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["watch_hit.id"], name=op.f("fk_supervision_order_hit_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_supervision_order_issued_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_order_organisation_id")
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_supervision_order_pilot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("code", name=op.f("uq_supervision_order_code")),
        sa.UniqueConstraint("nonce", name=op.f("uq_supervision_order_nonce")),
    )
    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_order_hit_id"), ["hit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_pilot_id"), ["pilot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_state"), ["state"], unique=False)

    op.create_table(
        "watch_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hit_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("trips", sa.Boolean(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["watch_hit.id"], name=op.f("fk_watch_note_hit_id")),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"], name=op.f("fk_watch_note_observation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_note")),
    )
    with op.batch_alter_table("watch_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_note_hit_id"), ["hit_id"], unique=False)

    op.create_table(
        "supervision_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("do", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "replied",
                "returned",
                "escalated",
                "closed",
                name="supervisionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "action",
            sa.Enum(
                "remind",
                "talk",
                "pause",
                "exit",
                name="supervisionaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_supervision_step_by")),
        sa.ForeignKeyConstraint(["order_id"], ["supervision_order.id"], name=op.f("fk_supervision_step_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_step")),
    )
    with op.batch_alter_table("supervision_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_step_order_id"), ["order_id"], unique=False)

    with op.batch_alter_table("scenario_domain", schema=None) as batch_op:
        batch_op.add_column(sa.Column("safety", sa.Boolean(), server_default=sa.text("false"), nullable=False))

    op.execute("UPDATE scenario_domain SET safety = true WHERE name IN ('公共安全', '社会治安')")
    append_only.guard(APPEND_ONLY)


def downgrade() -> None:
    with op.batch_alter_table("scenario_domain", schema=None) as batch_op:
        batch_op.drop_column("safety")

    with op.batch_alter_table("supervision_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_step_order_id"))

    op.drop_table("supervision_step")
    with op.batch_alter_table("watch_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watch_note_hit_id"))

    op.drop_table("watch_note")
    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_order_state"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_pilot_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_hit_id"))

    op.drop_table("supervision_order")
    op.drop_table("alert_explanation")
    with op.batch_alter_table("watch_hit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watch_hit_watch_id"))
        batch_op.drop_index(batch_op.f("ix_watch_hit_return_id_watch_id"))

    op.drop_table("watch_hit")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_pilot_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_logged_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_iteration_id"))

    op.drop_table("feedback")
    with op.batch_alter_table("tolerance_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tolerance_decision_pilot_id"))

    op.drop_table("tolerance_decision")
    with op.batch_alter_table("supervision_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_plan_organisation_id"))

    op.drop_table("supervision_plan")
    with op.batch_alter_table("iteration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_iteration_pilot_id"))

    op.drop_table("iteration")
    with op.batch_alter_table("watch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watch_collection_id"))

    op.drop_table("watch")
