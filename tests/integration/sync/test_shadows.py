"""A shadow that the log moved on equals one built anew, whatever the acts were; a reader sees it at each size."""

from __future__ import annotations

import os
import stat
from dataclasses import replace

import pytest
from sqlalchemy import select

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_file import open_copy
from blacklist.ledger.copy_header import CopyOwner
from blacklist.models import AgencyView
from blacklist.queries import log as log_queries
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.views import CONFIRM
from sync.publishing import shadows
from sync.publishing.shadows import (
    JOURNAL,
    Change,
    Shadow,
    ShadowReader,
    ShadowTerms,
    copy_path,
    copy_sizes,
    seen_by,
    shadow_folder,
)
from tests.publishing import Press

AIR, BANK = "air.example", "bank.example"


@pytest.fixture
def press(own_database_url, key_file, vault, tmp_path, at):
    engine = create_registry_engine(own_database_url)
    made = Press(engine, vault, Keyring.read(key_file), tmp_path, at)
    made.subscribe(AIR, ["air_travel", "rail_high_class"])
    made.subscribe(BANK, ["bank_credit"])
    yield made
    made.close()
    engine.dispose()


def views(press: Press) -> dict[int, tuple[int, int, bytes]]:
    with press.reading() as session:
        return {row.agency_id: (row.size, row.n, row.view_root) for row in session.scalars(select(AgencyView))}


def owner(press: Press, name: str) -> CopyOwner:
    with press.reading() as session:
        return CopyOwner(name, bytes.fromhex(log_queries.head_of(session).epoch), 1)


class TestShadows:
    def test_moved_by_acts_equal_those_built_anew(self, press):
        moved = press.publisher("moved")
        press.act("expired")
        press.publish(moved)
        listing, _ = press.act("effective", "removed")
        press.publish(moved)
        press.act("effective", "suspended", "resumption-proposed", kind=OrderKind.CONSUMPTION)
        press.publish(moved)
        press.do("propose", listing)
        press.do("approve", listing)
        press.publish(moved)
        ours = views(press)

        anew = press.publisher("anew")
        with press.reading() as session:
            head, signed = log_queries.head_of(session), log_queries.newest_checkpoint(session)
            fresh = anew._shadows.sign_all(session, head, size=signed.size, root=signed.root, at=press.at)

        assert {one.agency_id: (one.size, one.n, one.view_root) for one in fresh} == ours
        assert sorted(one.n for one in fresh) == [0, 1]

    def test_hold_each_document_under_its_agencys_own_number(self, press):
        press.act("effective", kind=OrderKind.CONSUMPTION)
        press.publish(press.publisher())

        found = {}
        for name in (AIR, BANK):
            folder = shadow_folder(press.config(), name, 1)
            reader = ShadowReader(folder, owner(press, name), [press.signers.view_public])
            found[name] = [
                (one, bucket.flags_of(one)) for _, bucket in reader.view.buckets() for one in bucket.fingerprints
            ]
            reader.close()
        assert [flags for _, flags in found[AIR]] == [0b11]
        assert found[BANK] == []

    def test_go_on_after_a_restart_from_what_lies_there(self, press):
        first = press.publisher()
        press.act("effective")
        press.publish(first)
        press.act("effective")
        press.publish(first)
        first.close()
        base = copy_sizes(shadow_folder(press.config(), BANK, 1))
        press.act("effective")

        press.publish(press.publisher())

        assert copy_sizes(shadow_folder(press.config(), BANK, 1)) == base
        assert sorted(n for _, n, _ in views(press).values()) == [0, 3]

    @pytest.mark.parametrize("damage", ["header", "entries", "cut", "journal-gone", "copy-gone"])
    def test_that_are_damaged_are_built_anew(self, press, damage):
        first = press.publisher()
        press.act("effective")
        press.publish(first)
        first.close()
        folder = shadow_folder(press.config(), BANK, 1)
        path = copy_path(folder, copy_sizes(folder)[-1])
        if damage == "journal-gone":
            (folder / JOURNAL).unlink()
        elif damage == "copy-gone":
            path.unlink()
        else:
            content = bytearray(path.read_bytes())
            content[{"header": 96, "entries": -1, "cut": -2}[damage]] ^= 1
            path.write_bytes(content[:-1] if damage == "cut" else content)
        press.act("effective")

        press.publish(press.publisher())

        assert sorted(n for _, n, _ in views(press).values()) == [0, 2]

    def test_are_sealed_files_of_the_worker_alone(self, press):
        press.act("effective")
        press.publish(press.publisher())

        folder = shadow_folder(press.config(), BANK, 1)
        assert sorted(path.name for path in folder.iterdir()) == ["journal", f"view-{copy_sizes(folder)[0]}.copy"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


class TestReaders:
    def test_see_the_view_at_each_size_that_is_asked_for(self, press):
        publisher = press.publisher()
        press.act("effective")
        press.publish(publisher)
        folder = shadow_folder(press.config(), BANK, 1)
        reader = ShadowReader(folder, owner(press, BANK), [press.signers.view_public])
        start = reader.size
        seen = [reader.view_at(start).count]
        press.act("effective", "effective")
        press.publish(publisher)
        with press.reading() as session:
            end = log_queries.head_of(session).size

        assert reader.view_at(end + 1) is None
        seen.append(reader.view.count)
        assert reader.view_at(start) is None
        reader.close()
        assert seen == [1, 3]

    def test_do_not_run_ahead_of_the_size_that_is_asked_for(self, press):
        publisher = press.publisher()
        press.act("effective")
        press.publish(publisher)
        folder = shadow_folder(press.config(), BANK, 1)
        reader = ShadowReader(folder, owner(press, BANK), [press.signers.view_public])
        press.act("effective")
        press.publish(publisher)
        with press.reading() as session:
            end = log_queries.head_of(session).size

        sizes = range(reader.size, end + 1)
        counts = [reader.view_at(size).count for size in sizes]
        reader.close()
        assert counts[0] == 1
        assert counts[-1] == 2
        assert counts == sorted(counts)

    def test_of_a_shadow_that_is_not_there_say_so(self, press, tmp_path):
        with pytest.raises(FileNotFoundError):
            ShadowReader(tmp_path / "none", owner(press, BANK), [press.signers.view_public])

    def test_of_another_agencys_shadow_refuse_it(self, press):
        press.act("effective")
        press.publish(press.publisher())
        folder = shadow_folder(press.config(), BANK, 1)

        with pytest.raises(CopyError, match="another agency"):
            ShadowReader(folder, owner(press, AIR), [press.signers.view_public])


class TestCompaction:
    @pytest.fixture
    def terms(self, press, tmp_path) -> ShadowTerms:
        from blacklist.identity.fingerprints import Fingerprinter

        return ShadowTerms(
            folder=tmp_path / "compact",
            agency_id=7,
            owner=owner(press, BANK),
            fingerprinter=Fingerprinter(bytes(range(32))),
            mask=1 << 11 | CONFIRM,
            sign=press.signers.view.sign_bytes,
            view_keys=(press.signers.view_public,),
        )

    def test_keeps_the_view_and_the_file_that_is_being_downloaded(self, press, terms, monkeypatch, at):
        monkeypatch.setattr(shadows, "COMPACT_AFTER", 3)
        shadow = Shadow.build(terms, [(5, 1 << 11)], size=10, log_root=bytes(32), at=at)
        keys = {1: b"1|11010519491231002X"}
        effect = [{"d": 1, "f": 1 << 11, "q": 0, "x": {}}]
        for index in range(10, 13):
            assert shadow.compact(log_root=bytes(32), at=at) is False
            shadow.move([Change(index, bytes([index]) * 32, effect)], keys)
        root = shadow.view.root

        assert shadow.compact(log_root=bytes(32), at=at) is True

        shadow.move([Change(13, bytes(32), [effect[0] | {"f": 0}])], keys)
        shadow.close()
        assert copy_sizes(terms.folder) == [10, 13]
        compacted = open_copy(copy_path(terms.folder, 13), terms.owner, keys=terms.view_keys)
        assert compacted.header.view_root == root
        again = Shadow.open(terms)
        assert (again.size, again.view.count) == (14, 1)
        again.close()

    def test_drops_files_replaced_a_day_ago(self, terms, monkeypatch, at):
        monkeypatch.setattr(shadows, "COMPACT_AFTER", 1)
        shadow = Shadow.build(terms, [], size=0, log_root=bytes(32), at=at)
        for index in range(2):
            shadow.move([Change(index, bytes(32), [])], {})
            shadow.compact(log_root=bytes(32), at=at)
        old = copy_path(terms.folder, 0)
        os.utime(old, (0, 0))
        shadow.move([Change(2, bytes(32), [])], {})
        shadow.compact(log_root=bytes(32), at=at)
        shadow.close()

        assert copy_sizes(terms.folder) == [1, 2, 3]

    def test_two_documents_of_one_fingerprint_become_one_that_is_asked_online(self, terms, at):
        other = replace(terms, mask=0b1100 | CONFIRM)
        shadow = Shadow.build(other, [(9, 0b100), (3, 0b100), (9, 0b1000)], size=0, log_root=bytes(32), at=at)
        shadow.close()

        view = CopyView(open_copy(copy_path(terms.folder, 0), terms.owner, keys=terms.view_keys))
        assert (view.flags_of(3), view.flags_of(9)) == (0b100, 0b1100 | CONFIRM)


def test_what_one_agency_lets_pass_is_seen_by_all_others():
    state = {"d": 1, "f": 0b11, "q": 0b10, "x": {"4": 0b01}}

    assert seen_by(state, 4, 0b11 | CONFIRM) == 0b10 | CONFIRM
    assert seen_by(state, 5, 0b11 | CONFIRM) == 0b11 | CONFIRM
    assert seen_by(state, 5, 0b01 | CONFIRM) == 0b01
