"""The interface against its own document: whatever is sent, the answer is one that the document describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from sqlalchemy import func, select

from app.api.operations import OPERATIONS, Operation
from app.database import reading_session
from blacklist.models import AuditEntry, CheckOutcome, Order, Subject
from tests.apps import SetClock, bearer, close_app, issue, make_app, seed

START = datetime.fromisoformat("2026-11-24T10:05:00+08:00")
NUMBER = "11010519491231002X"
EXAMPLES = 80  # of each operation, mode and database
SECONDS_BETWEEN = 30  # a visitor's bucket is full again
BASE_URL = "http://localhost"
load_all_checks()
# A number may fit its schema and fail its check digit: what fits may be refused all the same.
NOT_ASKED = [CHECKS.get_one("positive_data_acceptance")]
# A wrong item of a batch is answered `invalid` in its place and never fails the others.
NOT_ASKED_OF = {"askBatch": [CHECKS.get_one("negative_data_rejection")]}
NEVER = (AuditEntry, Order, Subject)  # what no agency and no visitor makes, but for the entry of a reported outcome


@dataclass
class Fuzzed:
    """An application with demo data, a key for every purpose, and the document it serves."""

    app: Flask
    clock: SetClock
    key: str
    schema: BaseSchema

    def operation(self, described: Operation) -> APIOperation:
        return self.schema[described.path][described.method.upper()]

    def check_id(self) -> str:
        answer = self.app.test_client().post(
            "/api/v1/checks",
            json={"purpose": "air_travel", "document": {"type": "resident_id", "number": NUMBER}},
            headers=bearer(self.key),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["check_id"])

    def public_id(self) -> str:
        answer = self.app.test_client().get("/api/v1/public/orders")
        return str(answer.get_json()["items"][0]["public_id"])

    def parameters(self, described: Operation) -> dict[str, str]:
        """What stands in the path for something that is there."""
        if "{check_id}" in described.path:
            return {"check_id": self.check_id()}
        return {"public_id": self.public_id()} if "{public_id}" in described.path else {}

    def counts(self) -> dict[str, int]:
        with self.app.app_context(), reading_session() as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (*NEVER, CheckOutcome)
            }


@pytest.fixture(scope="module")
def fuzzed(database_url: str, key_file: Path) -> Iterator[Fuzzed]:
    clock = SetClock(START)
    app = make_app(database_url, key_file, clock=clock)
    seed(app)
    key = issue(app, at=START, rate=1_000_000, burst=1_000_000, daily_subjects=1_000_000)
    # The key is right in every call; wrong ones have a test of their own.
    generation = GenerationConfig(with_security_parameters=False, database="none")
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config, base_url=BASE_URL)
    yield Fuzzed(app, clock, key, schema)
    close_app(app)


@pytest.fixture(autouse=True)
def _clock(fuzzed: Fuzzed) -> Iterator[None]:
    yield
    fuzzed.clock.at += timedelta(seconds=SECONDS_BETWEEN)


def can_be_wrong(operation: Operation, *, there: bool) -> bool:
    """Tell whether a call has a part that may break the document once its path is settled."""
    return operation.body is not None or (bool(operation.parameters) and not there)


CALLS = [
    pytest.param(operation, there, mode, id=f"{operation.name}, {'something there' if there else 'anything'}, {mode}")
    for operation in OPERATIONS
    for there in ((False, True) if "{" in operation.path else (False,))
    for mode in GenerationMode
    if mode.is_positive or can_be_wrong(operation, there=there)
]


@pytest.mark.requirement("N1")
@pytest.mark.parametrize(("described", "there", "mode"), CALLS)
def test_every_answer_is_one_that_the_document_describes(
    fuzzed: Fuzzed, described: Operation, there: bool, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {fuzzed.key}"}
    before = fuzzed.counts()
    fixed = fuzzed.parameters(described) if there else {}
    statuses: Counter[int] = Counter()
    taken: set[object] = set()  # keys of repeats: the same key again is answered as before, and reports nothing more

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=fuzzed.operation(described).as_strategy(generation_mode=mode, path_parameters=fixed or None),
        usable=st.booleans(),
    )
    def run(case: schemathesis.Case, usable: bool) -> None:
        fuzzed.clock.at += timedelta(seconds=SECONDS_BETWEEN)
        if usable and mode.is_positive:
            make_usable(case, at=fuzzed.clock.at)
        answer = case.call(headers=headers, base_url=BASE_URL)
        statuses[answer.status_code] += 1
        if answer.status_code == 201:
            taken.add((case.headers or {}).get("Idempotency-Key") or object())
        case.validate_response(
            answer,
            headers=headers,
            excluded_checks=[*NOT_ASKED, *NOT_ASKED_OF.get(described.name, [])],
            transport_kwargs={"base_url": BASE_URL},
        )

    run()

    after = fuzzed.counts()
    reported = after["check_outcomes"] - before["check_outcomes"]
    assert after == {
        **before,
        "check_outcomes": before["check_outcomes"] + reported,
        "audit_entries": before["audit_entries"] + reported,
    }
    assert reported == (len(taken) if described.name == "reportOutcome" else 0)
    # Without answers of the good kind nothing would have been looked at but refusals.
    if mode.is_positive and (there or "{" not in described.path):
        assert statuses[described.status] > 0, statuses


def make_usable(case: schemathesis.Case, *, at: datetime) -> None:
    """Put a number into a generated body that somebody bears, and an hour that can be true."""
    body = case.body
    if not isinstance(body, dict):
        return
    if "document" in body:
        body["document"] = {"type": "resident_id", "number": NUMBER}
    if "at" in body:
        body["at"] = at.isoformat()


@pytest.mark.parametrize("described", OPERATIONS, ids=lambda one: one.name)
def test_the_examples_of_the_document_work(fuzzed: Fuzzed, described: Operation) -> None:
    path = described.path.format(**fuzzed.parameters(described))
    fuzzed.clock.at += timedelta(seconds=SECONDS_BETWEEN)
    headers = bearer(fuzzed.key, **{"Idempotency-Key": described.name})
    body = described.body_example
    if body is not None and "at" in body:
        body = {**body, "at": fuzzed.clock.at.isoformat()}

    answer = fuzzed.app.test_client().open(path, method=described.method.upper(), json=body, headers=headers)

    assert answer.status_code == described.status, answer.text
    assert answer.get_json().keys() == described.answer_example.keys()


@pytest.mark.parametrize("described", [one for one in OPERATIONS if not one.open_to_all], ids=lambda one: one.name)
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer jr_test_x", "Basic eDp5", "Bearer \x00"])
def test_nothing_of_agencies_is_answered_without_a_key(
    fuzzed: Fuzzed, described: Operation, authorization: str | None
) -> None:
    before = fuzzed.counts()
    path = described.path.format(check_id="chk_7K3M9Q2XTD4H8VBN")
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = fuzzed.app.test_client().open(
        path, method=described.method.upper(), json=described.body_example, headers=headers
    )

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (401, "key-needed")
    assert fuzzed.counts() == before
