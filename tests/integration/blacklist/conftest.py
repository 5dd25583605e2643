"""Courts whose acts are committed, for tests in which several act at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from blacklist.engine import create_registry_engine
from blacklist.identity.sealing import Vault
from tests.courts import Courts, make_courts
from tests.races import Opened


@pytest.fixture
def own_engine(own_database_url: str) -> Iterator[Engine]:
    engine = create_registry_engine(own_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(own_engine: Engine, vault: Vault, at: datetime) -> Opened:
    """Open the courts in a session that is committed at the end of the block."""
    with Session(own_engine, expire_on_commit=False) as session:
        first = make_courts(session, vault=vault, at=at)
        session.commit()

    @contextmanager
    def make() -> Iterator[Courts]:
        with Session(own_engine, expire_on_commit=False) as session:
            yield replace(first, session=session)
            session.commit()

    return make


@pytest.fixture(params=range(3), ids=["first", "second", "third"])
def again(request: pytest.FixtureRequest) -> None:
    """The same race more than once."""
