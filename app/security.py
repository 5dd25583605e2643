"""Headers on every answer, request ids, allowed hosts, and the same-origin check of unsafe requests."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default svelte-trusted-html dompurify; report-uri /-/csp"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), payment=(), usb=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MACHINE_PREFIXES = ("/api/", "/sync/", "/log/", "/-/")
ORDINARY_BODY = 256 * 1024


def init_security(app: Flask, config: Config) -> None:
    """Set limits and hosts; add the headers of `security.md` H1 and H3 to every answer, errors included."""
    app.config["MAX_CONTENT_LENGTH"] = ORDINARY_BODY
    app.config["MAX_FORM_PARTS"] = 100
    app.config["TRUSTED_HOSTS"] = [*config.trusted_hosts]
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _add_checks(app)
    _add_headers(app, https=urlsplit(config.base_url).scheme == "https")


def _add_checks(app: Flask) -> None:
    @app.before_request
    def _identify() -> None:
        g.request_id = secrets.token_hex(8)

    @app.before_request
    def _same_origin() -> None:
        """Refuse an unsafe browser request from elsewhere, before any token is looked at."""
        if request.method in SAFE_METHODS or request.path.startswith(MACHINE_PREFIXES):
            return
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            raise Forbidden
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise Forbidden


def _add_headers(app: Flask, *, https: bool) -> None:
    @app.after_request
    def _harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint == "static" and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = str(g.get("request_id", "-"))
        return response
