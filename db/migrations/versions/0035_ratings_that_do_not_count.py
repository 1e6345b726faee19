"""ratings of a crowd that do not count"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("public_rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("public_rating", schema=None) as batch_op:
        batch_op.alter_column("counted", server_default=None)


def downgrade() -> None:

    with op.batch_alter_table("public_rating", schema=None) as batch_op:
        batch_op.drop_column("counted")
