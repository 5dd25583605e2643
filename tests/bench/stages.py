"""What a single check is made of: each stage by itself, in one thread of this process, without HTTP."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from typing import Any, cast

import orjson
from flask import Flask

from app import create_app
from app.accounts.agency_keys import KeyCheck
from app.api.bodies import parse_object
from app.api.limits import submission_of
from app.api.questions import is_plain_check, subject_of
from app.clock import SHANGHAI
from app.database import Database
from blacklist.identity.sealing import Vault
from blacklist.queries.standing import find_standing
from blacklist.services.asking import Asker, answer_found
from config import Config
from tests.bench.checks import check_body
from tests.bench.population import Population

COUNT = 2000
CALLERS = 16


def measure_stages(made: Population) -> list[tuple[str, float]]:
    """Return each stage with its microseconds a check, in the order of the work."""
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})
    try:
        app = create_app(Config.from_env({name: value for name, value in made.env.items() if "REGISTRY" in name}))
        with app.app_context():
            return _stages(app, made)
    finally:
        os.sched_setaffinity(0, affinity)


def _stages(app: Flask, made: Population) -> list[tuple[str, float]]:
    vault: Vault = app.extensions["vault"]
    database: Database = app.extensions["database"]
    keys: KeyCheck = app.extensions["key_check"]
    authorization = f"Bearer {made.key}"
    bodies = [check_body(number) for number in made.sample(COUNT * 5)]
    at = datetime.now(SHANGHAI)
    today = at.date()
    holder = keys.require(authorization, scope="check", address="127.0.0.1", at=at)
    asker = Asker("air_travel", holder.agency_id, holder.key_row_id)
    rows = database.reader.rows

    stages: list[tuple[str, float]] = []

    def stage(name: str, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        listed = list(items)
        started = time.perf_counter()
        results = [work(item) for item in listed]
        stages.append((name, (time.perf_counter() - started) / len(listed) * 1e6))
        return results

    first = bodies[:COUNT]
    stage("key", lambda _: keys.require(authorization, scope="check", address="127.0.0.1", at=at), first)
    given = stage("read and shape", lambda body: (one := parse_object(body), is_plain_check(one))[0], first)
    questions = stage("validate number", lambda one: subject_of(one, today=today), given)
    indexes = stage("blind index", lambda question: vault.document_index(question.document), questions)
    found = stage("look-up", lambda index: find_standing(rows, index), indexes)

    def decide(one: tuple[Any, Any, Any]) -> Any:
        question, index, standing = one
        return answer_found(rows, question, index=index, found=standing, asker=asker, at=at, vault=vault)

    answered = stage("decide, answer, seal", decide, zip(questions, indexes, found, strict=True))
    stage("serialise", lambda one: orjson.dumps(one[0]), answered)
    records = [record for _, record in answered]
    submissions = [submission_of(holder, at=at, records=[one], subjects=[one.document_index]) for one in records]
    alone, together = submissions[: COUNT // 2], submissions[COUNT // 2 :]
    stage("record, one caller", database.recorder.submit, alone)
    stages.append((f"record, {CALLERS} callers", _together(database, together)))

    def ask(call: Callable[..., Any], answers: list[str], body: bytes) -> None:
        answer = call(_environ(body, authorization), lambda status, *_: answers.append(status))
        b"".join(answer)
        getattr(answer, "close", lambda: None)()

    statuses: list[str] = []
    stage("whole, one caller", lambda body: ask(app, statuses, body), bodies[COUNT : 2 * COUNT])
    inner = getattr(app.wsgi_app, "_inner", None)
    if inner is not None:
        stage("whole in Flask, one caller", lambda body: ask(inner, statuses, body), bodies[2 * COUNT : 3 * COUNT])
    if set(statuses) != {"200 OK"}:
        raise SystemExit(f"not all answers were 200: {set(statuses)}")
    return stages


def _together(database: Database, submissions: list[Any]) -> float:
    """Return microseconds a record when many wait at once, as they do behind a server."""
    parts = [submissions[at::CALLERS] for at in range(CALLERS)]
    threads = [threading.Thread(target=lambda part: [*map(database.recorder.submit, part)], args=(p,)) for p in parts]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - started) / len(submissions) * 1e6


def _environ(body: bytes, authorization: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/checks",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": authorization,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": cast(Any, sys.stderr),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
