"""definitions in full and rules as data"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = "VARCHAR DEFAULT '' NOT NULL"
# Written out, because Alembic would build these tables anew on SQLite, where other tables' rows point to them.
ADDED = {
    "indicator": {
        "accumulation": "VARCHAR(32) DEFAULT 'per_period' NOT NULL CONSTRAINT ck_indicator_accumulation "
        "CHECK (accumulation IN ('per_period', 'to_date', 'year_to_date'))",
        "d_fixed": "BOOLEAN DEFAULT {false} NOT NULL",
        "due_days": "INTEGER DEFAULT 5 NOT NULL",
        "role": "VARCHAR(32) DEFAULT 'goal' NOT NULL CONSTRAINT ck_indicator_indicatorrole "
        "CHECK (role IN ('goal', 'guardrail', 'context'))",
        "source_resource_id": "INTEGER CONSTRAINT fk_indicator_source_resource_id REFERENCES data_resource (id)",
        "evidence": TEXT,
        "best_min": "BIGINT",
        "best_max": "BIGINT",
        "compliance_note": TEXT,
        "valid_from": TEXT,
        "changed": TEXT,
        "change_reason": TEXT,
        "comparable": "BIGINT",
        "edition": "INTEGER DEFAULT 1 NOT NULL",
        "created_by": "INTEGER CONSTRAINT fk_indicator_created_by REFERENCES account (id)",
        "created_at": "{moment}",
    },
    "collection_indicator": {"from_period": TEXT, "until_period": TEXT},
}


def _here(kind: str) -> str:
    """The column in this database's own words."""
    postgres = op.get_bind().dialect.name == "postgresql"
    return kind.format(
        false="false" if postgres else "0", moment="TIMESTAMP WITH TIME ZONE" if postgres else "DATETIME"
    )


def upgrade() -> None:
    op.create_table(
        "rule_waiver",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("granted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_rule_waiver_dates")),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_rule_waiver_collection_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_rule_waiver_granted_by")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_rule_waiver_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_waiver")),
    )
    with op.batch_alter_table("rule_waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_waiver_collection_id"), ["collection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_waiver_region_code_rule"), ["region_code", "rule"], unique=False)

    op.create_table(
        "validation_rule",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum("error", "warning", name="ruleseverity", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum(
                "all", "collection", "indicator", name="rulescope", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("indicator_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=True),
        sa.Column("expression", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("remedy", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "active", "retired", name="rulestate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(scope = 'collection') = (collection_id IS NOT NULL)", name=op.f("ck_validation_rule_collection")
        ),
        sa.CheckConstraint("(scope = 'indicator') = (indicator_code <> '')", name=op.f("ck_validation_rule_indicator")),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_validation_rule_collection_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_validation_rule_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_validation_rule_code")),
    )
    with op.batch_alter_table("validation_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_validation_rule_collection_id"), ["collection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_validation_rule_state"), ["state"], unique=False)

    op.create_table(
        "return_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("door", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_return_check_by")),
        sa.ForeignKeyConstraint(["return_id"], ["data_return.id"], name=op.f("fk_return_check_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_check")),
        sa.UniqueConstraint("return_id", "digest", name=op.f("uq_return_check_return_id_digest")),
    )
    op.create_table(
        "rule_rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("first_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_rule_rehearsal_by")),
        sa.ForeignKeyConstraint(["rule_id"], ["validation_rule.id"], name=op.f("fk_rule_rehearsal_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_rehearsal")),
    )
    with op.batch_alter_table("rule_rehearsal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_rehearsal_rule_id"), ["rule_id"], unique=False)

    op.create_table(
        "return_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("indicator_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cell", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["return_check.id"], name=op.f("fk_return_finding_check_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_finding")),
    )
    with op.batch_alter_table("return_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_finding_check_id"), ["check_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_finding_rule"), ["rule"], unique=False)

    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {_here(kind)}")


def downgrade() -> None:
    for table, columns in reversed(ADDED.items()):
        for name in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    with op.batch_alter_table("return_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_finding_rule"))
        batch_op.drop_index(batch_op.f("ix_return_finding_check_id"))

    op.drop_table("return_finding")
    with op.batch_alter_table("rule_rehearsal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_rehearsal_rule_id"))

    op.drop_table("rule_rehearsal")
    op.drop_table("return_check")
    with op.batch_alter_table("validation_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_validation_rule_state"))
        batch_op.drop_index(batch_op.f("ix_validation_rule_collection_id"))

    op.drop_table("validation_rule")
    with op.batch_alter_table("rule_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_waiver_region_code_rule"))
        batch_op.drop_index(batch_op.f("ix_rule_waiver_collection_id"))

    op.drop_table("rule_waiver")
