"""Alembic environment: one engine, by the same settings as every process."""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from sqlalchemy import BigInteger, DateTime

from blacklist.engine import create_registry_engine
from blacklist.models import Base
from blacklist.models.base import Instant, Money


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column types as plain SQLAlchemy ones: a revision imports nothing of ours."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Money):
        return "sa.BigInteger()"
    return False


def compare_type(_context: Any, _column: Any, _metadata_column: Any, found: Any, wanted: Any) -> bool | None:
    """Compare our decorated types by what they are stored as."""
    if isinstance(wanted, Instant):
        return not isinstance(found, DateTime)
    if isinstance(wanted, Money):
        return not isinstance(found, BigInteger)
    return None


def run() -> None:
    """Run the revisions on the connection handed over, or on the configured database."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_on(connection)
        return
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["REGISTRY_DATABASE_URL"]
    engine = create_registry_engine(url, statement_seconds=600)
    with engine.connect() as opened:
        _run_on(opened)
    engine.dispose()


def _run_on(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        compare_type=compare_type,
        render_as_batch=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
