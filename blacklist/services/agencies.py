"""Agencies and their keys."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import ConflictError, InvalidError, NotFoundError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import Agency, AgencyKey, AgencyPurpose
from blacklist.rules.purposes import get_purpose
from blacklist.services import auditing

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SCOPES = ("check", "notices", "sync", "inbound")
MOST_LIVE_KEYS = 2
LONGEST = timedelta(days=365)
OVERLAP = timedelta(days=14)


class AgencyExistsError(ConflictError):
    """The agency's name is taken."""

    code = "agency-exists"


class AgencyNotFoundError(NotFoundError):
    """There is no such agency."""

    code = "agency-not-found"


class KeyNotFoundError(NotFoundError):
    """There is no such live key."""

    code = "key-not-found"


class TooManyKeysError(ConflictError):
    """An agency has at most two live keys, the old one and its successor."""

    code = "too-many-keys"


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key may do: scopes, environment (`test` or `live`), networks (CIDRs) and quotas."""

    environment: str
    scopes: tuple[str, ...] = ("check",)
    networks: tuple[str, ...] = ()
    rate: int = 50
    burst: int = 100
    daily_subjects: int = 20_000
    lifetime: timedelta = field(default=LONGEST)


def create_agency(
    session: Session, *, name: str, title: str, purposes: Iterable[str], actor: Actor, at: datetime
) -> Agency:
    """Admit an agency for certain purposes.

    Raises:
        InvalidError: there is no such purpose. AgencyExistsError: the name is taken.
    """
    if session.scalars(select(Agency).where(Agency.name == name)).first() is not None:
        raise AgencyExistsError("已有同名单位。", "An agency of this name exists.")
    codes = [get_purpose(code).code for code in purposes]

    agency = Agency(id=new_id(), name=name, title=title, state="live", created_at=at)
    session.add(agency)
    session.flush()
    session.add_all([AgencyPurpose(agency_id=agency.id, purpose=code) for code in codes])

    auditing.record(
        session,
        AuditEvent.AGENCY_CREATED,
        agency.id,
        actor=actor,
        at=at,
        facts={"name": name, "purposes": ",".join(codes)},
    )
    session.flush()
    return agency


def issue_key(session: Session, agency_name: str, *, terms: KeyTerms, actor: Actor, at: datetime, vault: Vault) -> str:
    """Return a new key of an agency, in clear, for the only time; an older live key ends after the overlap.

    Raises:
        AgencyNotFoundError; InvalidError: an unknown scope or environment; TooManyKeysError: two keys live.
    """
    agency = session.scalars(select(Agency).where(Agency.name == agency_name).with_for_update()).one_or_none()
    if agency is None:
        raise AgencyNotFoundError("没有这个单位。", "There is no such agency.")

    if terms.environment not in ("test", "live") or not set(terms.scopes) <= set(SCOPES):
        raise InvalidError("密钥的环境或权限范围有误。", "Unknown environment or scope.")
    live = _live_keys(session, agency.id, terms.environment, at=at)
    if len(live) >= MOST_LIVE_KEYS:
        raise TooManyKeysError("该单位已有两把有效密钥，请先吊销一把。", "Two keys are live; revoke one first.")

    key_id, secret = _random(10), _random(43)
    for older in live:
        older.expires_at = min(older.expires_at, at + OVERLAP)
    session.add(
        AgencyKey(
            id=new_id(),
            agency_id=agency.id,
            key_id=key_id,
            last_four=secret[-4:],
            secret_mac=vault.credential_mac(secret),
            environment=terms.environment,
            scopes=" ".join(terms.scopes),
            networks=" ".join(terms.networks),
            rate=terms.rate,
            burst=terms.burst,
            daily_subjects=terms.daily_subjects,
            created_at=at,
            expires_at=at + min(terms.lifetime, LONGEST),
        )
    )

    auditing.record(
        session,
        AuditEvent.AGENCY_KEY_ISSUED,
        agency.id,
        actor=actor,
        at=at,
        facts={"key_id": key_id, "scopes": " ".join(terms.scopes)},
    )
    session.flush()
    return format_key(terms.environment, key_id, secret)


def revoke_key(session: Session, key_id: str, *, actor: Actor, at: datetime) -> None:
    """End a key at once; every process honours it within 60 seconds."""
    key = session.scalars(select(AgencyKey).where(AgencyKey.key_id == key_id).with_for_update()).one_or_none()
    if key is None or key.revoked_at is not None:
        raise KeyNotFoundError("没有这把有效密钥。", "There is no such live key.")

    key.revoked_at = at

    auditing.record(session, AuditEvent.AGENCY_KEY_REVOKED, key.agency_id, actor=actor, at=at, facts={"key_id": key_id})
    session.flush()


def format_key(environment: str, key_id: str, secret: str) -> str:
    """Return `jr_<env>_<key id>_<secret>_<checksum>`; the checksum is CRC-32 of what stands before it, in base62."""
    body = f"jr_{environment}_{key_id}_{secret}"
    return f"{body}_{key_checksum(body)}"


def key_checksum(body: str) -> str:
    """Return the six base62 characters that end a key: a typo needs no database, a scanner finds leaks."""
    number = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = BASE62[rest] + digits
    return digits


def _live_keys(session: Session, agency_id: int, environment: str, *, at: datetime) -> list[AgencyKey]:
    return list(
        session.scalars(
            select(AgencyKey).where(
                AgencyKey.agency_id == agency_id,
                AgencyKey.environment == environment,
                AgencyKey.revoked_at.is_(None),
                AgencyKey.expires_at > at,
            )
        )
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))
