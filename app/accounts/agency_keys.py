"""An agency calls: its key becomes a caller, or 401."""

from __future__ import annotations

import hmac
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import cast

from flask import current_app, request

from app import clock
from app.database import Database
from app.errors import KeyNeededError
from blacklist.errors import ForbiddenError
from blacklist.identity.sealing import Vault
from blacklist.queries.agencies import KeyHolder, find_key_holder
from blacklist.services.agencies import key_checksum

CACHE_SECONDS = 30.0  # a revoked key is honoured by every process well within the promised 60 seconds
MOST_CACHED = 10_000
_FORM = re.compile(r"(?i:Bearer) (jr_(live|test)_([0-9A-Za-z]{10})_([0-9A-Za-z]{43}))_([0-9A-Za-z]{6})\Z", re.ASCII)


class ScopeError(ForbiddenError):
    """The key lacks the scope of this call."""

    code = "scope-missing"
    title = "密钥没有该项权限"
    title_english = "The key lacks this scope"


class PurposeError(ForbiddenError):
    """The agency may not ask for this purpose."""

    code = "purpose-not-permitted"
    title = "该单位未获准查询此事项"
    title_english = "This purpose is not permitted to the agency"


class NetworkError(ForbiddenError):
    """The key may not be used from this network."""

    code = "network-not-permitted"
    title = "来源网络不在密钥的准许范围"
    title_english = "The key is not valid from this network"


@dataclass(slots=True)
class _Cached:
    holder: KeyHolder
    until: float


class KeyCache:
    """Holders of keys by key id, for half a minute a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[str, _Cached] = {}
        self._lock = threading.Lock()

    def find(self, key_id: str, *, at: datetime) -> KeyHolder | None:
        """Return the holder of a live key, from memory or from the database."""
        now = clock.monotonic()
        cached = self._held.get(key_id)
        if cached is not None and cached.until > now:
            return cached.holder
        with self._database.reading() as session:
            holder = find_key_holder(session, key_id, at=at)
        with self._lock:
            if len(self._held) > MOST_CACHED:
                self._held.clear()
            if holder is None:
                self._held.pop(key_id, None)
            else:
                self._held[key_id] = _Cached(holder, now + CACHE_SECONDS)
        return holder


class KeyCheck:
    """Turns an `Authorization` header into a caller."""

    def __init__(self, database: Database, *, vault: Vault, demo: bool) -> None:
        self._cache = KeyCache(database)
        self._vault = vault
        self._environment = "test" if demo else "live"

    def require(self, authorization: str, *, scope: str, address: str | None, at: datetime) -> KeyHolder:
        """Return who calls.

        Raises:
            KeyNeededError: no key, a malformed one, a wrong, expired or revoked one: one answer for all.
            ScopeError: a right key without `scope`. NetworkError: a right key from elsewhere.
        """
        match = _FORM.match(authorization)
        if match is None:
            raise _refusal()
        body, environment, key_id, secret, checksum = match.groups()
        if key_checksum(body) != checksum:
            raise _refusal()
        holder = self._cache.find(key_id, at=at)
        mac = self._vault.credential_mac(secret)
        if holder is None or not hmac.compare_digest(holder.secret_mac, mac) or holder.environment != environment:
            raise _refusal()
        if environment != self._environment or holder.expires_at <= at:
            raise _refusal()
        if holder.networks and not _is_within(address, holder.networks):
            raise NetworkError("来源网络不在该密钥的准许范围内。", "The key is not valid from this network.")
        if scope not in holder.scopes:
            raise ScopeError(f"该密钥没有“{scope}”权限。", f"The key lacks the scope {scope}.")
        return holder


def require_agency(scope: str) -> KeyHolder:
    """Return who calls with the request's key; refusals as `KeyCheck.require`."""
    checker = cast(KeyCheck, current_app.extensions["key_check"])
    return checker.require(
        request.headers.get("Authorization", ""), scope=scope, address=request.remote_addr, at=clock.now()
    )


def require_purpose(holder: KeyHolder, purpose: str) -> None:
    """Refuse a purpose the agency was not admitted for."""
    if purpose not in holder.purposes:
        raise PurposeError(
            "贵单位未获准查询该事项；可用 GET /api/v1/purposes 查看获准事项。",
            "Your agency may not ask for this purpose; see GET /api/v1/purposes.",
        )


def _is_within(address: str | None, networks: tuple[str, ...]) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    return any(parsed in ip_network(network) for network in networks)


def _refusal() -> KeyNeededError:
    return KeyNeededError(
        "缺少密钥，或密钥无效、已到期、已吊销。",
        "The key is missing, wrong, expired or revoked.",
        headers={"WWW-Authenticate": 'Bearer realm="registry"'},
    )
