"""The one defended way out to agencies' hooks: a bounded time, no redirects, no proxy, no address inside a network."""

from __future__ import annotations

import socket
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import requests  # noqa: TID251 - this module is the registry's defended client
from requests.adapters import HTTPAdapter  # noqa: TID251 - the same
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from sync.publishing.waking import Reply, Wake

SECONDS: Final = 5.0
_REFUSED: Final = "the address lies inside a network"


class Hooks:
    """Posts wakes. `inside` lets them go to loopback and private addresses and over plain http: development only."""

    def __init__(self, *, inside: bool) -> None:
        self._inside = inside
        self._session = requests.Session()
        self._session.trust_env = False
        if not inside:
            adapter = _OutsideAdapter(max_retries=0)
            self._session.mount("https://", adapter)
            self._session.mount("http://", adapter)

    def post(self, wake: Wake, *, at: datetime) -> Reply:
        """Send one wake and tell what was answered; never raises."""
        if urlsplit(wake.url).scheme != "https" and not self._inside:
            return Reply(None, "not https")
        if not wake.secrets:
            return Reply(None, "no hook secret")
        body = wake.body(at)
        try:
            with self._session.post(
                wake.url,
                data=body,
                headers=wake.headers(body, at),
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,  # what it says beyond status and headers is not read
            ) as answer:
                return Reply(answer.status_code, retry_after=_seconds(answer.headers.get("Retry-After", "")))
        except requests.RequestException as error:
            return Reply(None, _REFUSED if _REFUSED in str(error) else type(error).__name__)

    def close(self) -> None:
        """Close what is kept open."""
        self._session.close()


def is_outside(address: str) -> bool:
    """Tell whether an IP address lies in no private, loopback, link-local or other special network."""
    parsed = ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not (mapped or parsed).is_multicast


def _checked(connection: HTTPConnection, made: socket.socket) -> socket.socket:
    # The peer is judged once the connection stands: a name that resolves otherwise the second time gains nothing.
    if not is_outside(made.getpeername()[0]):
        made.close()
        raise NewConnectionError(connection, _REFUSED)
    return made


class _OutsideHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _OutsideHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _OutsideHttpPool(HTTPConnectionPool):
    ConnectionCls = _OutsideHttp


class _OutsideHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _OutsideHttps


class _OutsideAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _OutsideHttpPool, "https": _OutsideHttpsPool}


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
