"""reports say what they printed"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("lines", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.alter_column("title", server_default=None)
        batch_op.alter_column("lines", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.drop_column("lines")
        batch_op.drop_column("title")
