"""Ahead of Flask: the plain successful check, and nothing else (ADR 0014).

Flask costs more than the whole rest of a check. A request to `POST /api/v1/checks` that is plain in every way is answered
here by the same functions as in the view; whatever is not plain, and every refusal, goes on to the view untouched. So
there is one contract, and one set of tests for both.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask
from werkzeug.exceptions import HTTPException

from app.accounts.agency_keys import KeyCheck, require_purpose
from app.api.bodies import parse_object
from app.api.limits import limit_headers, refused, submission_of
from app.api.questions import is_plain_check, subject_of
from app.clock import SHANGHAI, Clock
from app.database import Database
from app.errors import TooManyError
from app.quotas import Read
from app.security import HEADERS
from blacklist.errors import RegistryError, UnavailableError
from blacklist.identity.sealing import Vault
from blacklist.services.asking import Answer, Asker, answer_one
from config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/api/v1/checks"
MOST_BYTES = 4096
# An *unknown*, a limit or a fault of our own met here: the view raises it instead of drawing and waiting once more.
FAILED = "registry.failed"
_FIXED = [*HEADERS.items(), ("Content-Type", "application/json"), ("Cache-Control", "no-store")]


class CheckGate:
    """A WSGI application in front of the Flask one."""

    def __init__(self, app: Flask, inner: Callable[..., Iterable[bytes]]) -> None:
        config: Config = app.extensions["config"]
        self._inner = inner
        self._hosts = frozenset(config.trusted_hosts)
        self._keys: KeyCheck = app.extensions["key_check"]
        self._vault: Vault = app.extensions["vault"]
        self._database: Database = app.extensions["database"]
        self._clock: Clock = app.extensions["clock"]
        hsts = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]
        self._fixed = _FIXED + (hsts if config.base_url.startswith("https") else [])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a plain check, or hand the request on."""
        if environ.get("PATH_INFO") != PATH or not self._is_plain(environ):
            return self._inner(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            answered = self._answer(environ, body)
        except (UnavailableError, TooManyError) as error:
            environ[FAILED] = error
            answered = None
        except (RegistryError, HTTPException):
            answered = None
        except Exception as error:
            environ[FAILED] = error
            answered = None
        if answered is None:
            environ["wsgi.input"] = BytesIO(body)
            return self._inner(environ, start_response)
        answer, headers = answered
        start_response("200 OK", headers)
        return [answer]

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        length = environ.get("CONTENT_LENGTH", "")
        return (
            environ["REQUEST_METHOD"] == "POST"
            and not environ.get("QUERY_STRING")
            and environ.get("CONTENT_TYPE") == "application/json"
            and length.isascii()
            and length.isdecimal()
            and 0 < int(length) <= MOST_BYTES
            and environ.get("HTTP_HOST", "").rsplit(":", 1)[0] in self._hosts
        )

    def _answer(self, environ: WSGIEnvironment, body: bytes) -> tuple[bytes, list[tuple[str, str]]] | None:
        at = self._clock().astimezone(SHANGHAI)
        holder = self._keys.require(
            environ.get("HTTP_AUTHORIZATION", ""), scope="check", address=environ.get("REMOTE_ADDR"), at=at
        )
        given: dict[str, Any] = parse_object(body)
        if not is_plain_check(given):
            return None
        question = subject_of(given, today=at.date())
        require_purpose(holder, given["purpose"])
        asker = Asker(given["purpose"], holder.agency_id, holder.key_row_id)
        submission = submission_of(holder, at=at)
        answers: list[Answer] = []

        def work(read: Read) -> None:
            answer, record = answer_one(read, question, asker=asker, at=at, vault=self._vault)
            answers.append(answer)
            submission.records = [record]
            submission.quota_subjects = [record.document_index]

        submission.quota_key = holder.key_row_id
        submission.work = work
        refusal = self._database.recorder.submit(submission)
        if refusal is not None:
            raise refused(holder, refusal)
        written = orjson.dumps(answers[-1])
        return written, [
            *self._fixed,
            *limit_headers(holder, submission.level),
            ("Content-Length", str(len(written))),
            ("X-Request-Id", secrets.token_hex(8)),
        ]
