"""Local answers over HTTP: `/v1/check`, `/v1/checks`, `/v1/health`. Nothing that was asked is written anywhere."""

from __future__ import annotations

import hmac
from typing import Any, ClassVar, Final

from blacklist.errors import InvalidError
from sync.agent.checking import Copy, NoCopyError
from sync.agent.questions import MalformedError, code_of, question_of, read_question, read_questions
from sync.agent.servers import Handler, Server, UnixServer, listen, problem
from sync.agent.status import Glance, State

MOST_BYTES: Final = 512 * 1024


class CheckHandler(Handler):
    """Answers from one copy; `key` is wanted where others than this machine can reach it."""

    most_bytes = MOST_BYTES
    copy: ClassVar[Copy]
    key: ClassVar[str | None] = None

    def do_POST(self) -> None:  # noqa: N802 — the library's own name
        """Answer one question or many."""
        content = self.body()
        if content is None or not self._may():
            return
        if self.headers.get_content_type() != "application/json":
            self.problem(415, "malformed", "The body is application/json.")
            return
        try:
            if self.path == "/v1/check":
                purpose, document, use = read_question(content)
                self.answer(200, self.copy.check(purpose, document, use=use).members())
            elif self.path == "/v1/checks":
                self.answer(200, {"answers": [*map(self._one, read_questions(content))]})
            else:
                self.problem(404, "not-found", "POST /v1/check or /v1/checks.")
        except MalformedError as error:
            self.problem(400, "malformed", str(error))
        except InvalidError as error:
            self.problem(422, code_of(error), error.english)
        except NoCopyError as error:
            self.problem(503, "no-copy", str(error))

    def do_GET(self) -> None:  # noqa: N802 — the library's own name
        """Tell how the copy stands."""
        if self.path != "/v1/health":
            self.problem(404, "not-found", "GET /v1/health.")
        elif self._may():
            glance = self.copy.health()
            self.answer(200 if glance.state is State.FRESH else 503, health_members(glance))

    def _one(self, members: Any) -> dict[str, Any]:
        try:
            purpose, document, _ = question_of(members)
            return self.copy.check(purpose, document, confirm=False).members()
        except MalformedError as error:
            return problem(400, "malformed", str(error))
        except InvalidError as error:
            return problem(422, code_of(error), error.english)

    def _may(self) -> bool:
        if self.key is None:
            return True
        sent = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if hmac.compare_digest(sent, f"Bearer {self.key}".encode()):
            return True
        self.problem(401, "unauthorised", "Authorization: Bearer <key> is required.")
        return False


def health_members(glance: Glance) -> dict[str, Any]:
    """Return what health answers."""
    live = glance.live
    return {
        "state": glance.state.value,
        "cursor": None if live is None else str(live.cursor),
        "key": None if live is None else live.key_epoch,
        "entries": None if live is None else live.view.count,
        "statement_age_seconds": None if glance.age is None else round(glance.age, 1),
        "last_ack_at": glance.last_ack_at,
        "problem": glance.problem,
    }


def check_server(address: str, copy: Copy, *, key: str | None = None) -> Server | UnixServer:
    """Return a server of this copy, not yet serving.

    Raises:
        FolderError: the address cannot be listened on.
    """
    return listen(address, type("BoundCheckHandler", (CheckHandler,), {"copy": copy, "key": key}))
