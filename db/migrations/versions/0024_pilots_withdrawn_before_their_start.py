"""pilots withdrawn before their start"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = ("design", "pending", "running", "paused", "evaluating", "promoting", "finished", "stopped")


def upgrade() -> None:
    _states((*BEFORE, "withdrawn"))


def downgrade() -> None:
    op.execute("UPDATE pilot SET state = 'stopped' WHERE state = 'withdrawn'")
    _states(BEFORE)


def _states(known: tuple[str, ...]) -> None:
    named = ", ".join(f"'{state}'" for state in known)
    with op.batch_alter_table("pilot") as batch:
        batch.drop_constraint(batch.f("ck_pilot_pilotstate"), type_="check")
        batch.create_check_constraint(batch.f("ck_pilot_pilotstate"), f"state IN ({named})")
