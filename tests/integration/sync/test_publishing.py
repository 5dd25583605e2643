"""What was committed becomes public, signed and durable: step by step, twice, and after a crash between any two steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring
from blacklist.ledger.checkpoints import open_checkpoint
from blacklist.ledger.leaves import LeafKind
from blacklist.ledger.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, node_hash, verify_consistency
from blacklist.ledger.statements import open_statement
from blacklist.ledger.tiles import read_bundle, tiles_of
from blacklist.models import AgencyView, Discrepancy, LogCheckpoint, LogEntry, LogHead
from blacklist.queries import log as log_queries
from blacklist.services.appending import FencedError, append_public
from sync.publishing import exporting
from sync.publishing.checkpoints import BACKLOG, MOST_ENTRIES, Signed, last_signed, next_size
from sync.publishing.publisher import publish_once, record, require_consistent, sign_statements
from tests.publishing import Press


@pytest.fixture
def press(own_database_url, key_file, vault, tmp_path, at):
    engine = create_registry_engine(own_database_url)
    made = Press(engine, vault, Keyring.read(key_file), tmp_path, at)
    yield made
    made.close()
    engine.dispose()


def fill(press: Press, count: int, *, start: int = 0) -> None:
    """Append public entries, cheap ones, in one transaction."""
    with Session(press.engine) as session:
        for number in range(start, start + count):
            append_public(session, LeafKind.AUDIT, {"length": number, "head": "-"}, at=press.at)
        session.commit()


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, written down as it stands there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def exported(folder: Path) -> dict[str, bytes]:
    """Every public file of an export."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] in ("tile", "checkpoint")
    }


def folder_of(press: Press, name: str = "one") -> Path:
    with press.reading() as session:
        return exporting.export_folder(press.config(name), log_queries.head_of(session).epoch)


class TestPublishing:
    def test_signs_the_root_of_all_that_was_committed(self, press):
        press.act("effective", "removed", "suspended")
        publisher = press.publisher()

        assert press.publish(publisher) == 1
        with press.reading() as session:
            leaves = list(session.scalars(select(LogEntry.leaf).order_by(LogEntry.idx)))
            row = log_queries.newest_checkpoint(session)
            head = log_queries.head_of(session)
        opened = open_checkpoint(row.note, logs=[press.signers.log.verifier])
        assert len(leaves) == head.size >= 5
        assert opened.checkpoint.size == head.size
        assert opened.checkpoint.root == row.root == naive_root(leaves)

    def test_of_an_empty_log_does_nothing(self, press):
        assert press.publish(press.publisher()) == 0

    def test_exports_each_tile_that_the_standard_asks_for(self, press):
        publisher = press.publisher()
        for size in (3, 256, 300, 700):
            with press.reading() as session:
                start = log_queries.head_of(session).size
            fill(press, size - start, start=start)
            press.publish(publisher)

        files = exported(folder_of(press))
        assert {tile.path for tile in tiles_of(700)} <= set(files)
        assert read_bundle(files["tile/entries/002.p/188"], width=188)[-1].startswith(b'{"a":"registry"')
        opened = open_checkpoint(files["checkpoint"], logs=[press.signers.log.verifier])
        assert opened.checkpoint.size == 700

    def test_exports_openings_and_effects_sealed(self, press, vault):
        press.act("effective")
        press.publish(press.publisher())
        with press.reading() as session:
            entries = session.scalars(select(LogEntry).order_by(LogEntry.idx)).all()

        found = exporting.read_sealed(folder_of(press), 0, vault=vault)

        assert found == [(entry.opening, entry.effect) for entry in entries]
        assert str(entries[0].effect[0]["d"]).encode() not in (folder_of(press) / "effects" / "000").read_bytes()

    def test_every_size_extends_the_one_before(self, press):
        publisher = press.publisher()
        for _ in range(4):
            press.act("effective")
            press.publish(publisher)
        with press.reading() as session:
            signed = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)).all()
            hashes = log_queries.hashes_of(session)
            assert len(signed) == 4
            for older, newer in pairwise(signed):
                verify_consistency(
                    first=older.size,
                    second=newer.size,
                    path=consistency_proof(older.size, newer.size, hashes),
                    first_root=older.root,
                    second_root=newer.root,
                )


class TestSizes:
    def test_go_on_by_at_most_two_thousand(self, press):
        fill(press, MOST_ENTRIES + 7)
        press.publish(press.publisher())

        with press.reading() as session:
            sizes = session.scalars(select(LogCheckpoint.size).order_by(LogCheckpoint.size)).all()
        assert sizes == [MOST_ENTRIES, MOST_ENTRIES + 7]

    def test_of_a_backlog_end_after_the_last_entry_that_frees_somebody(self, press):
        fill(press, 10)
        press.act("removed")
        fill(press, BACKLOG, start=100)
        press.publish(press.publisher())

        with press.reading() as session:
            removal = session.scalars(select(LogEntry.idx).where(LogEntry.kind == "remove")).one()
            sizes = session.scalars(select(LogCheckpoint.size).order_by(LogCheckpoint.size)).all()
            size = log_queries.head_of(session).size
        assert sizes == [removal + 1, size]

    def test_without_a_backlog_wait_for_nobody(self, press):
        press.act("removed")
        fill(press, 20)
        assert press.publish(press.publisher()) == 1


class TestCrashes:
    """Steps called one by one, and then no further, as a killed process leaves them."""

    def test_after_the_export_the_next_publisher_writes_the_same_bytes(self, press):
        press.act("effective")
        first, second = press.publisher(), press.publisher("two")
        with press.reading() as session:
            made = first.prepare(session, at=press.at)
        first.close()

        heir = press.publisher()
        before = exported(folder_of(press))
        assert press.publish(heir, at=press.at + timedelta(minutes=3)) == 1

        assert exported(folder_of(press)) == before
        with press.reading() as session:
            row = log_queries.newest_checkpoint(session)
        assert (row.size, row.root, row.note) == (made.size, made.root, made.note)
        assert press.publish(second) == 0

    def test_what_was_exported_is_finished_before_what_came_after(self, press):
        press.act("effective")
        dying = press.publisher()
        with press.reading() as session:
            size = dying.prepare(session, at=press.at).size
        dying.close()
        press.act("effective")

        press.publish(press.publisher())

        with press.reading() as session:
            sizes = session.scalars(select(LogCheckpoint.size).order_by(LogCheckpoint.size)).all()
            assert sizes == [size, log_queries.head_of(session).size]

    def test_in_the_middle_of_the_export_it_is_written_again(self, press):
        press.act("effective", "effective")
        with press.reading() as session:
            folder = folder_of(press)
            exporting.export_entries(session, folder, start=0, size=1, vault=press.vault)
        assert exporting.read_exported_checkpoint(folder) is None

        press.publish(press.publisher())
        press.publish(press.publisher("two"))

        whole = exported(folder)
        with press.reading() as session:
            assert {tile.path for tile in tiles_of(log_queries.head_of(session).size)} <= set(whole)

    def test_a_lost_export_is_written_anew_with_the_next_entry(self, press):
        fill(press, 300)
        press.publish(press.publisher())
        fill(press, 1, start=300)

        press.publish(press.publisher("two"))

        files = exported(folder_of(press, "two"))
        assert {tile.path for tile in tiles_of(301)} <= set(files)


class TestTwoPublishers:
    def test_write_the_same_bytes_and_one_wins(self, press):
        press.act("effective", "removed")
        first, second = press.publisher("one"), press.publisher("two")
        with press.reading() as session:
            ours = first.prepare(session, at=press.at)
        with press.reading() as session:
            theirs = second.prepare(session, at=press.at + timedelta(seconds=1))

        assert (ours.size, ours.root, ours.note) == (theirs.size, theirs.root, theirs.note)
        assert exported(folder_of(press, "one")) == exported(folder_of(press, "two"))
        with press.transactions.writing() as session:
            record(session, ours, at=press.at)
        with pytest.raises(DBAPIError), press.transactions.writing() as session:
            record(session, theirs, at=press.at)
        with press.reading() as session:
            assert session.scalar(select(func.count()).select_from(LogCheckpoint)) == 1

    def test_of_one_machine_do_not_write_the_same_shadows(self, press):
        press.subscribe("air.example", ["bank_credit"])
        press.act("effective")
        first, second = press.publisher("one"), press.publisher("one")
        press.publish(first)
        press.act("effective")

        with pytest.raises(BlockingIOError):
            publish_once(press.transactions, second, at=press.at)
        assert press.publish(first) == 1


class TestContradictions:
    """Nothing is signed, nothing appended, until two persons act."""

    def fenced(self, press: Press) -> bool:
        with press.reading() as session:
            fenced = log_queries.head_of(session).fenced
            assert session.scalar(select(func.count()).select_from(Discrepancy)) == int(fenced)
        return fenced

    def test_a_log_shorter_than_its_export_is_fenced(self, press):
        fill(press, 5)
        publisher = press.publisher()
        press.publish(publisher)
        with Session(press.engine) as session:  # an older backup: the head and all rows beyond it are gone
            for table in ("log_checkpoints", "log_entries"):
                drop_triggers(session, table)
            session.execute(text("DELETE FROM log_checkpoints"))
            session.execute(text("DELETE FROM log_entries WHERE idx >= 3"))
            head = session.get_one(LogHead, 1)
            head.size, head.frontier = 3, b"".join(log_queries.frontier_at(session, 3))
            session.commit()

        assert require_consistent(press.transactions, publisher, at=press.at) is False
        assert self.fenced(press)
        with Session(press.engine) as session, pytest.raises(FencedError):
            append_public(session, LeafKind.AUDIT, {"length": 9, "head": "-"}, at=press.at)
        assert publish_once(press.transactions, publisher, at=press.at) is False

    def test_an_altered_leaf_stops_the_signature(self, press):
        fill(press, 5)
        with Session(press.engine) as session:
            drop_triggers(session, "log_entries")
            session.execute(text("UPDATE log_entries SET leaf = :leaf WHERE idx = 2"), {"leaf": b"{}"})
            session.commit()

        assert publish_once(press.transactions, press.publisher(), at=press.at) is False
        assert self.fenced(press)

    def test_an_altered_hash_below_what_was_signed_stops_the_next_signature(self, press):
        fill(press, 5)
        publisher = press.publisher()
        press.publish(publisher)
        fill(press, 1, start=5)
        with Session(press.engine) as session:
            drop_triggers(session, "log_entries")
            session.execute(text("UPDATE log_entries SET hash = :hash WHERE idx = 2"), {"hash": bytes(32)})
            session.commit()

        assert publish_once(press.transactions, publisher, at=press.at) is False
        assert self.fenced(press)

    def test_an_export_signed_by_somebody_else_is_not_believed(self, press):
        fill(press, 2)
        publisher = press.publisher()
        press.publish(publisher)
        note = (folder_of(press) / "checkpoint").read_text()
        (folder_of(press) / "checkpoint").write_text(note.replace("\n2\n", "\n9\n"))
        fill(press, 1, start=2)

        assert publish_once(press.transactions, publisher, at=press.at) is False
        assert self.fenced(press)

    def test_a_sound_log_is_not_fenced(self, press):
        fill(press, 2)
        publisher = press.publisher()
        press.publish(publisher)

        assert require_consistent(press.transactions, publisher, at=press.at) is True
        assert not self.fenced(press)


class TestStatements:
    def statement(self, press: Press):
        with press.reading() as session:
            row = session.scalars(select(AgencyView)).one()
        return row, open_statement(row.statement, view_keys=[press.signers.view.verifier])

    def test_tell_the_roots_of_log_and_view(self, press):
        press.subscribe("air.example", ["bank_credit"])
        press.act("effective", "effective")
        publisher = press.publisher()
        press.publish(publisher)

        row, said = self.statement(press)
        with press.reading() as session:
            signed = log_queries.newest_checkpoint(session)
        assert (said.size, said.log_root) == (signed.size, signed.root)
        assert (said.agency, said.key_epoch, said.n) == ("air.example", 1, 2)
        assert (said.view_root, said.n, said.size) == (row.view_root, row.n, row.size)
        assert said.time == int(press.at.timestamp())

    def test_are_said_again_later_even_if_the_clock_goes_back(self, press):
        press.subscribe("air.example", ["bank_credit"])
        press.act("effective")
        publisher = press.publisher()
        press.publish(publisher)
        times = [self.statement(press)[1].time]
        for at in (press.at - timedelta(hours=1), press.at - timedelta(hours=1), press.at + timedelta(seconds=10)):
            assert sign_statements(press.transactions, publisher, at=at) == 1
            times.append(self.statement(press)[1].time)

        start = int(press.at.timestamp())
        assert times == [start, start + 1, start + 2, start + 10]

    def test_reach_an_agency_that_subscribes_while_nothing_happens(self, press):
        press.act("effective")
        publisher = press.publisher()
        press.publish(publisher)
        press.subscribe("air.example", ["bank_credit"])

        assert sign_statements(press.transactions, publisher, at=press.at) == 1
        assert self.statement(press)[1].n == 1

    def test_are_not_made_before_the_first_checkpoint(self, press):
        press.subscribe("air.example", ["bank_credit"])

        assert sign_statements(press.transactions, press.publisher(), at=press.at) == 0


class TestNextSize:
    def test_is_that_of_an_export_that_has_no_commit_yet(self, press):
        fill(press, 4)
        with press.reading() as session:
            signed = last_signed(session, folder_of(press), (press.signers.log.verifier,))
            assert signed == Signed(None, None)
            assert next_size(session, log_queries.head_of(session), signed) == 4


class TestPartialTiles:
    def test_go_an_hour_after_the_full_one(self, press):
        publisher = press.publisher()
        fill(press, 10)
        press.publish(publisher)
        fill(press, 250, start=10)
        press.publish(publisher)
        folder = folder_of(press)
        written = (folder / "tile" / "0" / "000").stat().st_mtime

        def sweep(seconds: float) -> int:
            with press.reading() as session:
                return publisher.drop_partial_tiles(session, at=datetime.fromtimestamp(written + seconds, UTC))

        assert sweep(3_590) == 0
        assert sweep(3_610) == 2
        assert not (folder / "tile" / "0" / "000.p").exists()
        assert (folder / "tile" / "0" / "001.p" / "4").exists()


def drop_triggers(session: Session, table: str) -> None:
    """Be the administrator who takes the protection away."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    names = session.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
    ).scalars()
    for name in list(names):
        session.execute(text(f"DROP TRIGGER {name}"))
