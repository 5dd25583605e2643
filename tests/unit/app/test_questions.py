"""The short way past the schema: what is plainly right for it must be right for the schema as well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from app.api.questions import is_plain_check, is_plain_subject
from app.api.schemas import MOST_NAME, MOST_NUMBER, MOST_REFERENCE, CheckSchema, SubjectSchema
from blacklist.identity.documents import DocumentType
from blacklist.rules.purposes import PURPOSES

PLAIN: dict[str, Any] = {"document": {"type": "resident_id", "number": "11010519491231002X"}}

# Near the border on purpose: right types and lengths often, a wrong one now and then.
others = st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.text(), max_size=2)


def texts(most: int) -> st.SearchStrategy[Any]:
    lengths = st.sampled_from([0, 1, 2, 3, most, most + 1])
    return lengths.flatmap(lambda length: st.text(min_size=length, max_size=length)) | st.text(max_size=9) | others


types = st.sampled_from([one.value for one in DocumentType]) | texts(12)
purposes = st.sampled_from(list(PURPOSES)) | texts(12)
fields = {"type": types, "number": texts(MOST_NUMBER)}
documents = (
    st.fixed_dictionaries(fields, optional={"country": texts(3), "issuer": texts(3)})
    | st.fixed_dictionaries({}, optional=fields)
    | others
)
more = {"name": texts(MOST_NAME), "reference": texts(MOST_REFERENCE), "note": texts(3)}
subjects = st.fixed_dictionaries({"document": documents}, optional=more) | others
checks = st.fixed_dictionaries({"document": documents, "purpose": purposes}, optional=more)


def accepts(schema: SubjectSchema, value: object) -> bool:
    try:
        schema.load(value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True


@given(subjects)
@example({**PLAIN, "name": "测" * MOST_NAME, "reference": "r" * MOST_REFERENCE})
@example({"document": {"type": "no_such_type", "number": "1"}})
@example({"document": {"type": "passport", "number": "E00000001", "country": ""}})
@example({**PLAIN, "name": None})
def test_a_plain_subject_is_one_that_the_schema_accepts(value: object) -> None:
    if is_plain_subject(value):
        assert accepts(SubjectSchema(), value)


@given(checks)
@example({**PLAIN, "purpose": "air_travel"})
@example({**PLAIN, "purpose": ["air_travel"]})
def test_a_plain_check_is_one_that_the_schema_accepts(value: dict[str, Any]) -> None:
    if is_plain_check(value):
        assert accepts(CheckSchema(), value)


@pytest.mark.parametrize("kind", DocumentType)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_and_type_of_document_goes_the_short_way(kind: DocumentType, purpose: str) -> None:
    document = {"type": kind.value, "number": "1" * MOST_NUMBER, "country": "CHN"}

    assert is_plain_check({"purpose": purpose, "document": document, "name": "测", "reference": "1"})


@given(st.sampled_from(DocumentType), st.text(min_size=1, max_size=MOST_NUMBER), st.text(min_size=1, max_size=9))
def test_what_agencies_send_goes_the_short_way(kind: DocumentType, number: str, name: str) -> None:
    """The control of the implications above: they would hold for nothing plain at all."""
    assert is_plain_subject({"document": {"type": kind.value, "number": number}, "name": name})
