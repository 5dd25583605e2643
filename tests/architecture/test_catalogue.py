"""Every code that a refusal can carry stands in the catalogue that developers are sent to."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from app.dev.catalogue import CATALOGUE
from app.errors import _OWN_WORDS, DoorError, status_of
from blacklist.errors import RegistryError

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("app", "blacklist", "sync")


def below(base: type) -> list[type]:
    """Every class below `base`, wherever it is defined."""
    for package in PACKAGES:
        for module in walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    found: list[type] = []
    waiting = [base]
    while waiting:
        classes = [one for one in waiting.pop().__subclasses__() if one.__module__.split(".")[0] in PACKAGES]
        found += classes
        waiting += classes
    return found


def fault_codes() -> set[str]:
    """Every code written out as the second argument of `Fault(...)`."""
    return {
        node.args[1].value
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Fault"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }


REFUSALS = below(RegistryError)
DOORS = [DoorError, *below(DoorError)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.__name__)
def test_every_refusal_of_the_registry_stands_in_the_catalogue(refusal: type[RegistryError]) -> None:
    assert refusal.code in CATALOGUE
    error = refusal.__new__(refusal)
    assert CATALOGUE[refusal.code].status == status_of(error)


@pytest.mark.parametrize("refusal", DOORS, ids=lambda one: one.__name__)
def test_every_refusal_at_the_door_stands_in_the_catalogue(refusal: type[DoorError]) -> None:
    assert refusal.error_code in CATALOGUE
    assert CATALOGUE[refusal.error_code].status == refusal.code


@pytest.mark.parametrize("status", sorted(_OWN_WORDS))
def test_every_refusal_of_the_framework_stands_in_the_catalogue(status: int) -> None:
    code = _OWN_WORDS[status][0]

    assert CATALOGUE[code].status == status


def test_every_code_of_a_located_fault_stands_in_the_catalogue() -> None:
    assert sorted(fault_codes() - set(CATALOGUE)) == []


def test_refusals_are_found_in_every_package() -> None:
    """The control of the tests above: they would pass for no classes at all."""
    assert {one.__module__.split(".")[0] for one in REFUSALS} >= {"app", "blacklist"}
    assert len(REFUSALS) > 20
    assert len(DOORS) > 5
