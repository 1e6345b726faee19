"""the data catalogue and its requests"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APPEND_ONLY = ("data_request_step", "source_decision")
_OPENING = "CONSTRAINT ck_data_resource_opening CHECK (opening IN ('open', 'conditional', 'refused'))"
_ASKING = "CONSTRAINT fk_scenario_data_asking_id REFERENCES organisation (id)"
ADDED = {
    "data_resource": (
        "class_code VARCHAR NOT NULL DEFAULT ''",
        "format VARCHAR NOT NULL DEFAULT ''",
        "sharing_condition VARCHAR NOT NULL DEFAULT ''",
        "sharing_method VARCHAR NOT NULL DEFAULT ''",
        f"opening VARCHAR(32) {_OPENING}",
        "opening_condition VARCHAR NOT NULL DEFAULT ''",
        "released_on DATE",
        "related_code VARCHAR NOT NULL DEFAULT ''",
        "search_text VARCHAR NOT NULL DEFAULT ''",
        "sort_key VARCHAR NOT NULL DEFAULT ''",
    ),
    "scenario": (
        "sensitive_information BOOLEAN NOT NULL DEFAULT false",
        "automated_decisions BOOLEAN NOT NULL DEFAULT false",
    ),
    "scenario_data": (
        f"asking_id INTEGER {_ASKING}",
        "connected_on DATE",
        "refused_because VARCHAR NOT NULL DEFAULT ''",
    ),
}


def upgrade() -> None:
    op.create_table(
        "data_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("authority", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("withdrawn_because", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_data_approval_created_by")),
        sa.ForeignKeyConstraint(["resource_id"], ["data_resource.id"], name=op.f("fk_data_approval_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_approval")),
    )
    with op.batch_alter_table("data_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_approval_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "data_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "C",
                "N",
                "Y",
                "D",
                "T",
                "L",
                "M",
                "G",
                "B",
                "I",
                "F",
                name="itemtype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["data_resource.id"], name=op.f("fk_data_item_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_item")),
        sa.UniqueConstraint("resource_id", "key", name=op.f("uq_data_item_resource_id_key")),
    )
    with op.batch_alter_table("data_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_item_key_resource_id"), ["key", "resource_id"], unique=False)

    op.create_table(
        "source_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("source", "separate", name="sourceoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_source_decision_decided_by")),
        sa.ForeignKeyConstraint(["resource_id"], ["data_resource.id"], name=op.f("fk_source_decision_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_decision")),
    )
    with op.batch_alter_table("source_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_decision_key"), ["key"], unique=False)

    op.create_table(
        "data_request_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("do", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_requested",
                "requested",
                "granted",
                "refused",
                "connected",
                name="datastatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_data_request_step_actor_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_data_request_step_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["data_resource.id"], name=op.f("fk_data_request_step_resource_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_data_request_step_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_step")),
    )
    with op.batch_alter_table("data_request_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_request_step_resource_id"), ["resource_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_request_step_scenario_id"), ["scenario_id"], unique=False)

    op.create_table(
        "impact_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "conclusion",
            sa.Enum(
                "pass",
                "conditional",
                "fail",
                name="impactconclusion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("covers_collection", sa.Boolean(), nullable=False),
        sa.Column("covers_decisions", sa.Boolean(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("removed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("removed_because", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_impact_assessment_created_by")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_impact_assessment_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_assessment")),
    )
    with op.batch_alter_table("impact_assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_impact_assessment_scenario_id"), ["scenario_id"], unique=False)

    op.create_table(
        "scenario_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["scenario_data.id"], name=op.f("fk_scenario_field_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_field")),
        sa.UniqueConstraint("link_id", "key", name=op.f("uq_scenario_field_link_id_key")),
    )
    with op.batch_alter_table("scenario_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenario_field_key"), ["key"], unique=False)

    # Not in batch mode: SQLite would copy tables that others refer to. Both databases understand this.
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index("ix_data_resource_sort_key", "data_resource", ["sort_key"])
    _fill()
    guard(APPEND_ONLY)


def _fill() -> None:
    """The steps that older requests have taken, as far as they are known: by whom is not, nor the day of a
    connection. What resources are found and sorted by is written at the next start."""
    connection = op.get_bind()
    requests = connection.execute(
        sa.text("SELECT scenario_id, resource_id, status, requested_on, answered_on FROM scenario_data")
    ).all()
    for scenario, resource, status, requested, answered in requests:
        steps = [("提出申请", "requested", requested)] if requested else []
        if answered:
            refused = status == "refused"
            steps.append(("拒绝", "refused", answered) if refused else ("批准", "granted", answered))
        for do, led, day in steps:
            connection.execute(
                sa.text(
                    'INSERT INTO data_request_step (scenario_id, resource_id, "do", status, day, reason, at) '
                    "VALUES (:scenario, :resource, :do, :led, :day, '', :at)"
                ),
                {"scenario": scenario, "resource": resource, "do": do, "led": led, "day": day, "at": f"{day} 00:00:00"},
            )


def downgrade() -> None:
    op.drop_index("ix_data_resource_sort_key", "data_resource")
    with op.batch_alter_table("scenario_data") as batch:
        for name in ("refused_because", "connected_on", "asking_id"):
            batch.drop_column(name)
    for table in ("scenario", "data_resource"):
        for column in ADDED[table]:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    with op.batch_alter_table("scenario_field", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_field_key"))

    op.drop_table("scenario_field")
    with op.batch_alter_table("impact_assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_impact_assessment_scenario_id"))

    op.drop_table("impact_assessment")
    with op.batch_alter_table("data_request_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_request_step_scenario_id"))
        batch_op.drop_index(batch_op.f("ix_data_request_step_resource_id"))

    op.drop_table("data_request_step")
    with op.batch_alter_table("source_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_decision_key"))

    op.drop_table("source_decision")
    with op.batch_alter_table("data_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_item_key_resource_id"))

    op.drop_table("data_item")
    with op.batch_alter_table("data_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_approval_resource_id"))

    op.drop_table("data_approval")
