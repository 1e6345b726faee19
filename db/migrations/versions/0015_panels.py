"""panels: rubrics, reviews, entries, recusals, sheets, results"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db import append_only

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judge_affiliation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("credit_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("until IS NULL OR since IS NULL OR since <= until", name=op.f("ck_judge_affiliation_dates")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_judge_affiliation_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_judge_affiliation_organisation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_judge_affiliation_recorded_by")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_judge_affiliation_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_affiliation")),
    )
    with op.batch_alter_table("judge_affiliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judge_affiliation_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judge_affiliation_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judge_affiliation_region_code"), ["region_code"], unique=False)

    op.create_table(
        "organisation_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_alias_organisation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_organisation_alias_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_alias")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_alias_name")),
    )
    with op.batch_alter_table("organisation_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_alias_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "rubric",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "challenge",
                "award",
                "standing",
                name="reviewkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_rubric_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("name", name=op.f("uq_rubric_name")),
        sa.UniqueConstraint("nonce", name=op.f("uq_rubric_nonce")),
    )
    op.create_table(
        "rubric_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("frozen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("(frozen_at IS NULL) = (digest = '')", name=op.f("ck_rubric_version_frozen")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_rubric_version_created_by")),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_rubric_version_rubric_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_version")),
        sa.UniqueConstraint("rubric_id", "number", name=op.f("uq_rubric_version_rubric_id_number")),
    )
    op.create_table(
        "review",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "challenge",
                "award",
                "standing",
                name="reviewkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "preparing",
                "recusing",
                "assigning",
                "scoring",
                "moderating",
                "finalising",
                "final",
                name="reviewstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "mean",
                "drop_extremes",
                "median",
                name="panelrule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("per_entry", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("tie_keys", sa.JSON(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closes_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("grace_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("plan_seed", sa.Integer(), nullable=False),
        sa.Column("rule_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scoring_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name=op.f("ck_review_window")),
        sa.CheckConstraint("grace_until IS NULL OR closes_at <= grace_until", name=op.f("ck_review_grace")),
        sa.CheckConstraint("quorum >= 1 AND per_entry >= 1", name=op.f("ck_review_sizes")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_review_created_by")),
        sa.ForeignKeyConstraint(["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_review_rubric_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("code", name=op.f("uq_review_code")),
        sa.UniqueConstraint("nonce", name=op.f("uq_review_nonce")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_rehearsal"), ["rehearsal"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_rubric_version_id"), ["rubric_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_state"), ["state"], unique=False)

    op.create_table(
        "panel_member",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("lead", "judge", "shadow", name="memberrole", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("left_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("declared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("left_at IS NULL OR left_reason <> ''", name=op.f("ck_panel_member_left")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_panel_member_account_id")),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_panel_member_added_by")),
        sa.ForeignKeyConstraint(["replaces_id"], ["panel_member.id"], name=op.f("fk_panel_member_replaces_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_panel_member_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("review_id", "account_id", name=op.f("uq_panel_member_review_id_account_id")),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_member_account_id"), ["account_id"], unique=False)

    op.create_table(
        "review_entry",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("organisation_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("credit_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "withdrawn",
                "disqualified",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("state = 'active' OR state_reason <> ''", name=op.f("ck_review_entry_reason")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_review_entry_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_review_entry_organisation_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_review_entry_region_code")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_entry_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_entry")),
        sa.UniqueConstraint("review_id", "code", name=op.f("uq_review_entry_review_id_code")),
    )
    with op.batch_alter_table("review_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_entry_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_entry_region_code"), ["region_code"], unique=False)

    op.create_table(
        "review_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_review_result_by")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_result_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_result")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_result_review_id_number")),
    )
    op.create_table(
        "moderation_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("present", sa.JSON(), nullable=False),
        sa.Column("discussion", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("keep", "rescore", name="moderationoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("dissent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_moderation_record_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_moderation_record_entry_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_moderation_record_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_record")),
    )
    with op.batch_alter_table("moderation_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderation_record_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_record_review_id"), ["review_id"], unique=False)

    op.create_table(
        "recusal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "declared",
                "organisation",
                "credit_code",
                "former",
                "county",
                "team",
                name="recusalkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "potential",
                "confirmed",
                "cleared",
                name="recusalstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("declared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("(state = 'potential') = (decided_at IS NULL)", name=op.f("ck_recusal_decided")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_recusal_decided_by")),
        sa.ForeignKeyConstraint(["declared_by"], ["account.id"], name=op.f("fk_recusal_declared_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_recusal_entry_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_recusal_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        sa.UniqueConstraint("entry_id", "account_id", "kind", name=op.f("uq_recusal_entry_id_account_id_kind")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recusal_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recusal_review_id"), ["review_id"], unique=False)

    op.create_table(
        "review_assignment",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_review_assignment_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_review_assignment_entry_id")),
        sa.ForeignKeyConstraint(["member_id"], ["panel_member.id"], name=op.f("fk_review_assignment_member_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_assignment_review_id")),
        sa.PrimaryKeyConstraint("entry_id", "member_id", name=op.f("pk_review_assignment")),
    )
    with op.batch_alter_table("review_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_assignment_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_assignment_review_id"), ["review_id"], unique=False)

    op.create_table(
        "review_entry_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_review_entry_version_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_review_entry_version_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_entry_version")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_review_entry_version_entry_id_number")),
    )
    op.create_table(
        "review_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "propose",
                "confirm",
                "dissent",
                name="signaturekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("statement", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind <> 'dissent' OR statement <> ''", name=op.f("ck_review_signature_dissent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_signature_account_id")),
        sa.ForeignKeyConstraint(["result_id"], ["review_result.id"], name=op.f("fk_review_signature_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_signature")),
        sa.UniqueConstraint("result_id", "account_id", name=op.f("uq_review_signature_result_id_account_id")),
    )
    with op.batch_alter_table("review_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_signature_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sheet",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "round",
            sa.Enum("initial", "moderation", name="reviewround", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "unlocked",
                "abstained",
                "recused",
                "void",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("weighted", sa.BigInteger(), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("state <> 'submitted' OR weighted IS NOT NULL", name=op.f("ck_sheet_whole")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_sheet_entry_id")),
        sa.ForeignKeyConstraint(["member_id"], ["panel_member.id"], name=op.f("fk_sheet_member_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_sheet_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint("member_id", "entry_id", "round", name=op.f("uq_sheet_member_id_entry_id_round")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_review_id"), ["review_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_state"), ["state"], unique=False)

    op.create_table(
        "sheet_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "unlocked",
                "abstained",
                "recused",
                "void",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("rubric_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "door",
            sa.Enum(
                "page", "workbook", "system", name="sheetdoor", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_sheet_version_by")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_sheet_version_rubric_version_id")
        ),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_sheet_version_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_version")),
        sa.UniqueConstraint("nonce", name=op.f("uq_sheet_version_nonce")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_sheet_version_sheet_id_number")),
    )
    op.create_table(
        "unlock_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_unlock_request_decided")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_unlock_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_unlock_request_decided_by")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_unlock_request_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlock_request")),
    )
    with op.batch_alter_table("unlock_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unlock_request_sheet_id"), ["sheet_id"], unique=False)
    append_only.guard(
        ("review_entry_version", "sheet_version", "moderation_record", "review_result", "review_signature")
    )


def downgrade() -> None:
    with op.batch_alter_table("unlock_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unlock_request_sheet_id"))

    op.drop_table("unlock_request")
    op.drop_table("sheet_version")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_state"))
        batch_op.drop_index(batch_op.f("ix_sheet_review_id"))
        batch_op.drop_index(batch_op.f("ix_sheet_entry_id"))

    op.drop_table("sheet")
    with op.batch_alter_table("review_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_signature_account_id"))

    op.drop_table("review_signature")
    op.drop_table("review_entry_version")
    with op.batch_alter_table("review_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_assignment_review_id"))
        batch_op.drop_index(batch_op.f("ix_review_assignment_member_id"))

    op.drop_table("review_assignment")
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recusal_review_id"))
        batch_op.drop_index(batch_op.f("ix_recusal_account_id"))

    op.drop_table("recusal")
    with op.batch_alter_table("moderation_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderation_record_review_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_record_entry_id"))

    op.drop_table("moderation_record")
    op.drop_table("review_result")
    with op.batch_alter_table("review_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_entry_region_code"))
        batch_op.drop_index(batch_op.f("ix_review_entry_organisation_id"))

    op.drop_table("review_entry")
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_account_id"))

    op.drop_table("panel_member")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_state"))
        batch_op.drop_index(batch_op.f("ix_review_rubric_version_id"))
        batch_op.drop_index(batch_op.f("ix_review_rehearsal"))
        batch_op.drop_index(batch_op.f("ix_review_kind"))

    op.drop_table("review")
    op.drop_table("rubric_version")
    op.drop_table("rubric")
    with op.batch_alter_table("organisation_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_alias_organisation_id"))

    op.drop_table("organisation_alias")
    with op.batch_alter_table("judge_affiliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judge_affiliation_region_code"))
        batch_op.drop_index(batch_op.f("ix_judge_affiliation_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_judge_affiliation_account_id"))

    op.drop_table("judge_affiliation")
