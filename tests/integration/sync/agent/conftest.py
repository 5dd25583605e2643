"""A small registry, served; an agency beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kits import Kit
from tests.small_registry import SmallRegistry, served


@pytest.fixture
def registry(tmp_path: Path) -> SmallRegistry:
    folder = tmp_path / "registry"
    folder.mkdir()
    return SmallRegistry(folder)


@pytest.fixture
def url(registry: SmallRegistry) -> Iterator[str]:
    with served(registry) as address:
        yield address


@pytest.fixture
def kit(tmp_path: Path, registry: SmallRegistry, url: str) -> Kit:
    """An agency with a copy of what the registry held when it began."""
    for number in range(20):
        registry.append([(number << 52 | number, 2)])
    return Kit(tmp_path / "agency", registry, url).begin()
