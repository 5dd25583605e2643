"""Names of everything the audit trail can say, in one place."""

from __future__ import annotations

from enum import StrEnum


class AuditEvent(StrEnum):
    """`thing.past-participle`; never renamed, only added to."""

    ORDER_DRAFTED = "order.drafted"
    ORDER_AMENDED = "order.amended"
    ORDER_SUBMITTED = "order.submitted"
    ORDER_ABANDONED = "order.abandoned"
    ORDER_CHECKED = "order.checked"
    ORDER_RETURNED = "order.returned"
    ORDER_ISSUED = "order.issued"
    SERVICE_RECORDED = "order.service-recorded"
    ORDER_EFFECTIVE = "order.effective"
    REMOVAL_PROPOSED = "order.removal-proposed"
    REMOVAL_REJECTED = "order.removal-rejected"
    ORDER_REMOVED = "order.removed"
    ORDER_WITHDRAWN = "order.withdrawn"
    ORDER_EXPIRED = "order.expired"
    ORDERS_IMPORTED = "orders.imported"
    NUMBER_REVEALED = "subject.number-revealed"
    DOCUMENT_ADDED = "subject.document-added"
    OUTCOME_REPORTED = "check.outcome-reported"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_LOCKED = "account.locked"
    PASSWORD_CHANGED = "account.password-changed"  # noqa: S105 - the name of an event, not a password
    SIGNED_IN = "session.signed-in"
    SIGN_IN_REFUSED = "session.sign-in-refused"
    SIGNED_OUT = "session.signed-out"
    PASSWORD_PROVED = "session.password-proved"  # noqa: S105 - the name of an event
    ROLE_GRANTED = "role.granted"
    ROLE_ENDED = "role.ended"
    AGENCY_CREATED = "agency.created"
    AGENCY_KEY_ISSUED = "agency.key-issued"
    AGENCY_KEY_REVOKED = "agency.key-revoked"
    ACT_REFUSED = "act.refused"
    DATA_PURGED = "data.purged"
    REGISTRY_SEEDED = "registry.seeded"
