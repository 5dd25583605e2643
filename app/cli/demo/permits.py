"""测试丙's permit: one flight today or tomorrow (`api.md` §8)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app.cli.demo.story import Telling
from blacklist.models import Order, Permit
from blacklist.rules.permits import Cause, Leave
from blacklist.services.permitting import PermitApplication, apply_for_permit, grant_permit


def tell_permit(telling: Telling, order: Order, *, at: datetime) -> Permit:
    """Apply for the debtor's flight the day before `at` and grant it the same afternoon."""
    today = at.date()
    before = datetime.combine(today - timedelta(days=1), time(14, 0), at.tzinfo)
    asked = PermitApplication(
        subject_id=order.subject_id,
        purpose="air_travel",
        leave=Leave.URGENT_TRAVEL,
        cause=Cause.RELATIVE_ILLNESS,
        received_on=before.date(),
        valid_from=today,
        valid_to=today + timedelta(days=1),
        uses=1,
        evidence="住院病案首页、亲属关系证明（演示）",
        undertaken_on=before.date(),
    )
    permit = apply_for_permit(
        telling.session,
        order.public_id,
        asked,
        version=order.version,
        actor=telling.staff.clerk,
        at=before,
        vault=telling.vault,
    )
    return grant_permit(
        telling.session,
        permit.public_id,
        version=permit.version,
        actor=telling.staff.president,
        at=before + timedelta(hours=1),
        vault=telling.vault,
    )
