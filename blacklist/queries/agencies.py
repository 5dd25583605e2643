"""Agencies by their keys, and what they were answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.models import Agency, AgencyKey, AgencyPurpose, Check


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """An agency as it calls with one of its keys."""

    agency_id: int
    agency_name: str
    agency_title: str
    key_row_id: int
    key_id: str
    secret_mac: bytes = field(repr=False)
    environment: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    networks: tuple[str, ...]
    rate: int
    burst: int
    daily_subjects: int
    expires_at: datetime


def find_key_holder(session: Session, key_id: str, *, at: datetime) -> KeyHolder | None:
    """Return the holder of a key that lives at `at`, of an agency that is live; None otherwise."""
    row = session.execute(
        select(AgencyKey, Agency)
        .join(Agency, Agency.id == AgencyKey.agency_id)
        .where(
            AgencyKey.key_id == key_id,
            AgencyKey.revoked_at.is_(None),
            AgencyKey.expires_at > at,
            Agency.state == "live",
        )
    ).one_or_none()
    if row is None:
        return None
    key, agency = row
    purposes = session.scalars(select(AgencyPurpose.purpose).where(AgencyPurpose.agency_id == agency.id))
    return KeyHolder(
        agency_id=agency.id,
        agency_name=agency.name,
        agency_title=agency.title,
        key_row_id=key.id,
        key_id=key.key_id,
        secret_mac=key.secret_mac,
        environment=key.environment,
        scopes=frozenset(key.scopes.split()),
        purposes=frozenset(purposes),
        networks=tuple(key.networks.split()),
        rate=key.rate,
        burst=key.burst,
        daily_subjects=key.daily_subjects,
        expires_at=key.expires_at,
    )


def find_check(session: Session, check_id: str, *, agency_id: int, vault: Vault) -> Check | None:
    """Return a recorded check of this agency, or None: another agency's is as absent as one never made."""
    row_id = vault.check_names.row_id(check_id)
    if row_id is None:
        return None
    return session.scalars(select(Check).where(Check.id == row_id, Check.agency_id == agency_id)).one_or_none()


def count_agencies_asking(session: Session, purposes: frozenset[str]) -> int:
    """Return how many live agencies may ask one of these purposes."""
    return len(
        set(
            session.scalars(
                select(AgencyPurpose.agency_id)
                .join(Agency, Agency.id == AgencyPurpose.agency_id)
                .where(AgencyPurpose.purpose.in_(purposes), Agency.state == "live")
            )
        )
    )
