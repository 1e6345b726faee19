"""roll-ups without foreign keys: derived rows, and checking the keys again took longer than writing them"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEYS = {
    "fk_rollup_collection_id": ("collection", "collection_id", "id"),
    "fk_rollup_indicator_id": ("indicator", "indicator_id", "id"),
    "fk_rollup_observation_id": ("observation", "observation_id", "id"),
    "fk_rollup_scope_code": ("region", "scope_code", "code"),
}


def upgrade() -> None:
    with op.batch_alter_table("rollup") as batch:
        for name in KEYS:
            batch.drop_constraint(batch.f(name), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("rollup") as batch:
        for name, (table, column, key) in KEYS.items():
            batch.create_foreign_key(batch.f(name), table, [column], [key])
