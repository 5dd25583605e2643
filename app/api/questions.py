"""From a JSON object to a question: canonical number, cleaned name."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema

from app.api.faults import load
from app.api.schemas import DOCUMENT_TYPES, MOST_NAME, MOST_NUMBER, MOST_REFERENCE
from blacklist.errors import Fault, InvalidError
from blacklist.identity.documents import parse_document
from blacklist.identity.names import stored_name
from blacklist.identity.texts import clean_text
from blacklist.rules.purposes import PURPOSES
from blacklist.services.asking import Question

_SUBJECT_KEYS = frozenset({"document", "name", "reference"})
_CHECK_KEYS = _SUBJECT_KEYS | {"purpose"}
_DOCUMENT_KEYS = frozenset({"type", "number", "country"})


def question_of(body: dict[str, Any], *, today: date, schema: Schema) -> Question:
    """Return the question in a JSON object.

    The schema is asked only where the object is not plainly right: reading it with marshmallow costs more than the
    whole rest of a check, and says nothing new of an object that has exactly the fields and types it wants.

    Raises:
        InvalidError: with located faults; a number that cannot be one is never `clear`.
    """
    if not is_plain_check(body):
        load(schema, body)
    return subject_of(body, today=today)


def subject_of(item: dict[str, Any], *, today: date) -> Question:
    """Return the question about one subject whose shape was found right.

    Raises:
        InvalidDocumentError: the number cannot be one. InvalidError: the name or the reference cannot be one.
    """
    given = item["document"]
    document = parse_document(given["type"], given["number"], country=given.get("country"), today=today)
    name, reference = item.get("name"), item.get("reference")
    return Question(
        document=document,
        name=None if name is None else stored_name(name),
        reference=None if reference is None else clean_text(reference, pointer="/reference", most=MOST_REFERENCE),
    )


def faults_of(error: InvalidError, *, english: bool) -> list[dict[str, str]]:
    """Return the located faults of a refusal as an item of a batch shows them."""
    faults = error.errors or (Fault("", error.code, error.detail, error.english),)
    return [
        {"pointer": one.pointer, "code": one.code, "detail": one.english if english else one.detail} for one in faults
    ]


def is_plain_check(body: dict[str, Any]) -> bool:
    """Tell whether an object has exactly the shape of a check, so that the schema would accept it."""
    purpose = body.get("purpose")
    return type(purpose) is str and purpose in PURPOSES and _is_plain(body, _CHECK_KEYS)


def is_plain_subject(item: object) -> bool:
    """Tell whether an item has exactly the shape of a subject, so that the schema would accept it."""
    return isinstance(item, dict) and _is_plain(item, _SUBJECT_KEYS)


def _is_plain(item: dict[str, Any], keys: frozenset[str]) -> bool:
    document = item.get("document")
    if type(document) is not dict or not item.keys() <= keys or not document.keys() <= _DOCUMENT_KEYS:
        return False
    kind, number = document.get("type"), document.get("number")
    if type(kind) is not str or kind not in DOCUMENT_TYPES:
        return False
    if type(number) is not str or not 0 < len(number) <= MOST_NUMBER:
        return False
    if "country" in document and (type(document["country"]) is not str or len(document["country"]) != 3):
        return False
    return _is_text(item, "name", MOST_NAME) and _is_text(item, "reference", MOST_REFERENCE)


def _is_text(item: dict[str, Any], key: str, most: int) -> bool:
    if key not in item:
        return True
    value = item[key]
    return type(value) is str and 0 < len(value) <= most
