"""The one way out: requests to the registry, with timeouts, without redirects, every answer read strictly."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import requests  # noqa: TID251 — this module is the agent's defended client

from blacklist.ledger.canonical import read_json
from blacklist.ledger.encodings import decode64
from blacklist.ledger.faults import FormatError
from sync.agent.refusals import FolderError, Ground, ProblemError, RefusedError, UnreachableError

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
MOST_JSON_BYTES: Final = 64 * 1024 * 1024
MOST_DIGEST_BYTES: Final = 64 * 1024 * 1024
PROBLEM_TYPE: Final = "application/problem+json"

_CHUNK: Final = 1 << 20
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_BUSY: Final = frozenset({429, 502, 503, 504})


class Registry:
    """The registry's doors `/sync/v1` and `/log`, as one agency sees them. Threads may share it."""

    def __init__(self, url: str, api_key: str, *, ca: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise FolderError("the registry's address must begin with https://")
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._ca = ca
        self._sessions = threading.local()

    def feed(self, since: str, *, key: int, limit: int = 2000, wait: int = 0, until: int | None = None) -> Any:
        """Return one page of the feed, as JSON."""
        query = {"since": since, "key": str(key), "limit": str(limit)}
        if wait:
            query["wait"] = str(wait)
        if until is not None:
            query["until"] = str(until)
        return self._json("GET", "/sync/v1/feed", query, seconds=wait + READ_SECONDS)

    def profile(self) -> Any:
        """Return what the registry says of this agency: names, key epoch, mask."""
        return self._json("GET", "/sync/v1/profile")

    def acknowledge(self, statement: str, cosignature: str) -> Any:
        """Hand in a countersigned statement and the cosignature of its checkpoint."""
        return self._json("POST", "/sync/v1/ack", body={"statement": statement, "cosignature": cosignature})

    def rollback(self, checkpoint: str) -> Any:
        """Show the registry a checkpoint that it signed and does not know any longer."""
        return self._json("POST", "/sync/v1/rollback", body={"checkpoint": checkpoint})

    def confirm(self, body: Mapping[str, Any], *, seconds: float) -> Any:
        """Ask about one document online; at most so many seconds."""
        return self._json("POST", "/sync/v1/confirm", body=body, seconds=seconds)

    def consistency(self, first: int, second: int) -> tuple[tuple[bytes, ...], str]:
        """Return the proof that one tree extends another, and the note of the second one's checkpoint."""
        members = self._json("GET", "/log/consistency", {"from": str(first), "to": str(second)})
        return _hashes(members), _text(members, "checkpoint")

    def frontier(self, size: int) -> tuple[bytes, ...]:
        """Return the perfect subtrees of the tree of this size; hash them to a signed root before use."""
        return _hashes(self._json("GET", "/log/frontier", {"size": str(size)}))

    def digest(self, at: str, *, key: int, level: int, of: Sequence[int] = ()) -> bytes:
        """Return digests of the registry's copy: level 1, or level 2 of up to 256 blocks."""
        query = {"at": at, "key": str(key), "level": str(level)}
        if of:
            query["i"] = ",".join(map(str, of))
        return self._bytes("/sync/v1/digest", query)

    def buckets(self, at: str, *, key: int, numbers: Sequence[int]) -> bytes:
        """Return up to 256 packed buckets of the registry's copy."""
        return self._bytes("/sync/v1/digest", {"at": at, "key": str(key), "bucket": ",".join(map(str, numbers))})

    def page(self, path: str) -> bytes:
        """Return the bytes of a public page of the log, such as `/log/tile/entries/000`."""
        return self._bytes(path, {})

    def snapshot(self, file: BinaryIO, *, key: int, most: int) -> str:
        """Write a whole copy to `file` and return the cursor it stands at; nothing of it is checked here.

        An interrupted download goes on where it stopped, if the registry still has that file.
        """
        etag, at = "", 0
        for attempt in range(5):
            headers = {"Accept-Encoding": "identity"}
            if at:
                headers |= {"Range": f"bytes={at}-", "If-Range": etag}
            with self._answer(
                "GET", "/sync/v1/snapshot", {"key": str(key)}, headers=headers, seconds=60.0, stream=True
            ) as response:
                if response.status_code != 206:
                    at = 0
                    file.seek(0)
                    file.truncate()
                etag = response.headers.get("ETag", "")
                try:
                    for chunk in response.iter_content(_CHUNK):
                        at += file.write(chunk)
                        if at > most:
                            raise RefusedError(Ground.BAD_SNAPSHOT, "the snapshot does not end")
                except requests.RequestException as error:
                    if not etag or attempt == 4:
                        raise UnreachableError("the snapshot broke off") from error
                    continue
                return str(response.headers.get("Sync-Cursor", ""))
        raise UnreachableError("the snapshot broke off")

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        seconds: float = READ_SECONDS,
    ) -> Any:
        with self._answer(method, path, query or {}, body=body, seconds=seconds, stream=True) as response:
            content = _read(response, most=MOST_JSON_BYTES)
        try:
            return read_json(content)
        except FormatError as error:
            raise RefusedError(Ground.BAD_ANSWER, f"the answer of {path} is not strict JSON: {error}") from None

    def _bytes(self, path: str, query: Mapping[str, str]) -> bytes:
        with self._answer("GET", path, query, stream=True) as response:
            return _read(response, most=MOST_DIGEST_BYTES)

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = READ_SECONDS,
        stream: bool = False,
    ) -> Iterator[requests.Response]:
        """Ask, and give the answer if it is a good one.

        Raises:
            UnreachableError: no answer in time, a busy registry, or a broken one.
            ProblemError: a problem that says what is wrong.
        """
        try:
            response = self._session().request(
                method,
                self._url + path,
                params=dict(query),
                json=body,
                headers=dict(headers or {}),
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
                stream=stream,
            )
        except requests.RequestException as error:
            raise UnreachableError(f"the registry does not answer: {type(error).__name__}") from None
        with response:
            if response.status_code not in (200, 202, 206):
                _refuse(response)
            yield response

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False  # neither a .netrc nor a proxy of the environment may see the key
            session.headers.update({"Authorization": f"Bearer {self._api_key}", "User-Agent": "registry-agent/1"})
            if self._ca is not None:
                session.verify = self._ca
            self._sessions.session = session
        return session


def _read(response: requests.Response, *, most: int) -> bytes:
    content = bytearray()
    try:
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > most:
                raise RefusedError(Ground.BAD_ANSWER, "an answer does not end")
    except requests.RequestException as error:
        raise UnreachableError(f"the answer broke off: {type(error).__name__}") from None
    return bytes(content)


def _refuse(response: requests.Response) -> None:
    if response.status_code in _BUSY or response.status_code >= 500:
        raise UnreachableError(
            f"the registry answered {response.status_code}", retry_after=_seconds(response.headers.get("Retry-After"))
        )
    members: Any = {}
    if response.headers.get("Content-Type", "").startswith(PROBLEM_TYPE):
        try:
            members = read_json(_read(response, most=65_536))
        except FormatError:
            members = {}
    code = members.get("type") if isinstance(members, dict) else None
    if not isinstance(code, str):
        code, members = "", {}
    raise ProblemError(response.status_code, code.rstrip("/").rpartition("/")[2], members)


def _seconds(written: str | None) -> float | None:
    return float(written) if written and written.isascii() and written.isdecimal() and len(written) < 6 else None


def _hashes(members: Any) -> tuple[bytes, ...]:
    hashes = members.get("hashes") if isinstance(members, dict) else None
    if not isinstance(hashes, list) or not all(isinstance(one, str) for one in hashes):
        raise RefusedError(Ground.BAD_ANSWER, "a list of hashes is missing")
    try:
        return tuple(decode64(one, size=32) for one in hashes)
    except FormatError as error:
        raise RefusedError(Ground.BAD_ANSWER, f"a hash is none: {error}") from None


def _text(members: Any, name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise RefusedError(Ground.BAD_ANSWER, f"{name} is missing")
    return value
