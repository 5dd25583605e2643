"""The committed OpenAPI document is the one that is served, and it tells of every route of /api/v1 and /sync/v1 and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.api.document import document_bytes
from tests.apps import close_app, make_app
from tools import write_openapi

PREFIXES = ("/api/v1/", "/sync/v1/")
CONVERTER = re.compile(r"<(?:[^:<>]+:)?([a-z_]+)>")
ANSWERED_BY_FLASK = {"HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Iterator[Flask]:
    """An application whose database is never read: only its routes are."""
    url = f"sqlite:///{tmp_path_factory.mktemp('routes') / 'registry.sqlite3'}"
    made = make_app(url, key_file, clock=lambda: pytest.fail("the clock was read"))
    yield made
    close_app(made)


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every (path, method) below /api/v1 and /sync/v1, as the document writes paths."""
    return {
        (CONVERTER.sub(r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - ANSWERED_BY_FLASK
        if rule.rule.startswith(PREFIXES)
    }


def described() -> set[tuple[str, str]]:
    """Every (path, method) of the document."""
    document = json.loads(document_bytes())
    return {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}


def test_the_committed_document_is_the_served_one() -> None:
    assert write_openapi.PATH.read_bytes() == document_bytes(), "run .venv/bin/python -m tools.write_openapi"


def test_the_writer_writes_what_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_openapi, "PATH", tmp_path / "openapi.json")

    write_openapi.main()

    assert (tmp_path / "openapi.json").read_bytes() == document_bytes()


def test_every_route_is_described_and_every_description_has_its_route(app: Flask) -> None:
    assert routes(app) == described()
    assert len(described()) >= 14


@pytest.mark.parametrize(("path", "method"), sorted(described()))
def test_every_operation_is_told_in_words_and_by_examples(path: str, method: str) -> None:
    operation = json.loads(document_bytes())["paths"][path][method.lower()]
    good = [response for status, response in operation["responses"].items() if status < "400"]
    contents = [content for response in good for content in response["content"].values()]
    if method == "POST":
        contents.append(operation["requestBody"]["content"]["application/json"])

    assert operation["summary"]
    assert operation["operationId"]
    assert good
    assert all(content["schema"] and content["example"] for content in contents)
    assert all(
        "example" in parameter["schema"] for parameter in operation.get("parameters", []) if parameter["required"]
    )


def test_the_comparison_misses_no_route(app: Flask) -> None:
    """The negative control: a route that nobody described is seen."""
    undescribed = Flask("undescribed")
    undescribed.add_url_rule("/api/v1/secret/<int:number>", view_func=lambda number: "", methods=["DELETE"])

    assert routes(undescribed) - described() == {("/api/v1/secret/{number}", "DELETE")}
