"""an objection to a list of a selection that is not answered in time goes to a supervisor whom the notice names"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("award_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_days", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("supervisor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_award_notice_supervisor_id"), "account", ["supervisor_id"], ["id"])
    with op.batch_alter_table("award_notice", schema=None) as batch_op:
        batch_op.alter_column("answer_days", server_default=None)
    with op.batch_alter_table("award_objection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalated_to", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_award_objection_escalated_to"), "account", ["escalated_to"], ["id"])


def downgrade() -> None:

    with op.batch_alter_table("award_objection", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_award_objection_escalated_to"), type_="foreignkey")
        batch_op.drop_column("escalated_at")
        batch_op.drop_column("escalated_to")
    with op.batch_alter_table("award_notice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_award_notice_supervisor_id"), type_="foreignkey")
        batch_op.drop_column("supervisor_id")
        batch_op.drop_column("answer_days")
