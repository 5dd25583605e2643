"""Passwords and sessions of staff. A password is proved before a transaction is opened, and recorded inside it."""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.errors import Fault, InvalidError, UnavailableError
from blacklist.events import AuditEvent
from blacklist.models import Account, StaffSession
from blacklist.queries.staff import Credentials
from blacklist.rules.passwords import MOST_CHARACTERS, require_good_password
from blacklist.services import auditing

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
PROOF_LASTS = timedelta(minutes=5)
HASH_WAIT_SECONDS = 2.0

# The floor of `security.md` P7: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# The hash of a random password nobody knows: unknown names cost the same time as known ones.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$TaLmf0vxL0e0IJKKHgKkjA$eqi/EAdHcIiBaqKPK8AE8IRySURmNWC7/WwCZrLbKMU"
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Proof:
    """That a password was compared with one stored hash, and how it went. `rehashed` is set where its cost rose."""

    account_id: int | None
    right: bool
    seen_hash: str = field(default="", repr=False)
    rehashed: str | None = field(default=None, repr=False)


def prove(credentials: Credentials | None, password: str) -> Proof:
    """Compare a password with an account's stored hash; unknown accounts cost the same time.

    Raises:
        UnavailableError: as many passwords as there are cores are being hashed already.
    """
    password = password[: MOST_CHARACTERS + 1]
    stored = credentials.password_hash if credentials else _NOBODY
    with _slot():
        right = _verifies(stored, password)
        if credentials is None:
            return Proof(account_id=None, right=False)
        rehashed = HASHER.hash(password) if right and HASHER.check_needs_rehash(stored) else None
    return Proof(account_id=credentials.account_id, right=right, seen_hash=stored, rehashed=rehashed)


def _verifies(stored: str, password: str) -> bool:
    try:
        HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return True


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password.

    Raises:
        UnavailableError: as many passwords as there are cores are being hashed already.
    """
    with _slot():
        return HASHER.hash(password)


def sign_in(
    session: Session, *, proof: Proof, token_hash: bytes, at: datetime, replaces: bytes | None = None
) -> Account | None:
    """Open a session for the account of a right proof, or count the failure and return None.

    The caller commits either way. Unknown, wrong, locked and disabled all return None. A lock ends by itself and
    leaves live sessions alone. `replaces` is the browser's earlier session, which ends.
    """
    account = _prove_inside(session, proof, at=at)
    if account is None:
        return None

    if replaces is not None:
        session.execute(delete(StaffSession).where(StaffSession.token_hash == replaces))
    session.add(
        StaffSession(token_hash=token_hash, account_id=account.id, created_at=at, last_seen_at=at, proved_at=at)
    )

    auditing.record(session, AuditEvent.SIGNED_IN, account.id, actor=_self(account), at=at)
    session.flush()
    return account


def prove_again(session: Session, *, proof: Proof, token_hash: bytes, at: datetime) -> bool:
    """Note that the password was given again in this session; tell whether it was right. The caller commits either way."""
    row = session.get(StaffSession, token_hash, with_for_update=True)
    account = _prove_inside(session, proof, at=at)
    if account is None or row is None or row.account_id != account.id:
        return False

    row.proved_at = at

    auditing.record(session, AuditEvent.PASSWORD_PROVED, account.id, actor=_self(account), at=at)
    session.flush()
    return True


def sign_out(session: Session, token_hash: bytes, *, actor: Actor, at: datetime) -> None:
    """End one session."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))

    auditing.record(session, AuditEvent.SIGNED_OUT, actor.account_id, actor=actor, at=at)
    session.flush()


def require_new_password(password: str, *, again: str, current: str, credentials: Credentials) -> None:
    """Refuse a new password that breaks the policy, is the current one, or was typed differently twice.

    Raises:
        InvalidError: with faults at `/password` or `/again`.
    """
    require_good_password(password, names=(credentials.username, credentials.person_name))
    if hmac.compare_digest(password.encode(), current.encode()):
        raise _invalid("/password", "same-as-before", "新密码不得与当前密码相同。", "Not the present password.")
    if not hmac.compare_digest(password.encode(), again.encode()):
        raise _invalid("/again", "differs", "两次输入的新密码不一致。", "The two differ.")


def change_password(session: Session, *, proof: Proof, fresh_hash: str, token_hash: bytes, at: datetime) -> bool:
    """Put a new hash in place of the proved one and end every other session; tell whether the proof was right.

    `token_hash` is the hash of this browser's new token; all earlier sessions end. The caller commits either way.
    """
    account = _prove_inside(session, proof, at=at)
    if account is None:
        return False

    account.password_hash, account.password_changed_at = fresh_hash, at
    session.execute(delete(StaffSession).where(StaffSession.account_id == account.id))
    session.add(
        StaffSession(token_hash=token_hash, account_id=account.id, created_at=at, last_seen_at=at, proved_at=at)
    )

    auditing.record(session, AuditEvent.PASSWORD_CHANGED, account.id, actor=_self(account), at=at)
    session.flush()
    return True


def _prove_inside(session: Session, proof: Proof, *, at: datetime) -> Account | None:
    """Return the account of a right proof that may sign in now, its failures forgotten; count a failure otherwise."""
    nobody = Actor(kind=ActorKind.MACHINE)
    if proof.account_id is None:
        auditing.record(session, AuditEvent.SIGN_IN_REFUSED, None, actor=nobody, at=at)
        return None
    account = session.scalars(select(Account).where(Account.id == proof.account_id).with_for_update()).one()
    locked = account.locked_until is not None and account.locked_until > at
    right = proof.right and account.password_hash == proof.seen_hash
    if right and not locked and account.state == "active":
        account.failures, account.locked_until = 0, None
        account.password_hash = proof.rehashed or account.password_hash
        return account

    auditing.record(session, AuditEvent.SIGN_IN_REFUSED, account.id, actor=nobody, at=at)
    if not right and not locked:
        account.failures += 1
        if account.failures >= MOST_FAILURES:
            account.failures, account.locked_until = 0, at + LOCKED_FOR
            auditing.record(session, AuditEvent.ACCOUNT_LOCKED, account.id, actor=nobody, at=at)
    session.flush()
    return None


def _self(account: Account) -> Actor:
    return Actor(kind=ActorKind.PERSON, person_id=account.person_id, account_id=account.id)


def _invalid(pointer: str, code: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault(pointer, code, detail, english),))


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=HASH_WAIT_SECONDS):
        raise UnavailableError("登录人数较多，请稍后重试。", "Too many sign-ins at once; please try again.")
    try:
        yield
    finally:
        _slots.release()
