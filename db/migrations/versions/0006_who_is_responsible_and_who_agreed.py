"""who is responsible and who agreed"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
# Said as SQL that both databases know: Alembic would make the table anew on SQLite, and its rows,
# which refer to each other, would for a moment refer to nothing.
NEW_COLUMNS = {
    "kind": "VARCHAR(32) DEFAULT 'item' NOT NULL "
    "CONSTRAINT ck_responsibility_dutykind CHECK (kind IN ('business', 'stage', 'item'))",
    "trigger": "VARCHAR DEFAULT '' NOT NULL",
    "inputs": "VARCHAR DEFAULT '' NOT NULL",
    "outputs": "VARCHAR DEFAULT '' NOT NULL",
    "changed_by": "INTEGER CONSTRAINT fk_responsibility_changed_by REFERENCES account (id)",
}


def upgrade() -> None:
    for name, definition in NEW_COLUMNS.items():
        op.execute(f'ALTER TABLE responsibility ADD COLUMN "{name}" {definition}')
    for name in ("changed_at", "removed_at"):
        op.add_column("responsibility", sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    # What has something below it was 业务 or 环节; the first schema knew it only by that.
    op.execute(
        "UPDATE responsibility SET kind = CASE WHEN parent_id IS NULL THEN 'business' ELSE 'stage' END "
        "WHERE id IN (SELECT parent_id FROM responsibility WHERE parent_id IS NOT NULL)"
    )
    op.create_table(
        "responsibility_support",
        sa.Column("responsibility_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_responsibility_support_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["responsibility_id"], ["responsibility.id"], name=op.f("fk_responsibility_support_responsibility_id")
        ),
        sa.PrimaryKeyConstraint("responsibility_id", "organisation_id", name=op.f("pk_responsibility_support")),
    )
    op.create_index(
        op.f("ix_responsibility_support_organisation_id"), "responsibility_support", ["organisation_id"], unique=False
    )
    op.create_table(
        "responsibility_data",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responsibility_id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_responsibility_data_provider_id")),
        sa.ForeignKeyConstraint(
            ["responsibility_id"], ["responsibility.id"], name=op.f("fk_responsibility_data_responsibility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility_data")),
    )
    for name in ("provider_id", "responsibility_id"):
        op.create_index(op.f(f"ix_responsibility_data_{name}"), "responsibility_data", [name], unique=False)
    op.create_table(
        "responsibility_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("confirm", "object", name="dutyanswer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_responsibility_confirmation_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_responsibility_confirmation_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenario.id"], name=op.f("fk_responsibility_confirmation_scenario_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility_confirmation")),
    )
    for name in ("organisation_id", "scenario_id"):
        op.create_index(
            op.f(f"ix_responsibility_confirmation_{name}"), "responsibility_confirmation", [name], unique=False
        )
    op.create_table(
        "responsibility_confirmation_item",
        sa.Column("confirmation_id", sa.Integer(), nullable=False),
        sa.Column("responsibility_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"],
            ["responsibility_confirmation.id"],
            name=op.f("fk_responsibility_confirmation_item_confirmation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["responsibility_id"],
            ["responsibility.id"],
            name=op.f("fk_responsibility_confirmation_item_responsibility_id"),
        ),
        sa.PrimaryKeyConstraint(
            "confirmation_id", "responsibility_id", name=op.f("pk_responsibility_confirmation_item")
        ),
    )
    op.create_index(
        op.f("ix_responsibility_confirmation_item_responsibility_id"),
        "responsibility_confirmation_item",
        ["responsibility_id"],
        unique=False,
    )
    append_only.guard(("responsibility_confirmation", "responsibility_confirmation_item"))


def downgrade() -> None:
    for table in (
        "responsibility_confirmation_item",
        "responsibility_confirmation",
        "responsibility_data",
        "responsibility_support",
    ):
        op.drop_table(table)
    for name in ("removed_at", "changed_at", *reversed(NEW_COLUMNS)):
        op.execute(f'ALTER TABLE responsibility DROP COLUMN "{name}"')
