"""An agency begins to keep a copy: its keys for countersigning, its fingerprint key, and where it is woken."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import ConflictError, Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.fingerprints import FINGERPRINT_KEY_BYTES
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.ledger.canonical import canonical_json
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import KeyKind, VerifierKey, read_vkey
from blacklist.models import Agency, AgencyPurpose, Subscriber, ViewKey
from blacklist.rules.views import mask_of
from blacklist.services import auditing
from blacklist.services.agencies import AgencyNotFoundError

FIRST_KEY_EPOCH: Final = 1
HOOK_SECRET_BYTES: Final = 32
HOOK_SECRET_MARK: Final = "whsec_"  # noqa: S105 - the mark of the encoding, no secret itself
_MOST_URL: Final = 400
_MOST_VKEY: Final = 200


class AlreadySubscribedError(ConflictError):
    """The agency keeps a copy already."""

    code = "already-subscribed"
    title = "该单位已订阅"
    title_english = "The agency subscribes already"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the agency must be handed, over a channel of its own, and nobody ever sees again."""

    key_epoch: int
    fp_key: bytes = field(repr=False)
    hook_secret: str | None = field(repr=False)


def subscribe_agency(
    session: Session,
    agency_name: str,
    *,
    ack_vkey: str,
    witness_vkey: str,
    hook_url: str | None,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Subscription:
    """Let an agency keep a copy of its view, under a fresh fingerprint key of key epoch 1 and its purposes' mask.

    Raises:
        AgencyNotFoundError: there is no such agency. AlreadySubscribedError: it subscribes already.
        InvalidError: a vkey is none, of the wrong type or there twice (`bad-vkey`), or the address is none
            (`bad-hook-url`).
    """
    agency = session.scalars(select(Agency).where(Agency.name == agency_name).with_for_update()).one_or_none()
    if agency is None:
        raise AgencyNotFoundError("没有这个单位。", "There is no such agency.")

    ack = _read_key("/ack_vkey", ack_vkey, KeyKind.ED25519)
    witness = _read_key("/witness_vkey", witness_vkey, KeyKind.COSIGNATURE)
    if ack.public == witness.public:
        raise _bad_vkey("/witness_vkey", "回执密钥与见证密钥须为两把不同的密钥。", "Two distinct keys are needed.")
    if hook_url is not None:
        _check_url(hook_url)
    if session.get(Subscriber, agency.id) is not None:
        raise AlreadySubscribedError("该单位已订阅。", "The agency subscribes already.")

    fp_key = secrets.token_bytes(FINGERPRINT_KEY_BYTES)
    hook_secret = _new_hook_secret() if hook_url is not None else None
    session.add(
        Subscriber(
            agency_id=agency.id,
            state="live",
            hook_url=hook_url,
            hook_secrets=_sealed_secrets(agency.id, hook_secret, vault=vault),
            ack_vkey=ack.written(),
            witness_vkey=witness.written(),
        )
    )
    purposes = session.scalars(select(AgencyPurpose.purpose).where(AgencyPurpose.agency_id == agency.id))
    row_id = new_id()
    session.add(
        ViewKey(
            agency_id=agency.id,
            key_epoch=FIRST_KEY_EPOCH,
            row_id=row_id,
            fp_key=vault.seal(b64encode(fp_key).decode("ascii"), table="view_keys", row=row_id, column="fp_key"),
            mask=mask_of(purposes),
            state="live",
            created_at=at,
        )
    )

    auditing.record(
        session,
        AuditEvent.AGENCY_SUBSCRIBED,
        agency.id,
        actor=actor,
        at=at,
        facts={"name": agency.name, "key_epoch": FIRST_KEY_EPOCH, "ack": ack.key_id.hex()},
    )
    session.flush()
    return Subscription(FIRST_KEY_EPOCH, fp_key, hook_secret)


def _read_key(pointer: str, text: str, kind: KeyKind) -> VerifierKey:
    try:
        key = read_vkey(text.strip())
    except FormatError as error:
        raise _bad_vkey(pointer, "不是有效的验证密钥（vkey）。", "This is not a verifier key.") from error
    if key.kind is not kind or len(key.written()) > _MOST_VKEY:
        raise _bad_vkey(pointer, "验证密钥的类型不符。", "The verifier key is of another type.")
    if key.is_degenerate():
        raise _bad_vkey(pointer, "该验证密钥不安全，请重新生成。", "Anybody could sign as this key; make another one.")
    return key


def _bad_vkey(pointer: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault(pointer, "bad-vkey", detail, english),))


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or len(url) > _MOST_URL or not url.isascii() or parts.fragment:
        detail, english = "不是可用的回调地址。", "This is no address to be woken at."
        raise InvalidError(detail, english, errors=(Fault("/hook_url", "bad-hook-url", detail, english),))


def _new_hook_secret() -> str:
    return HOOK_SECRET_MARK + b64encode(secrets.token_bytes(HOOK_SECRET_BYTES)).decode("ascii")


def _sealed_secrets(agency_id: int, secret: str | None, *, vault: Vault) -> bytes | None:
    if secret is None:
        return None
    written = canonical_json([secret]).decode("utf-8")
    return vault.seal(written, table="subscribers", row=agency_id, column="hook_secrets")
