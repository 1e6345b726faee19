"""scenario dossiers and appraisals"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenario_domain",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_domain")),
        sa.UniqueConstraint("name", name=op.f("uq_scenario_domain_name")),
    )
    op.create_table(
        "appraisal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("likeness_floor", sa.Integer(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "pass",
                "reduce",
                "back",
                "refuse",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_appraisal_decided")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_appraisal_decided_by")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_appraisal_scenario_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["account.id"], name=op.f("fk_appraisal_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("scenario_id", "round", name=op.f("uq_appraisal_scenario_id_round")),
    )
    op.create_table(
        "reform_item",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("barrier", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("measure", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lead_organisation_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("document", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"], ["organisation.id"], name=op.f("fk_reform_item_lead_organisation_id")
        ),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_reform_item_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reform_item")),
    )
    with op.batch_alter_table("reform_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reform_item_lead_organisation_id"), ["lead_organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reform_item_scenario_id"), ["scenario_id"], unique=False)

    op.create_table(
        "scenario_opening",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("resources", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("conditions", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="openingstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_scenario_opening_created_by")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_opening_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_opening")),
        sa.UniqueConstraint("nonce", name=op.f("uq_scenario_opening_nonce")),
    )
    with op.batch_alter_table("scenario_opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenario_opening_scenario_id"), ["scenario_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scenario_opening_state"), ["state"], unique=False)

    op.create_table(
        "scenario_partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "cooperate",
                "data",
                "technology",
                "operate",
                "guide",
                name="partnerrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("task", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_scenario_partner_organisation_id")
        ),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_partner_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_partner")),
        sa.UniqueConstraint(
            "scenario_id", "organisation_id", "role", name=op.f("uq_scenario_partner_scenario_id_organisation_id_role")
        ),
    )
    with op.batch_alter_table("scenario_partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenario_partner_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "appraisal_finding",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "need",
                "users",
                "reuse",
                "data",
                "cost",
                "legal",
                "elderly",
                "exit",
                name="criterion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
                "met",
                "partly",
                "unmet",
                "not_applicable",
                name="findingverdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("finding", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("evidence", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appraisal_finding_account_id")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_finding_appraisal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_finding")),
        sa.UniqueConstraint(
            "appraisal_id",
            "account_id",
            "criterion",
            name=op.f("uq_appraisal_finding_appraisal_id_account_id_criterion"),
        ),
    )
    op.create_table(
        "appraisal_match",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("shared_words", sa.JSON(), nullable=False),
        sa.Column(
            "judgement",
            sa.Enum(
                "pass", "reduce", "refuse", name="likenessverdict", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("judged_by", sa.Integer(), nullable=True),
        sa.Column("judged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("score BETWEEN 0 AND 10000", name=op.f("ck_appraisal_match_score")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_match_appraisal_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["account.id"], name=op.f("fk_appraisal_match_judged_by")),
        sa.ForeignKeyConstraint(["other_id"], ["scenario.id"], name=op.f("fk_appraisal_match_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_match")),
        sa.UniqueConstraint("appraisal_id", "other_id", name=op.f("uq_appraisal_match_appraisal_id_other_id")),
    )
    with op.batch_alter_table("appraisal_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appraisal_match_other_id"), ["other_id"], unique=False)

    op.create_table(
        "appraisal_reviewer",
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column(
            "advice",
            sa.Enum(
                "pass", "reduce", "back", "refuse", name="advice", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("opinion", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("submitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appraisal_reviewer_account_id")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_reviewer_appraisal_id")),
        sa.ForeignKeyConstraint(["assigned_by"], ["account.id"], name=op.f("fk_appraisal_reviewer_assigned_by")),
        sa.PrimaryKeyConstraint("appraisal_id", "account_id", name=op.f("pk_appraisal_reviewer")),
    )
    with op.batch_alter_table("appraisal_reviewer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appraisal_reviewer_account_id"), ["account_id"], unique=False)

    op.create_table(
        "opening_answer",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("proposal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "accepted",
                "declined",
                "withdrawn",
                name="answerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reply", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("replied_by", sa.Integer(), nullable=True),
        sa.Column("replied_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_opening_answer_answered_by")),
        sa.ForeignKeyConstraint(["opening_id"], ["scenario_opening.id"], name=op.f("fk_opening_answer_opening_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_opening_answer_organisation_id")
        ),
        sa.ForeignKeyConstraint(["replied_by"], ["account.id"], name=op.f("fk_opening_answer_replied_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_answer")),
        sa.UniqueConstraint("opening_id", "organisation_id", name=op.f("uq_opening_answer_opening_id_organisation_id")),
    )
    with op.batch_alter_table("opening_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_answer_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opening_answer_state"), ["state"], unique=False)

    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("scenario", sa.Column("design", text, server_default=sa.text("''"), nullable=False))
    op.add_column("scenario", sa.Column("search_more", text, server_default=sa.text("''"), nullable=False))
    op.add_column("scenario_version", sa.Column("feedback", text, server_default=sa.text("''"), nullable=False))
    op.add_column("scenario_version", sa.Column("content", sa.JSON(), nullable=True))
    op.add_column("scenario_version", sa.Column("frozen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    _freeze_versions()
    _open_appraisals()


def _freeze_versions() -> None:
    """Versions of scenarios past approval can no longer be edited. What they said is kept when the next one is opened."""
    op.execute(
        "UPDATE scenario_version SET frozen_at = created_at WHERE scenario_id IN "
        "(SELECT id FROM scenario WHERE state NOT IN ('draft', 'returned', 'appraisal', 'refused'))"
    )


def _open_appraisals() -> None:
    """Scenarios that wait for their appraisal get a round to be appraised in. Whoever registered, changed or
    submitted one is in the audit log."""
    utc = sqlmodel.sql.sqltypes.UTCDateTime()
    scenario = sa.table(
        "scenario",
        sa.column("id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("created_by", sa.Integer),
        sa.column("created_at", utc),
    )
    event = sa.table(
        "audit_event",
        sa.column("id", sa.Integer),
        sa.column("at", utc),
        sa.column("actor_id", sa.Integer),
        sa.column("action", sa.String),
        sa.column("entity", sa.String),
        sa.column("entity_id", sa.String),
        sa.column("changes", sa.JSON),
    )
    appraisal = sa.table(
        "appraisal",
        sa.column("version", sa.Integer),
        sa.column("scenario_id", sa.Integer),
        sa.column("round", sa.Integer),
        sa.column("authors", sa.JSON),
        sa.column("submitted_by", sa.Integer),
        sa.column("submitted_at", utc),
        sa.column("reason", sa.String),
        sa.column("scope", sa.String),
    )
    connection = op.get_bind()
    for waiting in connection.execute(sa.select(scenario).where(scenario.c.state == "appraisal")).all():
        done = connection.execute(
            sa.select(event)
            .where(event.c.entity == "scenario", event.c.entity_id == str(waiting.id), event.c.actor_id.is_not(None))
            .order_by(event.c.id)
        ).all()
        submitted = [e for e in done if e.action == "scenario:move" and e.changes.get("to") == "appraisal"]
        wrote = [e.actor_id for e in done if e.action in ("scenario:create", "scenario:edit")] + [
            e.actor_id for e in submitted
        ]
        connection.execute(
            sa.insert(appraisal).values(
                version=1,
                scenario_id=waiting.id,
                round=max(1, len(submitted)),
                authors=sorted({waiting.created_by, *wrote}),
                submitted_by=submitted[-1].actor_id if submitted else waiting.created_by,
                submitted_at=submitted[-1].at if submitted else waiting.created_at,
                reason="",
                scope="",
            )
        )


def downgrade() -> None:
    for table, column in (
        *(("scenario_version", name) for name in ("frozen_at", "content", "feedback")),
        *(("scenario", name) for name in ("search_more", "design")),
    ):
        op.drop_column(table, column)

    with op.batch_alter_table("opening_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opening_answer_state"))
        batch_op.drop_index(batch_op.f("ix_opening_answer_organisation_id"))

    op.drop_table("opening_answer")
    with op.batch_alter_table("appraisal_reviewer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appraisal_reviewer_account_id"))

    op.drop_table("appraisal_reviewer")
    with op.batch_alter_table("appraisal_match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appraisal_match_other_id"))

    op.drop_table("appraisal_match")
    op.drop_table("appraisal_finding")
    with op.batch_alter_table("scenario_partner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_partner_organisation_id"))

    op.drop_table("scenario_partner")
    with op.batch_alter_table("scenario_opening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_opening_state"))
        batch_op.drop_index(batch_op.f("ix_scenario_opening_scenario_id"))

    op.drop_table("scenario_opening")
    with op.batch_alter_table("reform_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reform_item_scenario_id"))
        batch_op.drop_index(batch_op.f("ix_reform_item_lead_organisation_id"))

    op.drop_table("reform_item")
    op.drop_table("appraisal")
    op.drop_table("scenario_domain")
