"""Checks through the interface, on both databases: what is answered, what is refused, what is written, what is not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app import clock as app_clock
from app.accounts.agency_keys import CACHE_SECONDS
from app.cli.demo import cast
from app.cli.demo.cast import SandboxSubject
from app.database import reading_session, writing_session
from blacklist.models import AgencyKey, Check, CheckOutcome
from blacklist.rules.purposes import PURPOSES
from blacklist.services.agencies import format_key, revoke_key
from tests.apps import COMMAND, SetClock, ask, bearer, close_app, close_thread, document, issue, make_app, seed

Done = TypeVar("Done")
CHECKS, BATCH = "/api/v1/checks", "/api/v1/checks/batch"
NUMBER = "11010519491231002X"
AIR, BORDER, MARKET = "示例航旅", "示例口岸", "示例市场监管"
COLUMNS = {"air_travel": AIR, "exit_border": BORDER, "company_officer": MARKET}
PLAIN = {"purpose": "air_travel", "document": document(NUMBER)}

# Name, number, what air_travel, exit_border and company_officer answer (`api.md` §8). 测试丁 has no order until
# suspension is built.
SANDBOX: tuple[tuple[SandboxSubject, str, str, str], ...] = (
    (cast.JIA, "restricted", "clear", "restricted"),
    (cast.JIA_NAMESAKE, "clear", "clear", "clear"),
    (cast.YI, "clear", "clear", "clear"),
    (cast.BING, "permitted", "clear", "clear"),
    (cast.DING, "clear", "clear", "clear"),
    (cast.WU, "clear", "clear", "clear"),
    (cast.JI, "clear", "clear", "clear"),
    (cast.GENG, "clear", "restricted", "clear"),
    (cast.XIN, "restricted", "clear", "clear"),
    (cast.REN, "restricted", "clear", "clear"),
    (cast.GUI, "restricted", "clear", "restricted"),
    (cast.ZI, "clear", "clear", "clear"),
    (cast.UNIT_ONE, "clear", "clear", "clear"),
    (cast.UNIT_TWO, "clear", "clear", "clear"),
)


@dataclass
class Registry:
    """A seeded registry, its clock, and the keys of the demo agencies and of one that may ask everything."""

    app: Flask
    clock: SetClock
    keys: dict[str, str]
    every: str = field(default="")

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def ask(self, number: str, purpose: str = "air_travel", **more: Any) -> TestResponse:
        """Ask with the key that may ask everything."""
        return ask(self.client, self.every, number, purpose, **more)

    def batch(self, subjects: list[Any], purpose: str = "air_travel") -> TestResponse:
        return self.client.post(BATCH, json={"purpose": purpose, "subjects": subjects}, headers=bearer(self.every))

    def send(self, body: bytes, *, kind: str = "application/json", path: str = CHECKS, **headers: str) -> TestResponse:
        """Send bytes as they are."""
        return self.client.post(path, data=body, headers={**bearer(self.every), "Content-Type": kind, **headers})

    def own(self, **terms: Any) -> str:
        """Return a fresh key of a fresh agency."""
        return issue(self.app, at=self.clock.at, **terms)

    def recorded(self) -> int:
        """Return how many checks are on disk."""
        with self.app.app_context(), reading_session() as session:
            return session.scalar(select(func.count()).select_from(Check)) or 0

    def reported(self) -> int:
        """Return how many outcomes are on disk."""
        with self.app.app_context(), reading_session() as session:
            return session.scalar(select(func.count()).select_from(CheckOutcome)) or 0

    def run(self, *statements: str) -> None:
        """Change the schema under the running application."""
        with self.app.app_context(), writing_session() as session:
            for statement in statements:
                session.execute(text(statement))


@pytest.fixture(scope="module")
def registry(database_url: str, key_file: Path) -> Iterator[Registry]:
    clock = SetClock(datetime(2026, 11, 24, 10, 5, 7, 123456, tzinfo=ZoneInfo("Asia/Shanghai")))
    app = make_app(database_url, key_file, clock=clock)
    keys = seed(app)
    yield Registry(app, clock, keys, issue(app, at=clock.at, burst=100_000))
    close_app(app)


@pytest.fixture(params=["application/json", "application/json; charset=utf-8"], ids=["ahead of Flask", "in the view"])
def door(request: pytest.FixtureRequest) -> dict[str, str]:
    """Headers that take a plain check through the gate, or past it into the view."""
    return {"Content-Type": request.param}


def together(app: Flask, count: int, act: Callable[[int], Done]) -> list[Done]:
    """Run `act` in as many threads at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Done:
        try:
            barrier.wait(10)
            return act(number)
        finally:
            close_thread(app)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def assert_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert an RFC 9457 problem in English, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert {"type", "title", "status", "code", "detail", "instance"} <= problem.keys()
    assert problem["type"].endswith(f"/dev/errors/{code}")
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["instance"] == answer.headers["X-Request-Id"]
    assert problem["title"].isascii()
    assert problem["detail"].isascii()
    return problem


# What is answered


@pytest.mark.parametrize("purpose", COLUMNS)
def test_every_sandbox_subject_is_answered_as_the_table_says(
    registry: Registry, purpose: str, door: dict[str, str]
) -> None:
    column = list(COLUMNS).index(purpose)
    key = registry.keys[COLUMNS[purpose]]
    found = {}
    for subject, *_ in SANDBOX:
        kind, number, country = subject.documents[0]
        answer = ask(registry.client, key, number, purpose, kind=kind, country=country, headers=door)
        assert answer.status_code == 200, answer.text
        found[number] = answer.json["outcome"]
    assert found == {row[0].documents[0][1]: row[1 + column] for row in SANDBOX}


def test_a_restricted_answer_has_the_promised_shape(registry: Registry, door: dict[str, str]) -> None:
    answer = registry.ask(NUMBER, name="测试甲", reference="PNR-8K2M4", headers=door)
    body = answer.json
    assert list(body) == [
        *("check_id", "outcome", "purpose", "restrictions", "permit", "denial_code", "as_of", "action", "message")
    ]
    assert (body["outcome"], body["action"], body["permit"]) == ("restricted", "refuse", None)
    (one,) = body["restrictions"]
    assert (one["kind"], one["measure"], one["role"], one["until"]) == (
        *("consumption", "consumption.air", "debtor", None),
    )
    assert one["order_no"].endswith("-限消1")
    assert body["denial_code"]
    assert body["as_of"] == {"log_id": None, "size": None, "at": "2026-11-24T10:05:07.123+08:00"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["RateLimit-Limit"] == "100000"
    assert "330000" not in answer.text


def test_a_clear_answer_names_no_reason_and_no_code(registry: Registry, door: dict[str, str]) -> None:
    body = registry.ask("34052419800101001X", headers=door).json
    assert (body["outcome"], body["action"]) == ("clear", "proceed")
    assert (body["restrictions"], body["permit"], body["denial_code"]) == ([], None, None)


@pytest.mark.parametrize(
    ("document_type", "number", "country", "purpose"),
    [
        ("resident_id", "110105491231002", None, "air_travel"),
        ("resident_id", " 11010519491231002x ", None, "air_travel"),
        ("passport", "E00000001", "CHN", "air_travel"),
        ("passport", "EL0000007", "CHN", "exit_border"),
        ("org_code", "M000100Y4", None, "company_registration"),
        ("org_code", "M000100Y-4", None, "company_registration"),
    ],
)
def test_another_document_or_writing_of_the_same_subject_is_answered_alike(
    registry: Registry, document_type: str, number: str, country: str | None, purpose: str
) -> None:
    twin = {
        "M000100Y": ("91350100M000100Y43", "uscc"),
        "EL000000": ("710100198811110078", "resident_id"),
    }.get(number[:8], (NUMBER, "resident_id"))
    answer = registry.ask(number, purpose, kind=document_type, country=country)
    reference = registry.ask(twin[0], purpose, kind=twin[1])
    assert (answer.status_code, reference.status_code) == (200, 200), answer.text
    assert answer.json["outcome"] == reference.json["outcome"]
    assert answer.json["restrictions"] == reference.json["restrictions"]


def test_a_unit_is_found_by_credit_code_and_organisation_code_where_a_measure_binds_units(registry: Registry) -> None:
    asked = [("91350100M000100Y43", "uscc"), ("M000100Y4", "org_code")]
    assert [registry.ask(number, "bank_credit", kind=kind).json["outcome"] for number, kind in asked] == [
        *("restricted", "restricted")
    ]


def test_the_namesake_with_a_number_of_his_own_is_clear(registry: Registry) -> None:
    assert registry.ask("71010019700101002X", name="测试甲").json["outcome"] == "clear"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_name_that_is_not_the_subjects_is_a_mismatch_for_every_purpose(registry: Registry, purpose: str) -> None:
    body = registry.ask(NUMBER, purpose, name="测试乙").json
    assert (body["outcome"], body["action"]) == ("mismatch", "verify")
    assert (body["restrictions"], body["denial_code"]) == ([], None)


def test_a_wrong_name_is_no_mismatch_where_nothing_stands_against_the_number(registry: Registry) -> None:
    assert registry.ask("34052419800101001X", name="测试丙").json["outcome"] == "clear"


@pytest.mark.parametrize("name", ["测试辛·吐尔逊", "测试辛•吐尔逊", "测试辛 · 吐尔逊"])
def test_a_name_is_compared_after_normalisation(registry: Registry, name: str) -> None:
    assert registry.ask("710100199512310082", name=name).json["outcome"] == "restricted"


# What is recorded


@pytest.mark.parametrize(("number", "name"), [(NUMBER, None), (NUMBER, "测试乙"), ("34052419800101001X", None)])
def test_the_recorded_answer_is_the_answer(
    registry: Registry, number: str, name: str | None, door: dict[str, str]
) -> None:
    given = registry.ask(number, headers=door, **({"name": name} if name else {})).json
    shown = registry.client.get(f"{CHECKS}/{given['check_id']}", headers=bearer(registry.every))
    assert (shown.status_code, shown.json) == (200, given)


def test_an_answer_is_recorded_once_with_who_asked_what_and_when(registry: Registry, door: dict[str, str]) -> None:
    before = registry.recorded()
    given = registry.ask(NUMBER, reference="PNR-1", headers=door).json
    assert registry.recorded() == before + 1
    vault = registry.app.extensions["vault"]
    with registry.app.app_context(), reading_session() as session:
        row = session.get_one(Check, vault.check_names.row_id(given["check_id"]))
        assert (row.purpose, row.outcome, row.denial_code) == ("air_travel", "restricted", given["denial_code"])
        assert row.at == registry.clock.at
        assert session.get_one(AgencyKey, row.key_id).agency_id == row.agency_id
        assert row.reference is not None
        assert b"PNR-1" not in row.reference
        assert vault.open(row.reference, table="checks", row=row.id, column="reference") == "PNR-1"


def test_a_check_of_another_agency_is_as_absent_as_one_never_made(registry: Registry) -> None:
    made = ask(registry.client, registry.keys[AIR], NUMBER, "air_travel").json["check_id"]
    answers = [
        registry.client.get(f"{CHECKS}/{one}", headers=bearer(registry.every))
        for one in (made, "chk_7K3M9Q2XTD4H8VBN", "chk_", NUMBER, "%FF", "x" * 300)
    ]
    problems = [assert_problem(answer, 404, "check-not-found") for answer in answers]
    assert len({(one["title"], one["detail"]) for one in problems}) == 1


# Batches


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_batch_answers_in_order_around_an_item_that_cannot_be_read(registry: Registry, position: int) -> None:
    subjects: list[Any] = [{"document": document(NUMBER)}, {"document": document("34052419800101001X")}]
    subjects.insert(position, {"document": document("110105194912310021"), "reference": "r"})
    answer = registry.batch(subjects)
    assert answer.status_code == 200
    outcomes = [one["outcome"] for one in answer.json["results"]]
    expected = ["restricted", "clear"]
    expected.insert(position, "invalid")
    assert outcomes == expected
    (fault,) = answer.json["results"][position]["errors"]
    assert (fault["pointer"], fault["code"]) == ("/document/number", "bad-check-digit")
    assert fault["detail"].isascii()


def test_items_of_any_wrong_shape_are_invalid_and_the_others_are_answered(registry: Registry) -> None:
    wrong: list[Any] = [None, 7, "x", [], {}, {"document": 1}, {"document": document(NUMBER), "purpose": "x"}]
    wrong += [{"document": {"type": [], "number": NUMBER}}, {"document": {"type": "passport", "number": "E00000001"}}]
    answer = registry.batch([*wrong, {"document": document(NUMBER)}])
    assert answer.status_code == 200, answer.text
    assert [one["outcome"] for one in answer.json["results"]] == ["invalid"] * len(wrong) + ["restricted"]
    assert all(one["errors"] for one in answer.json["results"][:-1])


def test_every_answered_item_of_a_batch_is_recorded_under_its_own_name(registry: Registry) -> None:
    before = registry.recorded()
    results = registry.batch([{"document": document(NUMBER)}, {"document": document(NUMBER)}, {}]).json["results"]
    assert registry.recorded() == before + 2
    for given in results[:2]:
        shown = registry.client.get(f"{CHECKS}/{given['check_id']}", headers=bearer(registry.every))
        assert shown.json == given
    assert results[0]["check_id"] != results[1]["check_id"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"purpose": "air_travel"}, "/subjects", "missing"),
        ({"purpose": "air_travel", "subjects": []}, "/subjects", "not-allowed"),
        ({"purpose": "air_travel", "subjects": {}}, "/subjects", "wrong-type"),
        ({"purpose": "flying", "subjects": [{}]}, "/purpose", "not-allowed"),
        ({"purpose": ["air_travel"], "subjects": [{}]}, "/purpose", "wrong-type"),
        ({"purpose": "air_travel", "subjects": [{}], "more": 1}, "/more", "unknown-field"),
        ({"purpose": "air_travel", "subjects": [{}] * 5001}, "/subjects", "not-allowed"),
    ],
    ids=["no subjects", "none in it", "not a list", "unknown purpose", "purpose in a list", "unknown field", "5001"],
)
def test_a_wrong_envelope_is_refused_whole(registry: Registry, body: dict[str, Any], pointer: str, code: str) -> None:
    before = registry.recorded()
    answer = registry.client.post(BATCH, json=body, headers=bearer(registry.every))
    problem = assert_problem(answer, 422, code)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]
    assert registry.recorded() == before


# What is refused


def test_a_bad_check_digit_is_never_clear(registry: Registry, door: dict[str, str]) -> None:
    before = registry.recorded()
    answer = registry.ask("110105194912310021", headers=door)
    problem = assert_problem(answer, 422, "bad-check-digit")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [("/document/number", "bad-check-digit")]
    assert "110105194912310021" not in answer.text
    assert registry.recorded() == before


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"nmae": "测试甲"}, "/nmae", "unknown-field"),
        ({NUMBER: "x"}, "/[redacted]", "unknown-field"),
        ({"document": {**document(NUMBER), "issuer": "x"}}, "/document/issuer", "unknown-field"),
        ({"document": {**document(NUMBER), "type": "id"}}, "/document/type", "unknown-type"),
        ({"document": {"type": "resident_id"}}, "/document/number", "missing"),
        ({"document": {"type": "resident_id", "number": 110105491231002}}, "/document/number", "wrong-type"),
        ({"document": {"type": "passport", "number": "E00000001"}}, "/document/country", "bad-country"),
        ({"document": [document(NUMBER)]}, "/document", "wrong-type"),
        ({"document": None}, "/document", "missing"),
        ({"purpose": "flying"}, "/purpose", "not-allowed"),
        ({"purpose": ["air_travel"]}, "/purpose", "wrong-type"),
        ({"purpose": {"a": 1}}, "/purpose", "wrong-type"),
        ({"name": None}, "/name", "missing"),
        ({"name": "测" * 101}, "/name", "not-allowed"),
        ({"reference": ""}, "/reference", "not-allowed"),
        ({"reference": "r" * 65}, "/reference", "not-allowed"),
    ],
)
def test_a_wrong_field_is_refused_at_its_place(
    registry: Registry, change: dict[str, Any], pointer: str, code: str, door: dict[str, str]
) -> None:
    before = registry.recorded()
    answer = registry.client.post(CHECKS, json={**PLAIN, **change}, headers={**bearer(registry.every), **door})
    problem = assert_problem(answer, 422, code)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]
    assert NUMBER not in answer.text
    assert registry.recorded() == before


def _keys(registry: Registry) -> dict[str, str]:
    good = registry.every
    body, _ = good.rsplit("_", 1)
    _, environment, key_id, secret = body.split("_")
    return {
        "no key": "",
        "no scheme": good,
        "another scheme": f"Basic {good}",
        "wrong checksum": f"Bearer {body}_000000",
        "wrong secret": f"Bearer {format_key(environment, key_id, secret[::-1])}",
        "unknown key": f"Bearer {format_key(environment, 'A' * 10, secret)}",
        "other environment": f"Bearer {format_key('live', key_id, secret)}",
        "line after it": f"Bearer {good} x",
    }


def test_every_wrong_key_gets_the_same_401(registry: Registry, door: dict[str, str]) -> None:
    before, details = registry.recorded(), set()
    for what, value in _keys(registry).items():
        answer = registry.client.post(
            CHECKS, json=PLAIN, headers={"Accept-Language": "en", **door, **({"Authorization": value} if value else {})}
        )
        details.add(assert_problem(answer, 401, "key-needed")["detail"])
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), what
    assert len(details) == 1
    assert registry.recorded() == before


def test_an_expired_key_is_refused(registry: Registry) -> None:
    key = registry.own(lifetime=timedelta(minutes=1))
    assert ask(registry.client, key, NUMBER, "air_travel").status_code == 200
    before = registry.clock.at
    registry.clock.at = before + timedelta(minutes=1)
    assert_problem(ask(registry.client, key, NUMBER, "air_travel"), 401, "key-needed")
    registry.clock.at = before


def test_a_right_key_without_scope_purpose_or_network_is_forbidden(registry: Registry, door: dict[str, str]) -> None:
    before = registry.recorded()
    for key, purpose, code in (
        (registry.own(scopes=("notices",)), "air_travel", "scope-missing"),
        (registry.keys[AIR], "exit_border", "purpose-not-permitted"),
        (registry.own(networks=("192.0.2.0/24",)), "air_travel", "network-not-permitted"),
    ):
        assert_problem(ask(registry.client, key, NUMBER, purpose, headers=door), 403, code)
    foreign = {"purpose": "exit_border", "subjects": [{"document": document(NUMBER)}]}
    answer = registry.client.post(BATCH, json=foreign, headers=bearer(registry.keys[AIR]))
    assert_problem(answer, 403, "purpose-not-permitted")
    assert registry.recorded() == before


def test_purposes_are_those_of_the_agency_and_each_tells_what_it_obliges_to(registry: Registry) -> None:
    answer = registry.client.get("/api/v1/purposes", headers=bearer(registry.keys[AIR]))
    assert sorted(one["purpose"] for one in answer.json["items"]) == ["air_travel", "rail_high_class"]
    assert all(one["legal_basis"] and one["obligations"]["mismatch"] == "verify" for one in answer.json["items"])


WRONG_BODIES = {
    "duplicate key": b'{"purpose":"air_travel","purpose":"air_travel","document":{"type":"resident_id","number":"1"}}',
    "duplicate key within": b'{"purpose":"air_travel","document":{"type":"passport","number":"1","number":"2"}}',
    "duplicate key by escape": b'{"purpose":"air_travel","p\\u0075rpose":"air_travel"}',
    "NaN": b'{"purpose":NaN}',
    "infinity": b'{"purpose":Infinity}',
    "number out of range": b'{"purpose":1e999}',
    "huge integer": b'{"purpose":' + b"9" * 400 + b"}",
    "lone surrogate": b'{"purpose":"air_travel","name":"\\ud800"}',
    "UTF-16": '{"purpose":"air_travel"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "not UTF-8": b'{"name":"\xff"}',
    "deep nesting": b'{"a":' * 17 + b"1" + b"}" * 17,
    "very deep nesting": b"[" * 3000 + b"]" * 3000,
    "empty": b"",
    "not an object": b'["air_travel"]',
    "two values": b"{}{}",
    "trailing comma": b'{"purpose":"air_travel",}',
    "too many values": b'{"a":[' + b"1," * 21_000 + b"1]}",
}


# A batch may hold more values.
@pytest.mark.parametrize(
    ("what", "path"),
    [(what, path) for what in WRONG_BODIES for path in (CHECKS, BATCH) if (what, path) != ("too many values", BATCH)],
)
def test_a_body_that_is_not_strict_json_is_400(registry: Registry, what: str, path: str, door: dict[str, str]) -> None:
    answer = registry.send(WRONG_BODIES[what], path=path, kind=door["Content-Type"])
    assert_problem(answer, 400, "malformed")


@pytest.mark.parametrize("path", [CHECKS, BATCH])
def test_an_unknown_query_parameter_is_400(registry: Registry, path: str) -> None:
    for query in ("?x=1", f"?number={NUMBER}"):
        answer = registry.client.post(path + query, json=PLAIN, headers=bearer(registry.every))
        assert_problem(answer, 400, "malformed")
        assert NUMBER not in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"])
def test_another_content_type_is_415(registry: Registry, kind: str) -> None:
    for path in (CHECKS, BATCH):
        assert_problem(registry.send(b"{}", kind=kind, path=path), 415, "wrong-content-type")


def test_a_body_over_its_limit_is_413(registry: Registry) -> None:
    for path, most in ((CHECKS, 256 * 1024), (BATCH, 2 * 1024 * 1024)):
        body = b'{"purpose":"' + b"a" * most + b'"}'
        assert_problem(registry.send(body, path=path), 413, "too-large")


def test_another_method_is_405_and_another_path_404(registry: Registry) -> None:
    answer = registry.client.get(CHECKS, headers=bearer(registry.every))
    assert_problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]
    assert_problem(registry.client.get("/api/v1/nothing", headers=bearer(registry.every)), 404, "not-found")


def test_problems_speak_chinese_unless_english_is_asked_for(registry: Registry) -> None:
    headers = {"Authorization": f"Bearer {registry.every}"}
    problem = registry.client.post(CHECKS, data=b"", content_type="application/json", headers=headers).json
    assert "JSON" in problem["detail"]
    assert not problem["detail"].isascii()
    assert not problem["title"].isascii()


# What the agency did


def report(registry: Registry, check_id: str, key: str | None, **change: Any) -> TestResponse:
    body = {"action": "refused", "at": registry.clock.at.isoformat(), **change}
    extra = {} if key is None else {"Idempotency-Key": key}
    return registry.app.test_client().post(
        f"{CHECKS}/{check_id}/outcome", json=body, headers=bearer(registry.every, **extra)
    )


@pytest.fixture
def check_id(registry: Registry) -> str:
    """A check answered just now."""
    return str(registry.ask(NUMBER).json["check_id"])


@pytest.mark.parametrize("key", [None, "", "with space", "x" * 256])
def test_a_change_without_a_sound_idempotency_key_is_400(registry: Registry, check_id: str, key: str | None) -> None:
    before = registry.reported()
    assert_problem(report(registry, check_id, key), 400, "malformed")
    assert registry.reported() == before


def test_the_same_key_and_body_replays_the_answer_with_one_effect(registry: Registry, check_id: str) -> None:
    before, at = registry.reported(), registry.clock.at
    first = report(registry, check_id, "key-1", at=at.isoformat())
    registry.clock.at = at + timedelta(seconds=30)
    second = report(registry, check_id, "key-1", at=at.isoformat())
    registry.clock.at = at
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert second.json == first.json
    assert registry.reported() == before + 1


def test_the_same_key_with_another_body_is_422(registry: Registry, check_id: str) -> None:
    assert report(registry, check_id, "key-1").status_code == 201
    before = registry.reported()
    assert_problem(report(registry, check_id, "key-1", action="verified"), 422, "idempotency-key-reused")
    assert registry.reported() == before


def test_a_refused_report_keeps_no_answer_so_the_key_may_be_used_again(registry: Registry, check_id: str) -> None:
    late = (registry.clock.at + timedelta(hours=1)).isoformat()
    assert_problem(report(registry, check_id, "key-1", at=late), 422, "impossible-time")
    assert_problem(report(registry, check_id, "key-1", action="permit_used"), 409, "no-permit")
    assert report(registry, check_id, "key-1").status_code == 201


def test_a_report_of_another_agencys_check_is_404(registry: Registry) -> None:
    foreign = ask(registry.client, registry.keys[AIR], NUMBER, "air_travel").json["check_id"]
    problems = [
        assert_problem(report(registry, one, "key-1"), 404, "check-not-found")
        for one in (foreign, "chk_7K3M9Q2XTD4H8VBN", NUMBER, "%FF", "x" * 300)
    ]
    assert len({(one["title"], one["detail"]) for one in problems}) == 1


@pytest.mark.parametrize("path", [f"{CHECKS}/%00", "/api/v1/public/orders/a%00b", "/api/v1/%00"])
def test_an_address_with_a_null_character_names_nothing(registry: Registry, path: str) -> None:
    """PostgreSQL takes no such text; the refusal comes before it is asked."""
    client = registry.client
    answers = [client.get(path, headers=bearer(registry.every)), client.get("/e/%00"), client.get("/desk/e/%00")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert_problem(answers[0], 404, "not-found")
    assert report(registry, "a%00b", "key-1").status_code == 404


def test_eight_reports_at_once_with_one_key_have_one_effect(registry: Registry, check_id: str) -> None:
    before = registry.reported()
    answers = together(registry.app, 8, lambda _: report(registry, check_id, "key-8"))
    done = [answer for answer in answers if answer.status_code == 201]
    assert done
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.get_data() for answer in done}) == 1
    assert registry.reported() == before + 1
    assert report(registry, check_id, "key-8").get_data() == done[0].get_data()


# Limits


@pytest.mark.parametrize(("rate", "burst"), [(1, 5), (3, 5), (50, 5)])
def test_sixteen_callers_at_once_get_exactly_the_burst(registry: Registry, rate: int, burst: int) -> None:
    key = registry.own(rate=rate, burst=burst)
    before = registry.recorded()
    answers = together(registry.app, 16, lambda _: ask(registry.app.test_client(), key, NUMBER, "air_travel"))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 16 - burst
    for answer in refused:
        assert_problem(answer, 429, "too-many-requests")
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["RateLimit-Remaining"] == "0"
    assert registry.recorded() == before + burst


def test_the_bucket_fills_with_time_and_a_clock_run_backwards_fills_nothing(registry: Registry) -> None:
    key, at = registry.own(rate=1, burst=2), registry.clock.at

    def status() -> int:
        return ask(registry.client, key, NUMBER, "air_travel").status_code

    assert [status(), status(), status()] == [200, 200, 429]
    registry.clock.at = at - timedelta(hours=1)
    assert status() == 429
    registry.clock.at = at + timedelta(seconds=1)
    assert [status(), status()] == [200, 429]
    registry.clock.at = at


def test_a_batch_is_one_call_for_the_rate(registry: Registry) -> None:
    key = registry.own(rate=1, burst=1)
    body = {"purpose": "air_travel", "subjects": [{"document": document(NUMBER)}] * 20}
    answers = [registry.client.post(BATCH, json=body, headers=bearer(key)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_the_daily_quota_counts_distinct_subjects_and_begins_anew_at_midnight(registry: Registry) -> None:
    key, at = registry.own(daily_subjects=2, rate=1), registry.clock.at
    numbers = [subject.documents[0][1] for subject in (cast.JIA, cast.YI, cast.BING)]

    def status(number: str) -> int:
        return ask(registry.client, key, number, "air_travel").status_code

    before = registry.recorded()
    assert [status(number) for number in (*numbers[:2], numbers[0], numbers[2], numbers[1])] == [
        *(200, 200, 200, 429, 200)
    ]
    assert registry.recorded() == before + 4
    refused = ask(registry.client, key, numbers[2], "air_travel")
    assert_problem(refused, 429, "too-many-requests")
    assert int(refused.headers["Retry-After"]) == 13 * 3600 + 54 * 60 + 53
    registry.clock.at = at.replace(hour=0) + timedelta(days=1)
    assert status(numbers[2]) == 200
    registry.clock.at = at


def test_a_batch_over_the_quota_is_refused_whole_and_counts_nothing(registry: Registry) -> None:
    key = registry.own(daily_subjects=2, rate=1)
    subjects = [{"document": document(one.documents[0][1])} for one in (cast.JIA, cast.YI, cast.BING)]
    before = registry.recorded()
    for some, status in ((subjects, 429), (subjects[:2], 200), (subjects[1:], 429), (subjects[:2] * 3, 200)):
        answer = registry.client.post(BATCH, json={"purpose": "air_travel", "subjects": some}, headers=bearer(key))
        assert answer.status_code == status, answer.text
    assert registry.recorded() == before + 8


def test_the_quota_is_exact_when_everybody_asks_at_once(registry: Registry) -> None:
    key = registry.own(daily_subjects=3, rate=1)
    numbers = [row[0].documents[0] for row in SANDBOX if row[0].documents[0][0] == "resident_id"]
    answers = together(
        registry.app,
        len(numbers),
        lambda which: ask(registry.app.test_client(), key, numbers[which][1], "air_travel"),
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * (len(numbers) - 3)


def test_a_refused_call_is_drawn_once(registry: Registry, door: dict[str, str]) -> None:
    key = registry.own(daily_subjects=1, rate=1, burst=4)
    numbers = (NUMBER, "34052419800101001X", NUMBER)
    answers = [ask(registry.client, key, number, "air_travel", headers=door) for number in numbers]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[-1].headers["RateLimit-Remaining"] == "1"


def test_an_agency_over_its_quota_takes_nothing_from_the_bucket_of_another(registry: Registry) -> None:
    spent, other = registry.own(daily_subjects=1, rate=1), registry.own(rate=50, burst=100)
    for number in (NUMBER, "34052419800101001X", "34052419800101001X"):
        ask(registry.client, other, NUMBER, "air_travel")
        ask(registry.client, spent, number, "air_travel")
    assert ask(registry.client, other, NUMBER, "air_travel").headers["RateLimit-Remaining"] == "96"


# Failures


def test_a_revoked_key_is_refused_once_the_cache_time_is_over(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(app_clock, "monotonic", lambda: now[0])
    key = registry.own()
    assert ask(registry.client, key, NUMBER, "air_travel").status_code == 200
    with registry.app.app_context(), writing_session() as session:
        revoke_key(session, key.split("_")[2], actor=COMMAND, at=registry.clock.at)
    assert CACHE_SECONDS < 60
    now[0] += CACHE_SECONDS + 0.001
    assert_problem(ask(registry.client, key, NUMBER, "air_travel"), 401, "key-needed")
    batch = {"purpose": "air_travel", "subjects": [{"document": document(NUMBER)}]}
    assert_problem(registry.client.post(BATCH, json=batch, headers=bearer(key)), 401, "key-needed")


@contextmanager
def records_refused(registry: Registry) -> Iterator[None]:
    """Make every write of a check fail for a while."""
    registry.run("ALTER TABLE checks RENAME TO checks_away")
    try:
        yield
    finally:
        registry.run("ALTER TABLE checks_away RENAME TO checks")


def test_no_answer_leaves_while_the_record_cannot_be_written(registry: Registry, door: dict[str, str]) -> None:
    before = registry.recorded()
    with records_refused(registry):
        answers = [registry.ask(NUMBER, headers=door), registry.batch([{"document": document(NUMBER)}])]
    for answer in answers:
        problem = assert_problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "outcome" not in problem
        assert "restricted" not in answer.text
    assert registry.recorded() == before
    assert registry.ask(NUMBER, headers=door).json["outcome"] == "restricted"
    assert registry.recorded() == before + 1


def test_no_answer_leaves_while_the_orders_cannot_be_read(registry: Registry, door: dict[str, str]) -> None:
    before = registry.recorded()
    registry.run("ALTER TABLE order_bindings RENAME TO order_bindings_away")
    try:
        answers = [registry.ask(NUMBER, headers=door), registry.batch([{"document": document(NUMBER)}])]
    finally:
        registry.run("ALTER TABLE order_bindings_away RENAME TO order_bindings")
    for answer in answers:
        assert answer.status_code in (500, 503), answer.text
        assert answer.content_type == "application/problem+json"
        assert answer.json["instance"] == answer.headers["X-Request-Id"]
        assert "outcome" not in answer.json
    assert registry.recorded() == before
    assert registry.ask(NUMBER, headers=door).json["outcome"] == "restricted"


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__!r} {logging.Formatter().format(record)}")


def test_no_document_number_name_or_key_stands_in_any_log_line(registry: Registry, door: dict[str, str]) -> None:
    root, lines = logging.getLogger(), _Lines()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        for number in (NUMBER, "110105194912310021", "110105491231002", "x" + NUMBER):
            registry.ask(number, headers=door, name="测试甲")
            registry.ask(number, headers=door, name="测试乙", more=number)
            registry.batch([{"document": document(number)}, {number: number}])
            registry.send(f'{{"{number}":'.encode(), kind=door["Content-Type"])
            registry.client.get(f"{CHECKS}/{number}", headers=bearer(registry.every))
        with records_refused(registry):
            registry.ask(NUMBER, headers=door)
            registry.batch([{"document": document(NUMBER)}])
        ask(registry.client, registry.every[:-1] + "!", NUMBER, "air_travel")
    finally:
        root.removeHandler(lines)
        root.setLevel(level)
    assert any("request refused" in line for line in lines.lines)
    for line in lines.lines:
        assert not any(one in line for one in ("1949123100", "4912310", "测试甲", "测试乙", registry.every[:20])), line


@pytest.mark.requirement("H12")
@pytest.mark.parametrize("purpose", ["air_travel", "exit_border"])
def test_a_machine_is_never_given_a_cookie(registry: Registry, purpose: str) -> None:
    answer = ask(registry.client, registry.keys["示例航旅"], NUMBER, purpose)

    assert answer.status_code == (200 if purpose == "air_travel" else 403)
    assert "Set-Cookie" not in answer.headers
