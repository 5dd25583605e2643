"""Following: what goes live, what is refused, what a crash leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blacklist.ledger.encodings import encode64
from sync.agent.following import Step
from sync.agent.pages import read_page
from sync.agent.refusals import FolderError, Ground, RefusedError, UnreachableError
from sync.agent.repairing import MOST_BUCKETS
from tests.copies import flip
from tests.kits import ROOT, Kit
from tests.small_registry import EPOCH, ORIGIN, SmallRegistry, key, problem

POINTS = ("before-journal", "after-journal", "after-mark")
REPLACING = ("new-copy-written", "before-switch", "after-switch")


class TestFollowing:
    def test_a_copy_begins_equal_and_countersigned(self, kit):
        assert [said.size for said in kit.registry.acks] == [21]
        with kit.open() as opened:
            assert opened.is_equal()

    def test_a_change_goes_live_and_is_countersigned(self, kit):
        kit.registry.append([(7, 1)])
        with kit.open() as opened:
            assert opened.follower.pull() is Step.LIVE
            assert opened.acknowledger.flush()
            assert opened.is_equal()
            assert opened.store.live.view.flags_of(7) == 1

        assert kit.registry.acks[-1].size == 22

    def test_many_pages_are_one_step(self, kit):
        for number in range(4100):
            kit.registry.append([(number << 50, 1)])
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()

    def test_a_page_cut_short_does_not_go_live(self, kit):
        kit.registry.append([(7, 1)])
        kit.registry.append([(7, 0)])
        with kit.open() as opened:
            before = opened.store.live
            page = read_page(kit.registry.page(before.size, limit=1))

            assert opened.follower.take(page) is Step.STAGED
            assert opened.store.live is before
            assert opened.follower.pull() is Step.LIVE
            assert opened.is_equal()

    def test_nothing_is_countersigned_before_it_is_durable(self, kit):
        kit.registry.append([(7, 1)])
        seen = []
        with kit.open(named=lambda point: seen.append((point, len(kit.registry.acks)))) as opened:
            opened.follower.pull()

        assert [point for point, _ in seen] == [*POINTS]
        assert {acks for _, acks in seen} == {1}

    def test_a_statement_of_an_earlier_moment_refreshes_nothing(self, kit):
        with kit.open() as opened:
            kit.registry.now += 10
            opened.follower.pull()
            page = kit.registry.page(kit.registry.size)
            kit.hands.forward(59)
            assert opened.follower.glance().is_fresh
            opened.follower.take(read_page(page))
            kit.hands.forward(2)

            assert not opened.follower.glance().is_fresh

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_pages_shuffled_dropped_and_doubled_end_equal_to_a_model(self, kit, data):
        registry = kit.registry
        start = registry.size
        changes = st.lists(st.tuples(st.sampled_from([1, 2, 3, 1 << 60, 1 << 63]), st.integers(0, 15)), max_size=3)
        for change in data.draw(st.lists(changes, min_size=1, max_size=8)):
            registry.append(change)
        pages = [registry.page(since, limit=limit) for since in range(start, registry.size) for limit in (1, 2, 2000)]
        order = data.draw(st.lists(st.sampled_from(pages), max_size=30))
        model = _models(registry)
        with kit.open() as opened:
            for members in order:
                opened.follower.take(read_page(members))
                live = opened.store.live
                found = {f: live.view.flags_of(f) for f in model[live.size] | {1: 0, 2: 0, 3: 0}}
                assert {f: flags for f, flags in found.items() if flags} == model[live.size]
                assert live.view.count == len(model[live.size])
            opened.follower.pull()
            assert opened.is_equal()


def _models(registry: SmallRegistry) -> list[dict[int, int]]:
    """Return the whole view at every size, by a dictionary."""
    models: list[dict[int, int]] = [{}]
    for change in registry.changes:
        after = models[-1] | dict(change)
        models.append({one: flags for one, flags in after.items() if flags})
    return models


class TestRefusals:
    def refused(self, kit: Kit) -> Ground:
        with kit.open() as opened:
            before = opened.store.live
            with pytest.raises(RefusedError) as caught:
                opened.follower.pull()
            assert opened.store.live is before
            opened.acknowledger.flush()
            assert opened.follower.refused is caught.value.ground
        return caught.value.ground

    def test_another_tree_of_the_same_size(self, kit):
        kit.registry.leaves[3] = b"another past"
        kit.registry.append([(7, 1)])

        assert self.refused(kit) is Ground.FORK
        assert len(kit.registry.acks) == 1

    def test_a_leaf_hash_that_is_not_the_logs(self, kit):
        kit.registry.append([(7, 1)])
        kit.registry.bend = _bent_items(lambda item: item | {"h": encode64(bytes(32))})

        assert self.refused(kit) is Ground.FORK

    def test_a_checkpoint_signed_by_somebody_else(self, kit):
        kit.registry.append([(7, 1)])
        kit.registry.log_key = key(ORIGIN, 9)

        assert self.refused(kit) is Ground.BAD_SIGNATURE

    def test_a_statement_signed_by_somebody_else(self, kit):
        kit.registry.append([(7, 1)])
        kit.registry.view_key = key("registry.example/view", 9)

        assert self.refused(kit) is Ground.BAD_SIGNATURE

    @pytest.mark.parametrize(
        "bent",
        [
            lambda item: item | {"new": 1},
            lambda item: item | {"d": [["145254453e6d8743", 2, 3]]},
            lambda item: item | {"d": [["145254453E6D8743", 2]]},
            lambda item: item | {"d": [["145254453e6d8743", 1 << 20]]},
            lambda item: {"i": item["i"], "h": item["h"]},
            lambda item: item | {"h": item["h"][:-4]},
        ],
        ids=["member", "triple", "case", "outside-mask", "missing", "hash"],
    )
    def test_an_item_of_unknown_shape(self, kit, bent):
        kit.registry.append([(7, 1)])
        kit.registry.bend = _bent_items(bent)

        assert self.refused(kit) is Ground.UNKNOWN_ITEM

    def test_unknown_bits_inside_the_mask_are_kept(self, kit):
        kit.registry.append([(7, 1 << 31 | 8)])
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.store.live.view.flags_of(7) == 1 << 31 | 8

    def test_a_registry_restored_to_an_older_state_is_told_so(self, kit):
        kit.registry.forget_to(10)

        assert self.refused(kit) is Ground.ROLLBACK
        assert len(kit.registry.rollbacks) == 1
        assert kit.registry.rollbacks[0].startswith(f"{ORIGIN}\n21\n")

    def test_another_history_that_has_grown_past_this_copy(self, kit):
        kit.registry.forget_to(10)
        for number in range(30):
            kit.registry.append([(number, 1)], leaf=b"other %d" % number)

        assert self.refused(kit) is Ground.FORK

    def test_a_new_epoch(self, kit):
        kit.registry.epoch = "c0" * 16

        assert self.refused(kit) is Ground.NEW_EPOCH

    def test_a_retired_key_without_its_successor(self, kit):
        kit.registry.open_key_epoch(4, bytes([4] * 32))
        kit.registry.retire_key_epoch(3, now=4)

        assert self.refused(kit) is Ground.KEY_RETIRED

    def test_a_fenced_registry_is_waited_for(self, kit):
        kit.registry.problem = (503, problem(503, "fenced"))
        with kit.open() as opened, pytest.raises(UnreachableError):
            opened.follower.pull()

    def test_the_evidence_is_kept(self, kit):
        kit.registry.forget_to(10)
        self.refused(kit)
        kept = kit.folder.read("refused.json")

        assert kept["ground"] == "rollback"
        assert kept["evidence"][0].startswith(ORIGIN)


class TestCrashes:
    @pytest.mark.parametrize("point", [*POINTS, *REPLACING])
    def test_kill_9_leaves_a_copy_that_opens_and_becomes_equal(self, kit, point):
        for number in range(5):
            kit.registry.append([(number, 3), (number << 40, 1)])
        replaces = "True" if point in REPLACING else "False"
        program = f"""
import os, signal
from pathlib import Path
from sync.agent.clocks import Clocks
from sync.agent.acknowledging import Acknowledger, Signers
from sync.agent.commands import registry_of
from sync.agent.folder import Folder
from sync.agent.following import Follower
from sync.agent.store import Store
def named(point):
    if point == {point!r}:
        os.kill(os.getpid(), signal.SIGKILL)
folder = Folder({str(kit.folder.path)!r})
registry = registry_of(folder)
store = Store(folder, Clocks(), named=named)
Follower(store, registry, Acknowledger(registry, Signers.of(folder), Clocks()), Clocks()).pull()
if {replaces}:
    store.replace(store.live, statement=store.mark().statement)
"""
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)

        assert done.returncode == -signal.SIGKILL
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()

    def test_a_torn_journal_is_fetched_again(self, kit):
        for number in range(5):
            kit.registry.append([(number, 3)])
        with kit.open() as opened:
            opened.follower.pull()
        journal = kit.folder.current() / "journal"
        whole = journal.read_bytes()
        for length in range(len(whole)):
            journal.write_bytes(whole[:length])
            with kit.open() as opened:
                assert opened.store.live.size <= 26
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()

    def test_a_journal_lost_is_no_rollback(self, kit):
        kit.registry.append([(7, 1)])
        with kit.open() as opened:
            opened.follower.pull()
        os.truncate(kit.folder.current() / "journal", 0)
        kit.registry.append([(8, 1)])
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.is_equal()

    def test_a_past_that_changed_under_a_lost_journal_is_a_fork(self, kit):
        kit.registry.append([(7, 1)])
        with kit.open() as opened:
            opened.follower.pull()
        os.truncate(kit.folder.current() / "journal", 0)
        kit.registry.forget_to(21)
        kit.registry.append([(9, 1)], leaf=b"another entry")
        kit.registry.append([(9, 1)])
        with kit.open() as opened, pytest.raises(RefusedError) as caught:
            opened.follower.pull()

        assert caught.value.ground is Ground.FORK

    def test_two_writers_are_one_too_many(self, kit):
        with kit.open(), pytest.raises(FolderError):
            kit.open()

    def test_compaction_keeps_everything(self, kit, monkeypatch):
        monkeypatch.setattr("sync.agent.store.COMPACT_BYTES", 100)
        with kit.open() as opened:
            for number in range(2000):
                kit.registry.append([(number << 49, 1)])
            opened.follower.pull()
            generation = kit.folder.current()
            assert (generation / "journal").stat().st_size == 0
            kit.registry.append([(5, 1)])
            opened.follower.pull()
            assert opened.is_equal()
        with kit.open() as opened:
            assert opened.is_equal()
        assert [*kit.folder.generations.iterdir()] == [generation]


class TestMending:
    @pytest.mark.parametrize("offset", [256 + 4 * 40_000, 262_408 + 8 * 300, 262_408 + 8 * 4000 + 4 * 300])
    def test_a_flipped_byte_is_found_before_the_next_acknowledgement_and_mended(self, kit, offset):
        registry = kit.registry
        registry.append([((number << 52) // 4000 * 4096, 2) for number in range(1, 4001 - 20)])
        with kit.open() as opened:
            opened.follower.pull()
            opened.store.replace(opened.store.live, statement=opened.store.mark().statement)
            opened.acknowledger.flush()
            acked = len(registry.acks)
            flip(kit.folder.current() / "copy", offset)
            registry.now += 10
            registry.sent_bytes.clear()

            assert opened.follower.pull() is Step.MENDED
            assert len(registry.acks) == acked
            assert opened.is_equal()
            assert registry.sent_bytes["/sync/v1/digest"] < 20_000
            assert "/sync/v1/snapshot" not in registry.sent_bytes
            opened.acknowledger.flush()
            assert len(registry.acks) == acked + 1
        assert b"mended" in (kit.folder.path / "discrepancies.jsonl").read_bytes()
        with kit.open() as opened:
            assert opened.is_equal()

    def test_a_byte_flipped_while_nobody_looked_is_mended_at_the_next_start(self, kit):
        flip(kit.folder.current() / "copy", 262_408)
        with kit.open() as opened:
            assert not opened.is_equal()
            assert opened.follower.pull() is Step.MENDED
            assert opened.is_equal()

    def test_too_many_bad_buckets_ask_for_a_snapshot(self, kit):
        registry = kit.registry
        registry.append([(number << 48, 1) for number in range(1, MOST_BUCKETS + 100)])
        with kit.open() as opened:
            opened.follower.pull()
            wrong = opened.store.live.view.changed([(number << 48, 2) for number in range(1, MOST_BUCKETS + 100)])
            opened.store.live = opened.store.live.with_view(wrong)
            registry.now += 10
            registry.sent_bytes.clear()

            assert opened.follower.pull() is Step.MENDED
            assert opened.is_equal()
            assert "/sync/v1/snapshot" in registry.sent_bytes

    def test_a_registry_that_moved_on_meanwhile_is_pulled_to(self, kit):
        registry = kit.registry
        with kit.open() as opened:
            opened.store.live = opened.store.live.with_view(opened.store.live.view.changed([(77, 1)]))
            page = read_page(registry.page(registry.size) | {"statement": _later(registry)})
            registry.append([(5, 1)])

            assert opened.follower.take(page) is Step.STAGED
            assert opened.follower.pull() is Step.MENDED
            assert opened.is_equal()

    def test_buckets_that_were_not_signed_are_refused(self, kit):
        registry = kit.registry
        with kit.open() as opened:
            opened.store.live = opened.store.live.with_view(opened.store.live.view.changed([(77, 1)]))
            registry.now += 10
            registry.bend = lambda path, members: bytes(len(members)) if path.endswith("digest") else members
            with pytest.raises(RefusedError):
                opened.follower.pull()
            assert not opened.follower.glance().is_fresh


def _later(registry: SmallRegistry) -> str:
    registry.now += 10
    return registry.statement()


def _bent_items(bent):
    def bend(path, members):
        if path == "/sync/v1/feed":
            return members | {"items": [bent(item) for item in members["items"]]}
        return members

    return bend


class TestKeyEpochs:
    def test_the_next_key_takes_over_at_one_instant(self, kit):
        registry = kit.registry
        registry.open_key_epoch(4, bytes([4] * 32))
        path = kit.secret("fp-4.key", bytes([4] * 32).hex())
        assert kit.command("init", "--next-key", str(path)).stdout == "next_key 4\n"
        registry.retire_key_epoch(3, now=4)
        registry.append([(7, 1)])
        with kit.open() as opened:
            opened.follower.pull()
            assert opened.store.live.key_epoch == 4
            assert opened.is_equal()
            opened.acknowledger.flush()
        assert registry.acks[-1].key_epoch == 4

    def test_a_new_epoch_goes_on_after_a_person_accepts_it(self, kit, tmp_path):
        folder = tmp_path / "again"
        folder.mkdir()
        again = SmallRegistry(folder, epoch="c0" * 16, log_key=key("registry.example/log2", 5))
        again.ack_vkey, again.witness_vkey = kit.registry.ack_vkey, kit.registry.witness_vkey
        kit.registry.__dict__.update(again.__dict__)
        trust = kit.write_trust()
        assert kit.command("pull").returncode == 5

        done = kit.command("init", "--accept-epoch", "c0" * 16, "--trust", str(trust))
        assert (done.returncode, done.stderr) == (0, "")
        assert kit.command("pull").returncode == 0
        assert kit.folder.read(f"mark-{EPOCH}.json") is not None
