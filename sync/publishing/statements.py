"""What the registry says of each view, signed: again whenever the log grows, and every ten seconds; `sync.md` §11."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import Statement, parse_statement, sign_statement
from blacklist.models import AgencyView
from sync.publishing.signers import Signers


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedView:
    """One agency's view as it was signed."""

    agency_id: int
    key_epoch: int
    size: int
    n: int
    view_root: bytes
    statement: str


def sign_view(statement: Statement, signers: Signers, *, agency_id: int, previous: AgencyView | None) -> SignedView:
    """Sign a statement, whose `time` is now, never earlier than the previous one; later, if the size is the same.

    So a clock set back neither stops statements nor turns them round, and a frozen line is told from a quiet one.
    """
    time = statement.time
    if previous is not None:
        before = parse_statement(parse_note(previous.statement).text).time
        time = max(before + (previous.size == statement.size), time)
    said = Statement(
        agency=statement.agency,
        epoch=statement.epoch,
        key_epoch=statement.key_epoch,
        size=statement.size,
        n=statement.n,
        view_root=statement.view_root,
        log_root=statement.log_root,
        time=time,
    )
    return SignedView(
        agency_id=agency_id,
        key_epoch=said.key_epoch,
        size=said.size,
        n=said.n,
        view_root=said.view_root,
        statement=sign_statement(said, signers.view),
    )


def keep_views(session: Session, views: list[SignedView], *, at: datetime) -> int:
    """Keep each as the agency's newest statement, unless a newer one stands there; return how many were kept."""
    kept = 0
    for view in views:
        row = session.get(AgencyView, (view.agency_id, view.key_epoch), with_for_update=True)
        if row is None:
            row = AgencyView(agency_id=view.agency_id, key_epoch=view.key_epoch)
            session.add(row)
        elif not _is_newer(view, row):
            continue
        row.size, row.n, row.view_root = view.size, view.n, view.view_root
        row.statement, row.signed_at = view.statement, at
        kept += 1
    session.flush()
    return kept


def _is_newer(view: SignedView, row: AgencyView) -> bool:
    one, other = (parse_statement(parse_note(note).text) for note in (view.statement, row.statement))
    return view.size >= row.size and one.is_newer_than(other)
