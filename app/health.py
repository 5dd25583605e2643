"""Is the process up, may it serve, and what does it count; plus the CSP report address."""

from __future__ import annotations

import logging
import shutil
from ipaddress import ip_address
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import make_url, text

from app import clock
from app.access import Audience, for_audience
from app.database import database, reading_session
from blacklist.queries import upkeep
from config import Config

bp = Blueprint("health", __name__, url_prefix="/-")
log = logging.getLogger(__name__)
LEAST_FREE_BYTES = 200 * 1024 * 1024
MOST_CLOCK_SECONDS = 2.0
MOST_REPORT_BYTES = 8 * 1024


@bp.get("/live")
@for_audience(Audience.OPERATOR)
def show_live() -> ResponseReturnValue:
    """Say that the process answers; touches nothing."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/ready")
@for_audience(Audience.OPERATOR)
def show_ready() -> ResponseReturnValue:
    """Say whether answers can be trusted now; to callers off the loopback only yes or no."""
    faults, ages = _inspect()
    status = 503 if faults else 200
    if not _on_loopback():
        return Response("no\n" if faults else "yes\n", status=status, content_type="text/plain")
    return {"ready": not faults, "faults": faults, "ages_seconds": ages}, status


@bp.get("/metrics")
@for_audience(Audience.OPERATOR)
def show_metrics() -> ResponseReturnValue:
    """Return counts in Prometheus's text format; no person, number or object in a label. Loopback only."""
    if not _on_loopback():
        return Response(status=404)
    with reading_session() as session:
        counts = upkeep.count_all(session)
    lines = []
    for (name, labels), value in sorted(counts.items()):
        lines.append(f"registry_{name}{{{labels}}} {value}" if labels else f"registry_{name} {value}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


@bp.post("/csp")
@for_audience(Audience.ANYONE)
def take_csp_report() -> ResponseReturnValue:
    """Take a browser's report of a blocked resource; only that there was one is logged."""
    request.max_content_length = MOST_REPORT_BYTES
    log.warning("content security policy report", extra={"bytes": len(request.get_data(cache=False))})
    return Response(status=204)


def _inspect() -> tuple[list[str], dict[str, float]]:
    faults: list[str] = []
    ages: dict[str, float] = {}
    if "vault" not in current_app.extensions:
        faults.append("keys")
    try:
        with reading_session() as session:
            if not upkeep.schema_is_current(session):
                faults.append("schema")
            found = upkeep.newest_run_at(session) if "schema" not in faults else None
            if not database().sqlite:
                skew = abs((session.execute(text("SELECT now()")).scalar_one() - clock.now()).total_seconds())
                faults += ["clock"] if skew > MOST_CLOCK_SECONDS else []
            if found is not None:
                ages["newest_job_run"] = round((clock.now() - found).total_seconds(), 1)
    except Exception as error:
        faults.append("database")
        log.warning("not ready", extra={"error": type(error).__name__})
    if shutil.disk_usage(_data_folder()).free < LEAST_FREE_BYTES:
        faults.append("disk")
    return faults, ages


def _data_folder() -> Path:
    config: Config = current_app.extensions["config"]
    path = make_url(config.database_url).database if database().sqlite else None
    return Path(path).parent if path else Path()


def _on_loopback() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
