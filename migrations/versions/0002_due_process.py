"""Due process: permits, remedies, versions of orders, case events, papers, the calendar, and the reviewer's role.

Adds tables and nullable columns. SQLite changes no constraint in place: two small tables are copied there, rows kept.
What was heard, corrected, paid or used is never changed afterwards: triggers say so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_due_process"
down_revision = "0001_create_registry"
branch_labels = None
depends_on = None

WITH_REVIEWER = "role IN ('clerk','checker','president','reviewer','supervisor')"
WITHOUT_REVIEWER = "role IN ('clerk','checker','president','supervisor')"
UNCHANGING = ("case_events", "order_versions", "remedy_notes")
KEPT_FOR_A_TIME = ("permit_uses",)  # never changed, but purged together with its check
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.Column("make_up_working_days", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "shipped OR (state = 'loaded') = (decider_id IS NOT NULL)",
            name=op.f("ck_calendar_years_loaded_by_two_persons"),
        ),
        sa.CheckConstraint("state IN ('proposed','loaded')", name=op.f("ck_calendar_years_state_known")),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id", name=op.f("ck_calendar_years_decider_is_another_person")
        ),
        sa.CheckConstraint("shipped OR proposer_id IS NOT NULL", name=op.f("ck_calendar_years_proposed_by_a_person")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_calendar_years_decider_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_calendar_years_proposer_id")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_case_events_court_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["persons.id"], name=op.f("fk_case_events_recorded_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_case_events_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case_id"), "case_events", ["case_id"], unique=False)
    op.create_table(
        "applications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("case_number", sa.String(length=60), nullable=False),
        sa.Column("debtor_index", sa.LargeBinary(), nullable=False),
        sa.Column("debtor", sa.LargeBinary(), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal", sa.LargeBinary(), nullable=True),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind IN ('listing','consumption','exit_ban')", name=op.f("ck_applications_kind_known")),
        sa.CheckConstraint(
            "state <> 'refused' OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name=op.f("ck_applications_refused_by_two_persons"),
        ),
        sa.CheckConstraint(
            "state IN ('received','proposed','accepted','refused','withdrawn')",
            name=op.f("ck_applications_state_known"),
        ),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id", name=op.f("ck_applications_decider_is_another_person")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_applications_court_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_applications_decider_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_applications_order_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_applications_proposer_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["persons.id"], name=op.f("fk_applications_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("public_id", name=op.f("uq_applications_public_id")),
    )
    op.create_index(op.f("ix_applications_case_number"), "applications", ["case_number"], unique=False)
    op.create_index("ix_applications_court_id_state", "applications", ["court_id", "state"], unique=False)
    op.create_index(op.f("ix_applications_debtor_index"), "applications", ["debtor_index"], unique=False)
    op.create_index(op.f("ix_applications_order_id"), "applications", ["order_id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("track_index", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("remedy", sa.String(length=16), nullable=True),
        sa.Column("reasons", sa.LargeBinary(), nullable=True),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('upheld','rejected')", name=op.f("ck_objections_outcome_known")
        ),
        sa.CheckConstraint(
            "state IN ('received','accepted','upheld','rejected','withdrawn')", name=op.f("ck_objections_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('upheld','rejected') OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name=op.f("ck_objections_decided_by_two_persons"),
        ),
        sa.CheckConstraint("via IN ('desk','online')", name=op.f("ck_objections_via_known")),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id", name=op.f("ck_objections_decider_is_another_person")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_objections_court_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_objections_decider_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_objections_order_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_objections_proposer_id")),
        sa.ForeignKeyConstraint(["received_by"], ["persons.id"], name=op.f("fk_objections_received_by")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["persons.id"], name=op.f("fk_objections_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_objections_public_id")),
    )
    op.create_index("ix_objections_court_id_state", "objections", ["court_id", "state"], unique=False)
    op.create_index(op.f("ix_objections_order_id"), "objections", ["order_id"], unique=False)
    op.create_table(
        "papers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("template_version", sa.String(length=60), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="valid", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(state = 'void') = (voided_at IS NOT NULL)", name=op.f("ck_papers_void_has_instant")),
        sa.CheckConstraint("state IN ('valid','void')", name=op.f("ck_papers_state_known")),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_papers_court_id")),
        sa.ForeignKeyConstraint(["made_by"], ["persons.id"], name=op.f("fk_papers_made_by")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_papers_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("code", name=op.f("uq_papers_code")),
        sa.UniqueConstraint("number", name=op.f("uq_papers_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_papers_public_id")),
    )
    op.create_index(op.f("ix_papers_about_id"), "papers", ["about_id"], unique=False)
    op.create_index(op.f("ix_papers_order_id"), "papers", ["order_id"], unique=False)
    op.create_table(
        "permits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("permit_no", sa.String(length=20), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("leave", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("undertaken_on", sa.Date(), nullable=True),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=24), nullable=True),
        sa.CheckConstraint("(state = 'applied') = (decider_id IS NULL)", name=op.f("ck_permits_decided_has_decider")),
        sa.CheckConstraint("state <> 'used' OR uses_left = 0", name=op.f("ck_permits_used_has_none_left")),
        sa.CheckConstraint(
            "state IN ('applied','granted','refused','used','expired','revoked')", name=op.f("ck_permits_state_known")
        ),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id", name=op.f("ck_permits_decider_is_another_person")
        ),
        sa.CheckConstraint("uses_left >= 0 AND uses_left <= uses", name=op.f("ck_permits_uses_counted")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_permits_days_in_order")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_permits_decider_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_permits_order_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_permits_proposer_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_permits_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permits")),
        sa.UniqueConstraint("permit_no", name=op.f("uq_permits_permit_no")),
        sa.UniqueConstraint("public_id", name=op.f("uq_permits_public_id")),
    )
    op.create_index(
        "ix_permits_granted",
        "permits",
        ["order_id", "subject_id"],
        unique=False,
        sqlite_where=sa.text("state = 'granted'"),
        postgresql_where=sa.text("state = 'granted'"),
    )
    op.create_index(op.f("ix_permits_order_id"), "permits", ["order_id"], unique=False)
    op.create_index(op.f("ix_permits_subject_id"), "permits", ["subject_id"], unique=False)
    op.create_table(
        "sign_marks",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("reading_seconds", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("choice IN ('agree','return','hold')", name=op.f("ck_sign_marks_choice_known")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_sign_marks_order_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_marks_person_id")),
        sa.PrimaryKeyConstraint("person_id", "order_id", name=op.f("pk_sign_marks")),
    )
    op.create_table(
        "order_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_versions_order_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_order_versions_proposal_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["persons.id"], name=op.f("fk_order_versions_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_versions")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_order_versions_order_id_number")),
    )
    op.create_table(
        "permit_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("permit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_permit_uses_agency_id")),
        sa.ForeignKeyConstraint(["check_row_id"], ["checks.id"], name=op.f("fk_permit_uses_check_row_id")),
        sa.ForeignKeyConstraint(["permit_id"], ["permits.id"], name=op.f("fk_permit_uses_permit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_uses")),
        sa.UniqueConstraint("check_row_id", name=op.f("uq_permit_uses_check_row_id")),
    )
    op.create_index(op.f("ix_permit_uses_permit_id"), "permit_uses", ["permit_id"], unique=False)
    op.create_table(
        "reconsiderations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("track_index", sa.LargeBinary(), nullable=False),
        sa.Column("objection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("court_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("remedy", sa.String(length=16), nullable=True),
        sa.Column("reasons", sa.LargeBinary(), nullable=True),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('changed','maintained')", name=op.f("ck_reconsiderations_outcome_known")
        ),
        sa.CheckConstraint(
            "state IN ('received','changed','maintained','withdrawn')", name=op.f("ck_reconsiderations_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('changed','maintained') OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name=op.f("ck_reconsiderations_decided_by_two_persons"),
        ),
        sa.CheckConstraint("via IN ('desk','online')", name=op.f("ck_reconsiderations_via_known")),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> proposer_id",
            name=op.f("ck_reconsiderations_decider_is_another_person"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_reconsiderations_court_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["persons.id"], name=op.f("fk_reconsiderations_decider_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_reconsiderations_objection_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_reconsiderations_order_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["persons.id"], name=op.f("fk_reconsiderations_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconsiderations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reconsiderations_public_id")),
    )
    op.create_index("ix_reconsiderations_court_id_state", "reconsiderations", ["court_id", "state"], unique=False)
    op.create_index(op.f("ix_reconsiderations_objection_id"), "reconsiderations", ["objection_id"], unique=False)
    op.create_index(op.f("ix_reconsiderations_order_id"), "reconsiderations", ["order_id"], unique=False)
    op.create_index(
        "uq_reconsiderations_one_open",
        "reconsiderations",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "remedy_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("objection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reconsideration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('hearing','material','request','note')", name=op.f("ck_remedy_notes_kind_known")),
        sa.CheckConstraint(
            "(objection_id IS NULL) <> (reconsideration_id IS NULL)", name=op.f("ck_remedy_notes_belongs_to_one")
        ),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_remedy_notes_objection_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_remedy_notes_person_id")),
        sa.ForeignKeyConstraint(
            ["reconsideration_id"], ["reconsiderations.id"], name=op.f("fk_remedy_notes_reconsideration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_notes")),
    )
    op.create_index(op.f("ix_remedy_notes_objection_id"), "remedy_notes", ["objection_id"], unique=False)
    op.create_index(op.f("ix_remedy_notes_reconsideration_id"), "remedy_notes", ["reconsideration_id"], unique=False)
    _recreate_court_tasks()
    _change_roles(WITH_REVIEWER)
    op.add_column("orders", sa.Column("batch_id", sa.String(length=10), nullable=True))
    op.add_column("orders", sa.Column("suspended_until", sa.Date(), nullable=True))
    op.add_column("orders", sa.Column("suspended_reason", sa.String(length=24), nullable=True))
    op.add_column("orders", sa.Column("extended_years", sa.Integer(), nullable=True))
    op.add_column("orders", sa.Column("circumstances", sa.String(length=200), server_default="", nullable=False))
    op.add_column("orders", sa.Column("warnings", sa.LargeBinary(), nullable=True))
    op.add_column("orders", sa.Column("access_code", sa.LargeBinary(), nullable=True))
    op.add_column("orders", sa.Column("access_code_index", sa.LargeBinary(), nullable=True))
    op.create_index("uq_orders_access_code_index", "orders", ["access_code_index"], unique=True)
    op.add_column("proposals", sa.Column("details", sa.LargeBinary(), nullable=True))
    op.add_column("proposals", sa.Column("event_on", sa.Date(), nullable=True))
    _create_triggers()


def downgrade() -> None:
    _drop_triggers()
    op.execute("DELETE FROM role_grants WHERE role = 'reviewer'")
    _change_roles(WITHOUT_REVIEWER)
    op.drop_column("proposals", "event_on")
    op.drop_column("proposals", "details")
    op.drop_index("uq_orders_access_code_index", table_name="orders")
    op.drop_column("orders", "access_code_index")
    op.drop_column("orders", "access_code")
    op.drop_column("orders", "warnings")
    op.drop_column("orders", "circumstances")
    op.drop_column("orders", "extended_years")
    op.drop_column("orders", "suspended_reason")
    op.drop_column("orders", "suspended_until")
    op.drop_column("orders", "batch_id")
    _restore_court_tasks()
    op.drop_index(op.f("ix_remedy_notes_reconsideration_id"), table_name="remedy_notes")
    op.drop_index(op.f("ix_remedy_notes_objection_id"), table_name="remedy_notes")
    op.drop_table("remedy_notes")
    op.drop_index(
        "uq_reconsiderations_one_open",
        table_name="reconsiderations",
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.drop_index(op.f("ix_reconsiderations_order_id"), table_name="reconsiderations")
    op.drop_index(op.f("ix_reconsiderations_objection_id"), table_name="reconsiderations")
    op.drop_index("ix_reconsiderations_court_id_state", table_name="reconsiderations")
    op.drop_table("reconsiderations")
    op.drop_index(op.f("ix_permit_uses_permit_id"), table_name="permit_uses")
    op.drop_table("permit_uses")
    op.drop_table("order_versions")
    op.drop_table("sign_marks")
    op.drop_index(op.f("ix_permits_subject_id"), table_name="permits")
    op.drop_index(op.f("ix_permits_order_id"), table_name="permits")
    op.drop_index(
        "ix_permits_granted",
        table_name="permits",
        sqlite_where=sa.text("state = 'granted'"),
        postgresql_where=sa.text("state = 'granted'"),
    )
    op.drop_table("permits")
    op.drop_index(op.f("ix_papers_order_id"), table_name="papers")
    op.drop_index(op.f("ix_papers_about_id"), table_name="papers")
    op.drop_table("papers")
    op.drop_index(op.f("ix_objections_order_id"), table_name="objections")
    op.drop_index("ix_objections_court_id_state", table_name="objections")
    op.drop_table("objections")
    op.drop_index(op.f("ix_applications_order_id"), table_name="applications")
    op.drop_index(op.f("ix_applications_debtor_index"), table_name="applications")
    op.drop_index("ix_applications_court_id_state", table_name="applications")
    op.drop_index(op.f("ix_applications_case_number"), table_name="applications")
    op.drop_table("applications")
    op.drop_index(op.f("ix_case_events_case_id"), table_name="case_events")
    op.drop_table("case_events")
    op.drop_table("calendar_years")


TASK_COLUMNS = "id, kind, court_id, order_id, opened_at, closed_at"


def _recreate_court_tasks() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("court_tasks", sa.Column("due_on", sa.Date(), nullable=True))
        op.add_column("court_tasks", sa.Column("closed_by", ID, nullable=True))
        op.add_column("court_tasks", sa.Column("closing_note", sa.LargeBinary(), nullable=True))
        op.drop_constraint(op.f("uq_court_tasks_kind_order_id"), "court_tasks", type_="unique")
        op.create_foreign_key(op.f("fk_court_tasks_closed_by"), "court_tasks", "persons", ["closed_by"], ["id"])
    else:
        op.create_table(
            "court_tasks_copy",
            *_task_columns(),
            sa.Column("due_on", sa.Date(), nullable=True),
            sa.Column("closed_by", ID, nullable=True),
            sa.Column("closing_note", sa.LargeBinary(), nullable=True),
            sa.ForeignKeyConstraint(["closed_by"], ["persons.id"], name=op.f("fk_court_tasks_closed_by")),
        )
        _replace_court_tasks()
    op.create_index(
        "uq_court_tasks_one_open",
        "court_tasks",
        ["kind", "order_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _restore_court_tasks() -> None:
    """Keep the first task of each kind an order had: the older schema knows one."""
    op.execute(
        "DELETE FROM court_tasks WHERE id NOT IN (SELECT first FROM "
        "(SELECT MIN(id) AS first FROM court_tasks GROUP BY kind, order_id) AS kept)"
    )
    op.drop_index("uq_court_tasks_one_open", table_name="court_tasks")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_court_tasks_closed_by"), "court_tasks", type_="foreignkey")
        for column in ("closing_note", "closed_by", "due_on"):
            op.drop_column("court_tasks", column)
        op.create_unique_constraint(op.f("uq_court_tasks_kind_order_id"), "court_tasks", ["kind", "order_id"])
        return
    op.create_table(
        "court_tasks_copy",
        *_task_columns(),
        sa.UniqueConstraint("kind", "order_id", name=op.f("uq_court_tasks_kind_order_id")),
    )
    _replace_court_tasks()


def _task_columns() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("court_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_court_tasks_court_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_court_tasks_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_tasks")),
    )


def _replace_court_tasks() -> None:
    op.execute(f"INSERT INTO court_tasks_copy ({TASK_COLUMNS}) SELECT {TASK_COLUMNS} FROM court_tasks")
    op.drop_table("court_tasks")
    op.rename_table("court_tasks_copy", "court_tasks")
    op.create_index(op.f("ix_court_tasks_court_id"), "court_tasks", ["court_id"], unique=False)


def _change_roles(known: str) -> None:
    """Change which roles there are; SQLite changes no constraint in place, so its table is copied."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_role_grants_role_known"), "role_grants", type_="check")
        op.create_check_constraint(op.f("ck_role_grants_role_known"), "role_grants", known)
        return
    op.create_table(
        "role_grants_copy",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("court_id", ID, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(known, name=op.f("ck_role_grants_role_known")),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_role_grants_court_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_role_grants_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.execute(
        "INSERT INTO role_grants_copy SELECT id, person_id, court_id, role, granted_at, ended_at FROM role_grants"
    )
    op.drop_table("role_grants")
    op.rename_table("role_grants_copy", "role_grants")
    op.create_index(
        "uq_role_grants_one_live",
        "role_grants",
        ["person_id", "court_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_triggers() -> None:
    for table, act in _forbidden():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _drop_triggers() -> None:
    of_table = op.get_bind().dialect.name == "postgresql"
    for table, act in _forbidden():
        op.execute(f"DROP TRIGGER {table}_no_{act.lower()}" + (f" ON {table}" if of_table else ""))


def _forbidden() -> list[tuple[str, str]]:
    acts = [(table, act) for table in UNCHANGING for act in ("UPDATE", "DELETE")]
    return acts + [(table, "UPDATE") for table in KEPT_FOR_A_TIME]
