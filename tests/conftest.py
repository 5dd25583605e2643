"""Fixtures of all tiers: both databases, a vault of fresh keys, one fixed instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring, create_key_file
from blacklist.identity.sealing import Vault
from tests.databases import KINDS, Factory, PostgresFactory, SqliteFactory

settings.register_profile("suite", deadline=None)  # machines are shared: a slow moment is no fault
settings.load_profile("suite")

TIERS = ("unit", "integration", "functional", "architecture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier: the folder below `tests/` it lies in."""
    here = Path(__file__).parent
    for item in items:
        tier = item.path.relative_to(here).parts[0]
        if tier in TIERS:
            item.add_marker(tier)


@pytest.fixture(scope="session")
def factories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Factory]]:
    """Makers of databases, by kind."""
    folder = tmp_path_factory.mktemp("databases")
    made: dict[str, Factory] = {
        "sqlite": SqliteFactory(folder),
        "postgresql": PostgresFactory(),
    }
    yield made
    for factory in made.values():
        factory.close()


@pytest.fixture(scope="module", params=KINDS)
def database_factory(request: pytest.FixtureRequest, factories: dict[str, Factory]) -> Factory:
    """Makers of databases, one kind after the other."""
    return factories[request.param]


@pytest.fixture(scope="module")
def database_url(database_factory: Factory) -> Iterator[str]:
    """A migrated database for the tests of one module; what they write in `session` is rolled back."""
    url = database_factory.migrated()
    yield url
    database_factory.drop(url)


@pytest.fixture
def own_database_url(database_factory: Factory) -> Iterator[str]:
    """A migrated database for this test alone, which may commit."""
    url = database_factory.migrated()
    yield url
    database_factory.drop(url)


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine of the module's database."""
    made = create_registry_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose every change, committed or not, is undone at the end of the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
            yield made
        outer.rollback()


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file with fresh keys."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    create_key_file(path)
    return path


@pytest.fixture(scope="session")
def vault(key_file: Path) -> Vault:
    """A vault with fresh keys."""
    return Vault(Keyring.read(key_file))


@pytest.fixture
def at() -> datetime:
    """A Tuesday at five past ten, at the courts."""
    return datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
