"""Permits for tests: applied for and decided by the real acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from blacklist.models import Order, Permit
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Cause, Leave, Revocation
from blacklist.services.ending_permits import propose_revocation
from blacklist.services.permitting import PermitApplication, apply_for_permit, grant_permit
from tests.courts import Courts


def asked(courts: Courts, order: Order, **change: Any) -> PermitApplication:
    """Return what the debtor of an order asks for, by default a flight today or tomorrow."""
    today = courts.at.date()
    wanted = PermitApplication(
        subject_id=order.subject_id,
        purpose="air_travel",
        leave=Leave.URGENT_TRAVEL,
        cause=Cause.OWN_ILLNESS,
        received_on=today,
        valid_from=today,
        valid_to=today + timedelta(days=1),
        uses=1,
        evidence="诊断证明、住院通知书（测试）",
        undertaken_on=today,
    )
    if order.kind == OrderKind.EXIT_BAN.value:
        wanted = replace(
            wanted,
            purpose="exit_border",
            leave=Leave.NECESSARY,
            undertaken_on=None,
            confirmation="（2026）京执限出函1号",
        )
    return replace(wanted, **change)


def apply(courts: Courts, order: Order, *, version: int | None = None, **change: Any) -> Permit:
    """Record an application by the clerk."""
    return apply_for_permit(
        courts.session,
        order.public_id,
        asked(courts, order, **change),
        version=order.version if version is None else version,
        actor=courts.clerk,
        at=courts.at,
        vault=courts.vault,
    )


def grant(courts: Courts, permit: Permit, **change: Any) -> Permit:
    """Grant it, by default by the president."""
    given: dict[str, Any] = {"version": permit.version, "actor": courts.president, "at": courts.at} | change
    return grant_permit(courts.session, permit.public_id, vault=courts.vault, **given)


def permitted(courts: Courts, order: Order, **change: Any) -> Permit:
    """Return a granted permit."""
    return grant(courts, apply(courts, order, **change))


def propose(courts: Courts, permit: Permit, reason: Revocation = Revocation.BREACH, **change: Any) -> None:
    """Propose to take it back, by default by the clerk."""
    given: dict[str, Any] = {"version": permit.version, "actor": courts.clerk, "at": courts.at} | change
    propose_revocation(
        courts.session,
        permit.public_id,
        reason=reason,
        document="调查笔录（测试）",
        note="",
        vault=courts.vault,
        **given,
    )
