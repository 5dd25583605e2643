"""The append-only log of restrictions, and what agencies hold and countersign of it.

The log begins empty, with a random epoch; `registry init` writes its first entry. Triggers refuse to change or take out
what was appended or signed; only an opening may be erased.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003_log"
down_revision = "0002_due_process"
branch_labels = None
depends_on = None

NEVER_CHANGED = ("log_tiles", "log_checkpoints")


def upgrade() -> None:
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "log_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("fenced", sa.Boolean(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_log_head_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_log_head")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n", name=op.f("pk_log_tiles")),
    )
    op.create_table(
        "agency_acks",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("view_root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cosignature", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_acks_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "size", name=op.f("pk_agency_acks")),
    )
    op.create_table(
        "agency_views",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("view_root", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_views_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "key_epoch", name=op.f("pk_agency_views")),
    )
    op.create_table(
        "agency_wakes",
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("want_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_wakes_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agency_wakes")),
    )
    op.create_index("ix_agency_wakes_due_at", "agency_wakes", ["due_at"], unique=False)
    op.create_table(
        "discrepancies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("healed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_discrepancies_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancies")),
    )
    op.create_index(op.f("ix_discrepancies_agency_id"), "discrepancies", ["agency_id"], unique=False)
    op.create_index(op.f("ix_discrepancies_found_at"), "discrepancies", ["found_at"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("hook_url", sa.String(length=400), nullable=True),
        sa.Column("hook_secrets", sa.LargeBinary(), nullable=True),
        sa.Column("ack_vkey", sa.String(length=200), nullable=False),
        sa.Column("witness_vkey", sa.String(length=200), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('live','down','suspended','left')", name=op.f("ck_subscribers_state_known")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_subscribers_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "view_keys",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fp_key", sa.LargeBinary(), nullable=False),
        sa.Column("mask", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('next','live','retired')", name=op.f("ck_view_keys_state_known")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_view_keys_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "key_epoch", name=op.f("pk_view_keys")),
        sa.UniqueConstraint("row_id", name=op.f("uq_view_keys_row_id")),
    )
    op.create_table(
        "restrictions",
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("flags", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirm", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lifted", sa.JSON(), nullable=False),
        sa.Column("last_idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_restrictions_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_restrictions")),
    )
    op.create_table(
        "log_entries",
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("permit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag", sa.String(length=32), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=True),
        sa.Column("effect", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_log_entries_order_id")),
        sa.ForeignKeyConstraint(["permit_id"], ["permits.id"], name=op.f("fk_log_entries_permit_id")),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_entries_event_id")),
    )
    op.create_index(op.f("ix_log_entries_permit_id"), "log_entries", ["permit_id"], unique=False)
    op.create_index(op.f("ix_log_entries_order_id"), "log_entries", ["order_id"], unique=False)
    op.create_index(op.f("ix_log_entries_tag"), "log_entries", ["tag"], unique=False)
    op.add_column("orders", sa.Column("log_salt", sa.LargeBinary(), nullable=True))
    _begin()
    _create_triggers()


def downgrade() -> None:
    _drop_triggers()
    op.drop_column("orders", "log_salt")
    op.drop_index(op.f("ix_log_entries_tag"), table_name="log_entries")
    op.drop_index(op.f("ix_log_entries_permit_id"), table_name="log_entries")
    op.drop_index(op.f("ix_log_entries_order_id"), table_name="log_entries")
    op.drop_table("log_entries")
    op.drop_table("restrictions")
    op.drop_table("view_keys")
    op.drop_table("subscribers")
    op.drop_index(op.f("ix_discrepancies_found_at"), table_name="discrepancies")
    op.drop_index(op.f("ix_discrepancies_agency_id"), table_name="discrepancies")
    op.drop_table("discrepancies")
    op.drop_index("ix_agency_wakes_due_at", table_name="agency_wakes")
    op.drop_table("agency_wakes")
    op.drop_table("agency_views")
    op.drop_table("agency_acks")
    op.drop_table("log_tiles")
    op.drop_table("log_head")
    op.drop_table("log_checkpoints")


def _begin() -> None:
    head = sa.table("log_head", *(sa.column(name) for name in ("one", "epoch", "size", "frontier", "fenced")))
    op.execute(head.insert().values(one=1, epoch=secrets.token_hex(16), size=0, frontier=b"", fenced=sa.false()))


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, act in _forbidden():
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        op.execute(
            "CREATE FUNCTION only_erase_opening() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.opening IS NULL AND (NEW.idx, NEW.event_id, NEW.kind, NEW.leaf, NEW.hash, NEW.effect::text, NEW.at) "
            "IS NOT DISTINCT FROM (OLD.idx, OLD.event_id, OLD.kind, OLD.leaf, OLD.hash, OLD.effect::text, OLD.at) "
            "THEN RETURN NEW; END IF; RAISE EXCEPTION 'log_entries is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries "
            "FOR EACH ROW EXECUTE FUNCTION only_erase_opening()"
        )
        return
    for table, act in _forbidden():
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries "
        "WHEN NEW.opening IS NOT NULL OR NEW.idx <> OLD.idx OR NEW.event_id <> OLD.event_id OR NEW.kind <> OLD.kind "
        "OR NEW.leaf <> OLD.leaf OR NEW.hash <> OLD.hash OR NEW.effect <> OLD.effect OR NEW.at <> OLD.at "
        "BEGIN SELECT RAISE(ABORT, 'log_entries is append-only'); END"
    )


def _drop_triggers() -> None:
    of_table = op.get_bind().dialect.name == "postgresql"
    for table, act in [*_forbidden(), ("log_entries", "UPDATE")]:
        op.execute(f"DROP TRIGGER {table}_no_{act.lower()}" + (f" ON {table}" if of_table else ""))
    if of_table:
        op.execute("DROP FUNCTION only_erase_opening()")


def _forbidden() -> list[tuple[str, str]]:
    acts = [(table, act) for table in NEVER_CHANGED for act in ("UPDATE", "DELETE")]
    return [*acts, ("log_entries", "DELETE")]
