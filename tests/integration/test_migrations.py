"""The revisions: up, down and up again on both databases, and equal to the models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, CheckConstraint, Connection, DateTime, Engine, inspect, text

from blacklist.engine import create_registry_engine
from blacklist.models import Base
from blacklist.models.base import Instant, Money
from tests.databases import Factory, alembic_config

pytestmark = pytest.mark.requirement("B7")


@pytest.fixture
def connection(database_factory: Factory) -> Iterator[Connection]:
    url = database_factory.empty()
    made: Engine = create_registry_engine(url, statement_seconds=60)
    with made.connect() as opened:
        yield opened
    made.dispose()
    database_factory.drop(url)


class TestMigrations:
    def test_go_up_down_and_up_again(self, connection):
        config = alembic_config(connection)
        command.upgrade(config, "head")
        first = schema_of(connection)

        command.downgrade(config, "base")
        tables_between = inspect(connection).get_table_names()
        command.upgrade(config, "head")

        assert tables_between == ["alembic_version"]
        assert schema_of(connection) == first

    def test_make_what_the_models_say(self, connection):
        command.upgrade(alembic_config(connection), "head")
        # SQLite keeps the text of a default, whose quotes differ; PostgreSQL evaluates it.
        opts = {"compare_type": differs, "compare_server_default": connection.dialect.name == "postgresql"}
        context = MigrationContext.configure(connection, opts=opts)

        assert compare_metadata(context, Base.metadata) == []

    def test_make_every_check_of_the_models(self, connection):
        command.upgrade(alembic_config(connection), "head")
        inspector = inspect(connection)

        found = {c["name"] for table in Base.metadata.tables for c in inspector.get_check_constraints(table)}

        assert found == {name for table in Base.metadata.tables.values() for name in check_names(table)}


def differs(_context, _column, _metadata_column, found, wanted):
    """Compare our decorated types by what they are stored as, as `migrations/env.py` does."""
    if isinstance(wanted, Instant):
        return not isinstance(found, DateTime)
    if isinstance(wanted, Money):
        return not isinstance(found, BigInteger)
    return None


def check_names(table):
    return {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}


def schema_of(connection: Connection) -> set[tuple[str, ...]]:
    """Everything the database itself says about its tables, indexes and triggers."""
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, coalesce(sql, '') FROM sqlite_master"
    else:
        query = (
            "SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')"
            " FROM information_schema.columns WHERE table_schema = 'public'"
            " UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
            " UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
    return {tuple(row) for row in connection.execute(text(query))}
