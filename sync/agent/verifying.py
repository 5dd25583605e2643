"""What must hold before anything goes live: the log's own signature over the root computed here, and a statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blacklist.ledger.checkpoints import Checkpoint, open_checkpoint
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.journal import Record
from blacklist.ledger.statements import Statement, open_statement
from sync.agent.pages import Item, Page
from sync.agent.refusals import Ground, RefusedError
from sync.agent.store import Live
from sync.agent.trust import Trust


@dataclass(frozen=True, slots=True)
class Staged:
    """What was pulled and is not live yet: the copy as it would be, and the entries that lead there."""

    live: Live
    records: tuple[Record, ...] = ()

    def after(self, items: Iterable[Item]) -> Staged:
        """Return it with more items.

        Raises:
            RefusedError: an item has flags outside the mask of this copy (`unknown-item`).
        """
        records = tuple(Record(item.index + 1, item.leaf_hash, item.flags) for item in items)
        if not records:
            return self
        try:
            return Staged(self.live.after(records), self.records + records)
        except CopyError as error:
            raise RefusedError(Ground.UNKNOWN_ITEM, f"an item cannot be applied: {error}") from None


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies notes by the keys of the trust file, and holds them against what was computed here."""

    trust: Trust
    agency: str

    def checkpoint(self, note: str, live: Live) -> Checkpoint:
        """Verify that the log signed this very size and root.

        Raises:
            RefusedError: `bad-signature`, or another root than the leaf hashes give (`fork`).
        """
        head = self.open_checkpoint(note)
        if head.size != live.size:
            raise RefusedError(Ground.BAD_STATEMENT, "the checkpoint is of another size than the page", note)
        if head.root != live.root:
            raise RefusedError(Ground.FORK, "the log's signed root is not that of the leaves it served", note)
        return head

    def open_checkpoint(self, note: str) -> Checkpoint:
        """Verify a checkpoint's signature and origin alone.

        Raises:
            RefusedError: `bad-signature`.
        """
        try:
            head = open_checkpoint(note, logs=self.trust.log_keys).checkpoint
        except FormatError as error:
            raise RefusedError(Ground.BAD_SIGNATURE, f"the checkpoint does not verify: {error}", note) from None
        if head.origin != self.trust.origin:
            raise RefusedError(Ground.BAD_SIGNATURE, "the checkpoint is of another log", note)
        return head

    def statement(self, note: str, live: Live) -> Statement:
        """Verify that the view key said this of this agency, epoch, key epoch, size and root of the log.

        The view's own root and count are left to the caller: where they differ the copy is mended, not refused.

        Raises:
            RefusedError: `bad-signature`, `bad-statement` or `fork`.
        """
        try:
            statement = open_statement(note, view_keys=self.trust.view_keys)
        except SignatureError as error:
            raise RefusedError(Ground.BAD_SIGNATURE, f"the statement does not verify: {error}", note) from None
        except FormatError as error:
            raise RefusedError(Ground.BAD_STATEMENT, f"the statement cannot be read: {error}", note) from None
        said = (statement.agency, statement.epoch, statement.key_epoch, statement.size)
        if said != (self.agency, live.epoch, live.key_epoch, live.size):
            raise RefusedError(Ground.BAD_STATEMENT, "the statement is of another agency, log, key or size", note)
        if statement.log_root != live.root:
            raise RefusedError(Ground.FORK, "the statement names another root of the log", note)
        return statement

    def page(self, staged: Staged, page: Page) -> tuple[Staged, Statement | None]:
        """Take a page that begins where `staged` ends; with a statement all of it may go live.

        Raises:
            RefusedError: something does not hold; what was staged is void.
        """
        if page.next.epoch != staged.live.epoch:
            raise RefusedError(Ground.NEW_EPOCH, "the feed goes on in another epoch")
        staged = staged.after(page.items)
        if page.checkpoint is None:
            return staged, None
        self.checkpoint(page.checkpoint, staged.live)
        if page.statement is None:
            return staged, None
        return staged, self.statement(page.statement, staged.live)


def is_met(staged: Staged, statement: Statement) -> bool:
    """Tell whether the view has the root and the number of entries that the statement says."""
    view = staged.live.view
    return (view.root, view.count) == (statement.view_root, statement.n)
