"""The only writer of the log: the last step of every act that alters who is restricted.

The head row is locked until the transaction ends, so commit order is index order, a rolled-back act gives its number
back, and whoever sees an entry sees everything below it.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.errors import UnavailableError
from blacklist.identity.sealing import Vault
from blacklist.ledger.canonical import Json
from blacklist.ledger.commitments import SALT_BYTES, Opening, open_part, tag_of
from blacklist.ledger.leaves import Leaf, LeafKind
from blacklist.ledger.merkle import frontier_bytes, grow, leaf_hash, read_frontier
from blacklist.ledger.tiles import tile_roots
from blacklist.models import Case, Court, LogEntry, LogHead, LogTile, Order, Permit, Restriction
from blacklist.queries import restricting
from blacklist.queries.restricting import BoundDocument, Standing

# Of the events of one transaction those that free somebody get the lower indices: earlier in the log is earlier in force.
_RELIEVING = frozenset({LeafKind.REMOVE, LeafKind.EXPIRE, LeafKind.SUSPEND, LeafKind.PERMIT, LeafKind.LIFT})
ENTRIES_AT_ONCE = 200
PENDING = "log_pending"  # in a session's `info`: ids of orders whose restriction changed and is not in the log yet


class FencedError(UnavailableError):
    """The log was restored to an older state, or contradicts what was signed; nothing is appended until two persons act."""

    code = "fenced"
    title = "登记日志已锁定"
    title_english = "The log is fenced"


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One act, as the log records it. `permit` is the permit it speaks of, for permit entries."""

    kind: LeafKind
    order: Order
    permit: Permit | None = None
    salt: str = ""  # only where the order's version does not tell its events apart

    @property
    def id(self) -> str:
        """Return the event's id, the same whoever records it: two workers cannot record one expiry twice."""
        about, version = (self.permit.id, self.permit.version) if self.permit else (self.order.id, self.order.version)
        text = f"{self.kind.value}|{about}|{version}|{self.salt}"
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def append(session: Session, events: Sequence[LogEvent], *, at: datetime, vault: Vault) -> list[LogEntry]:
    """Record acts in the log and bring the restrictions of the documents they touch up to date.

    Must be the last step of its act. Restrictions are computed anew from all orders in force, so ending one order
    never lifts another.

    Raises:
        FencedError: the log takes no entries. IntegrityError: the act is in the log already.
    """
    session.flush()
    head = _locked_head(session)
    ordered = sorted(events, key=lambda event: event.kind not in _RELIEVING)
    facts = _Facts.read(session, ordered, on=at.date())
    entries = [_write(session, head, event, facts, at=at, vault=vault) for event in ordered]
    _keep_restrictions(session, entries)
    session.flush()
    pending: set[int] = session.info.get(PENDING, set())
    pending.difference_update(event.order.id for event in ordered)
    return entries


def append_in_force(session: Session, order_ids: Sequence[int], *, at: datetime, vault: Vault) -> None:
    """Record that orders which came in bulk restrict; a few hundred at a time, so that little is held in memory."""
    for start in range(0, len(order_ids), ENTRIES_AT_ONCE):
        some = order_ids[start : start + ENTRIES_AT_ONCE]
        orders = session.scalars(select(Order).where(Order.id.in_(some)).order_by(Order.id))
        append(session, [LogEvent(LeafKind.LIST, order) for order in orders], at=at, vault=vault)


def append_amendments(session: Session, subject_ids: Collection[int], *, at: datetime, vault: Vault) -> None:
    """Record that orders in force reach further documents of these subjects, where they do."""
    session.flush()
    orders = restricting.orders_to_amend(session, subject_ids, on=at.date())
    if orders:
        append(
            session,
            [LogEvent(LeafKind.AMEND, order, salt=secrets.token_hex(8)) for order in orders],
            at=at,
            vault=vault,
        )


def has_restricted(order: Order) -> bool:
    """Tell whether an order took effect: what only was issued never entered the log, and does not leave it."""
    return order.effective_at is not None


def append_public(session: Session, kind: LeafKind, content: dict[str, Json], *, at: datetime) -> LogEntry:
    """Record something about the log itself: genesis, a key, the state of the audit chain.

    Raises:
        FencedError: the log takes no entries.
    """
    head = _locked_head(session)
    leaf = Leaf(kind=kind, time=int(at.timestamp()), public=content)
    event_id = hashlib.sha256(leaf.written()).hexdigest()[:32]
    entry = _push(session, head, leaf, event_id=event_id, order=None, effect=[], at=at)
    session.flush()
    return entry


def _locked_head(session: Session) -> LogHead:
    head = session.scalars(
        select(LogHead).where(LogHead.one == 1).with_for_update().execution_options(populate_existing=True)
    ).one()
    if head.fenced:
        raise FencedError("登记日志已锁定，暂不能办理改变限制状态的事项。", "The log is fenced.")
    return head


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the entries of one transaction are made of, read at once for all of them."""

    bound: dict[int, list[BoundDocument]]
    standing: dict[int, Standing]
    cases: dict[int, str]
    courts: dict[int, str]

    @classmethod
    def read(cls, session: Session, events: Sequence[LogEvent], *, on: date) -> _Facts:
        orders = {event.order.id: event.order for event in events}
        bound = restricting.bound_documents(session, orders)
        documents = {one.document.id for some in bound.values() for one in some}
        cases = select(Case.id, Case.number).where(Case.id.in_({one.case_id for one in orders.values()}))
        courts = select(Court.id, Court.code).where(Court.id.in_({one.court_id for one in orders.values()}))
        return cls(
            bound,
            restricting.standing_of(session, documents, on=on),
            {row[0]: row[1] for row in session.execute(cases)},
            {row[0]: row[1] for row in session.execute(courts)},
        )


def order_salt(order: Order, *, vault: Vault) -> bytes:
    """Return the secret from which an order's tag in the log is made; drawn at its first entry."""
    if order.log_salt is None:
        salt = secrets.token_bytes(SALT_BYTES)
        text = b64encode(salt).decode("ascii")
        order.log_salt = vault.seal(text, table="orders", row=order.id, column="log_salt")
        return salt
    return b64decode(vault.open(order.log_salt, table="orders", row=order.id, column="log_salt"))


def _write(session: Session, head: LogHead, event: LogEvent, facts: _Facts, *, at: datetime, vault: Vault) -> LogEntry:
    order = event.order
    documents = sorted({one.document.id for one in facts.bound[order.id]})
    opening = _opening(event, facts, at=at, vault=vault)
    number = event.permit.permit_no if event.permit is not None else order.order_no
    leaf = Leaf(
        kind=event.kind,
        time=int(at.timestamp()),
        court=facts.courts[order.court_id],
        tag=tag_of(number or "", salt=order_salt(order, vault=vault)),
        commitment=opening.commitment,
    )
    states = {document: facts.standing[document] for document in documents}
    effect: list[dict[str, object]] = [
        {"d": document, "f": one.flags, "q": one.confirm, "x": {}} for document, one in states.items()
    ]
    sealed = vault.seal(opening.written().decode("utf-8"), table="log_entries", row=head.size, column="opening")
    return _push(
        session,
        head,
        leaf,
        event_id=event.id,
        order=order,
        permit=event.permit,
        effect=effect,
        opening=sealed,
        at=at,
    )


def _push(
    session: Session,
    head: LogHead,
    leaf: Leaf,
    *,
    event_id: str,
    order: Order | None,
    permit: Permit | None = None,
    effect: list[dict[str, object]],
    at: datetime,
    opening: bytes | None = None,
) -> LogEntry:
    written = leaf.written()
    hashed = leaf_hash(written)
    index = head.size
    frontier, nodes = grow(read_frontier(head.frontier, index), index, hashed)
    entry = LogEntry(
        idx=index,
        event_id=event_id,
        kind=leaf.kind.value,
        order_id=order.id if order is not None else None,
        permit_id=permit.id if permit is not None else None,
        tag=leaf.tag.hex() if leaf.tag is not None else None,
        leaf=written,
        hash=hashed,
        opening=opening,
        effect=effect,
        at=at,
    )
    session.add(entry)
    session.add_all([LogTile(level=level, n=n, hash=root) for level, n, root in tile_roots(nodes)])
    head.size, head.frontier = index + 1, frontier_bytes(frontier)
    return entry


def _keep_restrictions(session: Session, entries: Iterable[LogEntry]) -> None:
    """Keep the last state of each document; entries hold absolute states, so the last one counts."""
    last = {one["d"]: (entry.idx, one) for entry in entries for one in entry.effect}
    known = {
        row.document_id: row
        for row in session.scalars(select(Restriction).where(Restriction.document_id.in_(list(last))))
    }
    for document_id, (index, state) in last.items():
        row = known.get(document_id)
        if row is None:
            row = Restriction(document_id=document_id)
            session.add(row)
        row.flags, row.confirm, row.lifted, row.last_idx = state["f"], state["q"], state["x"], index


def _opening(event: LogEvent, facts: _Facts, *, at: datetime, vault: Vault) -> Opening:
    order = event.order
    parts: list[dict[str, Json]] = [
        {
            "number": order.order_no or "",
            "court": facts.courts[order.court_id],
            "case": facts.cases[order.case_id],
            "kind": order.kind,
            "grounds": order.grounds,
            "rules": order.rule_version,
            "state": order.state,
            "version": order.version,
            "decided_on": _day(order.decided_on),
            "ends_on": _day(order.ends_on),
            "permit": None if event.permit is None else _permit(event.permit),
        }
    ]
    parts += [
        {
            "type": one.document.type,
            "country": one.document.country,
            "number": vault.open(one.document.number, table="documents", row=one.document.id, column="number"),
            "role": one.binding.role,
            "from_on": _day(one.binding.from_on),
            "until_on": _day(one.binding.until_on),
        }
        for one in facts.bound[order.id]
    ]
    parts.append(
        {
            "source": order.source,
            "order": order.public_id,
            "persons": [str(one) for one in (order.drafted_by, order.checked_by, order.issued_by) if one is not None],
            "amount_due": None if order.amount_due is None else f"{order.amount_due:.2f}",
            "at": at.isoformat(timespec="milliseconds"),
        }
    )
    return Opening(tuple(open_part(part, salt=secrets.token_bytes(SALT_BYTES)) for part in parts))


def _permit(permit: Permit) -> dict[str, Json]:
    return {
        "number": permit.permit_no or "",
        "purpose": permit.purpose,
        "from": permit.valid_from.isoformat(),
        "to": permit.valid_to.isoformat(),
        "uses_left": permit.uses_left,
        "state": permit.state,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
