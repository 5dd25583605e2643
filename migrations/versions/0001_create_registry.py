"""Create the registry: subjects, cases, orders, agencies, checks, audit trail.

The first revision: there is no earlier release to be safe beside. Triggers hold what a service could forget:
the audit trail is append-only, and nothing is removed without a proposal that another person approved.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_create_registry"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("audit_entries", "checks")
ENDING = "('removed','withdrawn')"


def upgrade() -> None:
    _create_tables()
    _create_triggers()


def _create_tables() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="live", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('live','suspended','left')", name=op.f("ck_agencies_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("name", name=op.f("uq_agencies_name")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_object_id", "audit_entries", ["object_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "courts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("contact", sa.String(length=60), server_default="12368", nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["courts.id"], name=op.f("fk_courts_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courts")),
        sa.UniqueConstraint("code", name=op.f("uq_courts_code")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("caller", sa.String(length=60), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "route", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_kept_at"), "kept_answers", ["kept_at"], unique=False)
    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    op.create_table(
        "rate_buckets",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_buckets")),
    )
    op.create_index(op.f("ix_rate_buckets_filled_at"), "rate_buckets", ["filled_at"], unique=False)
    op.create_table(
        "registry_facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_registry_facts")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("representative", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('natural','organisation')", name=op.f("ck_subjects_kind_known")),
        sa.CheckConstraint("sex IS NULL OR sex IN ('male','female')", name=op.f("ck_subjects_sex_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
    )
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), server_default="running", nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
        sa.UniqueConstraint("job", "slot", name=op.f("uq_sync_runs_job_slot")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="active", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active','disabled')", name=op.f("ck_accounts_state_known")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_table(
        "agency_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.String(length=20), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("secret_mac", sa.LargeBinary(), nullable=False),
        sa.Column("environment", sa.String(length=4), nullable=False),
        sa.Column("scopes", sa.String(length=80), nullable=False),
        sa.Column("networks", sa.String(length=400), server_default="", nullable=False),
        sa.Column("rate", sa.Integer(), server_default="50", nullable=False),
        sa.Column("burst", sa.Integer(), server_default="100", nullable=False),
        sa.Column("daily_subjects", sa.Integer(), server_default="20000", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("environment IN ('test','live')", name=op.f("ck_agency_keys_environment_known")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_keys_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_keys")),
        sa.UniqueConstraint("key_id", name=op.f("uq_agency_keys_key_id")),
    )
    op.create_index(op.f("ix_agency_keys_agency_id"), "agency_keys", ["agency_id"], unique=False)
    op.create_table(
        "agency_purposes",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_purposes_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "purpose", name=op.f("pk_agency_purposes")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("basis_number", sa.String(length=100), nullable=False),
        sa.Column("basis_maker", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_cases_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(op.f("ix_cases_court_id"), "cases", ["court_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("document_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(type = 'masked') = (document_index IS NULL)", name=op.f("ck_documents_masked_has_no_index")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_documents_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("document_index", name=op.f("uq_documents_document_index")),
    )
    op.create_index(op.f("ix_documents_subject_id"), "documents", ["subject_id"], unique=False)
    op.create_table(
        "import_runs",
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running','done')", name=op.f("ck_import_runs_state_known")),
        sa.CheckConstraint("decider_id <> proposer_id", name=op.f("ck_import_runs_decider_is_another_person")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_import_runs_decider_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_import_runs_proposer_id")),
        sa.PrimaryKeyConstraint("file_hash", name=op.f("pk_import_runs")),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('clerk','checker','president','supervisor')", name=op.f("ck_role_grants_role_known")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_role_grants_court_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_role_grants_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(
        "uq_role_grants_one_live",
        "role_grants",
        ["person_id", "court_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "subject_names",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_names_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_names")),
    )
    op.create_index(op.f("ix_subject_names_name_index"), "subject_names", ["name_index"], unique=False)
    op.create_index(op.f("ix_subject_names_subject_id"), "subject_names", ["subject_id"], unique=False)
    op.create_table(
        "checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_index", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("denial_code", sa.String(length=9), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_checks_agency_id")),
        sa.ForeignKeyConstraint(["key_id"], ["agency_keys.id"], name=op.f("fk_checks_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(
        "uq_checks_denial_code",
        "checks",
        ["denial_code"],
        unique=True,
        sqlite_where=sa.text("denial_code IS NOT NULL"),
        postgresql_where=sa.text("denial_code IS NOT NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("order_no", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grounds", sa.String(length=20), server_default="", nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.Column("duty", sa.LargeBinary(), nullable=True),
        sa.Column("duty_public", sa.Text(), nullable=True),
        sa.Column("performance", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("amount_due", sa.BigInteger(), nullable=True),
        sa.Column("amount_performed", sa.BigInteger(), nullable=True),
        sa.Column("exit_ban_months", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=24), nullable=True),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("drafted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.String(length=500), nullable=True),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), server_default="desk", nullable=False),
        sa.CheckConstraint(
            "NOT (state IN ('issued','effective','suspended','removed','withdrawn','expired')) OR (checked_by IS NOT NULL AND issued_by IS NOT NULL AND issued_at IS NOT NULL AND order_no IS NOT NULL AND decided_on IS NOT NULL)",
            name=op.f("ck_orders_decided_by_two_persons"),
        ),
        sa.CheckConstraint(
            "kind <> 'exit_ban' OR NOT (state IN ('issued','effective','suspended','removed','withdrawn','expired')) OR ends_on IS NOT NULL",
            name=op.f("ck_orders_exit_ban_has_end"),
        ),
        sa.CheckConstraint("kind IN ('listing','consumption','exit_ban')", name=op.f("ck_orders_kind_known")),
        sa.CheckConstraint("state <> 'checked' OR checked_by IS NOT NULL", name=op.f("ck_orders_checked_has_checker")),
        sa.CheckConstraint(
            "state <> 'effective' OR effective_at IS NOT NULL", name=op.f("ck_orders_effective_has_instant")
        ),
        sa.CheckConstraint(
            "state IN ('draft','returned','abandoned','checked','issued','effective','suspended','removed','withdrawn','expired')",
            name=op.f("ck_orders_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('removed','withdrawn') OR (ended_at IS NOT NULL AND end_reason IS NOT NULL)",
            name=op.f("ck_orders_ended_has_reason"),
        ),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> drafted_by", name=op.f("ck_orders_checker_is_another_person")
        ),
        sa.CheckConstraint(
            "issued_by IS NULL OR issued_by <> drafted_by", name=op.f("ck_orders_issuer_is_another_person")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_orders_case_id")),
        sa.ForeignKeyConstraint(["checked_by"], ["persons.id"], name=op.f("fk_orders_checked_by")),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_orders_court_id")),
        sa.ForeignKeyConstraint(["drafted_by"], ["persons.id"], name=op.f("fk_orders_drafted_by")),
        sa.ForeignKeyConstraint(["issued_by"], ["persons.id"], name=op.f("fk_orders_issued_by")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["orders.id"], name=op.f("fk_orders_predecessor_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_orders_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("order_no", name=op.f("uq_orders_order_no")),
        sa.UniqueConstraint("public_id", name=op.f("uq_orders_public_id")),
    )
    op.create_index(op.f("ix_orders_case_id"), "orders", ["case_id"], unique=False)
    op.create_index("ix_orders_court_id_state", "orders", ["court_id", "state"], unique=False)
    op.create_index(
        "ix_orders_due_to_expire",
        "orders",
        ["ends_on"],
        unique=False,
        sqlite_where=sa.text("state IN ('issued','effective','suspended')"),
        postgresql_where=sa.text("state IN ('issued','effective','suspended')"),
    )
    op.create_index(op.f("ix_orders_subject_id"), "orders", ["subject_id"], unique=False)
    op.create_table(
        "quota_days",
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["agency_keys.id"], name=op.f("fk_quota_days_key_id")),
        sa.PrimaryKeyConstraint("key_id", "day", name=op.f("pk_quota_days")),
    )
    op.create_table(
        "quota_subjects",
        sa.Column("mark", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_quota_subjects")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_staff_sessions_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_account_id"), "staff_sessions", ["account_id"], unique=False)
    op.create_table(
        "check_outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("check_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('refused','proceeded','verified','permit_used')", name=op.f("ck_check_outcomes_action_known")
        ),
        sa.ForeignKeyConstraint(["check_row_id"], ["checks.id"], name=op.f("fk_check_outcomes_check_row_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_outcomes")),
    )
    op.create_index(op.f("ix_check_outcomes_check_row_id"), "check_outcomes", ["check_row_id"], unique=False)
    op.create_table(
        "court_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_court_tasks_court_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_court_tasks_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_tasks")),
        sa.UniqueConstraint("kind", "order_id", name=op.f("uq_court_tasks_kind_order_id")),
    )
    op.create_index(op.f("ix_court_tasks_court_id"), "court_tasks", ["court_id"], unique=False)
    op.create_table(
        "order_bindings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_bindings_order_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_order_bindings_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_bindings")),
        sa.UniqueConstraint("order_id", "subject_id", "role", name=op.f("uq_order_bindings_order_id_subject_id_role")),
    )
    op.create_index(op.f("ix_order_bindings_order_id"), "order_bindings", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_bindings_subject_id"), "order_bindings", ["subject_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("version_seen", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decider_id IS NULL)", name=op.f("ck_proposals_decided_has_decider")),
        sa.CheckConstraint("state IN ('open','approved','rejected')", name=op.f("ck_proposals_state_known")),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id", name=op.f("ck_proposals_decider_is_another_person")
        ),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_proposals_decider_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_proposals_order_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_proposals_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposals_public_id")),
    )
    op.create_index(op.f("ix_proposals_order_id"), "proposals", ["order_id"], unique=False)
    op.create_index(
        "uq_proposals_one_open",
        "proposals",
        ["order_id", "act"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "publications",
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_publications_court_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_publications_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_publications")),
    )
    op.create_index("ix_publications_court_id_published_at", "publications", ["court_id", "published_at"], unique=False)
    op.create_index(op.f("ix_publications_name_key"), "publications", ["name_key"], unique=False)
    op.create_index(op.f("ix_publications_published_at"), "publications", ["published_at"], unique=False)
    op.create_index(op.f("ix_publications_region"), "publications", ["region"], unique=False)
    op.create_table(
        "service_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('served','attempted')", name=op.f("ck_service_attempts_outcome_known")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_service_attempts_order_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["persons.id"], name=op.f("fk_service_attempts_recorded_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_service_attempts_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_attempts")),
    )
    op.create_index(op.f("ix_service_attempts_order_id"), "service_attempts", ["order_id"], unique=False)
    op.create_table(
        "publication_bigrams",
        sa.Column("bigram", sa.String(length=2), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["publications.order_id"], name=op.f("fk_publication_bigrams_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bigram", "order_id", name=op.f("pk_publication_bigrams")),
    )
    op.create_index(op.f("ix_publication_bigrams_order_id"), "publication_bigrams", ["order_id"], unique=False)


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            acts = ("UPDATE", "DELETE") if table == "audit_entries" else ("UPDATE",)
            for act in acts:
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        op.execute(
            "CREATE TRIGGER orders_end_needs_two_persons BEFORE UPDATE OF state ON orders "
            f"WHEN NEW.state IN {ENDING} AND OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM proposals p "
            "WHERE p.order_id = NEW.id AND p.state = 'approved' AND p.decider_id <> p.proposer_id "
            "AND p.act = CASE NEW.state WHEN 'removed' THEN 'remove' ELSE 'withdraw' END) "
            "BEGIN SELECT RAISE(ABORT, 'two persons must end an order'); END"
        )
        op.execute(
            f"CREATE TRIGGER orders_not_born_ended BEFORE INSERT ON orders WHEN NEW.state IN {ENDING} "
            "BEGIN SELECT RAISE(ABORT, 'two persons must end an order'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER checks_no_update BEFORE UPDATE ON checks FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE FUNCTION require_two_persons() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.state IN {ENDING} AND (TG_OP = 'INSERT' OR OLD.state <> NEW.state) AND NOT EXISTS ("
        "SELECT 1 FROM proposals p WHERE p.order_id = NEW.id AND p.state = 'approved' "
        "AND p.decider_id <> p.proposer_id "
        "AND p.act = CASE NEW.state WHEN 'removed' THEN 'remove' ELSE 'withdraw' END) "
        "THEN RAISE EXCEPTION 'two persons must end an order'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER orders_end_needs_two_persons BEFORE INSERT OR UPDATE OF state ON orders "
        "FOR EACH ROW EXECUTE FUNCTION require_two_persons()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, trigger in (
            ("audit_entries", "audit_entries_append_only"),
            ("checks", "checks_no_update"),
            ("orders", "orders_end_needs_two_persons"),
        ):
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION require_two_persons()")
    else:
        for trigger in ("orders_end_needs_two_persons", "orders_not_born_ended"):
            op.execute(f"DROP TRIGGER {trigger}")
    op.drop_index(op.f("ix_publication_bigrams_order_id"), table_name="publication_bigrams")
    op.drop_table("publication_bigrams")
    op.drop_index(op.f("ix_service_attempts_order_id"), table_name="service_attempts")
    op.drop_table("service_attempts")
    op.drop_index(op.f("ix_publications_region"), table_name="publications")
    op.drop_index(op.f("ix_publications_published_at"), table_name="publications")
    op.drop_index(op.f("ix_publications_name_key"), table_name="publications")
    op.drop_index("ix_publications_court_id_published_at", table_name="publications")
    op.drop_table("publications")
    op.drop_index(
        "uq_proposals_one_open",
        table_name="proposals",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_proposals_order_id"), table_name="proposals")
    op.drop_table("proposals")
    op.drop_index(op.f("ix_order_bindings_subject_id"), table_name="order_bindings")
    op.drop_index(op.f("ix_order_bindings_order_id"), table_name="order_bindings")
    op.drop_table("order_bindings")
    op.drop_index(op.f("ix_court_tasks_court_id"), table_name="court_tasks")
    op.drop_table("court_tasks")
    op.drop_index(op.f("ix_check_outcomes_check_row_id"), table_name="check_outcomes")
    op.drop_table("check_outcomes")
    op.drop_index(op.f("ix_staff_sessions_account_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_table("quota_subjects")
    op.drop_table("quota_days")
    op.drop_index(op.f("ix_orders_subject_id"), table_name="orders")
    op.drop_index(
        "ix_orders_due_to_expire",
        table_name="orders",
        sqlite_where=sa.text("state IN ('issued','effective','suspended')"),
        postgresql_where=sa.text("state IN ('issued','effective','suspended')"),
    )
    op.drop_index("ix_orders_court_id_state", table_name="orders")
    op.drop_index(op.f("ix_orders_case_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_index("uq_checks_denial_code", table_name="checks")
    op.drop_table("checks")
    op.drop_index(op.f("ix_subject_names_subject_id"), table_name="subject_names")
    op.drop_index(op.f("ix_subject_names_name_index"), table_name="subject_names")
    op.drop_table("subject_names")
    op.drop_index(
        "uq_role_grants_one_live",
        table_name="role_grants",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("role_grants")
    op.drop_table("import_runs")
    op.drop_index(op.f("ix_documents_subject_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_index(op.f("ix_cases_court_id"), table_name="cases")
    op.drop_table("cases")
    op.drop_table("agency_purposes")
    op.drop_index(op.f("ix_agency_keys_agency_id"), table_name="agency_keys")
    op.drop_table("agency_keys")
    op.drop_table("accounts")
    op.drop_table("sync_runs")
    op.drop_table("subjects")
    op.drop_table("registry_facts")
    op.drop_index(op.f("ix_rate_buckets_filled_at"), table_name="rate_buckets")
    op.drop_table("rate_buckets")
    op.drop_table("persons")
    op.drop_index(op.f("ix_kept_answers_kept_at"), table_name="kept_answers")
    op.drop_table("kept_answers")
    op.drop_table("courts")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_entries_object_id", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("agencies")
