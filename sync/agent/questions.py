"""What a local question must look like: strict JSON, no member more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from blacklist.errors import InvalidError
from blacklist.ledger.canonical import read_json
from blacklist.ledger.faults import FormatError

MOST_CHECKS: Final = 1_000
_MOST_NUMBER: Final = 64
_MOST_USE: Final = 64
_QUESTION: Final = frozenset({"purpose", "document", "use"})
_DOCUMENT: Final = frozenset({"type", "number", "country"})


class MalformedError(ValueError):
    """The body is no question."""


def read_question(content: bytes) -> tuple[str, dict[str, str], str | None]:
    """Read purpose, document and use of one question.

    Raises:
        MalformedError: it is none.
    """
    return question_of(_json(content))


def read_questions(content: bytes) -> list[Any]:
    """Read up to 1,000 questions; each is looked at when its turn comes.

    Raises:
        MalformedError: it is no list of them.
    """
    members = _json(content)
    checks = members.get("checks") if isinstance(members, dict) and members.keys() == {"checks"} else None
    if not isinstance(checks, list) or not 1 <= len(checks) <= MOST_CHECKS:
        raise MalformedError("checks is a list of 1 to 1,000 questions")
    return checks


def question_of(members: Any) -> tuple[str, dict[str, str], str | None]:
    """Return purpose, document and use.

    Raises:
        MalformedError: a member is missing, unknown or of the wrong type.
    """
    if (
        not isinstance(members, Mapping)
        or not members.keys() <= _QUESTION
        or not {"purpose", "document"} <= members.keys()
    ):
        raise MalformedError("a question has a purpose, a document and perhaps a use")
    purpose, document, use = members["purpose"], members["document"], members.get("use")
    if (
        not isinstance(document, Mapping)
        or not document.keys() <= _DOCUMENT
        or not {"type", "number"} <= document.keys()
    ):
        raise MalformedError("a document has a type, a number and perhaps a country")
    if not all(isinstance(one, str) and len(one) <= _MOST_NUMBER for one in (purpose, *document.values())):
        raise MalformedError("purpose and document are short texts")
    if use is not None and (not isinstance(use, str) or not 1 <= len(use) <= _MOST_USE):
        raise MalformedError("use is a text of 1 to 64 characters")
    return purpose, dict(document), use


def code_of(error: InvalidError) -> str:
    """Return what is wrong with the values of a question."""
    return "unknown-purpose" if any(one.code == "unknown-purpose" for one in error.errors) else "bad-document"


def _json(content: bytes) -> Any:
    try:
        return read_json(content)
    except FormatError as error:
        raise MalformedError(f"the body is not strict JSON: {error}") from None
