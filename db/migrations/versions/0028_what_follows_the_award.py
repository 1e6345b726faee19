"""what follows the award: drafts of contracts, days for signing, acceptance, figures, tolerance, scenarios"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.append_only import guard

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = ("challenge", "award", "standing")
TEXT = sqlmodel.sql.sqltypes.AutoString
WHEN = sqlmodel.sql.sqltypes.UTCDateTime
NEW = ("milestone_value", "bid_tolerance", "challenge_outcome")


def upgrade() -> None:
    _kinds(("challenge", "acceptance", "award", "standing"))
    with op.batch_alter_table("bid") as batch:
        batch.add_column(sa.Column("sign_due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("challenge") as batch:
        batch.add_column(sa.Column("acceptance_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f("fk_challenge_acceptance_id"), "review", ["acceptance_id"], ["id"])
    with op.batch_alter_table("bid_contract") as batch:
        batch.alter_column("signed_on", existing_type=sa.Date(), nullable=True)
    op.create_table(
        "milestone_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("promise", TEXT(), nullable=False),
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("scope_code", TEXT(), nullable=False),
        sa.Column("arm", _word("arm", "pilot", "comparison", "member"), nullable=True),
        sa.Column("period", TEXT(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", WHEN(), nullable=False),
        sa.ForeignKeyConstraint(["milestone_id"], ["bid_milestone.id"], name=op.f("fk_milestone_value_milestone_id")),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_milestone_value_collection_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_milestone_value_indicator_id")),
        sa.ForeignKeyConstraint(["scope_code"], ["region.code"], name=op.f("fk_milestone_value_scope_code")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_milestone_value_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_value")),
    )
    op.create_index(op.f("ix_milestone_value_milestone_id"), "milestone_value", ["milestone_id"])
    op.create_table(
        "bid_tolerance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("outcome", _word("toleranceoutcome", "tolerated", "partial", "refused"), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", WHEN(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_tolerance_bid_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_bid_tolerance_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_tolerance")),
    )
    op.create_index(op.f("ix_bid_tolerance_bid_id"), "bid_tolerance", ["bid_id"])
    op.create_table(
        "challenge_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", WHEN(), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_outcome_challenge_id")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_challenge_outcome_bid_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_challenge_outcome_scenario_id")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_challenge_outcome_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_outcome")),
        sa.UniqueConstraint("bid_id", name=op.f("uq_challenge_outcome_bid_id")),
        sa.UniqueConstraint("scenario_id", name=op.f("uq_challenge_outcome_scenario_id")),
    )
    op.create_index(op.f("ix_challenge_outcome_challenge_id"), "challenge_outcome", ["challenge_id"])
    guard(NEW)


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    op.execute("UPDATE bid_contract SET signed_on = CURRENT_DATE WHERE signed_on IS NULL")
    with op.batch_alter_table("bid_contract") as batch:
        batch.alter_column("signed_on", existing_type=sa.Date(), nullable=False)
    with op.batch_alter_table("challenge") as batch:
        batch.drop_constraint(batch.f("fk_challenge_acceptance_id"), type_="foreignkey")
        batch.drop_column("acceptance_id")
    with op.batch_alter_table("bid") as batch:
        batch.drop_column("sign_due_on")
    for table in ("rubric", "review"):
        op.execute(f"UPDATE {table} SET kind = 'standing' WHERE kind = 'acceptance'")
    _kinds(KINDS)


def _kinds(known: tuple[str, ...]) -> None:
    named = ", ".join(f"'{kind}'" for kind in known)
    for table in ("rubric", "review"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"ck_{table}_reviewkind"), type_="check")
            batch.create_check_constraint(batch.f(f"ck_{table}_reviewkind"), f"kind IN ({named})")


def _word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
